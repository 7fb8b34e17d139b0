#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <tuple>

#include "data/log_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

// What `journeys` promises, written down without any thought of speed.
struct Reference {
  std::vector<std::string> words;
  std::vector<double> totals;  // per journey
  std::int64_t rows_used = 0;
};

Reference reference(const LogCase& log, std::int32_t exit, const JourneyOptions& options) {
  Reference out;
  std::map<std::int64_t, std::vector<std::size_t>> by_customer;
  std::set<std::tuple<std::int64_t, std::int64_t, std::int32_t, bool, double>> seen;
  std::vector<std::size_t> rows(log.size());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
  for (const std::size_t i : rows) {
    if (log.customer[i] < 0 || log.time[i] == missing_time || log.time[i] > 365'250'000) continue;
    const bool gap = log.state[i] < 0 && options.missing_state == MissingState::gap;
    if (!gap && std::isinf(log.value[i])) continue;
    if (!gap && std::isnan(log.value[i]) && options.missing_value == MissingValue::drop) continue;
    if (log.state[i] < 0 && !gap) continue;
    const bool none = std::isnan(log.value[i]);
    const bool first =
        seen.insert({log.customer[i], log.time[i], log.state[i], none, none ? 0.0 : log.value[i]}).second;
    if (!first && options.duplicates == Duplicates::drop) continue;
    by_customer[log.customer[i]].push_back(i);
    ++out.rows_used;
  }
  for (auto& [customer, own] : by_customer) {
    std::stable_sort(own.begin(), own.end(), [&](std::size_t a, std::size_t b) { return log.time[a] < log.time[b]; });
    bool open = false;
    bool unknown = false;
    bool left = false;
    for (const std::size_t i : own) {
      if (log.state[i] < 0) {
        open = false;
        unknown = true;
        continue;
      }
      const double value = std::isnan(log.value[i]) ? 0.0 : log.value[i];
      if (left && log.state[i] == exit) {
        out.totals.back() += value;
        continue;
      }
      if (!open) {
        out.words.push_back(std::to_string(customer) + ':' + (unknown ? "~" : ""));
        out.totals.push_back(0.0);
      }
      out.words.back() += static_cast<char>('a' + log.state[i]);
      out.totals.back() += value;
      unknown = false;
      left = log.state[i] == exit;
      open = !left;
    }
  }
  return out;
}

std::vector<double> totals(const Journeys& journeys) {
  std::vector<double> out;
  for (Index j = 0; j < journeys.n_journeys(); ++j) {
    double sum = 0.0;
    for (const double value : journeys[j].values) sum += value;
    out.push_back(sum);
  }
  return out;
}

}  // namespace

TEST_CASE("rows in any order become journeys in time order, customer by customer") {
  LogCase log;
  log.add(5, 30, 1, 3).add(2, 10, 0, 1).add(5, 10, 0, 2).add(2, 5, 1, 7);
  const Journeys journeys = sojourn::journeys(log.view(), letters(3));
  CHECK(as_words(journeys) == std::vector<std::string>{"2:ba", "5:ab"});
  CHECK(journeys.columns().times == std::vector<std::int64_t>{5, 10, 10, 30});
  CHECK(journeys.columns().values == std::vector<double>{7, 1, 2, 3});
  CHECK(journeys.period().is_step());
  CHECK(journeys.report().first_time == 5);
  CHECK(journeys.report().last_time == 30);
  CHECK(journeys.report().customers == 2);
}

TEST_CASE("an open journey has not ended, and an exit ends one") {
  const Journeys journeys = sojourn::journeys(LogCase().word(1, "abb").word(2, "abc").view(), letters(3));
  CHECK_FALSE(journeys[0].is_ended);
  CHECK(journeys[1].is_ended);
  CHECK(journeys.report().ended_journeys == 1);
  CHECK(journeys.report().churned == 1);
}

TEST_CASE("a customer who comes back after an exit opens a new journey") {
  const Journeys journeys = sojourn::journeys(LogCase().word(1, "acabcb").word(2, "ac").view(), letters(3));
  CHECK(as_words(journeys) == std::vector<std::string>{"1:ac", "1:abc", "1:b", "2:ac"});
  CHECK(journeys.report().returned_after_churn == 1);
  CHECK(journeys.report().churned == 2);
  CHECK(journeys.report().ended_journeys == 3);
}

TEST_CASE("an exit told again is one exit with both values") {
  LogCase log;
  log.add(1, 1, 0, 5).add(1, 2, 2, 10).add(1, 3, 2, 20).add(1, 4, 2, 30);
  const Journeys journeys = sojourn::journeys(log.view(), letters(3));
  CHECK(as_words(journeys) == std::vector<std::string>{"1:ac"});
  CHECK(journeys.columns().values == std::vector<double>{5, 60});
  CHECK(journeys.columns().rows == std::vector<std::int32_t>{1, 3});
  CHECK(journeys.report().repeated_exits == 2);
  CHECK(journeys.report().rows_used == 4);
  CHECK(journeys.report().returned_after_churn == 0);
}

TEST_CASE("a gap cuts a journey in two and is remembered") {
  const Journeys journeys =
      sojourn::journeys(LogCase().word(1, "ab.b").word(2, ".a").word(3, "a..").view(), letters(3));
  CHECK(as_words(journeys) == std::vector<std::string>{"1:ab", "1:~b", "2:~a", "3:a"});
  CHECK(journeys.columns().gap_times == std::vector<std::int64_t>{2, missing_time, missing_time, 1});
  CHECK(journeys.report().gaps == 4);
  CHECK(journeys.report().rows_used == 9);
}

TEST_CASE("a gap needs no value, and its money is told but not counted") {
  LogCase log;
  log.add(1, 1, 0, 5).add(1, 2, -1, not_a_number).add(1, 3, -1, 8).add(1, 4, 1, 2);
  const DataReport report = sojourn::journeys(log.view(), letters(3)).report();
  CHECK(report.gaps == 2);
  CHECK(report.value_in_gaps == 8);
  CHECK(report.missing_value == 0);
  CHECK(report.rows_used == 4);
}

TEST_CASE("rows without a state can be dropped instead") {
  const Journeys journeys =
      sojourn::journeys(LogCase().word(1, "ab.b").view(), letters(3), {.missing_state = MissingState::drop});
  CHECK(as_words(journeys) == std::vector<std::string>{"1:abb"});
  CHECK(journeys.report().missing_state == 1);
  CHECK(journeys.report().gaps == 0);
}

TEST_CASE("each dropped row is counted once, under the first reason that holds") {
  LogCase log;
  log.add(-1, missing_time, -1, not_a_number).add(1, missing_time, 0, not_a_number).add(1, std::int64_t{1} << 61, 0, 1);
  log.add(1, 1, 0, not_a_number).add(1, 1, 0, infinity).add(1, 1, 0, -infinity).add(1, 2, 0, 4).add(1, 2, 0, 4);
  const DataReport report = sojourn::journeys(log.view(), letters(2)).report();
  CHECK(report.missing_customer == 1);
  CHECK(report.missing_time == 1);
  CHECK(report.invalid_time == 1);
  CHECK(report.missing_value == 1);
  CHECK(report.invalid_value == 2);
  CHECK(report.duplicates == 1);
  CHECK(report.rows_used == 1);
  CHECK(report.rows_read == report.rows_used + report.rows_dropped());
}

TEST_CASE("a missing value can count as zero") {
  LogCase log;
  log.add(1, 1, 0, not_a_number).add(1, 2, 1, 3);
  const Journeys journeys = sojourn::journeys(log.view(), letters(3), {.missing_value = MissingValue::zero});
  CHECK(journeys.columns().values == std::vector<double>{0, 3});
  CHECK(journeys.report().missing_value_as_zero == 1);
  CHECK(journeys.report().missing_value == 0);
}

TEST_CASE("events at one time keep their input order and are counted, or refused") {
  LogCase log;
  log.add(1, 7, 1).add(1, 7, 0).add(1, 7, 1).add(1, 3, 0);
  const Journeys journeys = sojourn::journeys(log.view(), letters(3));
  CHECK(as_words(journeys) == std::vector<std::string>{"1:aba"});  // the second b at one time equals the first
  CHECK(journeys.report().tied == 1);
  CHECK(journeys.report().duplicates == 1);
  check_refused<std::invalid_argument>([&] { sojourn::journeys(log.view(), letters(3), {.ties = Ties::refuse}); },
                                       {"journeys: time: rows 0 and 1", "1970-01-08", "in input order"});
}

TEST_CASE("equal rows are kept on request") {
  LogCase log;
  log.add(1, 7, 0, 2).add(1, 7, 0, 2).add(1, 7, 0, 3);
  const Journeys kept = sojourn::journeys(log.view(), letters(3), {.duplicates = Duplicates::keep});
  CHECK(as_words(kept) == std::vector<std::string>{"1:aaa"});
  CHECK(kept.report().identical_rows_kept == 1);
  CHECK(kept.report().duplicates == 0);
  const Journeys dropped = sojourn::journeys(log.view(), letters(3));
  CHECK(dropped.report().duplicates == 1);
}

TEST_CASE("a great tie is settled as a small one") {
  LogCase log;
  for (int i = 0; i < 5'000; ++i) log.add(1, 7, i % 2, i % 100);
  const DataReport report = sojourn::journeys(log.view(), letters(3)).report();
  CHECK(report.rows_used == 100);
  CHECK(report.duplicates == 4'900);
  CHECK(report.tied == 99);
}

TEST_CASE("another column may give the order of events") {
  LogCase log;
  log.add(1, 100, 0).add(1, 40, 1).add(1, 90, 0);  // a wall clock set back between the first and the second
  const std::vector<std::int64_t> utc = {1, 2, 3};
  EventLog view = log.view();
  view.order = utc;
  const Journeys journeys = sojourn::journeys(view, letters(3));
  CHECK(as_words(journeys) == std::vector<std::string>{"1:aba"});
  CHECK(journeys.columns().times == std::vector<std::int64_t>{100, 40, 90});
}

TEST_CASE("journeys of a random dirty log are those of the definition") {
  Dice dice(11);
  for (int trial = 0; trial < 400; ++trial) {
    const Index n_states = dice.integer(2, 4);
    const LogCase log = dirty_log(dice, dice.integer(1, 120), dice.integer(1, 9), dice.integer(1, 30), n_states);
    const JourneyOptions options = {.duplicates = dice.uniform() < 0.5 ? Duplicates::drop : Duplicates::keep,
                                    .missing_state = dice.uniform() < 0.5 ? MissingState::gap : MissingState::drop,
                                    .missing_value = dice.uniform() < 0.5 ? MissingValue::drop : MissingValue::zero};
    const Reference expected = reference(log, static_cast<std::int32_t>(n_states - 1), options);
    CAPTURE(trial);
    if (expected.words.empty()) {
      CHECK_THROWS_AS(sojourn::journeys(log.view(), letters(n_states), options), std::invalid_argument);
      continue;
    }
    const Journeys journeys = sojourn::journeys(log.view(), letters(n_states), options);
    CHECK(as_words(journeys) == expected.words);
    CHECK(totals(journeys) == expected.totals);
    const DataReport& report = journeys.report();
    CHECK(report.rows_used == expected.rows_used);
    CHECK(report.rows_read == report.rows_used + report.rows_dropped());
  }
}

TEST_CASE("the order of rows with distinct times changes nothing") {
  Dice dice(12);
  for (int trial = 0; trial < 50; ++trial) {
    LogCase log = dirty_log(dice, 80, 6, 0, 3);
    for (std::size_t i = 0; i < log.size(); ++i) {
      if (log.time[i] == 0) log.time[i] = static_cast<std::int64_t>(i);
    }
    const Journeys journeys = sojourn::journeys(log.view(), letters(3));
    const Journeys again = sojourn::journeys(log.permuted(shuffled(dice, log.size())).view(), letters(3));
    CHECK(again.columns() == journeys.columns());
    CHECK(again.report() == journeys.report());
  }
}

TEST_CASE("customer codes far apart give the same journeys") {
  Dice dice(13);
  for (int trial = 0; trial < 50; ++trial) {
    LogCase log = dirty_log(dice, 100, 8, 20, 3);
    const Journeys near = sojourn::journeys(log.view(), letters(3));
    for (std::int64_t& customer : log.customer) customer *= std::int64_t{1} << 50;
    const Journeys far = sojourn::journeys(log.view(), letters(3));
    CHECK(far.columns().states == near.columns().states);
    CHECK(far.columns().offsets == near.columns().offsets);
    CHECK(far.report() == near.report());
  }
}

TEST_CASE("a log that cannot be read is refused with the column and the row") {
  struct Case {
    std::string why;
    std::function<void(LogCase&)> spoil;
  };
  const std::vector<Case> cases = {
      {"the log has no rows", [](LogCase& log) { log = LogCase(); }},
      {"time: 1 row, but customer has 2 rows", [](LogCase& log) { log.time.pop_back(); }},
      {"value: 3 rows, but customer has 2 rows", [](LogCase& log) { log.value.push_back(0); }},
      {"state: 1 row, but customer has 2 rows", [](LogCase& log) { log.state.pop_back(); }},
      {"state: the column is empty; give a state per event, or use order_journeys",
       [](LogCase& log) { log.state = {}; }},
      {"state: row 1 has position 3, but there are 3 states (0 to 2)", [](LogCase& log) { log.state[1] = 3; }},
      {"none of 2 rows is usable: 1 row dropped: no customer. 1 row dropped: no time.",
       [](LogCase& log) {
         log.customer[0] = -1;
         log.time[1] = missing_time;
       }},
      {"none of 2 usable rows has a state", [](LogCase& log) { log.state = {-1, -1}; }}};
  for (const Case& c : cases) {
    LogCase log = LogCase().word(1, "ab");
    c.spoil(log);
    CAPTURE(c.why);
    check_refused<std::invalid_argument>([&] { sojourn::journeys(log.view(), letters(3)); }, {"journeys: ", c.why});
  }
}

TEST_CASE("a log need not have money in it") {
  const LogCase log = LogCase().word(1, "ab");
  EventLog view = log.view();
  view.value = {};
  CHECK(sojourn::journeys(view, letters(3)).columns().values == std::vector<double>{0, 0});
}

TEST_CASE("labels are numbered by first appearance") {
  const std::vector<std::string> labels = {"b", "b", "", "a", "b"};
  const Encoded encoded = encode(labels);
  CHECK(encoded.codes == std::vector<std::int64_t>{0, 0, -1, 1, 0});
  CHECK(encoded.labels == std::vector<std::string>{"b", "a"});
}

TEST_CASE("state names become positions, and an unknown one is named with its row") {
  const StateSpace states{"trial", "active"};
  CHECK(state_codes(std::vector<std::string>{"active", "", "trial"}, states) == std::vector<std::int32_t>{1, -1, 0});
  check_refused<std::invalid_argument>([&] { state_codes(std::vector<std::string>{"trial", "Active"}, states); },
                                       {"state_codes: row 1", "'Active'", "'trial' and 'active'"});
}
