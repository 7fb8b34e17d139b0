#include "sojourn/data/orders.hpp"

#include "data/log_columns.hpp"
#include "docs.hpp"

namespace sojourn::python {

void bind_orders(py::module_& m) {
  m.def(
      "order_journeys",
      [](const LogArgument& log, const PeriodArgument& period, const WholeArgument& churn_after,
         const OriginArgument& origin, const DateArgument& until, const std::string& duplicates,
         const std::string& missing_value) {
        const LogColumns columns(log);
        const OrderOptions options{.period = to_period(period, "period"),
                                   .churn_after = to_index(churn_after, "churn_after"),
                                   .origin = to_origin(origin),
                                   .until = to_optional_day(until, "until"),
                                   .duplicates = to_duplicates(duplicates),
                                   .missing_value = to_missing_value(missing_value)};
        return columns.journeys([&] { return order_journeys(columns.events(), options); });
      },
      py::arg("log"), py::kw_only(), py::arg("period"), py::arg("churn_after"), py::arg("origin"), py::arg("until"),
      py::arg("duplicates"), py::arg("missing_value"), doc::order_journeys);
}

}  // namespace sojourn::python
