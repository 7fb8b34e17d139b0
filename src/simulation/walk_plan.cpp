#include "simulation/walk_plan.hpp"

#include <algorithm>

#include "support/philox.hpp"

namespace sojourn::detail {

namespace {

constexpr std::size_t most_packed_states = 0xffff;  // the last number is that of nobody's state

std::vector<std::int32_t> live_first(const Chain& chain, const Rewards& rewards) {
  const auto n = static_cast<std::size_t>(chain.n_states());
  std::vector<char> ends(n, 0);
  for (const Index i : chain.absorbing_states()) {
    ends[static_cast<std::size_t>(i)] = rewards.per_state()[i] == 0.0 && rewards.move_reward(i, i) == 0.0 ? 1 : 0;
  }
  std::vector<std::int32_t> order(n);
  for (std::size_t i = 0; i < n; ++i) order[i] = static_cast<std::int32_t>(i);
  std::stable_partition(order.begin(), order.end(),
                        [&](std::int32_t i) { return ends[static_cast<std::size_t>(i)] == 0; });
  return order;
}

std::vector<std::uint32_t> inverse(const std::vector<std::int32_t>& order) {
  std::vector<std::uint32_t> number(order.size());
  for (std::size_t k = 0; k < order.size(); ++k)
    number[static_cast<std::size_t>(order[k])] = static_cast<std::uint32_t>(k);
  return number;
}

}  // namespace

WalkPlan::WalkPlan(const Chain& chain, const Rewards& rewards, double factor, std::uint64_t horizon, std::uint64_t seed,
                   Crew& crew)
    : state_of_(live_first(chain, rewards)), number_of_(inverse(state_of_)), moves_(chain, number_of_), crew_(crew) {
  const std::size_t n = state_of_.size();
  tables_.factor = factor;
  tables_.horizon = horizon;
  tables_.seed = seed;
  tables_.n_states = static_cast<std::uint32_t>(n);
  tables_.n_live = static_cast<std::uint32_t>(n);
  for (const Index i : chain.absorbing_states()) {
    if (rewards.per_state()[i] == 0.0 && rewards.move_reward(i, i) == 0.0) --tables_.n_live;
  }
  fill_cells();
  fill_rewards(rewards);
  tables_.decide = [](const void* context, std::uint32_t state, std::uint64_t customer, std::uint64_t t,
                      std::uint32_t word) {
    const auto& plan = *static_cast<const WalkPlan*>(context);
    const std::uint64_t seed_of = plan.tables_.seed;
    const auto low = philox4x32({static_cast<std::uint32_t>(customer), static_cast<std::uint32_t>(customer >> 32),
                                 static_cast<std::uint32_t>(t / 4), move_low},
                                {static_cast<std::uint32_t>(seed_of), static_cast<std::uint32_t>(seed_of >> 32)});
    if (state >= plan.tables_.n_states) return state;
    return plan.moves_.draw_exactly(state, word, low[t % 4]);
  };
  tables_.is_stopped = [](const void* context) { return !static_cast<const WalkPlan*>(context)->crew_.goes_on(); };
  tables_.context = this;
  walker_ = tables_.packed != nullptr ? &best_walker() : &wide_walker();
}

void WalkPlan::fill_cells() {
  const std::vector<AliasTable::Cell>& cells = moves_.cells();
  const auto nobody = static_cast<std::uint32_t>(state_of_.size());
  // One row more, for lanes without a customer.
  const unsigned width = moves_.is_uniform() ? static_cast<unsigned>(moves_.rows().front() & 0xff) : 0;
  const std::size_t n_cells = cells.size() + (std::size_t{1} << width);
  if (state_of_.size() <= most_packed_states) {
    packed_.reserve(std::max<std::size_t>(n_cells, 64));
    for (const AliasTable::Cell& cell : cells) {
      packed_.push_back(std::uint64_t{cell.threshold} << 32 | std::uint64_t{cell.alias} << 16 | cell.own);
    }
    packed_.resize(std::max<std::size_t>(n_cells, 64), std::uint64_t{nobody} << 16 | nobody);
    tables_.packed = packed_.data();
  } else {
    wide_.reserve(3 * n_cells);
    for (const AliasTable::Cell& cell : cells) wide_.insert(wide_.end(), {cell.threshold, cell.own, cell.alias});
    while (wide_.size() < 3 * n_cells) wide_.insert(wide_.end(), {0, nobody, nobody});
    tables_.wide = wide_.data();
  }
  tables_.width = width;
  if (!moves_.is_uniform()) {
    rows_ = moves_.rows();
    rows_.push_back(std::uint64_t{cells.size()} << 8);
    tables_.rows = rows_.data();
  }
}

void WalkPlan::fill_rewards(const Rewards& rewards) {
  const std::size_t n = state_of_.size();
  state_rewards_.assign(std::max<std::size_t>(n + 1, 32), 0.0);
  for (std::size_t k = 0; k < n; ++k) state_rewards_[k] = rewards.per_state()[state_of_[k]];
  tables_.state_rewards = state_rewards_.data();
  if (!rewards.has_move_rewards()) return;
  const std::vector<AliasTable::Cell>& cells = moves_.cells();
  move_rewards_.assign(2 * (cells.size() + (std::size_t{1} << tables_.width)), 0.0);
  for (std::size_t k = 0; k < n; ++k) {
    const std::uint64_t row = moves_.rows()[k];
    const std::uint64_t first = row >> 8;
    const std::uint64_t end = first + (std::uint64_t{1} << (row & 0xff));
    for (std::uint64_t c = first; c < end; ++c) {
      move_rewards_[2 * c] = rewards.move_reward(state_of_[k], state_of_[cells[c].own]);
      move_rewards_[2 * c + 1] = rewards.move_reward(state_of_[k], state_of_[cells[c].alias]);
    }
  }
  tables_.move_rewards = move_rewards_.data();
}

}  // namespace sojourn::detail
