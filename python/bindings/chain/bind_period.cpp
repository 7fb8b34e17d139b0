#include "sojourn/chain/period.hpp"

#include "docs/chain/period.hpp"
#include "support/arguments.hpp"

namespace sojourn::python {

void bind_period(py::module_& m) {
  const auto unit = [](const Period& period) {
    return to_word(period.unit(), {{"step", PeriodUnit::step},
                                   {"day", PeriodUnit::day},
                                   {"week", PeriodUnit::week},
                                   {"month", PeriodUnit::month},
                                   {"quarter", PeriodUnit::quarter},
                                   {"year", PeriodUnit::year}});
  };
  py::class_<Period>(
      m, "Period",
      docs(doc::Period, R"(Wherever a period is asked for, text will do: "month", "2 weeks", "91 days", "step".

Parameters
----------
period : Period or str
    The length with its unit.

Raises
------
ValueError
    For a bare number, or text that is not a period.)")
          .c_str())
      .def(py::init([](const PeriodArgument& period) { return to_period(period, "period"); }), py::arg("period"))
      .def_static("step", &Period::step, doc::Period_step)
      .def_static("days", &Period::days, py::arg("n") = 1, doc::Period_days)
      .def_static("weeks", &Period::weeks, py::arg("n") = 1, "`n` weeks.")
      .def_static("months", &Period::months, py::arg("n") = 1, "`n` calendar months.")
      .def_static("quarters", &Period::quarters, py::arg("n") = 1, "`n` calendar quarters.")
      .def_static("years", &Period::years, py::arg("n") = 1, "`n` calendar years.")
      .def_static(
          "parse", [](const std::string& text) { return Period::parse(text); }, py::arg("text"), doc::Period_parse)
      .def_property_readonly("unit", unit, R"("step", "day", "week", "month", "quarter" or "year".)")
      .def_property_readonly("length", &Period::length, doc::Period_length)
      .def_property_readonly("is_step", &Period::is_step, "True when the clock is the event.")
      .def_property_readonly("in_years", &Period::in_years, doc::Period_in_years)
      .def_property_readonly("name", &Period::name, doc::Period_name)
      .def(
          "__eq__", [](const Period& a, const Period& b) { return a == b; }, py::is_operator())
      .def("__hash__", [](const Period& period) { return py::hash(py::str(period.name())); })
      .def("__str__", &Period::name)
      .def("__repr__", [](const Period& period) { return "Period('" + period.name() + "')"; })
      .def(py::pickle([](const Period& period) { return period.name(); },
                      [](const std::string& name) { return Period::parse(name); }));
}

}  // namespace sojourn::python
