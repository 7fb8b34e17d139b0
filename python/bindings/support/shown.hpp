// What `repr` shows: "Name(first, field=value)".
#pragma once

#include <string>
#include <type_traits>

#include "support/arguments.hpp"

namespace sojourn::python {

template <class T>
std::string shown(const T& x) {
  if constexpr (std::is_base_of_v<py::handle, T>)
    return py::repr(x);
  else
    return py::repr(py::cast(x));
}

template <class T>
std::string field(const char* name, const T& x) {
  return std::string(name) + "=" + shown(x);
}

template <class... Parts>
std::string called(const char* name, const Parts&... parts) {
  std::string text;
  ((text += (text.empty() ? "" : ", ") + std::string(parts)), ...);
  return std::string(name) + "(" + text + ")";
}

// What `str` shows of a report: its notes, a line each.
template <class Report>
std::string notes_of(const Report& report) {
  std::string all;
  for (const std::string& note : report.notes()) all += note + "\n";
  return all;
}

}  // namespace sojourn::python
