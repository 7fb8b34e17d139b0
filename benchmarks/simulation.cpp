// How fast do customers walk? `simulate` beside a walk written by hand with std::discrete_distribution and mt19937_64, and
// beside what the machine allows: the same random words, one gather from a table of moves, one from a table of rewards,
// and nothing else. Contestants take turns in one process and the best of their rounds counts, so that ratios hold on a
// busy machine. A living step is one move drawn for a customer who has not yet left, its discounted reward included.
//
// Every instruction set that the machine has is timed, or the one that SOJOURN_SIMD names: plain, avx2 or avx512.
#include <sojourn/sojourn.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#if defined(__x86_64__) && defined(__GNUC__)
#define SOJOURN_BENCHMARK_X86 1
#ifndef __clang__
// g++ 12 takes the undefined upper operands of its own intrinsics for mistakes.
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#endif

namespace {

using namespace sojourn;

constexpr int rounds = 15;
constexpr double factor = 0.99;

// --- instructions ----------------------------------------------------------------------------------------------------

enum class Tier { plain, avx2, avx512 };

Tier best_tier() {
#ifdef SOJOURN_BENCHMARK_X86
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl")) {
    return Tier::avx512;
  }
  if (__builtin_cpu_supports("avx2")) return Tier::avx2;
#endif
  return Tier::plain;
}

const char* name_of(Tier tier) {
  return tier == Tier::avx512 ? "avx512" : tier == Tier::avx2 ? "avx2" : "plain";
}

/// The library reads the variable in every call.
void use(Tier tier) {
  setenv("SOJOURN_SIMD", name_of(tier), 1);
}

/// Those to be timed, the best first: the one that is forced, or all that the machine has.
std::vector<Tier> tiers() {
  const char* variable = std::getenv("SOJOURN_SIMD");
  const std::string_view forced = variable == nullptr ? "" : variable;
  std::vector<Tier> result;
  for (const Tier tier : {Tier::avx512, Tier::avx2, Tier::plain}) {
    if (tier <= best_tier() && (forced.empty() || forced == name_of(tier))) result.push_back(tier);
  }
  return result;
}

// --- the bound: random words and gathers, no customer waiting for his last move ---------------------------------------

/// Tables as large as those of a chain.
struct Tables {
  std::vector<std::uint64_t> cells;  // the lowest 16 bits name a state
  std::vector<double> rewards;
};

/// What of a step is done: its random word, the cell that it picks, the reward of the state in the cell.
enum class Part { word, cell, reward };

constexpr std::uint64_t multiplier_0 = 0xD2511F53;
constexpr std::uint64_t multiplier_1 = 0xCD9E8D57;
constexpr std::uint32_t weyl_0 = 0x9E3779B9;
constexpr std::uint32_t weyl_1 = 0xBB67AE85;
constexpr int philox_rounds = 10;

/// `customers` times `steps` steps, both multiples of 16; the sum keeps the compiler from leaving them out.
template <Part part>
double bound_plain(const Tables& tables, std::int64_t customers, int steps) {
  const std::uint64_t n_cells = tables.cells.size();
  double sum = 0.0;
  std::uint64_t bits = 0;
  for (std::int64_t customer = 0; customer < customers; ++customer) {
    for (int block = 0; block < steps / 4; ++block) {
      std::array<std::uint32_t, 4> c = {static_cast<std::uint32_t>(customer), 0, static_cast<std::uint32_t>(block), 0};
      std::uint32_t key_0 = 7;
      std::uint32_t key_1 = 0;
      for (int round = 0; round < philox_rounds; ++round) {
        const std::uint64_t p0 = multiplier_0 * c[0];
        const std::uint64_t p1 = multiplier_1 * c[2];
        c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ key_0, static_cast<std::uint32_t>(p1),
             static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ key_1, static_cast<std::uint32_t>(p0)};
        key_0 += weyl_0;
        key_1 += weyl_1;
      }
      for (const std::uint32_t word : c) {
        if constexpr (part == Part::word) {
          bits ^= word;
        } else {
          const std::uint64_t cell = tables.cells[static_cast<std::size_t>((word * n_cells) >> 32)];
          if constexpr (part == Part::cell) {
            bits ^= cell;
          } else {
            sum += tables.rewards[cell & 0xffff];
          }
        }
      }
    }
  }
  return sum + static_cast<double>(bits & 1);
}

#ifdef SOJOURN_BENCHMARK_X86

struct Keys {
  std::array<std::int64_t, philox_rounds> low;
  std::array<std::int64_t, philox_rounds> high;
};

Keys key_schedule() {
  Keys keys{};
  std::uint32_t low = 7;
  std::uint32_t high = 0;
  for (std::size_t round = 0; round < philox_rounds; ++round) {
    keys.low[round] = low;
    keys.high[round] = high;
    low += weyl_0;
    high += weyl_1;
  }
  return keys;
}

/// Eight customers per vector, two vectors at a time. The upper halves of the lanes are garbage that nobody reads.
template <Part part>
__attribute__((target("avx512f"))) double bound_avx512(const Tables& tables, std::int64_t customers, int steps) {
  constexpr int vectors = 2;
  const Keys keys = key_schedule();
  const __m512i m0 = _mm512_set1_epi64(static_cast<long long>(multiplier_0));
  const __m512i m1 = _mm512_set1_epi64(static_cast<long long>(multiplier_1));
  const __m512i n_cells = _mm512_set1_epi64(static_cast<long long>(tables.cells.size()));
  const __m512i state_bits = _mm512_set1_epi64(0xffff);
  const __m512i lanes = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
  __m512i bits = _mm512_setzero_si512();
  __m512d sums[4] = {_mm512_setzero_pd(), _mm512_setzero_pd(), _mm512_setzero_pd(), _mm512_setzero_pd()};
  for (std::int64_t customer = 0; customer < customers; customer += 8 * vectors) {
    for (int block = 0; block < steps / 4; ++block) {
      __m512i c[vectors][4];
      for (int v = 0; v < vectors; ++v) {
        c[v][0] = _mm512_add_epi64(_mm512_set1_epi64(customer + 8 * v), lanes);
        c[v][1] = _mm512_setzero_si512();
        c[v][2] = _mm512_set1_epi64(block);
        c[v][3] = _mm512_setzero_si512();
      }
      for (std::size_t round = 0; round < philox_rounds; ++round) {
        const __m512i k0 = _mm512_set1_epi64(keys.low[round]);
        const __m512i k1 = _mm512_set1_epi64(keys.high[round]);
        for (int v = 0; v < vectors; ++v) {
          const __m512i p0 = _mm512_mul_epu32(c[v][0], m0);
          const __m512i p1 = _mm512_mul_epu32(c[v][2], m1);
          c[v][0] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p1, 32), c[v][1], k0, 0x96);
          c[v][1] = p1;
          c[v][2] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p0, 32), c[v][3], k1, 0x96);
          c[v][3] = p0;
        }
      }
      for (int v = 0; v < vectors; ++v) {
        for (int word = 0; word < 4; ++word) {
          if constexpr (part == Part::word) {
            bits = _mm512_xor_si512(bits, c[v][word]);
          } else {
            const __m512i index = _mm512_srli_epi64(_mm512_mul_epu32(c[v][word], n_cells), 32);
            const __m512i cell = _mm512_i64gather_epi64(index, tables.cells.data(), 8);
            if constexpr (part == Part::cell) {
              bits = _mm512_xor_si512(bits, cell);
            } else {
              const __m512i state = _mm512_and_si512(cell, state_bits);
              sums[word] = _mm512_add_pd(sums[word], _mm512_i64gather_pd(state, tables.rewards.data(), 8));
            }
          }
        }
      }
    }
  }
  const __m512d sum = _mm512_add_pd(_mm512_add_pd(sums[0], sums[1]), _mm512_add_pd(sums[2], sums[3]));
  return _mm512_reduce_add_pd(sum) + static_cast<double>(_mm512_reduce_or_epi64(bits) & 1);
}

/// The same with four customers per vector.
template <Part part>
__attribute__((target("avx2"))) double bound_avx2(const Tables& tables, std::int64_t customers, int steps) {
  constexpr int vectors = 2;
  const Keys keys = key_schedule();
  const auto* cells = reinterpret_cast<const long long*>(tables.cells.data());
  const __m256i m0 = _mm256_set1_epi64x(static_cast<long long>(multiplier_0));
  const __m256i m1 = _mm256_set1_epi64x(static_cast<long long>(multiplier_1));
  const __m256i n_cells = _mm256_set1_epi64x(static_cast<long long>(tables.cells.size()));
  const __m256i state_bits = _mm256_set1_epi64x(0xffff);
  const __m256i lanes = _mm256_set_epi64x(3, 2, 1, 0);
  __m256i bits = _mm256_setzero_si256();
  __m256d sums[4] = {_mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_setzero_pd()};
  for (std::int64_t customer = 0; customer < customers; customer += 4 * vectors) {
    for (int block = 0; block < steps / 4; ++block) {
      __m256i c[vectors][4];
      for (int v = 0; v < vectors; ++v) {
        c[v][0] = _mm256_add_epi64(_mm256_set1_epi64x(customer + 4 * v), lanes);
        c[v][1] = _mm256_setzero_si256();
        c[v][2] = _mm256_set1_epi64x(block);
        c[v][3] = _mm256_setzero_si256();
      }
      for (std::size_t round = 0; round < philox_rounds; ++round) {
        const __m256i k0 = _mm256_set1_epi64x(keys.low[round]);
        const __m256i k1 = _mm256_set1_epi64x(keys.high[round]);
        for (int v = 0; v < vectors; ++v) {
          const __m256i p0 = _mm256_mul_epu32(c[v][0], m0);
          const __m256i p1 = _mm256_mul_epu32(c[v][2], m1);
          c[v][0] = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p1, 32), c[v][1]), k0);
          c[v][1] = p1;
          c[v][2] = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p0, 32), c[v][3]), k1);
          c[v][3] = p0;
        }
      }
      for (int v = 0; v < vectors; ++v) {
        for (int word = 0; word < 4; ++word) {
          if constexpr (part == Part::word) {
            bits = _mm256_xor_si256(bits, c[v][word]);
          } else {
            const __m256i index = _mm256_srli_epi64(_mm256_mul_epu32(c[v][word], n_cells), 32);
            const __m256i cell = _mm256_i64gather_epi64(cells, index, 8);
            if constexpr (part == Part::cell) {
              bits = _mm256_xor_si256(bits, cell);
            } else {
              const __m256i state = _mm256_and_si256(cell, state_bits);
              sums[word] = _mm256_add_pd(sums[word], _mm256_i64gather_pd(tables.rewards.data(), state, 8));
            }
          }
        }
      }
    }
  }
  std::array<double, 4> sum{};
  std::array<std::int64_t, 4> bit{};
  _mm256_storeu_pd(sum.data(), _mm256_add_pd(_mm256_add_pd(sums[0], sums[1]), _mm256_add_pd(sums[2], sums[3])));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(bit.data()), bits);
  return sum[0] + sum[1] + sum[2] + sum[3] + static_cast<double>((bit[0] | bit[1] | bit[2] | bit[3]) & 1);
}

#endif

template <Part part>
double bound(Tier tier, const Tables& tables, std::int64_t customers, int steps) {
#ifdef SOJOURN_BENCHMARK_X86
  if (tier == Tier::avx512) return bound_avx512<part>(tables, customers, steps);
  if (tier == Tier::avx2) return bound_avx2<part>(tables, customers, steps);
#endif
  return bound_plain<part>(tables, customers, steps);
}

// --- chains -----------------------------------------------------------------------------------------------------------

struct Case {
  Chain chain;
  Rewards rewards;
  Index horizon;
  double exact;  // value of a customer who starts in the first state

  Case(Chain c, Index periods) : chain(std::move(c)), rewards(chain.states(), money(chain)), horizon(periods) {
    exact = lifetime_value(chain, rewards, {.discount = Discount::factor(factor), .horizon = horizon}).mean()[0];
  }

  SimulateOptions options(std::int64_t customers) const {
    return {.customers = customers,
            .horizon = horizon,
            .discount = Discount::factor(factor),
            .seed = static_cast<std::uint64_t>(chain.n_states()),
            .threads = 1};
  }

  /// Moves drawn for customers who have not left, of the very customers that `options` simulates.
  double living_steps(std::int64_t customers) const {
    SimulateOptions counted = options(customers);
    counted.outputs = {.value = false, .occupancy = true};
    return static_cast<double>(simulate(chain, rewards, counted).survivors().sum());
  }

 private:
  static Vector money(const Chain& chain) {
    Vector r = Vector::LinSpaced(chain.n_states(), 1.0, 10.0);
    r[chain.n_states() - 1] = 0.0;
    return r;
  }
};

std::vector<std::string> names(Index n) {
  std::vector<std::string> result;
  for (Index i = 0; i < n; ++i) result.push_back(std::to_string(i));
  return result;
}

/// Some twenty living steps of sixty.
double drawn_churn(std::mt19937_64& random) {
  return 0.03 + 0.03 * std::uniform_real_distribution<double>(0.0, 1.0)(random);
}

Case dense_case(Index n) {
  std::mt19937_64 random(static_cast<std::uint64_t>(n));
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  Matrix P = Matrix::Zero(n, n);
  P(n - 1, n - 1) = 1.0;
  for (Index i = 0; i + 1 < n; ++i) {
    const double churn = drawn_churn(random);
    for (Index j = 0; j + 1 < n; ++j) P(i, j) = uniform(random);
    P.row(i) *= (1.0 - churn) / P.row(i).sum();
    P(i, n - 1) = churn;
  }
  return {Chain(StateSpace(names(n)), std::move(P), Period::months(1)), 60};
}

/// Eight moves per state to anywhere, and the same churn.
Case sparse_case(Index n) {
  std::mt19937_64 random(static_cast<std::uint64_t>(n));
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  std::uniform_int_distribution<int> anywhere(0, static_cast<int>(n) - 2);
  const int exit = static_cast<int>(n) - 1;
  std::vector<Eigen::Triplet<double>> moves = {{exit, exit, 1.0}};
  for (int i = 0; i < exit; ++i) {
    const double churn = drawn_churn(random);
    std::array<double, 8> weight{};
    double total = 0.0;
    for (double& w : weight) total += w = uniform(random);
    for (const double w : weight) moves.emplace_back(i, anywhere(random), w * (1.0 - churn) / total);
    moves.emplace_back(i, exit, churn);
  }
  SparseMatrix P(n, n);
  P.setFromTriplets(moves.begin(), moves.end());
  return {Chain(StateSpace(names(n)), P, Period::months(1)), 60};
}

Case case_of(Index n) {
  return n <= 32 ? dense_case(n) : sparse_case(n);
}

/// Eight states; who is in one stays with .95, leaves for good with .005 and else goes on to any other; a year of days.
Case sticky_case() {
  constexpr Index n = 8;
  Matrix P = Matrix::Constant(n, n, 0.045 / static_cast<double>(n - 2));
  for (Index i = 0; i < n; ++i) P(i, i) = 0.95;
  P.col(n - 1).setConstant(0.005);
  P.row(n - 1).setZero();
  P(n - 1, n - 1) = 1.0;
  return {Chain(StateSpace(names(n)), std::move(P), Period::days(1)), 365};
}

Tables tables_of(const Case& one) {
  Tables tables;
  for (Index i = 0; i < one.chain.n_states(); ++i) {
    one.chain.for_each_move(i, [&](Index j, double) { tables.cells.push_back(static_cast<std::uint64_t>(j)); });
    tables.rewards.push_back(one.rewards.per_state()[i]);
  }
  return tables;
}

// --- contestants ------------------------------------------------------------------------------------------------------

/// What a run has done, and its mean value with a standard error; an error of 0: there is nothing to compare.
struct Outcome {
  double steps = 0.0;
  double mean = 0.0;
  double standard_error = 0.0;
};

volatile double kept = 0.0;  // so that nothing is left out

struct Contestant {
  std::string name;
  std::function<Outcome()> run;
  double best = std::numeric_limits<double>::infinity();  // seconds
  Outcome outcome = {};

  double per_step() const { return 1e9 * best / outcome.steps; }
};

void race(std::vector<Contestant>& contestants) {
  for (int round = 0; round < rounds; ++round) {
    for (Contestant& one : contestants) {
      const auto start = std::chrono::steady_clock::now();
      one.outcome = one.run();
      one.best = std::min(one.best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
  }
}

Contestant ours(std::string name, Tier tier, const Case& one, std::int64_t customers,
                const SimulationOutputs& outputs = {}, int threads = 1) {
  SimulateOptions options = one.options(customers);
  options.outputs = outputs;
  options.threads = threads;
  const double steps = one.living_steps(customers);
  return {std::move(name), [&one, tier, options, steps]() -> Outcome {
            use(tier);
            const Simulation result = simulate(one.chain, one.rewards, options);
            return {steps, result.value().mean(), result.value().standard_error()};
          }};
}

/// Columns that the caller has made once, as a program does that works through its customers part by part.
struct Columns {
  std::vector<std::int64_t> customers, offsets, times;
  std::vector<std::int32_t> states;
  std::vector<double> values;

  JourneyBuffers all(const Simulation& of) {
    JourneyBuffers buffers = only_states(of);
    customers.resize(static_cast<std::size_t>(of.customers()));
    times.resize(states.size());
    values.resize(states.size());
    buffers.customers = customers;
    buffers.times = times;
    buffers.values = values;
    return buffers;
  }
  JourneyBuffers only_states(const Simulation& of) {
    offsets.resize(static_cast<std::size_t>(of.customers()) + 1);
    states.resize(static_cast<std::size_t>(of.n_journey_entries()));
    return {.offsets = offsets, .states = states};
  }
};

/// Whole journeys beside the values, written into columns by one thread where the simulation has one.
Contestant with_journeys(std::string name, Tier tier, const Case& one, std::int64_t customers,
                         const std::function<void(const Simulation&)>& write) {
  SimulateOptions options = one.options(customers);
  options.outputs = {.journeys = true};
  options.threads = 1;
  const double steps = one.living_steps(customers);
  return {std::move(name), [&one, tier, options, steps, write]() -> Outcome {
            use(tier);
            const Simulation result = simulate(one.chain, one.rewards, options);
            write(result);
            return {steps, result.value().mean(), result.value().standard_error()};
          }};
}

/// What a careful user would write: one law per row, over the moves that are possible.
class WalkByHand {
 public:
  explicit WalkByHand(const Case& one) : rewards_(one.rewards.per_state()), horizon_(one.horizon), random_(11) {
    for (Index i = 0; i < one.chain.n_states(); ++i) {
      std::vector<double> probabilities;
      targets_.emplace_back();
      one.chain.for_each_move(i, [&](Index j, double p) {
        targets_.back().push_back(j);
        probabilities.push_back(p);
      });
      laws_.emplace_back(probabilities.begin(), probabilities.end());
      is_absorbing_.push_back(targets_.back() == std::vector<Index>{i});
    }
  }

  Outcome run(std::int64_t customers) {
    double sum = 0.0;
    double squares = 0.0;
    std::int64_t steps = 0;
    for (std::int64_t customer = 0; customer < customers; ++customer) {
      Index state = 0;
      double value = 0.0;
      double discount = 1.0;
      Index t = 0;
      for (; t < horizon_ && !is_absorbing_[static_cast<std::size_t>(state)]; ++t) {
        const auto at = static_cast<std::size_t>(state);
        value += discount * rewards_[state];
        discount *= factor;
        state = targets_[at][static_cast<std::size_t>(laws_[at](random_))];
      }
      steps += t;
      sum += value;
      squares += value * value;
    }
    const auto n = static_cast<double>(customers);
    const double mean = sum / n;
    return {static_cast<double>(steps), mean, std::sqrt((squares / n - mean * mean) / n)};
  }

 private:
  std::vector<std::discrete_distribution<int>> laws_;
  std::vector<std::vector<Index>> targets_;
  std::vector<char> is_absorbing_;
  Vector rewards_;
  Index horizon_;
  std::mt19937_64 random_;
};

Contestant by_hand(const Case& one, std::int64_t customers) {
  return {"std::discrete_distribution, mt19937_64",
          [walk = WalkByHand(one), customers]() mutable { return walk.run(customers); }};
}

template <Part part>
Contestant bound_of(std::string name, Tier tier, const Tables& tables) {
  constexpr std::int64_t customers = 1 << 16;
  constexpr int steps = 64;
  return {std::move(name), [tier, &tables]() -> Outcome {
            kept = bound<part>(tier, tables, customers, steps);
            return {static_cast<double>(customers * steps)};
          }};
}

// --- the table --------------------------------------------------------------------------------------------------------

std::string verdict(const char* words, bool is_met) {
  return std::string(words) + (is_met ? " met" : " MISSED");
}

/// One line: time and speed per living step, ours by it or it by ours in words, and how far its mean is from the exact.
void show(const Case& one, const Contestant& contestant, const std::string& words) {
  const double error = contestant.outcome.standard_error;
  std::printf("%-42s %8.3f ns  %9.3g steps/s  %-44s", contestant.name.c_str(), contestant.per_step(),
              1e9 / contestant.per_step(), words.c_str());
  if (error > 0.0) std::printf("  z %+.2f", (contestant.outcome.mean - one.exact) / error);
  std::printf("\n");
}

std::string ratio(double number, const char* words, const std::string& goal = {}) {
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "%.3g %s", number, words);
  return text.data() + (goal.empty() ? goal : "  goal " + goal);
}

struct Goal {
  double number;
  const char* words;
};

/// So many times as fast as std::discrete_distribution.
Goal over_std(Tier tier) {
  return tier == Tier::avx512 ? Goal{10.0, "≥ 10"} : tier == Tier::avx2 ? Goal{4.5, "≥ 4.5"} : Goal{3.0, "≥ 3"};
}

void walks(const std::vector<Tier>& all_tiers) {
  constexpr std::int64_t customers = 200'000;
  const std::array<Case, 3> cases = {case_of(8), case_of(32), case_of(1000)};
  std::vector<Tables> tables;
  for (const Case& one : cases) tables.push_back(tables_of(one));
  // Per chain the walk by hand, then four per tier.
  std::vector<Contestant> all;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    all.push_back(by_hand(cases[i], 20'000));
    for (const Tier tier : all_tiers) {
      const std::string name = name_of(tier);
      all.push_back(ours("simulate, " + name, tier, cases[i], customers));
      all.push_back(bound_of<Part::word>("  bound: random words", tier, tables[i]));
      all.push_back(bound_of<Part::cell>("  bound: and the cells they pick", tier, tables[i]));
      all.push_back(bound_of<Part::reward>("  bound: and the rewards of those", tier, tables[i]));
    }
  }
  race(all);
  const std::size_t per_case = 1 + 4 * all_tiers.size();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Contestant* hand = &all[per_case * i];
    const bool is_sparse = cases[i].chain.n_states() > 32;
    std::printf("\n%lld states%s, %.1f living steps per customer, 60 periods\n",
                static_cast<long long>(cases[i].chain.n_states()), is_sparse ? ", 8 moves and churn per state" : "",
                hand[1].outcome.steps / static_cast<double>(customers));
    show(cases[i], *hand, "");
    for (std::size_t k = 0; k < all_tiers.size(); ++k) {
      const Contestant* c = hand + 1 + 4 * k;
      const double mine = c->per_step();
      const Goal goal = over_std(all_tiers[k]);
      const double gain = hand->per_step() / mine;
      show(cases[i], c[0], ratio(gain, "x as fast as by hand", verdict(goal.words, gain >= goal.number)));
      if (is_sparse) {
        const double as_eight = mine / all[1 + 4 * k].per_step();
        std::printf("  %s\n", ratio(as_eight, "of the time of 8 states", verdict("≤ 1.5", as_eight <= 1.5)).c_str());
      }
      for (int part = 1; part <= 3; ++part) {
        const double reached = c[part].per_step() / mine;
        const bool has_goal = part == 3 && all_tiers[k] == Tier::avx512;
        show(cases[i], c[part],
             ratio(reached, "of the time of simulate", has_goal ? verdict("≥ 0.7", reached >= 0.7) : ""));
      }
    }
  }
}

void sticky(Tier tier) {
  const Case one = sticky_case();
  std::vector<Contestant> all = {ours("simulate", tier, one, 20'000), by_hand(one, 2'000)};
  race(all);
  std::printf("\n8 states, stay .95, 365 periods, %.1f living steps per customer\n", all[0].outcome.steps / 20'000.0);
  show(one, all[0], ratio(all[1].per_step() / all[0].per_step(), "x as fast as by hand"));
  show(one, all[1], "");
}

void outputs(Tier tier) {
  constexpr std::int64_t customers = 200'000;
  const Case one = case_of(8);
  Columns columns;
  std::vector<Contestant> all = {
      ours("value", tier, one, customers),
      ours("summary of values", tier, one, customers, {.value = false, .value_summary = true}),
      ours("value and occupancy", tier, one, customers, {.occupancy = true}),
      ours("value and all that is counted", tier, one, customers,
           {.occupancy = true, .revenue = true, .moves = true, .end_times = true}),
      with_journeys("value and whole journeys, as they are kept", tier, one, customers, [](const Simulation&) {}),
      with_journeys("the same, states and offsets written", tier, one, customers,
                    [&](const Simulation& of) { of.write_journeys(columns.only_states(of)); }),
      with_journeys("the same, all five columns written", tier, one, customers,
                    [&](const Simulation& of) { of.write_journeys(columns.all(of)); }),
      with_journeys("the same, made into Journeys", tier, one, customers,
                    [](const Simulation& of) { kept = static_cast<double>(of.journeys().n_journeys()); })};
  race(all);
  std::printf("\n8 states, what comes out\n");
  show(one, all[0], "");
  for (std::size_t i = 1; i < all.size(); ++i) {
    const double times = all[i].best / all[0].best;
    const bool has_goal = all[i].name == "value and whole journeys, as they are kept";
    show(one, all[i], ratio(times, "of the time of values alone", has_goal ? verdict("≤ 1.5", times <= 1.5) : ""));
  }
}

/// Some milliseconds of work that no other core can share.
void spin() {
  std::uint64_t x = 88172645463325252ULL;
  for (int i = 0; i < 8'000'000; ++i) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
  }
  kept = static_cast<double>(x);
}

void threads(Tier tier) {
  const std::array<Case, 3> cases = {case_of(8), case_of(32), case_of(1000)};
  const auto n = std::max(1U, std::thread::hardware_concurrency());
  std::vector<Contestant> all = {{"busy loop",
                                  []() -> Outcome {
                                    spin();
                                    return {};
                                  }},
                                 {"busy loops on every core", [n]() -> Outcome {
                                    std::vector<std::thread> crew;
                                    for (unsigned i = 1; i < n; ++i) crew.emplace_back(spin);
                                    spin();
                                    for (std::thread& one : crew) one.join();
                                    return {};
                                  }}};
  for (const Case& one : cases) {
    const std::string states = std::to_string(one.chain.n_states()) + " states, ";
    all.push_back(ours(states + "1 thread", tier, one, 1'000'000));
    all.push_back(ours(states + "all threads", tier, one, 1'000'000, {}, 0));
  }
  race(all);
  const double free = static_cast<double>(n) * all[0].best / all[1].best;
  std::printf("\n1,000,000 customers; busy loops that wait for nothing find %.2f of %u cores free\n", free, n);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Contestant* c = &all[2 + 2 * i];
    const double gain = c[0].best / c[1].best;
    std::string goal;
    if (n == 2) goal = free >= 1.8 ? verdict("≥ 1.6", gain >= 1.6) : "≥ 1.6 not judged: no two cores are free";
    show(cases[i], c[0], "");
    show(cases[i], c[1], ratio(gain, "x as fast", goal));
  }
}

int usage() {
  std::fputs(
      "simulation [walks] [sticky] [outputs] [threads]   tables, all without an argument\n"
      "simulation run STATES CUSTOMERS                   one run, for counting instructions; 8, 32 or 1000 states\n"
      "simulation steps STATES CUSTOMERS                 the living steps of that run\n"
      "simulation instructions                           how to count them\n",
      stderr);
  return 2;
}

void explain_instructions() {
  std::printf(
      "Instructions per living step: those of two runs that differ in customers only, subtracted, by the living steps\n"
      "subtracted, so that making the chain is not counted. For each tier that callgrind knows (it has no AVX-512):\n\n"
      "  SOJOURN_SIMD=avx2 valgrind --tool=callgrind --callgrind-out-file=/dev/null simulation run 8 20000\n"
      "  SOJOURN_SIMD=avx2 valgrind --tool=callgrind --callgrind-out-file=/dev/null simulation run 8 60000\n"
      "  simulation steps 8 20000; simulation steps 8 60000\n\n"
      "`python benchmarks/simulation.py instructions --program simulation` does all of it.\n");
}

}  // namespace

int main(int n_arguments, char** arguments) {
  const std::vector<std::string> given(arguments + 1, arguments + n_arguments);
  if (given == std::vector<std::string>{"instructions"}) {
    explain_instructions();
    return 0;
  }
  if (!given.empty() && (given[0] == "run" || given[0] == "steps")) {
    if (given.size() != 3) return usage();
    const Case one = case_of(std::max(2L, std::atol(given[1].c_str())));
    const std::int64_t customers = std::max(1L, std::atol(given[2].c_str()));
    if (given[0] == "steps") {
      std::printf("%.0f\n", one.living_steps(customers));
    } else {
      std::printf("mean %.6f, exact %.6f\n", simulate(one.chain, one.rewards, one.options(customers)).value().mean(),
                  one.exact);
    }
    return 0;
  }
  const std::vector<Tier> timed = tiers();
  if (timed.empty()) {
    std::fputs("SOJOURN_SIMD: plain, avx2 or avx512, if the machine has it\n", stderr);
    return 2;
  }
  const std::vector<std::pair<std::string, std::function<void()>>> tables = {
      {"walks", [&timed] { walks(timed); }},
      {"sticky", [&timed] { sticky(timed[0]); }},
      {"outputs", [&timed] { outputs(timed[0]); }},
      {"threads", [&timed] { threads(timed[0]); }}};
  for (const std::string& name : given) {
    if (std::none_of(tables.begin(), tables.end(), [&](const auto& table) { return table.first == name; })) {
      return usage();
    }
  }
  std::printf("best of %d rounds, per living step; one thread and %s unless said\n", rounds, name_of(timed[0]));
  for (const auto& [name, table] : tables) {
    if (given.empty() || std::find(given.begin(), given.end(), name) != given.end()) table();
  }
}
