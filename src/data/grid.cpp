#include "sojourn/data/grid.hpp"

#include <limits>
#include <stdexcept>
#include <utility>

#include "chain/civil.hpp"
#include "data/grid_builder.hpp"
#include "data/grid_rules.hpp"
#include "support/text.hpp"

namespace sojourn {

Origin Origin::first_event() {
  return {Kind::first_event, 0};
}
Origin Origin::calendar() {
  return {Kind::calendar, 0};
}
Origin Origin::date(Day day) {
  return {Kind::date, day};
}

Day Origin::start(Day first_event_day, const Period& period) const {
  switch (kind_) {
    case Kind::first_event:
      return first_event_day;
    case Kind::calendar:
      return calendar_start(first_event_day, period);
    case Kind::date:
      break;
  }
  return day_;
}

std::optional<Day> Origin::day() const {
  if (kind_ == Kind::date) return day_;
  return std::nullopt;
}

namespace {

constexpr const char* grid_name = "on_grid";
constexpr std::int32_t unknown = -1;

/// Puts the events of one customer after the other on his grid.
class Gridder {
 public:
  Gridder(const Journeys& source, const GridOptions& options, Day until)
      : source_(source), options_(options), until_(until), report_(source.report()), builder_(source.lifecycle()) {
    is_exit_ = detail::exit_flags(source.lifecycle());
    if (options.churn_after > 0) churn_ = static_cast<std::int32_t>(source.lifecycle().exits().front());
    // A log that came in one piece with its journeys has counted these; here they are counted anew.
    report_.merged_into_period = report_.in_incomplete_period = report_.awaiting_silence = 0;
    // Journeys that were made by hand have no report: every entry is a row.
    report_.customers = std::max(report_.customers, source.n_customers());
    if (report_.rows_read == 0) {
      for (std::size_t i = 0; i < source.columns().states.size(); ++i) report_.rows_read += rows_of(i);
      report_.rows_used = report_.rows_read;
    }
  }

  Journeys run() {
    const JourneyColumns& c = source_.columns();
    for (std::size_t j = 0; j < c.customers.size();) {
      std::size_t end = j + 1;
      while (end < c.customers.size() && c.customers[end] == c.customers[j]) ++end;
      customer(j, end);
      j = end;
    }
    report_.in_incomplete_period = incomplete_.rows;
    report_.value_in_incomplete_period = incomplete_.value.value();
    report_.awaiting_silence = awaiting_.rows;
    report_.value_awaiting_silence = awaiting_.value.value();
    value_in_gaps_.add(report_.value_in_gaps);
    report_.value_in_gaps = value_in_gaps_.value();
    if (report_.before_origin != source_.report().before_origin ||
        report_.after_until != source_.report().after_until) {
      report_.first_time = first_time_;
      report_.last_time = last_time_;
    }
    JourneyColumns columns = builder_.finish(report_);
    if (columns.customers.empty()) {
      detail::refuse_empty_grid(grid_name, options_.period, until_, options_.churn_after + 1);
    }
    return {source_.lifecycle(), options_.period, TimeUnit::day, std::move(columns), std::move(report_)};
  }

 private:
  Day day_of_time(std::int64_t time) const { return detail::day_of_known(time, source_.time_unit()); }
  std::int64_t rows_of(std::size_t entry) const {
    const auto& rows = source_.columns().rows;
    return rows.empty() ? 1 : rows[entry];
  }

  // True when the event lies within the asked days; else it is dropped and counted.
  bool is_inside(std::size_t entry, Day day) {
    const bool before = options_.origin.day() && day < *options_.origin.day();
    if (!before && day <= until_) return true;
    (before ? report_.before_origin : report_.after_until) += rows_of(entry);
    report_.rows_used -= rows_of(entry);
    return false;
  }

  void customer(std::size_t first_journey, std::size_t end_journey) {
    const JourneyColumns& c = source_.columns();
    clock_.reset();
    has_group_ = is_cut_ = false;
    after_gap_ = c.is_continuation[first_journey];
    for (std::size_t j = first_journey; j < end_journey; ++j) {
      for (auto i = static_cast<std::size_t>(c.offsets[j]); i < static_cast<std::size_t>(c.offsets[j + 1]); ++i) {
        const Day day = day_of_time(c.times[i]);
        if (!is_inside(i, day)) continue;
        if (!clock_) begin_customer(c.customers[j], day);
        event(day, c.states[i], c.values[i], rows_of(i));
        first_time_ = std::min(first_time_, c.times[i]);
        last_time_ = std::max(last_time_, c.times[i]);
      }
      if (!has_group_) continue;
      if (!c.gap_times.empty() && c.gap_times[j] != missing_time) {
        const Day day = day_of_time(c.gap_times[j]);
        if (day <= until_) event(day, unknown, 0.0, 0);
      } else if (j + 1 < end_journey && c.is_continuation[j + 1] &&
                 day_of_time(c.times[static_cast<std::size_t>(c.offsets[j + 1]) - 1]) <= until_) {
        is_cut_ = true;  // at a time that is not told
      }
    }
    if (!clock_) {
      --report_.customers;  // every row of his was dropped
      return;
    }
    close_group(is_cut_ ? group_ + 1 : n_complete_);
  }

  void begin_customer(std::int64_t code, Day first_day) {
    clock_.emplace(options_.origin.start(first_day, options_.period), options_.period);
    builder_.begin_customer(code, *clock_);
    n_complete_ = detail::complete_periods(grid_name, *clock_, until_, options_.period);
    n_counted_ = std::max<std::int64_t>(0, n_complete_ - options_.churn_after);
  }

  void event(Day day, std::int32_t state, double value, std::int64_t rows) {
    // A wall clock that is set back over midnight must not go back a period.
    const std::int64_t k = std::max(clock_->containing(day), has_group_ ? group_ : 0);
    open_group(k, state, value, rows);
  }

  void open_group(std::int64_t k, std::int32_t state, double value, std::int64_t rows) {
    if (has_group_ && k == group_) {
      overtaken_ += last_rows_;
      value_ += value;
    } else {
      if (has_group_) close_group(is_cut_ ? group_ + 1 : k);
      if (is_cut_) after_gap_ = true;
      group_ = k;
      overtaken_ = 0;
      group_rows_ = 0;
      value_ = value;
    }
    if (state != unknown && !is_exit_[static_cast<std::size_t>(state)] && k >= n_counted_) builder_.event_beyond();
    has_group_ = true;
    is_cut_ = false;
    state_ = state;
    last_rows_ = rows;
    group_rows_ += rows;
  }

  // Writes the period of the last events, and carries its state on to period `next`, grid_name the next event is.
  void close_group(std::int64_t next) {
    if (group_ >= n_counted_) {
      (group_ < n_complete_ ? awaiting_ : incomplete_).add(group_rows_, value_);
      return;
    }
    if (state_ == unknown) {
      value_in_gaps_.add(value_);
      after_gap_ = true;
      return;
    }
    report_.merged_into_period += overtaken_;
    if (is_exit_[static_cast<std::size_t>(state_)] && builder_.has_left()) {
      // Silence told it first.
      report_.repeated_exits += last_rows_;
      builder_.add_to_last(value_);
      return;
    }
    write(group_, state_, value_);
    if (is_exit_[static_cast<std::size_t>(state_)]) return;
    const std::int64_t silent = next - group_ - 1;
    if (options_.churn_after > 0 && silent >= options_.churn_after) {
      if (group_ + 1 < n_counted_) write(group_ + 1, churn_, 0.0);
      return;
    }
    for (std::int64_t k = group_ + 1; k < std::min(next, n_counted_); ++k) write(k, state_, 0.0);
  }

  void write(std::int64_t k, std::int32_t state, double value) {
    builder_.period(k, state, value, after_gap_);
    after_gap_ = false;
  }

  const Journeys& source_;
  const GridOptions& options_;
  Day until_;
  DataReport report_;
  detail::GridBuilder builder_;
  std::vector<char> is_exit_;
  std::int32_t churn_ = unknown;
  detail::Uncounted incomplete_;
  detail::Uncounted awaiting_;
  detail::CarriedSum value_in_gaps_;
  std::int64_t first_time_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t last_time_ = std::numeric_limits<std::int64_t>::min();

  // The customer at hand.
  std::optional<detail::PeriodClock> clock_;
  std::int64_t n_complete_ = 0;  // periods that the log covers
  std::int64_t n_counted_ = 0;   // of these, with enough log behind them
  bool after_gap_ = false;       // the state was unknown since the last period written

  // The period at hand, with its last state so far.
  bool has_group_ = false;
  bool is_cut_ = false;  // known for its own period only, not for those after it
  std::int64_t group_ = 0;
  std::int32_t state_ = unknown;
  double value_ = 0.0;
  std::int64_t group_rows_ = 0;
  std::int64_t last_rows_ = 0;
  std::int64_t overtaken_ = 0;
};

Day last_day(const Journeys& journeys) {
  const JourneyColumns& c = journeys.columns();
  std::int64_t last = journeys.report().last_time;  // a row that opens no entry, a gap, is log all the same
  for (const std::int64_t time : c.times) last = std::max(last, time);
  return detail::day_of_known(last, journeys.time_unit());
}

}  // namespace

Journeys on_grid(const Journeys& journeys, const GridOptions& options) {
  const auto refuse = [](const std::string& what) {
    throw std::invalid_argument(std::string(grid_name) + ": " + what);
  };
  if (!journeys.period().is_step()) {
    refuse("journeys: these are on a grid already, of a " + journeys.period().name() +
           "; put the journeys with event times on the new grid");
  }
  detail::check_grid(grid_name, journeys.time_unit(), options.period, options.origin, options.until);
  if (options.churn_after < 0) {
    refuse("churn_after: " + std::to_string(options.churn_after) +
           " periods; give a number of silent periods, or 0 when silence means nothing");
  }
  if (options.churn_after > 0 && journeys.lifecycle().exits().size() != 1) {
    const auto n = static_cast<std::int64_t>(journeys.lifecycle().exits().size());
    refuse("churn_after: silence leads to the exit, but the lifecycle has " + text::plural(n, "exit") +
           "; name one exit, or set churn_after to 0");
  }
  if (journeys.n_journeys() == 0) refuse("journeys: there are none");
  const auto need_date = [&](std::int64_t time) {
    const Day day = detail::day_of_known(time, journeys.time_unit());
    if (day < -detail::furthest_day || day > detail::furthest_day) {
      refuse("time: " + std::to_string(time) + " is no date; is the unit of the times right?");
    }
  };
  for (const std::int64_t time : journeys.columns().times) need_date(time);
  for (const std::int64_t time : journeys.columns().gap_times) {
    if (time != missing_time) need_date(time);
  }
  const Day until = options.until.value_or(last_day(journeys));
  return Gridder(journeys, options, std::min(until, detail::furthest_day)).run();
}

}  // namespace sojourn
