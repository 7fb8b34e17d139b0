/// \file value_moments.hpp
/// The shape of a customer's value: variance, skewness and kurtosis between customers.
///
/// With `d_ij = w_ij + V_j - Σ_k p_ik (w_ik + V_k)` and `c_k` the central moments, `X_i = r_i + γ (w_ij + X_j)` gives
/// `c_2 = γ² Σ_j p_ij (d² + c_2j)`, `c_3 = γ³ Σ_j p_ij (d³ + 3 d c_2j + c_3j)` and `c_4 = γ⁴ Σ_j p_ij (d⁴ + 6 d² c_2j +
/// 4 d c_3j + c_4j)`: each one linear system with `γ^k P`, or one recursion over a horizon, and no difference of large
/// raw moments (M. J. Sobel, Journal of Applied Probability 19, 1982, gives the raw ones).
#pragma once

#include <array>
#include <string_view>

#include "sojourn/value/lifetime_value.hpp"

namespace sojourn {

/// Moments of the value of a customer who starts from a law over the states.
struct StartMoments {
  double mean;            ///< currency
  double variance;        ///< currency²
  double third_central;   ///< currency³
  double fourth_central;  ///< currency⁴

  double standard_deviation() const;
  /// `third_central / variance^1.5`. Throws `domain_error` for a value that is certain: it has no shape.
  double skewness() const;
  /// `fourth_central / variance² - 3`: 0 for a normal law. Throws `domain_error` for a value that is certain.
  double excess_kurtosis() const;
  /// `E X^k`, `k` from 1 to 4. Throws `invalid_argument` for another order.
  double raw(int k) const;
};

/// Moments of the value, per state in which the customer starts.
class ValueMoments {
 public:
  const StateValues& mean() const { return mean_; }                      ///< currency
  const StateValues& variance() const { return variance_; }              ///< currency²
  const StateValues& third_central() const { return third_central_; }    ///< `E (X - mean)³`, currency³
  const StateValues& fourth_central() const { return fourth_central_; }  ///< `E (X - mean)⁴`, currency⁴

  /// Between customers, not the error of the mean. Currency.
  StateValues standard_deviation() const;
  /// `third_central / variance^1.5`. A value that is certain has no shape: where `variance` is 0 the entry is 0 as well.
  StateValues skewness() const;
  /// `fourth_central / variance² - 3`: 0 for a normal law, and 0 where `variance` is 0.
  StateValues excess_kurtosis() const;
  /// `E X^k` per state, `k` from 1 to 4. Throws `invalid_argument` for another order.
  StateValues raw(int k) const;

  /// The moments from a law over the states, shape (n_states,): those of the mixture. Throws `invalid_argument` when it
  /// is not one.
  StartMoments from_start(const Vector& start) const;
  StartMoments from_start(std::string_view state) const;

 private:
  friend ValueMoments value_moments(const LifetimeValue&);
  ValueMoments(const StateSpace& states, const std::array<Vector, 4>& moments);

  StartMoments at(Index i) const;
  template <class Question>
  StateValues each(const Question& question) const;

  StateValues mean_;
  StateValues variance_;
  StateValues third_central_;
  StateValues fourth_central_;
};

/// Moments of the value to order 4, for life or over the horizon of the value. Throws `domain_error` when one is too
/// large or too small for a floating-point number.
ValueMoments value_moments(const LifetimeValue& value);

}  // namespace sojourn
