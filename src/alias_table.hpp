// Draws the next state of a chain in constant time. A. J. Walker, ACM Transactions on Mathematical Software 3, 1977; M.
// D. Vose, IEEE Transactions on Software Engineering 17, 1991.
#pragma once

#include <cstdint>
#include <vector>

#include "sojourn/chain.hpp"

namespace sojourn::detail {

/// One alias table per row. A 64-bit uniform `U` over a row of `n` cells picks the cell `⌊U n / 2^64⌋`; the fraction
/// left over, below the cell's threshold, picks its own state and otherwise the alias. The table is built in the order
/// of the row, and holds positive entries only.
class AliasTable {
 public:
  /// One row per state of a chain.
  explicit AliasTable(const Chain& chain);
  /// One row: a law over the states.
  explicit AliasTable(const Vector& law);

  /// The state for `U = high · 2^32 + low()`. The low half is asked for only when the high one does not decide.
  template <class Low>
  std::uint32_t draw(Index row, std::uint32_t high, Low&& low) const {
    const Row& r = rows_[static_cast<std::size_t>(row)];
    const std::uint64_t product = std::uint64_t{high} * r.n_cells;
    const Cell& cell = cells_[r.first + (product >> 32)];
    const std::uint64_t fraction = product & 0xffffffffU;
    const std::uint64_t threshold = cell.threshold >> 32;
    // The low half adds less than n_cells to `product`.
    if (fraction > threshold && fraction + r.n_cells <= 0x100000000U) return cell.alias;
    if (fraction + r.n_cells <= threshold) return cell.own;
    return draw_exactly(r, product, low());
  }

 private:
  struct Cell {
    std::uint64_t threshold;
    std::uint32_t own;
    std::uint32_t alias;
  };
  struct Row {
    std::uint32_t first;
    std::uint32_t n_cells;
  };

  void add_row(const std::vector<double>& probabilities, const std::vector<std::uint32_t>& states);
  std::uint32_t draw_exactly(const Row& row, std::uint64_t product, std::uint32_t low) const;

  std::vector<Row> rows_;
  std::vector<Cell> cells_;
};

}  // namespace sojourn::detail
