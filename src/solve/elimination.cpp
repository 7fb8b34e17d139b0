#include "solve/elimination.hpp"

#include <stdexcept>
#include <utility>

namespace sojourn::detail {

/// The last state is taken out first. Rows are finished from the last to the first: row `i` passes its moves to every later
/// state on to the earlier ones, four later states at a time, so that it is read and written once for the four.
Elimination::Elimination(Matrix off, Vector slack) : factors_(std::move(off)), inverse_pivots_(factors_.rows()) {
  const Index n = factors_.rows();
  double* const data = factors_.data();
  const double* const inverse = inverse_pivots_.data();
  for (Index i = n - 1; i >= 0; --i) {
    double* const row = data + i * n;
    double lost = slack[i];
    Index k = n - 1;
    for (; k - 3 > i; k -= 4) {
      const double* const r0 = data + k * n;
      const double* const r1 = r0 - n;
      const double* const r2 = r1 - n;
      const double* const r3 = r2 - n;
      const double m0 = row[k] * inverse[k];
      const double m1 = (row[k - 1] + m0 * r0[k - 1]) * inverse[k - 1];
      const double m2 = (row[k - 2] + m0 * r0[k - 2] + m1 * r1[k - 2]) * inverse[k - 2];
      const double m3 = (row[k - 3] + m0 * r0[k - 3] + m1 * r1[k - 3] + m2 * r2[k - 3]) * inverse[k - 3];
      row[k] = m0;
      row[k - 1] = m1;
      row[k - 2] = m2;
      row[k - 3] = m3;
      lost += m0 * slack[k] + m1 * slack[k - 1] + m2 * slack[k - 2] + m3 * slack[k - 3];
      for (Index j = 0; j < k - 3; ++j) row[j] += (m0 * r0[j] + m1 * r1[j]) + (m2 * r2[j] + m3 * r3[j]);
    }
    for (; k > i; --k) {
      const double* const r = data + k * n;
      const double m = row[k] * inverse[k];
      row[k] = m;
      lost += m * slack[k];
      for (Index j = 0; j < k; ++j) row[j] += m * r[j];
    }
    slack[i] = lost;
    double pivot = lost;
    for (Index j = 0; j < i; ++j) pivot += row[j];
    if (!(pivot > 0.0)) throw std::domain_error("the system has no single answer: some states lead only to each other");
    inverse_pivots_[i] = 1.0 / pivot;
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
    b.row(k) *= inverse_pivots_[k];
  }
  return b;
}

Matrix Elimination::solve_transposed(Matrix b) const {
  const Index n = factors_.rows();
  for (Index k = n - 1; k >= 0; --k) {
    b.row(k) *= inverse_pivots_[k];
    b.topRows(k) += factors_.row(k).head(k).transpose() * b.row(k);
  }
  for (Index k = 1; k < n; ++k) b.row(k) += factors_.col(k).head(k).transpose() * b.topRows(k);
  return b;
}

void Elimination::solve_one(Vector& b) const {
  const Index n = factors_.rows();
  for (Index i = n - 2; i >= 0; --i) b[i] += factors_.row(i).tail(n - 1 - i).dot(b.tail(n - 1 - i));
  for (Index k = 0; k < n; ++k) b[k] = (b[k] + factors_.row(k).head(k).dot(b.head(k))) * inverse_pivots_[k];
}

void Elimination::solve_one_transposed(Vector& b) const {
  const Index n = factors_.rows();
  for (Index k = n - 1; k >= 0; --k) {
    b[k] *= inverse_pivots_[k];
    b.head(k) += b[k] * factors_.row(k).head(k).transpose();
  }
  for (Index i = 0; i + 1 < n; ++i) b.tail(n - 1 - i) += b[i] * factors_.row(i).tail(n - 1 - i).transpose();
}

}  // namespace sojourn::detail
