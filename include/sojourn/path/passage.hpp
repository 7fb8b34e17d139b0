/// \file passage.hpp
/// When it first gets somewhere: hitting, first passage, committor.
///
/// *Hitting* counts time 0: a customer who stands in a target has hit it, at time 0. *First passage* looks at `t >= 1`
/// only: from a target it is the first return. A target is a set of states: the passage is to whichever of them comes
/// first. (J. R. Norris, "Markov Chains", 1997, sections 1.3 and 1.5.)
#pragma once

#include <string>
#include <vector>

#include "sojourn/chain/chain.hpp"

namespace sojourn {

/// Whether and when a set of states is hit.
struct Hitting {
  StateValues probability;  ///< of ever being in a target, time 0 included; 1 in a target
  /// Expected periods until the hit, among the journeys that hit at all; 0 in a target. Where `probability` is 0 there
  /// is none, and the entry is 0 as well: look at `probability` first.
  StateValues expected_time_if_hit;
  std::vector<bool> is_certain;  ///< per state: every journey hits (known from the moves, not from rounding)

  /// Expected periods until the hit. Throws `domain_error` naming the states from which some journeys never hit.
  StateValues expected_time() const;
};

/// Answers for every state at once. Throws `out_of_range` for an unknown target, `invalid_argument` without one.
Hitting hitting(const Chain& chain, const std::vector<std::string>& targets);

/// The law of the first passage, up to a horizon.
struct FirstPassage {
  StateSpace states;
  Matrix probabilities;  ///< shape (horizon, n_states): row `t - 1` = first passage at time `t`, per state of departure
  StateValues tail;      ///< probability of no passage up to the horizon

  /// Shape (horizon, n_states): probability of a passage up to and including time `t`.
  Matrix cumulative() const;
};

/// `f_1 = P 1_A`, `f_(t+1)(i) = Σ_(j ∉ A) p_ij f_t(j)`. Throws as `hitting` does, and `invalid_argument` for a horizon
/// below 1 or above ten million.
FirstPassage first_passage(const Chain& chain, const std::vector<std::string>& targets, Index horizon);

/// The probability of hitting `goal` before `other` (time 0 counts): 1 in `goal`, 0 in `other`. Throws
/// `invalid_argument` when the two sets share a state.
StateValues committor(const Chain& chain, const std::vector<std::string>& goal, const std::vector<std::string>& other);

}  // namespace sojourn
