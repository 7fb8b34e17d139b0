/// \file chain.hpp
/// The noun: states, a validated transition matrix and the length of one period.
///
/// Row = from, column = to, rows sum to 1. Everything else in the library is a question asked of a chain.
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "sojourn/chain/period.hpp"
#include "sojourn/chain/state_space.hpp"
#include "sojourn/chain/types.hpp"

namespace sojourn {

/// A Markov chain over named states. It is checked once, here; whoever holds one holds a valid chain. Copies are cheap:
/// they share one matrix that never changes.
class Chain {
 public:
  /// How far a row may be from a sum of 1.
  static constexpr double tolerance = 1e-9;

  /// `transition_matrix` has shape (n_states, n_states). Without a period the clock is the event (one step = one
  /// event). Throws `invalid_argument` for a wrong shape, an entry that is negative or not finite, or a row that does
  /// not sum to 1; the message names row, state and sum. No row is repaired.
  Chain(StateSpace states, Matrix transition_matrix, Period period = Period::step());
  /// The same kept sparse: memory and most answers are then proportional to the moves, not to the square of the states.
  Chain(StateSpace states, const SparseMatrix& transition_matrix, Period period = Period::step());

  const StateSpace& states() const { return states_; }
  const Period& period() const { return period_; }
  Index n_states() const { return states_.n_states(); }

  /// True when the chain was given as a sparse matrix.
  bool is_sparse() const { return moves_->is_sparse; }
  /// Shape (n_states, n_states). Throws `domain_error` for a sparse chain, whose full matrix may not fit into memory.
  const Matrix& transition_matrix() const;
  /// The same in sparse form, of either kind of chain.
  SparseMatrix sparse_transition_matrix() const;
  /// The chain with a full matrix of `n_states²` numbers, or with a sparse one. Throws `domain_error` for a full one of
  /// more than 30,000 states.
  Chain to_dense() const;
  Chain to_sparse() const;

  /// The probability of the move `from → to`. Throws `out_of_range` for an unknown state.
  double probability(std::string_view from, std::string_view to) const;
  double probability(Index from, Index to) const;

  /// Calls `visit(to, probability)` for every move of positive probability out of a state, in ascending order.
  template <class Visit>
  void for_each_move(Index from, Visit&& visit) const {
    if (moves_->is_sparse) {
      for (SparseMatrix::InnerIterator move(moves_->sparse, from); move; ++move) {
        if (move.value() > 0.0) visit(Index{move.col()}, move.value());
      }
    } else {
      for (Index to = 0; to < n_states(); ++to) {
        if (moves_->dense(from, to) > 0.0) visit(to, moves_->dense(from, to));
      }
    }
  }
  /// How many moves have a positive probability.
  Index n_moves() const;

  /// `P x`: what a number per state will be on average one period later. Shape (n_states, k).
  Matrix expected_next(const Matrix& values) const;
  /// `Pᵀ s`: a law over the states (or customers per state) one period later. Shape (n_states, k).
  Matrix next(const Matrix& laws) const;

  /// True when the state is never left. Throws `out_of_range`.
  bool is_absorbing(Index state) const;
  /// The absorbing states, by position.
  std::vector<Index> absorbing_states() const;

  /// `P^n`: the probabilities after `n >= 0` periods, shape (n_states, n_states). Throws `domain_error` for a sparse
  /// chain; see `forecast` for one start.
  Matrix after(Index n_periods) const;

  /// A changed copy: the same chain with another row for one state. `row` has shape (n_states,).
  Chain with_row(std::string_view state, const Vector& row) const;

  bool operator==(const Chain& other) const;

 private:
  struct Moves {
    bool is_sparse = false;
    Matrix dense;
    SparseMatrix sparse;
  };

  StateSpace states_;
  std::shared_ptr<const Moves> moves_;
  Period period_;
};

/// Checks a law over the states of a chain: non-negative, finite, sum 1 within `Chain::tolerance`, shape (n_states,).
/// Throws `invalid_argument`; `who` opens the message.
void check_distribution(std::string_view who, const StateSpace& states, const Vector& distribution);

/// The law that stands in one state for certain, shape (n_states,). Throws `out_of_range` for an unknown state.
Vector start_in(const StateSpace& states, std::string_view state);

}  // namespace sojourn
