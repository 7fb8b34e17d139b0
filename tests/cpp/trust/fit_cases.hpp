/// \file fit_cases.hpp
/// Fits to given moves and money, without journeys.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "chain/chain_cases.hpp"
#include "data/counts_access.hpp"

namespace sojourn::test {

/// Counts of given moves; every state is entered as often as it is left, or has one last entry more.
inline Counts counts_of(const Lifecycle& life, const CountMatrix& moves, const Vector& value_per_visit = {}) {
  const Index n = life.n_states();
  CountsAccess::Fields fields{.lifecycle = life, .period = Period::months(1)};
  fields.moves = moves;
  fields.visits = moves.rowwise().sum();
  fields.starts = CountVector::Zero(n);
  fields.lasts = CountVector::Zero(n);
  fields.dwell.resize(static_cast<std::size_t>(n));
  fields.values.resize(static_cast<std::size_t>(n));
  fields.squared_values.resize(static_cast<std::size_t>(n));
  for (const Index exit : life.exits()) {
    fields.visits[exit] = fields.lasts[exit] = moves.col(exit).sum();
    fields.n_journeys += fields.lasts[exit];
  }
  fields.n_customers = fields.n_journeys;
  for (Index i = 0; value_per_visit.size() != 0 && i < n;
       ++i) {  // half of the visits bring nothing, half twice as much
    const auto visits = static_cast<double>(fields.visits[i]);
    fields.values[static_cast<std::size_t>(i)].high = visits * value_per_visit[i];
    fields.squared_values[static_cast<std::size_t>(i)].high = 2.0 * visits * value_per_visit[i] * value_per_visit[i];
  }
  return CountsAccess::make(std::move(fields));
}

inline CountMatrix counts(const std::vector<std::vector<double>>& rows) {
  return matrix(rows).cast<std::int64_t>();
}

inline Lifecycle three_states() {
  return Lifecycle(StateSpace{"new", "loyal", "churn"}, {"churn"});
}

inline FitResult small_fit(double smoothing = 0.5) {
  return fit_chain(counts_of(three_states(), counts({{40, 30, 10}, {5, 80, 15}, {0, 0, 0}}), numbers({10, 30, -6})),
                   {.smoothing = smoothing});
}

/// A fit with as many moves as one wishes, of any shape, with money in every state.
inline FitResult random_fit(Dice& dice, Index n, Index exits, Index most_moves) {
  std::vector<std::string> names;
  for (Index i = 0; i < n; ++i) names.push_back("s" + std::to_string(i));
  const Lifecycle life(StateSpace(names), std::vector<std::string>(names.end() - exits, names.end()));
  CountMatrix moves = CountMatrix::Zero(n, n);
  for (Index i = 0; i < n - exits; ++i) {
    for (Index j = 0; j < n; ++j) {
      if (dice.uniform() < .6) moves(i, j) = dice.integer(1, most_moves);
    }
    moves(i, n - 1) += dice.integer(1, most_moves);
  }
  Vector money(n);
  for (Index i = 0; i < n; ++i) money[i] = dice.uniform(-5.0, 20.0);
  return fit_chain(counts_of(life, moves, money));
}

inline Vector mean_values(const Chain& chain, const Rewards& rewards) {
  return lifetime_value(chain, rewards, {.discount = Discount::factor(.9)}).mean().vector();
}

}  // namespace sojourn::test
