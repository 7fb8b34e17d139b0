#include "sojourn/market/referral_rates.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "data/log_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

CountVector whole(const std::vector<std::int64_t>& list) {
  return Eigen::Map<const CountVector>(list.data(), static_cast<Index>(list.size()));
}

StateRates rates_of(const std::vector<std::int64_t>& referrals, const std::vector<std::int64_t>& periods,
                    const RateOptions& options = {}) {
  return referral_rates(letters(static_cast<Index>(referrals.size())), Period::months(1), whole(referrals),
                        whole(periods), options);
}

struct ReferralCase {
  std::vector<std::int64_t> referrer = {};
  std::vector<std::int64_t> referred = {};
  std::vector<std::int64_t> time = {};
  TimeUnit unit = TimeUnit::day;

  ReferralCase& add(std::int64_t who, std::int64_t whom, std::int64_t when) {
    referrer.push_back(who);
    referred.push_back(whom);
    time.push_back(when);
    return *this;
  }
  ReferralLog view() const { return {.referrer = referrer, .referred = referred, .time = time, .unit = unit}; }
};

/// As many events as a Poisson law gives, by counting exponential times.
Index poisson(Dice& dice, double mean) {
  Index k = 0;
  for (double t = -std::log(1.0 - dice.uniform()); t < mean; t -= std::log(1.0 - dice.uniform())) ++k;
  return k;
}

/// Customers 1, 2 and 3 with events every ten days: "aabb", "ab" and left in c, "a"; the log covers 40 days.
LogCase small_log() {
  LogCase log;
  log.word(1, "aabb", 0, 10).word(2, "abc", 5, 10).word(3, "a", 20, 10);
  return log;
}

GridOptions ten_days() {
  return {.period = Period::days(10), .until = 39};
}

ReferralCounts counted(const LogCase& log, const ReferralCase& referrals, ReferralCountOptions options = {}) {
  if (!options.grid) options.grid = ten_days();
  return referral_counts(journeys(log.view(), letters(3)), referrals.view(), options);
}

}  // namespace

TEST_CASE("a rate is the mean of its Gamma law: events and the prior's over customer-periods and the prior's") {
  const StateRates rates = rates_of({3, 0, 0}, {10, 40, 0}, {.prior_shape = 2.0, .prior_periods = 5.0});
  CHECK(rates.mean()["a"] == Catch::Approx(5.0 / 15.0).epsilon(1e-15));
  CHECK(rates.mean()["b"] == Catch::Approx(2.0 / 45.0).epsilon(1e-15));
  CHECK(rates.mean()["c"] == 0.0);  // an exit
  CHECK(rates.standard_error()["a"] == Catch::Approx(std::sqrt(5.0) / 15.0).epsilon(1e-15));
  CHECK(rates_of({3, 0, 0}, {10, 40, 0}).mean()["a"] == Catch::Approx(3.5 / 10.0).epsilon(1e-15));
}

TEST_CASE("the interval of a rate of shape 1 is that of an exponential law") {
  const RateInterval ends = rates_of({0, 0}, {8, 0}, {.prior_shape = 1.0}).interval(0.9);
  CHECK(ends.lower["a"] == Catch::Approx(-std::log(0.95) / 8.0).epsilon(1e-12));
  CHECK(ends.upper["a"] == Catch::Approx(-std::log(0.05) / 8.0).epsilon(1e-12));
  CHECK(ends.lower["b"] == 0.0);
  CHECK(ends.upper["b"] == 0.0);
}

TEST_CASE("draws of rates have the mean, spread and quantiles of their Gamma laws") {
  const StateRates rates = rates_of({3, 0, 250, 0}, {10, 40, 1'000, 0});
  constexpr Index n = 20'000;
  const Matrix drawn = rates.draws(n, 7);
  const RateInterval ends = rates.interval(0.8);
  for (Index i = 0; i < 3; ++i) {
    const double mean = drawn.col(i).mean();
    const double error = rates.standard_error().at(i) / std::sqrt(double{n});
    CHECK(std::abs(mean - rates.mean().at(i)) < 4.5 * error);  // once in 150,000
    const double below = static_cast<double>((drawn.col(i).array() < ends.lower.at(i)).count()) / n;
    const double above = static_cast<double>((drawn.col(i).array() > ends.upper.at(i)).count()) / n;
    CHECK(std::abs(below - 0.1) < 0.0095);  // 4.5 standard errors
    CHECK(std::abs(above - 0.1) < 0.0095);
  }
  CHECK(drawn.col(3).maxCoeff() == 0.0);
}

TEST_CASE("a draw is a function of the seed and its number, and differs between what is counted") {
  const CountVector events = whole({3, 5, 0});
  const CountVector periods = whole({10, 40, 0});
  const Lifecycle life = letters(3);
  const StateRates referred = referral_rates(life, Period::months(1), events, periods);
  const SharingRates shared = sharing_rates(life, Period::months(1), events, events, periods);
  CHECK(referred.draw(5, 1) == referred.draw(5, 1));
  CHECK(referred.draws(6, 1).row(5).transpose() == referred.draw(5, 1).vector());
  CHECK_FALSE(referred.draw(5, 1) == referred.draw(5, 2));
  CHECK_FALSE(referred.draw(5, 1) == referred.draw(6, 1));
  CHECK_FALSE(referred.draw(5, 1) == shared.good.draw(5, 1));
  CHECK_FALSE(shared.good.draw(5, 1) == shared.bad.draw(5, 1));
}

TEST_CASE("intervals of rates cover the truth as often as they say") {
  // 1,500 seeds at level 0.9: beyond 0.9 ± 0.03 once in 10,000, and the discreteness of counts costs at most 0.01.
  Dice dice(11);
  int covered = 0;
  constexpr int n = 1'500;
  for (int turn = 0; turn < n; ++turn) {
    const double truth = dice.uniform(0.02, 0.2);
    const Index events = poisson(dice, truth * 400.0);
    const RateInterval ends = rates_of({events, 0}, {400, 0}).interval(0.9);
    covered += ends.lower["a"] < truth && truth < ends.upper["a"] ? 1 : 0;
  }
  CHECK(std::abs(covered / double{n} - 0.9) < 0.04);
}

TEST_CASE("states without data are refused by name, taken as zero, or left to the prior") {
  check_refused<std::domain_error>([] { rates_of({3, 0, 0, 0}, {10, 0, 0, 0}); },
                                   {"'b' and 'c'", "prior_periods", "states_without_data"});
  const StateRates zero = rates_of({3, 0, 0, 0}, {10, 0, 0, 0}, {.states_without_data = StatesWithoutData::zero});
  CHECK(zero.mean()["b"] == 0.0);
  CHECK(zero.interval(0.9).upper["b"] == 0.0);
  CHECK(zero.draw(0)["b"] == 0.0);
  CHECK(zero.unseen() == std::vector<Index>{1, 2});
  CHECK_THAT(zero.definition(), Catch::Matchers::ContainsSubstring("no data in 'b' and 'c': taken as 0"));
  const StateRates prior = rates_of({3, 0, 0, 0}, {10, 0, 0, 0}, {.prior_shape = 1.0, .prior_periods = 20.0});
  CHECK(prior.mean()["b"] == 0.05);
}

TEST_CASE("a referral counts in the state of its referrer's period") {
  // Customer 1 is in a, a, b, b from day 0; 2 in a, b and gone from day 5; 3 in a, a from day 20 (the rest is not complete).
  ReferralCase referrals;
  referrals.add(1, 2, 5).add(1, 3, 20).add(1, 7, 25).add(2, 8, 24);
  const ReferralCounts counts = counted(small_log(), referrals, {.unknown_referred = UnknownReferred::keep});
  CHECK(counts.referrals == whole({1, 3, 0}));
  CHECK(counts.periods == whole({5, 3, 0}));
  CHECK(counts.newcomers.rows() == 3);
  CHECK(counts.arrivals == whole({2, 0, 0}));
  CHECK(counts.report.rows_used == 4);
  CHECK(counts.report.customers == 2);
  CHECK(counts.period == Period::days(10));
}

TEST_CASE("newcomers per customer-period are counted, those of none included") {
  ReferralCase referrals;
  referrals.add(1, 2, 5).add(1, 3, 22).add(1, 7, 25);
  const ReferralCounts counts = counted(small_log(), referrals, {.unknown_referred = UnknownReferred::keep});
  CHECK(counts.newcomers.cols() == 3);
  CHECK(counts.newcomers(0, 1) == 1);
  CHECK(counts.newcomers(1, 2) == 1);
  CHECK(counts.newcomers(1, 1) == 0);
  CHECK(counts.newcomers(1, 0) == counts.periods[1] - 1);
  CHECK(counts.newcomers.row(2).sum() == 0);
}

TEST_CASE("where newcomers arrive is told only by journeys whose beginning is known") {
  LogCase log;
  log.word(1, "aabb", 0, 10).word(2, ".bb", 5, 10).word(3, "bb", 5, 10);
  ReferralCase referrals;
  referrals.add(1, 2, 5).add(1, 3, 5);
  const ReferralCounts counts = counted(log, referrals);
  CHECK(counts.report.rows_used == 2);
  CHECK(counts.arrivals == whole({0, 1, 0}));
}

TEST_CASE("every row that cannot be placed is dropped for its reason") {
  struct Row {
    std::int64_t referrer, referred, time;
    std::int64_t WordOfMouthReport::* reason;
  };
  LogCase log = small_log();
  log.add(4, 0, 0).add(4, 12, -1).add(4, 31, 1);  // days 0–9 in a, then a gap until 31
  const std::vector<Row> table = {
      {-1, 2, 5, &WordOfMouthReport::missing_customer},       {1, -1, 5, &WordOfMouthReport::missing_referred},
      {1, 2, missing_time, &WordOfMouthReport::missing_time}, {9, 2, 5, &WordOfMouthReport::unknown_customer},
      {1, 9, 5, &WordOfMouthReport::unknown_referred},        {1, 1, 5, &WordOfMouthReport::self_referral},
      {2, 1, 4, &WordOfMouthReport::before_first_event},      {2, 1, 25, &WordOfMouthReport::after_leaving},
      {2, 1, 38, &WordOfMouthReport::after_leaving},          {1, 2, 40, &WordOfMouthReport::after_last_period},
      {3, 2, 41, &WordOfMouthReport::after_last_period},      {4, 2, 15, &WordOfMouthReport::between_periods},
  };
  for (const Row& row : table) {
    const LogCase& of = row.reason == &WordOfMouthReport::between_periods ? log : small_log();
    LogCase kept = of;
    ReferralCase referrals;
    referrals.add(3, 2, 25);  // a good one, later or earlier
    if (row.referred == 2) referrals = ReferralCase().add(3, 1, 25);
    referrals.add(row.referrer, row.referred, row.time);
    if (row.referrer == 2 && row.referred == 1) referrals = ReferralCase().add(3, 2, 25).add(2, 1, row.time);
    CAPTURE(row.referrer, row.referred, row.time);
    const WordOfMouthReport report = counted(kept, referrals).report;
    CHECK(report.*row.reason == 1);
    CHECK(report.rows_read == 2);
    CHECK(report.rows_used == 1);
    CHECK(report.rows_dropped() == 1);
    CHECK(report.notes().size() >= 3);
  }
}

TEST_CASE("of two rows that bring the same customer the first in time counts, in whatever order they stand") {
  ReferralCase referrals;
  referrals.add(1, 3, 25).add(2, 3, 8);
  const ReferralCounts counts = counted(small_log(), referrals);
  CHECK(counts.report.referred_twice == 1);
  CHECK(counts.referrals == whole({1, 0, 0}));
}

TEST_CASE("a referrer who was brought by the one he refers is refused with the names") {
  ReferralCase pair;
  pair.add(1, 2, 6).add(2, 1, 16);
  check_refused<std::invalid_argument>(
      [&] { counted(small_log(), pair); },
      {"referrer", "row 1", "customer 2 brings customer 1", "customer 1 → customer 2", "cycles = drop"});
  ReferralCase ring;
  ring.add(1, 2, 6).add(2, 3, 16).add(3, 1, 25);
  check_refused<std::invalid_argument>([&] { counted(small_log(), ring); },
                                       {"row 2", "customer 1 → customer 2 → customer 3"});
  const auto name = [](std::int64_t code) { return "c" + std::to_string(code) + "@example.org"; };
  ReferralLog named = ring.view();
  named.name = name;
  check_refused<std::invalid_argument>(
      [&] { referral_counts(journeys(small_log().view(), letters(3)), named, {.grid = ten_days()}); },
      {"'c3@example.org' brings 'c1@example.org'"});
  const ReferralCounts dropped = counted(small_log(), ring, {.cycles = Impossible::drop});
  CHECK(dropped.report.cycles == 1);
  CHECK(dropped.report.rows_used == 2);
}

TEST_CASE("a referral before the referrer's first event is dropped and counted, or refused on request") {
  ReferralCase early;
  early.add(3, 1, 12).add(1, 2, 6);
  CHECK(counted(small_log(), early).report.before_first_event == 1);
  check_refused<std::invalid_argument>(
      [&] { counted(small_log(), early, {.before_first_event = Impossible::refuse}); },
      {"row 0", "customer 3 brings customer 1", "before his own first event", "before_first_event = drop"});
}

TEST_CASE("a line of a hundred thousand referrals is no cycle, and closing it is one") {
  constexpr std::int64_t n = 100'000;
  LogCase log;
  ReferralCase line;
  for (std::int64_t who = 0; who < n; ++who) log.add(who, 0, 0);
  log.add(0, 9, 1);
  for (std::int64_t who = 0; who + 1 < n; ++who) line.add(who, who + 1, 3);
  const GridOptions grid{.period = Period::days(5)};
  CHECK(counted(log, line, {.grid = grid}).report.rows_used == n - 1);
  line.add(n - 1, 0, 4);
  check_refused<std::invalid_argument>([&] { counted(log, line, {.grid = grid}); },
                                       {"customer 0 → customer 1 →", "→ … →"});
}

TEST_CASE("months are those of the customer's own clock, clipped at the end of a shorter month") {
  const Day start = date("2023-01-31");
  LogCase log;
  log.add(1, start, 0).add(1, date("2023-03-30"), 1).add(2, start, 0);
  const auto one = [&](const std::string& day) {
    ReferralCase referrals;
    referrals.add(1, 2, date(day));
    return counted(log, referrals, {.grid = GridOptions{.period = Period::months(1), .until = date("2023-04-28")}});
  };
  CHECK(one("2023-02-27").referrals == whole({1, 0, 0}));
  CHECK(one("2023-02-28").referrals == whole({0, 1, 0}));  // the second month: 28 February to 30 March
  CHECK(one("2023-03-30").referrals == whole({0, 1, 0}));
  CHECK(one("2023-03-31").report.after_last_period == 1);  // 31 March to 29 April is not complete
}

TEST_CASE("a customer who joins a common grid in a clipped month keeps its clock") {
  const GridOptions grid{
      .period = Period::months(1), .origin = Origin::date(date("2023-01-31")), .until = date("2023-04-30")};
  LogCase log;
  log.add(1, date("2023-03-05"), 0).add(2, date("2023-02-01"), 0).add(3, date("2023-04-10"), 1);
  const Journeys events = journeys(log.view(), letters(3));
  const auto places = [&](std::int64_t who, const std::string& day) {
    ReferralCase one;
    one.add(who, 9, date(day));
    const ReferralCountOptions options{.grid = grid, .unknown_referred = UnknownReferred::keep};
    const bool on = referral_counts(events, one.view(), options).report.rows_used == 1;
    ReferralCountOptions given = options;
    given.grid.reset();
    CHECK((referral_counts(on_grid(events, grid), one.view(), given).report.rows_used == 1) == on);
    return on;
  };
  CHECK(places(1, "2023-04-29"));  // periods begin on 31 January, 28 February, 31 March and 30 April
  CHECK_FALSE(places(1, "2023-04-30"));
  CHECK(places(2, "2023-04-29"));
  CHECK(places(3, "2023-04-29"));
  GridOptions shorter = grid;
  shorter.until = date("2023-03-30");
  ReferralCase late;
  late.add(1, 9, date("2023-03-30"));
  CHECK(referral_counts(events, late.view(), {.grid = shorter, .unknown_referred = UnknownReferred::keep})
            .report.rows_used == 1);  // in a journey of one period, that of 28 February
}

TEST_CASE("the order of rows does not matter where their times differ") {
  Dice dice(16);
  for (int turn = 0; turn < 30; ++turn) {
    const LogCase log = dirty_log(dice, 80, 12, 60, 3, true);
    const Journeys events = journeys(log.view(), letters(3));
    ReferralCase referrals;
    for (Day day = 0; day < 60; ++day) referrals.add(dice.integer(0, 12) * 3, dice.integer(0, 12) * 3, day);
    referrals.add(log.customer[0], -1, 0);
    const ReferralCountOptions options{.grid = GridOptions{.period = Period::days(7)}, .cycles = Impossible::drop};
    ReferralCase mixed;
    for (const std::size_t i : shuffled(dice, referrals.time.size())) {
      mixed.add(referrals.referrer[i], referrals.referred[i], referrals.time[i]);
    }
    const ReferralCounts one = referral_counts(events, referrals.view(), options);
    const ReferralCounts other = referral_counts(events, mixed.view(), options);
    CHECK(one.report == other.report);
    CHECK(one.newcomers == other.newcomers);
    CHECK(one.arrivals == other.arrivals);
  }
}

TEST_CASE("a time of day is compared with the first event's where both have one") {
  constexpr std::int64_t day = 86'400;
  LogCase log;
  log.unit = TimeUnit::second;
  log.add(1, 50'000, 0).add(1, 30 * day, 0).add(2, 0, 0);
  ReferralCase referrals;
  referrals.unit = TimeUnit::second;
  referrals.add(1, 2, 49'999);
  CHECK(counted(log, referrals).report.before_first_event == 1);
  referrals.time[0] = 50'000;
  CHECK(counted(log, referrals).report.rows_used == 1);
  referrals.unit = TimeUnit::day;
  referrals.time[0] = 0;  // the day of the first event
  CHECK(counted(log, referrals).report.rows_used == 1);
}

TEST_CASE("every row is used or dropped for one reason, and customer-periods and newcomers add up") {
  Dice dice(12);
  for (int turn = 0; turn < 60; ++turn) {
    const Index n_customers = dice.integer(2, 25);
    const LogCase log = dirty_log(dice, dice.integer(20, 120), n_customers, 60, 3, true);
    const Journeys events = journeys(log.view(), letters(3));
    ReferralCase referrals;
    const Index n = dice.integer(1, 60);
    for (Index i = 0; i < n; ++i) {
      const auto any = [&] { return dice.uniform() < 0.05 ? -1 : dice.integer(0, n_customers) * 3; };
      referrals.add(any(), any(), dice.uniform() < 0.05 ? missing_time : dice.integer(-5, 80));
    }
    referrals.add(log.customer[0], -1, 0);  // one known referrer at least
    ReferralCountOptions options{.grid = GridOptions{.period = Period::days(7)}, .cycles = Impossible::drop};
    if (turn % 2 == 0) options.unknown_referred = UnknownReferred::keep;
    if (turn % 3 == 0) options.grid->churn_after = 2;
    const ReferralCounts counts = referral_counts(events, referrals.view(), options);
    const WordOfMouthReport& report = counts.report;
    CHECK(report.rows_read == static_cast<std::int64_t>(referrals.referrer.size()));
    CHECK(report.rows_used + report.rows_dropped() == report.rows_read);
    CHECK(counts.referrals.sum() == report.rows_used);
    CHECK(counts.newcomers.rowwise().sum() == counts.periods);
    CountVector brought = CountVector::Zero(3);
    for (Index k = 0; k < counts.newcomers.cols(); ++k) brought += k * counts.newcomers.col(k);
    CHECK(brought == counts.referrals);
    CountVector visits = count(on_grid(events, *options.grid)).visits();
    visits[2] = 0;
    CHECK(visits == counts.periods);
    CHECK(counts.arrivals.sum() <= report.rows_used);
    if (turn % 3 != 0) {
      // On a grid already, the same rows find the same periods, but for newcomers who are not on it.
      const ReferralCounts again =
          referral_counts(on_grid(events, *options.grid), referrals.view(),
                          {.cycles = Impossible::drop, .unknown_referred = UnknownReferred::keep});
      CHECK(again.periods == counts.periods);
    }
  }
}

TEST_CASE("a referral is placed as the definition says, looked up period by period") {
  Dice dice(13);
  int placed = 0;
  for (int turn = 0; turn < 60; ++turn) {
    const LogCase log = dirty_log(dice, dice.integer(20, 80), 6, 90, 3, true);
    const Journeys events = journeys(log.view(), letters(3));
    const GridOptions grid{.period = turn % 2 == 0 ? Period::days(9) : Period::months(1)};
    std::optional<Journeys> on;
    try {
      on = on_grid(events, grid);
    } catch (const std::invalid_argument&) {
      continue;  // no complete period
    }
    std::map<std::int64_t, Day> first;
    for (Index j = events.n_journeys(); j-- > 0;) first[events[j].customer] = events[j].times.front();
    for (const auto& [customer, begin] : first) {
      const Day when = dice.integer(0, 95);
      CountVector expected = CountVector::Zero(3);
      for (Index j = 0; j < on->n_journeys() && when >= begin; ++j) {
        const JourneyView view = (*on)[j];
        if (view.customer != customer) continue;
        for (std::size_t i = 0; i < view.states.size(); ++i) {
          const std::int64_t k = period_containing(begin, grid.period, view.times[i]);
          if (when >= period_start(begin, grid.period, k) && when < period_start(begin, grid.period, k + 1) &&
              view.states[i] != 2)
            ++expected[view.states[i]];
        }
      }
      ReferralCase one;
      one.add(customer, 1'000, when);
      const ReferralCounts counts =
          referral_counts(events, one.view(), {.grid = grid, .unknown_referred = UnknownReferred::keep});
      CHECK(counts.referrals == expected);
      placed += static_cast<int>(expected.sum());
    }
  }
  CHECK(placed > 50);
}

TEST_CASE("rates come back from simulated journeys, with intervals that cover them as often as they say") {
  // 200 seeds, two states at level 0.9: 400 intervals, beyond 0.9 ± 0.065 about once in 10,000.
  const Chain chain(StateSpace({"new", "loyal", "churn"}), matrix({{.5, .3, .2}, {.05, .85, .1}, {0, 0, 1}}),
                    Period::months(1));
  const Vector truth = numbers({0.04, 0.15, 0.0});
  Dice dice(14);
  int covered = 0;
  for (int turn = 0; turn < 200; ++turn) {
    const Simulation simulated = simulate(
        chain, Rewards(chain.states()),
        {.customers = 150, .horizon = 12, .seed = static_cast<std::uint64_t>(turn), .outputs = {.journeys = true}});
    const Journeys& seen = simulated.journeys();
    ReferralCase referrals;
    referrals.unit = TimeUnit::step;
    std::int64_t newcomer = 1'000'000;
    for (Index j = 0; j < seen.n_journeys(); ++j) {
      const JourneyView view = seen[j];
      for (std::size_t i = 0; i < view.states.size(); ++i) {
        for (Index k = poisson(dice, truth[view.states[i]]); k > 0; --k)
          referrals.add(view.customer, newcomer++, view.times[i]);
      }
    }
    const ReferralCounts counts = referral_counts(seen, referrals.view(), {.unknown_referred = UnknownReferred::keep});
    CHECK(counts.report.rows_dropped() == 0);
    const RateInterval ends = referral_rates(counts).interval(0.9);
    for (Index i = 0; i < 2; ++i) covered += ends.lower.at(i) < truth[i] && truth[i] < ends.upper.at(i) ? 1 : 0;
  }
  CHECK(std::abs(covered / 400.0 - 0.9) < 0.065);
}

TEST_CASE("the law of newcomers is found again, and a Bernoulli law is impossible where one brought two") {
  Dice dice(15);
  for (const OffspringLaw law : {OffspringLaw::poisson, OffspringLaw::bernoulli, OffspringLaw::geometric}) {
    CountMatrix table = CountMatrix::Zero(1, 60);
    const double mean = 0.6;
    for (int i = 0; i < 4'000; ++i) {
      Index k = 0;
      switch (law) {
        case OffspringLaw::poisson:
          k = poisson(dice, mean);
          break;
        case OffspringLaw::bernoulli:
          k = dice.uniform() < mean ? 1 : 0;
          break;
        case OffspringLaw::geometric:
          while (dice.uniform() < mean / (1.0 + mean)) ++k;
          break;
      }
      ++table(0, k);
    }
    const OffspringFit fit = offspring_law(table);
    CHECK(fit.best == law);
    CHECK(fit.can_tell());
    CHECK(fit.mean == Catch::Approx(mean).margin(0.08));
    CHECK(fit.candidates.size() == 6);
    CHECK(fit.candidates[2].log_likelihood.has_value() == (law == OffspringLaw::bernoulli));
  }
}

TEST_CASE("likelihoods of the laws are the products of their chances") {
  CountMatrix table(2, 3);
  table << 5, 2, 1, 8, 0, 0;
  const OffspringFit fit = offspring_law(table);
  const double m = 4.0 / 16.0;
  const double each = 4.0 / 8.0;
  const double poisson_common = 4.0 * std::log(m) - 16.0 * m - std::log(2.0);
  const double poisson_each = 4.0 * std::log(each) - 8.0 * each - std::log(2.0);
  const double geometric_common = 4.0 * std::log(m / (1.0 + m)) - 16.0 * std::log(1.0 + m);
  CHECK(*fit.candidates[0].log_likelihood == Catch::Approx(poisson_common).epsilon(1e-12));
  CHECK(*fit.candidates[1].log_likelihood == Catch::Approx(poisson_each).epsilon(1e-12));
  CHECK(*fit.candidates[4].log_likelihood == Catch::Approx(geometric_common).epsilon(1e-12));
  CHECK(*fit.candidates[1].criterion == Catch::Approx(4.0 - 2.0 * poisson_each).epsilon(1e-12));
  CHECK_FALSE(fit.candidates[2].log_likelihood.has_value());
  CHECK(fit.most == 2);
  CHECK(fit.customer_periods == 16);
}

TEST_CASE("too few newcomers cannot tell the laws apart, and none at all neither") {
  CountMatrix table(1, 2);
  table << 500, 3;
  CHECK_FALSE(offspring_law(table).can_tell());
  CHECK_THAT(offspring_law(table).sentence(), Catch::Matchers::ContainsSubstring("cannot tell"));
  table << 500, 0;
  CHECK_FALSE(offspring_law(table).can_tell());
  CHECK(offspring_law(table).difference == 0.0);
  table << 0, 500;  // everyone brings just one
  CHECK(offspring_law(table).best == OffspringLaw::bernoulli);
  CHECK(offspring_law(table).can_tell());
  check_refused<std::domain_error>([] { offspring_law(CountMatrix(CountMatrix::Zero(2, 3))); }, {"no customer-period"});
  table << 3, -1;
  check_refused<std::invalid_argument>([&] { offspring_law(table); }, {"-1", "1 newcomers"});
}

TEST_CASE("ratings become good and bad experiences of the state in which they were given") {
  const std::vector<std::int64_t> customer = {1, 1, 1, 2, 2, 3, 9, -1, 1, 3};
  const std::vector<std::int64_t> time = {0, 12, 25, 8, 40, 22, 5, 5, missing_time, 30};
  const std::vector<double> rating = {5, 4, 1, 3, 1, not_a_number, 5, 5, 5, infinity};
  const RatingLog log{.customer = customer, .time = time, .rating = rating};
  const SharingCounts counts = sharing_counts(journeys(small_log().view(), letters(3)), log,
                                              {.good_at_least = 4.0, .bad_at_most = 2.0}, {.grid = ten_days()});
  CHECK(counts.good == whole({2, 0, 0}));
  CHECK(counts.bad == whole({0, 1, 0}));
  CHECK(counts.neither == whole({1, 0, 0}));
  CHECK(counts.report.rows_used == 4);
  CHECK(counts.report.after_leaving == 1);
  CHECK(counts.report.missing_rating == 1);
  CHECK(counts.report.invalid_rating == 1);
  CHECK(counts.report.unknown_customer == 1);
  CHECK(counts.report.missing_customer == 1);
  CHECK(counts.report.missing_time == 1);
  CHECK(counts.report.rows_used + counts.report.rows_dropped() == counts.report.rows_read);
  const SharingRates rates = sharing_rates(counts);
  CHECK(rates.good.mean()["a"] == Catch::Approx(2.5 / static_cast<double>(counts.periods[0])).epsilon(1e-15));
  CHECK(rates.bad.mean()["b"] == Catch::Approx(1.5 / static_cast<double>(counts.periods[1])).epsilon(1e-15));
  CHECK_THAT(rates.bad.definition(), Catch::Matchers::StartsWith("bad experiences shared per customer and 10 days"));
}

TEST_CASE("bad input to rates from data is refused with the way out") {
  using Bad = std::invalid_argument;
  check_refused<Bad>([] { rates_of({-1, 0}, {10, 0}); }, {"referrals", "'a' has -1"});
  check_refused<Bad>([] { rates_of({1, 0}, {-10, 0}); }, {"periods", "'a' has -10"});
  check_refused<Bad>([] { rates_of({1, 1}, {10, 0}); }, {"'b'", "exit"});
  check_refused<Bad>([] { rates_of({1, 1, 0}, {10, 0, 0}); }, {"'b' has 1", "no customer-period"});
  check_refused<Bad>([] { referral_rates(letters(3), Period::months(1), whole({1}), whole({1, 2, 3})); },
                     {"1 count", "3 states"});
  check_refused<Bad>([] { rates_of({1, 0}, {10, 0}, {.prior_shape = 0.0}); }, {"prior_shape", "above 0"});
  check_refused<Bad>([] { rates_of({1, 0}, {10, 0}, {.prior_shape = infinity}); }, {"prior_shape"});
  check_refused<Bad>([] { rates_of({1, 0}, {10, 0}, {.prior_periods = -1.0}); }, {"prior_periods"});
  check_refused<Bad>([] { rates_of({1, 0}, {10, 0}, {.prior_periods = not_a_number}); }, {"prior_periods"});
  check_refused<Bad>([] { rates_of({1, 0}, {10, 0}).interval(1.0); }, {"level"});
  check_refused<Bad>([] { rates_of({1, 0}, {10, 0}).draw(-1); }, {"draw"});
  check_refused<Bad>([] { rates_of({1, 0}, {10, 0}).draws(0); }, {"draws"});

  const Journeys events = journeys(small_log().view(), letters(3));
  const Journeys grid = on_grid(events, ten_days());
  ReferralCase good;
  good.add(1, 2, 5);
  check_refused<Bad>([&] { referral_counts(events, good.view()); }, {"grid", "clock of the event"});
  check_refused<Bad>([&] { referral_counts(grid, good.view(), {.grid = ten_days()}); }, {"grid", "already"});
  ReferralCase steps = good;
  steps.unit = TimeUnit::step;
  check_refused<Bad>([&] { referral_counts(grid, steps.view()); }, {"time", "without days"});
  ReferralCase shorter = good;
  shorter.time.clear();
  check_refused<Bad>([&] { referral_counts(grid, shorter.view()); }, {"time", "0 rows", "referrer has 1 row"});
  ReferralCase strangers;
  strangers.add(77, 1, 5).add(78, 2, 5);
  check_refused<Bad>([&] { referral_counts(grid, strangers.view()); }, {"none of 2 rows", "customer 77", "same type"});
  ReferralCase far;
  far.add(1, 2, std::int64_t{1} << 60);
  check_refused<Bad>([&] { referral_counts(grid, far.view()); }, {"time", "no date"});
  CHECK(referral_counts(grid, ReferralCase().view()).report.rows_read == 0);

  const std::vector<std::int64_t> who = {1};
  const std::vector<double> stars = {5.0};
  const RatingLog ratings{.customer = who, .time = who, .rating = stars};
  check_refused<Bad>([&] { sharing_counts(grid, ratings, {.good_at_least = 2.0, .bad_at_most = 4.0}); },
                     {"bad_at_most", "below good_at_least"});
  check_refused<Bad>([&] { sharing_counts(grid, ratings, {.good_at_least = not_a_number, .bad_at_most = 4.0}); },
                     {"bad_at_most"});
}
