/// \file absorption.hpp
/// How it ends: where a journey comes to rest, when, and how often it visits each state on the way.
///
/// With `Q` the moves among transient states, the fundamental matrix `N = (I - Q)⁻¹` holds the expected visits; time 0
/// counts, so `N_ii >= 1`. An end is a recurrent class: an exit, or a set of states that is never left. (J. G. Kemeny &
/// J. L. Snell, "Finite Markov Chains", 1960, chapter III.)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sojourn/chain.hpp"

namespace sojourn {

/// How the journeys of a chain end.
struct Absorption {
  StateSpace states;
  std::vector<Index> transient;          ///< positions of the transient states, ascending
  std::vector<std::vector<Index>> ends;  ///< each recurrent class by the positions of its states

  /// Shape (n_states, n_states): expected visits to the column's state from the row's, time 0 included; the fundamental
  /// matrix, with zeros in the rows and columns of recurrent states.
  Matrix expected_visits;
  /// Shape (n_states, n_states): variance of the number of visits.
  Matrix visits_variance;
  /// Shape (n_states, n_ends): probability of ending there; a row sums to 1.
  Matrix probabilities;
  /// Expected periods until the journey is in a recurrent class, 0 inside one.
  StateValues expected_time;
  /// Variance of that number of periods.
  StateValues time_variance;

  /// The fundamental matrix over the transient states alone, shape (n_transient, n_transient), in the order of
  /// `transient`.
  Matrix fundamental_matrix() const;
  /// The probability of ending in the class that holds `end`, per state. Throws `out_of_range` for an unknown state and
  /// `domain_error` for a transient one.
  StateValues probability(std::string_view end) const;
};

/// Answers for every state at once. Throws `domain_error` for a chain without a transient state, in which nothing ends.
Absorption absorption(const Chain& chain);

}  // namespace sojourn
