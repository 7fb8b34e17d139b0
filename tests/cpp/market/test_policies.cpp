#include <algorithm>
#include <cmath>

#include "sojourn/market/policies.hpp"
#include "sojourn/market/referral_value.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

const StateSpace states{"zmot", "engaged", "satisfied", "unhappy", "churn"};

Market company() {
  const Chain chain(
      states,
      matrix({{.3, .4, 0, 0, .3}, {0, .1, .5, .3, .1}, {0, 0, .85, .05, .1}, {0, 0, .1, .5, .4}, {0, 0, 0, 0, 1}}),
      Period::months(1));
  Market market{.chain = chain,
                .rewards = Rewards(states, {{"engaged", 30.0}, {"satisfied", 20.0}, {"unhappy", -5.0}})};
  market.people = 1'000'000;
  market.stock = CountVector::Zero(5);
  market.stock << 2'000, 3'000, 20'000, 4'000, 50'000;
  market.referrals = Referrals(market.chain.states(), numbers({0, 0, .03, 0, 0}));
  market.advertising = .002;
  market.advertising_cost = 10'000.0;
  market.referred_cost = 3.0;
  market.advertised_cost = 8.0;
  market.reputation = MarketReputation{
      .law = {.sensitivity = 2.0},
      .search = "zmot",
      .sources = {{.name = "reviews", .good = numbers({0, 0, .05, 0, 0}), .bad = numbers({0, 0, 0, .2, 0})}},
      .good = 4'000,
      .bad = 3'000};
  return market;
}

const MarketOptions two_years{.horizon = 24, .discount = Discount::annual_rate(.1), .seed = 4, .paths = 40};

PolicyOutcome outcome(const Market& market, const Policy& policy, const MarketOptions& options = two_years) {
  return compare_policies(market, {policy}, options).outcomes.at(0);
}

}  // namespace

TEST_CASE("a policy that changes nothing and costs nothing changes nothing, on every path") {
  const PolicyOutcome same = outcome(company(), {.name = "wait"});
  CHECK(same.cost == 0.0);
  CHECK(same.profit == 0.0);
  CHECK(same.base == 0.0);
  CHECK(same.profit_of_paths == Vector::Zero(40));
  CHECK(same.base_of_paths == Vector::Zero(40));
  CHECK(same.own_value == 0.0);
  CHECK(same.profit_interval.lower == 0.0);
  CHECK(same.profit_interval.upper == 0.0);
}

TEST_CASE("a cost with nothing to show for it is lost, exactly") {
  const PolicyOutcome once = outcome(company(), {.name = "once", .cost_once = 5'000.0});
  CHECK(once.cost == 5'000.0);
  CHECK(once.profit == Catch::Approx(-5'000.0).epsilon(1e-9));
  CHECK(once.payback == std::nullopt);
  CHECK(once.paid_back == 0.0);

  double annuity = 0.0;
  for (int t = 0; t < 24; ++t) annuity += std::pow(1.1, -t / 12.0);
  const PolicyOutcome running = outcome(company(), {.name = "running", .cost_per_period = 100.0});
  CHECK(running.cost == Catch::Approx(100.0 * annuity).epsilon(1e-12));
  CHECK(running.profit == Catch::Approx(-running.cost).epsilon(1e-6));

  const Policy each{.name = "each", .cost_per_person = {{"satisfied", 1.5}}};
  const PolicyOutcome per_person = outcome(company(), each);
  CHECK(per_person.cost > 1.5 * 20'000.0);
  CHECK(per_person.profit == Catch::Approx(-per_person.cost).epsilon(1e-9));

  const PolicyOutcome bonus = outcome(company(), {.name = "bonus", .cost_per_referral = 2.0});
  CHECK(bonus.cost > 0.0);
  CHECK(bonus.profit == Catch::Approx(-bonus.cost).epsilon(1e-9));
}

TEST_CASE("the change of the mean field lies among the changes of the paths") {
  const Policy onboarding{.name = "onboarding", .moves = {{"engaged", "satisfied", .6}}, .cost_once = 50'000.0};
  const PolicyOutcome better = outcome(company(), onboarding);
  CHECK(better.profit > 0.0);
  CHECK(better.base > 0.0);
  // Each path is a large market, so that its mean is close to the mean field: within five standard errors.
  const auto error = [](const Vector& x) {
    const double mean = x.mean();
    return std::sqrt((x.array() - mean).square().sum() / static_cast<double>(x.size() * (x.size() - 1)));
  };
  CHECK(std::abs(better.profit_of_paths.mean() - better.profit) < 5.0 * error(better.profit_of_paths));
  CHECK(std::abs(better.base_of_paths.mean() - better.base) < 5.0 * error(better.base_of_paths));
  CHECK(better.profit_interval.lower < better.profit);
  CHECK(better.profit < better.profit_interval.upper);
  CHECK(better.profit_interval.level == .9);
  // One market for all paths has one value of a newcomer.
  CHECK_FALSE(better.own_value_interval.has_value());
  REQUIRE(better.payback);
  REQUIRE(better.payback_interval);
  CHECK(better.payback_interval->lower <= static_cast<double>(*better.payback));
  CHECK(static_cast<double>(*better.payback) <= better.payback_interval->upper);
  CHECK(*better.payback > 1);
  CHECK(*better.payback < 24);
  CHECK(better.paid_back == 1.0);
}

TEST_CASE("a policy that is ahead at first and behind in the end has not paid back") {
  // A higher price that drives customers away.
  const PolicyOutcome greedy =
      outcome(company(), {.name = "greedy", .moves = {{"satisfied", "churn", .2}}, .price = 1.1});
  CHECK(greedy.profit < 0.0);
  const MarketPath before = market_path(company(), {.horizon = 1});
  CHECK(greedy.path.revenue[0] > before.revenue[0]);
  CHECK(greedy.payback == std::nullopt);
  CHECK(greedy.paid_back == 0.0);
}

TEST_CASE("each lever moves the market in its direction") {
  const Market market = company();
  const auto gain = [&](const Policy& policy) { return outcome(market, policy).profit; };
  CHECK(gain({.name = "price", .price = 1.1}) > 0.0);
  CHECK(gain({.name = "price", .price = .9}) < 0.0);
  CHECK(gain({.name = "referrals", .referrals = {{"satisfied", .06}}}) > 0.0);
  CHECK(gain({.name = "more", .referral_factors = {{"satisfied", 2.0}}}) ==
        gain({.name = "referrals", .referrals = {{"satisfied", .06}}}));
  CHECK(gain({.name = "complaints", .bad_experiences = {{"unhappy", .2}}}) > 0.0);
  CHECK(gain({.name = "praise", .good_experiences = {{"satisfied", 2.0}}}) > 0.0);
  CHECK(gain({.name = "basket", .rewards = {{"satisfied", 25.0}}}) > 0.0);
  CHECK(outcome(market, {.name = "loud", .advertising = .01}).base > 0.0);
  CHECK(gain({.name = "win back", .moves = {{"unhappy", "satisfied", .3}}}) > 0.0);
}

TEST_CASE("the value of a newcomer changes by what his own chain and his newcomers say") {
  const Market market = company();
  const Policy policy{.name = "both", .moves = {{"engaged", "satisfied", .6}}, .referrals = {{"satisfied", .05}}};
  const PolicyOutcome changed = outcome(market, policy);
  const Market after = with_policy(market, policy);
  const LifetimeValueOptions options{.discount = two_years.discount};
  const double own = lifetime_value(after.chain, after.rewards, options).mean()["zmot"] -
                     lifetime_value(market.chain, market.rewards, options).mean()["zmot"];
  REQUIRE(changed.own_value);
  CHECK(*changed.own_value == Catch::Approx(own).epsilon(1e-12));
  REQUIRE(changed.total_value);
  CHECK(*changed.total_value > *changed.own_value);
  // Without a discount, and more newcomers than leave, the total has no end.
  MarketOptions undiscounted = two_years;
  undiscounted.discount.reset();
  CHECK(outcome(market, {.name = "many", .referrals = {{"satisfied", 3.0}}}, undiscounted).total_value == std::nullopt);
}

TEST_CASE("a market of its own for every path widens the interval by what is not known") {
  const Market market = company();
  std::vector<Market> draws;
  for (int k = 0; k < 40; ++k) {
    Market drawn = market;
    drawn.referrals = Referrals(states, {{"satisfied", .03 * (.2 + .04 * k)}});
    draws.push_back(drawn);
  }
  const Policy policy{.name = "onboarding", .moves = {{"engaged", "satisfied", .6}}};
  const PolicyOutcome chance = outcome(market, policy);
  const PolicyOutcome both = compare_policies(market, draws, {policy}, two_years).outcomes.at(0);
  CHECK(both.profit == chance.profit);
  CHECK(both.profit_interval.upper - both.profit_interval.lower >
        2.0 * (chance.profit_interval.upper - chance.profit_interval.lower));
  // A newcomer's own value does not depend on whom he brings, but on where he goes.
  REQUIRE(both.own_value_interval);
  CHECK(both.own_value_interval->lower == Catch::Approx(*both.own_value).epsilon(1e-12));
  CHECK(both.own_value_interval->upper == Catch::Approx(*both.own_value).epsilon(1e-12));
  for (std::size_t k = 0; k < draws.size(); ++k) {
    const double p = .04 + .002 * static_cast<double>(k);
    draws[k] = with_policy(market, {.name = "drawn", .moves = {{"satisfied", "churn", p}}});
  }
  const PolicyOutcome uncertain = compare_policies(market, draws, {policy}, two_years).outcomes.at(0);
  REQUIRE(uncertain.own_value_interval);
  CHECK(uncertain.own_value_interval->lower < *uncertain.own_value);
  CHECK(*uncertain.own_value < uncertain.own_value_interval->upper);
  // A market that is the same for every path is the market itself.
  const std::vector<Market> same(40, market);
  CHECK(compare_policies(market, same, {policy}, two_years).outcomes.at(0).profit_of_paths == chance.profit_of_paths);
}

TEST_CASE("the comparison does not depend on the policies beside it or on threads") {
  const Policy a{.name = "a", .price = 1.1};
  const Policy b{.name = "b", .cost_once = 1.0};
  MarketOptions one = two_years;
  one.threads = 1;
  const PolicyComparison both = compare_policies(company(), {a, b}, one);
  REQUIRE(both.outcomes.size() == 2);
  CHECK(both.outcomes[0].name == "a");
  CHECK(both.outcomes[0].profit_of_paths == outcome(company(), a).profit_of_paths);
  CHECK_THAT(both.definition,
             Catch::Matchers::ContainsSubstring("2 policies") && Catch::Matchers::ContainsSubstring("40 paths"));
}

TEST_CASE("impossible policies are refused by their name") {
  const Market market = company();
  const auto refused = [&](const Policy& policy, std::initializer_list<const char*> words) {
    const std::string message = refusal<std::invalid_argument>([&] { (void)with_policy(market, policy); });
    for (const char* word : words) CHECK_THAT(message, Catch::Matchers::ContainsSubstring(word));
  };
  refused({.name = "p", .moves = {{"engaged", "satisfied", 1.5}}}, {"policy 'p'", "from 0 to 1", "1.5"});
  refused({.name = "p", .moves = {{"engaged", "satisfied", not_a_number}}}, {"policy 'p'", "from 0 to 1"});
  refused({.name = "p", .price = -1.0}, {"policy 'p'", "price", "-1"});
  refused({.name = "p", .referrals = {{"satisfied", -.1}}}, {"referrals", "-0.1"});
  refused({.name = "p", .referral_factors = {{"satisfied", -1.0}}}, {"factor on referrals", "-1"});
  refused({.name = "p", .rewards = {{"satisfied", infinity}}}, {"reward", "finite"});
  refused({.name = "p", .bad_experiences = {{"unhappy", -1.0}}}, {"bad experiences", "at least 0"});
  refused({.name = "p", .cost_once = not_a_number}, {"cost_once", "finite"});
  refused({.name = "p", .cost_per_person = {{"churn", 1.0}}}, {"'churn'", "never left"});
  check_refused<std::out_of_range>([&] { (void)with_policy(market, {.name = "p", .rewards = {{"nobody", 1.0}}}); },
                                   {"nobody"});
  check_refused<std::domain_error>([&] { (void)with_policy(market, {.name = "p", .moves = {{"churn", "churn", .9}}}); },
                                   {"policy 'p'", "'churn'", "nowhere"});
  Market silent = market;
  silent.reputation.reset();
  check_refused<std::invalid_argument>(
      [&] { (void)with_policy(silent, {.name = "p", .bad_experiences = {{"unhappy", .5}}}); },
      {"policy 'p'", "no reputation"});
  check_refused<std::invalid_argument>([&] { (void)compare_policies(market, {}, two_years); }, {"policies"});
  check_refused<std::invalid_argument>(
      [&] { (void)compare_policies(market, {{.name = "p"}}, {.horizon = 5, .paths = 1}); }, {"2 paths"});
  check_refused<std::invalid_argument>([&] { (void)compare_policies(market, {{.name = "p"}}, two_years, 1.0); },
                                       {"level"});
  Market other = market;
  other.people += 1;
  check_refused<std::invalid_argument>(
      [&] { (void)compare_policies(market, {market, other}, {{.name = "p"}}, two_years); }, {"draws", "place 1"});
}
