// Elimination without subtraction for the matrices of Markov chains. W. K. Grassmann, M. I. Taksar, D. P. Heyman,
// Operations Research 33, 1985; C. A. O'Cinneide, Numerische Mathematik 65, 1993.
#pragma once

#include "sojourn/chain/types.hpp"

namespace sojourn::detail {

/// Solves systems with `A = diag(d) - O`, where `O >= 0` has no diagonal and `d_i = slack_i + Σ_j O_ij`. No step
/// subtracts, so that each entry of an answer to a non-negative right-hand side keeps its relative accuracy, however
/// close to singular.
class Elimination {
 public:
  /// `off`: shape (n, n), its diagonal ignored; `slack`: shape (n,), at least 0. Throws `domain_error` when some rows
  /// have no slack and lead only to each other.
  Elimination(Matrix off, Vector slack);

  /// Right-hand sides as columns, shape (n, k).
  Matrix solve(Matrix b) const;
  Matrix solve_transposed(Matrix b) const;
  /// One right-hand side, in place, shape (n,).
  void solve_one(Vector& b) const;
  void solve_one_transposed(Vector& b) const;

 private:
  Matrix factors_;  // below the diagonal what is left of `off`, above it the multipliers
  Vector inverse_pivots_;
};

}  // namespace sojourn::detail
