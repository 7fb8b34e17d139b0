// A scenario as Python holds it: with, of a fit, the observed first states.
#pragma once

#include "sojourn/simulation/scenarios.hpp"
#include "support/arguments.hpp"

namespace sojourn::python {

struct BoundScenario {
  Scenario scenario;
  Vector start;
};

}  // namespace sojourn::python
