/// \file market_cases.hpp
/// Markets for tests: a small one to be read, and random ones with everything in them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/support.hpp"

namespace sojourn::test {

inline const StateSpace market_states{"zmot", "fmot", "satisfied", "unhappy", "lapsed"};

inline CountVector whole_numbers(const std::vector<std::int64_t>& list) {
  return Eigen::Map<const CountVector>(list.data(), static_cast<Index>(list.size()));
}

/// Searchers who read what customers tell.
inline Market small_market(std::int64_t people = 10'000) {
  Market market{
      .chain = {market_states,
                matrix(
                    {{.3, .3, 0, 0, .4}, {0, 0, .6, .4, 0}, {0, 0, .85, .05, .1}, {0, 0, .1, .5, .4}, {0, 0, 0, 0, 1}}),
                Period::months(1)},
      .rewards = Rewards(market_states, {{"satisfied", 20.0}, {"unhappy", 5.0}})};
  market.people = people;
  market.stock = whole_numbers({people / 50, people / 100, people / 10, people / 50, people / 20});
  market.referrals = Referrals(market.chain.states(), numbers({0, 0, .3, .02, 0}));
  market.arrives_at = numbers({.8, .2, 0, 0, 0});
  market.advertising = .01;
  market.advertising_arrives_at = numbers({1, 0, 0, 0, 0});
  market.advertising_cost = 100.0;
  market.referred_cost = 1.0;
  market.advertised_cost = 6.0;
  market.returns = .05;
  market.reputation = MarketReputation{
      .law = {.retention = .8, .prior_good = 5.0, .prior_bad = 5.0, .sensitivity = 2.0, .reference = .5},
      .search = "zmot",
      .sources = {
          {.name = "friends", .weight = 1.0, .good = numbers({0, 0, .3, 0, 0}), .bad = numbers({0, 0, 0, .6, .1})},
          {.name = "reviews", .weight = 2.5, .good = numbers({0, 0, .05, 0, 0}), .bad = numbers({0, 0, 0, .2, 0})}}};
  return market;
}

/// Two states of no consequence but that their growth is known.
inline Market two_states_market(double referrals) {
  const StateSpace states{"active", "churn"};
  Market market{.chain = {states, matrix({{.8, .2}, {0, 1}})}, .rewards = Rewards(states, {{"active", 10.0}})};
  market.people = std::int64_t{1} << 50;
  market.stock = whole_numbers({1'000'000, 0});
  market.referrals = Referrals(market.chain.states(), numbers({referrals, 0}));
  return market;
}

/// The same market with another row.
inline Market with_move(const Market& market, const char* from, const char* to, double p) {
  const Index i = market.chain.states().index(from);
  const Index j = market.chain.states().index(to);
  Vector row = market.chain.transition_matrix().row(i).transpose();
  const double others = row.sum() - row[j];
  row *= (1.0 - p) / others;
  row[j] = p;
  Market changed = market;
  changed.chain = market.chain.with_row(from, row);
  return changed;
}

inline Vector random_rates(Dice& dice, Index n, double most) {
  Vector rates(n);
  for (double& rate : rates) rate = dice.uniform() < .3 ? 0.0 : dice.uniform(0.0, most);
  return rates;
}

inline Market random_market(Dice& dice, std::int64_t people) {
  const Index n = dice.integer(2, 6);
  const Chain chain = random_absorbing_chain(dice, n, dice.integer(1, n > 2 ? 2 : 1));
  Market market{.chain = chain, .rewards = random_rewards(dice, chain, dice.integer(0, 1) == 1, false)};
  market.people = people;
  market.stock = CountVector::Zero(n);
  for (std::int64_t& some : market.stock) some = dice.integer(0, people / (2 * n));
  const Vector per_state = random_rates(dice, n, .8);
  Matrix per_move;
  if (dice.integer(0, 1) == 1) {
    per_move.resize(n, n);
    for (Index i = 0; i < n; ++i) per_move.row(i) = random_rates(dice, n, .5).transpose();
  }
  market.referrals = Referrals(chain.states(), per_state, per_move);
  market.arrives_at = random_distribution(dice, n);
  market.advertising = dice.uniform(0.0, .2);
  if (dice.integer(0, 1) == 1) market.advertising_arrives_at = random_distribution(dice, n);
  market.advertising_cost = dice.uniform(0.0, 9.0);
  market.referred_cost = dice.uniform(0.0, 2.0);
  market.advertised_cost = dice.uniform(0.0, 2.0);
  market.returns = dice.integer(0, 2) == 0 ? 0.0 : dice.uniform();
  double onward = 0.0;  // of the first state, which may be one that leads to exits alone
  chain.for_each_move(0, [&](Index to, double p) { onward += to != 0 && !chain.is_absorbing(to) ? p : 0.0; });
  if (onward > 0.0) {
    market.reputation = MarketReputation{.law = {.retention = dice.uniform(0.0, .95),
                                                 .prior_good = dice.uniform(.5, 20.0),
                                                 .prior_bad = dice.uniform(.5, 20.0),
                                                 .sensitivity = dice.uniform(-3.0, 3.0),
                                                 .reference = dice.uniform()},
                                         .search = chain.states().name(0),
                                         .sources = {{.weight = dice.uniform(.5, 3.0),
                                                      .good = random_rates(dice, n, .7),
                                                      .bad = random_rates(dice, n, .7)}},
                                         .good = dice.uniform(0.0, 10.0),
                                         .bad = dice.uniform(0.0, 10.0)};
  }
  return market;
}

}  // namespace sojourn::test
