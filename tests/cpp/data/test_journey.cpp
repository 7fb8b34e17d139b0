#include <algorithm>
#include <functional>
#include <stdexcept>

#include "data/log_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

// Customer 4: a b c (ended); customer 7: b b (open), then b after a gap.
JourneyColumns columns() {
  JourneyColumns c;
  c.customers = {4, 7, 7};
  c.offsets = {0, 3, 5, 6};
  c.states = {0, 1, 2, 1, 1, 1};
  c.times = {1, 2, 3, 1, 5, 9};
  c.values = {10, 0, -1, 5, 5, 0};
  c.is_continuation = {false, false, true};
  return c;
}

Journeys made(const JourneyColumns& c) {
  return {letters(3), Period::step(), TimeUnit::day, c};
}

}  // namespace

TEST_CASE("journeys tell their states, times, values and endings") {
  const Journeys journeys = made(columns());
  CHECK(journeys.n_journeys() == 3);
  CHECK(journeys.n_entries() == 6);
  CHECK(journeys.n_customers() == 2);
  const JourneyView first = journeys[0];
  CHECK(first.customer == 4);
  CHECK(first.is_ended);
  CHECK(std::vector<std::int32_t>(first.states.begin(), first.states.end()) == std::vector<std::int32_t>{0, 1, 2});
  CHECK(first.times[2] == 3);
  CHECK(first.values[2] == -1);
  CHECK_FALSE(journeys[1].is_ended);
  CHECK(as_words(journeys) == std::vector<std::string>{"4:abc", "7:bb", "7:~b"});
}

TEST_CASE("columns left empty mean none of it, and have one form") {
  JourneyColumns bare = columns();
  bare.is_continuation = {};
  CHECK(made(bare).columns().is_continuation == std::vector<bool>{false, false, false});
  JourneyColumns no_gaps = columns();
  no_gaps.gap_times.assign(3, missing_time);
  CHECK(made(no_gaps).columns() == made(columns()).columns());
}

TEST_CASE("there may be no journey at all") {
  const Journeys none = made({});
  CHECK(none.n_journeys() == 0);
  CHECK(none.n_customers() == 0);
}

TEST_CASE("columns that contradict each other are refused") {
  struct Case {
    std::string why;
    std::function<void(JourneyColumns&)> spoil;
  };
  const std::vector<Case> cases = {
      {"offsets: begin with 0", [](JourneyColumns& c) { c.offsets = {}; }},
      {"offsets: begin with 0", [](JourneyColumns& c) { c.offsets.front() = 1; }},
      {"offsets[2]: a journey has at least one entry", [](JourneyColumns& c) { c.offsets[2] = 3; }},
      {"offsets: end at 7, but there are 6 states", [](JourneyColumns& c) { c.offsets[3] = 7; }},
      {"customers: 2 given, expected one per journey (3)", [](JourneyColumns& c) { c.customers.pop_back(); }},
      {"times: 5 given, expected one per entry (6)", [](JourneyColumns& c) { c.times.pop_back(); }},
      {"values: 7 given, expected one per entry (6)", [](JourneyColumns& c) { c.values.push_back(0); }},
      {"is_continuation: 2 given", [](JourneyColumns& c) { c.is_continuation.pop_back(); }},
      {"gap_times: 1 given", [](JourneyColumns& c) { c.gap_times = {0}; }},
      {"rows: 1 given", [](JourneyColumns& c) { c.rows = {1}; }},
      {"states[1]: position 3, expected 0 to 2", [](JourneyColumns& c) { c.states[1] = 3; }},
      {"states[1]: position -1, expected 0 to 2", [](JourneyColumns& c) { c.states[1] = -1; }},
      {"states[1]: the exit 'c' is followed by another entry; begin a new journey",
       [](JourneyColumns& c) { c.states[1] = 2; }},
      {"values[0]: nan is no amount", [](JourneyColumns& c) { c.values[0] = not_a_number; }},
      {"values[5]: inf is no amount", [](JourneyColumns& c) { c.values[5] = infinity; }},
      {"customers[2]: customer 4 appears again", [](JourneyColumns& c) { c.customers[2] = 4; }}};
  for (const Case& c : cases) {
    JourneyColumns spoiled = columns();
    c.spoil(spoiled);
    CAPTURE(c.why);
    check_refused<std::invalid_argument>([&] { made(spoiled); }, {"Journeys: ", c.why});
  }
}

TEST_CASE("a journey that is not there is refused by its number") {
  check_refused<std::out_of_range>([] { made(columns())[3]; }, {"journey 3", "there are 3"});
  check_refused<std::out_of_range>([] { made(columns())[-1]; }, {"journey -1"});
}

TEST_CASE("a data report says a sentence for every count that is not zero") {
  DataReport report;
  CHECK(report.notes().empty());
  report.rows_read = 1200;
  report.rows_used = 1100;
  report.missing_customer = 99;
  report.duplicates = 1;
  report.in_incomplete_period = 3;
  report.value_in_incomplete_period = 12.5;
  report.customers = 40;
  report.churned = 20;
  report.returned_after_churn = 4;
  report.time_unit = TimeUnit::day;
  report.first_time = 0;
  report.last_time = 31;
  CHECK(report.rows_read == report.rows_used + report.rows_dropped());
  CHECK(report.notes() ==
        std::vector<std::string>{
            "1,200 rows read.", "1,100 rows used (91.7 %).", "99 rows dropped: no customer.",
            "1 row dropped: equal to an earlier row.", "3 rows worth 12.5 in a last, incomplete period: not counted.",
            "40 customers.", "20 customers churned (50 %).",
            "returned after churn: 4 (20 %). More than 1 %: wait for more silent periods before calling "
            "a customer churned.",
            "From 1970-01-01 to 1970-02-01."});
  report.returned_after_churn = 0;
  for (const std::string& note : report.notes()) CHECK(note.find("wait for") == std::string::npos);
}

TEST_CASE("a share that is not the whole is never called 100 %") {
  DataReport report;
  report.rows_read = 100'000;
  report.rows_used = 99'999;
  report.missing_time = 1;
  CHECK(report.notes().at(1) == "99,999 rows used (over 99.9 %).");
  report.rows_read = report.rows_used;
  report.missing_time = 0;
  CHECK(report.notes().at(1) == "99,999 rows used (100 %).");
}

TEST_CASE("every dropped count is part of the rows dropped") {
  DataReport report;
  std::int64_t expected = 0;
  for (std::int64_t* field :
       {&report.malformed, &report.missing_customer, &report.missing_time, &report.invalid_time, &report.missing_value,
        &report.invalid_value, &report.missing_state, &report.unknown_state, &report.duplicates, &report.before_origin,
        &report.after_until, &report.unlabelled}) {
    *field = expected + 1;
    expected += *field;
    CHECK(report.rows_dropped() == expected);
  }
  CHECK(report.notes().size() == 12);
}
