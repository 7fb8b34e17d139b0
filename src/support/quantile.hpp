// Quantiles of a sample.
#pragma once

#include <algorithm>
#include <cstddef>

namespace sojourn::detail {

/// Of sorted numbers, at least two, between neighbours linearly (R. J. Hyndman & Y. Fan, The American Statistician 50, 1996,
/// definition 7).
template <class Numbers>
double quantile(const Numbers& sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = std::min(static_cast<std::ptrdiff_t>(place), static_cast<std::ptrdiff_t>(sorted.size()) - 2);
  const double part = place - static_cast<double>(below);
  return sorted[below] + part * (sorted[below + 1] - sorted[below]);
}

}  // namespace sojourn::detail
