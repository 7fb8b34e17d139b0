// The parts of a probability mass in saddle-point form, which keeps its digits for any size. C. Loader, "Fast and accurate
// computation of binomial probabilities", 2000.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace sojourn::detail {

/// `log k! - ((k + 1/2) log k - k + log(2 π) / 2)`; 0 for `k = 0`, whose height is told otherwise. `inverse` = 1 / k.
inline double stirling_error(double k, double inverse) {
  static constexpr std::array<double, 10> first{0.0,
                                                0.08106146679532726,
                                                0.04134069595540929,
                                                0.02767792568499834,
                                                0.02079067210376509,
                                                0.01664469118982119,
                                                0.01387612882307075,
                                                0.01189670994589177,
                                                0.01041126526197210,
                                                0.009255462182712733};
  if (k < 10.0) return first[static_cast<std::size_t>(k)];
  const double square = inverse * inverse;
  return inverse *
         (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680 - square * (1.0 / 1188)))));
}

/// `k log(k / mean) + mean - k`, with `distance = k - mean` and `v = distance / (k + mean)`; the mean for `k = 0`.
inline double deviance(double k, double mean, double distance, double v) {
  if (std::abs(v) < 0.1) {
    // distance v + 2 k (v³/3 + v⁵/5 + …)
    const double w = v * v;
    const double sum =
        1.0 / 3 +
        w * (1.0 / 5 +
             w * (1.0 / 7 + w * (1.0 / 9 + w * (1.0 / 11 + w * (1.0 / 13 + w * (1.0 / 15 + w * (1.0 / 17)))))));
    return v * (distance + 2.0 * k * w * sum);
  }
  return k > 0.0 ? k * std::log1p(distance / mean) - distance : mean;
}

}  // namespace sojourn::detail
