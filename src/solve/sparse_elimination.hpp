// Elimination without subtraction (see elimination.hpp) for few moves per state, in an order that creates few new ones.
#pragma once

#include <optional>

#include "chain/move_rows.hpp"

namespace sojourn::detail {

/// Solves `A x = b` for the rows of a move matrix. A long line or a tree, with moves in both directions, costs no more than
/// its own moves.
class SparseElimination {
 public:
  /// Nothing when more than `most_entries` numbers would have to be kept.
  static std::optional<SparseElimination> of(const MoveRows& rows, Index most_entries);

  Vector solve(const Vector& b) const;
  Vector solve_transposed(const Vector& b) const;

 private:
  /// Entries of a triangular matrix, row by row, columns ascending.
  struct Rows {
    std::vector<Index> first{0};
    std::vector<int> column;
    std::vector<double> value;
  };

  SparseElimination() = default;
  void eliminate(const MoveRows& rows);

  std::vector<int> order_;  // the state at each place
  std::vector<int> place_;  // the place of each state
  Rows lower_;              // multipliers
  Rows upper_;              // what is left of the moves
  Vector pivots_;
};

}  // namespace sojourn::detail
