#include <stdexcept>
#include <utility>
#include <vector>

#include "data/log_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("days are counted from 1970-01-01 over leap years and centuries") {
  const std::vector<std::pair<std::string, Day>> known = {
      {"1970-01-01", 0},    {"1969-12-31", -1},    {"2000-02-29", 11016},   {"2000-03-01", 11017},
      {"1997-01-01", 9862}, {"2026-11-22", 20779}, {"0001-01-01", -719162}, {"9999-12-31", 2932896}};
  for (const auto& [text, day] : known) {
    CHECK(date(text) == day);
    CHECK(to_iso_date(day) == text);
  }
}

TEST_CASE("every day of a thousand years is written and read back") {
  for (Day day = date("1600-01-01"); day < date("2600-01-01"); ++day) {
    if (parse_iso_date(to_iso_date(day)) != day) FAIL("day " << day);
  }
  SUCCEED();
}

TEST_CASE("a text that is no date is not read") {
  for (const char* text : {"", "2026-1-01", "2026-13-01", "2026-00-10", "2026-02-29", "2026-04-31", "2026/04/30",
                           "20260430", "2026-04-3x", " 2026-04-30", "2026-04-30T00:00"}) {
    CAPTURE(text);
    CHECK(parse_iso_date(text) == std::nullopt);
  }
}

TEST_CASE("a time falls on the day that contains it, before 1970 too") {
  CHECK(day_of(5, TimeUnit::day) == 5);
  CHECK(day_of(86'399, TimeUnit::second) == 0);
  CHECK(day_of(86'400, TimeUnit::second) == 1);
  CHECK(day_of(-1, TimeUnit::second) == -1);
  CHECK(day_of(-86'400, TimeUnit::second) == -1);
  CHECK(day_of(-86'401, TimeUnit::second) == -2);
  CHECK(day_of(86'400'000, TimeUnit::millisecond) == 1);
  CHECK(day_of(-1, TimeUnit::microsecond) == -1);
  CHECK(day_of(86'400'000'000'000, TimeUnit::nanosecond) == 1);
}

TEST_CASE("months begin on the day of the first one, clipped to the end of a shorter month") {
  const std::vector<std::string> begins = {"2023-12-31", "2024-01-31", "2024-02-29",
                                           "2024-03-31", "2024-04-30", "2024-05-31"};
  for (std::size_t k = 0; k < begins.size(); ++k) {
    CHECK(to_iso_date(period_start(date("2023-12-31"), Period::months(1), static_cast<std::int64_t>(k))) == begins[k]);
  }
  CHECK(to_iso_date(period_start(date("2023-12-31"), Period::months(1), -1)) == "2023-11-30");
}

TEST_CASE("periods begin where their unit says") {
  struct Case {
    Period period;
    std::int64_t k;
    std::string begins;
  };
  const std::vector<Case> cases = {{Period::days(91), 5, "1998-04-01"},    {Period::weeks(2), 3, "1997-02-12"},
                                   {Period::quarters(1), 5, "1998-04-01"}, {Period::years(1), 3, "2000-01-01"},
                                   {Period::months(5), 2, "1997-11-01"},   {Period::days(1), -1, "1996-12-31"}};
  for (const Case& c : cases) {
    CAPTURE(c.period.name(), c.k);
    CHECK(to_iso_date(period_start(date("1997-01-01"), c.period, c.k)) == c.begins);
  }
  CHECK(to_iso_date(period_start(date("2024-02-29"), Period::years(1), 1)) == "2025-02-28");
}

TEST_CASE("the period that contains a day begins on or before it and ends after it") {
  Dice dice(1);
  const std::vector<Period> periods = {Period::days(1),     Period::days(91),  Period::weeks(1),
                                       Period::weeks(13),   Period::months(1), Period::months(5),
                                       Period::quarters(1), Period::years(1),  Period::years(3)};
  for (int trial = 0; trial < 20'000; ++trial) {
    const Period& period = periods[static_cast<std::size_t>(dice.integer(0, static_cast<Index>(periods.size()) - 1))];
    const Day start = dice.integer(-40'000, 40'000);
    const Day day = dice.integer(-40'000, 40'000);
    const std::int64_t k = period_containing(start, period, day);
    const bool holds = period_start(start, period, k) <= day && day < period_start(start, period, k + 1);
    if (!holds) FAIL(period.name() << " from " << to_iso_date(start) << " on " << to_iso_date(day) << ": " << k);
  }
  SUCCEED();
}

TEST_CASE("calendar periods begin on the 1st, on a Monday, on the day") {
  const Day day = date("2026-11-22");  // a Sunday
  CHECK(to_iso_date(calendar_start(day, Period::days(1))) == "2026-11-22");
  CHECK(to_iso_date(calendar_start(day, Period::weeks(1))) == "2026-11-16");
  CHECK(to_iso_date(calendar_start(date("2026-11-16"), Period::weeks(1))) == "2026-11-16");
  CHECK(to_iso_date(calendar_start(date("1969-12-31"), Period::weeks(1))) == "1969-12-29");
  CHECK(to_iso_date(calendar_start(day, Period::months(1))) == "2026-11-01");
  CHECK(to_iso_date(calendar_start(day, Period::quarters(1))) == "2026-10-01");
  CHECK(to_iso_date(calendar_start(day, Period::years(1))) == "2026-01-01");
  CHECK(to_iso_date(calendar_start(day, Period::months(6))) == "2026-07-01");
}

TEST_CASE("a question that the calendar cannot answer is refused with advice") {
  check_refused<std::domain_error>([] { day_of(3, TimeUnit::step); }, {"day_of", "a step has no day", "give times"});
  check_refused<std::domain_error>([] { period_start(0, Period::step(), 1); }, {"period_start", "such as a month"});
  check_refused<std::domain_error>([] { period_containing(0, Period::step(), 1); }, {"period_containing", "step"});
  for (const Period& period :
       {Period::weeks(2), Period::days(91), Period::months(5), Period::years(2), Period::step()}) {
    check_refused<std::domain_error>([&] { calendar_start(0, period); },
                                     {"calendar_start", period.name(), "give the day"});
  }
  check_refused<std::out_of_range>([] { to_iso_date(std::int64_t{1} << 62); }, {"no date", "unit"});
  check_refused<std::out_of_range>([] { period_start(0, Period::years(1), std::int64_t{1} << 62); },
                                   {"beyond the calendar"});
  check_refused<std::out_of_range>([] { period_containing(0, Period::days(1), missing_time); }, {"no date"});
}
