/// \file branching.hpp
/// How the tree of newcomers from one customer ends: the chance that it dies out, and how many people it leads to.
///
/// A customer brings newcomers in every period of his life, who bring others: a branching process whose types are the states
/// in which newcomers arrive (T. E. Harris, "The Theory of Branching Processes", 1963, chapters I and II).
#pragma once

#include "sojourn/chain/chain.hpp"
#include "sojourn/market/offspring_law.hpp"
#include "sojourn/market/referrals.hpp"

namespace sojourn {

struct BranchingOptions {
  Vector arrives_at =
      Vector();  ///< law over the states in which newcomers arrive, shape (n_states,); empty = the first
  OffspringLaw offspring = OffspringLaw::poisson;  ///< of the newcomers of one period and, by itself, of each move
};

/// The chance that a tree of newcomers comes to an end.
struct Extinction {
  StateValues probability;      ///< that the tree from one customer in the state dies out
  double newcomer_probability;  ///< the same for the tree from a newcomer
  double R0;                    ///< newcomers whom a newcomer brings himself: at 1 and below, every tree dies out
};

/// The chance that the tree from one customer dies out: the least root of `q_i = f_i(Σ_k s_k q_k) Σ_j p_ij q_j`, with `f_i`
/// the generating function of the newcomers of one period and `q = 1` in states that are never left. Newcomers of a move
/// `i → j` are a law of the same kind with mean `c_ij`, and a factor of that term. How late newcomers arrive does not
/// matter. Throws as `referral_value` does for referrals and arrivals, and `invalid_argument` for more than one newcomer
/// per period or move with `OffspringLaw::bernoulli`.
Extinction extinction(const Chain& chain, const Referrals& referrals, const BranchingOptions& options = {});

/// How many people a customer leads to, himself included, over all generations.
struct Progeny {
  StateValues mean;             ///< from one customer in the state
  StateValues variance;         ///< of that number
  double newcomer_mean;         ///< `1 / (1 - R0)`
  double newcomer_variance;     ///< of the number from a newcomer
  StateValues direct_mean;      ///< newcomers whom he brings himself
  StateValues direct_variance;  ///< of that number
};

/// The law of the whole tree by its mean and variance (T. E. Harris, 1963, chapter I). Throws as `extinction` does, and
/// `domain_error` when `R0 >= 1`: the mean is infinite.
Progeny progeny(const Chain& chain, const Referrals& referrals, const BranchingOptions& options = {});

}  // namespace sojourn
