// Draws the next state of a chain by the inverse of its distribution function, with a guide to where to look (H.-C. Chen
// and Y. Asau, "On generating random variates from an empirical distribution", AIIE Transactions 6, 1974).
//
// The state rises with the uniform, so customers of two chains who share their uniforms stay together as long as they can.
#pragma once

#include <cstdint>
#include <vector>

#include "sojourn/chain/chain.hpp"

namespace sojourn::detail {

/// One table per row. The row's positive entries, in the order of the states, share the numbers below 2^64 out between
/// them, each to its last digit; the largest takes what rounding leaves. So every number draws a state of the row.
class InverseTable {
 public:
  /// One row per state of a chain.
  explicit InverseTable(const Chain& chain);
  /// One row: a law over the states.
  explicit InverseTable(const Vector& law);

  /// The state for `U = high · 2^32 + low()`. The low half is asked for only when the high one does not decide.
  template <class Low>
  std::uint32_t draw(Index row, std::uint32_t high, Low&& low) const {
    const Row& r = rows_[static_cast<std::size_t>(row)];
    std::uint32_t at = guide_[r.guide + (std::uint64_t{high} >> r.shift)];
    for (; at != r.last; ++at) {
      const std::uint64_t end = ends_[at];
      const auto end_high = static_cast<std::uint32_t>(end >> 32);
      if (high < end_high) break;
      if (high == end_high && low() < static_cast<std::uint32_t>(end)) break;
    }
    return states_[at];
  }

 private:
  struct Row {
    std::uint32_t guide;  // first place in `guide_`
    std::uint32_t shift;  // of the high half, to a place in the guide
    std::uint32_t last;   // place of the last state
  };

  void add_row(const std::vector<double>& probabilities, const std::vector<std::uint32_t>& states);

  std::vector<Row> rows_;
  std::vector<std::uint32_t> guide_;  // the first place that the numbers beginning so can draw
  std::vector<std::uint64_t> ends_;   // the first number beyond each state
  std::vector<std::uint32_t> states_;
};

}  // namespace sojourn::detail
