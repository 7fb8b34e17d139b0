// What tests found as Python holds it: with the names of the states, and as tables.
#pragma once

#include <string>
#include <vector>

#include "sojourn/trust/fit_tests.hpp"
#include "support/columns.hpp"
#include "support/shown.hpp"

namespace sojourn::python {

struct NamedDeparture {
  std::string from_state;
  Departure departure;
  std::string to_state;
};

inline std::vector<NamedDeparture> named(const std::vector<Departure>& departures, const StateSpace& states) {
  std::vector<NamedDeparture> out;
  for (const Departure& d : departures) out.push_back({states.name(d.from), d, states.name(d.to)});
  return out;
}

inline std::string short_of(const TestResult& r) {
  return field("statistic", r.statistic) + ", " + field("degrees_of_freedom", r.degrees_of_freedom) + ", " +
         field("p_value", r.p_value);
}

// One row per departure.
py::dict departures_table(const RowsTest& test);
// One row per test.
py::dict results_table(const std::vector<TestResult>& results);

}  // namespace sojourn::python
