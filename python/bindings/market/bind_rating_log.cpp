#include "sojourn/market/rating_log.hpp"

#include "docs/market/rating_log.hpp"
#include "docs/market/word_of_mouth_report.hpp"
#include "market/customers_of_log.hpp"
#include "market/pickled_parts.hpp"

namespace sojourn::python {

namespace {

SharingCounts ask_rating_log(const LabelledJourneys& journeys, const Column<std::int64_t>& customer,
                             const Column<std::int64_t>& time, const Column<double>& rating,
                             const NumberArgument& good_at_least, const NumberArgument& bad_at_most,
                             const LogKeywords& keywords) {
  const std::vector<std::int64_t>& customers = journeys.journeys.columns().customers;
  const std::vector<std::int64_t> raters = to_codes(customer, customers);
  const RatingLog log{.customer = raters,
                      .time = span_of(time),
                      .rating = span_of(rating),
                      .unit = keywords.unit(),
                      .name = keywords.name_of(customers)};
  const RatingScale scale{.good_at_least = to_number(good_at_least, "good_at_least"),
                          .bad_at_most = to_number(bad_at_most, "bad_at_most")};
  const SharingCountOptions options{.grid = keywords.grid()};
  return keywords.reported(released([&] { return sharing_counts(journeys.journeys, log, scale, options); }));
}

}  // namespace

void bind_rating_log(py::module_& m) {
  py::class_<SharingCounts> counts(m, "SharingCounts", doc::SharingCounts);
  counts.def(pickled_by_fields<SharingCounts>("SharingCounts", &SharingCounts::lifecycle, &SharingCounts::period,
                                              &SharingCounts::good, &SharingCounts::bad, &SharingCounts::neither,
                                              &SharingCounts::periods, &SharingCounts::scale, &SharingCounts::report));
  bind_counts_of_log(counts, "SharingCounts", doc::SharingCounts_period);
  counts.def_property_readonly("good", view_of(&SharingCounts::good), doc::SharingCounts_good)
      .def_property_readonly("bad", view_of(&SharingCounts::bad), doc::SharingCounts_bad)
      .def_property_readonly("neither", view_of(&SharingCounts::neither), doc::SharingCounts_neither)
      .def_property_readonly("periods", view_of(&SharingCounts::periods), doc::SharingCounts_periods)
      .def_property_readonly("good_at_least", member_of(&SharingCounts::scale, &RatingScale::good_at_least),
                             "Ratings of at least this are good.")
      .def_property_readonly("bad_at_most", member_of(&SharingCounts::scale, &RatingScale::bad_at_most),
                             "Ratings of at most this are bad.")
      .def_readonly("report", &SharingCounts::report, doc::WordOfMouthReport);

  define(m, "sharing_counts", &ask_rating_log, py::arg("journeys"), py::arg("customer").noconvert(),
         py::arg("time").noconvert(), py::arg("rating").noconvert(), py::kw_only(), py::arg("good_at_least"),
         py::arg("bad_at_most"), LogKeywords::arguments(), doc::sharing_counts);
}

}  // namespace sojourn::python
