// A market of single persons: the same law as that of numbers, and a tree of who brought whom.

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <map>

#include "market/market_cases.hpp"
#include "support/tails.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

struct Moments {
  double n = 0.0;
  double sum = 0.0;
  double squares = 0.0;
  double cubes = 0.0;
  double fourths = 0.0;

  void add(double x) {
    n += 1.0;
    sum += x;
    squares += x * x;
    cubes += x * x * x;
    fourths += x * x * x * x;
  }
  double mean() const { return sum / n; }
  double variance() const { return squares / n - mean() * mean(); }
  /// Of the variance's estimate.
  double error_of_variance() const {
    const double m = mean();
    const double fourth = fourths / n - 4.0 * m * cubes / n + 6.0 * m * m * squares / n - 3.0 * m * m * m * m;
    return std::sqrt(std::max(0.0, fourth - variance() * variance()) / n);
  }
};

/// How far apart two samples are in mean and in variance, in standard errors.
std::array<double, 2> apart(const Moments& a, const Moments& b) {
  const double error = std::sqrt(a.variance() / a.n + b.variance() / b.n);
  const double error_of_variance = std::hypot(a.error_of_variance(), b.error_of_variance());
  return {error > 0.0 ? std::abs(a.mean() - b.mean()) / error : (a.mean() == b.mean() ? 0.0 : infinity),
          error_of_variance > 0.0 ? std::abs(a.variance() - b.variance()) / error_of_variance : 0.0};
}

bool is_same(const MarketPeople& a, const MarketPeople& b) {
  return a.numbers.occupancy == b.numbers.occupancy && a.numbers.referred == b.numbers.referred &&
         a.numbers.advertised == b.numbers.advertised && a.numbers.good == b.numbers.good &&
         a.numbers.profit == b.numbers.profit && a.arrived == b.arrived && a.brought_by == b.brought_by &&
         a.state == b.state && a.generation == b.generation;
}

}  // namespace

TEST_CASE("persons and numbers of the same market agree in law") {
  // Four markets, three periods, up to six states and six other numbers, mean and variance each: less than 300 comparisons,
  // each beyond 4.8 standard errors once in 600,000.
  Dice dice(77);
  for (int turn = 0; turn < 4; ++turn) {
    Market market = random_market(dice, 300);
    if (turn == 1) market.returns = .4;
    if (turn == 2) market.returns = 0.0;
    constexpr int runs = 3000;
    constexpr Index T = 6;
    const Index n = market.chain.n_states();
    const auto numbers_of_path = [&](const MarketSimulation& sim, Index p, Index t) {
      std::vector<double> found;
      for (Index i = 0; i < n; ++i) found.push_back(static_cast<double>(sim.occupancy_of(p)(t, i)));
      found.push_back(static_cast<double>(sim.pool(p, t)));
      found.push_back(static_cast<double>(sim.referred(p, t - 1)));
      found.push_back(static_cast<double>(sim.advertised(p, t - 1)));
      found.push_back(sim.good(p, t));
      found.push_back(sim.bad(p, t));
      found.push_back(sim.revenue(p, t - 1) - sim.costs(p, t - 1));
      found.push_back(sim.profit[p]);
      return found;
    };
    std::vector<std::vector<Moments>> by_person(3, std::vector<Moments>(static_cast<std::size_t>(n) + 7));
    auto by_number = by_person;
    const std::array<Index, 3> times{1, 2, T};
    const auto together = simulate_market(market, {.horizon = T, .seed = 5, .paths = runs});
    for (int run = 0; run < runs; ++run) {
      const auto alone =
          simulate_market_people(market, {.horizon = T, .seed = static_cast<std::uint64_t>(run), .threads = 1});
      for (std::size_t k = 0; k < 3; ++k) {
        const auto a = numbers_of_path(alone.numbers, 0, times[k]);
        const auto b = numbers_of_path(together, run, times[k]);
        for (std::size_t c = 0; c < a.size(); ++c) {
          by_person[k][c].add(a[c]);
          by_number[k][c].add(b[c]);
        }
      }
    }
    for (std::size_t k = 0; k < 3; ++k) {
      for (std::size_t c = 0; c < by_person[k].size(); ++c) {
        const auto z = apart(by_person[k][c], by_number[k][c]);
        CAPTURE(turn, k, c, by_person[k][c].mean(), by_number[k][c].mean());
        CHECK(z[0] < 4.8);
        CHECK(z[1] < 4.8);
      }
    }
  }
}

TEST_CASE("a large market of persons follows its mean field") {
  // Two blocks of places and more; each number within 5 standard errors of a binomial one.
  Market market = small_market(200'000);
  const MarketPath field = market_path(market, {.horizon = 12});
  const auto people = simulate_market_people(market, {.horizon = 12, .seed = 3});
  for (Index t = 0; t <= 12; ++t) {
    for (Index i = 0; i < 5; ++i) {
      CAPTURE(t, i);
      CHECK(std::abs(static_cast<double>(people.numbers.occupancy(t, i)) - field.occupancy(t, i)) <=
            5.0 * std::sqrt(field.occupancy(t, i) + 1.0) * 1.5);
    }
  }
}

TEST_CASE("who brought whom is a forest that grows forward in time") {
  Dice dice(31);
  for (int turn = 0; turn < 30; ++turn) {
    CAPTURE(turn);
    const Market market = random_market(dice, 2000);
    const auto people = simulate_market_people(market, {.horizon = 15, .seed = dice.bits()});
    const MarketSimulation& in_numbers = people.numbers;
    const Index n = people.n_persons();
    REQUIRE(people.brought_by.size() == n);
    std::vector<std::int64_t> came(16, 0);
    std::vector<std::int64_t> brought(16, 0);
    bool forward = true;
    bool in_order = true;
    for (Index k = 0; k < n; ++k) {
      const std::int32_t by = people.brought_by[k];
      ++came[static_cast<std::size_t>(people.arrived[k])];
      in_order = in_order && (k == 0 || people.arrived[k - 1] <= people.arrived[k]);
      if (by < 0) {
        forward = forward && people.generation[k] == 0;
        continue;
      }
      ++brought[static_cast<std::size_t>(people.arrived[k])];
      forward = forward && by < k && people.arrived[by] < people.arrived[k] &&
                people.generation[k] == people.generation[by] + 1;
    }
    CHECK(forward);
    CHECK(in_order);
    CHECK(came[0] == market.stock.sum());
    for (Index t = 0; t < 15; ++t) {
      const auto at = static_cast<std::size_t>(t + 1);
      // Those who come a second time are not counted again.
      const bool comes_once = market.returns == 0.0;
      CHECK((comes_once ? came[at] == in_numbers.referred(0, t) + in_numbers.advertised(0, t)
                        : came[at] <= in_numbers.referred(0, t) + in_numbers.advertised(0, t)));
      CHECK((comes_once ? brought[at] == in_numbers.referred(0, t) : brought[at] <= in_numbers.referred(0, t)));
      CHECK(in_numbers.occupancy.row(t).sum() + in_numbers.pool(0, t) == 2000);
    }
    CountVector standing = CountVector::Zero(market.chain.n_states());
    for (const std::int32_t state : people.state) {
      if (state >= 0) ++standing[state];
    }
    CHECK(standing == in_numbers.occupancy.row(15).transpose());
    CHECK(people.generations().sum() == n);
    CHECK(people.brought().sum() ==
          std::count_if(people.brought_by.begin(), people.brought_by.end(), [](std::int32_t by) { return by >= 0; }));
  }
}

TEST_CASE("whoever makes more contacts brings more, and each the number that the law says") {
  // In the first period each of those there brings a Poisson number of the pool, mean b pool / N but for the share met twice:
  // two tests of 200 persons each at a level of 1e-5, and the ratio of two states.
  const StateSpace states{"quiet", "loud", "silent"};
  Market market{.chain = {states, matrix({{1, 0, 0}, {0, 1, 0}, {0, 0, 1}})}, .rewards = Rewards(states)};
  market.people = 1'000'000;
  market.stock = whole_numbers({20'000, 20'000, 20'000});
  market.referrals = Referrals(market.chain.states(), numbers({.2, .6, 0}));
  const auto people = simulate_market_people(market, {.horizon = 1, .seed = 9});
  const PersonVector brought = people.brought();
  const double contacts = 20'000 * .8;
  const double newcomers = 940'000 * -std::expm1(-contacts / 1e6);
  for (const auto& [first, share] : {std::pair<Index, double>{0, .25}, {20'000, .75}}) {
    const double mean = newcomers * share / 20'000;
    std::array<double, 5> seen{};
    for (Index k = first; k < first + 20'000; ++k) seen[static_cast<std::size_t>(std::min(brought[k], 4))] += 1.0;
    double statistic = 0.0;
    double rest = 20'000;
    double probability = std::exp(-mean);
    for (std::size_t k = 0; k < 5; ++k) {
      const double expected = k < 4 ? 20'000 * probability : rest;
      statistic += (seen[k] - expected) * (seen[k] - expected) / expected;
      rest -= expected;
      probability *= mean / static_cast<double>(k + 1);
    }
    CAPTURE(first, statistic);
    CHECK(detail::chi_squared_tail(statistic, 4) > 1e-5);
  }
  CHECK(brought.tail(brought.size() - 40'000).sum() == 0);
}

TEST_CASE("each person walks by the chain, whoever moves beside him") {
  // A longer horizon goes on with the same persons, so their paths can be read: eight paths of 40,000 persons, and that it
  // does not matter who is named first, at a level of 1e-5 each.
  const StateSpace states{"a", "b"};
  const Matrix P = matrix({{.7, .3}, {.6, .4}});
  Market market{.chain = {states, P}, .rewards = Rewards(states)};
  market.people = 40'000;
  market.stock = whole_numbers({40'000, 0});
  std::array<PersonVector, 3> after;
  for (Index t = 0; t < 3; ++t) {
    after[static_cast<std::size_t>(t)] = simulate_market_people(market, {.horizon = t + 1, .seed = 8}).state;
  }
  std::array<double, 8> seen{};
  std::array<double, 10> left{};  // in `b` at last, of each tenth
  for (Index k = 0; k < 40'000; ++k) {
    seen[static_cast<std::size_t>(4 * after[0][k] + 2 * after[1][k] + after[2][k])] += 1.0;
    left[static_cast<std::size_t>(k / 4000)] += after[2][k];
  }
  double statistic = 0.0;
  for (Index path = 0; path < 8; ++path) {
    const double expected = 40'000 * P(0, path / 4) * P(path / 4, path / 2 % 2) * P(path / 2 % 2, path % 2);
    const double difference = seen[static_cast<std::size_t>(path)] - expected;
    statistic += difference * difference / expected;
  }
  CHECK(detail::chi_squared_tail(statistic, 7) > 1e-5);
  const double share = (seen[1] + seen[3] + seen[5] + seen[7]) / 40'000;
  double unevenness = 0.0;
  for (const double some : left) {
    unevenness += (some - 4000 * share) * (some - 4000 * share) / (4000 * share * (1.0 - share));
  }
  CHECK(detail::chi_squared_tail(unevenness, 9) > 1e-5);
}

TEST_CASE("where newcomers arrive has nothing to do with who brought them") {
  const StateSpace states{"quiet", "loud"};
  Market market{.chain = {states, matrix({{1, 0}, {0, 1}})}, .rewards = Rewards(states)};
  market.people = 400'000;
  market.stock = whole_numbers({50'000, 50'000});
  market.referrals = Referrals(market.chain.states(), numbers({.2, .4}));
  market.arrives_at = numbers({.3, .7});
  market.advertising = .1;
  market.advertising_arrives_at = numbers({.9, .1});
  const auto people = simulate_market_people(market, {.horizon = 1, .seed = 21});
  std::array<std::array<double, 2>, 3> table{};  // brought by the quiet, by the loud, by nobody
  for (Index k = 100'000; k < people.n_persons(); ++k) {
    const std::int32_t by = people.brought_by[k];
    table[by < 0 ? 2 : (by < 50'000 ? 0 : 1)][static_cast<std::size_t>(people.state[k])] += 1.0;
  }
  for (std::size_t who = 0; who < 3; ++who) {
    const double all = table[who][0] + table[who][1];
    const double share = who < 2 ? .3 : .9;
    CAPTURE(who, all);
    CHECK(all > 1000.0);
    CHECK(std::abs(table[who][0] - share * all) < 4.5 * std::sqrt(all * share * (1.0 - share)));
  }
}

TEST_CASE("who comes back from the pool is drawn without difference, and keeps who brought him first") {
  const StateSpace states{"in", "out"};
  Market market{.chain = {states, matrix({{.5, .5}, {0, 1}})}, .rewards = Rewards(states)};
  market.people = 60'000;
  market.stock = whole_numbers({0, 30'000});
  market.advertising = .25;
  market.returns = 1.0;
  const auto people = simulate_market_people(market, {.horizon = 2, .seed = 14});
  // In period 0 all return; in period 1 the 30,000 of them come as likely as those of the others who are left.
  const auto fresh_of_first = static_cast<double>(people.numbers.advertised(0, 0));
  double again = 0.0;
  for (Index k = 0; k < 30'000; ++k) {
    again += people.state[k] == 0 ? 1.0 : 0.0;
    if (people.arrived[k] != 0) FAIL("a person of the stock arrived later");
  }
  const double all = static_cast<double>(people.numbers.advertised(0, 1));
  const double share = 30'000 / (60'000 - fresh_of_first);
  CHECK(std::abs(again - share * all) < 4.5 * std::sqrt(all * share * (1.0 - share)));
}

TEST_CASE("of those who make a move, those bring others whose move brings") {
  const StateSpace states{"in", "glad", "sorry"};
  Market market{.chain = {states, matrix({{0, .5, .5}, {0, 1, 0}, {0, 0, 1}})}, .rewards = Rewards(states)};
  market.people = 100'000;
  market.stock = whole_numbers({5000, 0, 0});
  market.referrals =
      Referrals(market.chain.states(),
                market.referrals ? market.referrals->per_state() : Vector(Vector::Zero(market.chain.n_states())),
                matrix({{0, 1, 0}, {0, 0, 0}, {0, 0, 0}}));
  const auto people = simulate_market_people(market, {.horizon = 1, .seed = 1});
  const PersonVector brought = people.brought();
  std::int64_t by_glad = 0;
  for (Index k = 0; k < 5000; ++k) {
    if (people.state[k] == 1) by_glad += brought[k];
  }
  CHECK(by_glad == people.numbers.referred(0, 0));
  CHECK(by_glad > 2000);
}

TEST_CASE("generations multiply as the base does") {
  // Each newcomer brings b / churn others in his life, in a market hardly touched: the sizes of generations of one cohort
  // followed to the end are a geometric series, each within 5 standard errors of a Poisson sum's.
  const StateSpace states{"active", "churn"};
  Market market{.chain = {states, matrix({{.5, .5}, {0, 1}})}, .rewards = Rewards(states)};
  market.people = 2'000'000'000;
  market.stock = whole_numbers({100'000, 0});
  market.referrals = Referrals(market.chain.states(), numbers({.35, 0}));
  const auto people = simulate_market_people(market, {.horizon = 200, .seed = 12});
  const CountVector sizes = people.generations();
  REQUIRE(sizes.size() > 5);
  for (Index g = 1; g < 5; ++g) {
    const auto before = static_cast<double>(sizes[g - 1]);
    const double expected = .7 * before;
    // Variance of a geometric number of periods of Poisson offspring: b / q + b² p / q².
    const double variance = before * (.7 + .35 * .35 * .5 / .25);
    CAPTURE(g, sizes[g], expected);
    CHECK(std::abs(static_cast<double>(sizes[g]) - expected) < 5.0 * std::sqrt(variance) + 1e-3 * expected);
  }
}

TEST_CASE("persons are the same for any number of threads") {
  Market market = small_market(400'000);
  market.stock = whole_numbers({60'000, 0, 60'000, 0, 0});
  const auto one = simulate_market_people(market, {.horizon = 10, .seed = 4, .threads = 1});
  for (const int threads : {0, 2, 3, 7}) {
    CAPTURE(threads);
    CHECK(is_same(simulate_market_people(market, {.horizon = 10, .seed = 4, .threads = threads}), one));
  }
  CHECK(!is_same(simulate_market_people(market, {.horizon = 10, .seed = 5}), one));
  const auto longer = simulate_market_people(market, {.horizon = 14, .seed = 4});
  CHECK(longer.numbers.occupancy.topRows(11) == one.numbers.occupancy);
  CHECK(longer.brought_by.head(one.n_persons()) == one.brought_by);
}

TEST_CASE("those who leave a state are spread over many others by its row") {
  const Index n = 200;
  std::vector<std::string> names;
  for (Index i = 0; i < n; ++i) names.push_back("s" + std::to_string(i));
  Matrix P = Matrix::Zero(n, n);
  P.row(0).setConstant(1.0 / static_cast<double>(n));
  for (Index i = 1; i < n; ++i) P(i, i) = 1.0;
  const StateSpace states(names);
  Market market{.chain = {states, P}, .rewards = Rewards(states)};
  market.people = 1'000'000;
  market.stock = CountVector::Zero(n);
  market.stock[0] = 400'000;
  const auto people = simulate_market_people(market, {.horizon = 1, .seed = 6});
  double statistic = 0.0;
  for (Index i = 0; i < n; ++i) {
    const double difference = static_cast<double>(people.numbers.occupancy(1, i)) - 2000.0;
    statistic += difference * difference / 2000.0;
  }
  CHECK(detail::chi_squared_tail(statistic, n - 1) > 1e-5);
}

TEST_CASE("persons out of range are refused, and a run of them stops on request") {
  Market market = small_market();
  const auto refused = [&](const Market& of, const MarketPeopleOptions& options,
                           std::initializer_list<std::string_view> words) {
    check_refused<std::invalid_argument>([&] { (void)simulate_market_people(of, options); }, words);
  };
  refused(market, {.horizon = 0}, {"horizon", "found 0"});
  refused(market, {.horizon = 3, .threads = -2}, {"threads"});
  refused(small_market(3'000'000'000), {.horizon = 3}, {"2,147,483,647 people", "simulate_market takes any number"});
  Market bad = market;
  bad.people = 10;
  refused(bad, {.horizon = 3}, {"people: the market has 10"});
  std::int64_t last = -1;
  MarketPeopleOptions options{.horizon = 9};
  options.progress = [&](std::int64_t done) { last = done; };
  (void)simulate_market_people(market, options);
  CHECK(last == 9);
  std::atomic<bool> cancel{true};
  options.cancel = &cancel;
  CHECK_THROWS_AS(simulate_market_people(market, options), Cancelled);
}
