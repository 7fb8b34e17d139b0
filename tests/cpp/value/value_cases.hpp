/// \file value_cases.hpp
/// Values of journeys listed one by one: what a law must agree with.
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "support/support.hpp"

namespace sojourn::test {

using Listed = std::vector<std::pair<double, double>>;  // value, probability

/// Values that differ by rounding alone as one, in rising order.
inline Listed merged(Listed values) {
  std::sort(values.begin(), values.end());
  Listed result;
  for (const auto& [x, p] : values) {
    if (!result.empty() && x - result.back().first < 1e-10 * (1.0 + std::abs(x))) {
      result.back().second += p;
    } else {
      result.emplace_back(x, p);
    }
  }
  return result;
}

inline void list_values(const LifetimeValue& value, Index state, Index left, double discount, double sum, double p,
                        Listed& values) {
  if (left == 0) {
    values.emplace_back(sum, p);
    return;
  }
  const Chain& chain = value.chain();
  const Rewards& rewards = value.rewards();
  const double factor = value.discount().factor_per_period(chain.period());
  const double here = sum + discount * rewards.per_state()[state];
  for (Index j = 0; j < chain.n_states(); ++j) {
    const double move = chain.transition_matrix()(state, j);
    if (move == 0.0) continue;
    const double w = rewards.has_move_rewards() ? rewards.per_move()(state, j) : 0.0;
    list_values(value, j, left - 1, discount * factor, here + discount * factor * w, p * move, values);
  }
}

/// Every journey over the horizon of the value.
inline Listed listed_values(const LifetimeValue& value, const Vector& start) {
  Listed values;
  for (Index i = 0; i < start.size(); ++i) {
    if (start[i] > 0.0) list_values(value, i, *value.horizon(), 1.0, 0.0, start[i], values);
  }
  return merged(std::move(values));
}

inline double cdf_of(const Listed& values, double x) {
  double sum = 0.0;
  for (const auto& [v, p] : values) sum += v <= x ? p : 0.0;
  return sum;
}

}  // namespace sojourn::test
