/// \file robust.hpp
/// How bad, and how good, can it be: bounds of the value over every chain that the data leave possible.
///
/// The possible chains are a box: each probability within an interval of its Beta law after counting, each mean reward
/// within a normal interval, rows summing to 1. Of `N` intervals that are not implied by others each holds with
/// probability `1 - (1 - level) / N`, so all hold at once with at least `level` (Bonferroni); for the value of any
/// state, from any start, at once. Rows are free of each other, so the extreme values solve `V = max_P (r + γ (P∘W) 1 +
/// γ P V)` row by row, each row by a sort: R. Givan, S. Leach, T. Dean, "Bounded-parameter Markov decision processes",
/// Artificial Intelligence 122, 2000; rectangular sets in general, G. N. Iyengar, Mathematics of Operations Research
/// 30, 2005, and A. Nilim & L. El Ghaoui, Operations Research 53, 2005. The bounds hold jointly and for the worst row
/// everywhere, so they are wider than `LifetimeValue::interval`, which speaks of one state at a time.
#pragma once

#include "sojourn/value/lifetime_value.hpp"

namespace sojourn {

/// The chains that a fit leaves possible.
struct PossibleChains {
  double level;
  StateSpace states;
  Matrix lower;       ///< shape (n_states, n_states): the least each probability can be, given that rows sum to 1
  Matrix upper;       ///< shape (n_states, n_states): the most
  Index n_intervals;  ///< that hold at once: probabilities (one for a row of two moves) and mean rewards

  /// True when each probability lies between its bounds, up to `Chain::tolerance`.
  bool hold(const Chain& chain) const;
};

/// The least and the greatest value per state, in currency, and chains that attain them.
struct ValueBounds {
  double level;
  StateValues lower;
  StateValues upper;
  /// The chain and the rewards under which every state is worth least (most) at once. With a horizon the extreme chain
  /// may change from period to period; it is then that of the first period, and the bounds may be wider than any one
  /// chain's.
  Chain worst_chain;
  Rewards worst_rewards;
  Chain best_chain;
  Rewards best_rewards;
  PossibleChains possible;
};

/// The box of chains that holds the true one with probability at least `level` in (0, 1), mean rewards aside.
PossibleChains possible_chains(const FitResult& fit, double level);

/// Bounds of a fitted value; mean rewards vary where they come from the fit. Throws `domain_error` for a value of a
/// chain that was not fitted from counts, or where a possible chain never ends and nothing is discounted; the message
/// names the states.
ValueBounds value_bounds(const LifetimeValue& value, double level);

}  // namespace sojourn
