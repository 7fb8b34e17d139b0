/// \file fleet.hpp
/// What a base of customers is worth together.
///
/// Numbers of customers per state, each going his own way: means and variances add up. The law of the sum is the
/// convolution of the laws of the customers, the `N`-th power of their transforms (P. Embrechts and M. Frei, "Panjer
/// recursion versus FFT for compound distributions", Mathematical Methods of Operations Research 69, 2009).
///
/// All of it is the spread *between* customers who follow the chain for certain, and shrinks against the mean as the
/// base grows. It is not the error of a chain fitted from data, which all customers share: for that, see
/// `LifetimeValue::interval`.
#pragma once

#include <vector>

#include "sojourn/value/value_law.hpp"

namespace sojourn {

/// Which money counts for a customer.
enum class FleetBasis {
  residual,  ///< what is still to come: for today's base, whose reward of this period has been received
  mean,      ///< the reward received at once included: for newcomers
};

struct FleetOptions {
  FleetBasis basis = FleetBasis::residual;  ///< which money counts
};

struct FleetLawOptions {
  double relative_error = 0.02;         ///< the largest `ε`, as a share of the standard deviation of the sum
  double error_in_probability = 1e-6;   ///< the largest `δ`, above 0
  Index most_points = Index{1} << 22U;  ///< points of the grid at most
};

/// An interval that holds the value of the fleet with a probability of `level`, as much of the rest on either side.
struct FleetInterval {
  double level;
  double lower;                 ///< currency
  double upper;                 ///< currency
  double error_in_value;        ///< either end is a quantile of the sum within this, in currency; 0 for the normal one
  double error_in_probability;  ///< the probability left out of that statement; 0 for the normal one
};

/// The value of a fleet of customers.
class FleetValue {
 public:
  double mean() const { return mean_; }          ///< currency
  double variance() const { return variance_; }  ///< between fleets like this one, currency²
  double standard_deviation() const;             ///< currency
  /// Customers per state, and the mean of what they bring together, in currency.
  const StateValues& customers() const { return customers_; }
  const StateValues& mean_by_state() const { return mean_by_state_; }
  double n_customers() const { return customers_.vector().sum(); }
  FleetBasis basis() const { return options_.basis; }
  /// The value of one customer that it is made of.
  const LifetimeValue& value() const { return value_; }

  /// By the central limit theorem; good for many customers of like spread. `level` in (0, 1).
  FleetInterval interval(double level) const;
  /// From the law of the sum. Throws as `law` does.
  FleetInterval exact_interval(double level, const FleetLawOptions& options = {}) const;
  /// The law of the sum, with its error. Throws `domain_error` for numbers of customers that are not whole, or when the
  /// fleet is too large for the error asked for: then `interval` is the answer.
  ValueLaw law(const FleetLawOptions& options = {}) const;

 private:
  friend FleetValue fleet_value(const LifetimeValue&, const Vector&, const FleetOptions&);
  FleetValue(LifetimeValue value, StateValues customers, StateValues mean_by_state, const FleetOptions& options);

  LifetimeValue value_;
  StateValues customers_;
  StateValues mean_by_state_;
  FleetOptions options_;
  double mean_ = 0.0;
  double variance_ = 0.0;
};

/// The value of `customers` per state, shape (n_states,). Throws `invalid_argument` for numbers that are negative, not
/// finite or of another shape, or when there is no customer.
FleetValue fleet_value(const LifetimeValue& value, const Vector& customers, const FleetOptions& options = {});

}  // namespace sojourn
