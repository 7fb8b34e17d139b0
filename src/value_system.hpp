// The linear systems behind every exact answer: (I - γ P) x = b on the states where it has one solution.
#pragma once

#include <Eigen/LU>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "elimination.hpp"
#include "iteration.hpp"
#include "move_rows.hpp"
#include "sojourn/chain.hpp"
#include "sparse_elimination.hpp"

namespace sojourn::detail {

/// One strongly connected part of a system, or all of a full one.
class Block {
 public:
  explicit Block(MoveRows rows);
  Block(Matrix off, Vector slack);

  /// Right-hand sides as columns, shape (n, k).
  Matrix solve(const Matrix& b) const { return solve(Side::plain, b); }
  Matrix solve_transposed(const Matrix& b) const { return solve(Side::transposed, b); }

 private:
  struct Factorised;

  Matrix solve(Side side, const Matrix& b) const;
  std::optional<Matrix> iterate(Side side, const Matrix& b, Index most_steps) const;
  Matrix solve_directly(Side side, const Matrix& b) const;

  std::optional<Elimination> small_;
  std::unique_ptr<Operator> operator_;
  const SparseOperator* sparse_ = nullptr;  // the operator, where it is sparse
  const DenseOperator* dense_ = nullptr;    // or full
  // Made when first needed, by whichever thread comes first.
  struct Later;
  std::shared_ptr<Later> later_;
};

/// Solves `(I - γ Q) x = b` and its transpose. With `γ < 1`, `Q` is all of `P`; with `γ = 1` it is the transient part, and
/// `x` is 0 in recurrent states.
///
/// A system with few moves is solved by structure: strongly connected parts one after another, those that all others lead to
/// first. A part of up to 64 states is eliminated without subtraction, so that a small chance of leaving keeps its digits. A
/// larger one is iterated, with a proven bound on the error; where that does not get there, it is eliminated, in an order
/// that suits lines and trees, or in full.
class ValueSystem {
 public:
  ValueSystem(const Chain& chain, double factor);
  /// On the states `inside` alone: what leads out of them is lost.
  ValueSystem(const Chain& chain, double factor, std::vector<Index> inside);

  /// Shapes (n_states, k): one system per column. Throws `domain_error` when the answer is too large for a number, or cannot
  /// be had to ten digits.
  Matrix solve(const Matrix& b) const;
  Matrix solve_transposed(const Matrix& b) const;

 private:
  Matrix gather(const Matrix& all) const;
  Matrix spread(const Matrix& part) const;

  Index n_states_;
  std::vector<Index> active_;     // the states solved for
  std::unique_ptr<Block> whole_;  // a system that is solved as one
  // Otherwise, all in positions within `active_`:
  MoveRows rows_;
  Vector pivots_;                               // of each state by itself
  std::vector<Index> order_;                    // states by part, those that are led to first
  std::vector<Index> part_first_;               // where in `order_` each part begins
  std::vector<Index> part_of_;                  // for each state
  std::vector<std::unique_ptr<Block>> blocks_;  // per part; null for a single state
};

}  // namespace sojourn::detail
