/// \file law_cases.hpp
/// Chains of many shapes, and how far draws may be from their law.
#pragma once

#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "support/support.hpp"

namespace sojourn::test {

/// How often a correct simulation may fail a check, by chance.
inline constexpr double error_rate = 1e-6;

inline StateSpace numbered(Index n) {
  std::vector<std::string> names;
  for (Index i = 0; i < n; ++i) names.push_back("s" + std::to_string(i));
  return StateSpace(names);
}

inline std::vector<std::uint32_t> same_numbers(Index n) {
  std::vector<std::uint32_t> numbers(static_cast<std::size_t>(n));
  std::iota(numbers.begin(), numbers.end(), 0U);
  return numbers;
}

}  // namespace sojourn::test
