#include "sojourn/data/orders.hpp"

#include "data/log_columns.hpp"
#include "docs/data/orders.hpp"

namespace sojourn::python {

void bind_orders(py::module_& m) {
  m.def(
      "order_journeys",
      [](const Column<std::int64_t>& customer, const Column<std::int64_t>& time,
         const std::optional<Column<double>>& value, const std::optional<Column<std::int64_t>>& order,
         const std::string& time_unit, const py::object& labels, const PeriodArgument& period,
         const WholeArgument& churn_after, const OriginArgument& origin, const DateArgument& until,
         const std::string& duplicates, const std::string& missing_value) {
        const EventLog log = to_log(customer, time, std::nullopt, value, order, time_unit);
        const OrderOptions options{.period = to_period(period, "period"),
                                   .churn_after = to_index(churn_after, "churn_after"),
                                   .origin = to_origin(origin),
                                   .until = to_optional_day(until, "until"),
                                   .duplicates = to_duplicates(duplicates),
                                   .missing_value = to_missing_value(missing_value)};
        const auto run = [&] {
          const py::gil_scoped_release release;
          return order_journeys(log, options);
        };
        return LabelledJourneys{run(), labels};
      },
      py::arg("customer").noconvert(), py::arg("time").noconvert(), py::arg("value").noconvert(),
      py::arg("order").noconvert(), py::kw_only(), py::arg("time_unit"), py::arg("labels"), py::arg("period"),
      py::arg("churn_after"), py::arg("origin"), py::arg("until"), py::arg("duplicates"), py::arg("missing_value"),
      doc::order_journeys);
}

}  // namespace sojourn::python
