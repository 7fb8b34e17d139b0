#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>

#include "simulation/jump_plan.hpp"
#include "sojourn/path/passage.hpp"
#include "sojourn/simulation/simulate.hpp"
#include "sojourn/value/lifetime_value.hpp"
#include "sojourn/value/value_law.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

const StateSpace four{"trial", "active", "loyal", "gone"};

Chain sticky() {
  return {four, matrix({{.95, .03, .01, .01}, {.02, .95, .02, .01}, {0, .04, .95, .01}, {0, 0, 0, 1}})};
}
/// Nobody stays anywhere.
Chain restless() {
  return {four, matrix({{0, .6, .3, .1}, {.5, 0, .4, .1}, {.3, .3, 0, .4}, {0, 0, 0, 1}})};
}
/// Round and round, without an exit.
Chain periodic() {
  return {four, matrix({{0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}, {1, 0, 0, 0}})};
}
/// Stays of every length, and two absorbing states.
Chain mixed() {
  return {four, matrix({{.999, .001, 0, 0}, {.3, .5, .1, .1}, {0, 0, 1, 0}, {0, 0, 0, 1}})};
}
/// Many ways out of long stays, so that length and way out are two draws.
Chain crowded(Index n) {
  std::vector<std::string> names;
  for (Index i = 0; i < n; ++i) names.push_back("s" + std::to_string(i));
  Matrix moves = Matrix::Constant(n, n, .05 / static_cast<double>(n - 1));
  moves.diagonal().setConstant(.95);
  moves.row(n - 1).setZero();
  moves(n - 1, n - 1) = 1.0;
  return {StateSpace(names), moves};
}

Rewards money() {
  return Rewards(four, {{"trial", -5.0}, {"active", 40.0}, {"loyal", 25.0}})
      .with_move("trial", "trial", 2.0)
      .with_move("active", "loyal", 30.0)
      .with_move("active", "gone", -12.0);
}
Rewards money_for_ever() {
  return money().with_state("gone", 1.0).with_move("gone", "gone", .5);
}

SimulateOptions jumped(std::int64_t customers, std::optional<Index> horizon, const Vector& start = {}) {
  return {.customers = customers,
          .horizon = horizon,
          .start = start,
          .discount = Discount::factor(.97),
          .seed = 20,
          .stays = Stays::jumped};
}

std::vector<double> values_of(const Simulation& simulation) {
  const auto values = simulation.value().values();
  return {values.begin(), values.end()};
}

/// The largest distance between the shares of the sample and the law, less what the law is unsure of, times the root of
/// the size: above 2.2 in fewer than one of 7,000 samples of the law, whatever the law (Kolmogorov; Massart).
double surprise(std::vector<double> values, const ValueLaw& law) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double largest = 0.0;
  for (std::size_t k = 0; k < 400; ++k) {
    const double x = values[k * (values.size() - 1) / 399];
    // A hair above, for sums in another order.
    const double above = x + 1e-9 * (1.0 + std::abs(x));
    const auto count = std::upper_bound(values.begin(), values.end(), above) - values.begin();
    const double share = static_cast<double>(count) / n;
    const LawBounds bounds = law.cdf_bounds(above);
    largest = std::max({largest, share - bounds.upper, bounds.lower - share});
  }
  return largest * std::sqrt(n);
}

/// The same for times from 1; `passed[t - 1]` is the probability of at most `t`.
double surprise(std::span<const std::int64_t> times, const Vector& passed) {
  Vector counts = Vector::Zero(passed.size());
  for (const std::int64_t time : times) {
    if (time >= 1) counts[time - 1] += 1.0;
  }
  const auto n = static_cast<double>(times.size());
  double sum = 0.0;
  double largest = 0.0;
  for (Index t = 0; t < passed.size(); ++t) {
    sum += counts[t] / n;
    largest = std::max(largest, std::abs(sum - passed[t]));
  }
  return largest * std::sqrt(n);
}

constexpr double improbable = 2.2;

}  // namespace

TEST_CASE("jumped values follow the law of the value over every horizon") {
  struct Case {
    const char* name;
    Chain chain;
    Rewards rewards;
  };
  for (const Case& c :
       {Case{"sticky", sticky(), money()}, Case{"sticky, with money for ever", sticky(), money_for_ever()},
        Case{"restless", restless(), money()}, Case{"periodic", periodic(), money()},
        Case{"mixed", mixed(), money_for_ever()}}) {
    for (const Index horizon : {1, 2, 7, 60}) {
      INFO(c.name << " over " << horizon);
      const Vector start = numbers({.4, .3, .2, .1});
      const auto value = lifetime_value(c.chain, c.rewards, {.discount = Discount::factor(.97), .horizon = horizon});
      const auto sim = simulate(c.chain, c.rewards, jumped(20'000, horizon, start));
      CHECK(surprise(values_of(sim), value_law(value, start)) < improbable);
    }
  }
}

TEST_CASE("jumped values follow the law of the value for life") {
  for (const Chain& chain : {sticky(), restless()}) {
    const auto value = lifetime_value(chain, money(), {.discount = Discount::factor(.97)});
    const auto sim = simulate(chain, money(), jumped(20'000, std::nullopt));
    CHECK(surprise(values_of(sim), value_law(value, "trial")) < improbable);
  }
}

TEST_CASE("the mean of jumped values is the lifetime value, for random chains") {
  Dice dice(91);
  double squares = 0.0;
  int n = 0;
  for (int round = 0; round < 60; ++round) {
    const Index n_states = dice.integer(2, 9);
    Chain chain = random_absorbing_chain(dice, n_states, 1);
    // Stays from short to very long.
    Matrix moves = chain.transition_matrix();
    for (Index i = 0; i < n_states; ++i) {
      const double longer = dice.integer(0, 2) == 0 ? 0.0 : dice.uniform(0.0, .99);
      moves.row(i) *= 1.0 - longer;
      moves(i, i) += longer;
    }
    chain = Chain(chain.states(), moves);
    const Rewards rewards = random_rewards(dice, chain, true, false);
    const Index horizon = dice.integer(1, 80);
    const Discount discount = round % 3 == 0 ? Discount::none() : Discount::factor(dice.uniform(.8, 1.0));
    const Vector start = random_distribution(dice, n_states);
    SimulateOptions options = jumped(4000, horizon, start);
    options.discount = discount;
    options.seed = static_cast<std::uint64_t>(round);
    const auto sim = simulate(chain, rewards, options);
    const auto value = lifetime_value(chain, rewards, {.discount = discount, .horizon = horizon});
    if (sim.value().standard_error() == 0.0) continue;
    const double z = (sim.value().mean() - start.dot(value.mean().vector())) / sim.value().standard_error();
    INFO("round " << round);
    CHECK(std::abs(z) < 4.5);
    squares += z * z;
    ++n;
  }
  // A sum of squares of n standard normal numbers, within four and a half of its standard deviations.
  CHECK(std::abs(squares - n) < 4.5 * std::sqrt(2.0 * n));
  CHECK(n > 50);
}

TEST_CASE("a jumped customer who brings one per period and is not discounted is worth his periods") {
  for (const Chain& chain : {sticky(), restless(), mixed(), periodic()}) {
    Rewards rewards(four);
    for (const Index i : {0, 1, 2, 3}) {
      if (!chain.is_absorbing(i)) rewards = rewards.with_state(four.name(i), 1.0);
    }
    SimulateOptions options = jumped(3000, 40, numbers({.4, .3, .2, .1}));
    options.discount = std::nullopt;
    options.outputs.end_times = true;
    const auto sim = simulate(chain, rewards, options);
    const auto values = values_of(sim);
    for (std::size_t k = 0; k < values.size(); ++k) {
      const std::int64_t end = sim.end_times()[k];
      REQUIRE(values[k] == (end < 0 ? 40.0 : static_cast<double>(end)));
    }
  }
}

TEST_CASE("jumped customers who bring the same in every period are worth the same annuity to twelve digits") {
  for (const Index horizon : {1, 2, 3, 64, 255, 256, 1000, 100'000}) {
    for (const double factor : {.9, .999, .9999999, 1.0}) {
      double annuity = 0.0;
      double power = 1.0;
      for (Index t = 0; t < horizon; ++t, power *= factor) annuity += power;
      const Rewards rewards(four, {{"trial", 1.0}, {"active", 1.0}, {"loyal", 1.0}, {"gone", 1.0}});
      for (const Chain& chain : {sticky(), mixed()}) {
        SimulateOptions options = jumped(200, horizon);
        options.discount = Discount::factor(factor);
        for (const double value : values_of(simulate(chain, rewards, options))) {
          REQUIRE(value == Catch::Approx(annuity).epsilon(horizon > 1000 ? 1e-10 : 1e-12));
        }
      }
    }
  }
}

TEST_CASE("money of moves telescopes over jumped stays") {
  // A move from i to j brings f(j) - f(i) / factor: all moves together bring factor^T f(last) - f(first).
  constexpr double factor = .96;
  const Vector worth = numbers({3.0, 7.0, -2.0, 0.0});
  for (const Chain& chain : {sticky(), restless(), mixed()}) {
    Rewards rewards(four);
    for (Index i = 0; i < 4; ++i) {
      chain.for_each_move(i, [&](Index j, double) {
        if (!chain.is_absorbing(i))
          rewards = rewards.with_move(four.name(i), four.name(j), worth[j] - worth[i] / factor);
      });
    }
    SimulateOptions options = jumped(2000, 50);
    options.discount = Discount::factor(factor);
    options.outputs.end_times = true;
    options.targets = {"gone"};
    const auto sim = simulate(chain, rewards, options);
    const auto values = values_of(sim);
    for (std::size_t k = 0; k < values.size(); ++k) {
      const std::int64_t end = sim.end_times()[k];
      if (end < 0) {
        const double last = (values[k] + worth[0]) / std::pow(factor, 50);
        const double off = std::min({std::abs(last - 3.0), std::abs(last - 7.0), std::abs(last + 2.0)});
        REQUIRE(off < 1e-10);
      } else {
        const double last = sim.passage_times()[k] > 0 ? 0.0 : -2.0;
        REQUIRE(values[k] == Catch::Approx(std::pow(factor, static_cast<double>(end)) * last - worth[0]).margin(1e-11));
      }
    }
  }
}

TEST_CASE("jumped customers end when first passage says") {
  struct Case {
    Chain chain;
    std::vector<std::string> ends;
  };
  for (const auto& [chain, ends] :
       {Case{sticky(), {"gone"}}, Case{restless(), {"gone"}}, Case{mixed(), {"loyal", "gone"}}}) {
    for (const Index horizon : {1, 2, 7, 60}) {
      for (const char* start : {"trial", "active"}) {
        SimulateOptions options = jumped(20'000, horizon, start_in(four, start));
        options.outputs = {.value = false, .end_times = true};
        const auto sim = simulate(chain, Rewards(four), options);
        const Matrix passed = first_passage(chain, ends, horizon).cumulative();
        CHECK(surprise(sim.end_times(), passed.col(four.index(start))) < improbable);
        CHECK(*std::max_element(sim.end_times().begin(), sim.end_times().end()) <= horizon);
      }
    }
  }
}

TEST_CASE("jumped customers pass a state when first passage says, one who begins there included") {
  for (const Chain& chain : {sticky(), restless(), periodic(), mixed()}) {
    for (const char* target : {"trial", "active", "gone"}) {
      for (Index start = 0; start < 4; ++start) {
        SimulateOptions options = jumped(5000, 30, start_in(four, four.name(start)));
        options.outputs = {.value = false};
        options.targets = {target};
        const auto sim = simulate(chain, Rewards(four), options);
        INFO("from " << four.name(start) << " to " << target);
        CHECK(surprise(sim.passage_times(), first_passage(chain, {target}, 30).cumulative().col(start)) < improbable);
      }
    }
  }
}

TEST_CASE("stays are jumped whether or not the way out is a draw of its own") {
  for (const Index n : {6, 40}) {
    const Chain chain = crowded(n);
    Vector amounts = Vector::LinSpaced(n, 1.0, 5.0);
    amounts[n - 1] = 0.0;
    const Rewards rewards(chain.states(), amounts);
    SimulateOptions options = jumped(20'000, 90);
    options.outputs.end_times = true;
    options.targets = {"s1"};
    const auto sim = simulate(chain, rewards, options);
    const auto value = lifetime_value(chain, rewards, {.discount = Discount::factor(.97), .horizon = 90});
    CHECK(surprise(values_of(sim), value_law(value, "s0")) < improbable);
    const std::string last = chain.states().name(n - 1);
    CHECK(surprise(sim.end_times(), first_passage(chain, {last}, 90).cumulative().col(0)) < improbable);
    CHECK(surprise(sim.passage_times(), first_passage(chain, {"s1"}, 90).cumulative().col(0)) < improbable);
  }
}

TEST_CASE("money of moves telescopes where the way out is a draw of its own") {
  constexpr double factor = .96;
  const Chain chain = crowded(16);
  const auto worth = [](Index i) { return i == 15 ? 0.0 : 1.0 + static_cast<double>(i * i % 7); };
  Matrix moves = Matrix::Zero(16, 16);
  for (Index i = 0; i < 15; ++i) {
    for (Index j = 0; j < 16; ++j) moves(i, j) = worth(j) - worth(i) / factor;
  }
  SimulateOptions options = jumped(5000, 120);
  options.discount = Discount::factor(factor);
  options.outputs.end_times = true;
  const auto sim = simulate(chain, Rewards(chain.states(), Vector::Zero(16), moves), options);
  std::int64_t n_ended = 0;
  for (std::size_t k = 0; k < 5000; ++k) {
    const double last = (sim.value().values()[k] + worth(0)) / std::pow(factor, 120);
    if (sim.end_times()[k] > 0) {
      ++n_ended;
      REQUIRE(std::abs(last) < 1e-11);
    } else {
      double off = infinity;
      for (Index i = 0; i < 15; ++i) off = std::min(off, std::abs(last - worth(i)));
      REQUIRE(off < 1e-11);
    }
  }
  CHECK(n_ended > 1000);
}

TEST_CASE("jumped customers are the same for every number of threads and every partition") {
  for (const Chain& chain : {sticky(), mixed()}) {
    SimulateOptions options = jumped(15'000, 60, numbers({.4, .3, .2, .1}));
    options.outputs.end_times = true;
    options.targets = {"active"};
    options.threads = 1;
    const auto whole = simulate(chain, money(), options);
    options.threads = 3;
    const auto threaded = simulate(chain, money(), options);
    std::vector<Simulation> parts;
    for (const auto& [first, n] : {std::pair{0, 1}, {1, 4999}, {5000, 10'000}}) {
      options.first_customer = first;
      options.customers = n;
      parts.push_back(simulate(chain, money(), options));
    }
    for (const Simulation& other : {threaded, Simulation::merge(parts)}) {
      CHECK(values_of(other) == values_of(whole));
      CHECK(std::equal(whole.end_times().begin(), whole.end_times().end(), other.end_times().begin()));
      CHECK(std::equal(whole.passage_times().begin(), whole.passage_times().end(), other.passage_times().begin()));
    }
  }
}

TEST_CASE("jumped values do not depend on which times are asked for beside them") {
  SimulateOptions options = jumped(5000, 60);
  const auto alone = values_of(simulate(sticky(), money(), options));
  options.outputs.end_times = true;
  CHECK(values_of(simulate(sticky(), money(), options)) == alone);
  options.targets = {"loyal"};
  CHECK(values_of(simulate(sticky(), money(), options)) == alone);
}

TEST_CASE("jumped customers are the same with every instruction set") {
  for (const Chain& chain : {sticky(), restless(), mixed(), crowded(6), crowded(40)}) {
    Rewards rewards(chain.states(), Vector(Vector::LinSpaced(chain.n_states(), 1.0, 5.0)));
    rewards = rewards.with_move(chain.states().name(0), chain.states().name(1), 3.0);
    for (const Index horizon : {1, 7, 300}) {
      SimulateOptions options =
          jumped(5000, horizon, Vector::Constant(chain.n_states(), 1.0 / static_cast<double>(chain.n_states())));
      options.outputs.end_times = true;
      const auto best = simulate(chain, rewards, options);
      setenv("SOJOURN_SIMD", "plain", 1);
      const auto plain = simulate(chain, rewards, options);
      unsetenv("SOJOURN_SIMD");
      CHECK(values_of(best) == values_of(plain));
      CHECK(std::equal(best.end_times().begin(), best.end_times().end(), plain.end_times().begin()));
    }
  }
}

TEST_CASE("a word that lies on a threshold is decided by its second half") {
  // Of the first of two cells, a half and 2^-32 are the first way out: the word in the middle of the cell leaves it open.
  const StateSpace states{"a", "b", "c"};
  const Chain chain(states, matrix({{0, .25 + 0x1p-33, .75 - 0x1p-33}, {0, 1, 0}, {0, 0, 1}}));
  const std::function<void(std::int64_t)> no_progress;
  detail::Crew crew(no_progress, nullptr);
  const detail::JumpPlan plan(chain, Rewards(states), 1.0, 10, 3, {}, crew);
  const detail::JumpTables& tables = plan.tables();
  const auto way_out = [&](std::uint64_t customer, std::uint32_t word) {
    return tables.outcomes[tables.decide(tables.context, tables.rows[0], customer, 0, word)].next;
  };
  int n_first = 0;
  for (std::uint64_t customer = 0; customer < 4000; ++customer) {
    CHECK(way_out(customer, (1U << 30) - 1) == 1);
    CHECK(way_out(customer, (1U << 30) + 1) == 2);
    n_first += way_out(customer, 1U << 30) == 1 ? 1 : 0;
  }
  // Half of them, within five standard deviations.
  CHECK(std::abs(n_first - 2000) < 5 * 32);
}

TEST_CASE("jumped stays are not the default, and say so in words") {
  SimulateOptions options = jumped(100, 60);
  const auto jumping = simulate(sticky(), money(), options);
  options.stays = SimulateOptions().stays;
  const auto stepping = simulate(sticky(), money(), options);
  CHECK(values_of(jumping) != values_of(stepping));
  CHECK_THAT(jumping.definition(), Catch::Matchers::ContainsSubstring("stays jumped over"));
  CHECK_THAT(stepping.definition(), !Catch::Matchers::ContainsSubstring("jumped"));
  check_refused<std::invalid_argument>([&] { (void)(jumping + stepping); }, {"merge", "stays"});
}

TEST_CASE("what needs every period is refused by name where stays are jumped") {
  struct Case {
    const char* name;
    SimulationOutputs outputs;
  };
  for (const auto& [name, outputs] : {Case{"occupancy", {.occupancy = true}}, Case{"revenue", {.revenue = true}},
                                      Case{"moves", {.moves = true}}, Case{"journeys", {.journeys = true}}}) {
    SimulateOptions options = jumped(100, 60);
    options.outputs = outputs;
    check_refused<std::invalid_argument>([&] { (void)simulate(sticky(), money(), options); },
                                         {"stays", name, "stepped", "end_times"});
  }
}

TEST_CASE("a jumped run stops on request") {
  const std::atomic<bool> stop = true;
  SimulateOptions options = jumped(1'000'000, 60);
  options.cancel = &stop;
  CHECK_THROWS_AS(simulate(sticky(), money(), options), Cancelled);
}

TEST_CASE("jumped summaries of values are those of the values") {
  SimulateOptions options = jumped(30'000, 60);
  const auto values = simulate(sticky(), money(), options);
  options.outputs = {.value = false, .value_summary = true};
  const auto summary = simulate(sticky(), money(), options);
  CHECK(summary.value().mean() == Catch::Approx(values.value().mean()).epsilon(1e-12));
  CHECK(summary.value().standard_deviation() == Catch::Approx(values.value().standard_deviation()).epsilon(1e-12));
}
