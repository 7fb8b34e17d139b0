/// \file stationary.hpp
/// Where it settles: stationary laws, limits, and how fast they are reached.
///
/// Each recurrent class has one stationary law `π = π P`, found by elimination without subtraction (W. K. Grassmann, M.
/// I. Taksar, D. P. Heyman, Operations Research 33, 1985). A chain that ends settles in its exits; what is left of it
/// is the law of the end.
#pragma once

#include <optional>
#include <vector>

#include "sojourn/chain/chain.hpp"

namespace sojourn {

/// The stationary law of one recurrent class.
struct StationaryLaw {
  std::vector<Index> states;  ///< the class, by position
  StateValues distribution;   ///< share of time in each state; 0 outside the class
  Index period;               ///< of the class; above 1 the chain does not converge to this law but goes round it
};

/// All stationary laws of a chain, and the limits they make.
class Stationary {
 public:
  Stationary(StateSpace states, std::vector<StationaryLaw> laws, Matrix ending);

  const StateSpace& states() const { return states_; }
  /// One law per recurrent class.
  const std::vector<StationaryLaw>& laws() const { return laws_; }
  /// Shape (n_states, n_laws): probability of ending in each class.
  const Matrix& ending() const { return ending_; }
  /// The only law. Throws `domain_error` when there are several, since then it depends on the start: see `limit`.
  const StateValues& distribution() const;
  /// The long-run share of time in each state, from a law over the states, shape (n_states,): each class's law weighted
  /// by the probability of ending there. For a periodic class it is the average over a round.
  StateValues limit(const Vector& start) const;
  /// Expected periods between two visits, `1 / π_i`, per state of a recurrent class. Throws `domain_error` for a
  /// transient state, which is not returned to for ever; `out_of_range` for an unknown one.
  double expected_return_time(std::string_view state) const;

 private:
  StateSpace states_;
  std::vector<StationaryLaw> laws_;
  Matrix ending_;
};

Stationary stationary(const Chain& chain);

/// Expected periods to a state drawn from `π`, the same from every start; the start itself counts as 0 periods away
/// (Kemeny's constant in the convention `K = Σ_j π_j m_ij` with `m_ii = 0`). Throws `domain_error` unless every state
/// can be reached from every other: on the way out of a transient state the time depends on the start.
double kemeny_constant(const Chain& chain);

/// Expected periods to the first visit of the column's state, shape (n_states, n_states), 0 on the diagonal. Throws
/// `domain_error` unless every state can be reached from every other.
Matrix mean_passage_times(const Chain& chain);

/// `1 - |λ₂|`, with `λ₂` the eigenvalue of second largest modulus; 0 for a periodic chain or several recurrent classes.
double spectral_gap(const Chain& chain);

/// The smallest number of periods after which the law from every start is within `distance` (in (0, 1)) of `π` in total
/// variation (D. A. Levin, Y. Peres, E. L. Wilmer, "Markov Chains and Mixing Times", 2009, section 4.5). Throws
/// `domain_error` for several recurrent classes or a periodic one, which never mix, and when it takes more than 2^40
/// periods.
Index mixing_time(const Chain& chain, double distance = 0.25);

}  // namespace sojourn
