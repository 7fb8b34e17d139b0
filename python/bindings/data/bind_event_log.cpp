#include "sojourn/data/event_log.hpp"

#include "data/log_columns.hpp"
#include "docs/data/event_log.hpp"

namespace sojourn::python {

void bind_event_log(py::module_& m) {
  m.def(
      "journeys",
      [](const Lifecycle& lifecycle, const Column<std::int64_t>& customer, const Column<std::int64_t>& time,
         const Column<std::int32_t>& state, const std::optional<Column<double>>& value,
         const std::optional<Column<std::int64_t>>& order, const std::string& time_unit, const py::object& labels,
         const std::string& duplicates, const std::string& ties, const std::string& missing_state,
         const std::string& missing_value) {
        const EventLog log = to_log(customer, time, state, value, order, time_unit);
        const JourneyOptions options{.duplicates = to_duplicates(duplicates),
                                     .ties = to_ties(ties),
                                     .missing_state = to_missing_state(missing_state),
                                     .missing_value = to_missing_value(missing_value)};
        const auto run = [&] {
          const py::gil_scoped_release release;
          return journeys(log, lifecycle, options);
        };
        return LabelledJourneys{run(), labels};
      },
      py::arg("lifecycle"), py::arg("customer").noconvert(), py::arg("time").noconvert(), py::arg("state").noconvert(),
      py::arg("value").noconvert(), py::arg("order").noconvert(), py::kw_only(), py::arg("time_unit"),
      py::arg("labels"), py::arg("duplicates"), py::arg("ties"), py::arg("missing_state"), py::arg("missing_value"),
      doc::journeys);
}

}  // namespace sojourn::python
