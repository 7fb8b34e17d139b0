#include "sojourn/data/data_report.hpp"

#include "data/data_report_fields.hpp"
#include "docs/data/data_report.hpp"
#include "support/arguments.hpp"
#include "support/pickling.hpp"
#include "support/printing.hpp"

namespace sojourn::python {

namespace {

py::object to_time(const DataReport& report, std::int64_t time) {
  if (time == missing_time) return py::none();
  if (report.time_unit == TimeUnit::step) return py::int_(time);
  const std::string dtype = dtype_of(report.time_unit);
  return py::module_::import("numpy").attr("datetime64")(time, dtype.substr(11, dtype.size() - 12));
}

using ReportParts = std::tuple<std::vector<std::int64_t>, std::vector<double>, std::int64_t, std::int64_t, TimeUnit>;

ReportParts parts_of(const DataReport& report) {
  ReportParts parts{{}, {}, report.first_time, report.last_time, report.time_unit};
  for (const ReportField& field : report_fields) std::get<0>(parts).push_back(report.*field.member);
  for (const ReportAmount& amount : report_amounts) std::get<1>(parts).push_back(report.*amount.member);
  return parts;
}

DataReport report_of(const std::vector<std::int64_t>& counts, const std::vector<double>& amounts, std::int64_t first,
                     std::int64_t last, TimeUnit unit) {
  if (counts.size() != std::size(report_fields) || amounts.size() != std::size(report_amounts))
    throw py::cast_error("another number of counts");
  DataReport report;
  for (std::size_t k = 0; k < counts.size(); ++k) report.*report_fields[k].member = counts[k];
  for (std::size_t k = 0; k < amounts.size(); ++k) report.*report_amounts[k].member = amounts[k];
  report.first_time = first;
  report.last_time = last;
  report.time_unit = unit;
  return report;
}

}  // namespace

void bind_data_report(py::module_& m) {
  py::class_<DataReport> report(m, "DataReport", doc::DataReport);
  for (const ReportField& field : report_fields)
    report.def_property_readonly(
        field.name, [member = field.member](const DataReport& self) { return self.*member; }, field.contract);
  for (const ReportAmount& amount : report_amounts) report.def_readonly(amount.name, amount.member, amount.contract);
  report.def_property_readonly("rows_dropped", &DataReport::rows_dropped, "Rows dropped for one reason or another.")
      .def_property_readonly(
          "first_time", [](const DataReport& self) { return to_time(self, self.first_time); },
          "Earliest used time: numpy.datetime64, or int for plain order; None when there is none.")
      .def_property_readonly(
          "last_time", [](const DataReport& self) { return to_time(self, self.last_time); },
          "Latest used time, as `first_time`.")
      .def_property_readonly(
          "time_unit", [](const DataReport& self) { return name_of(self.time_unit); },
          R"("step", "day", "second", "millisecond", "microsecond" or "nanosecond".)")
      .def("notes", &DataReport::notes, doc::DataReport_notes)
      .def(
          "to_dict",
          [](const DataReport& self) {
            py::dict counts;
            for (const ReportField& field : report_fields) counts[field.name] = self.*field.member;
            counts["rows_dropped"] = self.rows_dropped();
            for (const ReportAmount& amount : report_amounts) counts[amount.name] = self.*amount.member;
            return counts;
          },
          "Every count by its name.")
      .def(
          "__eq__", [](const DataReport& a, const DataReport& b) { return a == b; }, py::is_operator())
      .def("__str__", &printed<DataReport>)
      .def(pickled<DataReport>("DataReport", &parts_of, &report_of))
      .def("__repr__", [](const DataReport& self) {
        return "DataReport(rows_read=" + std::to_string(self.rows_read) +
               ", rows_used=" + std::to_string(self.rows_used) +
               ", rows_dropped=" + std::to_string(self.rows_dropped()) + ", journeys=" + std::to_string(self.journeys) +
               ")";
      });
}

}  // namespace sojourn::python
