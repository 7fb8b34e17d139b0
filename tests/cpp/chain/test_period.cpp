#include <cmath>
#include <stdexcept>

#include "sojourn/chain/period.hpp"
#include "support/support.hpp"

using namespace sojourn;
using sojourn::test::check_refused;

TEST_CASE("a year is 12 months, 4 quarters and 365.25 days") {
  CHECK(Period::years(1).in_years() == 1.0);
  CHECK(Period::months(12).in_years() == Catch::Approx(1.0).epsilon(1e-15));
  CHECK(Period::quarters(4).in_years() == 1.0);
  CHECK(Period::days(1461).in_years() == Catch::Approx(4.0).epsilon(1e-15));
  CHECK(Period::weeks(1461).in_years() == Catch::Approx(28.0).epsilon(1e-15));
}

TEST_CASE("a period of several units is as many times as long") {
  CHECK(Period::months(6).in_years() == Catch::Approx(6 * Period::months(1).in_years()).epsilon(1e-15));
  CHECK(Period::weeks(2).in_years() == Catch::Approx(Period::days(14).in_years()).epsilon(1e-15));
}

TEST_CASE("a period keeps the unit it was given in") {
  CHECK(Period::weeks(2).unit() == PeriodUnit::week);
  CHECK(Period::weeks(2).length() == 2);
  CHECK(Period::weeks(2) != Period::days(14));
  CHECK(Period::months(12) != Period::years(1));
  CHECK(Period::months() == Period::months(1));
}

TEST_CASE("a step is one event without a length in time") {
  CHECK(Period::step().is_step());
  CHECK(Period::step().length() == 1);
  CHECK_FALSE(Period::days(1).is_step());
  check_refused<std::domain_error>([] { (void)Period::step().in_years(); }, {"step", "one event", "no length in time"});
}

TEST_CASE("a period is read from words") {
  CHECK(Period::parse("month") == Period::months(1));
  CHECK(Period::parse("1 month") == Period::months(1));
  CHECK(Period::parse("2 weeks") == Period::weeks(2));
  CHECK(Period::parse("91 days") == Period::days(91));
  CHECK(Period::parse("quarter") == Period::quarters(1));
  CHECK(Period::parse("years") == Period::years(1));
  CHECK(Period::parse("  13 weeks ") == Period::weeks(13));
  CHECK(Period::parse("step") == Period::step());
}

TEST_CASE("the name of a period is read back as the same period") {
  for (const Period& period : {Period::step(), Period::days(1), Period::days(91), Period::weeks(2), Period::months(1),
                               Period::quarters(3), Period::years(10)}) {
    CHECK(Period::parse(period.name()) == period);
  }
  CHECK(Period::months(1).name() == "month");
  CHECK(Period::weeks(2).name() == "2 weeks");
  CHECK(Period::step().name() == "step");
}

TEST_CASE("a bare number is no period") {
  check_refused<std::invalid_argument>([] { Period::parse("30"); }, {"period", "'30'", "has no unit", "30 days"});
}

TEST_CASE("words that are no period are refused with the forms that are") {
  for (const char* text : {"", " ", "fortnight", "Month", "2", "1.5 months", "-3 days", "month month", "days 3",
                           "3 3 days", "+1 day", "\n", "1e3 days", "monthss", "dayss", "2 steps", "1 step", "steps"}) {
    CAPTURE(text);
    check_refused<std::invalid_argument>([&] { Period::parse(text); }, {"period: cannot read"});
  }
  check_refused<std::invalid_argument>([] { Period::parse("fortnight"); },
                                       {"'fortnight'", "'month'", "'2 weeks'", "'step'"});
}

TEST_CASE("a period is at least one unit long and not absurdly long") {
  for (const int n : {0, -1, -2147483647 - 1, 2147483647}) {
    CAPTURE(n);
    check_refused<std::invalid_argument>([&] { Period::days(n); }, {"period", "length"});
    check_refused<std::invalid_argument>([&] { Period::years(n); }, {"period", "length"});
  }
  check_refused<std::invalid_argument>([] { Period::parse("0 days"); }, {"period", "length"});
  check_refused<std::invalid_argument>([] { Period::parse("99999999999999999999 days"); }, {"too large"});
}
