// Mean and standard deviation, block by block: the same bits whoever added up what.
#pragma once

#include <span>

#include "simulation/simulated_value_access.hpp"

namespace sojourn::detail {

/// Moments of the values of one block: deviations from its first value give the mean, those from the mean its last
/// digits and the squares.
SimulatedValueAccess::Moments moments_of(std::span<const double> values);

struct Total {
  double mean = 0.0;
  double standard_deviation = 0.0;
};

/// Mean and standard deviation over blocks in the order of their numbers.
Total total(const SimulatedValueAccess::Fields& fields);

}  // namespace sojourn::detail
