// Laws that a simulation must follow, over many seeds. Seeds are fixed. A correct simulation would fail each call of a check
// below, and each test that makes its own, with a probability of 1e-6 (shared out over what is compared in it), and the whole
// file with 2e-5: a pass is no luck, and a failure is a fault.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "simulation/alias_table.hpp"
#include "simulation/walk.hpp"
#include "sojourn/simulation/simulate.hpp"
#include "sojourn/value/lifetime_value.hpp"
#include "sojourn/value/value_law.hpp"
#include "support/philox.hpp"
#include "support/support.hpp"
#include "trust/move_groups.hpp"

using namespace sojourn;
using namespace sojourn::test;
using detail::AliasTable;

namespace {

constexpr double error_rate = 1e-6;

/// How far a standard normal number is from 0 with a probability of less than `alpha`.
double normal_bound(double alpha) {
  double low = 0.0;
  double high = 30.0;
  while (high - low > 1e-9) {
    const double z = .5 * (low + high);
    (std::erfc(z / std::sqrt(2.0)) > alpha ? low : high) = z;
  }
  return high;
}

double normal_cdf(double z) {
  return .5 * std::erfc(-z / std::sqrt(2.0));
}

/// How far `n` draws are from their distribution function anywhere with a probability of less than `alpha`, for any law. P.
/// Massart, The Annals of Probability 18, 1990.
double distance_bound(std::size_t n, double alpha) {
  return std::sqrt(std::log(2.0 / alpha) / (2.0 * static_cast<double>(n)));
}

/// Kolmogorov and Smirnov's distance of numbers in [0, 1] from the uniform law.
double distance_from_uniform(std::vector<double> shares) {
  std::sort(shares.begin(), shares.end());
  const auto n = static_cast<double>(shares.size());
  double worst = 0.0;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    const auto below = static_cast<double>(k);
    worst = std::max({worst, shares[k] - below / n, (below + 1.0) / n - shares[k]});
  }
  return worst;
}

/// How far draws are at least from a law that is known between bounds; amounts closer than `rounding` count as equal.
double distance_from_law(std::vector<double> values, const ValueLaw& law, double rounding = 1e-9) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double worst = 0.0;
  for (std::size_t first = 0; first < values.size();) {
    std::size_t end = first + 1;
    while (end < values.size() && values[end] - values[end - 1] <= rounding) ++end;
    const double below = law.cdf_bounds(values[first] - rounding).lower - static_cast<double>(first) / n;
    const double above = static_cast<double>(end) / n - law.cdf_bounds(values[end - 1] + rounding).upper;
    worst = std::max({worst, below, above});
    first = end;
  }
  return worst;
}

struct ChiSquared {
  double statistic = 0.0;
  Index degrees = 0;
  bool is_possible = true;  // no move that the chain has not

  double p() const { return degrees == 0 ? 1.0 : detail::chi_squared_tail(statistic, degrees); }
};

/// Moves against the chain, row by row. Moves of which fewer than ten are expected are taken together.
ChiSquared chi_squared(const CountMatrix& moves, const Chain& chain) {
  ChiSquared all;
  for (Index i = 0; i < chain.n_states(); ++i) {
    const auto from = static_cast<double>(moves.row(i).sum());
    double statistic = 0.0;
    Index groups = 0;
    double rare_seen = 0.0;
    double rare_expected = 0.0;
    std::int64_t known = 0;
    chain.for_each_move(i, [&](Index j, double p) {
      known += moves(i, j);
      const auto seen = static_cast<double>(moves(i, j));
      if (from * p < 10.0) {
        rare_seen += seen;
        rare_expected += from * p;
        return;
      }
      statistic += (seen - from * p) * (seen - from * p) / (from * p);
      ++groups;
    });
    all.is_possible = all.is_possible && known == moves.row(i).sum();
    if (rare_expected >= 10.0) {
      statistic += (rare_seen - rare_expected) * (rare_seen - rare_expected) / rare_expected;
      ++groups;
    } else if (rare_expected > 0.0) {
      continue;  // what is left says too little by itself
    }
    if (groups < 2) continue;
    all.statistic += statistic;
    all.degrees += groups - 1;
  }
  return all;
}

StateSpace numbered(Index n) {
  std::vector<std::string> names;
  for (Index i = 0; i < n; ++i) names.push_back("s" + std::to_string(i));
  return StateSpace(names);
}

Chain dense_eight() {
  Dice dice(8);
  return random_absorbing_chain(dice, 8, 1, 1.0);
}

/// State 0 leads to all others, which lead back to it or on to three more, so that rows differ in width.
Chain hub(Index n) {
  std::vector<Eigen::Triplet<double>> moves;
  double total = 0.0;
  for (Index j = 0; j < n; ++j) total += 1.0 + static_cast<double>(j % 7);
  for (Index j = 0; j < n; ++j) moves.emplace_back(0, j, (1.0 + static_cast<double>(j % 7)) / total);
  for (Index i = 1; i < n; ++i) {
    moves.emplace_back(i, 0, .6);
    moves.emplace_back(i, 1 + i % (n - 1), .25);
    moves.emplace_back(i, 1 + (i + 1) % (n - 1), .15);
  }
  SparseMatrix matrix(n, n);
  matrix.setFromTriplets(moves.begin(), moves.end());
  return {numbered(n), matrix};
}

/// Of 1,000 states each leads to eight others, or fewer where they meet.
Chain sparse_thousand() {
  constexpr Index n = 1'000;
  Dice dice(1'000);
  std::vector<Eigen::Triplet<double>> moves;
  for (Index i = 0; i < n; ++i) {
    const Vector law = random_distribution(dice, 8);
    for (Index k = 0; k < 8; ++k) moves.emplace_back(i, dice.integer(0, n - 1), law[k]);
  }
  SparseMatrix matrix(n, n);
  matrix.setFromTriplets(moves.begin(), moves.end());
  return {numbered(n), matrix};
}

/// Chi-squared tests of the moves for seeds 1, 2, …, each and together, and of the law of their p-values.
void check_moves(const Chain& chain, int n_seeds, const SimulateOptions& base) {
  SimulateOptions options = base;
  options.threads = 1;
  options.outputs = {.value = false, .moves = true};
  CountMatrix all = CountMatrix::Zero(chain.n_states(), chain.n_states());
  std::vector<double> p_values;
  for (int seed = 1; seed <= n_seeds; ++seed) {
    options.seed = static_cast<std::uint64_t>(seed);
    const CountMatrix moves = simulate(chain, Rewards(chain.states()), options).moves();
    const ChiSquared found = chi_squared(moves, chain);
    CHECK(found.is_possible);
    REQUIRE(found.degrees > 0);
    p_values.push_back(found.p());
    all += moves;
  }
  const double each = error_rate / (2.0 * (n_seeds + 2));
  CHECK(*std::min_element(p_values.begin(), p_values.end()) > each);
  CHECK(1.0 - *std::max_element(p_values.begin(), p_values.end()) > each);
  CHECK(chi_squared(all, chain).p() > each);
  CHECK(distance_from_uniform(p_values) < distance_bound(p_values.size(), each));
}

std::vector<double> values_of(const Simulation& simulation) {
  const auto values = simulation.value().values();
  return {values.begin(), values.end()};
}

/// Values of many seeds against the exact law, each seed and all together.
void check_values(const Chain& chain, const Rewards& rewards, const Discount& discount, std::optional<Index> horizon,
                  const Vector& start, const ValueLawOptions& fineness = {}) {
  constexpr int n_seeds = 100;
  constexpr std::int64_t customers = 5'000;
  const LifetimeValue value = lifetime_value(chain, rewards, {.discount = discount, .horizon = horizon});
  const ValueLaw law = value_law(value, start, fineness);
  const double each = error_rate / (n_seeds + 1);
  std::vector<double> all;
  double worst = 0.0;
  for (int seed = 1; seed <= n_seeds; ++seed) {
    const auto sim = simulate(chain, rewards,
                              {.customers = customers,
                               .horizon = horizon,
                               .start = start,
                               .discount = discount,
                               .seed = static_cast<std::uint64_t>(seed),
                               .threads = 1});
    const std::vector<double> values = values_of(sim);
    worst = std::max(worst, distance_from_law(values, law));
    all.insert(all.end(), values.begin(), values.end());
  }
  CHECK(worst < distance_bound(customers, each));
  CHECK(distance_from_law(all, law) < distance_bound(all.size(), each));
}

/// Means of many seeds: how many standard errors they are from the exact one, each, together, and as a normal law.
void check_means(const Chain& chain, const Rewards& rewards, const Discount& discount, std::optional<Index> horizon,
                 const Vector& start) {
  constexpr int n_seeds = 200;
  constexpr std::int64_t customers = 5'000;
  const StartValue exact =
      lifetime_value(chain, rewards, {.discount = discount, .horizon = horizon}).start_value(start);
  const double each = error_rate / (n_seeds + 2);
  std::vector<double> shares;
  double sum = 0.0;
  double worst = 0.0;
  for (int seed = 1; seed <= n_seeds; ++seed) {
    const auto sim = simulate(chain, rewards,
                              {.customers = customers,
                               .horizon = horizon,
                               .start = start,
                               .discount = discount,
                               .seed = static_cast<std::uint64_t>(seed) << 20,
                               .threads = 1});
    const double z =
        (sim.value().mean() - exact.mean) / exact.standard_deviation * std::sqrt(static_cast<double>(customers));
    sum += z;
    worst = std::max(worst, std::abs(z));
    shares.push_back(normal_cdf(z));
  }
  CHECK(worst < normal_bound(each));
  CHECK(std::abs(sum) / std::sqrt(static_cast<double>(n_seeds)) < normal_bound(each));
  CHECK(distance_from_uniform(shares) < distance_bound(shares.size(), each));
}

/// The correlation of two columns, in units of its standard error where there is none.
double correlation_z(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size());
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / n;
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / n;
  double ab = 0.0;
  double aa = 0.0;
  double bb = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    ab += (a[k] - mean_a) * (b[k] - mean_b);
    aa += (a[k] - mean_a) * (a[k] - mean_a);
    bb += (b[k] - mean_b) * (b[k] - mean_b);
  }
  return ab / std::sqrt(aa * bb) * std::sqrt(n);
}

std::vector<double> without_last(std::vector<double> column, std::size_t lag) {
  column.resize(column.size() - lag);
  return column;
}
std::vector<double> without_first(const std::vector<double>& column, std::size_t lag) {
  return {column.begin() + static_cast<std::ptrdiff_t>(lag), column.end()};
}

std::vector<std::uint32_t> first_words(std::uint64_t seed, std::uint64_t first_customer, std::uint32_t stream,
                                       std::uint32_t n) {
  std::vector<std::uint32_t> words(n);
  detail::best_walker().words(seed, first_customer, stream, n, words.data());
  return words;
}

/// How far bits of two columns agree more or less often than by chance: the largest of 32 bits, in standard errors.
double agreement_z(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b, std::size_t lag = 0) {
  std::array<std::int64_t, 32> differ{};
  const std::size_t n = a.size() - lag;
  for (std::size_t k = 0; k < n; ++k) {
    const std::uint32_t bits = a[k] ^ b[k + lag];
    for (unsigned bit = 0; bit < 32; ++bit) differ[bit] += bits >> bit & 1;
  }
  double worst = 0.0;
  for (const std::int64_t count : differ) {
    const double z = (2.0 * static_cast<double>(count) - static_cast<double>(n)) / std::sqrt(static_cast<double>(n));
    worst = std::max(worst, std::abs(z));
  }
  return worst;
}

std::uint32_t drawn(const AliasTable& table, std::size_t row, std::uint64_t word) {
  return table.draw_exactly(row, static_cast<std::uint32_t>(word >> 32), static_cast<std::uint32_t>(word));
}

/// Of the 2^64 words, the share that leads to each state, found by halving within each cell.
std::vector<double> shares_of(const AliasTable& table, std::size_t row, std::size_t n_states) {
  const auto width = static_cast<unsigned>(table.rows()[row] & 0xff);
  const std::uint64_t last_of_cell = ~std::uint64_t{0} >> width;
  std::vector<double> shares(n_states, 0.0);
  for (std::uint64_t c = 0; c < std::uint64_t{1} << width; ++c) {
    const AliasTable::Cell& cell = table.cells()[(table.rows()[row] >> 8) + c];
    const std::uint64_t first = width == 0 ? 0 : c << (64 - width);
    std::uint64_t own = 0;  // words of the cell that lead to its own state: below this many
    if (cell.own != cell.alias) {
      std::uint64_t end = last_of_cell;
      while (own < end) {
        const std::uint64_t middle = own + (end - own) / 2;
        if (drawn(table, row, first + middle) == cell.own) {
          own = middle + 1;
        } else {
          end = middle;
        }
      }
    }
    const double share_of_own = std::ldexp(static_cast<double>(own), -64);
    shares[cell.own] += share_of_own;
    shares[cell.alias] += std::ldexp(1.0, -static_cast<int>(width)) - share_of_own;
  }
  return shares;
}

std::vector<std::uint32_t> same_numbers(Index n) {
  std::vector<std::uint32_t> numbers(static_cast<std::size_t>(n));
  std::iota(numbers.begin(), numbers.end(), 0U);
  return numbers;
}

/// A law with all sizes of probability, from 1e-12 up, and states without any.
Vector law_of_all_sizes(Dice& dice, Index n_entries) {
  Vector law = Vector::Zero(2 * n_entries);
  for (Index k = 0; k < n_entries; ++k) {
    law[2 * k + dice.integer(0, 1)] =
        dice.integer(0, 3) == 0 ? std::pow(10.0, -dice.uniform(0.0, 12.0)) : dice.uniform(.1, 1.0);
  }
  return law / law.sum();
}

}  // namespace

TEST_CASE("moves follow the chain: eight states") {
  check_moves(dense_eight(), 200, {.customers = 10'000, .horizon = 30});
  check_moves(dense_eight(), 200, {.customers = 5'000});
}

TEST_CASE("moves follow the chain: rows of different widths") {
  const Chain chain = hub(500);
  REQUIRE_FALSE(AliasTable(chain, same_numbers(500)).is_uniform());
  check_moves(chain, 40, {.customers = 6'000, .horizon = 40});
}

TEST_CASE("moves follow the chain: a thousand states, sparse") {
  const Chain chain = sparse_thousand();
  check_moves(chain, 20, {.customers = 6'000, .horizon = 40, .start = Vector::Constant(1'000, .001)});
}

TEST_CASE("simulated values follow the exact law of the value") {
  Dice dice(21);
  SECTION("few amounts") {
    const StateSpace states{"recency_1", "recency_2", "recency_3", "recency_4", "former"};
    const Chain chain(
        states,
        matrix({{.3, .7, 0, 0, 0}, {.2, 0, .8, 0, 0}, {.15, 0, 0, .85, 0}, {.05, 0, 0, 0, .95}, {0, 0, 0, 0, 1}}));
    const Rewards rewards(states, {{"recency_1", 36.0}, {"recency_2", -4.0}, {"recency_3", -4.0}, {"recency_4", -4.0}});
    check_values(chain, rewards, Discount::none(), 8, numbers({.5, .5, 0, 0, 0}));
    check_values(chain, rewards, Discount::per_period_rate(.2), 6, numbers({1, 0, 0, 0, 0}));
  }
  SECTION("many amounts") {
    const Chain chain = random_absorbing_chain(dice, 5);
    const Rewards rewards = random_rewards(dice, chain, true, true);
    const Vector start = random_distribution(dice, 5);
    check_values(chain, rewards, Discount::factor(.9), 40, start);
    check_values(chain, rewards, Discount::factor(.95), std::nullopt, start);
  }
}

TEST_CASE("simulated means differ from the exact ones as sampling lets them") {
  Dice dice(31);
  const Chain ending = random_absorbing_chain(dice, 6, 2);
  const Vector start = random_distribution(dice, 6);
  check_means(ending, random_rewards(dice, ending, true, true), Discount::none(), std::nullopt, start);
  check_means(ending, random_rewards(dice, ending, true, false), Discount::factor(.97), 24, start);
  const Chain endless = random_chain(dice, 9);
  check_means(endless, random_rewards(dice, endless, false, false), Discount::factor(.9), 36,
              random_distribution(dice, 9));
  check_means(endless, random_rewards(dice, endless, true, false), Discount::none(), 1, random_distribution(dice, 9));
  const Chain wide = hub(500);
  check_means(wide, random_rewards(dice, wide, false, false), Discount::factor(.95), 20,
              random_distribution(dice, 500));
}

TEST_CASE("neighbouring seeds, customers and streams share nothing in their words") {
  constexpr std::uint32_t n = 1 << 18;
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> seeds{
      {0, 1}, {1, 2}, {41, 42}, {7, 7 + (std::uint64_t{1} << 32)}, {0, ~std::uint64_t{0}}};
  // Of each of 32 bits: two seeds and four streams beside each other, and lags of 1 to 65 customers.
  const double bound = normal_bound(error_rate / (32.0 * (5 * 4 + 6 + 5)));
  for (const auto& [a, b] : seeds) {
    for (const std::uint32_t stream : {0U, 1U, 2U, 3U}) {
      INFO("seeds " << a << " and " << b << ", stream " << stream);
      CHECK(agreement_z(first_words(a, 0, stream, n), first_words(b, 0, stream, n)) < bound);
    }
  }
  for (std::uint32_t one = 0; one < 4; ++one) {
    for (std::uint32_t other = one + 1; other < 4; ++other) {
      CHECK(agreement_z(first_words(5, 0, one, n), first_words(5, 0, other, n)) < bound);
    }
  }
  const std::vector<std::uint32_t> words = first_words(3, (std::uint64_t{1} << 32) - n / 2, 0, n);
  for (const std::size_t lag : {1U, 2U, 8U, 64U, 65U}) CHECK(agreement_z(words, words, lag) < bound);
}

TEST_CASE("values of neighbouring seeds and of neighbouring customers are uncorrelated") {
  const Chain chain = dense_eight();
  Dice dice(9);
  const Rewards rewards = random_rewards(dice, chain, false, true);
  constexpr int n_pairs = 50;
  const double bound = normal_bound(error_rate / (n_pairs * 5));
  std::vector<double> before;
  for (std::uint64_t seed = 0; seed <= n_pairs; ++seed) {
    const std::vector<double> values =
        values_of(simulate(chain, rewards, {.customers = 10'000, .horizon = 24, .seed = seed, .threads = 1}));
    if (seed > 0) {
      CHECK(std::abs(correlation_z(before, values)) < bound);
      for (const std::size_t lag : {1U, 2U, 8U, 64U}) {
        CHECK(std::abs(correlation_z(without_last(values, lag), without_first(values, lag))) < bound);
      }
    }
    before = values;
  }
}

TEST_CASE("moves of a customer are independent of each other and of other customers where the chain says so") {
  // Every row is the same law, so that states are draws of it and nothing else.
  constexpr std::int64_t customers = 5'000;
  constexpr std::size_t horizon = 41;
  const Vector law = numbers({.3, .2, .4, .1});
  const Chain chain(numbered(4), Matrix(law.transpose().replicate(4, 1)));
  std::vector<std::vector<double>> of_seed;
  for (const std::uint64_t seed : {100U, 101U}) {
    const auto sim = simulate(chain, Rewards(chain.states()),
                              {.customers = customers,
                               .horizon = static_cast<Index>(horizon),
                               .start = law,
                               .seed = seed,
                               .threads = 1,
                               .outputs = {.value = false, .journeys = true}});
    const auto states = sim.journeys().columns().states;
    REQUIRE(states.size() == static_cast<std::size_t>(customers) * (horizon + 1));
    of_seed.emplace_back(states.begin(), states.end());
  }
  // Lags of steps within and across words of one block and of the next, of one customer, and of two seeds.
  const std::vector<std::size_t> lags{1, 2, 3, 4, 5, 7, 8, 16};
  const double bound = normal_bound(error_rate / static_cast<double>(2 * lags.size() + 4));
  for (const std::size_t lag : lags) {
    INFO("lag " << lag);
    std::vector<double> now;
    std::vector<double> later;
    std::vector<double> squares_now;
    std::vector<double> squares_later;
    for (std::size_t customer = 0; customer < static_cast<std::size_t>(customers); ++customer) {
      for (std::size_t t = 0; t + lag <= horizon; ++t) {
        now.push_back(of_seed[0][customer * (horizon + 1) + t]);
        later.push_back(of_seed[0][customer * (horizon + 1) + t + lag]);
        squares_now.push_back((now.back() - 1.5) * (now.back() - 1.5));
        squares_later.push_back((later.back() - 1.5) * (later.back() - 1.5));
      }
    }
    CHECK(std::abs(correlation_z(now, later)) < bound);
    CHECK(std::abs(correlation_z(squares_now, squares_later)) < bound);
  }
  CHECK(std::abs(correlation_z(of_seed[0], of_seed[1])) < bound);
  for (const std::size_t n_customers : {1U, 2U, 64U}) {
    const std::size_t lag = n_customers * (horizon + 1);
    CHECK(std::abs(correlation_z(without_last(of_seed[0], lag), without_first(of_seed[0], lag))) < bound);
  }
}

TEST_CASE("customers go where the published generator and the tables say, whole words included") {
  // Rows so wide that the upper half of a word often leaves a move open, below and above 65,536 states.
  for (const Index n : {40'000, 70'000}) {
    INFO(n << " states");
    Dice dice(static_cast<std::uint64_t>(n));
    const Vector law = random_distribution(dice, n);
    std::vector<Eigen::Triplet<double>> moves;
    for (Index j = 0; j < n; ++j) moves.emplace_back(0, j, law[j]);
    for (Index i = 1; i < n; ++i) {
      moves.emplace_back(i, 0, .7);
      moves.emplace_back(i, 1 + i % (n - 1), .3);
    }
    SparseMatrix matrix(n, n);
    matrix.setFromTriplets(moves.begin(), moves.end());
    const Chain chain(numbered(n), matrix);
    constexpr std::uint64_t seed = (std::uint64_t{3} << 32) + 5;
    constexpr std::int64_t first_customer = (std::int64_t{1} << 32) - 10'000;
    constexpr std::int64_t customers = 20'000;
    constexpr std::uint32_t horizon = 31;
    // A state brings its number, so that the value tells of every state on the way.
    Vector amounts(n);
    for (Index i = 0; i < n; ++i) amounts[i] = static_cast<double>(i);
    const auto sim = simulate(
        chain, Rewards(chain.states(), amounts),
        {.customers = customers, .horizon = horizon, .start = law, .seed = seed, .first_customer = first_customer});
    const auto values = sim.value().values();

    const AliasTable table(chain, same_numbers(n));
    const AliasTable start(law);
    const std::array<std::uint32_t, 2> key{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
    std::size_t n_open = 0;
    std::size_t n_wrong = 0;
    for (std::int64_t k = 0; k < customers; ++k) {
      const auto customer = static_cast<std::uint64_t>(first_customer + k);
      const auto words = [&](std::uint32_t group, std::uint32_t stream) {
        return detail::philox4x32(
            {static_cast<std::uint32_t>(customer), static_cast<std::uint32_t>(customer >> 32), group, stream}, key);
      };
      std::uint32_t state = start.draw_exactly(0, words(0, detail::start_high)[0], words(0, detail::start_low)[0]);
      double value = 0.0;
      std::array<std::uint32_t, 4> high{};
      for (std::uint32_t t = 0; t < horizon; ++t) {
        value += state;
        if (t % 4 == 0) high = words(t / 4, detail::move_high);
        const auto low = [&] {
          ++n_open;
          return words(t / 4, detail::move_low)[t % 4];
        };
        state = table.draw(state, high[t % 4], low);
      }
      n_wrong += value != values[static_cast<std::size_t>(k)] ? 1 : 0;
    }
    CHECK(n_wrong == 0);
    CHECK(n_open > 1);
  }
}

TEST_CASE("rare moves beside frequent ones are made as often as they should be") {
  const std::vector<double> rare{1e-3, 1e-4, 1e-5, 1e-6, 3e-7};
  Matrix P = Matrix::Zero(7, 7);
  P(0, 1) = .3;
  for (std::size_t k = 0; k < rare.size(); ++k) P(0, static_cast<Index>(k) + 2) = rare[k];
  P(0, 0) = 1.0 - P.row(0).sum();
  for (Index i = 1; i < 7; ++i) P(i, 0) = 1.0;
  const Chain chain(numbered(7), P);
  const auto sim = simulate(
      chain, Rewards(chain.states()),
      {.customers = 300'000, .horizon = 120, .seed = 4, .threads = 1, .outputs = {.value = false, .moves = true}});
  const auto from = static_cast<double>(sim.moves().row(0).sum());
  REQUIRE(from > 2.5e7);
  for (std::size_t k = 0; k < rare.size(); ++k) {
    const double expected = from * rare[k];
    const auto seen = static_cast<double>(sim.moves()(0, static_cast<Index>(k) + 2));
    INFO("probability " << rare[k] << ": " << seen << " moves, expected " << expected);
    // Poisson's law beyond `seen`: its tails are those of chi-squared laws of even degrees.
    const double at_most = detail::chi_squared_tail(2.0 * expected, 2 * static_cast<Index>(seen) + 2);
    const double at_least =
        seen == 0.0 ? 1.0 : 1.0 - detail::chi_squared_tail(2.0 * expected, 2 * static_cast<Index>(seen));
    CHECK(std::min(at_most, at_least) > error_rate / (2.0 * static_cast<double>(rare.size())));
  }
}

TEST_CASE("of all 2^64 words each state has its share, however small") {
  Dice dice(77);
  for (Index n_entries = 1; n_entries <= 300; n_entries += n_entries < 40 ? 1 : 13) {
    INFO(n_entries << " moves");
    const Vector law = law_of_all_sizes(dice, n_entries);
    const AliasTable table(law);
    const std::vector<double> shares = shares_of(table, 0, static_cast<std::size_t>(law.size()));
    bool is_right = true;
    bool is_possible = true;
    for (Index j = 0; j < law.size(); ++j) {
      const double share = shares[static_cast<std::size_t>(j)];
      // Rounding ends up with one of the states that fill a cell or more; the others keep their digits.
      const auto digits = static_cast<double>(n_entries) * 0x1p-52;
      const bool fills_a_cell = law[j] * static_cast<double>(table.cells().size()) > .5;
      is_right = is_right && std::abs(share - law[j]) <= (fills_a_cell ? digits : digits * law[j]) + 0x1p-63;
      is_possible = is_possible && (law[j] > 0.0) == (share > 0.0);
    }
    CHECK(is_right);
    CHECK(is_possible);
  }
}

TEST_CASE("a churn of 1e-9 has its share to a word in 2^64, in rows of their own width and of a wider one") {
  for (const double churn : {1e-6, 1e-9, 1e-12, 1e-15}) {
    INFO(churn);
    Matrix P = Matrix::Zero(9, 9);
    P.row(0) = Vector::Constant(9, 1.0 / 9).transpose();
    P(1, 8) = churn;
    P(1, 1) = 1.0 - churn;
    P(2, 8) = churn;
    P(2, 0) = .75;
    P(2, 2) = .25 - churn;
    for (Index i = 3; i < 9; ++i) P(i, i) = 1.0;
    const Chain chain(numbered(9), P);
    const AliasTable wide(chain, same_numbers(9));
    for (const std::size_t row : {1U, 2U}) {
      CHECK(std::abs(shares_of(wide, row, 9)[8] - churn) <= 0x1p-62 + churn * 0x1p-50);
      const AliasTable own(Vector(P.row(static_cast<Index>(row)).transpose()));
      CHECK(std::abs(shares_of(own, 0, 9)[8] - churn) <= 0x1p-62 + churn * 0x1p-50);
    }
  }
}

TEST_CASE("the upper half of a word, where it decides, decides as the whole word does") {
  Dice dice(78);
  for (Index n_entries = 1; n_entries <= 300; n_entries += n_entries < 20 ? 1 : 17) {
    INFO(n_entries << " moves");
    const AliasTable table(law_of_all_sizes(dice, n_entries));
    const auto width = static_cast<unsigned>(table.rows()[0] & 0xff);
    std::vector<std::uint32_t> upper;
    for (std::uint32_t c = 0; c < table.cells().size(); ++c) {
      const auto first = static_cast<std::uint32_t>(std::uint64_t{c} << (32 - width));
      const std::uint32_t at = first + (table.cells()[c].threshold >> width);
      for (const std::uint32_t word : {first, first - 1, at - 1, at, at + 1}) upper.push_back(word);
    }
    for (int k = 0; k < 1'000; ++k) upper.push_back(static_cast<std::uint32_t>(dice.bits()));
    std::size_t n_asked = 0;
    bool agrees = true;
    for (const std::uint32_t high : upper) {
      for (const std::uint32_t low : {0U, 1U, 0x80000000U, 0xffffffffU, static_cast<std::uint32_t>(dice.bits())}) {
        const auto low_half = [&] {
          ++n_asked;
          return low;
        };
        agrees = agrees && table.draw(0, high, low_half) == table.draw_exactly(0, high, low);
      }
    }
    CHECK(agrees);
    CHECK(n_asked > 0);
    CHECK(n_asked < 5 * (3 * table.cells().size() + 2));
  }
}

TEST_CASE("no word leads out of the moves of a row, though they sum to slightly under one and cells are left over") {
  Dice dice(79);
  for (const Index n_moves : {1, 2, 3, 5, 6, 7, 9, 33}) {
    for (const double short_by : {0.0, 1e-12, 9e-13}) {
      const Index n = n_moves + 4;
      Matrix P = Matrix::Zero(n, n);
      for (Index i = 0; i < n; ++i) {
        const Vector law = random_distribution(dice, n_moves);
        for (Index k = 0; k < n_moves; ++k) P(i, (i + k) % n) = law[k] * (1.0 - short_by);
      }
      P.row(1) = Vector::Constant(n, (1.0 - short_by) / static_cast<double>(n)).transpose();
      const Chain chain(numbered(n), P);
      const AliasTable table(chain, same_numbers(n));
      bool is_possible = true;
      for (Index i = 0; i < n; ++i) {
        const auto row = static_cast<std::size_t>(i);
        const auto width = static_cast<unsigned>(table.rows()[row] & 0xff);
        const auto look = [&](std::uint64_t word) {
          const std::uint32_t state = drawn(table, row, word);
          is_possible = is_possible && state < static_cast<std::uint32_t>(n) && P(i, state) > 0.0;
        };
        for (std::uint64_t c = 0; c < std::uint64_t{1} << width; ++c) {
          const std::uint64_t first = width == 0 ? 0 : c << (64 - width);
          for (const std::uint64_t inside : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0} >> width})
            look(first + inside);
        }
        for (int k = 0; k < 200; ++k) look(dice.bits());
        look(~std::uint64_t{0});
      }
      CHECK(is_possible);
      const auto sim = simulate(chain, Rewards(chain.states()),
                                {.customers = 2'000,
                                 .horizon = 40,
                                 .start = Vector::Constant(n, 1.0 / static_cast<double>(n)),
                                 .outputs = {.value = false, .moves = true}});
      CHECK((P.array() == 0.0).select(sim.moves().cast<double>().array(), 0.0).sum() == 0.0);
      CHECK(sim.moves().sum() > 0);
    }
  }
}
