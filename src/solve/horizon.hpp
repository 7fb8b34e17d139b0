// How far ahead a question may look.
#pragma once

#include <stdexcept>
#include <string>

#include "sojourn/chain/types.hpp"
#include "support/text.hpp"

namespace sojourn::detail {

inline constexpr Index longest_horizon = 10'000'000;

/// Throws `invalid_argument` unless `periods` is from 1 to `longest_horizon`; `what` is the name of the argument.
inline void check_horizon(const char* what, Index periods) {
  if (periods >= 1 && periods <= longest_horizon) return;
  throw std::invalid_argument(std::string(what) + ": must be at least 1 period and at most " +
                              text::grouped(longest_horizon) + ", found " + std::to_string(periods));
}

}  // namespace sojourn::detail
