// A chain with its money, in the form that a walk needs.
#pragma once

#include <optional>
#include <vector>

#include "sojourn/value/lifetime_value.hpp"

namespace sojourn::detail {

struct WalkProblem {
  struct Move {
    Index from;
    double probability;
    double reward;
  };

  explicit WalkProblem(const LifetimeValue& value);

  /// Bounds of the money still to come from period `t` on, per state, in money of period `t`; infinite where unknown.
  Vector most_to_come(double sign) const;
  /// Upper bound of the largest sum of the coming rewards up to any later moment, at least 0.
  Vector largest_rise() const;
  /// Expected money still to come with `left` periods to go (unset = for life).
  Vector expected(const std::optional<Index>& left) const;

  const LifetimeValue& value;
  Index n;
  double factor;
  std::optional<Index> horizon;
  std::vector<std::vector<Move>> into;  // moves by target
  Vector per_state;
  /// The stream of rewards from this state is certain from here on.
  std::vector<char> is_settled;
  std::vector<Index> successor;  // of a settled state: one that has the next reward of the stream
  std::vector<char> is_spent;    // no money can come any more

 private:
  struct Step {
    Index to;
    double reward;
  };
  using Steps = std::vector<std::vector<Step>>;  // by state

  void find_spent(const Steps& out);
  void find_settled(const Steps& out);
};

/// The money that all amounts are whole multiples of; 0 when there is none.
double common_amount(const Rewards& rewards);

}  // namespace sojourn::detail
