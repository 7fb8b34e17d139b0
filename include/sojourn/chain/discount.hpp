/// \file discount.hpp
/// What later money is worth now: a factor or a rate, never confused.
///
/// The discount factor `γ` in (0, 1] is what one unit of money, received one period later, is worth now. An annual
/// effective rate `d` gives `γ = (1 + d)^(-years per period)`; a rate per period gives `γ = 1 / (1 + d)`.
#pragma once

#include <concepts>
#include <string>

#include "sojourn/chain/period.hpp"

namespace sojourn {

/// How future money is discounted, with its unit. A bare number is not a discount.
class Discount {
 public:
  enum class Kind { annual_rate, per_period_rate, factor, none };

  /// An effective rate per year, `rate >= 0` (0.10 is ten percent a year).
  static Discount annual_rate(double rate);
  /// A rate per period of the chain, `rate >= 0`.
  static Discount per_period_rate(double rate);
  /// The factor `γ` per period of the chain, in (0, 1].
  static Discount factor(double factor);
  /// No discounting: `γ = 1`.
  static Discount none();

  /// A bare number does not say whether it is a rate or a factor, nor per what: name it with one of the above.
  template <class Number>
    requires std::floating_point<Number> || std::integral<Number>
  Discount(Number) = delete;

  Kind kind() const { return kind_; }
  /// The number as it was given (0 for none).
  double value() const { return value_; }

  /// `γ` for a chain with this period. Throws `domain_error` for an annual rate on a chain whose clock is the event.
  double factor_per_period(const Period& period) const;

  /// "10 % per year (0.797414 % per month, factor 0.992089 per month)", "none".
  std::string describe(const Period& period) const;

  bool operator==(const Discount&) const = default;

 private:
  Discount(Kind kind, double value) : kind_(kind), value_(value) {}

  Kind kind_;
  double value_;
};

}  // namespace sojourn
