// Exact Poisson variates at a cost that does not depend on the mean: by inversion below a mean of 10, otherwise by transformed
// rejection with squeeze (W. Hörmann, "The transformed rejection method for generating Poisson random variables", Insurance:
// Mathematics and Economics 12, 1993, algorithm PTRS), the law itself in saddle-point form.
#pragma once

#include <cmath>

#include "support/saddle_point.hpp"

namespace sojourn::detail {

/// Means up to this.
inline constexpr double most_poisson_mean = 0x1p51;

/// `log P(k)`, `k >= 0`, `mean > 0`.
inline double log_poisson(double mean, double k) {
  constexpr double two_pi = 6.28318530717958647693;
  if (k == 0.0) return -mean;
  const double distance = k - mean;
  return -0.5 * std::log(two_pi * k) - stirling_error(k, 1.0 / k) - deviance(k, mean, distance, distance / (k + mean));
}

/// One variate. `mean` from 0 to `most_poisson_mean`.
template <class Words>
double draw_poisson(double mean, Words& words) {
  constexpr double least_mean = 10.0;
  if (mean <= 0.0) return 0.0;
  if (mean < least_mean) {
    double u = words.uniform();
    double probability = std::exp(-mean);
    double k = 0.0;
    while (u > probability) {
      u -= probability;
      k += 1.0;
      probability *= mean / k;
      if (k > 2.0 * least_mean && probability < 0x1p-80) break;  // smaller than any part of a uniform number
    }
    return k;
  }
  const double b = 0.931 + 2.53 * std::sqrt(mean);
  const double a = -0.059 + 0.02483 * b;
  const double scale = 1.1239 + 1.1328 / (b - 3.4);
  const double surely = 0.9277 - 3.6224 / (b - 2.0);
  for (;;) {
    const double u = words.uniform() - 0.5;
    const double v = words.uniform();
    const double s = 0.5 - std::abs(u);
    const double k = std::floor((2.0 * a / s + b) * u + mean + 0.43);
    if (s >= 0.07 && v <= surely) return k;
    if (k < 0.0 || (s < 0.013 && v > s)) continue;
    if (std::log(v * scale / (a / (s * s) + b)) <= log_poisson(mean, k)) return k;
  }
}

}  // namespace sojourn::detail
