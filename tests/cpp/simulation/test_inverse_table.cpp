#include "simulation/inverse_table.hpp"

#include <cmath>
#include <map>

#include "support/philox.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;
using detail::InverseTable;

namespace {

constexpr std::uint64_t top = std::numeric_limits<std::uint64_t>::max();

Index draw(const InverseTable& table, Index row, std::uint64_t u) {
  return table.draw(row, static_cast<std::uint32_t>(u >> 32), [u] { return static_cast<std::uint32_t>(u); });
}

/// The first number that draws a state at or after `state`, by bisection; 2^64 - 1 where hardly any does.
std::uint64_t first_that_draws(const InverseTable& table, Index row, Index state) {
  std::uint64_t low = 0;
  std::uint64_t high = top;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (draw(table, row, middle) >= state) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace

TEST_CASE("an inverse table draws the states of a row in their order, each by its share of the numbers") {
  const InverseTable table(numbers({.25, 0.0, .5, .25}));
  CHECK(draw(table, 0, 0) == 0);
  CHECK(draw(table, 0, (std::uint64_t{1} << 62) - 1) == 0);
  CHECK(draw(table, 0, std::uint64_t{1} << 62) == 2);
  CHECK(draw(table, 0, (std::uint64_t{3} << 62) - 1) == 2);
  CHECK(draw(table, 0, std::uint64_t{3} << 62) == 3);
  CHECK(draw(table, 0, top) == 3);
}

TEST_CASE("the state drawn by an inverse table never falls where the number rises") {
  Dice dice(11);
  for (int turn = 0; turn < 50; ++turn) {
    const Chain chain = random_chain(dice, dice.integer(1, 20));
    const InverseTable table(chain);
    std::vector<std::uint64_t> words;
    for (int i = 0; i < 200; ++i) words.push_back(dice.bits());
    std::sort(words.begin(), words.end());
    for (Index row = 0; row < chain.n_states(); ++row) {
      Index last = 0;
      for (const std::uint64_t word : words) {
        const Index state = draw(table, row, word);
        REQUIRE(state >= last);
        REQUIRE(chain.probability(row, state) > 0.0);
        last = state;
      }
    }
  }
}

TEST_CASE("the shares of an inverse table are the probabilities to 2^-52 of them, small ones too") {
  Dice dice(12);
  for (int turn = 0; turn < 40; ++turn) {
    const Index n = dice.integer(2, 9);
    Vector law(n);
    for (Index i = 0; i < n; ++i) law[i] = std::exp(dice.uniform(-30.0, 0.0));
    law /= law.sum();
    const InverseTable table(law);
    for (Index i = 0; i + 1 < n; ++i) {
      const std::uint64_t count = first_that_draws(table, 0, i + 1) - first_that_draws(table, 0, i);
      CHECK(std::ldexp(static_cast<double>(count), -64) == Catch::Approx(law[i]).epsilon(1e-7).margin(1e-16));
    }
  }
}

TEST_CASE("a churn of 1e-12 is drawn by 1e-12 of the numbers, first or last in its row") {
  const double churn = 1e-12;
  const auto expected = static_cast<std::uint64_t>(std::ldexp(churn, 64));
  const InverseTable last(numbers({.3, .7 - churn, churn}));
  const std::uint64_t n_last = top - first_that_draws(last, 0, 2) + 1;
  const InverseTable first(numbers({churn, .3, .7 - churn}));
  const std::uint64_t n_first = first_that_draws(first, 0, 1);
  for (const std::uint64_t n : {n_last, n_first}) {
    CHECK(std::abs(static_cast<double>(n) - static_cast<double>(expected)) < 1e-9 * static_cast<double>(expected));
  }
}

TEST_CASE("a row that sums to a hair less or more than one never leaves its states") {
  for (const double gap : {1e-12, -1e-12, 1e-10, -9e-10}) {
    const Chain chain(StateSpace{"a", "b", "c"}, matrix({{.5 - gap, .5, 0}, {0, .5, .5 - gap}, {0, 0, 1}}));
    const InverseTable table(chain);
    CHECK(draw(table, 0, 0) == 0);
    CHECK(draw(table, 0, top) == 1);
    CHECK(draw(table, 1, 0) == 1);
    CHECK(draw(table, 1, top) == 2);
    CHECK(draw(table, 2, top) == 2);
  }
}

TEST_CASE("a move below 2^-64 is never drawn") {
  const InverseTable table(numbers({1.0, 1e-25}));
  CHECK(draw(table, 0, 0) == 0);
  CHECK(draw(table, 0, top) == 0);
  const InverseTable other(numbers({1e-25, 1.0}));
  CHECK(draw(other, 0, 0) == 1);
  CHECK(draw(other, 0, top) == 1);
}

TEST_CASE("the low half is asked for only where the high one does not decide") {
  const InverseTable table(numbers({.3, .3, .4}));
  int asked = 0;
  std::uint64_t word = 0;
  for (int i = 0; i < 100'000; ++i) {
    word += 0x9e3779b97f4a7c15U;
    (void)table.draw(0, static_cast<std::uint32_t>(word >> 32), [&] {
      ++asked;
      return 0U;
    });
  }
  CHECK(asked <= 1);
}

// Pearson's statistic of 200,000 draws of one row each; 40 of them, each exceeded by chance once in 1e7.
TEST_CASE("the moves that an inverse table draws follow the chain") {
  Dice dice(13);
  for (std::uint32_t turn = 0; turn < 40; ++turn) {
    const Index n = dice.integer(2, 10);
    const Vector law = random_distribution(dice, n, .8);
    const InverseTable table(law);
    constexpr std::uint32_t draws = 200'000;
    Vector count = Vector::Zero(n);
    for (std::uint32_t i = 0; i < draws; i += 2) {
      const auto words = detail::philox4x32({i, turn, 0, 0}, {3, 5});
      count[draw(table, 0, std::uint64_t{words[0]} << 32 | words[1])] += 1.0;
      count[draw(table, 0, std::uint64_t{words[2]} << 32 | words[3])] += 1.0;
    }
    double statistic = 0.0;
    for (Index i = 0; i < n; ++i) {
      if (law[i] == 0.0) {
        CHECK(count[i] == 0.0);
        continue;
      }
      const double expected = law[i] * draws;
      statistic += (count[i] - expected) * (count[i] - expected) / expected;
    }
    CHECK(statistic < 51.0);  // the quantile of 9 degrees of freedom at 1 - 1e-7 is 50.8
  }
}
