// The linear systems behind discounted values: (I - γ P) x = b on the states where it has one answer.
#pragma once

#include <Eigen/LU>
#include <optional>
#include <vector>

#include "elimination.hpp"
#include "sojourn/chain.hpp"

namespace sojourn::detail {

/// Solves `(I - γ Q) x = b` and its transpose. With `γ < 1`, `Q` is all of `P`; with `γ = 1` it is the transient part,
/// and `x` is 0 in recurrent states. A row is taken by what leaves it, so that a small chance of leaving keeps its
/// digits: small systems are eliminated without subtraction, large ones factorised and refined.
class ValueSystem {
 public:
  ValueSystem(const Chain& chain, double factor);

  /// Shapes (n_states, k): one system per column. Throws `domain_error` when the answer is too large for a number.
  Matrix solve(const Matrix& b) const;
  Matrix solve_transposed(const Matrix& b) const;

 private:
  struct Factorised {
    Eigen::MatrixXd system;
    Eigen::PartialPivLU<Eigen::MatrixXd> lu;
  };

  Matrix gather(const Matrix& all) const;
  Matrix spread(const Matrix& part) const;

  Index n_states_;
  std::vector<Index> active_;  // the states solved for
  std::optional<Elimination> small_;
  std::optional<Factorised> large_;
};

}  // namespace sojourn::detail
