#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>

#include "simulation/simulate_cases.hpp"
#include "sojourn/data/counts.hpp"
#include "sojourn/model/io.hpp"
#include "sojourn/simulation/simulate.hpp"
#include "sojourn/value/lifetime_value.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;
using namespace sojourn::test::simulate_cases;

TEST_CASE("occupancy and survivors agree with the journeys") {
  const auto sim = simulate(small(), money(), {.customers = 3000, .horizon = 8, .seed = 4, .outputs = everything});
  CountMatrix seen = CountMatrix::Zero(8, 3);
  for (Index j = 0; j < sim.journeys().n_journeys(); ++j) {
    const auto states = sim.journeys()[j].states;
    for (std::size_t t = 0; t < 8; ++t) ++seen(static_cast<Index>(t), states[std::min(t, states.size() - 1)]);
  }
  CHECK(sim.occupancy() == seen);
  REQUIRE(sim.survivors().size() == 8);
  for (Index t = 0; t < 8; ++t) CHECK(sim.survivors()[t] == 3000 - seen(t, 2));
}

TEST_CASE("every customer is somewhere in every period, in absorbing states that bring money too") {
  const Rewards rewards(three, {{"churn", 1.0}});
  const auto sim = simulate(small(), rewards, {.customers = 1000, .horizon = 20, .outputs = everything});
  for (Index t = 0; t < 20; ++t) CHECK(sim.occupancy().row(t).sum() == 1000);
  const double last = static_cast<double>(sim.occupancy().col(2).sum());
  CHECK(sim.value().mean() * 1000.0 == Catch::Approx(last));
}

TEST_CASE("simulated journeys hold the money of each period") {
  const auto sim = simulate(small(), money(), {.customers = 200, .seed = 6, .outputs = {.journeys = true}});
  double journeys_total = 0.0;
  for (const double x : sim.journeys().columns().values) journeys_total += x;
  CHECK(journeys_total == Catch::Approx(200.0 * sim.value().mean()));
}

TEST_CASE("journeys are written into the columns that the caller has made room for") {
  const auto sim = simulate(
      small(), money(), {.customers = 9'000, .horizon = 30, .seed = 5, .first_customer = 11, .outputs = everything});
  const JourneyColumns& made = sim.journeys().columns();
  const auto n = static_cast<std::size_t>(sim.n_journey_entries());
  REQUIRE(n == made.states.size());
  JourneyColumns own;
  own.customers.resize(9'000);
  own.offsets.resize(9'001);
  own.states.resize(n);
  own.times.resize(n);
  own.values.resize(n);
  own.is_continuation = made.is_continuation;
  sim.write_journeys({.customers = own.customers,
                      .offsets = own.offsets,
                      .states = own.states,
                      .times = own.times,
                      .values = own.values});
  CHECK(own == made);
  std::vector<double> values(n);
  sim.write_journeys({.values = values});
  CHECK(values == made.values);
  values.pop_back();
  check_refused<std::invalid_argument>([&] { sim.write_journeys({.values = values}); },
                                       {"values", "room for", "not wanted"});
  const auto without = simulate(small(), money(), {.customers = 10, .horizon = 3});
  check_refused<std::domain_error>([&] { (void)without.n_journey_entries(); }, {"journeys", "not asked for"});
}

TEST_CASE("the journeys of few customers, or of one who outlives all others, are those they have among many") {
  // Out of 'active' after a thousand periods on average; no horizon.
  const Chain chain(three, matrix({{.1, .5, .4}, {0, .999, .001}, {0, 0, 1}}), Period::months(1));
  const auto journeys_of = [&](std::int64_t first, std::int64_t n) {
    return simulate(chain, money(),
                    {.customers = n, .seed = 8, .first_customer = first, .outputs = {.journeys = true}});
  };
  const auto many = journeys_of(0, 300);
  for (const std::int64_t first : {0, 7, 123}) {
    const auto few = journeys_of(first, 3);
    for (Index j = 0; j < 3; ++j) {
      const JourneyView alone = few.journeys()[j];
      const JourneyView among = many.journeys()[first + j];
      CHECK(alone.customer == among.customer);
      CHECK(std::equal(alone.states.begin(), alone.states.end(), among.states.begin(), among.states.end()));
      CHECK(std::equal(alone.values.begin(), alone.values.end(), among.values.begin(), among.values.end()));
    }
  }
  const auto parts = journeys_of(0, 2) + journeys_of(2, 298);
  CHECK(parts.journeys().columns() == many.journeys().columns());
}

TEST_CASE("what is counted together is what is counted alone") {
  // The exit goes on bringing money, so that customers are walked through it to the horizon.
  const Rewards paid = money().with_state("churn", 1.0);
  for (const Rewards& rewards : {money(), paid}) {
    for (const Index horizon : {1, 4, 30, 700}) {
      SimulateOptions options{.customers = 5000, .horizon = horizon, .seed = 3};
      options.outputs = {.occupancy = true, .revenue = true, .moves = true, .end_times = true};
      const auto together = simulate(small(), rewards, options);
      options.outputs = {.occupancy = true, .moves = true};
      const auto both = simulate(small(), rewards, options);
      options.outputs = {.occupancy = true};
      CHECK(simulate(small(), rewards, options).occupancy() == together.occupancy());
      CHECK(both.occupancy() == together.occupancy());
      options.outputs = {.moves = true};
      CHECK(simulate(small(), rewards, options).moves() == together.moves());
      CHECK(both.moves() == together.moves());
      options.outputs = {.journeys = true};
      const auto walked = simulate(small(), rewards, options);
      CHECK(count(walked.journeys()).moves() == together.moves());
      for (Index j = 0; j < 5000; j += 7) {
        const JourneyView journey = walked.journeys()[j];
        const auto n = static_cast<std::int64_t>(journey.states.size()) - 1;
        CHECK(together.end_times()[static_cast<std::size_t>(j)] == (journey.is_ended ? n : -1));
      }
    }
  }
}

TEST_CASE("an output that was not asked for is refused by name") {
  const auto sim =
      simulate(small(), money(), {.customers = 5, .horizon = 2, .outputs = {.value = false, .occupancy = true}});
  check_refused<std::domain_error>([&] { (void)sim.value(); }, {"value", "not asked for"});
  check_refused<std::domain_error>([&] { (void)sim.journeys(); }, {"journeys", "not asked for"});
  const auto plain = simulate(small(), money(), {.customers = 5, .horizon = 2});
  check_refused<std::domain_error>([&] { (void)plain.occupancy(); }, {"occupancy", "not asked for"});
  check_refused<std::domain_error>([&] { (void)plain.survivors(); }, {"occupancy", "not asked for"});
}

TEST_CASE("a simulation without discount says that it is undiscounted") {
  const std::string words = simulate(small(), money(), {.customers = 1000, .horizon = 12, .seed = 7}).definition();
  for (const char* word : {"1,000 customers", "'trial'", "12 periods", "month", "undiscounted", "seed 7"}) {
    CHECK_THAT(words, Catch::Matchers::ContainsSubstring(word));
  }
}

TEST_CASE("a simulation of a chain on the clock of the event says events") {
  const Chain events(three, small().transition_matrix());
  const std::string words = simulate(events, money(), {.customers = 10, .horizon = 12}).definition();
  CHECK_THAT(words, Catch::Matchers::ContainsSubstring("12 events"));
}

TEST_CASE("a simulation knows the exact mean of what it simulated") {
  for (const std::optional<Index> horizon : {std::optional<Index>{}, {12}}) {
    const Simulation sim = simulate(
        small(), money(), {.customers = 100'000, .horizon = horizon, .discount = Discount::factor(0.95), .seed = 6});
    const double exact =
        lifetime_value(small(), money(), {.discount = Discount::factor(0.95), .horizon = horizon}).mean()[0];
    REQUIRE(sim.exact_mean() == exact);
    CHECK(std::abs(sim.value().mean() - exact) < 5.0 * sim.value().standard_error());
    std::ostringstream out;
    out << sim;
    CHECK_THAT(out.str(), Catch::Matchers::ContainsSubstring("exact mean"));
  }
}
