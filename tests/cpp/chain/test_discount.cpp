#include <cmath>
#include <stdexcept>
#include <type_traits>

#include "sojourn/chain/discount.hpp"
#include "support/support.hpp"

using namespace sojourn;
using sojourn::test::check_refused;

// A bare rate cannot be written by accident: neither construction nor conversion from a number exists.
static_assert(!std::is_constructible_v<Discount, double>);
static_assert(!std::is_constructible_v<Discount, float>);
static_assert(!std::is_constructible_v<Discount, int>);
static_assert(!std::is_constructible_v<Discount, long>);
static_assert(!std::is_convertible_v<double, Discount>);
static_assert(!std::is_default_constructible_v<Discount>);
static_assert(!std::is_constructible_v<Period, int>);
static_assert(!std::is_constructible_v<Period, double>);
static_assert(!std::is_convertible_v<int, Period>);

TEST_CASE("a rate per year is discounted by the years in a period") {
  const Discount ten = Discount::annual_rate(0.10);
  CHECK(ten.factor_per_period(Period::years(1)) == Catch::Approx(1.0 / 1.1).epsilon(1e-15));
  CHECK(std::pow(ten.factor_per_period(Period::months(1)), 12) == Catch::Approx(1.0 / 1.1).epsilon(1e-14));
  CHECK(std::pow(ten.factor_per_period(Period::quarters(1)), 4) == Catch::Approx(1.0 / 1.1).epsilon(1e-14));
  CHECK(std::pow(ten.factor_per_period(Period::days(1)), 365.25) == Catch::Approx(1.0 / 1.1).epsilon(1e-13));
  CHECK(ten.factor_per_period(Period::weeks(2)) ==
        Catch::Approx(ten.factor_per_period(Period::days(14))).epsilon(1e-15));
}

TEST_CASE("a rate per period is discounted once a period, however long it is") {
  const Discount rate = Discount::per_period_rate(0.25);
  CHECK(rate.factor_per_period(Period::months(1)) == 0.8);
  CHECK(rate.factor_per_period(Period::years(3)) == 0.8);
  CHECK(rate.factor_per_period(Period::step()) == 0.8);
}

TEST_CASE("a discount factor is used as it is") {
  CHECK(Discount::factor(0.98).factor_per_period(Period::step()) == 0.98);
  CHECK(Discount::factor(1.0).factor_per_period(Period::months(1)) == 1.0);
}

TEST_CASE("no discounting is a factor of one") {
  CHECK(Discount::none().factor_per_period(Period::step()) == 1.0);
  CHECK(Discount::none().factor_per_period(Period::years(1)) == 1.0);
  CHECK(Discount::none().value() == 0.0);
}

TEST_CASE("a rate of zero is a factor of one") {
  CHECK(Discount::annual_rate(0.0).factor_per_period(Period::days(1)) == 1.0);
  CHECK(Discount::per_period_rate(0.0).factor_per_period(Period::step()) == 1.0);
}

TEST_CASE("a discount remembers how it was given") {
  CHECK(Discount::annual_rate(0.1).kind() == Discount::Kind::annual_rate);
  CHECK(Discount::annual_rate(0.1).value() == 0.1);
  CHECK(Discount::per_period_rate(0.1) != Discount::annual_rate(0.1));
  CHECK(Discount::factor(0.9) == Discount::factor(0.9));
}

TEST_CASE("a rate per year is refused where the clock is the event") {
  check_refused<std::domain_error>([] { (void)Discount::annual_rate(0.1).factor_per_period(Period::step()); },
                                   {"annual_discount_rate", "event", "per period"});
}

TEST_CASE("a discount out of range is refused by the name of its unit") {
  const double bad_rates[] = {-1.0, -0.1, -1e-300, test::not_a_number, test::infinity, -test::infinity};
  for (const double rate : bad_rates) {
    CAPTURE(rate);
    check_refused<std::invalid_argument>([&] { Discount::annual_rate(rate); }, {"annual_discount_rate", "at least 0"});
    check_refused<std::invalid_argument>([&] { Discount::per_period_rate(rate); },
                                         {"discount_rate_per_period", "at least 0"});
  }
  for (const double factor : {0.0, -0.5, 1.0000001, 2.0, test::not_a_number, test::infinity}) {
    CAPTURE(factor);
    check_refused<std::invalid_argument>([&] { Discount::factor(factor); },
                                         {"discount_factor", "above 0 and at most 1"});
  }
}

TEST_CASE("a discount says its rate per year and per period") {
  const std::string words = Discount::annual_rate(0.10).describe(Period::months(1));
  CHECK_THAT(words, Catch::Matchers::ContainsSubstring("10 % per year"));
  CHECK_THAT(words, Catch::Matchers::ContainsSubstring("0.797414 % per month"));
  CHECK_THAT(words, Catch::Matchers::ContainsSubstring("factor 0.992089 per month"));
  CHECK(Discount::none().describe(Period::months(1)) == "none");
}

TEST_CASE("a discount per event says no rate per year") {
  const std::string words = Discount::per_period_rate(0.05).describe(Period::step());
  CHECK_THAT(words, Catch::Matchers::ContainsSubstring("5 % per step"));
  CHECK_THAT(words, !Catch::Matchers::ContainsSubstring("year"));
}
