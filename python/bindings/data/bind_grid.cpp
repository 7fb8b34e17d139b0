#include "sojourn/data/grid.hpp"

#include "docs/data/grid.hpp"
#include "support/arguments.hpp"

namespace sojourn::python {

void bind_grid(py::module_& m) {
  const GridOptions defaults;
  m.def(
      "on_grid",
      [](const LabelledJourneys& of, const PeriodArgument& period, const OriginArgument& origin,
         const WholeArgument& churn_after, const DateArgument& until) {
        const GridOptions options{.period = to_period(period, "period"),
                                  .origin = to_origin(origin),
                                  .until = to_optional_day(until, "until"),
                                  .churn_after = to_index(churn_after, "churn_after")};
        const auto run = [&] {
          const py::gil_scoped_release release;
          return on_grid(of.journeys, options);
        };
        return LabelledJourneys{run(), of.labels};
      },
      py::arg("journeys"), py::kw_only(), py::arg("period") = defaults.period, py::arg("origin") = "first_event",
      py::arg("churn_after") = defaults.churn_after, py::arg("until") = py::none(),
      docs(doc::file_grid, doc::on_grid, R"(Parameters
----------
journeys : Journeys
    With calendar times.
period : Period or str
    Length of one period.
origin : {"first_event", "calendar"} or date
    Where a customer's first period begins: on the day of his first event, on the calendar, or on one day for all.
churn_after : int
    Silent periods that mean churn; 0 = silence means nothing.
until : date, optional
    Last day that the log covers; without it the day of its last event.

Returns
-------
Journeys
    One entry per customer and period.)")
          .c_str());
}

}  // namespace sojourn::python
