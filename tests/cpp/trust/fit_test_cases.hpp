/// \file fit_test_cases.hpp
/// Journeys walked by laws that the tests of fit know, and p-values that must be uniform.
#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "data/log_cases.hpp"
#include "support/support.hpp"

namespace sojourn::test {

using Word = std::vector<std::int32_t>;

/// The state after a past of at least one state.
using Step = std::function<std::int32_t(Dice&, const Word&)>;

/// Journeys of `n` customers in days from `first_day` on, cut at an exit or after `length` entries.
inline Journeys walk(Dice& dice, const Lifecycle& life, int n, std::size_t length, const Step& step, Day spread = 0) {
  JourneyColumns columns;
  for (int c = 0; c < n; ++c) {
    const Day begin = spread > 0 ? dice.integer(0, spread) : 0;
    Word past{static_cast<std::int32_t>(dice.integer(0, life.n_states() - 1))};
    while (past.size() < length && !life.is_exit(past.back())) past.push_back(step(dice, past));
    for (std::size_t i = 0; i < past.size(); ++i) {
      columns.states.push_back(past[i]);
      columns.times.push_back(begin + static_cast<Day>(i));
      columns.values.push_back(1.0);
    }
    columns.customers.push_back(c);
    columns.offsets.push_back(static_cast<std::int64_t>(columns.states.size()));
  }
  return {life, Period::days(1), TimeUnit::day, std::move(columns)};
}

inline std::int32_t draw(Dice& dice, const Eigen::Ref<const Eigen::RowVectorXd>& row) {
  double u = dice.uniform();
  for (Index j = 0; j + 1 < row.size(); ++j) {
    if ((u -= row[j]) < 0.0) return static_cast<std::int32_t>(j);
  }
  return static_cast<std::int32_t>(row.size() - 1);
}

/// First-order moves by the rows of `P`.
inline Step by_rows(const Matrix& P) {
  return [P](Dice& dice, const Word& past) { return draw(dice, P.row(past.back())); };
}

inline const Matrix three_rows = matrix({{.5, .3, .2}, {.2, .6, .2}, {.4, .1, .5}});
inline const Matrix with_exit = matrix({{.5, .3, .1, .1}, {.2, .5, .2, .1}, {.4, .1, .3, .2}, {0, 0, 0, 1}});

/// Rejections among `n` tests that hold, each rejecting with probability `p`: a test of this can fail by chance less than
/// once in a thousand (3.3 standard deviations).
inline void check_rate(int rejected, int n, double p) {
  const double spread = 3.3 * std::sqrt(n * p * (1.0 - p));
  CAPTURE(rejected, n);
  CHECK(rejected <= n * p + spread);
  CHECK(rejected >= n * p - spread);
}

/// Runs a test 400 times where the model holds: p-values must be about uniform.
inline void check_uniform(const std::function<double(Dice&)>& p_value, std::uint64_t seed) {
  constexpr int n = 400;
  Dice dice(seed);
  int twentieth = 0;
  int half = 0;
  for (int k = 0; k < n; ++k) {
    const double p = p_value(dice);
    REQUIRE(p >= 0.0);
    REQUIRE(p <= 1.0);
    twentieth += p < 0.05;
    half += p < 0.5;
  }
  check_rate(twentieth, n, 0.05);
  check_rate(half, n, 0.5);
}

inline Counts counts_of(const std::vector<std::string>& words, Index n = 3) {
  return count(journeys_from(words, letters(n, false), Period::months(1)));
}

}  // namespace sojourn::test
