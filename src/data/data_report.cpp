#include "sojourn/data/data_report.hpp"

#include "support/text.hpp"

namespace sojourn {
namespace {

std::string rows(std::int64_t n) {
  return text::plural(n, "row");
}

std::string share(std::int64_t part, std::int64_t whole) {
  if (whole <= 0) return "";
  const double percent = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  return part < whole && percent >= 99.95 ? " (over 99.9 %)" : " (" + text::number(percent, 3) + " %)";
}

std::string money(double value) {
  return value == 0.0 ? "" : " worth " + text::number(value, 10);
}

}  // namespace

std::int64_t DataReport::rows_dropped() const {
  return malformed + missing_customer + missing_time + invalid_time + missing_value + invalid_value + missing_state +
         unknown_state + duplicates + before_origin + after_until + unlabelled;
}

std::vector<std::string> DataReport::notes() const {
  std::vector<std::string> out;
  const auto note = [&out](std::int64_t n, const std::string& sentence) {
    if (n != 0) out.push_back(sentence);
  };

  note(rows_read, rows(rows_read) + " read.");
  note(rows_used, rows(rows_used) + " used" + share(rows_used, rows_read) + '.');

  note(malformed, rows(malformed) + " dropped: not split into as many columns as the header.");
  note(missing_customer, rows(missing_customer) + " dropped: no customer.");
  note(missing_time, rows(missing_time) + " dropped: no time.");
  note(invalid_time, rows(invalid_time) + " dropped: a time that could not be read.");
  note(missing_value, rows(missing_value) + " dropped: no value. If that means no money, count it as zero.");
  note(invalid_value, rows(invalid_value) + " dropped: a value that is not a finite number.");
  note(missing_state, rows(missing_state) + " dropped: no state.");
  note(unknown_state, rows(unknown_state) + " dropped: a state outside the state space.");
  note(duplicates, rows(duplicates) + " dropped: equal to an earlier row.");
  note(before_origin, rows(before_origin) + " dropped: before the first period of the grid.");
  note(after_until, rows(after_until) + " dropped: after the last day that was asked for.");
  note(unlabelled, rows(unlabelled) + " dropped: matched no rule, before the customer's first labelled event.");

  note(missing_value_as_zero, rows(missing_value_as_zero) + " without a value, counted as 0.");
  note(identical_rows_kept, rows(identical_rows_kept) + " equal to an earlier row, kept.");
  note(tied, rows(tied) + " at the same time as the row before: kept in input order.");
  if (gaps != 0 || value_in_gaps != 0.0) {
    out.push_back(
        rows(gaps) + " without a state: each cuts its journey in two" +
        (value_in_gaps == 0.0 ? "." : "; the money there, " + text::number(value_in_gaps, 10) + ", is not counted."));
  }
  note(repeated_exits, rows(repeated_exits) + " told an exit again: one exit, the values summed.");
  note(merged_into_period,
       rows(merged_into_period) + " not the last of a period: the value counts, the state is overtaken.");
  note(kept_state, rows(kept_state) + " matched no rule and left the customer in his state.");
  note(in_incomplete_period,
       rows(in_incomplete_period) + money(value_in_incomplete_period) + " in a last, incomplete period: not counted.");
  note(awaiting_silence, rows(awaiting_silence) + money(value_awaiting_silence) +
                             " in periods with too little log behind them to know churn: not counted.");

  note(inferred_events, text::plural(inferred_events, "event") + " inferred: no complaint within the window.");
  note(customers, text::plural(customers, "customer") + '.');
  note(customers_uncounted,
       text::plural(customers_uncounted, "customer") + " without one complete period: not counted.");
  note(journeys, text::plural(journeys, "journey") + '.');
  note(ended_journeys, text::plural(ended_journeys, "journey") + " ended" + share(ended_journeys, journeys) + '.');
  note(churned, text::plural(churned, "customer") + " churned" + share(churned, customers) + '.');
  if (returned_after_churn != 0) {
    std::string sentence =
        "returned after churn: " + text::grouped(returned_after_churn) + share(returned_after_churn, churned) + '.';
    if (static_cast<double>(returned_after_churn) > 0.01 * static_cast<double>(churned)) {
      sentence += " More than 1 %: wait for more silent periods before calling a customer churned.";
    }
    out.push_back(sentence);
  }
  if (time_unit == TimeUnit::step || first_time == sojourn::missing_time) return out;
  out.push_back("From " + to_iso_date(day_of(first_time, time_unit)) + " to " +
                to_iso_date(day_of(last_time, time_unit)) + '.');
  return out;
}

}  // namespace sojourn
