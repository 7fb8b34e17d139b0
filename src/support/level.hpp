// Levels, shares and probabilities.
#pragma once

#include <stdexcept>
#include <string>

#include "support/text.hpp"

namespace sojourn::detail {

/// Throws `invalid_argument` unless `level` is in (0, 1).
inline void check_level(double level) {
  if (level > 0.0 && level < 1.0) return;
  throw std::invalid_argument("level: must be between 0 and 1 (0.9 = ninety percent), found " + text::number(level));
}

/// Throws `invalid_argument` unless `share` is in (0, 1); `what` is the name of the argument.
inline void check_share(const char* what, double share) {
  if (share > 0.0 && share < 1.0) return;
  throw std::invalid_argument(std::string(what) + ": must be between 0 and 1, both excluded, found " +
                              text::number(share));
}

inline bool is_probability(double p) {
  return p >= 0.0 && p <= 1.0;
}

/// Throws `invalid_argument` unless `p` is in [0, 1]; `what` is the name of the argument.
inline void check_probability(const char* what, double p) {
  if (is_probability(p)) return;
  throw std::invalid_argument(std::string(what) + ": must be a probability from 0 to 1, found " + text::number(p));
}

}  // namespace sojourn::detail
