// Laws that a simulation must follow, over many seeds. Seeds are fixed. A correct simulation would fail each call of a check
// below, and each test that makes its own, with a probability of 1e-6 (shared out over what is compared in it), and the whole
// file with 2e-5: a pass is no luck, and a failure is a fault.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "simulation/alias_table.hpp"
#include "simulation/law_cases.hpp"
#include "simulation/walk.hpp"
#include "sojourn/simulation/simulate.hpp"
#include "sojourn/value/lifetime_value.hpp"
#include "sojourn/value/value_law.hpp"
#include "support/support.hpp"
#include "support/tails.hpp"

using namespace sojourn;
using namespace sojourn::test;
using detail::AliasTable;

namespace {

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
