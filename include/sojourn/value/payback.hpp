/// \file payback.hpp
/// When a customer has paid back what he cost.
///
/// The cost is spent at the start of period 0. A customer has paid it back in period `t` when the rewards he brought,
/// discounted to period 0, first reach the cost: by what he brings at the start of period `t` or by his move at its
/// end. The sum may fall again later; what counts is that it was reached. Who never reaches it is mass at infinity.
/// Amounts are followed as for the law of the value (`value_law.hpp`): the answer is right for a cost that differs by
/// no more than `error_in_cost`, but for a probability of `error_in_probability`.
#pragma once

#include <optional>
#include <string_view>

#include "sojourn/value/lifetime_value.hpp"

namespace sojourn {

struct PaybackOptions {
  /// Periods looked at, at least 1; unset = the horizon of the value, or, for life, until all but
  /// `error_in_probability` is decided
  std::optional<Index> horizon = std::nullopt;
  std::optional<double> error_in_cost = std::nullopt;  ///< the largest error, in currency; unset = by `relative_error`
  double relative_error = 0.01;                        ///< the largest error, as a share of the cost
  double error_in_probability = 1e-6;                  ///< probability that may be left out
  Index exact_values = 1024;                           ///< distinct amounts that are kept before a grid takes over
  Index most_points = 262'144;                         ///< points per state at most
};

/// The law of the period in which the cost is paid back.
struct Payback {
  double cost;           ///< currency
  Vector probabilities;  ///< shape (periods,): paid back in period `t = 0, 1, …`
  double never;          ///< proven: nothing that can still come reaches the cost
  double undecided;      ///< neither paid back nor proven never within the periods looked at
  /// Money: `P(paid back by t)` lies between its true values for `cost + error_in_cost` and `cost - error_in_cost`; 0
  /// when every amount was kept.
  double error_in_cost;
  double error_in_probability;  ///< the probability left out of that statement
  /// The first period in which the *expected* money brought so far reaches the cost; nothing when it does not.
  std::optional<Index> expected_value_period;

  /// Shape (periods,): paid back in period `t` or before.
  Vector cumulative() const;
  /// The first period by whose end a share `p` of the customers has paid back; nothing when fewer are known to. Throws
  /// `invalid_argument` unless `0 < p < 1`.
  std::optional<Index> quantile(double p) const;
};

/// The law of the payback time from a law over the states, shape (n_states,). `cost` is what the customer cost, above 0.
/// Throws `invalid_argument` for a cost or options out of range and `domain_error` when the error is too small to reach.
Payback payback(const LifetimeValue& value, const Vector& start, double cost, const PaybackOptions& options = {});
Payback payback(const LifetimeValue& value, std::string_view start, double cost, const PaybackOptions& options = {});

}  // namespace sojourn
