// Counts, or the journeys that make them.
#pragma once

#include <string>

#include "support/arguments.hpp"

namespace sojourn::python {

inline Counts to_counted(py::handle object, const char* where) {
  if (py::isinstance<Counts>(object)) return object.cast<Counts>();
  if (py::isinstance<LabelledJourneys>(object)) return count(object.cast<const LabelledJourneys&>().journeys);
  throw py::type_error(std::string(where) + ": expected Counts or Journeys, found " + type_name(object));
}

}  // namespace sojourn::python
