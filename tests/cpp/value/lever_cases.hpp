/// \file lever_cases.hpp
/// Values whose moves are pulled on, for tests: random ones, and a small one to be read.
#pragma once

#include "chain/chain_cases.hpp"
#include "support/support.hpp"

namespace sojourn::test {

struct ValueCase {
  LifetimeValue value;
  Vector start;
};

/// Values for life and over a horizon, discounted and not, with and without rewards of moves.
inline ValueCase random_value(Dice& dice, int turn) {
  const bool undiscounted = turn % 4 == 3;
  const Chain chain = undiscounted ? random_absorbing_chain(dice, dice.integer(2, 7), 1, .7)
                                   : random_shape(dice, turn % 6 == 3 ? 0 : turn);
  const Rewards rewards = random_rewards(dice, chain, turn % 2 == 0 || turn % 8 == 3, undiscounted);
  LifetimeValueOptions options{.discount = undiscounted ? Discount::none() : Discount::factor(dice.uniform(.5, .97))};
  if (turn % 3 == 2) options.horizon = dice.integer(1, 20);
  return {lifetime_value(chain, rewards, options), random_distribution(dice, chain.n_states())};
}

inline LifetimeValue loyalty_value(double churn = .2, double factor = .9) {
  const Chain chain(StateSpace{"active", "loyal", "churn"}, matrix({{.8 - churn, .2, churn}, {0, .9, .1}, {0, 0, 1}}),
                    Period::years(1));
  return lifetime_value(chain, Rewards(chain.states(), {{"active", 10.0}, {"loyal", 30.0}}),
                        {.discount = Discount::factor(factor)});
}

}  // namespace sojourn::test
