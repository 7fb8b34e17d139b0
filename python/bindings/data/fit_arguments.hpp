// The keywords of a fit, for those that fit.
#pragma once

#include <optional>
#include <string>

#include "support/arguments.hpp"

namespace sojourn::python {

struct FitArguments {
  const NumberArgument& smoothing;
  const py::object& prior;
  const std::string& estimate;
  const std::string& rows_without_data;
  const std::string& forbidden;
  const py::object& parent;

  FitOptions options(Index n_states) const;
};

// The words for the defaults.
const char* default_estimate();
const char* default_rows_without_data();
const char* default_forbidden();

// Journeys of events on the grid that is asked for; other journeys only where they are on that clock already.
std::optional<Journeys> on_clock(const Journeys& journeys, const py::object& period);

}  // namespace sojourn::python
