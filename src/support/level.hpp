// The level of an interval.
#pragma once

#include <stdexcept>

#include "support/text.hpp"

namespace sojourn::detail {

/// Throws `invalid_argument` unless `level` is in (0, 1).
inline void check_level(double level) {
  if (level > 0.0 && level < 1.0) return;
  throw std::invalid_argument("level: must be between 0 and 1 (0.9 = ninety percent), found " + text::number(level));
}

}  // namespace sojourn::detail
