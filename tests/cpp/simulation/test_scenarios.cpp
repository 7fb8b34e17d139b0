#include <atomic>
#include <cmath>
#include <stdexcept>
#include <thread>

#include "chain/chain_cases.hpp"
#include "simulation/scenario_cases.hpp"
#include "sojourn/simulation/scenarios.hpp"
#include "sojourn/value/sensitivity.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;
using namespace sojourn::test::scenario_cases;

TEST_CASE("a scenario compared with itself makes no difference to any customer") {
  const auto same = compare_scenarios(today(), today(), {.customers = 3000, .horizon = 40, .discount = discount});
  for (const double difference : same.difference.values()) REQUIRE(difference == 0.0);
  CHECK(same.mean_difference.mean == 0.0);
  CHECK(same.mean_difference.standard_error == 0.0);
  CHECK(same.share_better == 0.0);
  CHECK(same.share_worse == 0.0);
  CHECK(same.correlation.value() == Catch::Approx(1.0));
  CHECK_FALSE(same.gain.has_value());
  CHECK_FALSE(same.mean_difference.z.has_value());
  CHECK(same.mean_difference.exact.value() == 0.0);
}

TEST_CASE("what a comparison says of a scenario is what simulating it alone says") {
  Scenario random = improved();
  random.reward_laws = {{"good", RewardLaw::gamma(30.0, 40.0)}};
  const ScenarioOptions options{.customers = 5000, .horizon = 30, .discount = discount, .seed = 3};
  const auto both = compare_scenarios(today(), random, options);
  CHECK(values_of(both.base) == values_of(simulate_scenario(today(), options).value));
  CHECK(values_of(both.changed) == values_of(simulate_scenario(random, options).value));
  const auto base = values_of(both.base);
  const auto changed = values_of(both.changed);
  const auto difference = values_of(both.difference);
  for (std::size_t i = 0; i < base.size(); ++i) REQUIRE(difference[i] == changed[i] - base[i]);
}

TEST_CASE("several changes at once are each compared as alone") {
  Scenario priced = today();
  priced.rewards = money().with_state("good", 33.0);
  const ScenarioOptions options{.customers = 2000, .horizon = 24, .discount = discount, .seed = 8};
  const auto both = compare_scenarios(today(), std::vector<Scenario>{improved(), priced}, options);
  REQUIRE(both.size() == 2);
  CHECK(values_of(both[0].difference) == values_of(compare_scenarios(today(), improved(), options).difference));
  CHECK(values_of(both[1].difference) == values_of(compare_scenarios(today(), priced, options).difference));
}

// Bits promised to be the same on every machine.
TEST_CASE("customers of a scenario have the values they always had") {
  Scenario random = today();
  random.reward_laws = {{"good", RewardLaw::lognormal(30.0, 20.0)}, {"fair", RewardLaw::gamma(15.0, 20.0)}};
  ScenarioOptions options{.customers = 4, .horizon = 6, .discount = discount, .seed = 42};
  CHECK(values_of(simulate_scenario(random, options).value) ==
        std::vector<double>{0x1.d49834baf05d8p+6, 0x1.348b21121c4cap+7, 0x1.310419e47f9cap+6, 0x1.66f024413146p+7});
  options.antithetic = true;
  CHECK(values_of(simulate_scenario(random, options).value) ==
        std::vector<double>{0x1.d49834baf05d8p+6, 0x1.acbfacdb6a3f1p+7, 0x1.310419e47f9cap+6, 0x1.d3c03f2292114p+7});
}

TEST_CASE("nobody is worse off for a better row of a chain that keeps the order of its states") {
  // Rows rise with the state from bad to good, and so do the rewards: who is ahead stays ahead.
  const Rewards rising(four, {{"good", 30.0}, {"fair", 15.0}, {"poor", 5.0}});
  const auto both =
      compare_scenarios({.chain = plain(), .rewards = rising}, {.chain = better(), .rewards = rising},
                        {.customers = 20'000, .horizon = 60, .start = numbers({.2, .3, .5, 0}), .seed = 9});
  CHECK(both.share_worse == 0.0);
  CHECK(both.share_better > .02);
}

TEST_CASE("results do not depend on the number of threads nor on how customers are parted") {
  Scenario random = improved();
  random.reward_laws = {{"good", RewardLaw::lognormal(30.0, 10.0)}};
  random.cost = 3.0;
  ScenarioOptions options{.customers = 10'000, .horizon = 24, .discount = discount, .seed = 5, .threads = 1};
  const auto one = simulate_scenario(random, options);
  options.threads = 3;
  const auto three = simulate_scenario(random, options);
  CHECK(values_of(one.value) == values_of(three.value));
  CHECK(one.occupancy == three.occupancy);
  CHECK(one.revenue == three.revenue);
  CHECK(one.costs == three.costs);

  std::vector<double> parts;
  CountMatrix occupancy = CountMatrix::Zero(24, 4);
  for (const auto& [first, n] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{0, 100}, {100, 5900}, {6000, 4000}}) {
    options.first_customer = first;
    options.customers = n;
    const auto part = simulate_scenario(random, options);
    const auto values = values_of(part.value);
    parts.insert(parts.end(), values.begin(), values.end());
    occupancy += part.occupancy;
  }
  CHECK(parts == values_of(one.value));
  CHECK(occupancy == one.occupancy);
}

TEST_CASE("the first of an antithetic pair is the customer that he is without") {
  ScenarioOptions options{.customers = 100, .horizon = 12, .discount = discount, .seed = 4};
  const auto single = values_of(simulate_scenario(today(), options).value);
  options.antithetic = true;
  const auto pairs = values_of(simulate_scenario(today(), options).value);
  for (std::size_t i = 0; i < 100; i += 2) CHECK(pairs[i] == single[i]);
  CHECK(pairs != single);
}

TEST_CASE("entrants per period are the same customers as those with their periods of entry") {
  const ScenarioOptions counted{.horizon = 6, .entrants = {2, 0, 3}, .seed = 2};
  const ScenarioOptions listed{.horizon = 6, .entries = {0, 0, 2, 2, 2}, .seed = 2};
  CHECK(values_of(simulate_scenario(today(), counted).value) == values_of(simulate_scenario(today(), listed).value));
}

TEST_CASE("random rewards keep the mean of the value and add their variance") {
  // Two periods in one state for certain, then none: value = X0 + γ X1.
  const StateSpace line{"first", "second", "end"};
  const Chain chain(line, matrix({{0, 1, 0}, {0, 0, 1}, {0, 0, 1}}));
  const RewardLaw gamma = RewardLaw::gamma(10.0, 4.0);
  const RewardLaw lognormal = RewardLaw::lognormal(20.0, 9.0);
  const Scenario random{
      .chain = chain, .rewards = Rewards(line), .reward_laws = {{"first", gamma}, {"second", lognormal}}};
  const auto found = simulate_scenario(random, {.customers = 60'000, .discount = discount, .seed = 3});
  CHECK(*found.mean.exact == Catch::Approx(10.0 + factor * 20.0));
  CHECK(deviation(found.mean, 10.0 + factor * 20.0) < 4.5);
  const double variance = 16.0 + factor * factor * 81.0;
  CHECK(found.value.standard_deviation() * found.value.standard_deviation() == Catch::Approx(variance).epsilon(.05));

  // Fixed laws are plain rewards.
  const Scenario fixed{.chain = chain,
                       .rewards = Rewards(line),
                       .reward_laws = {{"first", RewardLaw::fixed(10.0)}, {"second", RewardLaw::fixed(20.0)}}};
  CHECK(simulate_scenario(fixed, {.customers = 10, .discount = discount}).value.standard_deviation() == 0.0);
}

TEST_CASE("a customer draws the same random reward in both scenarios where he stands in the same state") {
  Scenario random = today();
  random.reward_laws = {{"good", RewardLaw::lognormal(30.0, 20.0)}};
  Scenario dearer = random;
  dearer.reward_laws = {{"good", RewardLaw::lognormal(33.0, 22.0)}};
  const auto both = compare_scenarios(random, dearer, {.customers = 5000, .horizon = 12, .seed = 1});
  // The same law a tenth dearer: a tenth more from each visit.
  CHECK(both.share_worse == 0.0);
  CHECK(*both.correlation > .99);
}

TEST_CASE("costs are taken off values and counted per period") {
  Scenario costly = today();
  costly.cost = 12.0;
  costly.cost_per_period = 1.5;
  const ScenarioOptions options{.customers = 4000, .horizon = 8, .discount = discount, .seed = 1};
  const auto without = simulate_scenario(today(), options);
  const auto with = simulate_scenario(costly, options);
  CHECK(with.occupancy == without.occupancy);
  CHECK(with.revenue == without.revenue);
  CHECK(without.costs.sum() == 0.0);
  double paid = 12.0 * 4000.0;
  CHECK(with.costs[0] == Catch::Approx(12.0 * 4000.0 + 1.5 * 4000.0));
  double discounted = 1.0;
  for (Index t = 0; t < 8; ++t) {
    if (t > 0) CHECK(with.costs[t] == Catch::Approx(1.5 * static_cast<double>(with.survivors[t])));
    paid += discounted * 1.5 * static_cast<double>(with.survivors[t]);
    discounted *= factor;
  }
  CHECK(without.mean.mean - with.mean.mean == Catch::Approx(paid / 4000.0));
  CHECK(deviation(with.mean, *with.mean.exact) < 4.5);
}

TEST_CASE("revenue per period, discounted, is the value of all customers") {
  Scenario random = today();
  random.rewards = Rewards(four, {{"good", 30.0}, {"fair", 15.0}});
  random.reward_laws = {{"poor", RewardLaw::empirical({-5.0, 1.0, 40.0})}};
  const auto found = simulate_scenario(random, {.customers = 3000, .horizon = 9, .discount = discount, .seed = 1});
  double total = 0.0;
  for (Index t = 0; t < 9; ++t) total += std::pow(factor, static_cast<double>(t)) * found.revenue[t];
  CHECK(found.mean.mean == Catch::Approx(total / 3000.0));
  CHECK(found.occupancy.row(0).sum() == 3000);
}

TEST_CASE("scenarios report progress from the calling thread and stop on request") {
  std::atomic<bool> cancel{true};
  ScenarioOptions options{.customers = 50'000, .horizon = 200, .cancel = &cancel};
  CHECK_THROWS_AS(simulate_scenario(today(), options), Cancelled);
  cancel = false;
  const auto caller = std::this_thread::get_id();
  options.progress = [&](std::int64_t) {
    CHECK(std::this_thread::get_id() == caller);
    cancel = true;
  };
  options.customers = 2'000'000;
  options.threads = 2;
  CHECK_THROWS_AS(simulate_scenario(today(), options), Cancelled);
  cancel = false;
  options.progress = [](std::int64_t) { throw std::runtime_error("enough"); };
  CHECK(refusal<std::runtime_error>([&] { simulate_scenario(today(), options); }) == "enough");
}

TEST_CASE("a scenario says what was simulated") {
  const auto found = simulate_scenario(today(), {.customers = 10, .horizon = 12, .discount = discount, .seed = 7});
  CHECK(found.definition ==
        "10 customers simulated, starting in 'good', over 12 periods (one period = month); value (reward less costs), "
        "discount: factor 0.98 per month (27.4345 % per year, 2.04082 % per month); seed 7, sampler: inverse");
}

TEST_CASE("scenarios that do not fit together are refused by name, state and period") {
  const auto refuse = [](const auto& call, std::initializer_list<std::string_view> words) {
    check_refused<std::invalid_argument>(call, words);
  };
  const Chain other(StateSpace{"a", "b", "c", "d"}, plain().transition_matrix(), Period::months(1));
  const Chain weekly(four, plain().transition_matrix(), Period::weeks(1));
  const ScenarioOptions year{.customers = 10, .horizon = 12};
  const auto with = [](auto change) {
    Scenario scenario = today();
    change(scenario);
    return scenario;
  };
  const auto run = [&](const Scenario& scenario) { (void)simulate_scenario(scenario, year); };

  refuse([&] { (void)compare_scenarios(today(), {.chain = other, .rewards = Rewards(other.states())}, year); },
         {"changed.chain", "'a', 'b'", "'good'"});
  refuse([&] { (void)compare_scenarios(today(), {.chain = weekly, .rewards = money()}, year); },
         {"changed.chain", "week", "month"});
  refuse([&] { (void)compare_scenarios(today(), std::vector<Scenario>{}, year); }, {"changed", "at least one"});
  refuse([&] { run({.chain = plain(), .rewards = Rewards(other.states())}); }, {"rewards", "'a'"});
  refuse([&] { run(with([&](Scenario& s) { s.schedule.chains = {plain(), other}; })); }, {"schedule.chains[1]", "'a'"});
  refuse([&] { run(with([&](Scenario& s) { s.schedule.chains = {weekly}; })); }, {"schedule.chains[0]", "week"});
  refuse([&] { run(with([&](Scenario& s) { s.interventions = {{.first = 3, .chain = other}}; })); },
         {"interventions[0].chain", "'a'"});
  refuse([&] { run(with([&](Scenario& s) { s.interventions = {{.first = -1, .chain = better()}}; })); },
         {"interventions[0].first", "-1"});
  refuse([&] { run(with([&](Scenario& s) { s.interventions = {{.first = 4, .last = 3, .chain = better()}}; })); },
         {"interventions[0].last", "4", "3"});
  refuse([&] { run(with([&](Scenario& s) { s.interventions = {{.first = 12, .chain = better()}}; })); },
         {"interventions[0].first", "period 12", "11"});
  refuse([&] { run(with([&](Scenario& s) { s.interventions = {{.first = 3}}; })); },
         {"interventions[0].chain", "give"});
  refuse(
      [&] {
        run(with(
            [&](Scenario& s) { s.interventions = {{.first = 3, .reward_laws = {{"good", RewardLaw::fixed(1.0)}}}}; }));
      },
      {"interventions[0].reward_laws", "rewards"});
  refuse([&] { run(with([&](Scenario& s) { s.cost = infinity; })); }, {"cost", "inf"});
  refuse([&] { run(with([&](Scenario& s) { s.cost_per_period = not_a_number; })); }, {"cost_per_period", "nan"});
  check_refused<std::out_of_range>(
      [&] { run(with([&](Scenario& s) { s.reward_laws = {{"great", RewardLaw::fixed(1.0)}}; })); },
      {"reward_laws", "'great'", "'good'"});
}

TEST_CASE("options of scenarios that do not fit are refused") {
  const auto refuse = [](const ScenarioOptions& options, std::initializer_list<std::string_view> words) {
    check_refused<std::invalid_argument>([&] { (void)simulate_scenario(today(), options); }, words);
  };
  refuse({.customers = 0, .horizon = 5}, {"customers", "found 0"});
  refuse({.horizon = 0}, {"horizon", "found 0"});
  refuse({.horizon = 5, .first_customer = -1}, {"first_customer", "-1"});
  refuse({.horizon = 5, .start = numbers({.5, .5})}, {"start"});
  refuse({.horizon = 5, .start = numbers({1, 0, 0, 0}), .start_states = {1}}, {"start_states", "start"});
  refuse({.customers = 3, .horizon = 5, .start_states = {1, 2}}, {"start_states", "2 customers", "expected 3"});
  refuse({.horizon = 5, .entries = {0, 5}}, {"entries", "customer 1", "period 5", "0 to 4"});
  refuse({.horizon = 5, .entries = {0, -1}}, {"entries", "customer 1", "-1"});
  refuse({.horizon = 5, .entries = {0}, .entrants = {1}}, {"entrants", "entries"});
  refuse({.horizon = 2, .entrants = {1, 1, 1}}, {"entrants", "3 periods", "horizon of 2"});
  refuse({.horizon = 2, .entrants = {1, -1}}, {"entrants", "period 1", "-1"});
  refuse({.horizon = 2, .entrants = {0, 0}}, {"entrants", "nobody"});
  refuse({.customers = 3, .horizon = 5, .antithetic = true}, {"antithetic", "even", "3"});
  refuse({.customers = 4, .horizon = 5, .first_customer = 1, .antithetic = true}, {"antithetic", "even", "1"});
  refuse({.horizon = 5, .control = true}, {"control", "mean.exact"});
  refuse({.horizon = 5, .stop_at = {.standard_error = 0.0}}, {"stop_at", "standard_error", "found 0"});
  refuse({.horizon = 5, .stop_at = {.quantile_width = QuantileWidth{.p = 1.0, .width = 1.0}}}, {"stop_at", "found 1"});
  refuse({.horizon = 5, .stop_at = {.quantile_width = QuantileWidth{.p = .5, .width = 0.0}}}, {"stop_at", "width"});
  refuse({.horizon = 5, .stop_at = {.quantile_width = QuantileWidth{.p = .5, .width = 1.0, .level = 1.0}}}, {"level"});
  refuse({.horizon = 5, .antithetic = true, .stop_at = {.quantile_width = QuantileWidth{.p = .5, .width = 1.0}}},
         {"stop_at", "antithetic"});
  refuse({.horizon = 5, .start_states = {0, 1}, .stop_at = {.standard_error = 1.0}}, {"stop_at", "start_states"});
  refuse({.customers = 100, .horizon = 5, .stop_at = {.standard_error = 1.0}, .most_customers = 50},
         {"most_customers", "found 50"});
  refuse({.horizon = 5, .threads = -1}, {"threads", "-1"});
  check_refused<std::out_of_range>([&] { (void)simulate_scenario(today(), {.horizon = 5, .start_states = {0, 4}}); },
                                   {"start_states", "customer 1", "state 4"});
}
