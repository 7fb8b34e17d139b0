#include "sojourn/data/rule_journeys.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <stdexcept>
#include <utility>

#include "chain/civil.hpp"
#include "data/event_rows.hpp"
#include "data/journey_builder.hpp"
#include "data/labeller.hpp"
#include "support/text.hpp"

namespace sojourn {

using detail::Labeller;

namespace {

constexpr const char* rules_name = "rule_journeys";

struct Inferred {
  std::int64_t time;
  std::int32_t state;
};

/// The events that one customer's orders and the absence of complaints stand for, in time order.
void infer(const RuleLog& log, const Labeller& labeller, std::span<const std::int64_t> rows, Day last_day,
           std::vector<Inferred>& out) {
  out.clear();
  const EventLog& events = log.events;
  const auto day_of_row = [&](std::int64_t row) {
    return detail::day_of_known(events.time[static_cast<std::size_t>(row)], events.unit);
  };
  // From the back, so that the next complaint after each order is at hand.
  std::int64_t next_complaint = -1;
  for (std::size_t i = rows.size(); i-- > 0;) {
    const auto row = static_cast<std::size_t>(rows[i]);
    if (labeller.is_order(row)) {
      const Day day = day_of_row(rows[i]);
      for (const Labeller::Quiet& quiet : labeller.quiet()) {
        if (day + quiet.days > last_day) continue;
        const std::int64_t time = events.time[row] + quiet.days * detail::units_per_day(events.unit);
        const bool complained = next_complaint >= 0 && events.time[static_cast<std::size_t>(next_complaint)] <= time;
        if (!complained) out.push_back({.time = time, .state = quiet.state});
      }
    }
    if (labeller.is_complaint(row)) next_complaint = rows[i];
  }
  std::reverse(out.begin(), out.end());
  std::stable_sort(out.begin(), out.end(), [](const Inferred& a, const Inferred& b) { return a.time < b.time; });
}

/// Writes the journeys of one customer after the other.
class RuleWriter {
 public:
  RuleWriter(const RuleLog& log, Labeller& labeller, detail::JourneyBuilder& builder, Day last_day, DataReport& report)
      : log_(log), labeller_(labeller), builder_(builder), last_day_(last_day), report_(report) {}

  /// False when no row of the customer's tells a state.
  bool customer(std::int64_t code, std::span<const std::int64_t> rows) {
    const EventLog& events = log_.events;
    builder_.begin_customer(code);
    labeller_.begin_customer();
    inferred_.clear();
    if (!labeller_.quiet().empty()) infer(log_, labeller_, rows, last_day_, inferred_);
    next_inferred_ = 0;
    current_ = -1;
    bool is_used = false;
    for (const std::int64_t position : rows) {
      const auto row = static_cast<std::size_t>(position);
      infer_until(events.time[row]);
      const std::int32_t state = labeller_.state(row);
      if (state < 0 && current_ < 0) {
        ++report_.unlabelled;
        continue;
      }
      if (state < 0) ++report_.kept_state;
      if (state >= 0) current_ = state;
      builder_.event(current_, events.time[row], detail::value_of(events, row));
      is_used = true;
    }
    infer_until(std::numeric_limits<std::int64_t>::max());
    return is_used;
  }

 private:
  /// An inferred event comes before a row of the same moment, which tells more.
  void infer_until(std::int64_t limit) {
    for (; next_inferred_ < inferred_.size() && inferred_[next_inferred_].time <= limit; ++next_inferred_) {
      if (builder_.has_left()) continue;  // who has left is not quiet
      current_ = inferred_[next_inferred_].state;
      builder_.event(current_, inferred_[next_inferred_].time, 0.0, 0);
      ++report_.inferred_events;
    }
  }

  const RuleLog& log_;
  Labeller& labeller_;
  detail::JourneyBuilder& builder_;
  Day last_day_;
  DataReport& report_;
  std::vector<Inferred> inferred_;
  std::size_t next_inferred_ = 0;
  std::int32_t current_ = -1;
};

}  // namespace

Journeys rule_journeys(const RuleLog& log, const Rules& rules, const JourneyOptions& options) {
  detail::check_rule_columns(rules_name, log);
  Labeller labeller(rules_name, log, rules);
  DataReport report;
  const detail::RowRules row_rules = {
      .where = rules_name,
      .states = nullptr,
      .missing_state = options.missing_state,
      .missing_value = options.missing_value,
      .duplicates = options.duplicates,
      .ties = options.ties == Ties::refuse ? detail::TieRule::refuse : detail::TieRule::count,
      .compare = [&labeller](std::size_t a, std::size_t b) { return labeller.compare(a, b); }};
  const EventLog& events = log.events;
  const detail::EventRows usable = detail::usable_rows(events, row_rules, report);
  const Day last_day = detail::day_of_known(report.last_time, events.unit);

  detail::JourneyBuilder builder(rules.lifecycle(), usable.rows.size());
  RuleWriter writer(log, labeller, builder, last_day, report);
  std::int64_t n_customers = 0;
  for (std::size_t c = 0; c < usable.customers.size(); ++c) {
    const auto begin = static_cast<std::size_t>(usable.offsets[c]);
    const auto rows = std::span(usable.rows).subspan(begin, static_cast<std::size_t>(usable.offsets[c + 1]) - begin);
    n_customers += writer.customer(usable.customers[c], rows) ? 1 : 0;
  }
  report.rows_used -= report.unlabelled;
  report.customers = n_customers;
  JourneyColumns columns = builder.finish(report);
  if (columns.customers.empty()) {
    throw std::invalid_argument(std::string(rules_name) + ": rules: no rule matches any of " +
                                text::plural(report.unlabelled, "usable row") +
                                "; compare the labels they name with those of the log");
  }
  return {rules.lifecycle(), Period::step(), events.unit, std::move(columns), std::move(report)};
}

}  // namespace sojourn
