// Everything that a run of scenarios needs, checked.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "simulation/scenario_program.hpp"

namespace sojourn::detail {

/// Everything a run needs, checked.
struct ScenarioPlan {
  ScenarioOptions options;
  std::vector<ScenarioProgram> programs;
  Entrance entrance;
  std::int64_t customers;
};

/// Scenarios, and what opens the messages about each.
using NamedScenarios = std::vector<std::pair<std::string, const Scenario*>>;

/// Throws for scenarios or options that do not fit together.
ScenarioPlan plan_of(const NamedScenarios& scenarios, const ScenarioOptions& options);

/// What was simulated, in words; `label` names the rewards.
std::string describe(const ScenarioPlan& plan, std::int64_t customers, const std::string& label);

}  // namespace sojourn::detail
