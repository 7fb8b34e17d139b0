// The mean of a scenario without simulation.
#pragma once

#include <cstdint>
#include <optional>

#include "simulation/scenario_program.hpp"

namespace sojourn::detail {

/// The mean value of these customers, random rewards at their means; nothing where that is too long a sum.
std::optional<double> exact_mean(const ScenarioProgram& program, const Entrance& entrance, std::int64_t customers,
                                 const std::optional<Discount>& discount);

}  // namespace sojourn::detail
