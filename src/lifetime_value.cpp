#include "sojourn/lifetime_value.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "endless.hpp"
#include "horizon.hpp"
#include "text.hpp"
#include "value_gradient.hpp"
#include "value_system.hpp"

namespace sojourn {

namespace {

/// Rewards and moves of one chain in the form that every recursion needs.
struct Terms {
  const Matrix& P;
  const Rewards& rewards;
  double factor;

  /// `w_ij + V_j` along row `i`.
  Eigen::RowVectorXd onward(Index i, const Vector& V) const {
    Eigen::RowVectorXd u = V.transpose();
    if (rewards.has_move_rewards()) u += rewards.per_move().row(i);
    return u;
  }

  /// `r + γ (P∘W) 1`.
  Vector one_period() const {
    Vector sum = rewards.per_state();
    if (rewards.has_move_rewards()) sum += factor * P.cwiseProduct(rewards.per_move()).rowwise().sum();
    return sum;
  }

  /// `Var_j(w_ij + V_j)` per row under rows `weights` that sum to 1 (or to 0, which gives 0).
  Vector spread(const Matrix& weights, const Vector& V) const {
    Vector variance(P.rows());
    for (Index i = 0; i < P.rows(); ++i) {
      const Eigen::RowVectorXd u = onward(i, V);
      const double mean = weights.row(i).dot(u);
      variance[i] = (weights.row(i).array() * (u.array() - mean).square()).sum();
    }
    return variance;
  }
};

void check_same_states(const Chain& chain, const Rewards& rewards) {
  if (!(chain.states() == rewards.states())) {
    throw std::invalid_argument("rewards: are for the states " + text::list(rewards.states().names()) +
                                ", the chain has " + text::list(chain.states().names()));
  }
}

/// Rows of the fitted chain after counting, as probabilities; a row that is taken as known stays 0.
Matrix posterior_means(const Matrix& posterior) {
  Matrix means = posterior;
  for (Index i = 0; i < means.rows(); ++i) {
    const double total = means.row(i).sum();
    if (total > 0.0) means.row(i) /= total;
  }
  return means;
}

/// `1 / (A_i + 1)` per row, 0 for a row that is taken as known.
Vector row_uncertainty(const Matrix& posterior) {
  const Vector totals = posterior.rowwise().sum();
  return totals.unaryExpr([](double total) { return total > 0.0 ? 1.0 / (total + 1.0) : 0.0; });
}

}  // namespace

LifetimeValue::LifetimeValue(Chain chain, Rewards rewards, Discount discount, std::optional<Index> horizon, Vector mean,
                             Vector variance)
    : chain_(std::move(chain)),
      rewards_(std::move(rewards)),
      discount_(discount),
      horizon_(horizon),
      mean_(chain_.states(), mean),
      residual_(chain_.states(), mean - rewards_.per_state()),
      standard_deviation_(chain_.states(), variance.cwiseMax(0.0).cwiseSqrt()) {
  if (!mean.allFinite() || !variance.allFinite()) {
    throw std::domain_error(
        "lifetime_value: the value is too large for a floating-point number; use smaller rewards or a stronger "
        "discount");
  }
}

LifetimeValue lifetime_value(const Chain& chain, const Rewards& rewards, const LifetimeValueOptions& options) {
  check_same_states(chain, rewards);
  if (!options.discount) {
    throw std::invalid_argument(
        "lifetime_value: no discount given; say an annual discount rate, a discount rate per period, a discount "
        "factor, or "
        "that there is none (discount factor 1)");
  }
  const double factor = options.discount->factor_per_period(chain.period());
  const Terms terms{chain.transition_matrix(), rewards, factor};

  if (options.horizon) {
    detail::check_horizon("horizon", *options.horizon);
    const Vector once = terms.one_period();
    Vector mean = Vector::Zero(chain.n_states());
    Vector variance = Vector::Zero(chain.n_states());
    for (Index t = 0; t < *options.horizon; ++t) {
      variance = factor * factor * (terms.P * variance + terms.spread(terms.P, mean));
      mean = once + factor * (terms.P * mean);
    }
    return {chain, rewards, *options.discount, options.horizon, std::move(mean), std::move(variance)};
  }

  if (factor == 1.0) detail::refuse_endless_rewards("lifetime_value", chain, rewards);
  const detail::ValueSystem system(chain, factor);
  Vector mean = system.solve(terms.one_period());
  const Vector within = factor * factor * terms.spread(terms.P, mean);
  Vector variance =
      factor == 1.0 ? Vector(system.solve(within)) : Vector(detail::ValueSystem(chain, factor * factor).solve(within));
  return {chain, rewards, *options.discount, options.horizon, std::move(mean), std::move(variance)};
}

LifetimeValue lifetime_value(const FitResult& fit, const LifetimeValueOptions& options,
                             const std::optional<Rewards>& rewards) {
  LifetimeValue value = lifetime_value(fit.chain, rewards ? *rewards : fit.counts.mean_rewards(), options);
  value.fit_ = std::make_shared<const FitResult>(fit);
  value.rewards_from_fit_ = !rewards;
  return value;
}

StartValue LifetimeValue::start_value(const Vector& start) const {
  check_distribution("start", chain_.states(), start);
  const Vector& V = mean_.vector();
  const Vector& deviation = standard_deviation_.vector();
  const double mean = start.dot(V);
  const double variance = start.dot(Vector(deviation.array().square() + (V.array() - mean).square()));
  std::optional<double> error;
  if (is_fitted()) error = standard_errors(start.transpose())[0];
  return {mean, std::sqrt(variance), start.dot(residual_.vector()), error};
}

StartValue LifetimeValue::start_value(std::string_view state) const {
  return start_value(start_in(chain_.states(), state));
}

/// The delta method: a start law `s` in each row of `starts`. With `occ` the discounted visits from `s`, one row of the
/// chain adds `occ_i² γ² Var_j(w_ij + V_j) / (A_i + 1)` to the variance and one mean reward `occ_i² se_i²`.
Vector LifetimeValue::standard_errors(const Matrix& starts) const {
  const double factor = discount_.factor_per_period(chain_.period());
  const Index n = chain_.n_states();
  const Terms terms{chain_.transition_matrix(), rewards_, factor};
  const Matrix means = posterior_means(fit_->posterior);
  const Vector uncertainty = row_uncertainty(fit_->posterior);

  Matrix visits(starts.rows(), n);  // discounted, per start law
  Vector variance = Vector::Zero(starts.rows());
  if (!horizon_) {
    visits = detail::ValueSystem(chain_, factor).solve_transposed(starts.transpose()).transpose();
    const Vector per_row = factor * factor * terms.spread(means, mean_.vector()).cwiseProduct(uncertainty);
    variance = visits.cwiseAbs2() * per_row;
  } else {
    for (Index s = 0; s < starts.rows(); ++s) {
      const detail::ValueGradient gradient = detail::value_gradient(*this, starts.row(s).transpose());
      visits.row(s) = gradient.visits;
      for (Index i = 0; i < n; ++i) {
        const double mean = means.row(i).dot(gradient.partial.row(i));
        variance[s] +=
            uncertainty[i] * (means.row(i).array() * (gradient.partial.row(i).array() - mean).square()).sum();
      }
    }
  }
  if (rewards_from_fit_) {
    // What is paid on entering an exit was measured there once, whichever move led to it.
    const Vector error = fit_->counts.mean_rewards_error().vector();
    const Lifecycle& life = fit_->counts.lifecycle();
    for (Index i = 0; i < n; ++i) {
      const Vector weight = life.is_exit(i) ? Vector(factor * visits * moves_into(i)) : Vector(visits.col(i));
      variance += weight.cwiseAbs2() * error[i] * error[i];
    }
  }
  return variance.cwiseSqrt();
}

Vector LifetimeValue::moves_into(Index exit) const {
  Vector entering = chain_.transition_matrix().col(exit);
  entering[exit] = 0.0;
  return entering;
}

ValueInterval LifetimeValue::interval(double level) const {
  if (!(level > 0.0 && level < 1.0)) {
    throw std::invalid_argument("level: must be between 0 and 1 (0.9 = ninety percent), found " + text::number(level));
  }
  if (!is_fitted()) {
    throw std::domain_error(
        "interval: this chain was not fitted from counts, so nothing says how sure it is; ask lifetime_value of a fit");
  }
  const Vector error = standard_errors(Matrix::Identity(chain_.n_states(), chain_.n_states()));
  const double z = std::sqrt(2.0) * boost::math::erf_inv(level);
  const StateSpace& states = chain_.states();
  return {level, StateValues(states, mean_.vector() - z * error), StateValues(states, mean_.vector() + z * error),
          StateValues(states, error)};
}

std::string LifetimeValue::definition() const {
  const Period& period = chain_.period();
  std::string words = "expected lifetime value per customer (" + rewards_.label() + ")";
  words +=
      horizon_ ? ", over " + text::plural(*horizon_, period.is_step() ? "event" : "period") : std::string(", for life");
  words += period.is_step() ? " (one step = one event, no calendar time)" : " (one period = " + period.name() + ")";
  words += "; discount: " + discount_.describe(period);
  return words;
}

}  // namespace sojourn
