#include <cmath>

#include "chain/chain_cases.hpp"
#include "simulation/scenario_cases.hpp"
#include "sojourn/simulation/scenarios.hpp"
#include "sojourn/value/lifetime_value.hpp"
#include "sojourn/value/sensitivity.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;
using namespace sojourn::test::scenario_cases;

TEST_CASE("the exact means are lifetime values, and their difference is that of what_if") {
  Dice dice(21);
  for (int turn = 0; turn < 20; ++turn) {
    const Index n = dice.integer(3, 7);
    const Chain base = random_absorbing_chain(dice, n);
    const Chain changed = random_absorbing_chain(dice, n);
    const Rewards rewards = random_rewards(dice, base, true, true);
    const Vector start = random_distribution(dice, n);
    for (const std::optional<Index> horizon : {std::optional<Index>(), std::optional<Index>(17)}) {
      const auto both = compare_scenarios({.chain = base, .rewards = rewards}, {.chain = changed, .rewards = rewards},
                                          {.customers = 2, .horizon = horizon, .start = start, .discount = discount});
      const LifetimeValueOptions options{.discount = discount, .horizon = horizon};
      const LifetimeValue first = lifetime_value(base, rewards, options);
      const LifetimeValue second = lifetime_value(changed, rewards, options);
      const double scale = 1e-10 * (1.0 + size_of(first.mean().vector()) + size_of(second.mean().vector()));
      CHECK(std::abs(*both.base_mean.exact - first.start_value(start).mean) < scale);
      CHECK(std::abs(*both.changed_mean.exact - second.start_value(start).mean) < scale);
      if (horizon) continue;
      const WhatIf exact = what_if(first, second, start);
      CHECK(std::abs(*both.mean_difference.exact - (exact.other_value - exact.value)) < scale);
    }
  }
}

TEST_CASE("staggered customers are worth the sum of what each entry is worth") {
  const Season s = season(plain(), money());
  const std::vector<std::int64_t> entrants{5000, 0, 3000, 2000};
  const Vector start = numbers({.5, .3, .2, 0});
  const auto found =
      simulate_scenario(today(), {.horizon = 6, .start = start, .entrants = entrants, .discount = discount, .seed = 2});
  double total = 0.0;
  for (std::size_t t = 0; t < entrants.size(); ++t) {
    total += static_cast<double>(entrants[t]) * std::pow(factor, static_cast<double>(t)) *
             start.dot(value_of(std::vector<Season>(6 - t, s)));
  }
  CHECK(found.customers == 10'000);
  CHECK(*found.mean.exact == Catch::Approx(total / 10'000.0).epsilon(1e-12));
  CHECK(deviation(found.mean, total / 10'000.0) < 4.5);
  const CountVector entered = found.occupancy.rowwise().sum();
  CHECK(entered == CountVector{{5000, 5000, 8000, 10'000, 10'000, 10'000}});
  for (Index t = 0; t < 6; ++t) CHECK(found.survivors[t] == entered[t] - found.occupancy(t, 3));
}

TEST_CASE("today's base begins where it stands") {
  const std::vector<Index> base{2, 2, 0, 1, 3, 2};
  const auto found = simulate_scenario(today(), {.horizon = 5, .start_states = base, .discount = discount});
  CHECK(found.customers == 6);
  CHECK(found.occupancy.row(0) == CountMatrix{{1, 1, 3, 1}});
  CHECK(values_of(found.value)[4] == 0.0);
  const Vector exact = value_of(std::vector<Season>(5, season(plain(), money())));
  CHECK(*found.mean.exact == Catch::Approx((exact[0] + exact[1] + 3.0 * exact[2] + exact[3]) / 6.0));
}

TEST_CASE("means agree with the exact ones on chains of every shape") {
  Dice dice(31);
  int far = 0;
  for (int turn = 0; turn < 60; ++turn) {
    const Chain chain = random_shape(dice, turn);
    const Chain other = random_shape(dice, turn);
    Scenario scenario{.chain = chain, .rewards = random_rewards(dice, chain, true, false)};
    if (other.n_states() == chain.n_states()) scenario.schedule.chains = {chain, other};
    scenario.cost_per_period = 1.0;
    const auto found = simulate_scenario(scenario, {.customers = 2000,
                                                    .horizon = dice.integer(1, 30),
                                                    .start = random_distribution(dice, chain.n_states()),
                                                    .discount = discount,
                                                    .seed = dice.bits()});
    REQUIRE(found.mean.exact.has_value());
    if (!found.mean.z) {
      CHECK(found.mean.mean == Catch::Approx(*found.mean.exact).epsilon(1e-9).margin(1e-9));
    } else if (std::abs(*found.mean.z) > 5.0) {
      ++far;
    }
  }
  CHECK(far == 0);  // by chance once in 30,000
}
