/// \file value_law.hpp
/// The whole law of a customer's value: its quantiles, the worst cases, the chance to exceed a cost.
///
/// The value is followed forward in time: how much a customer has brought so far, per state he stands in. While there
/// are few distinct amounts each is kept, and the law is exact. Where there are too many they are laid on a grid, one
/// per state, whose cells drift with the money. Every rounding is recorded, per move, at its size: the largest sum of
/// them along a possible journey bounds the error with certainty, and their moment generating function along the chain
/// bounds it but for a stated probability (H. Chernoff, Annals of Mathematical Statistics 23, 1952). So `F(x - ε) - δ ≤
/// F̂(x) ≤ F(x + ε) + δ` for the answer `F̂` and the truth `F`, with `ε` in money and `δ` a probability; both can be
/// asked for.
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sojourn/value/lifetime_value.hpp"

namespace sojourn {

namespace detail {
struct Mass;
}

struct ValueLawOptions {
  std::optional<double> error_in_value = std::nullopt;  ///< the largest `ε`, in currency; unset = by `relative_error`
  double relative_error = 0.01;                         ///< the largest `ε`, as a share of the standard deviation
  double error_in_probability = 1e-6;                   ///< the largest `δ`
  /// Points per state over the range of the value, 2 to `most_points`, with whatever `ε` they bring; unset = as many as
  /// the largest `ε` needs
  std::optional<Index> grid_points = std::nullopt;
  Index exact_values = 1024;    ///< distinct amounts over all states that are kept before a grid takes over
  Index most_points = 262'144;  ///< points per state at most
};

/// An amount and its probability.
struct ValueAtom {
  double value;        ///< currency
  double probability;  ///< of exactly this value
};

/// What is certain about a number of the law.
struct LawBounds {
  double lower;
  double upper;
};

/// The law of the discounted value of one customer.
class ValueLaw {
 public:
  /// The distinct values in rising order, each with its probability; they sum to 1.
  const std::vector<ValueAtom>& atoms() const { return atoms_; }
  /// `P(X ≤ x)`. Throws `invalid_argument` when `x` is not a number.
  double cdf(double x) const;
  /// `P(X > x)`: that the value exceeds a cost.
  double probability_above(double x) const;
  /// The smallest `x` with `P(X ≤ x) ≥ p`. Throws `invalid_argument` unless `0 < p < 1`.
  double quantile(double p) const;
  /// The mean of the worst share `alpha` of the customers (lower tail); `0 < alpha < 1`. Currency.
  double cvar(double alpha) const;
  /// Currency.
  double mean() const { return mean_; }
  /// Between customers. Currency.
  double standard_deviation() const { return standard_deviation_; }

  /// `ε`: how far amounts may be off, in currency; 0 when every amount was kept (and so is right up to the rounding of
  /// floating-point numbers).
  double error_in_value() const { return error_in_value_; }
  /// `δ`: the probability left out of that statement.
  double error_in_probability() const { return error_in_probability_; }
  /// True when every amount was kept.
  bool is_exact() const { return error_in_value_ == 0.0 && error_in_probability_ == 0.0; }

  /// No amount is off by more than this, whatever the probability; and the root mean square by which amounts are off.
  /// Their mean is right. Currency.
  double largest_slip() const { return slip_bound_; }
  double typical_slip() const { return std::sqrt(slip_variance_); }

  /// Certain bounds of `P(X ≤ x)`.
  LawBounds cdf_bounds(double x) const;
  /// Certain bounds of the quantile, in currency. Throws `invalid_argument` unless `0 < p < 1`, and `domain_error` when
  /// `p` is within `error_in_probability` of 0 or 1, where nothing bounds it: ask for a smaller one.
  LawBounds quantile_bounds(double p) const;

  /// What it is, in words, with its error.
  const std::string& definition() const { return definition_; }

 private:
  friend class ValueLawBuilder;
  friend class FleetValue;
  friend struct ValueLawAccess;
  ValueLaw() = default;
  ValueLaw(std::vector<detail::Mass> masses, double error_in_probability, std::string definition);

  std::vector<ValueAtom> atoms_;
  std::vector<double> cumulative_;
  std::vector<ValueAtom> lowest_;   // every atom at the lower end of its error, sorted, with cumulated probability
  std::vector<ValueAtom> highest_;  // every atom at the upper end
  double mean_ = 0.0;
  double standard_deviation_ = 0.0;
  double error_in_value_ = 0.0;
  double error_in_probability_ = 0.0;
  double slip_bound_ = 0.0;     // no amount is off by more, whatever the probability
  double slip_variance_ = 0.0;  // mean square by which amounts are off; their mean is right
  std::string definition_;
};

/// The law of the value from a law over the states, shape (n_states,). Throws `invalid_argument` for a start that is no
/// law or options out of range, and `domain_error` when the error bounds are too small to reach; the message says what
/// is within reach.
ValueLaw value_law(const LifetimeValue& value, const Vector& start, const ValueLawOptions& options = {});
ValueLaw value_law(const LifetimeValue& value, std::string_view start, const ValueLawOptions& options = {});

/// The quantile of the value per state in which the customer starts, `0 < p < 1`. Currency. Throws as `value_law` does.
StateValues value_quantile(const LifetimeValue& value, double p, const ValueLawOptions& options = {});

}  // namespace sojourn
