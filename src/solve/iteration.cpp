#include "solve/iteration.hpp"

#include <cmath>
#include <cstdint>
#include <utility>

#include "support/numbers.hpp"

namespace sojourn::detail {

namespace {

using Extended = Eigen::Matrix<long double, Eigen::Dynamic, 1>;

Extended extended(const Vector& x, const Vector& correction) {
  return x.cast<long double>() + correction.cast<long double>();
}

/// A vector of length 1 with signs without a pattern.
Vector scattered(Index n) {
  Vector signs(n);
  std::uint32_t state = 1;
  for (Index i = 0; i < n; ++i) {
    state = state * 1664525U + 1013904223U;
    signs[i] = (state >> 31) != 0 ? 1.0 : -1.0;
  }
  return signs / std::sqrt(static_cast<double>(n));
}

double size_of(Side side, const Vector& x) {
  return side == Side::plain ? x.cwiseAbs().maxCoeff() : x.cwiseAbs().sum();
}

}  // namespace

SparseOperator::SparseOperator(MoveRows rows) : rows_(std::move(rows)), diagonal_(rows_.slack) {
  for (Index i = 0; i < size(); ++i) {
    for (Index e = rows_.first[at(i)]; e < rows_.first[at(i) + 1]; ++e) diagonal_[i] += rows_.weight[at(e)];
  }
}

Vector SparseOperator::times(const Vector& x) const {
  Vector y(size());
  for (Index i = 0; i < size(); ++i) {
    double sum = rows_.slack[i] * x[i];
    for (Index e = rows_.first[at(i)]; e < rows_.first[at(i) + 1]; ++e) {
      sum += rows_.weight[at(e)] * (x[i] - x[rows_.to[at(e)]]);
    }
    y[i] = sum;
  }
  return y;
}

Vector SparseOperator::transposed_times(const Vector& x) const {
  Vector y = diagonal_.cwiseProduct(x);
  for (Index i = 0; i < size(); ++i) {
    for (Index e = rows_.first[at(i)]; e < rows_.first[at(i) + 1]; ++e)
      y[rows_.to[at(e)]] -= rows_.weight[at(e)] * x[i];
  }
  return y;
}

Vector SparseOperator::residual(const Vector& b, const Vector& x, const Vector& correction) const {
  const Extended z = extended(x, correction);
  Vector r(size());
  for (Index i = 0; i < size(); ++i) {
    long double sum = b[i] - rows_.slack[i] * z[i];
    for (Index e = rows_.first[at(i)]; e < rows_.first[at(i) + 1]; ++e) {
      sum -= rows_.weight[at(e)] * (z[i] - z[rows_.to[at(e)]]);
    }
    r[i] = static_cast<double>(sum);
  }
  return r;
}

Vector SparseOperator::transposed_residual(const Vector& b, const Vector& x, const Vector& correction) const {
  const Extended z = extended(x, correction);
  Extended r = b.cast<long double>();
  for (Index i = 0; i < size(); ++i) {
    long double leaves = rows_.slack[i] * z[i];
    for (Index e = rows_.first[at(i)]; e < rows_.first[at(i) + 1]; ++e) {
      const long double flow = rows_.weight[at(e)] * z[i];
      leaves += flow;
      r[rows_.to[at(e)]] += flow;
    }
    r[i] -= leaves;
  }
  return r.cast<double>();
}

DenseOperator::DenseOperator(const Chain& chain, double factor, Vector slack)
    : chain_(chain),
      factor_(factor),
      slack_(std::move(slack)),
      row_sums_(factor * moves().rowwise().sum()),
      diagonal_(slack_ + row_sums_ - factor * moves().diagonal()) {}

DenseOperator::DenseOperator(Matrix moves, double factor, Vector slack)
    : own_(std::move(moves)),
      factor_(factor),
      slack_(std::move(slack)),
      row_sums_(factor * own_.rowwise().sum()),
      diagonal_(slack_ + row_sums_ - factor * own_.diagonal()) {}

Matrix DenseOperator::off() const {
  Matrix off = factor_ * moves();
  off.diagonal().setZero();
  return off;
}

Vector DenseOperator::times(const Vector& x) const {
  Vector y = (slack_ + row_sums_).cwiseProduct(x);
  y.noalias() -= factor_ * (moves() * x);
  return y;
}

Vector DenseOperator::transposed_times(const Vector& x) const {
  Vector y = (slack_ + row_sums_).cwiseProduct(x);
  y.noalias() -= factor_ * (moves().transpose() * x);
  return y;
}

Vector DenseOperator::residual(const Vector& b, const Vector& x, const Vector& correction) const {
  const Extended z = extended(x, correction);
  Vector r(size());
  for (Index i = 0; i < size(); ++i) {
    const double* const row = moves().data() + i * size();
    long double into[4] = {0.0L, 0.0L, 0.0L, 0.0L};  // sums that do not wait for each other
    Index j = 0;
    for (; j + 4 <= size(); j += 4) {
      for (Index k = 0; k < 4; ++k) into[k] += row[j + k] * (z[i] - z[j + k]);
    }
    for (; j < size(); ++j) into[0] += row[j] * (z[i] - z[j]);
    r[i] = static_cast<double>(b[i] - slack_[i] * z[i] - factor_ * ((into[0] + into[1]) + (into[2] + into[3])));
  }
  return r;
}

Vector DenseOperator::transposed_residual(const Vector& b, const Vector& x, const Vector& correction) const {
  const Extended z = extended(x, correction);
  Extended r = b.cast<long double>();
  for (Index i = 0; i < size(); ++i) {
    const double* const row = moves().data() + i * size();
    long double leaves = 0.0L;
    for (Index j = 0; j < size(); ++j) {
      const long double flow = factor_ * (row[j] * z[i]);
      leaves += flow;
      r[j] += flow;
    }
    r[i] -= slack_[i] * z[i] + leaves;
  }
  return r.cast<double>();
}

std::optional<Vector> bicgstab(const Operator& A, Side side, const Vector& b, double enough, Index most_steps,
                               bool is_patient) {
  constexpr Index look_back = 16;
  const double size = b.norm();
  if (size == 0.0) return Vector(Vector::Zero(b.size()));
  const Vector scale = A.diagonal().cwiseInverse();
  const auto times = [&](const Vector& v) { return side == Side::plain ? A.times(v) : A.transposed_times(v); };
  Vector x = Vector::Zero(b.size());
  Vector r = b;
  const Vector shadow = b / size + scattered(b.size());  // `b` alone breaks down where it is 0 almost everywhere
  Vector p = Vector::Zero(b.size());
  Vector v = p;
  double rho = 1.0;
  double alpha = 1.0;
  double omega = 1.0;
  double earlier = size;
  for (Index step = 1; step <= most_steps; ++step) {
    const double rho_next = shadow.dot(r);
    const double beta = rho_next / rho * (alpha / omega);
    if (!std::isfinite(beta)) return std::nullopt;
    p = r + beta * (p - omega * v);
    const Vector p_scaled = p.cwiseProduct(scale);
    v = times(p_scaled);
    alpha = rho_next / shadow.dot(v);
    if (!std::isfinite(alpha)) return std::nullopt;
    r -= alpha * v;
    x += alpha * p_scaled;
    if (r.norm() <= enough * size) return x;
    const Vector r_scaled = r.cwiseProduct(scale);
    const Vector t = times(r_scaled);
    const double tt = t.squaredNorm();
    omega = tt > 0.0 ? t.dot(r) / tt : 0.0;
    x += omega * r_scaled;
    r -= omega * t;
    if (!x.allFinite()) return std::nullopt;
    if (r.norm() <= enough * size) return x;
    if (omega == 0.0) return std::nullopt;
    rho = rho_next;
    if (step % look_back == 0) {
      const double now = r.norm();
      if (!is_patient && now > 0.5 * earlier) return std::nullopt;
      earlier = now;
    }
  }
  return std::nullopt;
}

std::optional<Iterated> refine(const Operator& A, Side side, const Vector& b, double inverse_norm,
                               const Approximate& approximate, const std::optional<Vector>& guess) {
  constexpr double enough = 1e-12;
  constexpr double tolerable = 1e-10;
  constexpr int most_passes = 8;
  Vector x = Vector::Zero(b.size());
  Vector correction = x;  // what `x` has no digits for
  Vector left = b;
  double error = INFINITY;
  for (int pass = 0; pass < most_passes; ++pass) {
    const std::optional<Vector> step = pass == 0 && guess ? guess : approximate(left);
    if (!step) break;
    const Vector longer = x + (correction + *step);
    const Vector rest = (x - longer) + (correction + *step);
    const Vector next_left = side == Side::plain ? A.residual(b, longer, rest) : A.transposed_residual(b, longer, rest);
    const double size = size_of(side, longer);
    const double next_error = size > 0.0 ? size_of(side, next_left) * inverse_norm / size : 0.0;
    if (!(next_error < error)) break;
    const bool stalls = next_error > 0.25 * error;
    x = longer;
    correction = rest;
    left = next_left;
    error = next_error;
    if (error <= enough || stalls) break;
  }
  if (!(error <= tolerable)) return std::nullopt;
  return Iterated{std::move(x), error};
}

std::optional<InverseNorm> inverse_norm(const Operator& A, const Approximate& approximate) {
  const Vector ones = Vector::Ones(A.size());
  Vector y = Vector::Zero(A.size());
  Vector left = ones;
  for (int pass = 0; pass < 3; ++pass) {
    const std::optional<Vector> step = approximate(left);
    if (!step) return std::nullopt;
    y += *step;
    left = A.residual(ones, y, Vector::Zero(A.size()));
    // A (y) >= 1 - left > 0 with y >= 0 proves A⁻¹ 1 <= y / (1 - left), for A is an M-matrix.
    const double short_of = left.maxCoeff();
    if (short_of < 0.5 && y.minCoeff() >= 0.0) return InverseNorm{y.maxCoeff() / (1.0 - short_of), std::move(y)};
  }
  return std::nullopt;
}

}  // namespace sojourn::detail
