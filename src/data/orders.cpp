#include "sojourn/data/orders.hpp"

#include <stdexcept>
#include <utility>

#include "chain/civil.hpp"
#include "data/event_rows.hpp"
#include "data/grid_builder.hpp"
#include "data/grid_rules.hpp"
#include "support/text.hpp"

namespace sojourn {
namespace {

constexpr const char* orders_name = "order_journeys";
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

/// Puts the orders of one customer after the other on a grid.
class OrderGridder {
 public:
  OrderGridder(const EventLog& log, const OrderOptions& options, const Lifecycle& lifecycle, Day until,
               DataReport& report)
      : log_(log),
        options_(options),
        until_(until),
        report_(report),
        builder_(lifecycle),
        writer_(builder_, options.churn_after) {}

  void customer(const detail::EventRows& orders, std::size_t c) {
    clock_.reset();
    n_complete_ = period_ = rows_ = 0;
    value_ = 0.0;
    writer_.begin_customer();
    for (auto i = static_cast<std::size_t>(orders.offsets[c]); i < static_cast<std::size_t>(orders.offsets[c + 1]);
         ++i) {
      const std::int64_t time = detail::time_of(log_, orders, i);
      const Day day = detail::day_of_known(time, log_.unit);
      if (!is_inside(day)) continue;
      if (first_time_ == missing_time || time < first_time_) first_time_ = time;
      if (last_time_ == missing_time || time > last_time_) last_time_ = time;
      if (!clock_) {
        clock_.emplace(options_.origin.start(day, options_.period), options_.period);
        builder_.begin_customer(orders.customers[c], *clock_);
        n_complete_ = detail::complete_periods(orders_name, *clock_, until_, options_.period);
      }
      order(day, detail::value_of(log_, static_cast<std::size_t>(orders.rows[i])));
    }
    if (rows_ > 0) {
      close_period(n_complete_);
    } else {
      --report_.customers;  // every row of his was dropped
    }
  }

  JourneyColumns finish() {
    report_.rows_used -= report_.before_origin + report_.after_until;
    report_.first_time = first_time_;
    report_.last_time = last_time_;
    report_.in_incomplete_period = incomplete_.rows;
    report_.value_in_incomplete_period = incomplete_.value.value();
    return builder_.finish(report_);
  }

 private:
  bool is_inside(Day day) {
    const bool before = options_.origin.day() && day < *options_.origin.day();
    if (!before && day <= until_) return true;
    ++(before ? report_.before_origin : report_.after_until);
    return false;
  }

  void order(Day day, double value) {
    // A wall clock that is set back over midnight must not go back a period.
    const std::int64_t k = std::max(clock_->containing(day), period_);
    if (rows_ > 0 && k != period_) {
      close_period(k);
      value_ = 0.0;
      rows_ = 0;
      if (k >= n_complete_) builder_.event_beyond();
    }
    period_ = k;
    value_ += value;
    ++rows_;
  }

  void close_period(std::int64_t next) {
    if (period_ >= n_complete_) {
      incomplete_.add(rows_, value_);
      return;
    }
    writer_.active(period_, value_);
    report_.merged_into_period += rows_ - 1;
    if (next >= n_complete_) writer_.silence(n_complete_);
  }

  const EventLog& log_;
  const OrderOptions& options_;
  Day until_;
  DataReport& report_;
  detail::GridBuilder builder_;
  RecencyWriter writer_;
  detail::Uncounted incomplete_;
  std::int64_t first_time_ = missing_time;
  std::int64_t last_time_ = missing_time;

  // The customer at hand, and the period of the last order so far.
  std::optional<detail::PeriodClock> clock_;
  std::int64_t n_complete_ = 0;
  std::int64_t period_ = 0;
  double value_ = 0.0;
  std::int64_t rows_ = 0;
};

}  // namespace

Journeys order_journeys(const EventLog& log, const OrderOptions& options) {
  detail::check_grid(orders_name, log.unit, options.period, options.origin, options.until);
  if (options.churn_after < 1 || options.churn_after > most_silent_periods) {
    throw std::invalid_argument(std::string(orders_name) + ": churn_after: " + std::to_string(options.churn_after) +
                                " periods; give a number of silent periods from 1 to " +
                                text::grouped(most_silent_periods));
  }
  DataReport report;
  const detail::RowRules rules = {.where = orders_name,
                                  .states = nullptr,
                                  .missing_state = MissingState::drop,
                                  .missing_value = options.missing_value,
                                  .duplicates = options.duplicates,
                                  .ties = detail::TieRule::ignore};  // orders of one period add up in any order
  const detail::EventRows orders = detail::usable_rows(log, rules, report);
  const Day until = options.until.value_or(detail::day_of_known(report.last_time, log.unit));

  const Lifecycle lifecycle = recency(options.churn_after);
  OrderGridder gridder(log, options, lifecycle, until, report);
  for (std::size_t c = 0; c < orders.customers.size(); ++c) gridder.customer(orders, c);
  JourneyColumns columns = gridder.finish();
  if (columns.customers.empty()) detail::refuse_empty_grid(orders_name, options.period, until, 1);
  return {lifecycle, options.period, TimeUnit::day, std::move(columns), std::move(report)};
}

}  // namespace sojourn
