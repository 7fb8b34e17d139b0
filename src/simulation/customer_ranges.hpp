// Numbered customers, and the blocks of them that are summarized together.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "simulation/simulated_value_access.hpp"

namespace sojourn::detail {

using CustomerRange = SimulatedValueAccess::Range;

inline constexpr std::int64_t customers_in_block = SimulatedValue::block_size;
inline constexpr std::int64_t most_numbered_customers = std::int64_t{1} << 59;

constexpr std::int64_t length(const CustomerRange& range) {
  return range.end - range.first;
}

constexpr std::int64_t end_of_block(std::int64_t customer) {
  return (customer / customers_in_block + 1) * customers_in_block;
}

/// "customer 3", "customers 3 to 8".
std::string numbered(const CustomerRange& customers);

/// Throws `invalid_argument` for numbers out of range or a value that is not finite.
CustomerRange checked_range(std::int64_t first_customer, std::span<const double> values);

/// The ranges in order, touching ones joined. A customer in two of them is refused.
std::vector<CustomerRange> joined(std::vector<CustomerRange> ranges);

/// Calls `visit(first, end)` for the pieces into which the edges of blocks cut a range.
template <class Visit>
void each_piece(const CustomerRange& range, Visit&& visit) {
  for (std::int64_t first = range.first; first < range.end;) {
    const std::int64_t end = std::min(range.end, end_of_block(first));
    visit(CustomerRange{first, end});
    first = end;
  }
}

/// Calls `visit(n)` with the number of customers of each block, in order.
template <class Visit>
void each_block(const std::vector<CustomerRange>& ranges, Visit&& visit) {
  std::int64_t block = -1;
  std::int64_t customers = 0;
  for (const CustomerRange& range : ranges) {
    each_piece(range, [&](const CustomerRange& piece) {
      if (piece.first / customers_in_block != block) {
        if (customers > 0) visit(customers);
        customers = 0;
        block = piece.first / customers_in_block;
      }
      customers += length(piece);
    });
  }
  if (customers > 0) visit(customers);
}

}  // namespace sojourn::detail
