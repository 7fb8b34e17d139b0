#include "sojourn/trust/delta_method.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "support/text.hpp"
#include "trust/gathering.hpp"
#include "trust/posterior_draws.hpp"

namespace sojourn {
namespace {

/// An answer for the fitted chain, and near it.
class Neighbourhood {
 public:
  Neighbourhood(const FitResult& fit, const Answer& answer)
      : fit_(fit), answer_(answer), rewards_(fit.counts.mean_rewards()), estimate_(ask(fit.chain, rewards_)) {}

  const Vector& estimate() const { return estimate_; }

  /// With row `i` moved towards `j`: p + h (e_j - p).
  Vector towards(Index i, Index j, double h) const {
    Matrix changed = fit_.chain.transition_matrix();
    changed.row(i) = (1.0 - h) * fit_.chain.transition_matrix().row(i);
    changed(i, j) += h;
    return same_size(ask(Chain(fit_.states(), std::move(changed), fit_.period()), rewards_));
  }
  Vector with(const Rewards& rewards) const { return same_size(ask(fit_.chain, rewards)); }

 private:
  Vector ask(const Chain& chain, const Rewards& rewards) const {
    Vector result = answer_(chain, rewards);
    detail::check_finite(result);
    return result;
  }
  Vector same_size(Vector result) const {
    if (result.size() == estimate_.size()) return result;
    throw std::invalid_argument("delta_method: the answer has " + text::plural(estimate_.size(), "number") +
                                " for the fitted chain and " + std::to_string(result.size()) +
                                " near it; it must always have equally many");
  }

  const FitResult& fit_;
  const Answer& answer_;
  Rewards rewards_;
  Vector estimate_;
};

/// Derivatives of the answer along the moves of row `i`, shape (n_states, n_answers).
Matrix slopes_of_row(const Neighbourhood& near, const Eigen::RowVectorXd& p, const Eigen::RowVectorXd& mean, Index i) {
  constexpr double relative_step = 1e-4;
  const Vector& estimate = near.estimate();
  Matrix slopes = Matrix::Zero(p.size(), estimate.size());
  for (Index j = 0; j < p.size(); ++j) {
    if (mean[j] <= 0.0 || mean[j] >= 1.0) continue;
    const double odds = p[j] < 1.0 ? p[j] / (1.0 - p[j]) : 1.0;
    const double h = relative_step * std::min(1.0, odds);
    if (h > 1e-13) {
      slopes.row(j) = ((near.towards(i, j, h) - near.towards(i, j, -h)) / (2.0 * h)).transpose();
    } else {  // no room on the other side
      const double step = relative_step;
      slopes.row(j) =
          ((4.0 * near.towards(i, j, step) - near.towards(i, j, 2.0 * step) - 3.0 * estimate) / (2.0 * step))
              .transpose();
    }
  }
  return slopes;
}

}  // namespace

Uncertain delta_method(const FitResult& fit, const Answer& answer) {
  const Neighbourhood near(fit, answer);
  Vector variance = Vector::Zero(near.estimate().size());
  for (Index i = 0; i < fit.chain.n_states(); ++i) {
    const double total = fit.posterior.row(i).sum();
    if (!(total > 0.0)) continue;
    const Eigen::RowVectorXd mean = fit.posterior.row(i) / total;
    const Matrix slopes = slopes_of_row(near, fit.chain.transition_matrix().row(i), mean, i);
    // g' Σ g with Σ = (diag(p) - p p') / (A + 1)
    const Eigen::RowVectorXd center = mean * slopes;
    variance += ((slopes.rowwise() - center).cwiseAbs2().transpose() * mean.transpose()) / (total + 1.0);
  }

  const detail::RewardDraws money(fit, 0);
  const Vector error = fit.counts.mean_rewards_error().vector();
  for (Index i = 0; i < fit.chain.n_states(); ++i) {
    if (!money.varies(i)) continue;
    const double size = std::abs(money.center_mean(i));
    const double h = std::max(1e-2 * error[i], 1e-6 * size);
    const Vector slope = (near.with(money.rewards_with(i, money.center_mean(i) + h)) -
                          near.with(money.rewards_with(i, money.center_mean(i) - h))) /
                         (2.0 * h);
    variance += slope.cwiseAbs2() * error[i] * error[i];
  }
  return {near.estimate(), variance.cwiseSqrt()};
}

Uncertain delta_method(const LifetimeValue& value) {
  return {value.mean().vector(), value.interval(0.5).standard_error.vector()};
}

}  // namespace sojourn
