/// \file rewards.hpp
/// Money: per period in a state, and per move between two states.
///
/// The reward `r_i` of state `i` is received at the start of each period spent there, the first one included. The
/// reward `w_ij` of a move `i → j` is received at the end of the period, discounted once more. Both may be negative.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "sojourn/chain/state_space.hpp"
#include "sojourn/chain/types.hpp"

namespace sojourn {

/// What a customer brings, per state and per move, in the caller's currency.
class Rewards {
 public:
  /// No money anywhere; add to it by `with_state` and `with_move`.
  explicit Rewards(StateSpace states);
  /// `per_state`: shape (n_states,), currency per period. `per_move`: shape (n_states, n_states), currency per move, or
  /// empty for none. Throws `invalid_argument` for a wrong shape or a number that is not finite.
  Rewards(StateSpace states, Vector per_state, Matrix per_move = Matrix());
  /// The same with the rewards of few moves among many states.
  Rewards(StateSpace states, Vector per_state, const SparseMatrix& per_move);
  /// Named states; all others bring nothing.
  Rewards(StateSpace states, std::initializer_list<std::pair<std::string_view, double>> per_state);

  const StateSpace& states() const { return states_; }
  /// Shape (n_states,), currency per period.
  const Vector& per_state() const { return per_state_; }
  /// Shape (n_states, n_states), currency per move; empty when no move brings anything. Throws `domain_error` when they
  /// are kept sparse, as they are beyond 4,096 states; see `move_reward`.
  const Matrix& per_move() const;
  bool has_move_rewards() const { return per_move_.size() != 0 || is_sparse(); }
  /// Currency for one move; 0 where none was given.
  double move_reward(Index from, Index to) const {
    if (per_move_.size() != 0) return per_move_(from, to);
    return is_sparse() ? sparse_per_move_.coeff(from, to) : 0.0;
  }
  /// True when rewards of moves are kept sparse.
  bool is_sparse() const { return sparse_per_move_.size() != 0; }
  /// Shape (n_states, n_states); empty unless `is_sparse`.
  const SparseMatrix& sparse_per_move() const { return sparse_per_move_; }

  /// What the money is: "reward" unless said otherwise, "revenue" when it comes from a log, "margin" when it is one.
  const std::string& label() const { return label_; }

  /// Changed copies.
  Rewards with_state(std::string_view state, double amount) const;
  Rewards with_move(std::string_view from, std::string_view to, double amount) const;
  Rewards with_label(std::string label) const;

  bool operator==(const Rewards& other) const;

 private:
  StateSpace states_;
  Vector per_state_;
  Matrix per_move_;
  SparseMatrix sparse_per_move_;
  std::string label_ = "reward";
};

}  // namespace sojourn
