/// \file referrals.hpp
/// Word of mouth: newcomers whom a customer brings, per period in a state, and per move between two states.
#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>

#include "sojourn/chain/chain.hpp"
#include "sojourn/chain/state_space.hpp"
#include "sojourn/chain/types.hpp"

namespace sojourn {

/// Newcomers whom a customer brings, per period in a state and per move. Those brought during a period arrive at its end
/// or later. Means, at least 0.
class Referrals {
 public:
  /// Nobody is brought anywhere; add to it by `with_state` and `with_move`.
  explicit Referrals(StateSpace states);
  /// `per_state`: shape (n_states,), newcomers per period. `per_move`: shape (n_states, n_states), newcomers per move, or
  /// empty for none. Throws `invalid_argument` for a wrong shape or a number that is negative or not finite.
  Referrals(StateSpace states, Vector per_state, const Matrix& per_move = Matrix());
  /// The same with the newcomers of few moves among many states.
  Referrals(StateSpace states, Vector per_state, const SparseMatrix& per_move);
  /// Named states; all others bring nobody.
  Referrals(StateSpace states, std::initializer_list<std::pair<std::string_view, double>> per_state);

  const StateSpace& states() const { return states_; }
  /// Shape (n_states,), newcomers per period.
  const Vector& per_state() const { return per_state_; }
  /// Shape (n_states, n_states), newcomers per move; holds only moves that bring some.
  const SparseMatrix& per_move() const { return per_move_; }
  bool has_move_referrals() const { return per_move_.nonZeros() != 0; }
  /// Newcomers with one move; 0 where none were given.
  double move_referrals(Index from, Index to) const { return has_move_referrals() ? per_move_.coeff(from, to) : 0.0; }

  /// `b_i + Σ_j p_ij c_ij`: newcomers per period in each state of a chain, shape (n_states,). Throws `invalid_argument`
  /// for a chain with other states.
  Vector per_period(const Chain& chain) const;

  /// Changed copies.
  Referrals with_state(std::string_view state, double newcomers) const;
  Referrals with_move(std::string_view from, std::string_view to, double newcomers) const;

  bool operator==(const Referrals& other) const;

 private:
  StateSpace states_;
  Vector per_state_;
  SparseMatrix per_move_;
};

}  // namespace sojourn
