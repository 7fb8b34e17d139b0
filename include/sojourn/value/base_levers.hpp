/// \file base_levers.hpp
/// Which move to pull on for today's customers: every lever by what it brings to a base, and what it may cost.
#pragma once

#include <optional>
#include <vector>

#include "sojourn/value/sensitivity.hpp"

namespace sojourn {

/// One move as a lever on a base of customers.
struct BaseLever {
  Index from;
  Index to;
  double probability;  ///< today
  /// One more percentage point, the row's other moves shrinking in proportion; currency per customer of the base.
  double value_of_a_point;
  double value_for_base;  ///< the same for the whole base, currency
  /// What a lasting point may cost today, at most, so that it pays: a point more where the move brings value, a point
  /// less where it takes value; where less than a point is left to give or take, what that is worth. Currency.
  double break_even_cost;
};

/// Every lever on today's base, the one that may cost most first. `stock` holds customers per state, shape (n_states,):
/// the value that changes is that of these customers, from today on; newcomers who come later are not counted. Moves
/// that `allowed` rules out are no levers, as in `sensitivity`. Throws `invalid_argument` for a stock that is negative,
/// not finite, of another shape, or nobody.
std::vector<BaseLever> base_levers(const LifetimeValue& value, const Vector& stock,
                                   const std::optional<Mask>& allowed = std::nullopt);

}  // namespace sojourn
