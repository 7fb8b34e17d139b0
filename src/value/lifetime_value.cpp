#include "sojourn/value/lifetime_value.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "chain/state_words.hpp"
#include "sojourn/chain/structure.hpp"
#include "solve/endless.hpp"
#include "solve/horizon.hpp"
#include "solve/value_system.hpp"
#include "support/text.hpp"
#include "value/value_gradient.hpp"

namespace sojourn {

namespace {

/// `Var_j(w_ij + V_j)` per row of the chain.
Vector spread(const Chain& chain, const Rewards& rewards, const Vector& V) {
  Vector variance = Vector::Zero(chain.n_states());
  for (Index i = 0; i < chain.n_states(); ++i) {
    double mean = 0.0;
    double total = 0.0;
    chain.for_each_move(i, [&](Index j, double p) {
      mean += p * (V[j] + rewards.move_reward(i, j));
      total += p;
    });
    mean /= total;
    chain.for_each_move(i, [&](Index j, double p) {
      const double above = V[j] + rewards.move_reward(i, j) - mean;
      variance[i] += p * above * above;
    });
  }
  return variance;
}

/// `Σ_j q_j (u_j - ū)²` with `ū = Σ_j q_j u_j`, for weights that sum to 1, or to 0, which gives 0.
template <class Weights, class Numbers>
double weighted_variance(const Weights& q, const Numbers& u) {
  const double mean = q.dot(u);
  return (q.array() * (u.array() - mean).square()).sum();
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

struct LifetimeValue::Solution {
  Solution(const Chain& the_chain, const Rewards& the_rewards, const LifetimeValueOptions& options);

  Chain chain;
  Rewards rewards;
  Discount discount;
  std::optional<Index> horizon;
  double factor;                              // per period
  Vector once;                                // `r + γ (P∘W) 1`
  std::optional<detail::ValueSystem> system;  // for life
  StateValues mean;
  StateValues residual;

  // Found when first asked for.
  mutable std::mutex mutex;
  mutable std::optional<StateValues> standard_deviation;

 private:
  Vector solved();
};

LifetimeValue::Solution::Solution(const Chain& the_chain, const Rewards& the_rewards,
                                  const LifetimeValueOptions& options)
    : chain(the_chain),
      rewards(the_rewards),
      discount(*options.discount),
      horizon(options.horizon),
      factor(discount.factor_per_period(chain.period())),
      once(rewards.has_move_rewards()
               ? Vector(rewards.per_state() + factor * detail::expected_move_reward(chain, rewards))
               : rewards.per_state()),
      mean(chain.states(), solved()),
      residual(chain.states(), mean.vector() - rewards.per_state()) {}

Vector LifetimeValue::Solution::solved() {
  Vector values;
  if (horizon) {
    values = Vector::Zero(chain.n_states());
    for (Index t = 0; t < *horizon; ++t) values = once + factor * chain.expected_next(values);
  } else {
    system.emplace(chain, factor);
    values = system->solve_one(once);
  }
  if (!values.allFinite()) {
    throw std::domain_error(
        "lifetime_value: the value is too large for a floating-point number; use smaller rewards or a stronger "
        "discount");
  }
  return values;
}

const detail::ValueSystem& detail::system_of(const LifetimeValue& value) {
  return *value.solution_->system;
}

LifetimeValue::LifetimeValue(std::shared_ptr<const Solution> solution) : solution_(std::move(solution)) {}

const StateValues& LifetimeValue::mean() const {
  return solution_->mean;
}
const StateValues& LifetimeValue::residual() const {
  return solution_->residual;
}
const Chain& LifetimeValue::chain() const {
  return solution_->chain;
}
const Rewards& LifetimeValue::rewards() const {
  return solution_->rewards;
}
const Discount& LifetimeValue::discount() const {
  return solution_->discount;
}
const std::optional<Index>& LifetimeValue::horizon() const {
  return solution_->horizon;
}

LifetimeValue lifetime_value(const Chain& chain, const Rewards& rewards, const LifetimeValueOptions& options) {
  detail::check_same_states("rewards", rewards.states(), chain.states());
  if (!options.discount) {
    throw std::invalid_argument(
        "lifetime_value: no discount given; say an annual discount rate, a discount rate per period, a discount "
        "factor, or "
        "that there is none (discount factor 1)");
  }
  if (options.horizon) {
    detail::check_horizon("horizon", *options.horizon);
  } else if (options.discount->factor_per_period(chain.period()) == 1.0) {
    detail::refuse_endless_rewards("lifetime_value", chain, rewards);
  }
  return LifetimeValue(std::make_shared<const LifetimeValue::Solution>(chain, rewards, options));
}

const StateValues& LifetimeValue::standard_deviation() const {
  const std::lock_guard lock(solution_->mutex);
  if (!solution_->standard_deviation) {
    solution_->standard_deviation.emplace(chain().states(), variance().cwiseMax(0.0).cwiseSqrt());
  }
  return *solution_->standard_deviation;
}

Vector LifetimeValue::variance() const {
  const Solution& s = *solution_;
  const double squared = s.factor * s.factor;
  Vector variance = Vector::Zero(s.chain.n_states());
  if (s.horizon) {
    Vector mean = Vector::Zero(s.chain.n_states());
    for (Index t = 0; t < *s.horizon; ++t) {
      variance = squared * (s.chain.expected_next(variance) + spread(s.chain, s.rewards, mean));
      mean = s.once + s.factor * s.chain.expected_next(mean);
    }
  } else {
    const Vector within = squared * spread(s.chain, s.rewards, s.mean.vector());
    variance = s.factor == 1.0 ? s.system->solve_one(within) : detail::ValueSystem(s.chain, squared).solve_one(within);
  }
  if (!variance.allFinite()) {
    throw std::domain_error(
        "standard_deviation: the spread is too large for a floating-point number; use smaller rewards or a stronger "
        "discount");
  }
  return variance;
}

LifetimeValue lifetime_value(const FitResult& fit, const LifetimeValueOptions& options,
                             const std::optional<Rewards>& rewards) {
  LifetimeValue value = lifetime_value(fit.chain, rewards ? *rewards : fit.counts.mean_rewards(), options);
  value.fit_ = std::make_shared<const FitResult>(fit);
  value.rewards_from_fit_ = !rewards;
  return value;
}

StartValue LifetimeValue::start_value(const Vector& start) const {
  check_distribution("start", chain().states(), start);
  const Vector& V = mean().vector();
  const Vector& deviation = standard_deviation().vector();
  const double mean = start.dot(V);
  const double variance = start.dot(Vector(deviation.array().square() + (V.array() - mean).square()));
  std::optional<double> error;
  if (is_fitted()) error = standard_errors(start.transpose())[0];
  return {mean, std::sqrt(variance), start.dot(residual().vector()), error};
}

StartValue LifetimeValue::start_value(std::string_view state) const {
  return start_value(start_in(chain().states(), state));
}

/// The delta method: a start law `s` in each row of `starts`. With `occ` the discounted visits from `s`, one row of the
/// chain adds `occ_i² γ² Var_j(w_ij + V_j) / (A_i + 1)` to the variance and one mean reward `occ_i² se_i²`.
Vector LifetimeValue::standard_errors(const Matrix& starts) const {
  const double factor = solution_->factor;
  const Index n = chain().n_states();
  const Matrix means = posterior_means(fit_->posterior);
  const Vector uncertainty = row_uncertainty(fit_->posterior);

  Matrix visits(starts.rows(), n);  // discounted, per start law
  Vector variance = Vector::Zero(starts.rows());
  if (!horizon()) {
    visits = detail::system_of(*this).solve_transposed(starts.transpose()).transpose();
    Vector per_row(n);
    for (Index i = 0; i < n; ++i) {
      Eigen::RowVectorXd u = mean().vector().transpose();
      if (rewards().has_move_rewards()) u += rewards().per_move().row(i);
      per_row[i] = factor * factor * weighted_variance(means.row(i), u) * uncertainty[i];
    }
    variance = visits.cwiseAbs2() * per_row;
  } else {
    for (Index s = 0; s < starts.rows(); ++s) {
      const detail::ValueGradient gradient = detail::value_gradient(*this, starts.row(s).transpose());
      visits.row(s) = gradient.visits.transpose();
      for (Index i = 0; i < n; ++i) {
        variance[s] += uncertainty[i] * weighted_variance(means.row(i), detail::partial_row(*this, gradient, i));
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
  Vector entering = Vector::Zero(chain().n_states());
  for (Index i = 0; i < entering.size(); ++i) {
    if (i != exit) entering[i] = chain().probability(i, exit);
  }
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
  const Vector error = standard_errors(Matrix::Identity(chain().n_states(), chain().n_states()));
  const double z = std::sqrt(2.0) * boost::math::erf_inv(level);
  const StateSpace& states = chain().states();
  return {level, StateValues(states, mean().vector() - z * error), StateValues(states, mean().vector() + z * error),
          StateValues(states, error)};
}

SolutionAccuracy LifetimeValue::accuracy() const {
  const Solution& s = *solution_;
  if (s.horizon) {
    throw std::domain_error("accuracy: a value with a horizon is a sum, not the solution of an equation");
  }
  const Index n = s.chain.n_states();
  Vector is_solved = Vector::Ones(n);
  if (s.factor == 1.0) {
    const Structure shape = structure(s.chain);
    for (const Index i : shape.recurrent_states()) is_solved[i] = 0.0;
  }
  // `b - (I - γ P) x` among the states that are solved for.
  const auto left_over = [&](const Vector& b, const Vector& x) {
    Vector left = Vector::Zero(n);
    for (Index i = 0; i < n; ++i) {
      if (is_solved[i] == 0.0) continue;
      long double sum = 0.0L;
      const long double own = x[i];
      s.chain.for_each_move(i, [&](Index j, double p) { sum += p * (own - x[j]); });
      left[i] = static_cast<double>(b[i] - (1.0 - s.factor) * own - s.factor * sum);
    }
    return left;
  };
  const double residual = left_over(s.once, s.mean.vector()).cwiseAbs().maxCoeff();
  if (is_solved.isZero()) return {residual, residual};
  // The rows of the inverse sum to y, and A y >= 1 - short proves y / (1 - short) an upper bound.
  const Vector y = s.system->solve_one(is_solved);
  const double short_of = std::max(0.0, left_over(is_solved, y).maxCoeff());
  return {residual, residual * y.maxCoeff() / (1.0 - short_of)};
}

std::string LifetimeValue::definition() const {
  const Period& period = chain().period();
  std::string words = "expected lifetime value per customer (" + rewards().label() + ")";
  words += horizon() ? ", over " + text::plural(*horizon(), period.is_step() ? "event" : "period")
                     : std::string(", for life");
  words += period.is_step() ? " (one step = one event, no calendar time)" : " (one period = " + period.name() + ")";
  words += "; discount: " + discount().describe(period);
  return words;
}

}  // namespace sojourn
