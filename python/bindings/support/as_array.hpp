// What `numpy.asarray` asks for.
#pragma once

#include <string>

#include "support/arguments.hpp"

namespace sojourn::python {

// `array(self)`, or a copy of it in another dtype.
template <class Array>
auto as_array(const char* name, Array array_of) {
  return [=](const py::object& self, const py::object& dtype, const py::object& copied) -> py::object {
    const py::array array = array_of(self);
    const bool other = !dtype.is_none() && !py::dtype::from_args(dtype).is(array.dtype());
    const bool must_copy = !copied.is_none() && copied.cast<bool>();
    if (!other && !must_copy) return array;
    if (other && !copied.is_none() && !must_copy)
      throw py::value_error(std::string(name) + ": another dtype needs a copy");
    return array.attr("astype")(dtype.is_none() ? py::object(array.dtype()) : dtype);
  };
}

}  // namespace sojourn::python
