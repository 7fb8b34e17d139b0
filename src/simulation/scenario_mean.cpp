#include "simulation/scenario_mean.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "sojourn/value/lifetime_value.hpp"

namespace sojourn::detail {
namespace {

constexpr double longest_sum = 2e9;  // moves looked at for an exact mean

/// How many customers enter when, by state.
std::map<Index, Vector> entering_of(const Entrance& entrance, std::int64_t customers, Index n_states) {
  std::map<Index, Vector> entering;
  if (entrance.entries.empty() && entrance.start_states.empty()) {
    entering.emplace(0, entrance.start * static_cast<double>(customers));
    return entering;
  }
  std::map<Index, double> newcomers;
  for (std::int64_t c = 0; c < customers; ++c) {
    const Index entry = entrance.entry(c);
    if (entrance.start_states.empty()) {
      newcomers[entry] += 1.0;
    } else {
      entering.try_emplace(entry, Vector::Zero(n_states))
          .first->second[entrance.start_states[static_cast<std::size_t>(c)]] += 1.0;
    }
  }
  for (const auto& [entry, number] : newcomers) entering.emplace(entry, entrance.start * number);
  return entering;
}

/// Values per state by recursion, from the end back.
class Recursion {
 public:
  Recursion(const ScenarioProgram& program, const std::optional<Discount>& discount)
      : program_(program),
        discount_(discount),
        factor_(discount ? discount->factor_per_period(program.chain().period()) : 1.0) {}

  double factor() const { return factor_; }

  /// What customers are worth where nothing changes any more, or the horizon has come.
  Matrix at_end() const {
    if (program_.horizon()) return Matrix::Zero(program_.chain().n_states(), 1);
    const ScenarioProgram::Stage last = program_.stage(program_.settled_calendar(), program_.settled_age());
    const ScenarioProgram::Money& m = program_.money(last);
    const Vector per_state = m.mean - program_.costs();
    const Rewards net = m.rewards.is_sparse()
                            ? Rewards(m.rewards.states(), per_state, m.rewards.sparse_per_move())
                            : Rewards(m.rewards.states(), per_state, m.has_moves ? m.rewards.per_move() : Matrix());
    const LifetimeValue value = lifetime_value(program_.moves(last).chain, net,
                                               {.discount = discount_ ? *discount_ : Discount::none(), .horizon = {}});
    return value.mean().vector();
  }

  /// One period earlier.
  Matrix step(const Matrix& next, Index calendar, Index age) {
    const ScenarioProgram::Stage at = program_.stage(calendar, age);
    return own(at) + factor_ * program_.moves(at).chain.expected_next(next);
  }

 private:
  /// Reward of a stage in each state, its move's included.
  const Vector& own(const ScenarioProgram::Stage& at) {
    const auto found = own_.find(at);
    if (found != own_.end()) return found->second;
    const ScenarioProgram::Money& m = program_.money(at);
    Vector sum = m.mean - program_.costs();
    if (m.has_moves) {
      for (Index i = 0; i < sum.size(); ++i) {
        double moved = 0.0;
        program_.moves(at).chain.for_each_move(i, [&](Index j, double p) { moved += p * m.rewards.move_reward(i, j); });
        sum[i] += factor_ * moved;
      }
    }
    return own_.emplace(at, std::move(sum)).first->second;
  }

  const ScenarioProgram& program_;
  const std::optional<Discount>& discount_;
  double factor_;
  std::map<ScenarioProgram::Stage, Vector> own_;
};

}  // namespace

std::optional<double> exact_mean(const ScenarioProgram& program, const Entrance& entrance, std::int64_t customers,
                                 const std::optional<Discount>& discount) {
  const Chain& chain = program.chain();
  const std::map<Index, Vector> entering = entering_of(entrance, customers, chain.n_states());
  const Index first_entry = entering.begin()->first;
  const Index last_entry = entering.rbegin()->first;
  const Index end =
      program.horizon() ? *program.horizon() : std::max(program.settled_calendar(), last_entry + program.settled_age());
  const double n_sums = program.depends_on_age() ? static_cast<double>(entering.size()) : 1.0;
  if (n_sums * static_cast<double>(end - first_entry) * static_cast<double>(chain.n_moves() + chain.n_states()) >
      longest_sum) {
    return std::nullopt;
  }

  Recursion recursion(program, discount);
  const Matrix at_end = recursion.at_end();
  double total = 0.0;
  const auto add = [&](Index entry, const Matrix& value) {
    const Vector& count = entering.at(entry);
    total += std::pow(recursion.factor(), static_cast<double>(entry)) *
             (count.dot(value.col(0)) - program.cost() * count.sum());
  };
  if (program.depends_on_age()) {
    for (const auto& [entry, count] : entering) {
      Matrix value = at_end;
      for (Index t = end - 1; t >= entry; --t) value = recursion.step(value, t, t - entry);
      add(entry, value);
    }
  } else {
    Matrix value = at_end;
    if (entering.contains(end)) add(end, value);
    for (Index t = end - 1; t >= first_entry; --t) {
      value = recursion.step(value, t, 0);
      if (entering.contains(t)) add(t, value);
    }
  }
  return total / static_cast<double>(customers);
}

}  // namespace sojourn::detail
