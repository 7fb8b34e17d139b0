#include <algorithm>
#include <functional>
#include <map>
#include <stdexcept>

#include "data/log_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

const Period ten_days = Period::days(10);

Journeys gridded(const LogCase& log, const GridOptions& options, Index n_states = 3) {
  return on_grid(sojourn::journeys(log.view(), letters(n_states)), options);
}

double total(const Journeys& journeys) {
  double sum = 0.0;
  for (const double value : journeys.columns().values) sum += value;
  return sum;
}

// The definition of a grid, period by period, without any thought of speed. The last state is the exit.
std::vector<std::string> reference(const LogCase& log, const GridOptions& options, std::int32_t exit) {
  std::map<std::int64_t, std::vector<std::size_t>> by_customer;
  Day last_day = std::numeric_limits<Day>::min();
  for (std::size_t i = 0; i < log.size(); ++i) {
    by_customer[log.customer[i]].push_back(i);
    last_day = std::max(last_day, log.time[i]);
  }
  const Day until = options.until.value_or(last_day);
  std::vector<std::string> words;
  for (auto& [customer, rows] : by_customer) {
    std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) { return log.time[a] < log.time[b]; });
    const auto is_outside = [&](std::size_t i) {
      return log.time[i] > until || (options.origin.day() && log.time[i] < *options.origin.day());
    };
    // A repeated exit belongs to the first one, wherever that lies.
    bool left = false;
    std::vector<std::size_t> distinct;
    for (const std::size_t i : rows) {
      const bool repeated = left && log.state[i] == exit;
      if (log.state[i] >= 0) left = log.state[i] == exit;
      if (!repeated) distinct.push_back(i);
    }
    rows = distinct;
    rows.erase(std::remove_if(rows.begin(), rows.end(), is_outside), rows.end());
    const auto known = std::find_if(rows.begin(), rows.end(), [&](std::size_t i) { return log.state[i] >= 0; });
    if (known == rows.end()) continue;
    const bool begins_in_gap = known != rows.begin();
    rows.erase(rows.begin(), known);
    // After an exit a gap is no state of its own; the next state is one of which the beginning is not known.
    std::vector<std::size_t> kept;
    std::vector<bool> begins_unseen;
    bool gap_after_exit = false;
    for (const std::size_t i : rows) {
      const bool has_left = !kept.empty() && log.state[kept.back()] == exit;
      if (has_left && (log.state[i] < 0 || log.state[i] == exit)) {
        gap_after_exit = gap_after_exit || log.state[i] < 0;
        continue;
      }
      kept.push_back(i);
      begins_unseen.push_back(gap_after_exit);
      gap_after_exit = false;
    }
    rows = kept;
    const Day start = options.origin.start(log.time[rows.front()], options.period);
    const auto period_of = [&](std::size_t i) { return period_containing(start, options.period, log.time[i]); };
    std::int64_t n_complete = 0;
    while (period_start(start, options.period, n_complete + 1) <= until + 1) ++n_complete;

    std::string word;
    bool unknown = begins_in_gap;
    bool ended = false;
    for (std::int64_t k = 0; k + options.churn_after < n_complete; ++k) {
      // The last row by the end of period k, and the period of the row after it.
      std::size_t n = 0;
      while (n < rows.size() && period_of(rows[n]) <= k) {
        if (begins_unseen[n] && period_of(rows[n]) == k && period_of(rows[n - 1]) != k) unknown = true;
        ++n;
      }
      if (n == 0) continue;
      const std::int32_t state = log.state[rows[n - 1]];
      const std::int64_t event = period_of(rows[n - 1]);
      const std::int64_t next = n < rows.size() ? period_of(rows[n]) : n_complete;
      std::int32_t here = state;
      if (state < 0) {
        unknown = true;
        here = -1;
      } else if (state == exit) {
        here = k == event && !ended ? exit : -1;
      } else if (k > event && options.churn_after > 0 && next - event - 1 >= options.churn_after) {
        here = k == event + 1 ? exit : -1;
      }
      if (here < 0) {
        if (!word.empty() && !ended && state < 0) {
          words.push_back(word);
          word.clear();
        }
        continue;
      }
      if (ended || word.empty()) {
        if (!word.empty()) words.push_back(word);
        word = std::to_string(customer) + ':' + (unknown ? "~" : "");
      }
      word += static_cast<char>('a' + here);
      unknown = false;
      ended = here == exit;
    }
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

}  // namespace

TEST_CASE("the state of a period is the last one entered by its end, and stays until the next event") {
  LogCase log;
  log.add(1, 0, 0, 1).add(1, 5, 1, 2).add(1, 35, 0, 4).add(1, 59, 0, 8);
  const Journeys grid = gridded(log, {.period = ten_days});
  CHECK(as_words(grid) == std::vector<std::string>{"1:bbbaaa"});
  CHECK(grid.columns().values == std::vector<double>{3, 0, 0, 4, 0, 8});
  CHECK(grid.columns().times == std::vector<std::int64_t>{0, 10, 20, 30, 40, 50});
  CHECK(grid.period() == ten_days);
  CHECK(grid.time_unit() == TimeUnit::day);
  CHECK(grid.report().merged_into_period == 1);
}

TEST_CASE("only periods that the log covers to their end are counted, and the rest is told") {
  LogCase log;
  log.add(1, 0, 0, 1).add(1, 12, 1, 2).add(1, 18, 1, 4);  // ends one day before period 1 does
  const Journeys grid = gridded(log, {.period = ten_days});
  CHECK(as_words(grid) == std::vector<std::string>{"1:a"});
  CHECK(grid.report().in_incomplete_period == 2);
  CHECK(grid.report().value_in_incomplete_period == 6);
  CHECK(as_words(gridded(log, {.period = ten_days, .until = 19})) == std::vector<std::string>{"1:ab"});
}

TEST_CASE("the log ends with its last event, whoever had it") {
  LogCase log;
  log.add(1, 0, 0).add(2, 3, 0).add(2, 29, 1);
  const Journeys grid = gridded(log, {.period = ten_days});
  CHECK(as_words(grid) == std::vector<std::string>{"1:aaa", "2:aa"});
  CHECK(grid.report().in_incomplete_period == 1);
}

TEST_CASE("a customer without a complete period is not counted, and told") {
  LogCase log;
  log.add(1, 0, 0).add(2, 15, 0).add(1, 19, 0);
  const Journeys grid = gridded(log, {.period = ten_days});
  CHECK(grid.n_customers() == 1);
  CHECK(grid.report().customers == 2);
  CHECK(grid.report().customers_uncounted == 1);
}

TEST_CASE("periods begin at the first event, on the calendar, or on a given day") {
  LogCase log;
  log.add(1, date("2024-01-20"), 0).add(1, date("2024-02-10"), 1).add(1, date("2024-03-31"), 1);
  const auto begins = [&](const Origin& origin) {
    std::vector<std::string> out;
    const Journeys grid = gridded(log, {.period = Period::months(1), .origin = origin});
    for (const std::int64_t day : grid.columns().times) out.push_back(to_iso_date(day));
    return out;
  };
  CHECK(begins(Origin::first_event()) == std::vector<std::string>{"2024-01-20", "2024-02-20"});
  CHECK(begins(Origin::calendar()) == std::vector<std::string>{"2024-01-01", "2024-02-01", "2024-03-01"});
  CHECK(begins(Origin::date(date("2024-01-15"))) == std::vector<std::string>{"2024-01-15", "2024-02-15"});
  const Journeys later = gridded(log, {.period = Period::months(1), .origin = Origin::date(date("2024-02-01"))});
  CHECK(as_words(later) == std::vector<std::string>{"1:bb"});
  CHECK(later.report().before_origin == 1);
  CHECK(later.report().rows_used == 2);
}

TEST_CASE("rows after the last day are dropped and counted") {
  LogCase log;
  log.add(1, 0, 0).add(1, 12, 1).add(1, 25, 0).add(2, 26, 0);
  const Journeys grid = gridded(log, {.period = ten_days, .until = 19});
  CHECK(as_words(grid) == std::vector<std::string>{"1:ab"});
  CHECK(grid.report().after_until == 2);
  CHECK(grid.report().customers == 1);
  CHECK(grid.report().last_time == 12);
  CHECK(grid.report().rows_read == grid.report().rows_used + grid.report().rows_dropped());
}

TEST_CASE("an exit in a period is its state, keeps its money, and ends the journey") {
  LogCase log;
  log.add(1, 0, 0, 1).add(1, 11, 1, 2).add(1, 12, 2, 4).add(1, 49, 0, 8);
  const Journeys grid = gridded(log, {.period = ten_days});
  CHECK(as_words(grid) == std::vector<std::string>{"1:ac", "1:a"});
  CHECK(grid.columns().values == std::vector<double>{1, 6, 8});
  CHECK(grid.report().returned_after_churn == 1);
  CHECK(grid.report().ended_journeys == 1);
}

TEST_CASE("an exit that is overtaken within its period is not seen on the grid") {
  LogCase log;
  log.add(1, 0, 0).add(1, 2, 2).add(1, 5, 1).add(1, 19, 1);
  const Journeys grid = gridded(log, {.period = ten_days});
  CHECK(as_words(grid) == std::vector<std::string>{"1:bb"});
  CHECK(grid.report().churned == 0);
  CHECK(grid.report().merged_into_period == 2);
}

TEST_CASE("silence is churn, dated at the first silent period, where enough log lies behind it") {
  LogCase log;
  log.add(1, 0, 0, 1).add(2, 0, 0, 2).add(2, 35, 0, 4).add(2, 79, 1, 8);
  // Eight complete periods; with two more behind each, six of them count.
  const Journeys grid = gridded(log, {.period = ten_days, .churn_after = 2});
  CHECK(as_words(grid) == std::vector<std::string>{"1:ac", "2:ac", "2:ac"});
  CHECK(grid.report().awaiting_silence == 1);
  CHECK(grid.report().value_awaiting_silence == 8);
  CHECK(grid.report().returned_after_churn == 1);
  const Journeys patient = gridded(log, {.period = ten_days, .churn_after = 3});
  CHECK(as_words(patient) == std::vector<std::string>{"1:ac", "2:aaaac"});
  CHECK(patient.report().returned_after_churn == 1);  // he came back in a period that is not counted
}

TEST_CASE("an exit told after silence is the same exit") {
  LogCase log;
  log.add(1, 0, 0, 1).add(1, 45, 2, 2).add(2, 0, 0).add(2, 99, 0);
  const Journeys grid = gridded(log, {.period = ten_days, .churn_after = 2});
  CHECK(as_words(grid) == std::vector<std::string>{"1:ac", "2:ac"});
  CHECK(grid.report().repeated_exits == 1);
  CHECK(grid.columns().values[1] == 2);
  CHECK(grid.report().returned_after_churn == 1);  // customer 2 only
}

TEST_CASE("nothing is carried over a gap") {
  LogCase log;
  log.add(1, 0, 0, 1).add(1, 25, -1, 2).add(1, 45, 1, 4).add(1, 69, 1, 8);
  const Journeys grid = gridded(log, {.period = ten_days});
  CHECK(as_words(grid) == std::vector<std::string>{"1:aa", "1:~bbb"});
  CHECK(grid.report().value_in_gaps == 2);
  LogCase last;
  last.add(1, 0, 0).add(1, 12, -1).add(2, 0, 1).add(2, 39, 1);
  CHECK(as_words(gridded(last, {.period = ten_days})) == std::vector<std::string>{"1:a", "2:bbbb"});
}

TEST_CASE("a gap that is filled within its period cuts nothing on the grid") {
  LogCase log;
  log.add(1, 0, 0).add(1, 12, -1).add(1, 15, 1).add(1, 29, 1);
  CHECK(as_words(gridded(log, {.period = ten_days})) == std::vector<std::string>{"1:abb"});
}

TEST_CASE("a cut at a time that is not told ends the state with its period") {
  JourneyColumns c;
  c.customers = {1, 1};
  c.offsets = {0, 1, 2};
  c.states = {0, 1};
  c.times = {0, 35};
  c.values = {1, 2};
  c.is_continuation = {false, true};
  const Journeys journeys(letters(3), Period::step(), TimeUnit::day, c);
  const Journeys grid = on_grid(journeys, {.period = ten_days, .until = 59});
  CHECK(as_words(grid) == std::vector<std::string>{"1:a", "1:~bbb"});
  CHECK(grid.report().rows_read == 2);
  CHECK(grid.report().customers_uncounted == 0);
}

TEST_CASE("seconds fall on the days of their wall clock") {
  LogCase log;
  log.unit = TimeUnit::second;
  log.add(1, 0, 0).add(1, 86'400 * 10 - 1, 1).add(1, 86'400 * 20 - 1, 0);
  CHECK(as_words(gridded(log, {.period = ten_days})) == std::vector<std::string>{"1:ba"});
}

TEST_CASE("a grid of random logs is that of the definition") {
  Dice dice(21);
  const std::vector<Period> periods = {Period::days(1), Period::days(7), ten_days, Period::months(1)};
  for (int trial = 0; trial < 1'500; ++trial) {
    const Index n_states = dice.integer(2, 4);
    LogCase log = dirty_log(dice, dice.integer(1, 60), dice.integer(1, 6), 200, n_states, true);
    for (std::int32_t& state : log.state) {
      if (state == n_states - 1 && dice.uniform() < 0.5) state = 0;  // fewer exits
    }
    GridOptions options = {.period = periods[static_cast<std::size_t>(dice.integer(0, 3))]};
    options.churn_after = dice.uniform() < 0.5 ? 0 : dice.integer(1, 4);
    const double origin = dice.uniform();
    const bool has_calendar = options.period != ten_days && options.period != Period::days(7);
    if (origin < 0.3 && has_calendar) options.origin = Origin::calendar();
    if (origin > 0.7) options.origin = Origin::date(dice.integer(-20, 100));
    if (dice.uniform() < 0.3) options.until = dice.integer(100, 250);
    CAPTURE(trial, options.period.name(), options.churn_after, origin);

    // Equal rows would be dropped, and a gap before the origin is not told to the grid.
    for (std::size_t i = 0; i < log.size(); ++i) log.value[i] = static_cast<double>(i);
    if (options.origin.day() && std::count(log.state.begin(), log.state.end(), -1) > 0)
      options.origin = Origin::first_event();
    if (std::all_of(log.state.begin(), log.state.end(), [](std::int32_t s) { return s < 0; })) continue;

    const std::vector<std::string> expected = reference(log, options, static_cast<std::int32_t>(n_states - 1));
    const Journeys events = sojourn::journeys(log.view(), letters(n_states));
    if (expected.empty()) {
      CHECK_THROWS_AS(on_grid(events, options), std::invalid_argument);
      continue;
    }
    const Journeys grid = on_grid(events, options);
    CHECK(as_words(grid) == expected);
    const DataReport& report = grid.report();
    CHECK(report.rows_read == report.rows_used + report.rows_dropped());
    CHECK(report.customers_uncounted == report.customers - grid.n_customers());
    if (report.before_origin + report.after_until == 0) {
      double money = 0.0;
      for (const double value : log.value) money += value;
      CHECK(total(grid) + report.value_in_gaps + report.value_in_incomplete_period + report.value_awaiting_silence ==
            money);
    }
  }
}

TEST_CASE("a grid that cannot be laid is refused with advice") {
  const Journeys days = sojourn::journeys(LogCase().word(1, "abab", 0, 9).view(), letters(3));
  LogCase steps = LogCase().word(1, "ab");
  steps.unit = TimeUnit::step;
  const Journeys ordered = sojourn::journeys(steps.view(), letters(3));
  const Journeys no_exit = sojourn::journeys(LogCase().word(1, "abab", 0, 10).view(), letters(3, false));
  const Journeys on_days = on_grid(days, {.period = Period::days(1)});
  struct Case {
    std::string why;
    const Journeys& journeys;
    GridOptions options;
  };
  const std::vector<Case> cases = {
      {"time: these times are only an order", ordered, {}},
      {"on a grid already, of a day", on_days, {}},
      {"period: a step has no length", days, {.period = Period::step()}},
      {"origin: a period of 10 days has no calendar of its own",
       days,
       {.period = ten_days, .origin = Origin::calendar()}},
      {"origin: day 4,611,686,018,427,387,904 since 1970-01-01 is no date",
       days,
       {.origin = Origin::date(std::int64_t{1} << 62)}},
      {"until: day", days, {.until = std::int64_t{1} << 62}},
      {"churn_after: -1 periods", days, {.churn_after = -1}},
      {"churn_after: silence leads to the exit, but the lifecycle has 0 exits", no_exit, {.churn_after = 1}},
      {"no customer has one complete month until 1970-01-28; take a shorter period", days, {}},
      {"no customer has 4 complete periods of a 10 days", days, {.period = ten_days, .churn_after = 3}},
      {"spans 36,524,999 periods of a day", days, {.period = Period::days(1), .until = 36'524'998}}};
  for (const Case& c : cases) {
    CAPTURE(c.why);
    check_refused<std::invalid_argument>([&] { on_grid(c.journeys, c.options); }, {"on_grid: ", c.why});
  }
}
