#include "sojourn/value/what_if.hpp"

#include <cmath>
#include <stdexcept>

#include "value/lever_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("what another chain is worth splits by move, and the parts sum to the difference") {
  Dice dice(66);
  for (int k = 0; k < 120; ++k) {
    const bool undiscounted = k % 3 == 0;
    const Index n = dice.integer(2, 8);
    const Chain before = undiscounted ? random_absorbing_chain(dice, n, 1, .7) : random_chain(dice, n, .5);
    const Chain after = undiscounted ? random_absorbing_chain(dice, n, 1, .7) : random_chain(dice, n, .5);
    const Rewards rewards = random_rewards(dice, before, k % 2 == 0, undiscounted);
    const LifetimeValueOptions options{.discount =
                                           undiscounted ? Discount::none() : Discount::factor(dice.uniform(.1, .99))};
    const LifetimeValue a = lifetime_value(before, rewards, options);
    const LifetimeValue b = lifetime_value(after, rewards, options);
    const Vector start = random_distribution(dice, n);
    const WhatIf split = what_if(a, b, start);
    CHECK(split.value == a.start_value(start).mean);
    CHECK(split.other_value == b.start_value(start).mean);
    double sum = 0.0;
    double size = 1.0;
    for (std::size_t m = 0; m < split.moves.size(); ++m) {
      sum += split.moves[m].amount;
      size += std::abs(split.moves[m].amount);
      if (m > 0) CHECK(std::abs(split.moves[m - 1].amount) >= std::abs(split.moves[m].amount));
      CHECK(before.transition_matrix()(split.moves[m].from, split.moves[m].to) !=
            after.transition_matrix()(split.moves[m].from, split.moves[m].to));
    }
    CHECK(std::abs(sum - (split.other_value - split.value)) < 1e-12 * size);
  }
}

TEST_CASE("the split by move stays exact where next to nobody leaves") {
  Dice dice(67);
  for (int k = 0; k < 20; ++k) {
    const Chain before = random_slow_chain(dice, 5, 1e-9);
    Vector row = before.transition_matrix().row(0).transpose();
    row.head(4) *= (1.0 - 3e-9) / row.head(4).sum();
    row[4] = 3e-9;
    const Chain after = before.with_row("s0", row);
    const Rewards rewards = Rewards(before.states(), numbers({5, 7, 9, 11, 0}));
    const LifetimeValue a = lifetime_value(before, rewards, {.discount = Discount::none()});
    const LifetimeValue b = lifetime_value(after, rewards, {.discount = Discount::none()});
    const WhatIf split = what_if(a, b, start_in(before.states(), "s0"));
    double sum = 0.0;
    double size = 0.0;
    for (const MoveDifference& move : split.moves) {
      sum += move.amount;
      size += std::abs(move.amount);
    }
    CHECK(std::abs(sum - (split.other_value - split.value)) < 1e-12 * size);
  }
}

TEST_CASE("a chain compared with itself differs by nothing") {
  const LifetimeValue value = loyalty_value();
  const WhatIf split = what_if(value, value, numbers({1, 0, 0}));
  CHECK(split.moves.empty());
  CHECK(split.value == split.other_value);
}

TEST_CASE("values are compared like with like") {
  const LifetimeValue value = loyalty_value();
  const Vector start = numbers({1, 0, 0});
  const LifetimeValue dearer = loyalty_value(.2, .95);
  check_refused<std::invalid_argument>([&] { (void)what_if(value, dearer, start); }, {"what_if", "discount"});
  const LifetimeValue other_money = lifetime_value(value.chain(), Rewards(value.chain().states(), {{"active", 1.0}}),
                                                   {.discount = Discount::factor(.9)});
  check_refused<std::invalid_argument>([&] { (void)what_if(value, other_money, start); }, {"what_if", "rewards"});
  const LifetimeValue year =
      lifetime_value(value.chain(), value.rewards(), {.discount = Discount::factor(.9), .horizon = 12});
  check_refused<std::invalid_argument>([&] { (void)what_if(value, year, start); }, {"for life"});
  const Chain renamed(StateSpace{"x", "y", "z"}, value.chain().transition_matrix(), Period::years(1));
  check_refused<std::invalid_argument>(
      [&] {
        (void)what_if(value, lifetime_value(renamed, Rewards(renamed.states()), {.discount = Discount::factor(.9)}),
                      start);
      },
      {"what_if", "states"});
  check_refused<std::invalid_argument>([&] { (void)what_if(value, value, numbers({1, 1, 0})); }, {"start"});
}

TEST_CASE("undiscounted, a set of states that only one chain never leaves cannot be compared") {
  const StateSpace states{"pay", "x", "y", "end"};
  const Chain open(states, matrix({{0, 1, 0, 0}, {0, 0, 1, 0}, {.5, 0, 0, .5}, {0, 0, 0, 1}}));
  const Chain closed(states, matrix({{0, 1, 0, 0}, {0, 0, 1, 0}, {0, 1, 0, 0}, {0, 0, 0, 1}}));
  const Rewards rewards(states, {{"pay", 1.0}});
  const LifetimeValue a = lifetime_value(open, rewards, {.discount = Discount::none()});
  const LifetimeValue b = lifetime_value(closed, rewards, {.discount = Discount::none()});
  check_refused<std::domain_error>([&] { (void)what_if(a, b, numbers({1, 0, 0, 0})); },
                                   {"what_if", "'x'", "discount factor below 1"});
  const WhatIf back = what_if(b, a, numbers({1, 0, 0, 0}));  // the other way the split exists
  double sum = 0.0;
  for (const MoveDifference& move : back.moves) sum += move.amount;
  CHECK(sum == Catch::Approx(back.other_value - back.value));
}
