// What is a customer worth with those he brings, and what should be done? The same story as word_of_mouth.py.
#include <sojourn/model/io.hpp>
#include <sojourn/sojourn.hpp>

#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

int main() {
  using namespace sojourn;

  // Searchers, who read reviews before they order; customers; those who are gone. A made-up chain; one step is a month.
  const StateSpace states{"search", "satisfied", "unhappy", "churn"};
  Matrix moves(4, 4);
  moves << 0.3, 0.2, 0.1, 0.4, 0.0, 0.85, 0.05, 0.1, 0.0, 0.2, 0.4, 0.4, 0.0, 0.0, 0.0, 1.0;
  const Chain chain(states, moves, Period::months(1));
  const Rewards rewards(states, {{"satisfied", 20.0}, {"unhappy", 10.0}});
  const Discount year = Discount::annual_rate(0.10);

  // A satisfied customer brings one newcomer in five months. What is he worth by himself, and what with all he leads to?
  const Referrals referrals(states, {{"satisfied", 0.20}});
  const ReferralValue ref = referral_value(chain, rewards, referrals, {.discount = year, .acquisition_cost = 5.0});
  std::cout << ref << std::endl;
  const std::vector<ReferralLever> levers = sensitivity(ref, "search").levers();
  for (std::size_t k = 0; k < 3; ++k) {
    std::printf("a point more of %s → %s: own %.3f, total %.3f\n", states.name(levers[k].from).c_str(),
                states.name(levers[k].to).c_str(), levers[k].own_value_of_a_point, levers[k].total_value_of_a_point);
  }

  // The same company in a market of a million people, with a reputation that searchers answer to.
  const auto per_state = [](double search, double satisfied, double unhappy) {
    return Vector{{search, satisfied, unhappy, 0.0}};
  };
  const Market market{
      .chain = chain,
      .rewards = rewards,
      .people = 1'000'000,
      .stock = CountVector{{4000, 20000, 4000, 50000}},
      .referrals = referrals,
      .advertising = 0.002,
      .advertising_cost = 10'000.0,
      .referred_cost = 5.0,
      .reputation = MarketReputation{
          .law = {.sensitivity = 2.0},
          .search = "search",
          .sources = {{.name = "reviews", .good = per_state(0.0, 0.05, 0.0), .bad = per_state(0.0, 0.0, 0.2)}},
          .good = 4000.0,
          .bad = 3000.0}};
  const MarketPath path = market_path(market, {.horizon = 36, .discount = year});
  std::printf("\ninside after three years %.0f, reputation %.3f, profit %.0f\n", path.inside[36], path.reputation[36],
              path.profit);
  const MarketThreshold threshold = market_threshold(market, "search", "satisfied");
  std::printf("search → satisfied %.3f, the base shrinks below %.3f\n", threshold.current, threshold.probability);

  // What to do? Each policy against the market as it is, on the same random numbers.
  const std::vector<Policy> policies = {
      {.name = "better start", .moves = {{"search", "satisfied", 0.25}}, .cost_once = 200'000.0},
      {.name = "pay for referrals", .referrals = {{"satisfied", 0.24}}, .cost_per_referral = 10.0},
      {.name = "answer complaints", .bad_experiences = {{"unhappy", 0.5}}, .cost_per_person = {{"unhappy", 3.0}}}};
  const MarketOptions options{.horizon = 36, .discount = year, .seed = 7, .paths = 200};
  for (const PolicyOutcome& outcome : compare_policies(market, policies, options).outcomes) {
    const auto [level, low, high] = outcome.profit_interval;
    std::printf("%s: %+.0f (%+.0f to %+.0f), payback %s\n", outcome.name.c_str(), outcome.profit, low, high,
                outcome.payback ? std::to_string(*outcome.payback).c_str() : "never");
  }
}
