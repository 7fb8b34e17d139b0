/// \file sensitivity.hpp
/// Why a customer is worth what he is worth: what each move, each reward and the discount add to it, and where money
/// leaks.
///
/// With `occ` the discounted visits from the start law and `u_ij = w_ij + V_j`, the value changes by `∂V/∂p_ij = occ_i
/// γ u_ij` when one probability alone moves. Rows must keep summing to 1: when `i → j` gains and the row's other moves
/// shrink in proportion, it changes by `lift_ij = occ_i γ (u_ij - Σ_k p_ik u_ik) / (1 - p_ij)`; when one named move `k`
/// gives way, by `occ_i γ (u_ij - u_ik)`. One adjoint solve gives them all (H. Caswell, "Matrix Population Models",
/// 2001, chapter 9). All per unit of probability: a percentage point is a hundredth.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "sojourn/chain/lifecycle.hpp"
#include "sojourn/value/lifetime_value.hpp"

namespace sojourn {

namespace detail {
struct ValueGradient;
}

/// One move as a lever.
struct Lever {
  Index from;
  Index to;
  double probability;  ///< today
  /// One more percentage point, the row's other moves shrinking in proportion; currency per customer.
  double value_of_a_point;
};

/// Money lost through one exit from one state.
struct Leak {
  Index from;
  Index exit;
  /// Discounted flow into the exit × what those who stay are worth more; currency per customer at the start.
  double amount;
};

/// Money lost through the exits at one moment of truth.
struct MomentLeak {
  std::optional<Moment> moment;  ///< nothing for states without a moment of truth
  std::vector<Index> states;     ///< those with leaks, the dearest first
  double amount;                 ///< the sum of their leaks, currency per customer at the start
};

/// The derivatives of the value from one start law. A sparse chain has levers and leaks among the moves that it makes; what
/// has shape (n_states, n_states) is refused there by `domain_error`.
class Sensitivity {
 public:
  /// What was asked: the value, the law of the first state, and the moves that count as levers where they were said.
  const LifetimeValue& value() const { return value_; }
  const Vector& start() const { return start_; }
  const std::optional<Mask>& allowed() const { return allowed_; }
  const StateSpace& states() const { return value_.chain().states(); }
  /// Shape (n_states, n_states): `∂V/∂p_ij`, each probability by itself, currency per unit of probability.
  const Matrix& partial() const;
  /// Shape (n_states, n_states): `i → j` gains, the row's other moves shrink in proportion. 0 where `is_lever` is
  /// false.
  const Matrix& lift() const;
  /// Shape (n_states, n_states): false where the move is forbidden, or is already certain so that no other can shrink;
  /// and, for life and undiscounted, where it leads out of a state or set of states that is never left now.
  const Mask& is_lever() const;
  /// `state → to` gains what `state → instead_of` loses. Throws `out_of_range` for an unknown state.
  double lift(std::string_view state, std::string_view to, std::string_view instead_of) const;

  /// `∂V/∂r_i`: discounted visits to each state, time 0 included. Periods per customer. For life and undiscounted, 0 in
  /// states that are never left: there are no finite visits to them.
  const StateValues& visits() const { return visits_; }
  /// Shape (n_states, n_states): `∂V/∂w_ij`, the discounted number of moves.
  const Matrix& moves() const;
  /// `∂V/∂r_i`: the same as `visits`, by the name of the derivative.
  const StateValues& by_reward() const { return visits_; }
  /// Shape (n_states, n_states): `∂V/∂w_ij`, the same as `moves`.
  const Matrix& by_move_reward() const { return moves(); }
  /// `∂V/∂γ`, currency per unit of the discount factor per period.
  double by_discount_factor() const { return by_discount_factor_; }
  /// `∂V/∂s_i`: the value of starting in each state.
  const StateValues& by_start() const { return value_.mean(); }
  /// Shape (n_states, n_states): percent of value per percent of `p_ij`, by `lift`. Throws `domain_error` when the
  /// value is 0.
  Matrix elasticity() const;

  /// Every lever, the one that is worth most first.
  std::vector<Lever> levers() const;
  /// Every exit from every state, the dearest first, whether the move is a lever or not. The figures are marginal and
  /// need not sum to a total; a state that always leaves at once has nobody who stays and is left out.
  std::vector<Leak> leaks() const;
  /// The leaks of the states that are decided at each moment of truth, the dearest moment first. A state with two
  /// moments counts under both, and leaks are marginal: the sums are sums of marginals, and overlap. Throws
  /// `invalid_argument` for a lifecycle with other states.
  std::vector<MomentLeak> leaks_by_moment(const Lifecycle& lifecycle) const;

  /// The smallest change of `p(from → to)`, the row's other moves in proportion, that brings the value to `target`.
  /// Exact, since the value is a ratio of linear functions of one row. Throws `domain_error` when no probability in [0,
  /// 1] does, with the reach; needs a value for life.
  double change_to_reach(std::string_view from, std::string_view to, double target) const;

 private:
  friend Sensitivity sensitivity(const LifetimeValue&, const Vector&, const std::optional<Mask>&);

  /// What can change in one row: all states of a full chain, the moves of a sparse one.
  struct Row;
  /// The matrices, made when first asked for and shared by copies.
  struct Matrices;

  Sensitivity(const LifetimeValue& value, const Vector& start, const std::optional<Mask>& allowed);
  Row row(Index i) const;
  bool is_allowed(Index from, Index to) const;
  const Matrices& matrices(const char* what) const;

  LifetimeValue value_;
  Vector start_;
  double start_mean_;
  std::optional<Mask> allowed_;
  std::shared_ptr<const detail::ValueGradient> gradient_;
  StateValues visits_;
  double by_discount_factor_;
  std::shared_ptr<Matrices> matrices_;
};

/// From a law over the states, shape (n_states,). Moves that `allowed` rules out are no levers; without it these are the
/// moves that the lifecycle of a fit forbids, or the moves out of the absorbing states of a chain.
Sensitivity sensitivity(const LifetimeValue& value, const Vector& start,
                        const std::optional<Mask>& allowed = std::nullopt);
Sensitivity sensitivity(const LifetimeValue& value, std::string_view start,
                        const std::optional<Mask>& allowed = std::nullopt);

}  // namespace sojourn
