// One answer for a number, an array of them for an array.
#pragma once

#include "support/arguments.hpp"

namespace sojourn::python {

template <class Question>
py::object each_number(py::handle object, const char* argument, const Question& question) {
  const py::array given = py::module_::import("numpy").attr("asarray")(object);
  if (given.ndim() == 0) return py::float_(question(to_number(object, argument)));
  Vector answers = to_vector(given.attr("ravel")(), argument);
  for (Index k = 0; k < answers.size(); ++k) answers[k] = question(answers[k]);
  return copy(answers).attr("reshape")(given.attr("shape"));
}

}  // namespace sojourn::python
