/// \file market_equilibrium.hpp
/// Where a market stands still, and whether it comes back there when it is disturbed.
#pragma once

#include <vector>

#include "sojourn/market/market.hpp"

namespace sojourn {

/// A market that stands still.
struct MarketEquilibrium {
  Vector occupancy;   ///< shape (n_states,): people in each state
  double pool;        ///< people not reached
  double good;        ///< stock of good experiences
  double bad;         ///< stock of bad ones
  double reputation;  ///< `ρ`; 0.5 without a reputation
  double referred;    ///< newcomers per period by word of mouth
  double advertised;  ///< newcomers per period by advertising
  double profit;      ///< revenue less costs per period, currency, undiscounted
  /// By how much what is left of a small disturbance is multiplied in a period, in the long run: the largest modulus of an
  /// eigenvalue of the derivative of the mean field
  double spectral_radius;
  bool is_stable;   ///< `spectral_radius < 1`; when false, the market stays there only while nothing disturbs it
  double residual;  ///< largest change in one period, as a share of the people
};

/// The equilibria that are found from today's market, from an empty one and from one whose people are all there, with the best
/// reputation and with the worst: in order of the people inside, each once. Those that nothing leads to may be missing.
/// Up to 200 states. Throws `domain_error` where the market settles wherever it happens to be, as it does where those who
/// are gone never return.
std::vector<MarketEquilibrium> market_equilibria(const Market& market);

}  // namespace sojourn
