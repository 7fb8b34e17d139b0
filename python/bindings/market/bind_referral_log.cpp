#include "sojourn/market/referral_log.hpp"

#include <algorithm>

#include "docs/market/referral_log.hpp"
#include "docs/market/word_of_mouth_report.hpp"
#include "market/customers_of_log.hpp"
#include "market/pickled_parts.hpp"

namespace sojourn::python {

namespace {

constexpr Words<Impossible> impossible = {{"refuse", Impossible::refuse}, {"drop", Impossible::drop}};
constexpr Words<UnknownReferred> unknown_referreds = {{"drop", UnknownReferred::drop}, {"keep", UnknownReferred::keep}};

// The first code that no customer has: those of strangers follow.
std::int64_t beyond(const std::vector<std::int64_t>& customers) {
  std::int64_t code = 0;
  for (const std::int64_t known : customers) code = std::max(code, known + 1);
  return code;
}

ReferralCounts ask_referral_log(const LabelledJourneys& journeys, const Column<std::int64_t>& referrer,
                                const Column<std::int64_t>& referred, const Column<std::int64_t>& time,
                                const LogKeywords& keywords, const std::string& cycles,
                                const std::string& before_first_event, const std::string& unknown_referred) {
  const std::vector<std::int64_t>& customers = journeys.journeys.columns().customers;
  const std::vector<std::int64_t> brought_by = to_codes(referrer, customers);
  const std::vector<std::int64_t> brought = to_codes(referred, customers);
  const ReferralLog log{.referrer = brought_by,
                        .referred = brought,
                        .time = span_of(time),
                        .unit = keywords.unit(),
                        .name = keywords.name_of(customers)};
  const ReferralCountOptions options{
      .grid = keywords.grid(),
      .cycles = to_choice(cycles, "cycles", impossible),
      .before_first_event = to_choice(before_first_event, "before_first_event", impossible),
      .unknown_referred = to_choice(unknown_referred, "unknown_referred", unknown_referreds)};
  return keywords.reported(released([&] { return referral_counts(journeys.journeys, log, options); }));
}

}  // namespace

std::vector<std::int64_t> to_codes(const Column<std::int64_t>& rows, const std::vector<std::int64_t>& customers) {
  const std::int64_t strangers = beyond(customers);
  const auto n = static_cast<std::int64_t>(customers.size());
  std::vector<std::int64_t> codes;
  codes.reserve(static_cast<std::size_t>(rows.size()));
  for (const std::int64_t row : span_of(rows)) {
    codes.push_back(row < 0 ? -1 : row < n ? customers[static_cast<std::size_t>(row)] : strangers + (row - n));
  }
  return codes;
}

std::function<std::string(std::int64_t)> LogKeywords::name_of(const std::vector<std::int64_t>& customers) const {
  return [this, &customers](std::int64_t code) {
    const py::gil_scoped_acquire acquire;
    const auto found = std::find(customers.begin(), customers.end(), code);
    const auto n = static_cast<std::int64_t>(customers.size());
    const std::int64_t position = found != customers.end() ? found - customers.begin() : n + (code - beyond(customers));
    return std::string(py::str(names(position)));
  };
}

std::optional<GridOptions> LogKeywords::grid() const {
  if (period.is_none()) return std::nullopt;
  return GridOptions{.period = to_period(period, "period"),
                     .origin = to_origin(origin),
                     .until = to_optional_day(until, "until"),
                     .churn_after = to_index(churn_after, "churn_after")};
}

void bind_referral_log(py::module_& m) {
  py::class_<ReferralCounts> counts(m, "ReferralCounts", doc::ReferralCounts);
  counts.def(pickled_by_fields<ReferralCounts>(
      "ReferralCounts", &ReferralCounts::lifecycle, &ReferralCounts::period, &ReferralCounts::referrals,
      &ReferralCounts::periods, &ReferralCounts::newcomers, &ReferralCounts::arrivals, &ReferralCounts::report));
  bind_counts_of_log(counts, "ReferralCounts", doc::ReferralCounts_period);
  counts.def_property_readonly("referrals", view_of(&ReferralCounts::referrals), doc::ReferralCounts_referrals)
      .def_property_readonly("periods", view_of(&ReferralCounts::periods), doc::ReferralCounts_periods)
      .def_property_readonly("newcomers", view_of(&ReferralCounts::newcomers), doc::ReferralCounts_newcomers)
      .def_property_readonly("arrivals", view_of(&ReferralCounts::arrivals), doc::ReferralCounts_arrivals)
      .def_readonly("report", &ReferralCounts::report, doc::WordOfMouthReport);

  define(m, "referral_counts", &ask_referral_log, py::arg("journeys"), py::arg("referrer").noconvert(),
         py::arg("referred").noconvert(), py::arg("time").noconvert(), py::kw_only(), LogKeywords::arguments(),
         py::arg("cycles"), py::arg("before_first_event"), py::arg("unknown_referred"), doc::referral_counts);
}

}  // namespace sojourn::python
