#include "value/settled_money.hpp"

#include <stdexcept>

#include "support/numbers.hpp"
#include "support/text.hpp"

namespace sojourn::detail {

namespace {}  // namespace

SettledMoney::SettledMoney(const LifetimeValue& value, const WalkProblem& problem) : value_(value), problem_(problem) {
  if (!problem_.horizon) return;
  std::vector<Index> streams;
  for (Index i = 0; i < problem_.n; ++i) {
    if (problem_.is_settled[at(i)] && !problem_.is_spent[at(i)]) streams.push_back(i);
  }
  const Index T = *problem_.horizon;
  if (streams.empty()) return;
  if (static_cast<double>(T) * static_cast<double>(streams.size()) > 2e7) {
    throw std::domain_error("value_law: " + text::quoted(value_.chain().states().name(streams.front())) +
                            " keeps bringing money and the horizon is too long to list it; ask for life");
  }
  stream_.assign(at(problem_.n), {});
  for (const Index i : streams) stream_[at(i)].assign(at(T) + 1, 0.0);
  const Rewards& rewards = value_.rewards();
  for (Index left = 1; left <= T; ++left) {
    for (const Index i : streams) {
      const Index j = problem_.successor[at(i)];
      const double later = problem_.is_spent[at(j)] ? 0.0 : stream_[at(j)][at(left - 1)];
      const double move = rewards.has_move_rewards() ? rewards.per_move()(i, j) : 0.0;
      stream_[at(i)][at(left)] = problem_.per_state[i] + problem_.factor * (move + later);
    }
  }
}

double SettledMoney::to_come(const ValueWalk& walk, Index i) const {
  if (problem_.is_spent[at(i)]) return 0.0;
  if (!problem_.horizon) return walk.discount() * value_.mean()[i];
  return walk.discount() * stream_[at(i)][at(*problem_.horizon - walk.period())];
}

}  // namespace sojourn::detail
