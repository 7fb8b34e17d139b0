// Words that several tests share.
#pragma once

#include <cmath>
#include <string>

#include "sojourn/trust/rows_test.hpp"
#include "support/text.hpp"

namespace sojourn::detail {

inline std::string percent(double share) {
  return text::number(100.0 * share, 3) + " %";
}
inline std::string points(double share) {
  return text::number(100.0 * share, 2);
}

inline std::string ordinal(Index n) {
  const bool teen = n % 100 >= 11 && n % 100 <= 13;
  const char* ending = teen ? "th" : n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
  return text::grouped(n) + ending;
}

/// How many customers of a group move otherwise than the shared row says. In single precision, so that two moves that
/// share a row come out alike and the first one is told.
inline float touched(const Departure& d) {
  return static_cast<float>(static_cast<double>(d.of) * std::abs(d.probability - d.pooled_probability));
}

}  // namespace sojourn::detail
