/// \file absorption.hpp
/// How it ends: where a journey comes to rest, when, and how often it visits each state on the way.
///
/// With `Q` the moves among transient states, the fundamental matrix `N = (I - Q)⁻¹` holds the expected visits; time 0
/// counts, so `N_ii >= 1`. An end is a recurrent class: an exit, or a set of states that is never left. (J. G. Kemeny &
/// J. L. Snell, "Finite Markov Chains", 1960, chapter III.)
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sojourn/chain/chain.hpp"

namespace sojourn {

namespace detail {
class ValueSystem;
}

/// How the journeys of a chain end.
class Absorption {
 public:
  /// The chain that was asked.
  const Chain& chain() const { return chain_; }
  const StateSpace& states() const { return chain_.states(); }
  /// Positions of the transient states, ascending.
  const std::vector<Index>& transient() const { return transient_; }
  /// Each recurrent class by the positions of its states.
  const std::vector<std::vector<Index>>& ends() const { return ends_; }

  /// Shape (n_states, n_ends): probability of ending there; a row sums to 1.
  const Matrix& probabilities() const { return probabilities_; }
  /// The probability of ending in the class that holds `end`, per state. Throws `out_of_range` for an unknown state and
  /// `domain_error` for a transient one.
  StateValues probability(std::string_view end) const;
  /// Expected periods until the journey is in a recurrent class, 0 inside one.
  const StateValues& expected_time() const { return expected_time_; }
  /// Variance of that number of periods.
  const StateValues& time_variance() const { return time_variance_; }

  /// Expected visits to each state from a law over the states, shape (n_states,), time 0 included; 0 in recurrent states.
  /// One solution, however many states there are.
  StateValues expected_visits_from(const Vector& start) const;
  /// Shape (n_states, n_states): expected visits to the column's state from the row's, time 0 included; the fundamental
  /// matrix, with zeros in the rows and columns of recurrent states. Throws `domain_error` for more than 10,000 states.
  Matrix expected_visits() const;
  /// Shape (n_states, n_states): variance of the number of visits. Throws as `expected_visits` does.
  Matrix visits_variance() const;
  /// The fundamental matrix over the transient states alone, shape (n_transient, n_transient), in the order of
  /// `transient`.
  Matrix fundamental_matrix() const;

 private:
  friend Absorption absorption(const Chain& chain);
  Absorption(const Chain& chain, std::vector<Index> transient, std::vector<std::vector<Index>> ends);

  Chain chain_;
  std::vector<Index> transient_;
  std::vector<std::vector<Index>> ends_;
  std::shared_ptr<const detail::ValueSystem> system_;
  Matrix probabilities_;
  StateValues expected_time_;
  StateValues time_variance_;
};

/// Answers for every state at once. Throws `domain_error` for a chain without a transient state, in which nothing ends.
Absorption absorption(const Chain& chain);

}  // namespace sojourn
