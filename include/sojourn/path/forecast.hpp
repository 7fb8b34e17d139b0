/// \file forecast.hpp
/// How many customers will stand where: today's numbers, moved on period by period.
#pragma once

#include "sojourn/chain/chain.hpp"

namespace sojourn {

struct ForecastOptions {
  Index periods = 12;  ///< how many periods ahead, at least 1
  /// Newcomers per state, added at the start of each later period; shape (n_states,), empty = none
  Vector arrivals = {};
};

/// Expected customers per state: row `t` holds `stock · P^t` (and the arrivals since), `t = 0 … periods`. Shape
/// (periods + 1, n_states). Throws `invalid_argument` for a stock that is negative, not finite or of another shape, or
/// periods out of range, and `domain_error` when the numbers grow beyond floating point.
Matrix forecast(const Chain& chain, const Vector& stock, const ForecastOptions& options = {});

}  // namespace sojourn
