#include <stdexcept>

#include "chain/chain_cases.hpp"
#include "simulation/scenario_cases.hpp"
#include "sojourn/simulation/scenarios.hpp"
#include "sojourn/value/lifetime_value.hpp"
#include "sojourn/value/sensitivity.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;
using namespace sojourn::test::scenario_cases;

TEST_CASE("seasons repeat, by the calendar and by age") {
  const Season a = season(plain(), money());
  const Season b = season(winter(), money());
  Scenario seasonal = today();
  seasonal.schedule = {.chains = {plain(), winter(), winter()}};
  const ScenarioOptions options{.customers = 20'000, .horizon = 7, .discount = discount, .seed = 1};
  const auto found = simulate_scenario(seasonal, options);
  const Vector expected = value_of({a, b, b, a, b, b, a});
  CHECK(*found.mean.exact == Catch::Approx(expected[0]).epsilon(1e-12));
  CHECK(deviation(found.mean, expected[0]) < 4.5);

  // Customers who enter in period 2 begin in the last season; by age, in the first.
  ScenarioOptions later = options;
  later.entries.assign(20'000, 2);
  CHECK(*simulate_scenario(seasonal, later).mean.exact ==
        Catch::Approx(factor * factor * value_of({b, a, b, b, a})[0]).epsilon(1e-12));
  seasonal.schedule.clock = Clock::age;
  const auto by_age = simulate_scenario(seasonal, later);
  const double exact = factor * factor * value_of({a, b, b, a, b})[0];
  CHECK(*by_age.mean.exact == Catch::Approx(exact).epsilon(1e-12));
  CHECK(deviation(by_age.mean, exact) < 4.5);
}

TEST_CASE("the last chain of a schedule by age is kept, with a horizon and without") {
  Scenario aging = today();
  aging.schedule = {.chains = {winter(), plain(), better()}, .clock = Clock::age, .after_last = AfterLast::keep};
  const Season first = season(winter(), money());
  const Season second = season(plain(), money());
  const Season third = season(better(), money());
  const auto found = simulate_scenario(aging, {.customers = 20'000, .horizon = 5, .discount = discount, .seed = 1});
  const double exact = value_of({first, second, third, third, third})[0];
  CHECK(*found.mean.exact == Catch::Approx(exact).epsilon(1e-12));
  CHECK(deviation(found.mean, exact) < 4.5);

  const auto for_life = simulate_scenario(aging, {.customers = 20'000, .discount = discount, .seed = 2});
  const Vector last = lifetime_value(better(), money(), {.discount = discount}).mean().vector();
  const double life = (first.reward + factor * (first.P * Vector(second.reward + factor * (second.P * last))))[0];
  CHECK(*for_life.mean.exact == Catch::Approx(life).epsilon(1e-12));
  CHECK(deviation(for_life.mean, life) < 4.5);
  CHECK(for_life.occupancy.rows() == 0);
}

TEST_CASE("an intervention holds from a period on, or in some periods only") {
  const Season before = season(plain(), money());
  const Season during = season(better(), money().with_state("fair", 12.0));
  Scenario changed = today();
  changed.interventions = {{.first = 2, .last = 3, .chain = better(), .rewards = money().with_state("fair", 12.0)}};
  const ScenarioOptions options{.customers = 20'000, .horizon = 6, .discount = discount, .seed = 1};
  const auto some = simulate_scenario(changed, options);
  const double exact = value_of({before, before, during, during, before, before})[0];
  CHECK(*some.mean.exact == Catch::Approx(exact).epsilon(1e-12));
  CHECK(deviation(some.mean, exact) < 4.5);

  changed.interventions[0].last = std::nullopt;
  const double lasting = value_of({before, before, during, during, during, during})[0];
  CHECK(*simulate_scenario(changed, options).mean.exact == Catch::Approx(lasting).epsilon(1e-12));

  // Of two in force, the later in the list goes before; each changes what it names.
  changed.interventions = {{.first = 1, .chain = better()}, {.first = 3, .chain = plain()}};
  const Season moved = season(better(), money());
  CHECK(*simulate_scenario(changed, options).mean.exact ==
        Catch::Approx(value_of({before, moved, moved, before, before, before})[0]).epsilon(1e-12));
}

TEST_CASE("until an intervention begins, no customer differs") {
  Scenario changed = today();
  changed.interventions = {{.first = 5, .chain = better()}};
  ScenarioOptions options{.customers = 2000, .horizon = 6, .seed = 6};
  // Period 5 moves by the other chain, which is seen in the reward of that move and of period 6 alone.
  const auto both = compare_scenarios({.chain = plain(), .rewards = Rewards(four, {{"good", 1.0}, {"fair", 1.0}})},
                                      {.chain = plain(),
                                       .rewards = Rewards(four, {{"good", 1.0}, {"fair", 1.0}}),
                                       .interventions = changed.interventions},
                                      options);
  for (const double difference : both.difference.values()) REQUIRE(difference == 0.0);
}

TEST_CASE("an intervention by age comes in the same period of each customer's life") {
  Scenario changed = today();
  changed.interventions = {{.first = 1, .last = 1, .chain = winter(), .clock = Clock::age}};
  const Season before = season(plain(), money());
  const Season during = season(winter(), money());
  const auto found = simulate_scenario(
      changed, {.customers = 30'000, .horizon = 4, .entries = std::vector<Index>(30'000, 1), .discount = discount});
  const double exact = factor * value_of({before, during, before})[0];
  CHECK(*found.mean.exact == Catch::Approx(exact).epsilon(1e-12));
  CHECK(deviation(found.mean, exact) < 4.5);
}

TEST_CASE("a state that is absorbing in one season is left in another") {
  Matrix back = plain().transition_matrix();
  back.row(3) << 0, .3, 0, .7;
  Scenario campaign = today();
  campaign.cost_per_period = 1.0;
  campaign.interventions = {{.first = 2, .last = 2, .chain = Chain(four, back, Period::months(1))}};
  const auto found = simulate_scenario(campaign, {.customers = 20'000, .horizon = 6, .discount = discount, .seed = 1});
  // No state is absorbing in every chain: everyone survives and costs.
  CHECK(found.survivors.minCoeff() == 20'000);
  CHECK(found.costs[5] == Catch::Approx(20'000.0));
  CHECK(found.occupancy(3, 3) <
        simulate_scenario(today(), {.customers = 20'000, .horizon = 6, .seed = 1}).occupancy(3, 3));
  CHECK(deviation(found.mean, *found.mean.exact) < 4.5);

  campaign.cost_per_period = 0.0;
  const auto for_life = simulate_scenario(campaign, {.customers = 20'000, .discount = discount, .seed = 2});
  CHECK(deviation(for_life.mean, *for_life.mean.exact) < 4.5);
}

TEST_CASE("scenarios without end need a horizon") {
  const auto refuse = [](const Scenario& scenario, std::initializer_list<std::string_view> words) {
    check_refused<std::domain_error>([&] { (void)simulate_scenario(scenario, {.customers = 10}); }, words);
  };
  Scenario seasonal = today();
  seasonal.schedule.chains = {plain(), winter()};
  refuse(seasonal, {"schedule", "repeat for ever", "horizon"});
  Scenario paid = today();
  paid.rewards = money().with_state("churn", 1.0);
  refuse(paid, {"'churn'", "never ends", "horizon"});
  const Scenario round{.chain = numbered_chain(matrix({{0, 1}, {1, 0}})), .rewards = Rewards(StateSpace{"s0", "s1"})};
  refuse(round, {"simulate_scenario", "horizon"});
}
