// The linear systems behind every exact answer: (I - γ P) x = b on the states where it has one solution.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "chain/move_rows.hpp"
#include "sojourn/chain/chain.hpp"
#include "solve/elimination.hpp"
#include "solve/iteration.hpp"

namespace sojourn::detail {

/// A system that is solved as one: eliminated, iterated or factorised.
class Block {
 public:
  /// Up to `most_eliminated` states.
  explicit Block(Elimination small);
  explicit Block(std::unique_ptr<SparseOperator> moves);
  explicit Block(std::unique_ptr<DenseOperator> moves);
  ~Block();

  static constexpr Index most_eliminated = 64;

  /// Right-hand sides as columns, shape (n, k). By iteration, with a proven bound on the error; nothing where that does not
  /// get to ten digits soon.
  std::optional<Matrix> solve_soon(Side side, const Matrix& b) const;
  /// The same by whatever it takes. Throws `domain_error` when nothing gets there.
  Matrix solve(Side side, const Matrix& b) const;

  /// The elimination of a small system; null for a large one.
  const Elimination* small() const { return small_ ? &*small_ : nullptr; }
  /// The moves of a large sparse system; null for any other.
  const MoveRows* moves() const { return sparse_ ? &sparse_->rows() : nullptr; }

 private:
  struct Later;

  std::optional<Matrix> iterate(Side side, const Matrix& b, bool is_patient) const;
  Matrix solve_directly(Side side, const Matrix& b) const;

  std::optional<Elimination> small_;
  std::unique_ptr<SparseOperator> sparse_;
  std::unique_ptr<DenseOperator> dense_;
  const Operator* operator_ = nullptr;  // whichever of the two there is
  std::unique_ptr<Later> later_;        // what is found when first needed
};

/// A block of moves given by rows, in the way that suits its size.
Block block_of(MoveRows rows);

/// Strongly connected parts of a system, solved one after another.
class Parts {
 public:
  explicit Parts(const MoveRows& rows);

  Matrix solve(const MoveRows& rows, Side side, Matrix b) const;

 private:
  void solve_part(Side side, Index part, Matrix& x) const;

  Vector pivots_;                               // of each state by itself
  std::vector<Index> part_of_;                  // for each state
  std::vector<Index> order_;                    // states by part, the parts that are led to first
  std::vector<Index> first_;                    // where in `order_` each part begins
  std::vector<std::unique_ptr<Block>> blocks_;  // per part; null for a single state
};

/// Solves `(I - γ Q) x = b` and its transpose. With `γ < 1`, `Q` is all of `P`; with `γ = 1` it is the transient part, and
/// `x` is 0 in recurrent states.
///
/// Up to 64 states are eliminated without subtraction, so that a small chance of leaving keeps its digits. More are
/// iterated, with a proven bound on the error; where that does not get there soon, few moves are taken apart into strongly
/// connected parts, solved one after another, and a part that still resists is eliminated: in an order that suits lines and
/// trees, or in full.
class ValueSystem {
 public:
  ValueSystem(const Chain& chain, double factor);
  /// On the states `inside` alone: what leads out of them is lost.
  ValueSystem(const Chain& chain, double factor, std::vector<Index> inside);
  ~ValueSystem();

  /// Shapes (n_states, k): one system per column. Throws `domain_error` when the answer is too large for a number, or cannot
  /// be had to ten digits.
  Matrix solve(const Matrix& b) const { return solve(Side::plain, b); }
  Matrix solve_transposed(const Matrix& b) const { return solve(Side::transposed, b); }
  /// The same for one right-hand side, shape (n_states,).
  Vector solve_one(const Vector& b) const { return solve_one(Side::plain, b); }
  Vector solve_one_transposed(const Vector& b) const { return solve_one(Side::transposed, b); }

 private:
  struct Later;

  Matrix solve(Side side, const Matrix& b) const;
  Vector solve_one(Side side, const Vector& b) const;
  Matrix solve_gathered(Side side, const Matrix& b) const;
  bool has_all() const { return static_cast<Index>(active_.size()) == n_states_; }

  Index n_states_;
  std::vector<Index> active_;  // the states solved for
  std::optional<Block> whole_;
  std::unique_ptr<Later> later_;  // of a large sparse system
};

}  // namespace sojourn::detail
