/// \file chain.hpp
/// The noun: states, a validated transition matrix and the length of one period.
///
/// Row = from, column = to, rows sum to 1. Everything else in the library is a question asked of a chain.
#pragma once

#include <string_view>
#include <vector>

#include "sojourn/period.hpp"
#include "sojourn/state_space.hpp"
#include "sojourn/types.hpp"

namespace sojourn {

/// A Markov chain over named states. It is checked once, here; whoever holds one holds a valid chain.
class Chain {
 public:
  /// How far a row may be from a sum of 1.
  static constexpr double tolerance = 1e-9;

  /// `transition_matrix` has shape (n_states, n_states). Without a period the clock is the event (one step = one
  /// event). Throws `invalid_argument` for a wrong shape, an entry that is negative or not finite, or a row that does
  /// not sum to 1; the message names row, state and sum. No row is repaired.
  Chain(StateSpace states, Matrix transition_matrix, Period period = Period::step());

  const StateSpace& states() const { return states_; }
  /// Shape (n_states, n_states).
  const Matrix& transition_matrix() const { return transition_matrix_; }
  const Period& period() const { return period_; }
  Index n_states() const { return states_.n_states(); }

  /// The probability of the move `from → to`. Throws `out_of_range` for an unknown state.
  double probability(std::string_view from, std::string_view to) const;

  /// True when the state is never left. Throws `out_of_range`.
  bool is_absorbing(Index state) const;
  /// The absorbing states, by position.
  std::vector<Index> absorbing_states() const;

  /// `P^n`: the probabilities after `n >= 0` periods, shape (n_states, n_states).
  Matrix after(Index n_periods) const;

  /// A changed copy: the same chain with another row for one state. `row` has shape (n_states,).
  Chain with_row(std::string_view state, const Vector& row) const;

  bool operator==(const Chain& other) const;

 private:
  StateSpace states_;
  Matrix transition_matrix_;
  Period period_;
};

/// Checks a law over the states of a chain: non-negative, finite, sum 1 within `Chain::tolerance`, shape (n_states,).
/// Throws `invalid_argument`; `who` opens the message.
void check_distribution(std::string_view who, const StateSpace& states, const Vector& distribution);

/// The law that stands in one state for certain, shape (n_states,). Throws `out_of_range` for an unknown state.
Vector start_in(const StateSpace& states, std::string_view state);

}  // namespace sojourn
