#include "simulation/customer_ranges.hpp"

#include <bit>
#include <cmath>
#include <stdexcept>

#include "support/text.hpp"

namespace sojourn::detail {

namespace {

constexpr std::uint64_t exponent_bits = std::uint64_t{0x7ff} << 52;

bool is_finite(std::uint64_t bits) {
  return (bits & exponent_bits) != exponent_bits;
}

}  // namespace

std::string numbered(const CustomerRange& customers) {
  return length(customers) == 1
             ? "customer " + std::to_string(customers.first)
             : "customers " + std::to_string(customers.first) + " to " + std::to_string(customers.end - 1);
}

CustomerRange checked_range(std::int64_t first_customer, std::span<const double> values) {
  if (first_customer < 0 || first_customer > most_numbered_customers) {
    throw std::invalid_argument("first_customer: must be from 0 to 2^59, found " + std::to_string(first_customer));
  }
  const auto size = static_cast<std::int64_t>(values.size());
  if (size > most_numbered_customers - first_customer) {
    throw std::invalid_argument("values: the numbers of their customers end above " +
                                std::to_string(most_numbered_customers) + "; begin at a smaller first_customer");
  }
  // One pass without a branch; only a refusal looks for the place.
  std::uint64_t refused = 0;
  for (const double x : values) refused += is_finite(std::bit_cast<std::uint64_t>(x)) ? 0U : 1U;
  if (refused != 0) {
    const auto found = std::find_if(values.begin(), values.end(), [](double x) { return !std::isfinite(x); });
    throw std::invalid_argument("values: must be finite, found " + text::number(*found) + " for customer " +
                                std::to_string(first_customer + (found - values.begin())) +
                                "; leave such customers out or use smaller rewards");
  }
  return {first_customer, first_customer + size};
}

std::vector<CustomerRange> joined(std::vector<CustomerRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const CustomerRange& a, const CustomerRange& b) { return a.first < b.first; });
  std::vector<CustomerRange> result;
  for (const CustomerRange& range : ranges) {
    if (result.empty() || range.first > result.back().end) {
      result.push_back(range);
    } else if (range.first < result.back().end) {
      throw std::invalid_argument("merge: " + numbered({range.first, std::min(range.end, result.back().end)}) +
                                  " would be counted twice; give each part customers of its own (first_customer)");
    } else {
      result.back().end = range.end;
    }
  }
  return result;
}

}  // namespace sojourn::detail
