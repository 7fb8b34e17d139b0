#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "sojourn/data/counts.hpp"
#include "sojourn/model/io.hpp"
#include "sojourn/simulation/simulate.hpp"
#include "sojourn/value/lifetime_value.hpp"
#include "support/philox.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

const StateSpace three{"trial", "active", "churn"};

Chain small() {
  return {three, matrix({{.5, .4, .1}, {.05, .75, .2}, {0, 0, 1}}), Period::months(1)};
}
Rewards money() {
  return Rewards(three, {{"trial", -5.0}, {"active", 40.0}}).with_move("active", "churn", -10.0);
}

constexpr SimulationOutputs everything{.value = true, .occupancy = true, .journeys = true};

std::vector<double> values_of(const Simulation& simulation) {
  const auto values = simulation.value().values();
  return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("Philox4x32-10 gives the words that its authors publish") {
  using Words = std::array<std::uint32_t, 4>;
  CHECK(detail::philox4x32({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(detail::philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(detail::philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

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

TEST_CASE("without a horizon every journey is followed to an exit") {
  const auto sim = simulate(small(), money(), {.customers = 500, .seed = 6, .outputs = {.journeys = true}});
  for (Index j = 0; j < 500; ++j) REQUIRE(sim.journeys()[j].is_ended);
  CHECK_FALSE(sim.horizon().has_value());
}

TEST_CASE("simulated journeys hold the money of each period") {
  const auto sim = simulate(small(), money(), {.customers = 200, .seed = 6, .outputs = {.journeys = true}});
  double journeys_total = 0.0;
  for (const double x : sim.journeys().columns().values) journeys_total += x;
  CHECK(journeys_total == Catch::Approx(200.0 * sim.value().mean()));
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
