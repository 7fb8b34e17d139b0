// Probabilities and their log-odds.
#pragma once

#include <cmath>

namespace sojourn::detail {

/// The probability with these log-odds.
inline double logistic(double log_odds) {
  if (log_odds >= 0.0) return 1.0 / (1.0 + std::exp(-log_odds));
  const double odds = std::exp(log_odds);
  return odds / (1.0 + odds);
}

inline double log_odds_of(double probability) {
  return std::log(probability) - std::log1p(-probability);
}

}  // namespace sojourn::detail
