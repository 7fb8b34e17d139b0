#include "simulation/value_pieces.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "simulation/block_moments.hpp"

namespace sojourn::detail {

void append_pieces(const SimulatedValueAccess::Fields& fields, std::vector<ValuePiece>& pieces) {
  auto value = fields.values.begin();
  auto block = fields.blocks.begin();
  for (const CustomerRange& range : fields.ranges) {
    each_piece(range, [&](const CustomerRange& piece) {
      const std::int64_t n = length(piece);
      if (n == customers_in_block) {
        pieces.push_back({.first = piece.first, .moments = *block++});
      } else {
        pieces.push_back({.first = piece.first, .values = std::span(value, value + n)});
        value += n;
      }
    });
  }
}

SimulatedValueAccess::Fields summarized(std::vector<CustomerRange> ranges, std::vector<ValuePiece> pieces,
                                        BinList bins) {
  SimulatedValueAccess::Fields fields{.has_values = false, .ranges = std::move(ranges), .bins = std::move(bins)};
  std::sort(pieces.begin(), pieces.end(), [](const ValuePiece& a, const ValuePiece& b) { return a.first < b.first; });
  auto piece = pieces.begin();
  each_block(fields.ranges, [&](std::int64_t n) {
    if (piece->values.empty()) {
      fields.blocks.push_back((piece++)->moments);
      return;
    }
    const auto begin = static_cast<std::ptrdiff_t>(fields.values.size());
    for (std::int64_t found = 0; found < n; ++piece) {
      fields.values.insert(fields.values.end(), piece->values.begin(), piece->values.end());
      found += static_cast<std::int64_t>(piece->values.size());
    }
    if (n < customers_in_block) return;
    fields.blocks.push_back(moments_of(std::span(fields.values.begin() + begin, fields.values.end())));
    fields.values.resize(static_cast<std::size_t>(begin));
  });
  return fields;
}

SimulatedValueAccess::Fields concatenated(std::vector<CustomerRange> ranges, std::span<const SimulatedValue> parts) {
  std::vector<ValuePiece> pieces;
  for (const SimulatedValue& part : parts) {
    std::span<const double> rest = part.values();
    for (const CustomerRange& range : SimulatedValueAccess::fields(part).ranges) {
      const auto n = static_cast<std::size_t>(length(range));
      pieces.push_back({.first = range.first, .values = rest.first(n)});
      rest = rest.subspan(n);
    }
  }
  std::sort(pieces.begin(), pieces.end(), [](const ValuePiece& a, const ValuePiece& b) { return a.first < b.first; });
  SimulatedValueAccess::Fields fields{.ranges = std::move(ranges)};
  std::size_t n = 0;
  for (const ValuePiece& piece : pieces) n += piece.values.size();
  fields.values.reserve(n);
  for (const ValuePiece& piece : pieces) {
    fields.values.insert(fields.values.end(), piece.values.begin(), piece.values.end());
  }
  return fields;
}

}  // namespace sojourn::detail
