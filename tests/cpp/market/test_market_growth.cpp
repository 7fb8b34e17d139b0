#include "sojourn/market/market_growth.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "market/market_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

/// A market standing at numbers that need not be whole: what `market_path` makes of it from there, in a large copy.
double growth_of_path(Market market, Index periods) {
  const MarketPath path = market_path(market, {.horizon = periods});
  return path.inside[periods] / path.inside[periods - 1];
}

}  // namespace

TEST_CASE("a small base grows by the growth factor, and the factor of two states is known") {
  for (const auto& [referrals, growth] : {std::pair{.1, .9}, {.2, 1.0}, {.4, 1.2}}) {
    CAPTURE(referrals);
    CHECK(market_growth(two_states_market(referrals)) == Catch::Approx(growth).epsilon(1e-13));
    CHECK(growth_of_path(two_states_market(referrals), 20) == Catch::Approx(growth).epsilon(1e-6));
  }
}

TEST_CASE("with a reputation the growth factor is that of a base settled at its own mix") {
  Market market = small_market(std::int64_t{1} << 51);
  market.advertising = 0.0;
  market.stock = whole_numbers({100'000, 100'000, 100'000, 100'000, 0});
  for (const double referrals : {.25, .6, 1.0}) {
    CAPTURE(referrals);
    market.referrals = Referrals(market.chain.states(), numbers({0, 0, referrals, 0, 0}));
    // Those gone outlast a base that shrinks fast, and what they tell with them.
    market.reputation->sources[0].bad[4] = referrals < .5 ? 0.0 : .1;
    const double growth = market_growth(market);
    // Long enough to settle, short enough to stay small beside the market and large beside the prior.
    const MarketPath path = market_path(market, {.horizon = 60});
    CHECK(path.inside[60] / path.inside[59] == Catch::Approx(growth).epsilon(2e-3));
  }
}

TEST_CASE("one who is gone may go on telling and bringing, and counts in the growth") {
  Market market = two_states_market(.1);
  market.referrals = Referrals(market.chain.states(), numbers({.1, .05}));
  market.returns = .3;
  // Active and churned feed each other: [.9, .2; .05, .7].
  CHECK(market_growth(market) == Catch::Approx(.8 + std::sqrt(.01 + .01)).epsilon(1e-12));
  CHECK(growth_of_path(market, 60) == Catch::Approx(market_growth(market)).epsilon(1e-6));
}

TEST_CASE("below the threshold the base shrinks, above it grows") {
  Market market = small_market(std::int64_t{1} << 51);
  market.advertising = 0.0;
  market.referrals = Referrals(market.chain.states(), numbers({0, 0, .8, 0, 0}));
  market.stock = whole_numbers({100'000, 100'000, 100'000, 100'000, 0});
  const MarketThreshold at = market_threshold(market, "fmot", "satisfied");
  CHECK(at.grows_above);
  CHECK(at.current == .6);
  CHECK(at.growth_now == market_growth(market));
  CHECK(market_growth(with_move(market, "fmot", "satisfied", at.probability)) == Catch::Approx(1.0).margin(1e-10));
  CHECK(growth_of_path(with_move(market, "fmot", "satisfied", at.probability - .03), 120) < 1.0);
  CHECK(growth_of_path(with_move(market, "fmot", "satisfied", at.probability + .03), 120) > 1.0);
  const MarketThreshold exit = market_threshold(market, "satisfied", "lapsed");
  CHECK(!exit.grows_above);
  CHECK(market_growth(with_move(market, "satisfied", "lapsed", exit.probability)) == Catch::Approx(1.0).margin(1e-10));
  // Of two states: p + b = 1.
  CHECK(market_threshold(two_states_market(.4), "active", "active").probability == Catch::Approx(.6).margin(1e-10));
}

TEST_CASE("a threshold that no probability reaches is refused with the reach") {
  const std::string message =
      refusal<std::domain_error>([] { (void)market_threshold(two_states_market(0.0), "active", "active"); });
  CHECK_THAT(message, Catch::Matchers::ContainsSubstring("the base shrinks"));
  CHECK_THAT(message, Catch::Matchers::ContainsSubstring("from 1e-09 to 1"));
  check_refused<std::domain_error>([] { (void)market_threshold(two_states_market(1.5), "active", "active"); },
                                   {"never shrinks", "'active' → 'active'"});
  check_refused<std::domain_error>([] { (void)market_threshold(two_states_market(.1), "churn", "churn"); },
                                   {"'churn' leads nowhere but to 'churn'"});
  check_refused<std::out_of_range>([] { (void)market_threshold(two_states_market(.1), "active", "loyal"); }, {"loyal"});
}
