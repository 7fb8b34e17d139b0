#include "sojourn/value/what_if.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "sojourn/chain/structure.hpp"
#include "solve/value_system.hpp"
#include "support/text.hpp"
#include "value/value_gradient.hpp"

namespace sojourn {

using detail::factor_of;

WhatIf what_if(const LifetimeValue& value, const LifetimeValue& other, const Vector& start) {
  const Chain& before = value.chain();
  const Chain& after = other.chain();
  check_distribution("start", before.states(), start);
  if (!(before.states() == after.states()) || !(before.period() == after.period())) {
    throw std::invalid_argument("what_if: the two chains have other states or another period; compare like with like");
  }
  if (!(value.rewards() == other.rewards()) || factor_of(value) != factor_of(other) || value.horizon() ||
      other.horizon()) {
    throw std::invalid_argument(
        "what_if: the two values must have the same rewards and discount, and both be for life");
  }
  const double factor = factor_of(value);
  if (factor == 1.0) {
    const Structure shape = structure(after);
    for (Index i = 0; i < before.n_states(); ++i) {
      if (shape.is_transient(i) || value.mean().vector()[i] == 0.0) continue;
      throw std::domain_error("what_if: " + text::quoted(before.states().name(i)) +
                              " is left for good in one chain and never in the other; give a discount factor below 1");
    }
  }
  // (I - γ P') (V' - V) = γ Σ_j (p'_ij - p_ij)(w_ij + V_j): visits under the new chain, prospects under the old one.
  const Vector visits = detail::system_of(other).solve_one_transposed(start);
  const auto dearer = [](const MoveDifference& a, const MoveDifference& b) {
    return std::abs(a.amount) > std::abs(b.amount);
  };
  WhatIf result{start.dot(value.mean().vector()), start.dot(other.mean().vector()), {}};
  std::map<Index, double> change;  // of one row, by state
  for (Index i = 0; i < before.n_states(); ++i) {
    change.clear();
    change[i] = 0.0;
    before.for_each_move(i, [&](Index j, double p) { change[j] -= p; });
    after.for_each_move(i, [&](Index j, double p) { change[j] += p; });
    double others = 0.0;  // both rows sum to 1: no rounding on the diagonal
    for (const auto& [j, d] : change) others += j == i ? 0.0 : d;
    change[i] = -others;
    const std::size_t first = result.moves.size();
    double rounding = 0.0;  // a diagonal that did not change may still hold what the others round off
    for (const auto& [j, d] : change) {
      const double amount = visits[i] * factor * d * (value.mean().vector()[j] + value.rewards().move_reward(i, j));
      if (before.probability(i, j) == after.probability(i, j)) {
        rounding += amount;
      } else {
        result.moves.push_back({i, j, amount});
      }
    }
    const auto row = result.moves.begin() + static_cast<std::ptrdiff_t>(first);
    if (row != result.moves.end()) std::min_element(row, result.moves.end(), dearer)->amount += rounding;
  }
  std::stable_sort(result.moves.begin(), result.moves.end(), dearer);
  return result;
}

}  // namespace sojourn
