// What `repr` shows: "Name(first, field=value)".
#pragma once

#include <string>
#include <type_traits>

#include "support/arguments.hpp"

namespace sojourn::python {

// An array stands on several lines; here on one.
inline std::string in_one_line(std::string text) {
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at))
    text.replace(at, text.find_first_not_of(" \n", at) - at, " ");
  return text;
}

template <class T>
std::string shown(const T& x) {
  if constexpr (std::is_base_of_v<py::handle, T>)
    return in_one_line(py::repr(x));
  else
    return in_one_line(py::repr(py::cast(x)));
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
