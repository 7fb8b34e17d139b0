#include "sojourn/trust/robust.hpp"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "sojourn/chain/structure.hpp"
#include "solve/value_system.hpp"
#include "support/level.hpp"
#include "support/text.hpp"
#include "trust/posterior_draws.hpp"

namespace sojourn {

namespace {

using Beta =
    boost::math::beta_distribution<double, boost::math::policies::policy<boost::math::policies::promote_double<false>>>;

Index free_probabilities(const Matrix& posterior) {
  Index n = 0;
  for (Index i = 0; i < posterior.rows(); ++i) {
    const Index moves = (posterior.row(i).array() > 0.0).count();
    n += moves == 2 ? 1 : moves > 2 ? moves : 0;
  }
  return n;
}

/// Intervals of each probability, of which `error` may fail each.
PossibleChains box(const FitResult& fit, double level, Index n_intervals) {
  const Matrix& known = fit.chain.transition_matrix();
  PossibleChains possible{level, fit.states(), known, known, n_intervals};
  const double side = n_intervals == 0 ? 0.0 : 0.5 * (1.0 - level) / static_cast<double>(n_intervals);
  for (Index i = 0; i < known.rows(); ++i) {
    const double total = fit.posterior.row(i).sum();
    if (!(total > 0.0)) continue;
    for (Index j = 0; j < known.cols(); ++j) {
      const double a = fit.posterior(i, j);
      possible.lower(i, j) = possible.upper(i, j) = a > 0.0 ? 1.0 : 0.0;
      if (a <= 0.0 || a >= total) continue;
      const double rest = total - a;
      if (!(rest > 0.0)) continue;
      possible.lower(i, j) = boost::math::quantile(Beta(a, rest), side);
      possible.upper(i, j) = boost::math::quantile(boost::math::complement(Beta(a, rest), side));
    }
    // What the others must leave, or take.
    const Eigen::RowVectorXd lower = possible.lower.row(i);
    const Eigen::RowVectorXd upper = possible.upper.row(i);
    for (Index j = 0; j < known.cols(); ++j) {
      double most_of_others = 0.0;
      double least_of_others = 0.0;
      for (Index k = 0; k < known.cols(); ++k) {
        if (k == j) continue;
        most_of_others += upper[k];
        least_of_others += lower[k];
      }
      possible.lower(i, j) = std::clamp(1.0 - most_of_others, lower[j], upper[j]);
      possible.upper(i, j) = std::clamp(1.0 - least_of_others, lower[j], upper[j]);
    }
  }
  return possible;
}

/// The row of the box with the greatest (least) `Σ_j p_j u_j`: everything at its lower bound, and what is left to the
/// best (worst) moves first.
Eigen::RowVectorXd extreme_row(const PossibleChains& possible, Index i, const Eigen::RowVectorXd& u, double sign) {
  std::vector<Index> order(static_cast<std::size_t>(u.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return sign * u[a] > sign * u[b]; });
  Eigen::RowVectorXd p = possible.lower.row(i);
  double left = 1.0 - p.sum();
  for (const Index j : order) {
    const double more = std::clamp(left, 0.0, possible.upper(i, j) - possible.lower(i, j));
    p[j] += more;
    left -= more;
  }
  return p / p.sum();
}

/// One side of the bounds: the most (sign 1) or the least (sign -1) that each state can be worth.
class Extreme {
 public:
  Extreme(const LifetimeValue& value, const PossibleChains& possible, Rewards rewards, double sign)
      : value_(value),
        possible_(possible),
        rewards_(std::move(rewards)),
        sign_(sign),
        factor_(value.discount().factor_per_period(value.chain().period())),
        P_(value.chain().transition_matrix()),
        V_(Vector::Zero(P_.rows())) {
    for (Index i = 0; i < P_.rows(); ++i) {
      if (possible_.lower.row(i) != possible_.upper.row(i)) P_.row(i) = extreme_row(possible_, i, onward(i), sign_);
    }
    if (value.horizon()) {
      recurse(*value.horizon());
    } else {
      iterate();
    }
  }

  Chain chain() const { return {value_.chain().states(), P_, value_.chain().period()}; }
  const Rewards& rewards() const { return rewards_; }
  StateValues values() const { return {value_.chain().states(), V_}; }

 private:
  /// `w_ij + V_j` along row `i`.
  Eigen::RowVectorXd onward(Index i) const {
    Eigen::RowVectorXd u = V_.transpose();
    if (rewards_.has_move_rewards()) u += rewards_.per_move().row(i);
    return u;
  }

  Vector one_period() const {
    Vector sum = rewards_.per_state();
    if (rewards_.has_move_rewards()) sum += factor_ * P_.cwiseProduct(rewards_.per_move()).rowwise().sum();
    return sum;
  }

  /// Policy iteration: a row is changed only for a gain beyond rounding, so it ends.
  void iterate() {
    for (;;) {
      V_ = detail::ValueSystem(chain(), factor_).solve(one_period());
      if (!V_.allFinite()) {
        throw std::domain_error(
            "value_bounds: a bound is too large for a floating-point number; use a stronger discount or a lower level");
      }
      bool changed = false;
      for (Index i = 0; i < P_.rows(); ++i) {
        const Eigen::RowVectorXd u = onward(i);
        const Eigen::RowVectorXd better = extreme_row(possible_, i, u, sign_);
        const double gain = sign_ * (better - P_.row(i)).dot(u);
        const double size = P_.row(i).cwiseAbs().dot(u.cwiseAbs()) + better.cwiseAbs().dot(u.cwiseAbs());
        if (!(gain > 1e-13 * size)) continue;
        P_.row(i) = better;
        changed = true;
      }
      if (!changed) return;
    }
  }

  void recurse(Index horizon) {
    for (Index t = 0; t < horizon; ++t) {
      for (Index i = 0; i < P_.rows(); ++i) P_.row(i) = extreme_row(possible_, i, onward(i), sign_);
      const Vector once = one_period();
      V_ = once + factor_ * (P_ * V_);
    }
  }

  const LifetimeValue& value_;
  const PossibleChains& possible_;
  Rewards rewards_;
  double sign_;
  double factor_;
  Matrix P_;
  Vector V_;
};

/// Transient states among which some possible chain can stay for ever.
std::vector<std::string> endless_states(const Chain& chain, const PossibleChains& possible) {
  const Structure shape = structure(chain);
  std::vector<char> stays(static_cast<std::size_t>(chain.n_states()), 0);
  for (const Index i : shape.transient_states()) stays[static_cast<std::size_t>(i)] = 1;
  for (bool changed = true; changed;) {
    changed = false;
    for (Index i = 0; i < chain.n_states(); ++i) {
      if (!stays[static_cast<std::size_t>(i)]) continue;
      double most_inside = 0.0;
      bool must_leave = false;
      for (Index j = 0; j < chain.n_states(); ++j) {
        if (stays[static_cast<std::size_t>(j)]) {
          most_inside += possible.upper(i, j);
        } else {
          must_leave = must_leave || possible.lower(i, j) > 0.0;
        }
      }
      if (!must_leave && most_inside >= 1.0) continue;
      stays[static_cast<std::size_t>(i)] = 0;
      changed = true;
    }
  }
  std::vector<std::string> names;
  for (Index i = 0; i < chain.n_states(); ++i) {
    if (stays[static_cast<std::size_t>(i)]) names.push_back(chain.states().name(i));
  }
  return names;
}

}  // namespace

bool PossibleChains::hold(const Chain& chain) const {
  if (!(chain.states() == states)) return false;
  const Matrix& P = chain.transition_matrix();
  return (P.array() >= lower.array() - Chain::tolerance).all() && (P.array() <= upper.array() + Chain::tolerance).all();
}

PossibleChains possible_chains(const FitResult& fit, double level) {
  detail::check_level(level);
  return box(fit, level, free_probabilities(fit.posterior));
}

ValueBounds value_bounds(const LifetimeValue& value, double level) {
  detail::check_level(level);
  if (!value.is_fitted()) {
    throw std::domain_error(
        "value_bounds: this chain was not fitted from counts, so nothing says which others are possible; ask "
        "lifetime_value of a fit");
  }
  const FitResult& fit = *value.fit();
  const Index n = value.chain().n_states();
  const detail::RewardDraws money =
      value.has_fitted_rewards() ? detail::RewardDraws(fit, 0) : detail::RewardDraws(value.rewards());
  Index n_intervals = free_probabilities(fit.posterior);
  for (Index i = 0; i < n; ++i) n_intervals += money.varies(i) ? 1 : 0;
  PossibleChains possible = box(fit, level, n_intervals);
  if (!value.horizon() && value.discount().factor_per_period(value.chain().period()) == 1.0) {
    const std::vector<std::string> endless = endless_states(value.chain(), possible);
    if (!endless.empty()) {
      throw std::domain_error("value_bounds: at this level some possible chain never leaves " + text::list(endless) +
                              "; give a discount factor below 1, a horizon, a lower level, or more data");
    }
  }
  const double z =
      n_intervals == 0 ? 0.0 : std::sqrt(2.0) * boost::math::erfc_inv((1.0 - level) / static_cast<double>(n_intervals));
  const Extreme worst(value, possible, money.shifted(-z), -1.0);
  const Extreme best(value, possible, money.shifted(z), 1.0);
  return {.level = level,
          .lower = worst.values(),
          .upper = best.values(),
          .worst_chain = worst.chain(),
          .worst_rewards = worst.rewards(),
          .best_chain = best.chain(),
          .best_rewards = best.rewards(),
          .possible = std::move(possible)};
}

}  // namespace sojourn
