// The columns of a log as Python hands them over: codes and times that `_columns.py` has made.
#pragma once

#include "sojourn/data/event_log.hpp"
#include "support/arguments.hpp"

namespace sojourn::python {

template <class T>
using Column = py::array_t<T, py::array::c_style>;

template <class T>
std::span<const T> span_of(const Column<T>& column) {
  return {column.data(), static_cast<std::size_t>(column.size())};
}

template <class T>
std::span<const T> span_of(const std::optional<Column<T>>& column) {
  return column ? span_of(*column) : std::span<const T>{};
}

inline EventLog to_log(const Column<std::int64_t>& customer, const Column<std::int64_t>& time,
                       const std::optional<Column<std::int32_t>>& state, const std::optional<Column<double>>& value,
                       const std::optional<Column<std::int64_t>>& order, const std::string& time_unit) {
  return {.customer = span_of(customer),
          .time = span_of(time),
          .state = span_of(state),
          .value = span_of(value),
          .unit = to_time_unit(time_unit, "time_unit"),
          .order = span_of(order)};
}

inline Duplicates to_duplicates(const std::string& word) {
  return to_choice<Duplicates>(word, "duplicates", {{"keep", Duplicates::keep}, {"drop", Duplicates::drop}});
}
inline Ties to_ties(const std::string& word) {
  return to_choice<Ties>(word, "ties", {{"input_order", Ties::input_order}, {"refuse", Ties::refuse}});
}
inline MissingState to_missing_state(const std::string& word) {
  return to_choice<MissingState>(word, "missing_state", {{"gap", MissingState::gap}, {"drop", MissingState::drop}});
}
inline MissingValue to_missing_value(const std::string& word) {
  return to_choice<MissingValue>(word, "missing_value", {{"drop", MissingValue::drop}, {"zero", MissingValue::zero}});
}

}  // namespace sojourn::python
