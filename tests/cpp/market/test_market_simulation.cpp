// A market of whole people: every law against its formula, the mean against the mean field, the same bits however it is run.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>
#include <tuple>

#include "market/market_cases.hpp"
#include "support/poisson.hpp"
#include "support/split_words.hpp"
#include "support/tails.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

bool is_same(const MarketSimulation& a, Index path, const MarketSimulation& b, Index other) {
  const auto same_row = [&](const auto& x, const auto& y) {
    return x.size() == 0 ? y.size() == 0 : (x.row(path).array() == y.row(other).array()).all();
  };
  return (a.occupancy_of(path).array() == b.occupancy_of(other).array()).all() && same_row(a.pool, b.pool) &&
         same_row(a.referred, b.referred) && same_row(a.advertised, b.advertised) && same_row(a.good, b.good) &&
         same_row(a.bad, b.bad) && same_row(a.reputation, b.reputation) && same_row(a.revenue, b.revenue) &&
         same_row(a.costs, b.costs) && a.profit[path] == b.profit[other];
}

/// The upper tail of the chi-squared statistic of whole numbers against the law whose logarithm is given; neighbours are
/// taken together until 10 are expected.
template <class LogLaw>
double law_p(const std::vector<std::int64_t>& seen, const LogLaw& log_law) {
  std::map<std::int64_t, double> counts;
  for (const std::int64_t k : seen) counts[k] += 1.0;
  double left = static_cast<double>(seen.size());
  double expected_left = left;
  double statistic = 0.0;
  Index groups = 0;
  double some = 0.0;
  double expected = 0.0;
  const auto add = [&] {
    statistic += (some - expected) * (some - expected) / expected;
    left -= some;
    expected_left -= expected;
    ++groups;
    some = expected = 0.0;
  };
  for (std::int64_t k = 0; k <= counts.rbegin()->first; ++k) {
    const auto found = counts.find(k);
    some += found == counts.end() ? 0.0 : found->second;
    expected += static_cast<double>(seen.size()) * std::exp(log_law(static_cast<double>(k)));
    if (expected >= 10.0 && expected_left - expected >= 10.0) add();
  }
  some = left;
  expected = expected_left;
  add();
  return groups < 2 ? 1.0 : detail::chi_squared_tail(statistic, groups - 1);
}

double log_binomial(double n, double p, double k) {
  if (k > n) return -infinity;
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(p) + (n - k) * std::log1p(-p);
}

}  // namespace

TEST_CASE("Poisson numbers have their law, on both sides of where the way of drawing changes") {
  // 14 tests at a level of 1e-5 each.
  for (const double mean : {.001, .3, 1.0, 4.0, 9.9, 10.0, 10.5, 14.0, 31.0, 75.0, 400.0, 3e3, 1e5, 2e6}) {
    CAPTURE(mean);
    std::vector<std::int64_t> seen;
    for (std::uint32_t path = 0; path < 20'000; ++path) {
      auto words = detail::SplitWords::of_stream(7, path, 0, 32);
      seen.push_back(static_cast<std::int64_t>(detail::draw_poisson(mean, words)));
    }
    if (mean < 5e3) {
      CHECK(law_p(seen, [&](double k) { return k * std::log(mean) - mean - std::lgamma(k + 1); }) > 1e-5);
    } else {
      double sum = 0.0;
      double squares = 0.0;
      for (const std::int64_t k : seen) {
        const double z = (static_cast<double>(k) - mean) / std::sqrt(mean);
        sum += z;
        squares += z * z;
      }
      CHECK(std::abs(sum) / std::sqrt(20'000.0) < 4.5);
      CHECK(std::abs(squares / 20'000.0 - 1.0) / std::sqrt(2.0 / 20'000) < 4.5);
    }
  }
}

TEST_CASE("the logarithm of a Poisson probability keeps its digits") {
  for (const double mean : {.5, 3.0, 40.0, 1000.0}) {
    double sum = 0.0;
    for (double k = 0.0; k < 3.0 * mean + 60.0; k += 1.0) {
      CAPTURE(mean, k);
      CHECK(detail::log_poisson(mean, k) ==
            Catch::Approx(k * std::log(mean) - mean - std::lgamma(k + 1)).epsilon(1e-10).margin(1e-11));
      sum += std::exp(detail::log_poisson(mean, k));
    }
    CHECK(sum == Catch::Approx(1.0).epsilon(1e-12));
  }
  // A normal law with its skewness, where whole numbers are far apart from the mean by 1e8 of them.
  const double mean = 0x1p50;
  const double z = 2.0;
  const double k = std::round(mean + z * std::sqrt(mean));
  const double x = (k - mean) / std::sqrt(mean);
  CHECK(detail::log_poisson(mean, k) ==
        Catch::Approx(-.5 * x * x - .5 * std::log(2.0 * 3.14159265358979323846 * mean)).epsilon(1e-7));
}

TEST_CASE("nobody is lost and nobody made, in any period of any market") {
  Dice dice(3);
  for (int turn = 0; turn < 60; ++turn) {
    CAPTURE(turn);
    const std::int64_t people = turn % 3 == 0 ? 17 : turn % 3 == 1 ? 5000 : 1'000'000'000'000;
    const Market market = random_market(dice, people);
    const auto sim = simulate_market(market, {.horizon = 20, .seed = dice.bits(), .paths = 3});
    for (Index p = 0; p < 3; ++p) {
      const auto there = sim.occupancy_of(p);
      CHECK(there.minCoeff() >= 0);
      CHECK(there.row(0).transpose() == market.stock);
      for (Index t = 0; t <= 20; ++t) CHECK(there.row(t).sum() + sim.pool(p, t) == people);
      for (Index t = 0; t < 20; ++t) {
        const std::int64_t came = sim.referred(p, t) + sim.advertised(p, t);
        CHECK(came <= sim.pool(p, t));
        CHECK(sim.pool(p, t + 1) >= sim.pool(p, t) - came);  // some may have come back
        if (market.returns == 0.0) CHECK(sim.pool(p, t + 1) == sim.pool(p, t) - came);
      }
    }
  }
}

TEST_CASE("newcomers are binomial, by word of mouth first and by advertising of those left") {
  // Two tests at a level of 1e-5.
  const StateSpace states{"in", "out"};
  Market market{.chain = {states, matrix({{.9, .1}, {0, 1}})}, .rewards = Rewards(states)};
  market.people = 100;
  market.stock = whole_numbers({30, 0});
  market.referrals = Referrals(market.chain.states(), numbers({.4, 0}));
  market.advertising = .07;
  const auto sim = simulate_market(market, {.horizon = 1, .seed = 5, .paths = 40'000});
  std::vector<std::int64_t> referred;
  std::vector<std::int64_t> all;
  for (Index p = 0; p < sim.n_paths; ++p) {
    referred.push_back(sim.referred(p, 0));
    all.push_back(sim.referred(p, 0) + sim.advertised(p, 0));
  }
  const double met = 1.0 - std::exp(-30 * .4 / 100);
  CHECK(law_p(referred, [&](double k) { return log_binomial(70, met, k); }) > 1e-5);
  CHECK(law_p(all, [&](double k) { return log_binomial(70, 1.0 - (1.0 - .07) * (1.0 - met), k); }) > 1e-5);
}

TEST_CASE("contacts of a move are made by those who move") {
  const StateSpace states{"in", "out"};
  Market market{.chain = {states, matrix({{.5, .5}, {0, 1}})}, .rewards = Rewards(states)};
  market.people = 1'000'000;
  market.stock = whole_numbers({10'000, 0});
  market.referrals =
      Referrals(market.chain.states(),
                market.referrals ? market.referrals->per_state() : Vector(Vector::Zero(market.chain.n_states())),
                matrix({{0, 3}, {0, 0}}));
  const auto sim = simulate_market(market, {.horizon = 1, .seed = 5, .paths = 2000});
  // Given the movers m, newcomers have mean pool (1 - exp(-3 m / N)): the two rise and fall together.
  double sum = 0.0;
  double product = 0.0;
  double squares = 0.0;
  for (Index p = 0; p < sim.n_paths; ++p) {
    const auto left = static_cast<double>(sim.occupancy_of(p)(1, 1));
    const double expected = 990'000 * -std::expm1(-3 * left / 1e6);
    const double z =
        (static_cast<double>(sim.referred(p, 0)) - expected) / std::sqrt(expected * std::exp(-3 * left / 1e6));
    sum += z;
    squares += z * z;
    product += z * (left - 5000) / 50;
  }
  CHECK(std::abs(sum) / std::sqrt(2000.0) < 4.5);
  CHECK(std::abs(squares / 2000 - 1.0) < 4.5 * std::sqrt(2.0 / 2000));
  CHECK(std::abs(product) / std::sqrt(2000.0) < 4.5);
}

TEST_CASE("shared experiences are Poisson and fade, and act from the next period on") {
  Market market = small_market();
  market.reputation->sources = {
      {.weight = 2.5, .good = numbers({0, 0, .002, 0, 0}), .bad = numbers({0, 0, 0, .01, 0})}};
  market.reputation->good = 10.0;
  const auto sim = simulate_market(market, {.horizon = 2, .seed = 8, .paths = 20'000});
  std::vector<std::int64_t> shared;
  for (Index p = 0; p < sim.n_paths; ++p) {
    const double fresh = (sim.good(p, 1) - .8 * 10.0) / 2.5;
    CHECK(std::abs(fresh - std::round(fresh)) < 1e-9);
    shared.push_back(std::llround(fresh));
    CHECK(sim.reputation(p, 1) == Catch::Approx((5.0 + sim.good(p, 1)) / (10.0 + sim.good(p, 1) + sim.bad(p, 1))));
    if (sim.reputation(p, 0) != 15.0 / 20.0) FAIL("reputation of today");
  }
  CHECK(law_p(shared, [](double k) { return k * std::log(2.0) - 2.0 - std::lgamma(k + 1); }) > 1e-5);
}

TEST_CASE("the average of many paths comes to the mean field as 1 / N") {
  // A market that saturates, so that the mean field is not the mean. Errors of the share there after eight periods,
  // the smaller one known to about a tenth of itself.
  const StateSpace states{"in", "out"};
  const auto error = [&](std::int64_t people, std::int64_t paths, double& spread) {
    Market market{.chain = {states, matrix({{.9, .1}, {0, 1}})}, .rewards = Rewards(states)};
    market.people = people;
    market.stock = whole_numbers({people / 10, 0});
    market.referrals = Referrals(market.chain.states(), numbers({.9, 0}));
    market.returns = .2;
    const auto sim = simulate_market(market, {.horizon = 8, .seed = 17, .paths = paths});
    const MarketPath field = market_path(market, {.horizon = 8});
    double sum = 0.0;
    double squares = 0.0;
    for (Index p = 0; p < paths; ++p) {
      const double share =
          (static_cast<double>(sim.occupancy_of(p)(8, 0)) - field.occupancy(8, 0)) / static_cast<double>(people);
      sum += share;
      squares += share * share;
    }
    const auto n = static_cast<double>(paths);
    spread = std::sqrt(squares / n / n);
    return sum / n;
  };
  double spread_of_small = 0.0;
  double spread_of_medium = 0.0;
  double spread_of_large = 0.0;
  const double small = error(80, 100'000, spread_of_small);
  const double medium = error(320, 100'000, spread_of_medium);
  const double large = error(100'000'000, 20, spread_of_large);
  CAPTURE(small, spread_of_small, medium, spread_of_medium, large, spread_of_large);
  CHECK(std::abs(small) > 15.0 * spread_of_small);
  CHECK(std::abs(medium) > 6.0 * spread_of_medium);
  CHECK(small / medium == Catch::Approx(4.0).epsilon(.25));
  CHECK(std::abs(large) < 4.5 * spread_of_large + std::abs(small) * 1e-6);
  CHECK(spread_of_large < 1e-4);
}

TEST_CASE("a large market follows its mean field in every number") {
  // 5 states and 24 periods, relative to the roots of the expected numbers.
  const std::int64_t people = 100'000'000'000'000;
  const Market market = small_market(people);
  const MarketPath field = market_path(market, {.horizon = 24, .discount = Discount::factor(.99)});
  const auto sim = simulate_market(market, {.horizon = 24, .discount = Discount::factor(.99), .seed = 2});
  for (Index t = 0; t <= 24; ++t) {
    for (Index i = 0; i < 5; ++i) {
      CHECK(std::abs(static_cast<double>(sim.occupancy_of(0)(t, i)) - field.occupancy(t, i)) <
            1e-6 * static_cast<double>(people));
    }
    CHECK(sim.reputation(0, t) == Catch::Approx(field.reputation[t]).epsilon(1e-5));
  }
  CHECK(sim.profit[0] == Catch::Approx(field.profit).epsilon(1e-5));
}

TEST_CASE("money follows from the numbers") {
  Dice dice(5);
  for (int turn = 0; turn < 20; ++turn) {
    CAPTURE(turn);
    Market market = random_market(dice, 3000);
    market.rewards = random_rewards(dice, market.chain, false, false);
    const auto sim = simulate_market(market, {.horizon = 6, .discount = Discount::factor(.8), .seed = dice.bits()});
    double profit = 0.0;
    double discount = 1.0;
    for (Index t = 0; t < 6; ++t) {
      const double revenue = sim.occupancy_of(0).row(t).cast<double>().dot(market.rewards.per_state());
      const double acquisition = market.referred_cost * static_cast<double>(sim.referred(0, t)) +
                                 market.advertised_cost * static_cast<double>(sim.advertised(0, t));
      CHECK(sim.revenue(0, t) == Catch::Approx(revenue).margin(1e-8));
      CHECK(sim.costs(0, t) == Catch::Approx(market.advertising_cost + acquisition).margin(1e-8));
      profit += discount * (revenue - market.advertising_cost - .8 * acquisition);
      discount *= .8;
    }
    CHECK(sim.profit[0] == Catch::Approx(profit).margin(1e-7));
  }
}

TEST_CASE("a path of a market is the same for any number of threads, in any part, and goes on with a longer horizon") {
  const Market market = small_market(1'000'000);
  MarketOptions options{.horizon = 15, .seed = 42, .paths = 23, .threads = 1};
  const auto all = simulate_market(market, options);
  for (const int threads : {0, 2, 5}) {
    options.threads = threads;
    const auto again = simulate_market(market, options);
    bool same = true;
    for (Index p = 0; p < 23; ++p) same = same && is_same(again, p, all, p);
    CHECK(same);
  }
  for (const auto& [first, n] : {std::pair<Index, Index>{0, 1}, {1, 9}, {10, 13}}) {
    options.first_path = first;
    options.paths = n;
    const auto part = simulate_market(market, options);
    bool same = true;
    for (Index p = 0; p < n; ++p) same = same && is_same(part, p, all, first + p);
    CHECK(same);
  }
  const auto longer = simulate_market(market, {.horizon = 30, .seed = 42});
  CHECK(longer.occupancy_of(0).topRows(16) == all.occupancy_of(0));
  CHECK(!is_same(all, 0, all, 1));
  const auto other = simulate_market(market, {.horizon = 15, .seed = 43});
  CHECK(!is_same(all, 0, other, 0));
}

TEST_CASE("a sparse market has the paths of the same full one") {
  Market market = small_market();
  const auto full = simulate_market(market, {.horizon = 12, .seed = 4});
  market.chain = market.chain.to_sparse();
  CHECK(is_same(simulate_market(market, {.horizon = 12, .seed = 4}), 0, full, 0));
}

TEST_CASE("options of a simulated market out of range are refused by name") {
  const Market market = small_market();
  const auto refused = [&](const MarketOptions& options, std::initializer_list<std::string_view> words) {
    check_refused<std::invalid_argument>([&] { (void)simulate_market(market, options); }, words);
  };
  refused({.horizon = 0}, {"horizon", "found 0"});
  refused({.horizon = 100'000'000}, {"horizon"});
  refused({.horizon = 3, .paths = 0}, {"paths", "found 0"});
  refused({.horizon = 3, .first_path = -1}, {"first_path", "-1"});
  refused({.horizon = 3, .paths = 2, .first_path = (std::int64_t{1} << 32) - 1}, {"paths", "from number 4294967295"});
  refused({.horizon = 3, .threads = -1}, {"threads"});
  refused({.horizon = 10'000'000, .paths = 1'000'000}, {"simulate_market: not enough memory", "first_path"});
  check_refused<std::out_of_range>([&] { (void)simulate_market(market, {.horizon = 3, .paths = 2}).occupancy_of(2); },
                                   {"path: 2", "2 paths"});
  Market crowded = small_market(std::int64_t{1} << 50);
  crowded.reputation->sources[0].good *= 1e6;
  check_refused<std::domain_error>([&] { (void)simulate_market(crowded, {.horizon = 3}); }, {"2^51 experiences"});
  Market rich = small_market();
  rich.rewards = Rewards(market_states, {{"satisfied", 1e307}});
  check_refused<std::domain_error>([&] { (void)simulate_market(rich, {.horizon = 3}); }, {"money is too large"});
}

TEST_CASE("a simulated market tells how far it is, and stops on request") {
  const Market market = small_market();
  std::int64_t last = -1;
  MarketOptions options{.horizon = 10, .paths = 50, .threads = 1};
  options.progress = [&](std::int64_t done) { last = done; };
  (void)simulate_market(market, options);
  CHECK(last == 50);
  std::atomic<bool> cancel{true};
  options.cancel = &cancel;
  CHECK_THROWS_AS(simulate_market(market, options), Cancelled);
}
