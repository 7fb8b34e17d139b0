/// \file simulate_cases.hpp
/// A small lifecycle to simulate.
#pragma once

#include "support/support.hpp"

namespace sojourn::test::simulate_cases {

inline const StateSpace three{"trial", "active", "churn"};

inline Chain small() {
  return {three, matrix({{.5, .4, .1}, {.05, .75, .2}, {0, 0, 1}}), Period::months(1)};
}
inline Rewards money() {
  return Rewards(three, {{"trial", -5.0}, {"active", 40.0}}).with_move("active", "churn", -10.0);
}

inline constexpr SimulationOutputs everything{.value = true, .occupancy = true, .journeys = true};

}  // namespace sojourn::test::simulate_cases
