#include "sojourn/passage.hpp"

#include <algorithm>
#include <queue>
#include <stdexcept>
#include <utility>

#include "elimination.hpp"
#include "horizon.hpp"
#include "text.hpp"

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

/// The states from which a state of `to` can be reached by moves out of states that are not in `closed`; `to` included.
Flags reaching(const Matrix& P, const Flags& to, const Flags& closed) {
  Flags found = to;
  std::queue<Index> queue;
  for (Index j = 0; j < P.rows(); ++j) {
    if (found[static_cast<std::size_t>(j)]) queue.push(j);
  }
  while (!queue.empty()) {
    const Index j = queue.front();
    queue.pop();
    for (Index i = 0; i < P.rows(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      if (found[at] || closed[at] || P(i, j) <= 0.0) continue;
      found[at] = 1;
      queue.push(i);
    }
  }
  return found;
}

/// The moves among some states, everything else being a way out.
class Restricted {
 public:
  Restricted(const Matrix& P, const Flags& inside) : n_states_(P.rows()) {
    for (Index i = 0; i < P.rows(); ++i) {
      if (inside[static_cast<std::size_t>(i)]) states_.push_back(i);
    }
    const auto n = static_cast<Index>(states_.size());
    Matrix off(n, n);
    Vector slack = Vector::Zero(n);
    for (Index a = 0; a < n; ++a) {
      const Index i = states_[static_cast<std::size_t>(a)];
      for (Index b = 0; b < n; ++b) off(a, b) = a == b ? 0.0 : P(i, states_[static_cast<std::size_t>(b)]);
      for (Index j = 0; j < P.rows(); ++j) {
        if (!inside[static_cast<std::size_t>(j)]) slack[a] += P(i, j);
      }
    }
    if (n > 0) system_.emplace_back(std::move(off), std::move(slack));
  }

  /// `x = b + Q x` inside, 0 outside.
  Vector solve(const Vector& b) const {
    Vector x = Vector::Zero(n_states_);
    if (states_.empty()) return x;
    Matrix part(static_cast<Index>(states_.size()), 1);
    for (Index a = 0; a < part.rows(); ++a) part(a, 0) = b[states_[static_cast<std::size_t>(a)]];
    part = system_.front().solve(std::move(part));
    for (Index a = 0; a < part.rows(); ++a) x[states_[static_cast<std::size_t>(a)]] = part(a, 0);
    return x;
  }

 private:
  Index n_states_;
  std::vector<Index> states_;
  std::vector<detail::Elimination> system_;
};

Vector one_step_into(const Matrix& P, const Flags& set) {
  Vector into = Vector::Zero(P.rows());
  for (Index j = 0; j < P.cols(); ++j) {
    if (set[static_cast<std::size_t>(j)]) into += P.col(j);
  }
  return into;
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
  const Matrix& P = chain.transition_matrix();
  const auto n = static_cast<std::size_t>(P.rows());
  const Flags is_target = flags_of("targets", chain.states(), targets);
  const Flags can_hit = reaching(P, is_target, Flags(n, 0));
  Flags never(n, 0);
  Flags on_the_way(n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    never[i] = !can_hit[i];
    on_the_way[i] = can_hit[i] && !is_target[i];
  }
  const Flags can_miss = reaching(P, never, is_target);

  const Restricted way(P, on_the_way);
  Vector probability = way.solve(one_step_into(P, is_target)).cwiseMin(1.0);
  for (std::size_t i = 0; i < n; ++i) {
    if (can_hit[i] && !can_miss[i]) probability[static_cast<Index>(i)] = 1.0;
  }
  Vector time = way.solve(probability);
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
  const Matrix& P = chain.transition_matrix();
  const Flags is_target = flags_of("targets", chain.states(), targets);
  Matrix onward = P;  // moves that do not end in a target
  for (Index j = 0; j < P.cols(); ++j) {
    if (is_target[static_cast<std::size_t>(j)]) onward.col(j).setZero();
  }
  Matrix probabilities(horizon, P.rows());
  Vector law = one_step_into(P, is_target);
  Vector missing = onward.rowwise().sum();
  for (Index t = 0; t < horizon; ++t) {
    probabilities.row(t) = law.transpose();
    if (t + 1 == horizon) break;
    law = onward * law;
    missing = onward * missing;
  }
  return {chain.states(), std::move(probabilities), StateValues(chain.states(), std::move(missing))};
}

StateValues committor(const Chain& chain, const std::vector<std::string>& goal, const std::vector<std::string>& other) {
  const Matrix& P = chain.transition_matrix();
  const Flags is_goal = flags_of("goal", chain.states(), goal);
  const Flags is_other = flags_of("other", chain.states(), other);
  for (std::size_t i = 0; i < is_goal.size(); ++i) {
    if (is_goal[i] && is_other[i]) {
      throw std::invalid_argument("committor: " + text::quoted(chain.states().name(static_cast<Index>(i))) +
                                  " stands in goal and in other; the two must not share a state");
    }
  }
  Flags can_reach = reaching(P, is_goal, is_other);
  Flags inside(can_reach.size(), 0);
  for (std::size_t i = 0; i < inside.size(); ++i) inside[i] = can_reach[i] && !is_goal[i] && !is_other[i];
  Vector probability = Restricted(P, inside).solve(one_step_into(P, is_goal));
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (is_goal[i]) probability[static_cast<Index>(i)] = 1.0;
  }
  return {chain.states(), probability.cwiseMin(1.0)};
}

}  // namespace sojourn
