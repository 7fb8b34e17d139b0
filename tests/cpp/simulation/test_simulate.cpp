#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <thread>

#include "simulation/simulate_cases.hpp"
#include "sojourn/data/counts.hpp"
#include "sojourn/model/io.hpp"
#include "sojourn/simulation/simulate.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;
using namespace sojourn::test::simulate_cases;

namespace {

std::vector<double> values_of(const Simulation& simulation) {
  const auto values = simulation.value().values();
  return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("a simulation gives one value per customer, its mean, spread and standard error") {
  const auto sim = simulate(small(), money(), {.customers = 1000, .horizon = 12, .seed = 7});
  const auto values = sim.value().values();
  REQUIRE(values.size() == 1000);
  double sum = 0.0;
  for (const double x : values) sum += x;
  const double mean = sum / 1000.0;
  double squares = 0.0;
  for (const double x : values) squares += (x - mean) * (x - mean);
  CHECK(sim.value().mean() == Catch::Approx(mean).epsilon(1e-12));
  CHECK(sim.value().standard_deviation() == Catch::Approx(std::sqrt(squares / 999.0)).epsilon(1e-12));
  CHECK(sim.value().standard_error() ==
        Catch::Approx(sim.value().standard_deviation() / std::sqrt(1000.0)).epsilon(1e-15));
}

TEST_CASE("a quantile is the smallest value that at least that share does not exceed") {
  const SimulatedValue value({40, 10, 30, 20});
  CHECK(value.quantile(0.0) == 10);
  CHECK(value.quantile(0.25) == 10);
  CHECK(value.quantile(0.26) == 20);
  CHECK(value.quantile(0.5) == 20);
  CHECK(value.quantile(0.75) == 30);
  CHECK(value.quantile(0.751) == 40);
  CHECK(value.quantile(1.0) == 40);
  CHECK(std::vector<double>(value.values().begin(), value.values().end()) == std::vector<double>{40, 10, 30, 20});
}

TEST_CASE("several quantiles at once are the same as one by one, in any order") {
  const auto sim = simulate(small(), money(), {.customers = 5000, .horizon = 24, .seed = 3});
  const std::vector<double> shares{.9, .1, .5, .5, 0.0, 1.0, .999};
  const auto together = sim.value().quantiles(shares);
  for (std::size_t k = 0; k < shares.size(); ++k) CHECK(together[k] == sim.value().quantile(shares[k]));
  std::vector<double> sorted = values_of(sim);
  std::sort(sorted.begin(), sorted.end());
  CHECK(together[0] == sorted[4499]);
  CHECK(together[1] == sorted[499]);
}

TEST_CASE("a share of customers lies between 0 and 1") {
  const SimulatedValue value({1, 2});
  for (const double p : {-.1, 1.1, 50.0, not_a_number}) {
    check_refused<std::invalid_argument>([&] { (void)value.quantile(p); }, {"quantile", "from 0 to 1"});
  }
}

TEST_CASE("one simulated customer has a value and no spread") {
  const auto sim = simulate(small(), money(), {.customers = 1, .horizon = 3});
  CHECK(sim.value().values().size() == 1);
  CHECK(sim.value().standard_deviation() == 0.0);
  CHECK(sim.value().standard_error() == 0.0);
}

TEST_CASE("the same seed gives the same customers and another seed gives others") {
  const SimulateOptions seven{.customers = 500, .horizon = 24, .seed = 7};
  SimulateOptions eight = seven;
  eight.seed = 8;
  SimulateOptions far = seven;
  far.seed = 7 + (std::uint64_t{1} << 32);
  CHECK(values_of(simulate(small(), money(), seven)) == values_of(simulate(small(), money(), seven)));
  CHECK(values_of(simulate(small(), money(), seven)) != values_of(simulate(small(), money(), eight)));
  CHECK(values_of(simulate(small(), money(), seven)) != values_of(simulate(small(), money(), far)));
}

TEST_CASE("any 64-bit number is a seed") {
  for (const std::uint64_t seed : {std::uint64_t{0}, std::numeric_limits<std::uint64_t>::max()}) {
    CHECK_NOTHROW(simulate(small(), money(), {.customers = 10, .horizon = 5, .seed = seed}));
  }
}

TEST_CASE("a simulation begins in the first state unless told otherwise") {
  const auto from_first = simulate(small(), money(), {.customers = 50, .horizon = 2, .outputs = everything});
  const auto from_active = simulate(
      small(), money(), {.customers = 50, .horizon = 2, .start = start_in(three, "active"), .outputs = everything});
  CHECK(from_first.occupancy()(0, 0) == 50);
  CHECK(from_active.occupancy()(0, 1) == 50);
}

TEST_CASE("first states follow the law that is given") {
  const Vector start = numbers({.2, .7, .1});
  const Index n = 100'000;
  const auto sim = simulate(
      small(), money(),
      {.customers = n, .horizon = 1, .start = start, .seed = 5, .outputs = {.value = false, .occupancy = true}});
  for (Index i = 0; i < 3; ++i) {
    const double expected = start[i] * static_cast<double>(n);
    const double error = std::sqrt(expected * (1.0 - start[i]));
    CHECK(std::abs(static_cast<double>(sim.occupancy()(0, i)) - expected) < 4.0 * error);
  }
}

TEST_CASE("a journey of horizon T has at most T + 1 states and ends at the first exit") {
  const auto sim = simulate(small(), money(), {.customers = 2000, .horizon = 6, .seed = 1, .outputs = everything});
  const Journeys& journeys = sim.journeys();
  CHECK(journeys.n_journeys() == 2000);
  CHECK(journeys.period() == Period::months(1));
  std::size_t longest = 0;
  for (Index j = 0; j < journeys.n_journeys(); ++j) {
    const JourneyView journey = journeys[j];
    longest = std::max(longest, journey.states.size());
    CHECK(journey.customer == j);
    for (std::size_t t = 0; t < journey.states.size(); ++t) {
      REQUIRE(journey.times[t] == static_cast<std::int64_t>(t));
      const bool is_exit = journey.states[t] == 2;
      REQUIRE(is_exit == (journey.is_ended && t + 1 == journey.states.size()));
    }
  }
  CHECK(longest == 7);
}

TEST_CASE("the value of a customer is the discounted money along his journey") {
  const Discount discount = Discount::annual_rate(.5);
  const double factor = discount.factor_per_period(Period::months(1));
  const auto sim = simulate(small(), money(),
                            {.customers = 300, .horizon = 9, .discount = discount, .seed = 2, .outputs = everything});
  const Rewards rewards = money();
  for (Index j = 0; j < 300; ++j) {
    const auto states = sim.journeys()[j].states;
    double value = 0.0;
    for (std::size_t t = 0; t < states.size(); ++t) {
      const auto periods = static_cast<double>(t);
      if (t < 9) value += std::pow(factor, periods) * rewards.per_state()[states[t]];
      if (t + 1 < states.size())
        value += std::pow(factor, periods + 1.0) * rewards.per_move()(states[t], states[t + 1]);
    }
    CHECK(sim.value().values()[static_cast<std::size_t>(j)] == Catch::Approx(value).margin(1e-9));
  }
}

TEST_CASE("without a horizon every journey is followed to an exit") {
  const auto sim = simulate(small(), money(), {.customers = 500, .seed = 6, .outputs = {.journeys = true}});
  for (Index j = 0; j < 500; ++j) REQUIRE(sim.journeys()[j].is_ended);
  CHECK_FALSE(sim.horizon().has_value());
}

TEST_CASE("the same bits come out for any number of threads") {
  const Index n = 20'000;
  SimulateOptions options{.customers = n,
                          .horizon = 30,
                          .start = numbers({.5, .4, .1}),
                          .discount = Discount::annual_rate(.1),
                          .seed = 42,
                          .threads = 1,
                          .outputs = everything};
  const auto one = simulate(small(), money(), options);
  for (const int threads : {0, 2, 3, 7}) {
    CAPTURE(threads);
    options.threads = threads;
    const auto many = simulate(small(), money(), options);
    CHECK(values_of(many) == values_of(one));
    CHECK(many.value().mean() == one.value().mean());
    CHECK(many.value().standard_deviation() == one.value().standard_deviation());
    CHECK(many.occupancy() == one.occupancy());
    CHECK(many.journeys().columns() == one.journeys().columns());
  }
}

TEST_CASE("the same customers come out in parts as at once") {
  const SimulateOptions whole{
      .customers = 10'001, .horizon = 30, .discount = Discount::annual_rate(.1), .seed = 42, .outputs = everything};
  const auto all = simulate(small(), money(), whole);
  std::vector<double> values;
  CountMatrix occupancy = CountMatrix::Zero(30, 3);
  std::vector<std::int32_t> states;
  std::vector<std::int64_t> customers;
  for (const auto& [first, n] : {std::pair<Index, Index>{0, 1}, {1, 4095}, {4096, 17}, {4113, 5888}}) {
    SimulateOptions part = whole;
    part.first_customer = first;
    part.customers = n;
    const auto sim = simulate(small(), money(), part);
    const auto some = values_of(sim);
    values.insert(values.end(), some.begin(), some.end());
    occupancy += sim.occupancy();
    const JourneyColumns& columns = sim.journeys().columns();
    states.insert(states.end(), columns.states.begin(), columns.states.end());
    customers.insert(customers.end(), columns.customers.begin(), columns.customers.end());
  }
  CHECK(values == values_of(all));
  CHECK(occupancy == all.occupancy());
  CHECK(states == all.journeys().columns().states);
  CHECK(customers == all.journeys().columns().customers);
}

TEST_CASE("a customer is the same with and without the outputs that are not asked for") {
  const SimulateOptions all{.customers = 5000, .horizon = 30, .seed = 9, .outputs = everything};
  SimulateOptions value_only = all;
  value_only.outputs = {};
  CHECK(values_of(simulate(small(), money(), all)) == values_of(simulate(small(), money(), value_only)));
}

TEST_CASE("a longer horizon continues the same journeys") {
  SimulateOptions options{.customers = 200, .horizon = 10, .seed = 9, .outputs = {.journeys = true}};
  const auto short_run = simulate(small(), money(), options);
  options.horizon = 40;
  const auto long_run = simulate(small(), money(), options);
  for (Index j = 0; j < 200; ++j) {
    const auto a = short_run.journeys()[j].states;
    const auto b = long_run.journeys()[j].states;
    REQUIRE(a.size() <= b.size());
    CHECK(std::equal(a.begin(), a.end(), b.begin()));
  }
}

TEST_CASE("moves that cannot happen do not happen") {
  const auto sim = simulate(six_stages().illustrative_chain(), Rewards(six_stages().states()),
                            {.customers = 20'000, .seed = 11, .outputs = {.journeys = true}});
  const Counts counts = count(sim.journeys());
  const Lifecycle life = six_stages();
  const Matrix P = life.illustrative_chain().transition_matrix();
  for (Index i = 0; i < life.n_states(); ++i) {
    for (Index j = 0; j < life.n_states(); ++j) {
      if (P(i, j) == 0.0) CHECK(counts.moves()(i, j) == 0);
    }
  }
}

TEST_CASE("rows that sum to slightly under one never lead out of the state space") {
  const double under = 1.0 - 1e-12;
  const Chain chain(three, matrix({{.5 * under, .4 * under, .1 * under}, {0, .8, .2 - 5e-10}, {0, 0, under}}));
  const auto sim = simulate(chain, Rewards(three, {{"trial", 1.0}, {"active", 1.0}}),
                            {.customers = 100'000, .seed = 12, .outputs = {.journeys = true}});
  for (const std::int32_t state : sim.journeys().columns().states) REQUIRE((state >= 0 && state < 3));
  for (Index j = 0; j < sim.journeys().n_journeys(); ++j) REQUIRE(sim.journeys()[j].is_ended);
}

TEST_CASE("a move of tiny probability is neither lost nor common") {
  const double p = 1e-6;
  const Chain chain(StateSpace{"a", "rare", "usual"}, matrix({{0, p, 1.0 - p}, {0, 1, 0}, {0, 0, 1}}));
  const auto sim =
      simulate(chain, Rewards(chain.states()),
               {.customers = 4'000'000, .horizon = 2, .seed = 13, .outputs = {.value = false, .occupancy = true}});
  const auto seen = static_cast<double>(sim.occupancy()(1, 1));
  CHECK(std::abs(seen - 4.0) < 4.0 * 2.0);
}

TEST_CASE("progress is told from the calling thread and may stop the run") {
  const auto caller = std::this_thread::get_id();
  std::int64_t last = 0;
  bool same_thread = true;
  SimulateOptions options{.customers = 50'000, .horizon = 30, .seed = 1, .threads = 2};
  options.progress = [&](std::int64_t done) {
    same_thread = same_thread && std::this_thread::get_id() == caller;
    CHECK(done >= last);
    last = done;
  };
  (void)simulate(small(), money(), options);
  CHECK(same_thread);
  CHECK(last == 50'000);

  options.progress = [](std::int64_t) { throw std::runtime_error("enough"); };
  check_refused<std::runtime_error>([&] { (void)simulate(small(), money(), options); }, {"enough"});
}

TEST_CASE("a run told to stop says that it was cancelled") {
  const std::atomic<bool> cancel{true};
  SimulateOptions options{.customers = 50'000'000, .horizon = 1000, .outputs = {.value = false, .occupancy = true}};
  options.cancel = &cancel;
  const Chain slow(StateSpace{"active", "churn"}, matrix({{1.0 - 1e-9, 1e-9}, {0, 1}}));
  check_refused<Cancelled>([&] { (void)simulate(slow, Rewards(slow.states(), {{"active", 1.0}}), options); },
                           {"simulate", "stopped"});
}

TEST_CASE("a cancel flag that nobody raises changes nothing") {
  const std::atomic<bool> cancel{false};
  SimulateOptions options{.customers = 5000, .horizon = 10, .seed = 3};
  const auto plain = values_of(simulate(small(), money(), options));
  options.cancel = &cancel;
  CHECK(values_of(simulate(small(), money(), options)) == plain);
}

TEST_CASE("simulation options out of range are refused by name") {
  const auto run = [](const SimulateOptions& options) {
    return [options] { (void)simulate(small(), money(), options); };
  };
  check_refused<std::invalid_argument>(run({.customers = 0}), {"customers", "at least 1", "found 0"});
  check_refused<std::invalid_argument>(run({.customers = -5}), {"customers", "found -5"});
  check_refused<std::invalid_argument>(run({.horizon = 0}), {"horizon", "found 0"});
  check_refused<std::invalid_argument>(run({.horizon = -1}), {"horizon", "found -1"});
  check_refused<std::invalid_argument>(run({.horizon = std::numeric_limits<Index>::max()}), {"horizon"});
  check_refused<std::invalid_argument>(run({.first_customer = -1}), {"first_customer", "found -1"});
  check_refused<std::invalid_argument>(run({.threads = -1}), {"threads", "found -1"});
  check_refused<std::invalid_argument>(run({.start = numbers({.5, .5})}), {"start", "3 states"});
  check_refused<std::invalid_argument>(run({.start = numbers({.5, .4, 0})}), {"start", "0.9"});
  check_refused<std::invalid_argument>(run({.outputs = {.value = false}}), {"outputs", "at least one"});
  check_refused<std::invalid_argument>(run({.outputs = {.occupancy = true}}), {"occupancy", "horizon"});
}

TEST_CASE("more customers than can be numbered are refused, not begun") {
  const auto most = std::numeric_limits<std::int64_t>::max();
  const auto run = [](const SimulateOptions& options) {
    return [options] { (void)simulate(small(), money(), options); };
  };
  check_refused<std::invalid_argument>(run({.customers = most, .horizon = 1}), {"customers"});
  check_refused<std::invalid_argument>(run({.customers = 10, .horizon = 1, .first_customer = most - 5}),
                                       {"first_customer"});
}

TEST_CASE("a simulation without horizon needs an end for everybody") {
  const Chain circle(StateSpace{"a", "b"}, matrix({{0, 1}, {1, 0}}));
  check_refused<std::domain_error>([&] { (void)simulate(circle, Rewards(circle.states()), {}); },
                                   {"simulate", "'a' and 'b'", "horizon"});
  const Rewards lasting(three, {{"churn", 1.0}});
  check_refused<std::domain_error>([&] { (void)simulate(small(), lasting, {}); },
                                   {"simulate", "'churn'", "bringing money", "horizon"});
  CHECK_NOTHROW(simulate(circle, Rewards(circle.states()), {.customers = 10, .horizon = 5}));
}

TEST_CASE("rewards of other states cannot be simulated") {
  check_refused<std::invalid_argument>([] { (void)simulate(small(), Rewards(StateSpace{"a"}), {}); },
                                       {"rewards", "'a'", "'trial', 'active' and 'churn'"});
}

TEST_CASE("a rate per year cannot be simulated on the clock of the event") {
  const Chain events(three, small().transition_matrix());
  check_refused<std::domain_error>([&] { (void)simulate(events, money(), {.discount = Discount::annual_rate(.1)}); },
                                   {"annual_discount_rate"});
}

TEST_CASE("the law of the first state, and all that follows, is exact to sampling error in every period") {
  const Index n = 200'000;
  const auto sim = simulate(
      small(), money(), {.customers = n, .horizon = 10, .seed = 77, .outputs = {.value = false, .occupancy = true}});
  for (Index t = 0; t < 10; ++t) {
    const Matrix law = small().after(t);
    for (Index i = 0; i < 3; ++i) {
      const double p = law(0, i);
      const double error = std::sqrt(static_cast<double>(n) * p * (1.0 - p));
      CHECK(std::abs(static_cast<double>(sim.occupancy()(t, i)) - static_cast<double>(n) * p) <= 4.5 * error + 1e-6);
    }
  }
}

TEST_CASE("values too large for a number are refused, not returned") {
  const Chain chain(StateSpace{"a", "b"}, matrix({{.5, .5}, {0, 1}}));
  check_refused<std::domain_error>(
      [&] { (void)simulate(chain, Rewards(chain.states(), {{"a", 1e308}}), {.customers = 10}); },
      {"simulate", "too large", "smaller rewards"});
}
