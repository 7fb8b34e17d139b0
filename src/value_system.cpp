#include "value_system.hpp"

#include <stdexcept>
#include <utility>

#include "sojourn/structure.hpp"

namespace sojourn::detail {

namespace {

constexpr Index most_eliminated = 256;  // beyond it blocked factorisation is much faster

/// One step of refinement brings the residual down to rounding.
template <class Factors, class System>
Matrix refined(const Factors& factors, const System& system, const Eigen::MatrixXd& b) {
  Eigen::MatrixXd x = factors.solve(b);
  const Eigen::MatrixXd residual = b - system * x;
  const Eigen::MatrixXd correction = factors.solve(residual);
  return x + correction;
}

}  // namespace

ValueSystem::ValueSystem(const Chain& chain, double factor) : n_states_(chain.n_states()) {
  if (factor < 1.0) {
    for (Index i = 0; i < n_states_; ++i) active_.push_back(i);
  } else {
    active_ = structure(chain).transient_states();
  }
  const auto n = static_cast<Index>(active_.size());
  if (n == 0) return;

  const Matrix& P = chain.transition_matrix();
  Matrix off(n, n);                                  // γ Q without its diagonal
  Vector slack = Vector::Constant(n, 1.0 - factor);  // what a row loses by discounting and by moves out of Q
  std::vector<char> is_active(static_cast<std::size_t>(n_states_), 0);
  for (const Index i : active_) is_active[static_cast<std::size_t>(i)] = 1;
  for (Index a = 0; a < n; ++a) {
    const Index i = active_[static_cast<std::size_t>(a)];
    for (Index b = 0; b < n; ++b) off(a, b) = a == b ? 0.0 : factor * P(i, active_[static_cast<std::size_t>(b)]);
    for (Index j = 0; j < n_states_; ++j) {
      if (!is_active[static_cast<std::size_t>(j)]) slack[a] += factor * P(i, j);
    }
  }
  if (n <= most_eliminated) {
    small_.emplace(std::move(off), std::move(slack));
    return;
  }
  Factorised large{.system = -off, .lu = {}};
  large.system.diagonal() = slack + off.rowwise().sum();
  large.lu.compute(large.system);
  large_.emplace(std::move(large));
}

Matrix ValueSystem::solve(const Matrix& b) const {
  if (active_.empty()) return Matrix::Zero(n_states_, b.cols());
  return spread(small_ ? small_->solve(gather(b)) : refined(large_->lu, large_->system, gather(b)));
}

Matrix ValueSystem::solve_transposed(const Matrix& b) const {
  if (active_.empty()) return Matrix::Zero(n_states_, b.cols());
  return spread(small_ ? small_->solve_transposed(gather(b))
                       : refined(large_->lu.transpose(), large_->system.transpose(), gather(b)));
}

Matrix ValueSystem::gather(const Matrix& all) const {
  Matrix part(static_cast<Index>(active_.size()), all.cols());
  for (Index a = 0; a < part.rows(); ++a) part.row(a) = all.row(active_[static_cast<std::size_t>(a)]);
  return part;
}

Matrix ValueSystem::spread(const Matrix& part) const {
  if (!part.allFinite()) {
    throw std::domain_error(
        "the value is too large for a floating-point number; use smaller rewards or a stronger discount");
  }
  Matrix all = Matrix::Zero(n_states_, part.cols());
  for (Index a = 0; a < part.rows(); ++a) all.row(active_[static_cast<std::size_t>(a)]) = part.row(a);
  return all;
}

}  // namespace sojourn::detail
