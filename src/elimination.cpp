#include "elimination.hpp"

#include <stdexcept>
#include <utility>

namespace sojourn::detail {

Elimination::Elimination(Matrix off, Vector slack) : factors_(std::move(off)), pivots_(factors_.rows()) {
  const Index n = factors_.rows();
  for (Index k = n - 1; k >= 0; --k) {
    pivots_[k] = slack[k] + factors_.row(k).head(k).sum();
    if (!(pivots_[k] > 0.0))
      throw std::domain_error("the system has no single answer: some states lead only to each other");
    for (Index i = 0; i < k; ++i) {
      if (factors_(i, k) == 0.0) continue;
      const double multiplier = factors_(i, k) / pivots_[k];
      factors_(i, k) = multiplier;
      factors_.row(i).head(k) += multiplier * factors_.row(k).head(k);
      slack[i] += multiplier * slack[k];
    }
  }
}

Matrix Elimination::solve(Matrix b) const {
  const Index n = factors_.rows();
  for (Index k = n - 1; k > 0; --k) {
    for (Index i = 0; i < k; ++i) {
      if (factors_(i, k) != 0.0) b.row(i) += factors_(i, k) * b.row(k);
    }
  }
  for (Index k = 0; k < n; ++k) {
    b.row(k) += factors_.row(k).head(k) * b.topRows(k);
    b.row(k) /= pivots_[k];
  }
  return b;
}

Matrix Elimination::solve_transposed(Matrix b) const {
  const Index n = factors_.rows();
  for (Index k = n - 1; k >= 0; --k) {
    b.row(k) /= pivots_[k];
    b.topRows(k) += factors_.row(k).head(k).transpose() * b.row(k);
  }
  for (Index k = 1; k < n; ++k) b.row(k) += factors_.col(k).head(k).transpose() * b.topRows(k);
  return b;
}

}  // namespace sojourn::detail
