// Logs of referrals and ratings as Python hands them over: rows name a customer by the position of one of their
// journeys; positions beyond are strangers.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "data/log_columns.hpp"
#include "sojourn/market/referral_rates.hpp"
#include "support/keywords.hpp"
#include "support/members.hpp"

SOJOURN_ARGUMENT(RatePeriodArgument, "Period | str | None");
SOJOURN_ARGUMENT(OptionalWholeArgument, "int | None");

namespace sojourn::python {

// The codes of the customers that rows name.
std::vector<std::int64_t> to_codes(const Column<std::int64_t>& rows, const std::vector<std::int64_t>& customers);

struct LogKeywords {
  using Keywords = std::tuple<std::string, py::object, std::int64_t, RatePeriodArgument, OriginArgument,
                              OptionalWholeArgument, DateArgument>;

  std::string time_unit;
  py::object names;
  std::int64_t invalid_time;
  RatePeriodArgument period;
  OriginArgument origin;
  OptionalWholeArgument churn_after;
  DateArgument until;

  static auto arguments() {
    return std::make_tuple(py::arg("time_unit"), py::arg("names"), py::arg("invalid_time"), py::arg("period"),
                           py::arg("origin"), py::arg("churn_after"), py::arg("until"));
  }

  TimeUnit unit() const { return to_time_unit(time_unit, "time_unit"); }
  // The name of a code, asked of Python; lives no longer than this and the customers.
  std::function<std::string(std::int64_t)> name_of(const std::vector<std::int64_t>& customers) const;
  std::optional<GridOptions> grid() const;

  // Counts as Python sees them: the library takes a time that could not be read for a missing one.
  template <class Counts>
  Counts reported(Counts counts) const {
    counts.report.missing_time -= invalid_time;
    counts.report.invalid_time += invalid_time;
    return counts;
  }
};

// What counts of a log have in common.
template <class Counts>
void bind_counts_of_log(py::class_<Counts>& of, const char* name, const char* period_text) {
  of.def_readonly("lifecycle", &Counts::lifecycle, "States, allowed moves and exits.")
      .def_property_readonly("states", member_of(&Counts::lifecycle, &Lifecycle::states), "The states, in order.")
      .def_readonly("period", &Counts::period, period_text)
      .def("__repr__", [name](const Counts& self) {
        return std::string(name) + "(rows_read=" + std::to_string(self.report.rows_read) +
               ", rows_used=" + std::to_string(self.report.rows_used) +
               ", customer_periods=" + std::to_string(self.periods.sum()) + ", period='" + self.period.name() + "')";
      });
}

}  // namespace sojourn::python
