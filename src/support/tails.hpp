// Tails of laws that test statistics are held against.
#pragma once

#include <cmath>
#include <cstdint>

namespace sojourn::detail {

/// Two-sided p-value of a standard normal score.
inline double normal_p_value(double z) {
  return std::erfc(std::abs(z) / std::sqrt(2.0));
}

/// Upper tail of the chi-squared law.
double chi_squared_tail(double statistic, std::int64_t degrees_of_freedom);

}  // namespace sojourn::detail
