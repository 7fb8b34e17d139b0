#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "data/log_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

const Period ten_days = Period::days(10);

std::vector<std::string> reference(const LogCase& log, const OrderOptions& options) {
  std::map<std::int64_t, std::vector<Day>> orders;
  Day last_day = log.time.front();
  for (std::size_t i = 0; i < log.size(); ++i) last_day = std::max(last_day, log.time[i]);
  const Day until = options.until.value_or(last_day);
  for (std::size_t i = 0; i < log.size(); ++i) {
    const bool before = options.origin.day() && log.time[i] < *options.origin.day();
    if (!before && log.time[i] <= until) orders[log.customer[i]].push_back(log.time[i]);
  }
  std::vector<std::string> words;
  for (const auto& [customer, days] : orders) {
    const Day start = options.origin.start(*std::min_element(days.begin(), days.end()), options.period);
    std::set<std::int64_t> active;
    for (const Day day : days) active.insert(period_containing(start, options.period, day));
    std::string word;
    std::int64_t silent = -1;  // -1: not a customer now
    for (std::int64_t k = 0; period_start(start, options.period, k + 1) <= until + 1; ++k) {
      if (active.count(k) != 0) {
        if (silent < 0) word = std::to_string(customer) + ':';
        silent = 0;
      } else if (silent < 0) {
        continue;
      } else {
        ++silent;
      }
      word += static_cast<char>('a' + silent);
      if (silent > options.churn_after) {
        words.push_back(word);
        silent = -1;
      }
    }
    if (silent >= 0) words.push_back(word);
  }
  return words;
}

}  // namespace

TEST_CASE("orders become recency states that depend on the past only") {
  LogCase log;
  log.add(1, 0, 0, 5).add(1, 3, 0, 7).add(1, 25, 0, 2).add(1, 59, 0, 1);
  const Journeys journeys = order_journeys(log.orders(), {.period = ten_days, .churn_after = 2});
  CHECK(journeys.lifecycle() == recency(2));
  CHECK(as_words(journeys) == std::vector<std::string>{"1:ababca"});
  CHECK(journeys.columns().values == std::vector<double>{12, 0, 2, 0, 0, 1});
  CHECK(journeys.report().merged_into_period == 1);
  CHECK(count(journeys).moves()(journeys.states().index("silent_2"), journeys.states().index("active")) == 1);
}

TEST_CASE("churn is the first period after R silent ones, and an order after it opens a new journey") {
  LogCase log;
  log.add(1, 0, 0, 5).add(1, 45, 0, 2).add(1, 89, 0, 1);
  const Journeys journeys = order_journeys(log.orders(), {.period = ten_days, .churn_after = 2});
  CHECK(as_words(journeys) == std::vector<std::string>{"1:abcd", "1:abcd", "1:a"});
  CHECK(journeys.report().returned_after_churn == 1);
  CHECK(journeys.report().churned == 1);
  CHECK(journeys.report().ended_journeys == 2);
}

TEST_CASE("a return in an incomplete period is a return, though it is not counted") {
  LogCase log;
  log.add(1, 0, 0, 5).add(1, 45, 0, 2);
  const Journeys journeys = order_journeys(log.orders(), {.period = ten_days, .churn_after = 2});
  CHECK(as_words(journeys) == std::vector<std::string>{"1:abcd"});
  CHECK(journeys.report().returned_after_churn == 1);
  CHECK(journeys.report().in_incomplete_period == 1);
  CHECK(journeys.report().value_in_incomplete_period == 2);
}

TEST_CASE("two equal orders are two orders unless said otherwise") {
  LogCase log;
  log.add(1, 0, 0, 5).add(1, 0, 0, 5).add(1, 9, 0, 1);
  CHECK(order_journeys(log.orders(), {.period = ten_days}).columns().values == std::vector<double>{11});
  const Journeys once = order_journeys(log.orders(), {.period = ten_days, .duplicates = Duplicates::drop});
  CHECK(once.columns().values == std::vector<double>{6});
  CHECK(once.report().duplicates == 1);
}

TEST_CASE("orders of random logs are those of the definition") {
  Dice dice(31);
  const std::vector<Period> periods = {Period::days(1), Period::weeks(2), ten_days, Period::months(1)};
  for (int trial = 0; trial < 600; ++trial) {
    const LogCase log = dirty_log(dice, dice.integer(1, 60), dice.integer(1, 8), 300, 2, true);
    OrderOptions options = {.period = periods[static_cast<std::size_t>(dice.integer(0, 3))],
                            .churn_after = dice.integer(1, 6)};
    if (dice.uniform() < 0.3) options.origin = Origin::date(dice.integer(-10, 60));
    if (options.period == Period::months(1) && dice.uniform() < 0.5) options.origin = Origin::calendar();
    if (dice.uniform() < 0.3) options.until = dice.integer(100, 330);
    CAPTURE(trial, options.period.name(), options.churn_after);
    const std::vector<std::string> expected = reference(log, options);
    if (expected.empty()) {
      CHECK_THROWS_AS(order_journeys(log.orders(), options), std::invalid_argument);
      continue;
    }
    const Journeys journeys = order_journeys(log.orders(), options);
    CHECK(as_words(journeys) == expected);
    const DataReport& report = journeys.report();
    CHECK(report.rows_read == report.rows_used + report.rows_dropped());
    if (report.before_origin + report.after_until == 0) {
      double money = report.value_in_incomplete_period;
      for (const double value : journeys.columns().values) money += value;
      for (const double value : log.value) money -= value;
      CHECK(money == 0.0);
    }
  }
}

TEST_CASE("every row of a dirty order log is used or dropped for one reason") {
  Dice dice(32);
  for (int trial = 0; trial < 200; ++trial) {
    LogCase log = dirty_log(dice, 80, 5, 200, 2);
    const OrderOptions options = {.period = ten_days,
                                  .churn_after = 3,
                                  .origin = dice.uniform() < 0.5 ? Origin::first_event() : Origin::date(40),
                                  .until = 170};
    const DataReport report = order_journeys(log.orders(), options).report();
    CHECK(report.rows_read == 80);
    CHECK(report.rows_read == report.rows_used + report.rows_dropped());
  }
}

TEST_CASE("the order of rows and the names of customers change nothing else") {
  Dice dice(33);
  for (int trial = 0; trial < 50; ++trial) {
    LogCase log = dirty_log(dice, 100, 8, 200, 2);
    for (double& value : log.value) value += 0.1;
    const OrderOptions options = {.period = ten_days, .churn_after = 3};
    const Journeys journeys = order_journeys(log.orders(), options);
    LogCase other = log.permuted(shuffled(dice, log.size()));
    const Counts counts = count(order_journeys(other.orders(), options));
    CHECK(counts.moves() == count(journeys).moves());
    // Backwards: 24 - 3 c for customers 0, 3, …, 21.
    for (std::int64_t& customer : log.customer) customer = customer < 0 ? customer : 24 - customer;
    const Journeys renamed = order_journeys(log.orders(), options);
    CHECK(count(renamed) == count(journeys));
    CHECK(renamed.report() == journeys.report());
  }
}

TEST_CASE("orders that cannot be put on a grid are refused with advice") {
  LogCase log = LogCase().word(1, "aaa", 0, 10);
  const auto order = [&](const OrderOptions& options) {
    return [&log, options] { order_journeys(log.orders(), options); };
  };
  check_refused<std::invalid_argument>(order({.churn_after = 0}),
                                       {"order_journeys: churn_after: 0 periods", "from 1 to 1,000"});
  check_refused<std::invalid_argument>(order({.churn_after = 1'000'000'000}), {"churn_after: 1000000000 periods"});
  check_refused<std::invalid_argument>(order({.period = Period::step()}), {"period: a step has no length"});
  check_refused<std::invalid_argument>(order({}), {"no customer has one complete month"});
  check_refused<std::invalid_argument>([&] { order_journeys(log.view(), {}); },
                                       {"the log tells states already", "use journeys"});
  log.unit = TimeUnit::step;
  check_refused<std::invalid_argument>(order({}), {"order_journeys: time: these times are only an order"});
  check_refused<std::invalid_argument>([] { order_journeys({}, {}); }, {"order_journeys: the log has no rows"});
}
