#include <cmath>
#include <map>
#include <stdexcept>

#include "data/counts_access.hpp"
#include "data/log_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

Journeys random_journeys(Dice& dice, Index n_rows = 60) {
  LogCase log = dirty_log(dice, n_rows, 6, 40, 4);
  log.add(0, 0, 0, 1.0);
  for (double& value : log.value) value *= dice.uniform() < 0.1 ? 1e12 : 0.1;
  return sojourn::journeys(log.view(), letters(4));
}

// The journeys of some customers alone.
Journeys part(const Journeys& all, bool even) {
  JourneyColumns c;
  for (Index j = 0; j < all.n_journeys(); ++j) {
    const JourneyView view = all[j];
    if ((view.customer % 2 == 0) != even) continue;
    c.customers.push_back(view.customer);
    c.states.insert(c.states.end(), view.states.begin(), view.states.end());
    c.times.insert(c.times.end(), view.times.begin(), view.times.end());
    c.values.insert(c.values.end(), view.values.begin(), view.values.end());
    c.offsets.push_back(static_cast<std::int64_t>(c.states.size()));
    c.is_continuation.push_back(all.columns().is_continuation[static_cast<std::size_t>(j)]);
  }
  return {all.lifecycle(), all.period(), all.time_unit(), std::move(c)};
}

CountMatrix whole(const std::vector<std::vector<int>>& rows) {
  CountMatrix out(static_cast<Index>(rows.size()), static_cast<Index>(rows.front().size()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < rows[i].size(); ++j) out(static_cast<Index>(i), static_cast<Index>(j)) = rows[i][j];
  }
  return out;
}

}  // namespace

TEST_CASE("moves are counted between successive entries of a journey") {
  const Counts counts = count(journeys_from({"abcce", "abde", "acbcd", "abbdbcde", "accdd", "acddbbe"}, letters(5)));
  CHECK(counts.moves() == whole({{0, 3, 3, 0, 0}, {0, 2, 3, 2, 1}, {0, 1, 2, 4, 1}, {0, 2, 0, 2, 2}, {0, 0, 0, 0, 0}}));
  CHECK(counts.n_moves() == 28);
  CHECK(counts.n_journeys() == 6);
  CHECK(counts.n_customers() == 6);
  CHECK(counts.starts()[0] == 6);
  CHECK(counts.lasts()[4] == 4);
}

TEST_CASE("no move is counted across a gap") {
  const Counts counts = count(sojourn::journeys(LogCase().word(1, "ab.bbaaabb.bbaabaabc").view(), letters(3)));
  CHECK(counts.moves() == whole({{4, 4, 0}, {3, 3, 1}, {0, 0, 0}}));
  CHECK(counts.starts()[0] == 1);
  CHECK(counts.starts().sum() == 1);
  CHECK(counts.n_journeys() == 3);
  CHECK(counts.n_customers() == 1);
}

TEST_CASE("paths with a start and an end count both") {
  // start = 0, A, B, C, end.
  const Lifecycle life(StateSpace{"start", "A", "B", "C", "end"}, {"end"});
  LogCase log;
  std::int64_t customer = 0;
  for (const std::string path : {"ABCABCBBB", "ABABCC", "BBB"}) {
    log.add(customer, -1, 0);
    std::int64_t time = 0;
    for (const char letter : path) log.add(customer, time++, letter - 'A' + 1);
    log.add(customer++, time, 4);
  }
  CHECK(count(sojourn::journeys(log.view(), life)).moves() ==
        whole({{0, 2, 1, 0, 0}, {0, 0, 4, 0, 0}, {0, 1, 4, 3, 2}, {0, 1, 1, 1, 1}, {0, 0, 0, 0, 0}}));
}

TEST_CASE("a stay is left or still open, and one that begins in a gap has no known length") {
  const Counts counts =
      count(sojourn::journeys(LogCase().word(1, "aabbbac").word(2, "abb").word(3, "a.aab").view(), letters(3)));
  CHECK(counts.dwell()[0] == Dwell{{2, 1}, {1}});
  CHECK(counts.dwell()[1] == Dwell{{0, 0, 1}, {1, 1}});
  CHECK(counts.dwell()[2] == Dwell{});
}

TEST_CASE("every entry is followed by a move or is the last of its journey") {
  Dice dice(41);
  for (int trial = 0; trial < 100; ++trial) {
    const Journeys journeys = random_journeys(dice);
    const Counts counts = count(journeys);
    CHECK(counts.visits().sum() == journeys.n_entries());
    for (Index i = 0; i < 4; ++i) CHECK(counts.moves().row(i).sum() + counts.lasts()[i] == counts.visits()[i]);
    CHECK(counts.lasts().sum() == journeys.n_journeys());
  }
}

TEST_CASE("stays add up to the visits where there is no gap") {
  Dice dice(42);
  for (int trial = 0; trial < 100; ++trial) {
    LogCase log = dirty_log(dice, 60, 5, 40, 4, true);
    for (std::int32_t& state : log.state) state = std::max(state, 0);
    const Counts counts = count(sojourn::journeys(log.view(), letters(4)));
    for (std::size_t i = 0; i < 3; ++i) {
      std::int64_t sum = 0;
      const Dwell& dwell = counts.dwell()[i];
      for (std::size_t k = 0; k < dwell.completed.size(); ++k)
        sum += static_cast<std::int64_t>(k + 1) * dwell.completed[k];
      for (std::size_t k = 0; k < dwell.open.size(); ++k) sum += static_cast<std::int64_t>(k + 1) * dwell.open[k];
      CHECK(sum == counts.visits()[static_cast<Index>(i)]);
    }
  }
}

TEST_CASE("mean values are rewards per entry, labelled revenue, with their standard error") {
  LogCase log;
  log.add(1, 0, 0, 10).add(1, 1, 0, 20).add(1, 2, 0, 60).add(1, 3, 1, 7);
  const Counts counts = count(sojourn::journeys(log.view(), letters(3)));
  const Rewards rewards = counts.mean_rewards();
  CHECK(rewards.per_state() == numbers({30, 7, 0}));
  CHECK(rewards.label() == "revenue");
  CHECK_FALSE(rewards.has_move_rewards());
  // Spread 700 about the mean with three entries: sqrt(700 / 3).
  CHECK(counts.mean_rewards_error()["a"] == Catch::Approx(std::sqrt(700.0 / 3.0)).epsilon(1e-14));
  CHECK(counts.mean_rewards_error()["b"] == 0.0);
  CHECK(counts.values()["a"] == 90);
  CHECK(counts.squared_values()["a"] == 4100);
}

TEST_CASE("the mean value of an exit is a reward of the moves into it") {
  LogCase log;
  log.add(1, 0, 0, 10).add(1, 1, 2, -4).add(2, 0, 1, 1).add(2, 1, 2, 0);
  const Rewards rewards = count(sojourn::journeys(log.view(), letters(3))).mean_rewards();
  CHECK(rewards.per_state() == numbers({10, 1, 0}));
  CHECK(rewards.per_move() == matrix({{0, 0, -2}, {0, 0, -2}, {0, 0, 0}}));
}

TEST_CASE("a small spread beside a large mean keeps its digits") {
  LogCase log;
  for (int i = 0; i < 1000; ++i) log.add(1, i, 0, 1e9 + (i % 2));
  const Counts counts = count(sojourn::journeys(log.view(), letters(2)));
  CHECK(counts.mean_rewards_error()["a"] == Catch::Approx(std::sqrt(0.25 * 1000 / 999.0 / 1000)).epsilon(1e-9));
}

TEST_CASE("counts of parts add up to the counts of the whole, to the last bit") {
  Dice dice(43);
  for (int trial = 0; trial < 100; ++trial) {
    const Journeys all = random_journeys(dice);
    const Counts even = count(part(all, true));
    const Counts odd = count(part(all, false));
    CHECK(even + odd == count(all));
    CHECK(odd + even == even + odd);
  }
}

TEST_CASE("adding counts is associative and has a zero") {
  Dice dice(44);
  for (int trial = 0; trial < 100; ++trial) {
    const Counts a = count(random_journeys(dice));
    const Counts b = count(random_journeys(dice));
    const Counts c = count(random_journeys(dice));
    CHECK((a + b) + c == a + (b + c));
    CHECK(a + Counts(a.lifecycle(), a.period()) == a);
    CHECK_FALSE(a + b == a);
    Counts twice = a;
    twice += twice;
    CHECK(twice == a + a);
  }
}

TEST_CASE("renaming the states renames the counts and nothing else") {
  Dice dice(45);
  for (int trial = 0; trial < 50; ++trial) {
    LogCase log = dirty_log(dice, 60, 5, 40, 4);
    const Counts counts = count(sojourn::journeys(log.view(), letters(4)));
    const std::vector<std::int32_t> to = {2, 0, 1, 3};  // the exit keeps its place
    for (std::int32_t& state : log.state) state = state < 0 ? state : to[static_cast<std::size_t>(state)];
    const Counts renamed = count(sojourn::journeys(log.view(), letters(4)));
    for (Index i = 0; i < 4; ++i) {
      const auto at = static_cast<Index>(to[static_cast<std::size_t>(i)]);
      CHECK(renamed.visits()[at] == counts.visits()[i]);
      CHECK(renamed.values()[at] == counts.values()[i]);
      CHECK(renamed.dwell()[static_cast<std::size_t>(at)] == counts.dwell()[static_cast<std::size_t>(i)]);
      for (Index j = 0; j < 4; ++j) {
        CHECK(renamed.moves()(at, static_cast<Index>(to[static_cast<std::size_t>(j)])) == counts.moves()(i, j));
      }
    }
  }
}

TEST_CASE("a sum that carries its error does not depend on the order") {
  Dice dice(46);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<double> list;
    for (int i = 0; i < 300; ++i)
      list.push_back(dice.uniform(-1, 1) * std::pow(10.0, static_cast<double>(dice.integer(-6, 9))));
    detail::CarriedSum forwards;
    for (const double x : list) forwards.add(x);
    detail::CarriedSum otherwise;
    for (const std::size_t i : shuffled(dice, list.size())) otherwise.add(list[i]);
    CHECK(forwards.value() == otherwise.value());
  }
  detail::CarriedSum sum;
  for (const double x : {1e16, 1.0, -1e16}) sum.add(x);
  CHECK(sum.value() == 1.0);
}

TEST_CASE("the law of first states is that of the customers' first journeys") {
  const Counts counts = count(journeys_from({"ab", "b", "bc", "b"}, letters(3)));
  CHECK(counts.start_distribution() == numbers({.25, .75, 0}));
  check_refused<std::domain_error>([] { Counts(letters(2), Period::step()).start_distribution(); },
                                   {"start_distribution", "say where customers start"});
}

TEST_CASE("counts that do not belong together are refused") {
  const Counts months(letters(3), Period::months(1));
  check_refused<std::invalid_argument>([&] { months + Counts(letters(3), Period::weeks(1)); },
                                       {"per month", "per week"});
  check_refused<std::invalid_argument>([&] { months + Counts(letters(2), Period::months(1)); },
                                       {"'a', 'b' and 'c'", "'a' and 'b'"});
  check_refused<std::invalid_argument>([&] { months + Counts(letters(3, false), Period::months(1)); },
                                       {"other allowed moves"});
}

TEST_CASE("values too large to add up are refused, never infinite") {
  LogCase log;
  log.add(1, 0, 0, 1.7e308).add(1, 1, 0, 1.7e308);
  const Counts counts = count(sojourn::journeys(log.view(), letters(2)));
  check_refused<std::domain_error>([&] { counts.mean_rewards(); }, {"'a'", "larger unit"});
  check_refused<std::domain_error>([&] { counts.mean_rewards_error(); }, {"'a'", "larger unit"});
}

TEST_CASE("counts that no journeys could have are refused") {
  const auto fields = [] {
    CountsAccess::Fields f = {.lifecycle = letters(2), .period = Period::step()};
    f.moves = CountMatrix::Zero(2, 2);
    f.moves(0, 1) = 1;
    f.visits = f.lasts = f.starts = CountVector::Zero(2);
    f.visits << 1, 1;
    f.lasts << 0, 1;
    f.starts << 1, 0;
    f.dwell.resize(2);
    f.values.resize(2);
    f.squared_values.resize(2);
    f.n_journeys = f.n_customers = 1;
    return f;
  };
  CHECK(CountsAccess::make(fields()).n_moves() == 1);
  const auto refused = [&](const std::string& why, void (*spoil)(CountsAccess::Fields&)) {
    CountsAccess::Fields spoiled = fields();
    spoil(spoiled);
    CAPTURE(why);
    check_refused<std::invalid_argument>([&] { CountsAccess::make(spoiled); }, {"Counts: ", why});
  };
  refused("moves: shape (1, 2), expected (2, 2)", [](CountsAccess::Fields& f) { f.moves = CountMatrix::Zero(1, 2); });
  refused("moves: -1 is no count", [](CountsAccess::Fields& f) { f.moves(0, 0) = -1; });
  refused("starts: 3 given", [](CountsAccess::Fields& f) { f.starts = CountVector::Zero(3); });
  refused("visits: 'a' has 2, but 1 moves out", [](CountsAccess::Fields& f) { f.visits[0] = 2; });
  refused("n_journeys: 2, but 1", [](CountsAccess::Fields& f) { f.n_journeys = 2; });
  refused("n_customers: 0", [](CountsAccess::Fields& f) { f.n_customers = 0; });
  refused("values: 'b' has a sum that is not finite", [](CountsAccess::Fields& f) { f.values[1].high = infinity; });
}
