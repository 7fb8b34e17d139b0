#include "sojourn/market/market_equilibrium.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "market/market_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("an equilibrium stands still, and is stable where disturbances fade") {
  Dice dice(21);
  int n_stable = 0;
  for (int turn = 0; turn < 30; ++turn) {
    CAPTURE(turn);
    Market market = random_market(dice, 1'000'000'000'000);
    market.returns = std::max(market.returns, .05);
    const auto found = market_equilibria(market);
    REQUIRE(!found.empty());
    for (const MarketEquilibrium& e : found) {
      CHECK(e.residual < 1e-11);
      CHECK(e.occupancy.minCoeff() >= 0.0);
      CHECK(e.pool + e.occupancy.sum() == Catch::Approx(1e12).epsilon(1e-12));
      // Begun beside it, in whole people.
      Market beside = market;
      beside.stock = (e.occupancy * (1.0 - 1e-5)).cast<std::int64_t>();
      if (beside.reputation) {
        beside.reputation->good = e.good;
        beside.reputation->bad = e.bad;
      }
      const MarketPath path = market_path(beside, {.horizon = 400});
      const double first = (path.occupancy.row(0).transpose() - e.occupancy).norm();
      const double last = (path.occupancy.row(400).transpose() - e.occupancy).norm();
      if (e.spectral_radius < .97) {
        ++n_stable;
        CHECK(e.is_stable);
        CHECK(last < .01 * first);
      }
      if (e.spectral_radius > 1.03 && first > 0.0) CHECK(last > first);
    }
  }
  CHECK(n_stable > 20);
}

TEST_CASE("disturbances fade, or grow, by the spectral radius per period") {
  Market market = small_market(1'000'000'000'000);
  const auto found = market_equilibria(market);
  REQUIRE(found.size() == 1);
  const MarketEquilibrium& e = found.front();
  CHECK(e.is_stable);
  Market beside = market;
  beside.stock = (e.occupancy * 1.001).cast<std::int64_t>();
  beside.reputation->good = e.good;
  beside.reputation->bad = e.bad;
  const MarketPath path = market_path(beside, {.horizon = 160});
  // The eigenvalue of the slowest part may be complex: its size shows over several periods.
  const double rate = std::pow((path.occupancy.row(160).transpose() - e.occupancy).norm() /
                                   (path.occupancy.row(120).transpose() - e.occupancy).norm(),
                               1.0 / 40);
  CHECK(rate == Catch::Approx(e.spectral_radius).epsilon(.01));
}

TEST_CASE("without advertising the empty market is an equilibrium, stable exactly where a base shrinks") {
  for (const double referrals : {.05, .15, .19, .21, .3, 2.0}) {
    CAPTURE(referrals);
    Market market = two_states_market(referrals);
    market.returns = .1;
    const auto found = market_equilibria(market);
    REQUIRE(!found.empty());
    CHECK(found.front().occupancy.isZero());
    CHECK(found.front().is_stable == (market_growth(market) < 1.0));
    CHECK(found.front().spectral_radius == Catch::Approx(std::max(.9, market_growth(market))).epsilon(1e-12));
    CHECK(found.size() == (referrals < .2 ? 1 : 2));
    if (found.size() == 2) CHECK(found.back().is_stable);
  }
}

TEST_CASE("a reputation may hold a market up or down: both equilibria are found") {
  Market market = small_market(1'000'000);
  market.reputation->law.sensitivity = 12.0;
  market.reputation->law.reference = .55;
  market.advertising = .002;
  market.referrals = Referrals(market.chain.states(), numbers({0, 0, .25, 0, 0}));
  market.reputation->sources = {{.good = numbers({0, 0, 1, 0, 0}), .bad = numbers({.12, 0, 0, .3, 0})}};
  const auto found = market_equilibria(market);
  std::size_t stable = 0;
  for (const MarketEquilibrium& e : found) stable += e.is_stable ? 1 : 0;
  CHECK(stable == 2);
  CHECK(found.front().reputation < found.back().reputation);
  CHECK(found.front().occupancy[2] < found.back().occupancy[2]);
}

TEST_CASE("a market that settles wherever it happens to be is refused by name") {
  Market market = small_market();
  market.returns = 0.0;
  market.advertising = 0.0;
  check_refused<std::domain_error>([&] { (void)market_equilibria(market); },
                                   {"'lapsed' never return", "returns above 0"});
  // With one exit and advertising everybody ends there.
  market.advertising = .01;
  const auto found = market_equilibria(market);
  REQUIRE(found.size() == 1);
  CHECK(found[0].occupancy[4] == Catch::Approx(10'000.0).epsilon(1e-9));
}
