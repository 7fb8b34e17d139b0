/// \file market_growth.hpp
/// Whether a base feeds itself: the factor by which it grows per period, and the probability of a move at which it begins to
/// shrink.
#pragma once

#include <string>
#include <string_view>

#include "sojourn/market/market.hpp"

namespace sojourn {

/// Where a base begins to shrink.
struct MarketThreshold {
  double probability;      ///< of the move, below which the base shrinks, or above which where `grows_above` is false
  bool grows_above;        ///< true when a more probable move makes it grow
  double reputation;       ///< `ρ` at the threshold; 0.5 without a reputation
  double current;          ///< the move's probability as it is
  double growth_now;       ///< the base's growth factor per period as it is
  std::string definition;  ///< what shrinks, in words
};

/// The growth factor per period of a base that is small beside the market and large beside the prior of its reputation: the
/// largest eigenvalue of `n_i → Σ n_i p_ij + s_j Σ n_i b_i`, with the reputation that its own stable mix of states brings
/// about, `ρ = Σ n_i g_i / Σ n_i (g_i + h_i)`; of the prior alone where nothing is shared. Advertising is not in it: it
/// brings newcomers, not growth. Up to 200 states. Throws `domain_error` where the reputation does not settle.
double market_growth(const Market& market);

/// The probability of the move `from → to`, the rest of its row in proportion, at which `market_growth` passes 1: on one side
/// of it the base shrinks towards what advertising alone keeps up. Where searchers answer strongly to the reputation, growth
/// may jump over 1 there. Throws `out_of_range` for an unknown state,
/// `domain_error` where the growth is on one side of 1 for every probability, with the growth that is reached.
MarketThreshold market_threshold(const Market& market, std::string_view from, std::string_view to);

}  // namespace sojourn
