#include "sojourn/path/passage.hpp"

#include <algorithm>
#include <numeric>
#include <queue>
#include <stdexcept>
#include <utility>

#include "solve/horizon.hpp"
#include "solve/value_system.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

/// One flag per state.
using Flags = std::vector<char>;

Flags flags_of(const char* where, const StateSpace& states, const std::vector<std::string>& names) {
  if (names.empty()) throw std::invalid_argument(std::string(where) + ": name at least one state");
  Flags flags(static_cast<std::size_t>(states.n_states()), 0);
  for (const std::string& name : names) flags[static_cast<std::size_t>(states.index(name))] = 1;
  return flags;
}

/// For each state the states that lead to it: `from[first[j]] … from[first[j + 1] - 1]`.
struct Predecessors {
  explicit Predecessors(const Chain& chain) : first(static_cast<std::size_t>(chain.n_states()) + 1, 0) {
    const Index n = chain.n_states();
    for (Index i = 0; i < n; ++i) {
      chain.for_each_move(i, [&](Index j, double) { ++first[static_cast<std::size_t>(j) + 1]; });
    }
    std::partial_sum(first.begin(), first.end(), first.begin());
    from.resize(first.back());
    std::vector<std::size_t> next(first.begin(), first.end() - 1);
    for (Index i = 0; i < n; ++i) {
      chain.for_each_move(i, [&](Index j, double) { from[next[static_cast<std::size_t>(j)]++] = i; });
    }
  }

  std::vector<std::size_t> first;
  std::vector<Index> from;
};

/// The states from which a state of `to` can be reached by moves out of states that are not in `closed`; `to` included.
Flags reaching(const Predecessors& before, const Flags& to, const Flags& closed) {
  Flags found = to;
  std::queue<Index> queue;
  for (std::size_t j = 0; j < found.size(); ++j) {
    if (found[j]) queue.push(static_cast<Index>(j));
  }
  while (!queue.empty()) {
    const Index j = queue.front();
    queue.pop();
    for (std::size_t e = before.first[static_cast<std::size_t>(j)]; e < before.first[static_cast<std::size_t>(j) + 1];
         ++e) {
      const Index i = before.from[e];
      const auto at = static_cast<std::size_t>(i);
      if (found[at] || closed[at]) continue;
      found[at] = 1;
      queue.push(i);
    }
  }
  return found;
}

/// `x = b + Q x` among some states, 0 outside.
detail::ValueSystem restricted(const Chain& chain, const Flags& inside) {
  std::vector<Index> states;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i]) states.push_back(static_cast<Index>(i));
  }
  return {chain, 1.0, std::move(states)};
}

/// The probability of a move into the set, per state.
Vector one_step_into(const Chain& chain, const Flags& set) {
  Vector into = Vector::Zero(chain.n_states());
  for (Index i = 0; i < into.size(); ++i) {
    chain.for_each_move(i, [&](Index j, double p) {
      if (set[static_cast<std::size_t>(j)]) into[i] += p;
    });
  }
  return into;
}

/// `x ← P (elsewhere ∘ x)` for two vectors, with one reading of the moves.
void one_period_earlier(const Chain& chain, const Vector& elsewhere, Vector& x, Vector& y) {
  const Index n = chain.n_states();
  if (chain.is_sparse()) {
    Eigen::Matrix<double, Eigen::Dynamic, 2, Eigen::RowMajor> both(n, 2);
    both.col(0) = elsewhere.cwiseProduct(x);
    both.col(1) = elsewhere.cwiseProduct(y);
    for (Index i = 0; i < n; ++i) {
      double next_x = 0.0;
      double next_y = 0.0;
      chain.for_each_move(i, [&](Index j, double p) {
        next_x += p * both(j, 0);
        next_y += p * both(j, 1);
      });
      x[i] = next_x;
      y[i] = next_y;
    }
    return;
  }
  constexpr Index most_numbers = 1 << 15;  // a part of the matrix that stays in the cache for both
  const Index rows = std::max<Index>(1, most_numbers / n);
  const Matrix& P = chain.transition_matrix();
  const Vector from_x = elsewhere.cwiseProduct(x);
  const Vector from_y = elsewhere.cwiseProduct(y);
  for (Index i = 0; i < n; i += rows) {
    const Index k = std::min(rows, n - i);
    x.segment(i, k).noalias() = P.middleRows(i, k) * from_x;
    y.segment(i, k).noalias() = P.middleRows(i, k) * from_y;
  }
}

}  // namespace

StateValues Hitting::expected_time() const {
  std::vector<std::string> uncertain;
  for (std::size_t i = 0; i < is_certain.size(); ++i) {
    if (!is_certain[i]) uncertain.push_back(probability.states().name(static_cast<Index>(i)));
  }
  if (!uncertain.empty()) {
    throw std::domain_error("expected_time: from " + text::list(uncertain) +
                            " some journeys never get there, so the expected time is infinite; see probability and "
                            "expected_time_if_hit");
  }
  return expected_time_if_hit;
}

Hitting hitting(const Chain& chain, const std::vector<std::string>& targets) {
  const auto n = static_cast<std::size_t>(chain.n_states());
  const Predecessors before(chain);
  const Flags is_target = flags_of("targets", chain.states(), targets);
  const Flags can_hit = reaching(before, is_target, Flags(n, 0));
  Flags never(n, 0);
  Flags on_the_way(n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    never[i] = !can_hit[i];
    on_the_way[i] = can_hit[i] && !is_target[i];
  }
  const Flags can_miss = reaching(before, never, is_target);

  const detail::ValueSystem way = restricted(chain, on_the_way);
  bool all_certain = true;
  for (std::size_t i = 0; i < n; ++i) all_certain = all_certain && !(on_the_way[i] && can_miss[i]);
  Vector probability = Vector::Zero(chain.n_states());
  if (!all_certain) probability = way.solve_one(one_step_into(chain, is_target)).cwiseMin(1.0);
  for (std::size_t i = 0; i < n; ++i) {
    if (can_hit[i] && !can_miss[i]) probability[static_cast<Index>(i)] = 1.0;
  }
  Vector hits = probability;
  for (std::size_t i = 0; i < n; ++i) {
    if (!on_the_way[i]) hits[static_cast<Index>(i)] = 0.0;
  }
  Vector time = way.solve_one(hits);
  for (std::size_t i = 0; i < n; ++i) {
    const auto at = static_cast<Index>(i);
    if (on_the_way[i]) time[at] /= probability[at];
  }
  Hitting result{.probability = {chain.states(), std::move(probability)},
                 .expected_time_if_hit = {chain.states(), std::move(time)},
                 .is_certain = std::vector<bool>(n)};
  for (std::size_t i = 0; i < n; ++i) result.is_certain[i] = can_hit[i] && !can_miss[i];
  return result;
}

Matrix FirstPassage::cumulative() const {
  Matrix sums = probabilities;
  for (Index t = 1; t < sums.rows(); ++t) sums.row(t) += sums.row(t - 1);
  return sums;
}

FirstPassage first_passage(const Chain& chain, const std::vector<std::string>& targets, Index horizon) {
  detail::check_horizon("horizon", horizon);
  const Flags is_target = flags_of("targets", chain.states(), targets);
  Vector elsewhere = Vector::Ones(chain.n_states());  // 0 in targets
  for (std::size_t j = 0; j < is_target.size(); ++j) {
    if (is_target[j]) elsewhere[static_cast<Index>(j)] = 0.0;
  }
  Matrix probabilities(horizon, chain.n_states());
  Vector law = one_step_into(chain, is_target);
  Vector missing = chain.expected_next(elsewhere);
  for (Index t = 0; t < horizon; ++t) {
    probabilities.row(t) = law.transpose();
    if (t + 1 == horizon) break;
    one_period_earlier(chain, elsewhere, law, missing);
  }
  return {chain.states(), std::move(probabilities), StateValues(chain.states(), std::move(missing))};
}

StateValues committor(const Chain& chain, const std::vector<std::string>& goal, const std::vector<std::string>& other) {
  const Flags is_goal = flags_of("goal", chain.states(), goal);
  const Flags is_other = flags_of("other", chain.states(), other);
  for (std::size_t i = 0; i < is_goal.size(); ++i) {
    if (is_goal[i] && is_other[i]) {
      throw std::invalid_argument("committor: " + text::quoted(chain.states().name(static_cast<Index>(i))) +
                                  " stands in goal and in other; the two must not share a state");
    }
  }
  const Flags can_reach = reaching(Predecessors(chain), is_goal, is_other);
  Flags inside(can_reach.size(), 0);
  for (std::size_t i = 0; i < inside.size(); ++i) inside[i] = can_reach[i] && !is_goal[i] && !is_other[i];
  Vector probability = restricted(chain, inside).solve_one(one_step_into(chain, is_goal));
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (is_goal[i]) probability[static_cast<Index>(i)] = 1.0;
  }
  return {chain.states(), probability.cwiseMin(1.0)};
}

}  // namespace sojourn
