/// \file what_if.hpp
/// What a customer would be worth under another chain, and which moves make the difference.
///
/// The difference of two values of one start law is a sum over moves, `γ occ'_i (p'_ij - p_ij)(w_ij + V_j)`, with the
/// discounted visits `occ'` under the other chain and what lies ahead, `w_ij + V_j`, under the first.
#pragma once

#include <vector>

#include "sojourn/value/lifetime_value.hpp"

namespace sojourn {

/// One move's share in the difference between two chains.
struct MoveDifference {
  Index from;
  Index to;
  double amount;  ///< currency per customer
};

/// What another chain would be worth, and which moves make the difference.
struct WhatIf {
  double value;                       ///< under the first chain
  double other_value;                 ///< under the second
  std::vector<MoveDifference> moves;  ///< the largest first; they sum to `other_value - value`
};

/// Compares two values for life with the same states, rewards and discount. Throws `invalid_argument` when these
/// differ.
WhatIf what_if(const LifetimeValue& value, const LifetimeValue& other, const Vector& start);

}  // namespace sojourn
