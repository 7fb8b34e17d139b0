#include "sojourn/chain/discount.hpp"

#include <cmath>
#include <stdexcept>

#include "support/text.hpp"

namespace sojourn {

namespace {

void check_rate(std::string_view who, double rate) {
  if (!std::isfinite(rate) || rate < 0.0) {
    throw std::invalid_argument(std::string(who) +
                                ": a discount rate is a number of at least 0 (0.10 = ten percent), found " +
                                text::number(rate));
  }
}

std::string percent(double x) {
  return text::number(100.0 * x, 6) + " %";
}

}  // namespace

Discount Discount::annual_rate(double rate) {
  check_rate("annual_discount_rate", rate);
  return {Kind::annual_rate, rate};
}

Discount Discount::per_period_rate(double rate) {
  check_rate("discount_rate_per_period", rate);
  return {Kind::per_period_rate, rate};
}

Discount Discount::factor(double factor) {
  if (!std::isfinite(factor) || factor <= 0.0 || factor > 1.0) {
    throw std::invalid_argument("discount_factor: must be above 0 and at most 1 (1 = no discounting), found " +
                                text::number(factor));
  }
  return {Kind::factor, factor};
}

Discount Discount::none() {
  return {Kind::none, 0.0};
}

double Discount::factor_per_period(const Period& period) const {
  switch (kind_) {
    case Kind::annual_rate:
      if (period.is_step()) {
        throw std::domain_error(
            "annual_discount_rate: the clock of this chain is the event (period 'step'), which has no length in time; "
            "give "
            "the chain a period such as 'month', or a discount rate per period or a discount factor");
      }
      return std::pow(1.0 + value_, -period.in_years());
    case Kind::per_period_rate:
      return 1.0 / (1.0 + value_);
    case Kind::factor:
      return value_;
    case Kind::none:
      return 1.0;
  }
  return 1.0;
}

std::string Discount::describe(const Period& period) const {
  const double factor = factor_per_period(period);
  if (factor == 1.0) return "none";
  const std::string per_period = " per " + period.name();
  const double period_rate = 1.0 / factor - 1.0;
  const std::string annual =
      period.is_step() ? "" : percent(std::expm1(-std::log(factor) / period.in_years())) + " per year";
  const std::string in_period = percent(period_rate) + per_period;
  const std::string as_factor = "factor " + text::number(factor, 6) + per_period;
  switch (kind_) {
    case Kind::annual_rate:
      return percent(value_) + " per year (" + in_period + ", " + as_factor + ")";
    case Kind::per_period_rate:
      return percent(value_) + per_period + " (" + (annual.empty() ? "" : annual + ", ") + as_factor + ")";
    default:
      return as_factor + " (" + (annual.empty() ? "" : annual + ", ") + in_period + ")";
  }
}

}  // namespace sojourn
