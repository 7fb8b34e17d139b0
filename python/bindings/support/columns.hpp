// A table of NumPy arrays, each column read from the rows by a member.
#pragma once

#include <functional>
#include <string>
#include <type_traits>

#include "support/arguments.hpp"

namespace sojourn::python {

template <class T>
constexpr const char* dtype_of_column() {
  if constexpr (std::is_convertible_v<T, std::string>) return "str";
  return std::is_floating_point_v<T> ? "float64" : "int64";
}

template <class Rows, class Member>
void add_column(py::dict& table, const Rows& rows, const char* name, Member member) {
  using T = std::decay_t<std::invoke_result_t<Member, const typename Rows::value_type&>>;
  py::list column;
  for (const auto& row : rows) column.append(std::invoke(member, row));
  table[name] = py::module_::import("numpy").attr("array")(column, dtype_of_column<T>());
}

template <class Rows>
void add_columns(py::dict&, const Rows&) {}

// Pairs of a name and a member, or a function of the row.
template <class Rows, class Member, class... More>
void add_columns(py::dict& table, const Rows& rows, const char* name, Member member, const More&... more) {
  add_column(table, rows, name, member);
  add_columns(table, rows, more...);
}

template <class Rows, class... Columns>
py::dict columns_of(const Rows& rows, const Columns&... columns) {
  py::dict table;
  add_columns(table, rows, columns...);
  return table;
}

}  // namespace sojourn::python
