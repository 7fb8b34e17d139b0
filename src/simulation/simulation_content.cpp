#include "simulation/simulation_content.hpp"

namespace sojourn::detail {

std::int64_t SimulationContent::customers() const {
  std::int64_t n = 0;
  for (const Range& range : ranges) n += range.count;
  return n;
}

void SimulationContent::count_revenue() {
  revenue = occupancy.cast<double>() * rewards.per_state().asDiagonal();
  if (!rewards.has_move_rewards()) return;
  const Index n = chain.n_states();
  std::vector<char> is_absorbing(static_cast<std::size_t>(n), 0);
  for (const Index i : chain.absorbing_states()) is_absorbing[static_cast<std::size_t>(i)] = 1;
  for (Index t = 0; t < occupancy.rows(); ++t) {
    for (Index i = 0; i < n; ++i) {
      if (is_absorbing[static_cast<std::size_t>(i)] != 0) {
        revenue(t, i) += static_cast<double>(occupancy(t, i)) * rewards.move_reward(i, i);
        continue;
      }
      for (Index j = 0; j < n; ++j) {
        const std::int64_t count = moves_per_period(t, i * n + j);
        if (count != 0) revenue(t, i) += static_cast<double>(count) * rewards.move_reward(i, j);
      }
    }
  }
}

}  // namespace sojourn::detail
