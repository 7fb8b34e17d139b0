// The counts and amounts of a data report, by name.
#pragma once

#include <cstdint>

#include "docs/data/data_report.hpp"
#include "sojourn/data/data_report.hpp"

namespace sojourn::python {

struct ReportField {
  const char* name;
  std::int64_t DataReport::* member;
  const char* contract;
};

inline constexpr ReportField report_fields[] = {
    {"rows_read", &DataReport::rows_read, "Rows of the log."},
    {"rows_used", &DataReport::rows_used, "Rows that entered journeys."},
    {"malformed", &DataReport::malformed, doc::DataReport_malformed},
    {"missing_customer", &DataReport::missing_customer, doc::DataReport_missing_customer},
    {"missing_time", &DataReport::missing_time, doc::DataReport_missing_time},
    {"invalid_time", &DataReport::invalid_time, doc::DataReport_invalid_time},
    {"missing_value", &DataReport::missing_value, doc::DataReport_missing_value},
    {"invalid_value", &DataReport::invalid_value, doc::DataReport_invalid_value},
    {"missing_state", &DataReport::missing_state, doc::DataReport_missing_state},
    {"unknown_state", &DataReport::unknown_state, doc::DataReport_unknown_state},
    {"duplicates", &DataReport::duplicates, doc::DataReport_duplicates},
    {"before_origin", &DataReport::before_origin, doc::DataReport_before_origin},
    {"after_until", &DataReport::after_until, doc::DataReport_after_until},
    {"unlabelled", &DataReport::unlabelled, doc::DataReport_unlabelled},
    {"missing_value_as_zero", &DataReport::missing_value_as_zero, doc::DataReport_missing_value_as_zero},
    {"identical_rows_kept", &DataReport::identical_rows_kept, doc::DataReport_identical_rows_kept},
    {"tied", &DataReport::tied, doc::DataReport_tied},
    {"gaps", &DataReport::gaps, doc::DataReport_gaps},
    {"repeated_exits", &DataReport::repeated_exits, doc::DataReport_repeated_exits},
    {"merged_into_period", &DataReport::merged_into_period, doc::DataReport_merged_into_period},
    {"kept_state", &DataReport::kept_state, doc::DataReport_kept_state},
    {"in_incomplete_period", &DataReport::in_incomplete_period, doc::DataReport_in_incomplete_period},
    {"awaiting_silence", &DataReport::awaiting_silence, doc::DataReport_awaiting_silence},
    {"inferred_events", &DataReport::inferred_events, doc::DataReport_inferred_events},
    {"customers", &DataReport::customers, doc::DataReport_customers},
    {"customers_uncounted", &DataReport::customers_uncounted, doc::DataReport_customers_uncounted},
    {"journeys", &DataReport::journeys, "Journeys that came of the log."},
    {"ended_journeys", &DataReport::ended_journeys, doc::DataReport_ended_journeys},
    {"churned", &DataReport::churned, doc::DataReport_churned},
    {"returned_after_churn", &DataReport::returned_after_churn, doc::DataReport_returned_after_churn},
};

struct ReportAmount {
  const char* name;
  double DataReport::* member;
  const char* contract;
};

inline constexpr ReportAmount report_amounts[] = {
    {"value_in_gaps", &DataReport::value_in_gaps, doc::DataReport_value_in_gaps},
    {"value_in_incomplete_period", &DataReport::value_in_incomplete_period, doc::DataReport_value_in_incomplete_period},
    {"value_awaiting_silence", &DataReport::value_awaiting_silence, doc::DataReport_value_awaiting_silence},
};

}  // namespace sojourn::python
