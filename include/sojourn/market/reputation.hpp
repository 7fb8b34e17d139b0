/// \file reputation.hpp
/// What newcomers read before they buy: shared experiences, good and bad, and the chance that a searcher goes on.
///
/// Good and bad experiences enter two stocks that fade, `G ← φ G + good` and `B ← φ B + bad`, once per period. The
/// reputation is the share of good ones, `ρ = (α + G) / (α + β + G + B)`, with `α` and `β` experiences to begin with.
/// A searcher's chance to go on follows it by the log-odds: `logit p = logit p₀ + κ (ρ - ρ₀)`. Experiences of a period
/// act from the next period on.
#pragma once

#include "sojourn/chain/types.hpp"

namespace sojourn {

/// How shared experiences become a reputation, and how searchers answer to it.
struct ReputationLaw {
  double retention = 0.9;   ///< φ in [0, 1): share of the stocks that is left after a period
  double prior_good = 1.0;  ///< α > 0: good experiences to begin with
  double prior_bad = 1.0;   ///< β > 0: bad experiences to begin with
  /// κ, finite: log-odds of going on per unit of reputation (1 = from none good to all good)
  double sensitivity = 1.0;
  double reference = 0.5;  ///< ρ₀ in [0, 1]: the reputation at which the chain's own probability holds

  bool operator==(const ReputationLaw&) const = default;
};

/// Throws `invalid_argument` for a member outside its range.
void check_reputation_law(const ReputationLaw& law);

/// Share of good experiences, in (0, 1), for stocks `good` and `bad` (experiences). Throws `invalid_argument` for a
/// stock that is negative or not finite, or a law outside its range.
double reputation(const ReputationLaw& law, double good, double bad);

/// The chance that a searcher goes on at a given reputation, where it is `probability` at the reference. A probability
/// of 0 or 1 stays. Throws `invalid_argument` for numbers outside [0, 1] or a law outside its range.
double go_on_probability(const ReputationLaw& law, double probability, double reputation);

/// The reputation that searchers meet in each period, shape (n_periods,): that of the experiences of all periods before,
/// from empty stocks. `good` and `bad`: shared experiences per period, shape (n_periods,).
Vector reputation_path(const ReputationLaw& law, const Vector& good, const Vector& bad);

}  // namespace sojourn
