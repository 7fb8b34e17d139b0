#include "sojourn/market/referral_log.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "market/word_of_mouth_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

ReferralCounts counted(const LogCase& log, const ReferralRows& referrals, ReferralCountOptions options = {}) {
  if (!options.grid) options.grid = ten_days();
  return referral_counts(journeys(log.view(), letters(3)), referrals.view(), options);
}

}  // namespace

TEST_CASE("a referral counts in the state of its referrer's period") {
  // Customer 1 is in a, a, b, b from day 0; 2 in a, b and gone from day 5; 3 in a, a from day 20 (the rest is not complete).
  ReferralRows referrals;
  referrals.add(1, 2, 5).add(1, 3, 20).add(1, 7, 25).add(2, 8, 24);
  const ReferralCounts counts = counted(small_log(), referrals, {.unknown_referred = UnknownReferred::keep});
  CHECK(counts.referrals == whole_numbers({1, 3, 0}));
  CHECK(counts.periods == whole_numbers({5, 3, 0}));
  CHECK(counts.newcomers.rows() == 3);
  CHECK(counts.arrivals == whole_numbers({2, 0, 0}));
  CHECK(counts.report.rows_used == 4);
  CHECK(counts.report.customers == 2);
  CHECK(counts.period == Period::days(10));
}

TEST_CASE("newcomers per customer-period are counted, those of none included") {
  ReferralRows referrals;
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
  ReferralRows referrals;
  referrals.add(1, 2, 5).add(1, 3, 5);
  const ReferralCounts counts = counted(log, referrals);
  CHECK(counts.report.rows_used == 2);
  CHECK(counts.arrivals == whole_numbers({0, 1, 0}));
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
    ReferralRows referrals;
    referrals.add(3, 2, 25);  // a good one, later or earlier
    if (row.referred == 2) referrals = ReferralRows().add(3, 1, 25);
    referrals.add(row.referrer, row.referred, row.time);
    if (row.referrer == 2 && row.referred == 1) referrals = ReferralRows().add(3, 2, 25).add(2, 1, row.time);
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
  ReferralRows referrals;
  referrals.add(1, 3, 25).add(2, 3, 8);
  const ReferralCounts counts = counted(small_log(), referrals);
  CHECK(counts.report.referred_twice == 1);
  CHECK(counts.referrals == whole_numbers({1, 0, 0}));
}

TEST_CASE("a referrer who was brought by the one he refers is refused with the names") {
  ReferralRows pair;
  pair.add(1, 2, 6).add(2, 1, 16);
  check_refused<std::invalid_argument>(
      [&] { counted(small_log(), pair); },
      {"referrer", "row 1", "customer 2 brings customer 1", "customer 1 → customer 2", "cycles = drop"});
  ReferralRows ring;
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
  ReferralRows early;
  early.add(3, 1, 12).add(1, 2, 6);
  CHECK(counted(small_log(), early).report.before_first_event == 1);
  check_refused<std::invalid_argument>(
      [&] { counted(small_log(), early, {.before_first_event = Impossible::refuse}); },
      {"row 0", "customer 3 brings customer 1", "before his own first event", "before_first_event = drop"});
}

TEST_CASE("a line of a hundred thousand referrals is no cycle, and closing it is one") {
  constexpr std::int64_t n = 100'000;
  LogCase log;
  ReferralRows line;
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
    ReferralRows referrals;
    referrals.add(1, 2, date(day));
    return counted(log, referrals, {.grid = GridOptions{.period = Period::months(1), .until = date("2023-04-28")}});
  };
  CHECK(one("2023-02-27").referrals == whole_numbers({1, 0, 0}));
  CHECK(one("2023-02-28").referrals == whole_numbers({0, 1, 0}));  // the second month: 28 February to 30 March
  CHECK(one("2023-03-30").referrals == whole_numbers({0, 1, 0}));
  CHECK(one("2023-03-31").report.after_last_period == 1);  // 31 March to 29 April is not complete
}

TEST_CASE("a customer who joins a common grid in a clipped month keeps its clock") {
  const GridOptions grid{
      .period = Period::months(1), .origin = Origin::date(date("2023-01-31")), .until = date("2023-04-30")};
  LogCase log;
  log.add(1, date("2023-03-05"), 0).add(2, date("2023-02-01"), 0).add(3, date("2023-04-10"), 1);
  const Journeys events = journeys(log.view(), letters(3));
  const auto places = [&](std::int64_t who, const std::string& day) {
    ReferralRows one;
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
  ReferralRows late;
  late.add(1, 9, date("2023-03-30"));
  CHECK(referral_counts(events, late.view(), {.grid = shorter, .unknown_referred = UnknownReferred::keep})
            .report.rows_used == 1);  // in a journey of one period, that of 28 February
}

TEST_CASE("the order of rows does not matter where their times differ") {
  Dice dice(16);
  for (int turn = 0; turn < 30; ++turn) {
    const LogCase log = dirty_log(dice, 80, 12, 60, 3, true);
    const Journeys events = journeys(log.view(), letters(3));
    ReferralRows referrals;
    for (Day day = 0; day < 60; ++day) referrals.add(dice.integer(0, 12) * 3, dice.integer(0, 12) * 3, day);
    referrals.add(log.customer[0], -1, 0);
    const ReferralCountOptions options{.grid = GridOptions{.period = Period::days(7)}, .cycles = Impossible::drop};
    ReferralRows mixed;
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
  ReferralRows referrals;
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
    ReferralRows referrals;
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
      ReferralRows one;
      one.add(customer, 1'000, when);
      const ReferralCounts counts =
          referral_counts(events, one.view(), {.grid = grid, .unknown_referred = UnknownReferred::keep});
      CHECK(counts.referrals == expected);
      placed += static_cast<int>(expected.sum());
    }
  }
  CHECK(placed > 50);
}

TEST_CASE("a log of referrals that says nothing is refused with the way out") {
  using Bad = std::invalid_argument;
  const Journeys events = journeys(small_log().view(), letters(3));
  const Journeys grid = on_grid(events, ten_days());
  ReferralRows good;
  good.add(1, 2, 5);
  check_refused<Bad>([&] { referral_counts(events, good.view()); }, {"grid", "clock of the event"});
  check_refused<Bad>([&] { referral_counts(grid, good.view(), {.grid = ten_days()}); }, {"grid", "already"});
  ReferralRows steps = good;
  steps.unit = TimeUnit::step;
  check_refused<Bad>([&] { referral_counts(grid, steps.view()); }, {"time", "without days"});
  ReferralRows shorter = good;
  shorter.time.clear();
  check_refused<Bad>([&] { referral_counts(grid, shorter.view()); }, {"time", "0 rows", "referrer has 1 row"});
  ReferralRows strangers;
  strangers.add(77, 1, 5).add(78, 2, 5);
  check_refused<Bad>([&] { referral_counts(grid, strangers.view()); }, {"none of 2 rows", "customer 77", "same type"});
  ReferralRows far;
  far.add(1, 2, std::int64_t{1} << 60);
  check_refused<Bad>([&] { referral_counts(grid, far.view()); }, {"time", "no date"});
  CHECK(referral_counts(grid, ReferralRows().view()).report.rows_read == 0);
}
