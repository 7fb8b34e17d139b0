#include "sojourn/value/fleet.hpp"

#include <algorithm>
#include <cmath>

#include "chain/chain_cases.hpp"
#include "support/support.hpp"
#include "value/value_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

const StateSpace three{"trial", "active", "churn"};

LifetimeValue small_value(std::optional<Index> horizon = std::nullopt, double factor = .9) {
  const Chain chain(three, matrix({{.5, .4, .1}, {0, .8, .2}, {0, 0, 1}}));
  return lifetime_value(chain, Rewards(three, {{"trial", -3.0}, {"active", 10.0}}),
                        {.discount = Discount::factor(factor), .horizon = horizon});
}

}  // namespace

TEST_CASE("means and variances of a fleet add up") {
  const LifetimeValue value = small_value();
  const FleetValue today = fleet_value(value, numbers({20, 30.5, 7}));
  CHECK(today.n_customers() == 57.5);
  CHECK(today.basis() == FleetBasis::residual);
  CHECK(today.mean() == Catch::Approx(20 * value.residual()["trial"] + 30.5 * value.residual()["active"]));
  CHECK(today.mean_by_state()["active"] == Catch::Approx(30.5 * value.residual()["active"]));
  CHECK(today.variance() == Catch::Approx(20 * std::pow(value.standard_deviation()["trial"], 2) +
                                          30.5 * std::pow(value.standard_deviation()["active"], 2)));
  const FleetValue newcomers = fleet_value(value, numbers({20, 0, 0}), {.basis = FleetBasis::mean});
  CHECK(newcomers.mean() == Catch::Approx(20 * value.mean()["trial"]));
  // The reward of this period is certain: it moves the mean alone.
  CHECK(newcomers.variance() == Catch::Approx(fleet_value(value, numbers({20, 0, 0})).variance()));
  const FleetInterval ninety = newcomers.interval(.9);
  CHECK(ninety.lower == Catch::Approx(newcomers.mean() - 1.6448536269514722 * newcomers.standard_deviation()));
  CHECK(ninety.upper == Catch::Approx(newcomers.mean() + 1.6448536269514722 * newcomers.standard_deviation()));
  CHECK(ninety.error_in_value == 0.0);
}

TEST_CASE("a small fleet has the law of its customers, listed one by one") {
  const LifetimeValue value = small_value(3);
  const FleetValue fleet = fleet_value(value, numbers({2, 1, 0}));
  const Listed trial = listed_values(value, numbers({1, 0, 0}));
  const Listed active = listed_values(value, numbers({0, 1, 0}));
  Listed sums;
  for (const auto& [a, p] : trial) {
    for (const auto& [b, q] : trial) {
      for (const auto& [c, r] : active) sums.emplace_back(a + 3.0 + b + 3.0 + c - 10.0, p * q * r);
    }
  }
  sums = merged(sums);
  const ValueLaw law = fleet.law();
  CHECK(law.is_exact());
  REQUIRE(law.atoms().size() == sums.size());
  for (std::size_t k = 0; k < sums.size(); ++k) {
    CHECK(std::abs(law.atoms()[k].value - sums[k].first) < 1e-11);
    CHECK(std::abs(law.atoms()[k].probability - sums[k].second) < 1e-14);
  }
}

TEST_CASE("a fleet of geometric stays is negative binomial") {
  const StateSpace two{"active", "churn"};
  const Chain chain(two, matrix({{.8, .2}, {0, 1}}));
  const LifetimeValue value = lifetime_value(chain, Rewards(two, {{"active", 1.0}}), {.discount = Discount::none()});
  constexpr int n = 400;
  const FleetValue fleet = fleet_value(value, numbers({n, 0}));  // still to come: failures before n successes
  const ValueLaw law = fleet.law();
  CHECK(law.error_in_value() <= .02 * fleet.standard_deviation());
  CHECK(law.error_in_probability() <= 1e-6);
  CHECK(law.mean() == Catch::Approx(fleet.mean()).epsilon(1e-6));
  CHECK(law.standard_deviation() == Catch::Approx(fleet.standard_deviation()).epsilon(1e-3));
  double term = std::pow(.2, n);  // P(0 failures)
  double sum = term;
  for (int k = 0; k < 2000; ++k) {
    if (k >= 1400 && k <= 1800 && k % 10 == 0) {
      const LawBounds bounds = law.cdf_bounds(k + .5);
      CHECK(bounds.lower <= sum + 1e-9);
      CHECK(bounds.upper >= sum - 1e-9);
      CHECK(bounds.upper - bounds.lower < .03);
    }
    term *= .8 * (n + k) / (k + 1.0);
    sum += term;
  }
}

TEST_CASE("the law of a fleet is known within its error, and the normal interval comes near it") {
  Dice dice(231);
  for (const double n : {1.0, 7.0, 60.0, 2000.0}) {
    const Chain chain = random_absorbing_chain(dice, 5);
    const LifetimeValue value =
        lifetime_value(chain, random_rewards(dice, chain, true, true), {.discount = Discount::factor(.9)});
    const FleetValue fleet = fleet_value(value, numbers({n, std::floor(n / 2), n, 0, 3}), {.basis = FleetBasis::mean});
    const FleetLawOptions options{.relative_error = .05};
    const ValueLaw law = fleet.law(options);
    const double deviation = fleet.standard_deviation();
    CHECK(law.error_in_value() <= .05 * deviation);
    CHECK(law.error_in_probability() <= 1e-6);
    CHECK(std::abs(law.mean() - fleet.mean()) < 1e-4 * deviation);
    CHECK(law.standard_deviation() == Catch::Approx(deviation).epsilon(1e-3));
    const FleetInterval exact = fleet.exact_interval(.9, options);
    CHECK(exact.lower == law.quantile(.05));
    CHECK(exact.upper == Catch::Approx(law.quantile(.95)));
    CHECK(exact.error_in_value == law.error_in_value());
    if (n < 2000.0) continue;
    CHECK(std::abs(exact.lower - fleet.interval(.9).lower) < .1 * deviation);
    CHECK(std::abs(exact.upper - fleet.interval(.9).upper) < .1 * deviation);
  }
}

TEST_CASE("one customer alone is a fleet with his own law") {
  const LifetimeValue value = small_value();
  const ValueLaw fleet = fleet_value(value, numbers({1, 0, 0}), {.basis = FleetBasis::mean}).law();
  const ValueLaw alone = value_law(value, "trial");
  for (double p = .05; p < 1.0; p += .05) {
    const LawBounds bounds = alone.quantile_bounds(p);
    const LawBounds summed = fleet.quantile_bounds(p);
    CHECK(summed.lower <= bounds.upper);
    CHECK(summed.upper >= bounds.lower);
  }
}

TEST_CASE("a fleet of customers whose value is certain is worth their sum") {
  const ValueLaw law = fleet_value(small_value(), numbers({0, 0, 12})).law();
  REQUIRE(law.atoms().size() == 1);
  CHECK(law.atoms()[0].value == 0.0);
}

TEST_CASE("a fleet that makes no sense, or is too large for an exact law, is refused with advice") {
  const LifetimeValue value = small_value();
  check_refused<std::invalid_argument>([&] { (void)fleet_value(value, numbers({1, 2})); }, {"customers", "shape (3,)"});
  check_refused<std::invalid_argument>([&] { (void)fleet_value(value, numbers({1, -2, 0})); },
                                       {"customers", "-2", "'active'"});
  check_refused<std::invalid_argument>([&] { (void)fleet_value(value, numbers({1, not_a_number, 0})); },
                                       {"customers", "'active'"});
  check_refused<std::invalid_argument>([&] { (void)fleet_value(value, numbers({0, 0, 0})); }, {"there is none"});
  const FleetValue fleet = fleet_value(value, numbers({10, 20, 0}));
  for (const double level : {0.0, 1.0, not_a_number}) {
    check_refused<std::invalid_argument>([&] { (void)fleet.interval(level); }, {"level"});
    check_refused<std::invalid_argument>([&] { (void)fleet.exact_interval(level); }, {"level"});
  }
  check_refused<std::invalid_argument>([&] { (void)fleet.law({.relative_error = 0.0}); }, {"relative_error"});
  check_refused<std::invalid_argument>([&] { (void)fleet.law({.error_in_probability = 0.0}); },
                                       {"error_in_probability"});
  check_refused<std::invalid_argument>([&] { (void)fleet.law({.most_points = 1}); }, {"most_points"});
  check_refused<std::domain_error>([&] { (void)fleet_value(value, numbers({1.5, 0, 0})).law(); },
                                   {"'trial'", "1.5", "whole"});
  check_refused<std::domain_error>([&] { (void)fleet_value(value, numbers({1e9, 1e9, 0})).law(); },
                                   {"too many", "interval", "relative_error"});
}
