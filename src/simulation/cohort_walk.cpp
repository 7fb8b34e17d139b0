#include "simulation/cohort_walk.hpp"

#include <algorithm>
#include <utility>

#include "support/split_words.hpp"

namespace sojourn::detail {
namespace {

constexpr int rows_between_looks = 256;  // at the flags and the clock

}  // namespace

CohortPlan planned(const Chain& chain, const Rewards& rewards, const CohortOptions& options) {
  CohortPlan plan{.n_states = chain.n_states(),
                  .options = options,
                  .first = {0},
                  .moves = {},
                  .move_rewards = {},
                  .starts = {},
                  .state_rewards = rewards.per_state(),
                  .factor = options.discount ? options.discount->factor_per_period(chain.period()) : 1.0};
  std::vector<std::pair<Index, double>> row;
  for (Index i = 0; i < chain.n_states(); ++i) {
    row.clear();
    chain.for_each_move(i, [&](Index to, double p) {
      row.emplace_back(to, p);
      if (rewards.has_move_rewards()) plan.move_rewards.push_back(rewards.move_reward(i, to));
    });
    add_split_row(plan.moves, row);
    plan.first.push_back(plan.moves.size());
  }
  if (options.stock.size() != 0) return plan;
  row.clear();
  for (Index i = 0; i < options.start.size(); ++i) {
    if (options.start[i] > 0.0) row.emplace_back(i, options.start[i]);
  }
  if (row.empty()) row.emplace_back(0, 1.0);
  add_split_row(plan.starts, row);
  return plan;
}

void walk_cohort(const CohortPlan& plan, std::int64_t path, const CohortPlaces& out, Crew& crew) {
  const CohortOptions& options = plan.options;
  const Index n = plan.n_states;
  const auto number = static_cast<std::uint32_t>(options.first_path + path);
  int countdown = rows_between_looks;

  std::fill_n(out.occupancy, n, 0);
  std::fill_n(out.moves, plan.moves.size(), 0);
  if (plan.starts.empty()) {
    std::copy(options.stock.begin(), options.stock.end(), out.occupancy);
  } else {
    split(plan.starts, 0, plan.starts.size(), *options.customers, SplitWords::of_start(options.seed, number),
          [&](std::size_t m, std::int64_t some) { out.occupancy[plan.starts[m].to] += some; });
  }
  double discount = 1.0;
  double value = 0.0;
  for (Index t = 0; t < options.horizon; ++t) {
    std::int64_t* now = out.occupancy + t * n;
    std::int64_t* next = t + 1 < options.horizon ? now + n : out.closing_stock;
    std::fill_n(next, n, 0);
    if (t > 0 && options.arrivals.size() != 0) {
      const Index row = options.arrivals.rows() == 1 ? 0 : t - 1;
      for (Index i = 0; i < n; ++i) now[i] += options.arrivals(row, i);
    }
    double of_states = 0.0;
    double of_moves = 0.0;
    for (Index i = 0; i < n; ++i) {
      const std::int64_t count = now[i];
      if (--countdown == 0) {
        if (!crew.goes_on()) return;
        countdown = rows_between_looks;
      }
      if (count == 0) continue;
      of_states += static_cast<double>(count) * plan.state_rewards[i];
      const auto cell = static_cast<std::uint64_t>(t * n + i);
      split(plan.moves, plan.first[static_cast<std::size_t>(i)], plan.first[static_cast<std::size_t>(i) + 1], count,
            SplitWords(options.seed, number, cell), [&](std::size_t m, std::int64_t some) {
              next[plan.moves[m].to] += some;
              out.moves[m] += some;
              if (!plan.move_rewards.empty()) of_moves += static_cast<double>(some) * plan.move_rewards[m];
            });
    }
    out.revenue[t] = of_states + of_moves;
    value += discount * of_states;
    discount *= plan.factor;
    value += discount * of_moves;
  }
  *out.value = value;
}

}  // namespace sojourn::detail
