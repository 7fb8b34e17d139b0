#include "sojourn/trust/information.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "support/text.hpp"
#include "value/value_gradient.hpp"

namespace sojourn {

ValueOfInformation::ValueOfInformation(const LifetimeValue& value, const Vector& start)
    : states_(value.chain().states()), mean_(start.dot(value.mean().vector())) {
  const FitResult& fit = *value.fit();
  const Lifecycle& life = fit.counts.lifecycle();
  const Matrix& P = value.chain().transition_matrix();
  const Index n = P.rows();
  const double factor = value.discount().factor_per_period(value.chain().period());
  const detail::ValueGradient gradient = detail::value_gradient(value, start);
  moves_ = fit.posterior.rowwise().sum();
  visits_ = fit.counts.visits().cast<double>();
  move_variance_ = Vector::Zero(n);
  reward_variance_ = Vector::Zero(n);
  for (Index i = 0; i < n; ++i) {
    if (!(moves_[i] > 0.0)) continue;
    const Eigen::RowVectorXd p = fit.posterior.row(i) / moves_[i];
    const Eigen::RowVectorXd partial = detail::partial_row(value, gradient, i);
    const double center = p.dot(partial);
    move_variance_[i] = (p.array() * (partial.array() - center).square()).sum() / (moves_[i] + 1.0);
  }
  if (value.has_fitted_rewards()) {
    const Vector error = fit.counts.mean_rewards_error().vector();
    for (Index i = 0; i < n; ++i) {
      double weight = gradient.visits[i];
      if (life.is_exit(i)) {  // paid on entering, whichever move led to it
        Vector entering = P.col(i);
        entering[i] = 0.0;
        weight = factor * gradient.visits.dot(entering);
      }
      reward_variance_[i] = weight * weight * error[i] * error[i];
    }
  }
  const double variance = move_variance_.sum() + reward_variance_.sum();
  standard_error_ = std::sqrt(variance);
  for (Index i = 0; i < n; ++i) {
    const double own = move_variance_[i] + reward_variance_[i];
    if (!(own > 0.0)) continue;
    double slope = move_variance_[i] / (moves_[i] + 1.0);
    if (reward_variance_[i] > 0.0) slope += reward_variance_[i] / visits_[i];
    ranking_.push_back({.state = i,
                        .observations = life.is_exit(i) ? visits_[i] : moves_[i],
                        .move_variance = move_variance_[i],
                        .reward_variance = reward_variance_[i],
                        .share = own / variance,
                        .narrowing = slope / (2.0 * standard_error_)});
  }
  std::stable_sort(ranking_.begin(), ranking_.end(),
                   [](const StateInformation& a, const StateInformation& b) { return a.narrowing > b.narrowing; });
}

double ValueOfInformation::variance_after(Index state, double periods) const {
  double variance = 0.0;
  for (const StateInformation& row : ranking_) {
    if (row.state != state) {
      variance += row.move_variance + row.reward_variance;
      continue;
    }
    variance += row.move_variance * (moves_[state] + 1.0) / (moves_[state] + 1.0 + periods);
    if (row.reward_variance > 0.0) variance += row.reward_variance * visits_[state] / (visits_[state] + periods);
  }
  return variance;
}

double ValueOfInformation::standard_error_after(std::string_view state, double periods) const {
  if (!(periods >= 0.0) || !std::isfinite(periods)) {
    throw std::invalid_argument("periods: expected a number of at least 0, found " + text::number(periods));
  }
  return std::sqrt(variance_after(states_.index(state), periods));
}

double ValueOfInformation::periods_to_reach(std::string_view state, double target) const {
  const Index i = states_.index(state);
  if (!(target > 0.0) || !std::isfinite(target)) {
    throw std::invalid_argument("target: expected a standard error above 0, found " + text::number(target));
  }
  if (target >= standard_error_) return 0.0;
  double rest = 0.0;
  for (const StateInformation& row : ranking_) {
    if (row.state != i) rest += row.move_variance + row.reward_variance;
  }
  constexpr double most = 1e15;
  if (variance_after(i, most) > target * target) {
    throw std::domain_error("periods_to_reach: however long " + text::quoted(states_.name(i)) +
                            " is observed, the standard error stays above " + text::number(std::sqrt(rest), 6) +
                            "; the rest comes from other states");
  }
  // The variance falls in the number of periods, so bisection holds on to the answer.
  double low = 0.0;
  double high = most;
  while (high - low > 1e-12 * high) {
    const double middle = high > 1.0 && low > 0.0 ? std::sqrt(low * high) : 0.5 * (low + high);
    if (middle <= low || middle >= high) break;
    (variance_after(i, middle) > target * target ? low : high) = middle;
  }
  return high;
}

ValueOfInformation value_of_information(const LifetimeValue& value, const Vector& start) {
  check_distribution("start", value.chain().states(), start);
  if (!value.is_fitted()) {
    throw std::domain_error(
        "value_of_information: this chain was not fitted from counts, so nothing says how sure it is; ask "
        "lifetime_value "
        "of a fit");
  }
  return {value, start};
}

ValueOfInformation value_of_information(const LifetimeValue& value, std::string_view start) {
  return value_of_information(value, start_in(value.chain().states(), start));
}

}  // namespace sojourn
