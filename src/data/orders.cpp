#include "sojourn/data/orders.hpp"

#include <stdexcept>
#include <utility>

#include "chain/civil.hpp"
#include "data/event_rows.hpp"
#include "data/grid_report.hpp"
#include "support/text.hpp"

namespace sojourn {
namespace {

constexpr const char* where = "order_journeys";
constexpr Index most_silent_periods = 1'000;

// The orders of one customer, period after period, as recency states: 0 = active, k = silent_k, R + 1 = churn.
class RecencyWriter {
 public:
  RecencyWriter(detail::GridBuilder& builder, Index churn_after)
      : builder_(builder), churn_after_(static_cast<std::int32_t>(churn_after)) {}

  void begin_customer() { last_ = -1; }

  /// `value` was spent in period `k`, the next one with an order.
  void active(std::int64_t k, double value) {
    if (last_ >= 0) silence(k);
    builder_.period(k, 0, value);
    last_ = k;
  }

  /// No order from the last one up to period `next`.
  void silence(std::int64_t next) {
    for (std::int64_t k = last_ + 1; k < next; ++k) {
      const auto state = static_cast<std::int32_t>(k - last_);
      builder_.period(k, state, 0.0);
      if (state > churn_after_) return;
    }
  }

 private:
  detail::GridBuilder& builder_;
  std::int32_t churn_after_;
  std::int64_t last_ = -1;
};

}  // namespace

Journeys order_journeys(const EventLog& log, const OrderOptions& options) {
  detail::check_grid(where, log.unit, options.period, options.origin, options.until);
  if (options.churn_after < 1 || options.churn_after > most_silent_periods) {
    throw std::invalid_argument(std::string(where) + ": churn_after: " + std::to_string(options.churn_after) +
                                " periods; give a number of silent periods from 1 to " +
                                text::grouped(most_silent_periods));
  }
  DataReport report;
  const detail::RowRules rules = {.where = where,
                                  .states = nullptr,
                                  .missing_state = MissingState::drop,
                                  .missing_value = options.missing_value,
                                  .duplicates = options.duplicates,
                                  .ties = detail::TieRule::ignore};  // orders of one period add up in any order
  const detail::EventRows orders = detail::usable_rows(log, rules, report);
  const Day until = options.until.value_or(detail::day_of_known(report.last_time, log.unit));

  const Lifecycle lifecycle = recency(options.churn_after);
  detail::GridBuilder builder(lifecycle);
  RecencyWriter writer(builder, options.churn_after);
  detail::Uncounted incomplete;
  std::int64_t first_time = missing_time;
  std::int64_t last_time = missing_time;
  for (std::size_t c = 0; c < orders.customers.size(); ++c) {
    std::optional<detail::PeriodClock> clock;
    std::int64_t n_complete = 0;
    std::int64_t period = 0;
    double value = 0.0;
    std::int64_t rows = 0;
    writer.begin_customer();
    const auto close_period = [&](std::int64_t next) {
      if (period >= n_complete) {
        incomplete.add(rows, value);
      } else {
        writer.active(period, value);
        report.merged_into_period += rows - 1;
        if (next >= n_complete) writer.silence(n_complete);
      }
    };
    for (auto i = static_cast<std::size_t>(orders.offsets[c]); i < static_cast<std::size_t>(orders.offsets[c + 1]);
         ++i) {
      const auto row = static_cast<std::size_t>(orders.rows[i]);
      const std::int64_t time = detail::time_of(log, orders, i);
      const Day day = detail::day_of_known(time, log.unit);
      if (options.origin.day() && day < *options.origin.day()) {
        ++report.before_origin;
        continue;
      }
      if (day > until) {
        ++report.after_until;
        continue;
      }
      if (first_time == missing_time || time < first_time) first_time = time;
      if (last_time == missing_time || time > last_time) last_time = time;
      if (!clock) {
        clock.emplace(options.origin.start(day, options.period), options.period);
        builder.begin_customer(orders.customers[c], *clock);
        n_complete = detail::complete_periods(where, *clock, until, options.period);
      }
      // A wall clock that is set back over midnight must not go back a period.
      const std::int64_t k = std::max(clock->containing(day), period);
      if (rows > 0 && k != period) {
        close_period(k);
        value = 0.0;
        rows = 0;
        if (k >= n_complete) builder.event_beyond();
      }
      period = k;
      value += detail::value_of(log, row);
      ++rows;
    }
    if (rows > 0) {
      close_period(n_complete);
    } else {
      --report.customers;  // every row of his was dropped
    }
  }
  report.rows_used -= report.before_origin + report.after_until;
  report.first_time = first_time;
  report.last_time = last_time;
  report.in_incomplete_period = incomplete.rows;
  report.value_in_incomplete_period = incomplete.value.value();
  JourneyColumns columns = builder.finish(report);
  if (columns.customers.empty()) detail::refuse_empty_grid(where, options.period, until, 1);
  return {lifecycle, options.period, TimeUnit::day, std::move(columns), std::move(report)};
}

}  // namespace sojourn
