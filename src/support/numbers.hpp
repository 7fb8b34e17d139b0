// Small words about numbers.
#pragma once

#include <cstddef>
#include <limits>

namespace sojourn::detail {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// A position as the standard library counts.
constexpr std::size_t at(std::ptrdiff_t i) {
  return static_cast<std::size_t>(i);
}

}  // namespace sojourn::detail
