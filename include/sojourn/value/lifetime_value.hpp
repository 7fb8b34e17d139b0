/// \file lifetime_value.hpp
/// What a customer is worth: the law of discounted rewards over his life, by its mean and spread.
///
/// `X_i = r_i + γ (w_ij + X_j)` with `j` drawn from row `i`: a reward at the start of each period, the first one
/// included, and a reward per move at its end. The mean solves `V = r + γ (P∘W) 1 + γ P V`; the variance solves `S = γ²
/// P S + γ² Var_j(w_ij + V_j)` (law of total variance; M. J. Sobel, "The variance of discounted Markov decision
/// processes", Journal of Applied Probability 19, 1982). A horizon of `T` periods has `T` rewards of either kind, by
/// recursion.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sojourn/chain/chain.hpp"
#include "sojourn/chain/discount.hpp"
#include "sojourn/chain/rewards.hpp"
#include "sojourn/data/fit.hpp"

namespace sojourn {

class LifetimeValue;
namespace detail {
class ValueSystem;
const ValueSystem& system_of(const LifetimeValue& value);
}  // namespace detail

struct LifetimeValueOptions {
  std::optional<Discount> discount = std::nullopt;  ///< must be given; `Discount::none()` for no discounting
  std::optional<Index> horizon = std::nullopt;      ///< periods, at least 1; unset = for life
};

/// A confidence interval per state, in currency.
struct ValueInterval {
  double level;
  StateValues lower;
  StateValues upper;
  StateValues standard_error;
};

/// The value of a customer who starts from a law over the states, in currency.
struct StartValue {
  double mean;
  double standard_deviation;
  double residual;  ///< mean less the reward received at once
  /// Standard error of the mean from the data; nothing when the chain was not fitted.
  std::optional<double> standard_error;
};

/// How well the means for life solve their own equation.
struct SolutionAccuracy {
  double residual;     ///< largest difference between the two sides of the equation over the states, currency
  double error_bound;  ///< no mean is further than this from the exact one: proven from the residual, currency
};

/// The value of a customer, per state in which he starts.
class LifetimeValue {
 public:
  /// Mean of the discounted rewards, the one at `t = 0` included: what a newcomer in the state brings. Currency.
  const StateValues& mean() const;
  /// `mean` less the reward at `t = 0`: what is still to come from a customer who stands in the state now. Currency.
  const StateValues& residual() const;
  /// Standard deviation between customers, not the error of the mean. Currency.
  const StateValues& standard_deviation() const;

  /// The value from a law over the states, shape (n_states,). Throws `invalid_argument` when it is not one.
  StartValue start_value(const Vector& start) const;
  StartValue start_value(std::string_view state) const;

  /// A normal interval for `mean` by the delta method over Dirichlet rows and the sampling error of mean rewards;
  /// `level` in (0, 1). Throws `domain_error` for a chain that was not fitted from counts.
  ValueInterval interval(double level) const;

  /// Puts the means into `V = r + γ (P∘W) 1 + γ P V` again, in extended precision. Throws `domain_error` with a horizon,
  /// where there is nothing to solve.
  SolutionAccuracy accuracy() const;

  const Chain& chain() const;
  const Rewards& rewards() const;
  const Discount& discount() const;
  const std::optional<Index>& horizon() const;
  bool is_fitted() const { return fit_ != nullptr; }
  /// The fit behind the chain; null where it was not fitted.
  const FitResult* fit() const { return fit_.get(); }
  /// True when the rewards are the mean values observed in the fit, so that they have a sampling error.
  bool has_fitted_rewards() const { return rewards_from_fit_; }

  /// What was computed, in words: "lifetime value in revenue, for life, discounted at 10 % per year (…)".
  std::string definition() const;

 private:
  friend const detail::ValueSystem& detail::system_of(const LifetimeValue&);
  friend LifetimeValue lifetime_value(const Chain&, const Rewards&, const LifetimeValueOptions&);
  friend LifetimeValue lifetime_value(const FitResult&, const LifetimeValueOptions&, const std::optional<Rewards>&);

  /// The question and its answer, shared by copies.
  struct Solution;

  explicit LifetimeValue(std::shared_ptr<const Solution> solution);
  Vector variance() const;
  Vector standard_errors(const Matrix& starts) const;
  Vector moves_into(Index exit) const;

  std::shared_ptr<const Solution> solution_;
  std::shared_ptr<const FitResult> fit_;
  bool rewards_from_fit_ = false;
};

/// The value of a customer in each state. Without a horizon it is his value for life. Throws `invalid_argument` without
/// a discount or with a horizon below 1, and `domain_error` when the value would be infinite: nothing is discounted,
/// there is no horizon, and a state that is never left (or a set of them) keeps bringing money; the message names it.
LifetimeValue lifetime_value(const Chain& chain, const Rewards& rewards, const LifetimeValueOptions& options);

/// The same from a fit, so that the value has intervals. Without `rewards`, they are the mean values per period
/// observed in each state, and their sampling error enters the interval.
LifetimeValue lifetime_value(const FitResult& fit, const LifetimeValueOptions& options,
                             const std::optional<Rewards>& rewards = std::nullopt);

}  // namespace sojourn
