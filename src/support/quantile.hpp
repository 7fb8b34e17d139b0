// Quantiles of a sample.
#pragma once

#include <algorithm>

#include "sojourn/chain/types.hpp"

namespace sojourn::detail {

/// Of sorted numbers, at least two, between neighbours linearly (R. J. Hyndman & Y. Fan, The American Statistician 50, 1996,
/// definition 7).
inline double quantile(const Vector& sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = std::min(static_cast<Index>(place), sorted.size() - 2);
  const double part = place - static_cast<double>(below);
  return sorted[below] + part * (sorted[below + 1] - sorted[below]);
}

}  // namespace sojourn::detail
