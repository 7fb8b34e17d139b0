#include "sojourn/data/event_log.hpp"

#include "data/log_columns.hpp"
#include "docs/data/event_log.hpp"

namespace sojourn::python {

void bind_event_log(py::module_& m) {
  m.def(
      "journeys",
      [](const Lifecycle& lifecycle, const LogArgument& log, const Column<std::int32_t>& state,
         const std::string& duplicates, const std::string& ties, const std::string& missing_state,
         const std::string& missing_value) {
        const LogColumns columns(log);
        const JourneyOptions options{.duplicates = to_duplicates(duplicates),
                                     .ties = to_ties(ties),
                                     .missing_state = to_missing_state(missing_state),
                                     .missing_value = to_missing_value(missing_value)};
        return columns.journeys([&] { return journeys(columns.events(span_of(state)), lifecycle, options); });
      },
      py::arg("lifecycle"), py::arg("log"), py::arg("state").noconvert(), py::kw_only(), py::arg("duplicates"),
      py::arg("ties"), py::arg("missing_state"), py::arg("missing_value"), doc::journeys);
}

}  // namespace sojourn::python
