// Draws the next state of a chain in constant time. A. J. Walker, ACM Transactions on Mathematical Software 3, 1977; M.
// D. Vose, IEEE Transactions on Software Engineering 17, 1991.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sojourn/chain/chain.hpp"

namespace sojourn::detail {

/// One alias table per row, each of `2^width` cells: the positive entries in order, then cells without a share. Of a
/// 64-bit uniform `U` the upper `width` bits pick the cell; the bits after them, as a fraction, pick the cell's own state
/// where they are below its threshold, and otherwise its alias.
///
/// All rows are as wide as the widest, unless that takes more than four times the room: then each has its own width.
class AliasTable {
 public:
  /// The threshold's upper half, without the `width` bits that a fraction made of a 32-bit word does not have.
  struct Cell {
    std::uint32_t threshold;
    std::uint32_t own;
    std::uint32_t alias;
  };

  /// One row per state of a chain. State `j` stands in the cells, and its row in the table, at `number_of[j]`.
  AliasTable(const Chain& chain, const std::vector<std::uint32_t>& number_of);
  /// One row: a law over the states.
  explicit AliasTable(const Vector& law);

  /// The state for `U = high · 2^32 + low()`. The low half is asked for only when the high one does not decide.
  template <class Low>
  std::uint32_t draw(std::size_t row, std::uint32_t high, Low&& low) const {
    const auto width = static_cast<unsigned>(rows_[row] & 0xff);
    const Cell& cell = cells_[(rows_[row] >> 8) + (std::uint64_t{high} >> (32 - width))];
    const auto fraction = static_cast<std::uint32_t>(std::uint64_t{high} << width);
    if (fraction != cell.threshold) return fraction < cell.threshold ? cell.own : cell.alias;
    return draw_exactly(row, high, low());
  }
  /// The same with both halves at hand.
  std::uint32_t draw_exactly(std::size_t row, std::uint32_t high, std::uint32_t low) const;

  /// Per row: its first cell times 256, plus its width.
  const std::vector<std::uint64_t>& rows() const { return rows_; }
  const std::vector<Cell>& cells() const { return cells_; }
  /// Whether row `i` begins at cell `i · 2^width`, all of one width.
  bool is_uniform() const { return is_uniform_; }

 private:
  struct Entry {
    std::uint32_t state;
    double probability;
  };

  void add_row(const std::vector<Entry>& entries, unsigned width);

  std::vector<std::uint64_t> rows_;
  std::vector<Cell> cells_;
  std::vector<std::uint64_t> thresholds_;  // whole, in the order of the cells
  bool is_uniform_ = true;
};

}  // namespace sojourn::detail
