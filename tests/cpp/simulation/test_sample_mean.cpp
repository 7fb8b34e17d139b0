#include <algorithm>
#include <cmath>

#include "chain/chain_cases.hpp"
#include "simulation/scenario_cases.hpp"
#include "sojourn/simulation/scenarios.hpp"
#include "sojourn/value/sensitivity.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;
using namespace sojourn::test::scenario_cases;

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
