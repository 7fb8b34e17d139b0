/// \file scenario_cases.hpp
/// Four states from good to churn, and scenarios of them.
#pragma once

#include <cmath>

#include "chain/chain_cases.hpp"
#include "sojourn/simulation/scenarios.hpp"
#include "sojourn/value/sensitivity.hpp"
#include "support/support.hpp"

namespace sojourn::test::scenario_cases {

inline const StateSpace four{"good", "fair", "poor", "churn"};

inline Chain plain() {
  return {four, matrix({{.8, .15, .03, .02}, {.2, .6, .15, .05}, {.05, .25, .55, .15}, {0, 0, 0, 1}}),
          Period::months(1)};
}
/// One percentage point less churn of the poor.
inline Chain better() {
  return plain().with_row("poor", numbers({.05, .26, .55, .14}));
}
/// Fewer customers are good, and no churn is other than in `plain`.
inline Chain winter() {
  return {four, matrix({{.5, .35, .13, .02}, {.1, .6, .25, .05}, {.02, .1, .7, .18}, {0, 0, 0, 1}}), Period::months(1)};
}
inline Rewards money() {
  return Rewards(four, {{"good", 30.0}, {"fair", 15.0}, {"poor", 5.0}}).with_move("poor", "churn", -8.0);
}
inline Scenario today() {
  return {.chain = plain(), .rewards = money()};
}
inline Scenario improved() {
  return {.chain = better(), .rewards = money()};
}

inline const Discount discount = Discount::factor(.98);
inline constexpr double factor = .98;

inline std::vector<double> values_of(const SimulatedValue& value) {
  return {value.values().begin(), value.values().end()};
}

/// The mean value of a customer who enters in a state, by the plainest recursion: the chain and rewards of each period.
struct Season {
  Matrix P;
  Vector reward;  // mean, costs taken off, those of moves included at their discount
};
inline Season season(const Chain& chain, const Rewards& rewards) {
  Season s{.P = chain.transition_matrix(), .reward = rewards.per_state()};
  for (Index i = 0; i < s.P.rows(); ++i) {
    for (Index j = 0; j < s.P.cols(); ++j) s.reward[i] += factor * s.P(i, j) * rewards.move_reward(i, j);
  }
  return s;
}
inline Vector value_of(const std::vector<Season>& seasons) {
  Vector value = Vector::Zero(seasons.front().P.rows());
  for (std::size_t t = seasons.size(); t-- > 0;) value = seasons[t].reward + factor * (seasons[t].P * value);
  return value;
}

/// How far a simulated mean is from an exact one, in standard errors.
inline double deviation(const SimulatedMean& mean, double exact) {
  return std::abs(mean.mean - exact) / mean.standard_error;
}

}  // namespace sojourn::test::scenario_cases
