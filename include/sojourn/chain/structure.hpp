/// \file structure.hpp
/// What can reach what: communicating classes, recurrent, transient, absorbing, period, most probable path.
///
/// Two states communicate when each can reach the other. A class is recurrent when no move leaves it and transient
/// otherwise; a recurrent class of one state is absorbing. The period of a class is the greatest common divisor of the
/// lengths of its cycles (J. G. Kemeny & J. L. Snell, "Finite Markov Chains", 1960, chapter II).
#pragma once

#include <string_view>
#include <vector>

#include "sojourn/chain/chain.hpp"

namespace sojourn {

/// One communicating class.
struct CommunicatingClass {
  std::vector<Index> states;  ///< positions, ascending
  bool is_recurrent = false;  ///< no move leaves the class
  Index period = 0;           ///< 1 = aperiodic; 0 for a single state that cannot stay

  bool operator==(const CommunicatingClass&) const = default;
};

/// The shape of a chain, apart from its numbers.
class Structure {
 public:
  /// `next`: for each class the positions of the classes that a single move leads to. Throws `invalid_argument` unless
  /// the classes hold every state once.
  Structure(StateSpace states, std::vector<CommunicatingClass> classes, std::vector<std::vector<Index>> next);

  const StateSpace& states() const { return states_; }
  /// In topological order: a class comes before the classes it can reach.
  const std::vector<CommunicatingClass>& classes() const { return classes_; }
  /// For each state the position of its class in `classes()`.
  const std::vector<Index>& class_of() const { return class_of_; }
  /// For each class the positions of the classes that a single move leads to.
  const std::vector<std::vector<Index>>& next() const { return next_; }

  bool is_recurrent(Index state) const;
  bool is_transient(Index state) const { return !is_recurrent(state); }
  bool is_absorbing(Index state) const;
  /// One class only.
  bool is_irreducible() const { return classes_.size() == 1; }
  /// Every recurrent class is a single state.
  bool is_absorbing_chain() const;

  /// Positions, ascending.
  std::vector<Index> transient_states() const;
  std::vector<Index> recurrent_states() const;
  std::vector<Index> absorbing_states() const;

  /// Shape (n_states, n_states): true when `to` can be reached from `from` in any number of moves, none included.
  Mask reachable() const;
  bool reaches(std::string_view from, std::string_view to) const;

  /// Transient states in topological order, then the recurrent classes one after another: rows and columns of `P` in
  /// this order stand in canonical form.
  std::vector<Index> canonical_order() const;

 private:
  StateSpace states_;
  std::vector<CommunicatingClass> classes_;
  std::vector<Index> class_of_;
  std::vector<std::vector<Index>> next_;
};

/// The communicating classes of a chain and what follows from them, in time linear in the moves.
Structure structure(const Chain& chain);

/// A path and the probability that the chain follows exactly it.
struct Path {
  std::vector<Index> states;  ///< from the first to the last state
  double probability = 0.0;   ///< product of its moves
};

/// The most probable path between two states (Dijkstra on `-log p`); from a state to itself it is the state alone.
/// Throws `domain_error` when there is none, `out_of_range` for an unknown state.
Path most_probable_path(const Chain& chain, std::string_view from, std::string_view to);

}  // namespace sojourn
