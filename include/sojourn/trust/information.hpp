/// \file information.hpp
/// Which data would tell most: whose moves and money to observe next so that the value is known better.
///
/// By the delta method the variance of a fitted value is a sum over states: what is not known about the moves out of a
/// state, `occ_i² γ² Var_j(w_ij + V_j) / (A_i + 1)` for a value for life, and about its mean reward, `weight_i² se_i²`.
/// `m` more observed periods in state `i`, like those seen so far, bring `A_i` to `A_i + m` and `se_i²` to `se_i² n_i /
/// (n_i + m)`; nothing else changes.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "sojourn/value/lifetime_value.hpp"

namespace sojourn {

/// What one state adds to the variance of a value, and what more data about it would take away.
struct StateInformation {
  Index state;
  /// Moves out of the state that the fit rests on, prior included; for an exit the entries into it.
  double observations;
  double move_variance;    ///< from its row of the chain, currency squared
  double reward_variance;  ///< from its mean reward, currency squared
  double share;            ///< of the whole variance; the shares sum to 1
  /// By how much one more observed period there (for an exit: one more entry) narrows the standard error, currency; the
  /// derivative, so for small numbers of periods.
  double narrowing;
};

/// Where the uncertainty of a value comes from.
class ValueOfInformation {
 public:
  ValueOfInformation(const LifetimeValue& value, const Vector& start);

  const StateSpace& states() const { return states_; }
  /// Value from the start, and its standard error; currency.
  double mean() const { return mean_; }
  double standard_error() const { return standard_error_; }
  /// Every state that adds to the variance, the one where the next observation narrows most first.
  const std::vector<StateInformation>& ranking() const { return ranking_; }

  /// The standard error after `periods >= 0` more observed periods in one state, currency. Throws `out_of_range` for an
  /// unknown state.
  double standard_error_after(std::string_view state, double periods) const;
  /// The observed periods in one state that bring the standard error down to `target`. Throws `domain_error` when no
  /// number of them does, with the limit.
  double periods_to_reach(std::string_view state, double target) const;

 private:
  friend struct ValueOfInformationAccess;
  explicit ValueOfInformation(StateSpace states) : states_(std::move(states)) {}
  double variance_after(Index state, double periods) const;

  StateSpace states_;
  double mean_ = 0.0;
  double standard_error_ = 0.0;
  std::vector<StateInformation> ranking_;
  Vector move_variance_;
  Vector reward_variance_;
  Vector moves_;   // prior included
  Vector visits_;  // observed
};

/// From a law over the states, shape (n_states,). Throws `domain_error` for a value of a chain that was not fitted from
/// counts.
ValueOfInformation value_of_information(const LifetimeValue& value, const Vector& start);
ValueOfInformation value_of_information(const LifetimeValue& value, std::string_view start);

}  // namespace sojourn
