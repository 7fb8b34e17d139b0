#include "sojourn/market/word_of_mouth_report.hpp"

#include "docs/market/word_of_mouth_report.hpp"
#include "market/pickled_parts.hpp"
#include "support/shown.hpp"

namespace sojourn::python {

namespace {

using Report = WordOfMouthReport;

struct ReportCount {
  const char* name;
  std::int64_t Report::* member;
  const char* contract;
};

constexpr ReportCount report_counts[] = {
    {"rows_read", &Report::rows_read, "Rows of the log."},
    {"rows_used", &Report::rows_used, "Rows that were placed in a period."},
    {"missing_customer", &Report::missing_customer, doc::WordOfMouthReport_missing_customer},
    {"missing_referred", &Report::missing_referred, doc::WordOfMouthReport_missing_referred},
    {"missing_time", &Report::missing_time, doc::WordOfMouthReport_missing_time},
    {"invalid_time", &Report::invalid_time, doc::WordOfMouthReport_invalid_time},
    {"missing_rating", &Report::missing_rating, doc::WordOfMouthReport_missing_rating},
    {"invalid_rating", &Report::invalid_rating, doc::WordOfMouthReport_invalid_rating},
    {"unknown_customer", &Report::unknown_customer, doc::WordOfMouthReport_unknown_customer},
    {"unknown_referred", &Report::unknown_referred, doc::WordOfMouthReport_unknown_referred},
    {"self_referral", &Report::self_referral, doc::WordOfMouthReport_self_referral},
    {"before_first_event", &Report::before_first_event, doc::WordOfMouthReport_before_first_event},
    {"referred_twice", &Report::referred_twice, doc::WordOfMouthReport_referred_twice},
    {"cycles", &Report::cycles, doc::WordOfMouthReport_cycles},
    {"after_leaving", &Report::after_leaving, doc::WordOfMouthReport_after_leaving},
    {"after_last_period", &Report::after_last_period, doc::WordOfMouthReport_after_last_period},
    {"between_periods", &Report::between_periods, doc::WordOfMouthReport_between_periods},
    {"customers", &Report::customers, doc::WordOfMouthReport_customers},
};

py::dict counts_of(const Report& self) {
  py::dict counts;
  for (const ReportCount& count : report_counts) counts[count.name] = self.*count.member;
  counts["rows_dropped"] = self.rows_dropped();
  return counts;
}

}  // namespace

void bind_word_of_mouth_report(py::module_& m) {
  py::class_<Report> report(m, "WordOfMouthReport", doc::WordOfMouthReport);
  report.def(pickled_by_fields<WordOfMouthReport>(
      "WordOfMouthReport", &WordOfMouthReport::rows_read, &WordOfMouthReport::rows_used,
      &WordOfMouthReport::missing_customer, &WordOfMouthReport::missing_referred, &WordOfMouthReport::missing_time,
      &WordOfMouthReport::invalid_time, &WordOfMouthReport::missing_rating, &WordOfMouthReport::invalid_rating,
      &WordOfMouthReport::unknown_customer, &WordOfMouthReport::unknown_referred, &WordOfMouthReport::self_referral,
      &WordOfMouthReport::before_first_event, &WordOfMouthReport::referred_twice, &WordOfMouthReport::cycles,
      &WordOfMouthReport::after_leaving, &WordOfMouthReport::after_last_period, &WordOfMouthReport::between_periods,
      &WordOfMouthReport::customers));
  for (const ReportCount& count : report_counts) report.def_readonly(count.name, count.member, count.contract);
  report.def_property_readonly("rows_dropped", &Report::rows_dropped, "Rows dropped for one reason or another.")
      .def("notes", &Report::notes, doc::WordOfMouthReport_notes)
      .def("to_dict", &counts_of, "Every count by its name.")
      .def(
          "__eq__", [](const Report& a, const Report& b) { return a == b; }, py::is_operator())
      .def("__str__", &notes_of<Report>)
      .def("__repr__", [](const Report& self) {
        return called("WordOfMouthReport", field("rows_read", self.rows_read), field("rows_used", self.rows_used),
                      field("rows_dropped", self.rows_dropped()));
      });
}

}  // namespace sojourn::python
