#include <sojourn/sojourn.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "chain/chain_cases.hpp"
#include "simulation/walk.hpp"
#include "support/catch.hpp"
#include "support/philox.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

/// The instruction sets of this machine.
std::vector<std::string> instruction_sets() {
  std::vector<std::string> names{"plain"};
#if defined(__x86_64__) && defined(__GNUC__)
  if (__builtin_cpu_supports("avx2")) names.emplace_back("avx2");
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl")) {
    names.emplace_back("avx512");
  }
#endif
  return names;
}

/// Sets the environment variable for as long as it lives.
class ForcedInstructions {
 public:
  explicit ForcedInstructions(const std::string& name) { setenv("SOJOURN_SIMD", name.c_str(), 1); }
  ForcedInstructions(const ForcedInstructions&) = delete;
  ForcedInstructions& operator=(const ForcedInstructions&) = delete;
  ~ForcedInstructions() { unsetenv("SOJOURN_SIMD"); }
};

void check_same(const Simulation& a, const Simulation& b) {
  const auto values_a = a.value().values();
  const auto values_b = b.value().values();
  CHECK(std::equal(values_a.begin(), values_a.end(), values_b.begin(), values_b.end()));
  CHECK(a.moves() == b.moves());
  CHECK(a.journeys().columns() == b.journeys().columns());
  const auto ends_a = a.end_times();
  const auto ends_b = b.end_times();
  CHECK(std::equal(ends_a.begin(), ends_a.end(), ends_b.begin(), ends_b.end()));
  if (!a.horizon()) return;
  CHECK(a.occupancy() == b.occupancy());
  CHECK(a.revenue() == b.revenue());
}

/// A chain of `n` states that ends in the last of them; state 0 leads everywhere, the others to `n_targets` states.
Chain one_hub(Index n, Index n_targets, bool is_sparse) {
  std::vector<Eigen::Triplet<double>> moves;
  for (Index j = 0; j < n; ++j) moves.emplace_back(0, j, 1.0 / static_cast<double>(n));
  for (Index i = 1; i + 1 < n; ++i) {
    for (Index k = 0; k < n_targets; ++k) {
      moves.emplace_back(i, (i * 31 + k * 17) % (n - 1), 0.9 / static_cast<double>(n_targets));
    }
    moves.emplace_back(i, n - 1, 0.1);
  }
  moves.emplace_back(n - 1, n - 1, 1.0);
  SparseMatrix matrix(n, n);
  matrix.setFromTriplets(moves.begin(), moves.end());
  std::vector<std::string> names;
  for (Index i = 0; i < n; ++i) names.push_back("s" + std::to_string(i));
  if (is_sparse) return {StateSpace(names), matrix};
  return {StateSpace(names), Matrix(matrix)};
}

Rewards some_rewards(const Chain& chain, bool with_moves, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> amount(-1.0, 9.0);
  Vector per_state = Vector::Zero(chain.n_states());
  for (Index i = 0; i < per_state.size(); ++i) {
    if (chain.probability(i, i) < 1.0) per_state[i] = amount(random);
  }
  if (!with_moves) return {chain.states(), per_state};
  std::vector<Eigen::Triplet<double>> moves;
  for (Index i = 0; i < chain.n_states(); ++i) {
    if (chain.probability(i, i) == 1.0) continue;
    chain.for_each_move(i, [&](Index j, double) { moves.emplace_back(i, j, amount(random)); });
  }
  SparseMatrix per_move(chain.n_states(), chain.n_states());
  per_move.setFromTriplets(moves.begin(), moves.end());
  return {chain.states(), per_state, per_move};
}

}  // namespace

TEST_CASE("every instruction set walks the same customers to the same bits") {
  struct Case {
    const char* what;
    Chain chain;
  };
  const std::vector<Case> cases = {
      {"a few states", one_hub(6, 3, false)},           {"eight states", one_hub(8, 7, false)},
      {"thirty states", one_hub(30, 5, false)},         {"rows of one width, sparse", one_hub(300, 6, true)},
      {"a hub that is wider", one_hub(3'000, 4, true)},
  };
  for (const Case& each : cases) {
    for (const bool with_moves : {false, true}) {
      for (const std::optional<Index> horizon : {std::optional<Index>{}, {1}, {4}, {7}, {24}, {61}}) {
        if (with_moves && each.chain.n_states() > 1'000 && horizon) continue;
        INFO(each.what << ", rewards of moves: " << with_moves << ", horizon " << horizon.value_or(0));
        SimulateOptions options{.customers = 9'000, .horizon = horizon, .discount = Discount::factor(0.97), .seed = 5};
        options.start = Vector::Constant(each.chain.n_states(), 1.0 / static_cast<double>(each.chain.n_states()));
        options.outputs = {.value = true, .moves = true, .end_times = true, .journeys = true};
        options.outputs.occupancy = options.outputs.revenue = horizon.has_value();
        const Rewards rewards = some_rewards(each.chain, with_moves, 3);
        std::optional<Simulation> first;
        for (const std::string& name : instruction_sets()) {
          INFO(name);
          const ForcedInstructions forced(name);
          const Simulation found = simulate(each.chain, rewards, options);
          if (first) check_same(*first, found);
          if (!first) first = found;
        }
      }
    }
  }
}

TEST_CASE("an instruction set that does not exist is refused") {
  const ForcedInstructions forced("mmx");
  const Chain chain = one_hub(4, 2, false);
  check_refused<std::invalid_argument>([&] { (void)simulate(chain, Rewards(chain.states())); },
                                       {"SOJOURN_SIMD", "plain, avx2 or avx512", "mmx"});
}

TEST_CASE("a word that does not decide is decided by the low half, and every instruction set asks for it") {
  // Two rows of 2^16 cells: of a word, 16 bits are left to compare, so that one word in 65,536 leaves a move open.
  constexpr unsigned width = 16;
  std::vector<std::uint64_t> cells;
  std::mt19937 random(11);
  for (std::uint32_t c = 0; c < 3U << width; ++c) {
    const std::uint64_t threshold = (random() >> 16) << 16;
    const std::uint64_t own = c >> width == 2 ? 2 : c % 2;
    const std::uint64_t alias = c >> width == 2 ? 2 : 1 - c % 2;
    cells.push_back(threshold << 32 | alias << 16 | own);
  }
  const std::vector<double> rewards{1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
  struct Asked {
    std::vector<std::uint64_t> questions;
  };
  Asked first;
  std::vector<double> first_values;
  for (const std::string& name : instruction_sets()) {
    INFO(name);
    Asked asked;
    detail::WalkTables tables;
    tables.packed = cells.data();
    tables.width = width;
    tables.state_rewards = rewards.data();
    tables.n_states = 2;
    tables.n_live = 2;
    tables.horizon = 203;
    tables.decide = [](const void* context, std::uint32_t state, std::uint64_t customer, std::uint64_t t,
                       std::uint32_t word) {
      const_cast<Asked*>(static_cast<const Asked*>(context))
          ->questions.push_back(customer * 1'000'000 + t * 10 + state);
      return word >> 31;
    };
    tables.is_stopped = [](const void*) { return false; };
    tables.context = &asked;
    std::vector<double> values(4'000);
    detail::WalkBlock block;
    block.first_customer = (std::uint64_t{1} << 40) / 1'000'000;
    block.n_customers = static_cast<std::uint32_t>(values.size());
    block.values = values.data();
    for (std::size_t lane = 0; lane < detail::most_lanes; ++lane) {
      block.states[lane] = tables.n_states;
      block.offsets[lane] = block.n_customers;
      block.groups[lane] = 0;
      block.sums[lane] = 0.0;
      block.discounts[lane] = 1.0;
    }
    const ForcedInstructions forced(name);
    REQUIRE(detail::best_walker().walk(tables, block) == detail::WalkEnd::all_ended);
    std::sort(asked.questions.begin(), asked.questions.end());
    CHECK(asked.questions.size() > 4);
    if (first_values.empty()) {
      first = asked;
      first_values = values;
    }
    CHECK(asked.questions == first.questions);
    CHECK(values == first_values);
  }
}

TEST_CASE("first words of customers are those of the published generator") {
  for (const std::string& name : instruction_sets()) {
    INFO(name);
    const ForcedInstructions forced(name);
    constexpr std::uint64_t seed = 0x123456789abcdef0;
    constexpr std::uint64_t first = (std::uint64_t{1} << 32) - 5;
    std::vector<std::uint32_t> words(13);
    detail::best_walker().words(seed, first, detail::start_high, 13, words.data());
    for (std::uint64_t k = 0; k < words.size(); ++k) {
      const std::uint64_t customer = first + k;
      CHECK(words[k] ==
            detail::philox4x32({static_cast<std::uint32_t>(customer), static_cast<std::uint32_t>(customer >> 32), 0,
                                detail::start_high},
                               {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)})[0]);
    }
  }
}

TEST_CASE("more than 65,536 states are walked as well") {
  constexpr Index n = 70'000;
  const Chain chain = one_hub(n, 3, true);
  const Rewards rewards = some_rewards(chain, true, 9);
  const Simulation sim = simulate(chain, rewards,
                                  {.customers = 20'000,
                                   .horizon = 9,
                                   .discount = Discount::factor(0.9),
                                   .seed = 2,
                                   .outputs = {.value = true, .end_times = true, .journeys = true}});
  const Journeys& journeys = sim.journeys();
  double worst = 0.0;
  for (Index j = 0; j < journeys.n_journeys(); ++j) {
    const JourneyView journey = journeys[j];
    double value = 0.0;
    for (std::size_t t = 0; t + 1 < journey.states.size(); ++t) {
      const Index i = journey.states[t];
      const Index k = journey.states[t + 1];
      REQUIRE(chain.probability(i, k) > 0.0);
      value += std::pow(0.9, static_cast<double>(t)) * (rewards.per_state()[i] + 0.9 * rewards.move_reward(i, k));
    }
    worst = std::max(worst, std::abs(value - sim.value().values()[static_cast<std::size_t>(j)]));
    const std::int64_t end = journey.is_ended ? static_cast<std::int64_t>(journey.states.size()) - 1 : -1;
    REQUIRE(sim.end_times()[static_cast<std::size_t>(j)] == end);
  }
  CHECK(worst < 1e-9);
}

TEST_CASE("counts, times and money are those of the journeys") {
  const Chain chain = one_hub(12, 4, false);
  const Rewards rewards = some_rewards(chain, true, 4);
  for (const Index horizon : {5, 12}) {
    SimulateOptions options{.customers = 10'000, .horizon = horizon, .seed = 8};
    options.outputs = {
        .value = true, .occupancy = true, .revenue = true, .moves = true, .end_times = true, .journeys = true};
    options.targets = {"s3", "s11"};
    const Simulation sim = simulate(chain, rewards, options);
    const Journeys& journeys = sim.journeys();
    CHECK(sim.moves() == count(journeys).moves());
    Matrix money = Matrix::Zero(horizon, chain.n_states());
    for (Index j = 0; j < journeys.n_journeys(); ++j) {
      const JourneyView journey = journeys[j];
      std::int64_t passage = -1;
      for (std::size_t t = 1; t < journey.states.size() && passage < 0; ++t) {
        if (journey.states[t] == 3 || journey.states[t] == 11) passage = static_cast<std::int64_t>(t);
      }
      REQUIRE(sim.passage_times()[static_cast<std::size_t>(j)] == passage);
      const auto last = static_cast<std::int64_t>(journey.states.size()) - 1;
      REQUIRE(sim.end_times()[static_cast<std::size_t>(j)] == (journey.is_ended ? last : -1));
      for (std::size_t t = 0; t + 1 < journey.states.size(); ++t) {
        money(static_cast<Index>(t), journey.states[t]) += journey.values[t];
      }
    }
    CHECK((money - sim.revenue()).cwiseAbs().maxCoeff() < 1e-7);
    CHECK(sim.revenue().sum() == Approx(sim.value().mean() * 10'000));
  }
}

TEST_CASE("an absorbing state that goes on bringing money does so to the horizon") {
  const Chain chain(StateSpace{"a", "member"}, Matrix{{0.5, 0.5}, {0.0, 1.0}});
  const Rewards rewards(chain.states(), Vector{{1.0, 2.0}}, Matrix{{0.0, 10.0}, {0.0, 0.25}});
  SimulateOptions options{.customers = 5'000, .horizon = 6, .seed = 1};
  options.outputs = {
      .value = true, .occupancy = true, .revenue = true, .moves = true, .end_times = true, .journeys = true};
  options.targets = {"member"};
  const Simulation sim = simulate(chain, rewards, options);
  CHECK(sim.revenue().sum() == Approx(sim.value().mean() * 5'000));
  for (std::size_t c = 0; c < 5'000; ++c) {
    const std::int64_t end = sim.end_times()[c];
    const double expected = end < 0 ? (sim.value().values()[c] > 10.0 ? 16.0 : 6.0)
                                    : static_cast<double>(end) + 10.0 + 2.25 * static_cast<double>(6 - end);
    REQUIRE(sim.value().values()[c] == Approx(expected));
    REQUIRE(sim.passage_times()[c] == end);
  }
  CHECK((sim.occupancy().rowwise().sum().array() == 5'000).all());
  CHECK(sim.moves() == count(sim.journeys()).moves());

  options.start = start_in(chain.states(), "member");
  const Simulation members = simulate(chain, rewards, options);
  CHECK(members.value().standard_deviation() == 0.0);
  CHECK(members.value().mean() == Approx(6 * 2.25));
  CHECK(members.end_times()[0] == 0);
  CHECK(members.passage_times()[0] == 1);
}

TEST_CASE("outputs of a simulation that cannot be had are refused by name") {
  const Chain chain = one_hub(5, 2, false);
  const Rewards rewards(chain.states());
  check_refused<std::invalid_argument>([&] { (void)simulate(chain, rewards, {.outputs = {.revenue = true}}); },
                                       {"revenue", "horizon"});
  check_refused<std::out_of_range>([&] { (void)simulate(chain, rewards, {.targets = {"s1", "nowhere"}}); },
                                   {"nowhere"});
  const Chain large = one_hub(5'000, 2, true);
  check_refused<std::invalid_argument>(
      [&] { (void)simulate(large, Rewards(large.states()), {.outputs = {.moves = true}}); }, {"moves", "4096", "5000"});
  check_refused<std::invalid_argument>(
      [&] { (void)simulate(large, some_rewards(large, true, 1), {.horizon = 12, .outputs = {.revenue = true}}); },
      {"revenue", "moves"});
  const Simulation sim = simulate(chain, rewards, {.customers = 10});
  check_refused<std::domain_error>([&] { (void)sim.revenue(); }, {"revenue", "not asked for"});
  check_refused<std::domain_error>([&] { (void)sim.moves(); }, {"moves", "not asked for"});
  check_refused<std::domain_error>([&] { (void)sim.end_times(); }, {"end_times", "not asked for"});
  check_refused<std::domain_error>([&] { (void)sim.passage_times(); }, {"passage_times", "targets"});
}

TEST_CASE("more customers than fit in memory are refused before anything is done") {
  const Chain chain = one_hub(3, 1, false);
  check_refused<std::runtime_error>(
      [&] { (void)simulate(chain, Rewards(chain.states()), {.customers = std::int64_t{1} << 50}); },
      {"GB", "first_customer"});
}

TEST_CASE("parts of a run add up to the whole, to the bit and in any order") {
  const Chain chain = one_hub(9, 3, false);
  const Rewards rewards = some_rewards(chain, true, 2);
  for (const bool keeps_values : {true, false}) {
    SimulateOptions options{.customers = 30'000, .horizon = 18, .discount = Discount::factor(0.98), .seed = 3};
    options.first_customer = 100;
    options.start = Vector::Constant(9, 1.0 / 9.0);
    options.outputs = {.value = keeps_values,
                       .value_summary = !keeps_values,
                       .occupancy = true,
                       .revenue = true,
                       .moves = true,
                       .end_times = true,
                       .journeys = true};
    options.targets = {"s2"};
    const Simulation whole = simulate(chain, rewards, options);
    std::vector<Simulation> parts;
    for (const auto& [first, customers] : std::vector<std::pair<std::int64_t, std::int64_t>>{
             {12'388, 5'000}, {100, 1}, {17'388, 12'712}, {101, 12'287}}) {
      options.first_customer = first;
      options.customers = customers;
      parts.push_back(simulate(chain, rewards, options));
    }
    const Simulation sum = (parts[0] + parts[1]) + (parts[2] + parts[3]);
    CHECK(sum.customers() == whole.customers());
    CHECK(sum.value() == whole.value());
    CHECK(sum.value().mean() == whole.value().mean());
    CHECK(sum.value().standard_deviation() == whole.value().standard_deviation());
    CHECK(sum.value().has_values() == keeps_values);
    CHECK(sum.occupancy() == whole.occupancy());
    CHECK(sum.revenue() == whole.revenue());
    CHECK(sum.moves() == whole.moves());
    CHECK(sum.journeys().columns() == whole.journeys().columns());
    CHECK(std::ranges::equal(sum.end_times(), whole.end_times()));
    CHECK(std::ranges::equal(sum.passage_times(), whole.passage_times()));
    CHECK(sum.definition() == whole.definition());
  }
}

TEST_CASE("simulations that are not parts of one run do not add up") {
  const Chain chain = one_hub(5, 2, false);
  const Rewards rewards(chain.states());
  const auto run = [&](SimulateOptions options) {
    options.customers = 10;
    return simulate(chain, rewards, options);
  };
  const Simulation first = run({});
  check_refused<std::invalid_argument>([&] { (void)(first + run({.first_customer = 9})); },
                                       {"customer 9", "two of the simulations"});
  check_refused<std::invalid_argument>([&] { (void)(first + run({.seed = 1, .first_customer = 10})); }, {"seed"});
  check_refused<std::invalid_argument>([&] { (void)(first + run({.horizon = 3, .first_customer = 10})); }, {"horizon"});
  check_refused<std::invalid_argument>([&] { (void)(first + run({.first_customer = 10, .outputs = {.moves = true}})); },
                                       {"asked"});
  const Chain other = one_hub(5, 3, false);
  check_refused<std::invalid_argument>(
      [&] { (void)(first + simulate(other, rewards, {.customers = 1, .first_customer = 10})); }, {"chain"});
  check_refused<std::invalid_argument>([&] { (void)Simulation::merge({}); }, {"at least one"});
}
