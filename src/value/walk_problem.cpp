#include "value/walk_problem.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "support/numbers.hpp"

namespace sojourn::detail {

namespace {

/// Takes the flag from every state from which one can be reached that has none.
template <class Steps>
void spread(const Steps& out, std::vector<char>& flags) {
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < flags.size(); ++i) {
      for (const auto& step : out[i]) {
        if (!flags[i] || flags[at(step.to)]) continue;
        flags[i] = 0;
        changed = true;
      }
    }
  }
}

}  // namespace

double common_amount(const Rewards& rewards) {
  std::vector<double> amounts;
  for (const double r : rewards.per_state()) amounts.push_back(std::abs(r));
  for (Index i = 0; i < rewards.per_move().size(); ++i) amounts.push_back(std::abs(rewards.per_move().data()[i]));
  double smallest = infinity;
  for (const double amount : amounts) {
    if (amount > 0.0) smallest = std::min(smallest, amount);
  }
  if (!std::isfinite(smallest)) return 0.0;
  for (int part = 1; part <= 1000; ++part) {
    const double unit = smallest / part;
    const bool fits = std::all_of(amounts.begin(), amounts.end(), [&](double amount) {
      const double units = amount / unit;
      return units < 1e9 && std::abs(units - std::nearbyint(units)) <= 1e-12 * std::max(1.0, units);
    });
    if (fits) return unit;
  }
  return 0.0;
}

WalkProblem::WalkProblem(const LifetimeValue& of)
    : value(of),
      n(of.chain().n_states()),
      factor(of.discount().factor_per_period(of.chain().period())),
      horizon(of.horizon()),
      into(at(n)),
      per_state(of.rewards().per_state()),
      is_settled(at(n), 1),
      successor(at(n), 0),
      is_spent(at(n), 1) {
  const Matrix& P = of.chain().transition_matrix();
  const Rewards& rewards = of.rewards();
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) {
      if (P(i, j) <= 0.0) continue;
      into[at(j)].push_back({i, P(i, j), rewards.has_move_rewards() ? rewards.per_move()(i, j) : 0.0});
    }
  }
  Steps out(at(n));
  for (Index j = 0; j < n; ++j) {
    for (const Move& move : into[at(j)]) out[at(move.from)].push_back({j, move.reward});
  }
  find_spent(out);
  find_settled(out);
}

void WalkProblem::find_spent(const Steps& out) {
  for (Index i = 0; i < n; ++i) {
    successor[at(i)] = out[at(i)].front().to;
    if (per_state[i] != 0.0) is_spent[at(i)] = 0;
    for (const Step& step : out[at(i)]) {
      if (step.reward != 0.0) is_spent[at(i)] = 0;
    }
  }
  spread(out, is_spent);
}

/// The coarsest partition of the states by the streams of rewards that can follow; a state whose moves all lead, with one
/// reward, into one class that does the same has a certain stream.
void WalkProblem::find_settled(const Steps& out) {
  using Seen = std::set<std::pair<double, Index>>;
  std::vector<Index> block(at(n), 0);
  std::size_t n_blocks = 0;
  std::vector<std::size_t> kinds(at(n), 0);
  while (true) {
    std::map<std::tuple<Index, double, Seen>, Index> blocks;
    std::vector<Index> refined(at(n));
    for (Index i = 0; i < n; ++i) {
      Seen seen;
      for (const Step& step : out[at(i)]) seen.insert({step.reward, block[at(step.to)]});
      kinds[at(i)] = seen.size();
      const auto [found, is_new] = blocks.try_emplace({block[at(i)], per_state[i], std::move(seen)}, 0);
      if (is_new) found->second = static_cast<Index>(blocks.size()) - 1;
      refined[at(i)] = found->second;
    }
    block = std::move(refined);
    if (blocks.size() == n_blocks) break;
    n_blocks = blocks.size();
  }
  for (Index i = 0; i < n; ++i) is_settled[at(i)] = kinds[at(i)] == 1;
  spread(out, is_settled);
}

Vector WalkProblem::most_to_come(double sign) const {
  // With a horizon, rewards may stop after any period; for life they do not.
  double largest = 0.0;
  for (Index j = 0; j < n; ++j) {
    for (const Move& move : into[at(j)])
      largest = std::max(largest, std::abs(per_state[move.from]) + factor * std::abs(move.reward));
  }
  Vector bound(n);
  for (Index i = 0; i < n; ++i) bound[i] = is_spent[at(i)] ? 0.0 : largest / (1.0 - factor);
  if (!bound.allFinite()) {
    for (Index i = 0; i < n; ++i) bound[i] = is_spent[at(i)] ? 0.0 : sign * infinity;
    return bound;
  }
  // Every round keeps it a bound.
  std::size_t n_moves = 0;
  for (const auto& moves : into) n_moves += moves.size();
  const auto rounds = std::max<std::size_t>(50, 2'000'000 / std::max<std::size_t>(n_moves, 1));
  for (std::size_t round = 0; round < std::min<std::size_t>(rounds, 5'000); ++round) {
    Vector next = Vector::Constant(n, -infinity);
    for (Index j = 0; j < n; ++j) {
      for (const Move& move : into[at(j)])
        next[move.from] =
            std::max(next[move.from], sign * per_state[move.from] + factor * (sign * move.reward + bound[j]));
    }
    if (horizon) next = next.cwiseMax(0.0);
    const double change = (bound - next).cwiseAbs().maxCoeff();
    bound = bound.cwiseMin(next);
    if (change <= 1e-13 * largest) break;
  }
  return sign * bound;
}

Vector WalkProblem::largest_rise() const {
  Vector rise = Vector::Zero(n);
  if (factor < 1.0) {
    double largest = 0.0;
    for (Index j = 0; j < n; ++j) {
      for (const Move& move : into[at(j)])
        largest = std::max(largest, std::max(per_state[move.from], 0.0) + factor * std::max(move.reward, 0.0));
    }
    rise.setConstant(largest / (1.0 - factor));
    for (Index i = 0; i < n; ++i) {
      if (is_spent[at(i)]) rise[i] = 0.0;
    }
  }
  const Index rounds = factor < 1.0 ? 2'000 : n + 1;
  for (Index round = 0; round < rounds; ++round) {
    Vector next = per_state.cwiseMax(0.0);
    for (Index j = 0; j < n; ++j) {
      for (const Move& move : into[at(j)])
        next[move.from] = std::max(next[move.from], per_state[move.from] + factor * (move.reward + rise[j]));
    }
    if (factor < 1.0) next = next.cwiseMin(rise);
    const bool stands = next == rise;
    if (factor == 1.0 && round + 1 == rounds) {  // what still rises after n rounds rises for ever
      for (Index i = 0; i < n; ++i) {
        if (next[i] > rise[i]) next[i] = infinity;
      }
      for (bool changed = true; changed;) {
        changed = false;
        for (Index j = 0; j < n; ++j) {
          if (next[j] != infinity) continue;
          for (const Move& move : into[at(j)]) {
            changed = changed || next[move.from] != infinity;
            next[move.from] = infinity;
          }
        }
      }
    }
    rise = next;
    if (stands) break;
  }
  return rise;
}

Vector WalkProblem::expected(const std::optional<Index>& left) const {
  if (!left) return value.mean().vector();
  const Matrix& P = value.chain().transition_matrix();
  const Rewards& rewards = value.rewards();
  Vector once = per_state;
  if (rewards.has_move_rewards()) once += factor * P.cwiseProduct(rewards.per_move()).rowwise().sum();
  Vector mean = Vector::Zero(n);
  for (Index t = 0; t < *left; ++t) mean = once + factor * (P * mean);
  return mean;
}

}  // namespace sojourn::detail
