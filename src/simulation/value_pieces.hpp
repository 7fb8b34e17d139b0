// Pieces of a simulated value, put together block by block.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "simulation/customer_ranges.hpp"
#include "simulation/value_bins.hpp"

namespace sojourn::detail {

/// Consecutive customers of one block: all of it, as moments, or some values.
struct ValuePiece {
  std::int64_t first = 0;
  SimulatedValueAccess::Moments moments = {};
  std::span<const double> values = {};
};

/// The pieces of a summary, in order.
void append_pieces(const SimulatedValueAccess::Fields& fields, std::vector<ValuePiece>& pieces);

/// The summary of pieces in any order; blocks that they complete are reduced to their moments.
SimulatedValueAccess::Fields summarized(std::vector<CustomerRange> ranges, std::vector<ValuePiece> pieces,
                                        BinList bins);

/// All values of parts without a common customer.
SimulatedValueAccess::Fields concatenated(std::vector<CustomerRange> ranges, std::span<const SimulatedValue> parts);

}  // namespace sojourn::detail
