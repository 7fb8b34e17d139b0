#include "sojourn/simulation/scenarios.hpp"

#include <atomic>
#include <cmath>
#include <thread>

#include "chain/chain_cases.hpp"
#include "sojourn/value/lifetime_value.hpp"
#include "sojourn/value/sensitivity.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

const StateSpace four{"good", "fair", "poor", "churn"};

Chain plain() {
  return {four, matrix({{.8, .15, .03, .02}, {.2, .6, .15, .05}, {.05, .25, .55, .15}, {0, 0, 0, 1}}),
          Period::months(1)};
}
/// One percentage point less churn of the poor.
Chain better() {
  return plain().with_row("poor", numbers({.05, .26, .55, .14}));
}
/// Fewer customers are good, and no churn is other than in `plain`.
Chain winter() {
  return {four, matrix({{.5, .35, .13, .02}, {.1, .6, .25, .05}, {.02, .1, .7, .18}, {0, 0, 0, 1}}), Period::months(1)};
}
Rewards money() {
  return Rewards(four, {{"good", 30.0}, {"fair", 15.0}, {"poor", 5.0}}).with_move("poor", "churn", -8.0);
}
Scenario today() {
  return {.chain = plain(), .rewards = money()};
}
Scenario improved() {
  return {.chain = better(), .rewards = money()};
}

const Discount discount = Discount::factor(.98);
constexpr double factor = .98;

std::vector<double> values_of(const SimulatedValue& value) {
  return {value.values().begin(), value.values().end()};
}

/// The mean value of a customer who enters in a state, by the plainest recursion: the chain and rewards of each period.
struct Season {
  Matrix P;
  Vector reward;  // mean, costs taken off, those of moves included at their discount
};
Season season(const Chain& chain, const Rewards& rewards) {
  Season s{.P = chain.transition_matrix(), .reward = rewards.per_state()};
  for (Index i = 0; i < s.P.rows(); ++i) {
    for (Index j = 0; j < s.P.cols(); ++j) s.reward[i] += factor * s.P(i, j) * rewards.move_reward(i, j);
  }
  return s;
}
Vector value_of(const std::vector<Season>& seasons) {
  Vector value = Vector::Zero(seasons.front().P.rows());
  for (std::size_t t = seasons.size(); t-- > 0;) value = seasons[t].reward + factor * (seasons[t].P * value);
  return value;
}

/// How far a simulated mean is from an exact one, in standard errors.
double deviation(const SimulatedMean& mean, double exact) {
  return std::abs(mean.mean - exact) / mean.standard_error;
}

}  // namespace

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

// 60 seeds. By chance the largest deviation is above 4.7 once in 6,000 runs, and the sum of squares outside of its bounds
// once in 1e5 to either side.
TEST_CASE("differences deviate from the exact one as their standard error says") {
  double largest = 0.0;
  double squares = 0.0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const auto both =
        compare_scenarios(today(), improved(), {.customers = 4000, .horizon = 36, .discount = discount, .seed = seed});
    const double z = *both.mean_difference.z;
    CHECK(z == Catch::Approx((both.mean_difference.mean - *both.mean_difference.exact) /
                             both.mean_difference.standard_error));
    largest = std::max(largest, std::abs(z));
    squares += z * z;
  }
  CHECK(largest < 4.7);
  CHECK(squares > 22.0);
  CHECK(squares < 121.0);
}

TEST_CASE("common random numbers tell a change of a point from nothing far sooner than independent ones") {
  const ScenarioOptions options{.customers = 20'000, .horizon = 60, .discount = discount, .seed = 2};
  const auto both = compare_scenarios(today(), improved(), options);
  ScenarioOptions other = options;
  other.seed = 3;
  const auto apart = simulate_scenario(improved(), other);
  const double independent = std::hypot(both.base.standard_error(), apart.value.standard_error());
  CHECK(both.mean_difference.standard_error * 3.0 < independent);
  CHECK(both.independent_standard_error == Catch::Approx(independent).epsilon(.05));
  CHECK(std::sqrt(*both.gain) == Catch::Approx(both.independent_standard_error / both.mean_difference.standard_error));
  CHECK(*both.correlation > .9);
  // Nobody loses where only a move for the better was added between neighbouring states.
  CHECK(both.share_worse < .01);
  CHECK(both.share_better > .02);
}

TEST_CASE("antithetic pairs keep the mean and lower its error where value rises with the numbers drawn") {
  ScenarioOptions options{.customers = 4000, .horizon = 3, .start = numbers({.4, .3, .2, .1}), .discount = discount};
  Scenario random = today();
  random.reward_laws = {{"good", RewardLaw::lognormal(30.0, 20.0)}, {"fair", RewardLaw::gamma(15.0, 9.0)}};
  double squares = 0.0;
  double largest = 0.0;
  double plain_error = 0.0;
  double antithetic_error = 0.0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    options.seed = seed;
    options.antithetic = false;
    plain_error += simulate_scenario(random, options).mean.standard_error;
    options.antithetic = true;
    const auto pairs = simulate_scenario(random, options);
    antithetic_error += pairs.mean.standard_error;
    squares += *pairs.mean.z * *pairs.mean.z;
    largest = std::max(largest, std::abs(*pairs.mean.z));
  }
  CHECK(antithetic_error < .7 * plain_error);
  CHECK(largest < 4.7);   // by chance once in 10,000
  CHECK(squares > 11.0);  // by chance once in 1e5 either
  CHECK(squares < 92.0);
}

TEST_CASE("the first of an antithetic pair is the customer that he is without") {
  ScenarioOptions options{.customers = 100, .horizon = 12, .discount = discount, .seed = 4};
  const auto single = values_of(simulate_scenario(today(), options).value);
  options.antithetic = true;
  const auto pairs = values_of(simulate_scenario(today(), options).value);
  for (std::size_t i = 0; i < 100; i += 2) CHECK(pairs[i] == single[i]);
  CHECK(pairs != single);
}

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

TEST_CASE("entrants per period are the same customers as those with their periods of entry") {
  const ScenarioOptions counted{.horizon = 6, .entrants = {2, 0, 3}, .seed = 2};
  const ScenarioOptions listed{.horizon = 6, .entries = {0, 0, 2, 2, 2}, .seed = 2};
  CHECK(values_of(simulate_scenario(today(), counted).value) == values_of(simulate_scenario(today(), listed).value));
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

TEST_CASE("a control variate of known mean lowers the error and leaves the mean") {
  Scenario changed = today();
  changed.interventions = {{.first = 6, .rewards = money().with_state("good", 36.0)}};
  changed.reward_laws = {};
  double largest = 0.0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const auto both = compare_scenarios(
        today(), changed, {.customers = 3000, .horizon = 36, .discount = discount, .seed = seed, .control = true});
    REQUIRE(both.controlled_difference.has_value());
    CHECK(both.controlled_difference->standard_error < .6 * both.mean_difference.standard_error);
    largest = std::max(largest, std::abs(*both.controlled_difference->z));
  }
  CHECK(largest < 4.7);

  Scenario random = today();
  random.reward_laws = {{"good", RewardLaw::gamma(30.0, 30.0)}};
  const auto found =
      simulate_scenario(random, {.customers = 5000, .horizon = 36, .discount = discount, .seed = 1, .control = true});
  CHECK(found.controlled_mean->standard_error < .6 * found.mean.standard_error);
  CHECK(std::abs(*found.controlled_mean->z) < 4.5);
}

TEST_CASE("a simulation stops at the standard error asked for") {
  const ScenarioOptions options{
      .customers = 1000, .horizon = 36, .discount = discount, .seed = 1, .stop_at = {.standard_error = 1.0}};
  const auto found = simulate_scenario(today(), options);
  CHECK(found.is_reached);
  CHECK(found.mean.standard_error <= 1.0);
  CHECK(found.mean.standard_error > .85);
  CHECK(static_cast<std::int64_t>(found.value.values().size()) == found.customers);
  // The same customers as without stopping.
  const auto ahead =
      simulate_scenario(today(), {.customers = found.customers, .horizon = 36, .discount = discount, .seed = 1});
  CHECK(values_of(found.value) == values_of(ahead.value));
  CHECK(found.occupancy == ahead.occupancy);

  ScenarioOptions differences = options;
  differences.stop_at.standard_error = .2;
  const auto both = compare_scenarios(today(), improved(), differences);
  CHECK(both.is_reached);
  CHECK(both.mean_difference.standard_error <= .2);
}

TEST_CASE("a simulation that may not go on says that it did not get there") {
  const auto found = simulate_scenario(
      today(), {.customers = 100, .horizon = 36, .stop_at = {.standard_error = 1e-3}, .most_customers = 501});
  CHECK_FALSE(found.is_reached);
  CHECK(found.customers == 501);
}

TEST_CASE("a simulation stops at the width asked for of a quantile's interval") {
  const QuantileWidth wanted{.p = .9, .width = 12.0, .level = .9};
  const auto found = simulate_scenario(
      today(), {.customers = 500, .horizon = 36, .discount = discount, .stop_at = {.quantile_width = wanted}});
  CHECK(found.is_reached);
  REQUIRE(found.quantile_interval.has_value());
  CHECK(found.quantile_interval->upper - found.quantile_interval->lower <= 12.0);
  CHECK(found.quantile_interval->lower <= found.value.quantile(.9));
  CHECK(found.quantile_interval->upper >= found.value.quantile(.9));
}

// Of 400 intervals at level 0.9 at least 0.9 hold the quantile: 334 or fewer are seen once in 20,000.
TEST_CASE("a quantile's interval holds it as often as it says, whatever the law") {
  const StateSpace line{"only", "end"};
  const Chain chain(line, matrix({{0, 1}, {0, 1}}));
  const Scenario random{
      .chain = chain, .rewards = Rewards(line), .reward_laws = {{"only", RewardLaw::lognormal(10.0, 10.0)}}};
  const double spread = std::sqrt(std::log(2.0));
  const double exact = std::exp(std::log(10.0) - .5 * spread * spread - .5244005127080407 * spread);  // p = 0.3
  int holds = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const auto found =
        simulate_scenario(random, {.customers = 200,
                                   .seed = seed,
                                   .stop_at = {.quantile_width = QuantileWidth{.p = .3, .width = 1e9, .level = .9}}});
    CHECK(found.customers == 200);
    holds += found.quantile_interval->lower <= exact && exact <= found.quantile_interval->upper;
  }
  CHECK(holds > 334);
  CHECK(holds < 392);
}

TEST_CASE("too few customers have no interval for a rare quantile, and more are simulated") {
  const auto found =
      simulate_scenario(today(), {.customers = 10,
                                  .horizon = 36,
                                  .stop_at = {.quantile_width = QuantileWidth{.p = .99, .width = 1e9, .level = .95}}});
  CHECK(found.is_reached);
  CHECK(found.customers > 300);  // .99^n < .025
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
