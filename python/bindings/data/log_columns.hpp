// The columns of a log as Python hands them over: the codes, times and numbers of `sojourn.data._event_log.EventLog`.
#pragma once

#include "sojourn/data/event_log.hpp"
#include "support/arguments.hpp"

SOJOURN_ARGUMENT(LogArgument, "Any");

namespace sojourn::python {

template <class T>
using Column = py::array_t<T, py::array::c_style>;

template <class T>
std::span<const T> span_of(const Column<T>& column) {
  return {column.data(), static_cast<std::size_t>(column.size())};
}

// Holds the columns for as long as they are read.
class LogColumns {
 public:
  explicit LogColumns(py::handle log)
      : customer_(column<std::int64_t>(log, "customer")),
        time_(column<std::int64_t>(log, "time")),
        value_(column<double>(log, "value")),
        order_(column<std::int64_t>(log, "order")),
        unit_(to_time_unit(log.attr("time_unit").cast<std::string>(), "time_unit")),
        labels_(log.attr("labels")) {}

  EventLog events(std::span<const std::int32_t> state = {}) const {
    return {.customer = span_of(customer_),
            .time = span_of(time_),
            .state = state,
            .value = span_of(value_),
            .unit = unit_,
            .order = span_of(order_)};
  }
  // The journeys that `run` makes of them, without the lock of the interpreter.
  template <class Run>
  LabelledJourneys journeys(const Run& run) const {
    const auto made = [&] {
      const py::gil_scoped_release release;
      return run();
    };
    return {made(), labels_};
  }

 private:
  // None is an empty one.
  template <class T>
  static Column<T> column(py::handle log, const char* name) {
    const py::object found = log.attr(name);
    if (found.is_none()) return Column<T>(0);
    if (!py::isinstance<Column<T>>(found)) throw py::type_error(std::string(name) + ": a column of another kind");
    return found.cast<Column<T>>();
  }

  Column<std::int64_t> customer_;
  Column<std::int64_t> time_;
  Column<double> value_;
  Column<std::int64_t> order_;
  TimeUnit unit_;
  py::object labels_;
};

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
