#include "market/customer_places.hpp"

#include <algorithm>
#include <stdexcept>

#include "chain/civil.hpp"
#include "support/refuse.hpp"
#include "support/text.hpp"

namespace sojourn::detail {

namespace {

Journeys gridded(const char* where, const Journeys& journeys, const std::optional<GridOptions>& grid) {
  if (!journeys.period().is_step()) {
    if (grid) {
      refuse(where, "grid: the journeys are on a grid already, of a " + journeys.period().name() +
                        "; leave it out, or give the journeys with event times");
    }
    return journeys;
  }
  if (!grid) {
    refuse(where,
           "grid: these journeys are on the clock of the event, without customer-periods; give a grid such as a period "
           "of a month");
  }
  return on_grid(journeys, *grid);
}

template <class Visit>
void for_each_customer(const Journeys& journeys, const Visit& visit) {
  const JourneyColumns& c = journeys.columns();
  for (std::size_t j = 0; j < c.customers.size();) {
    std::size_t end = j + 1;
    while (end < c.customers.size() && c.customers[end] == c.customers[j]) ++end;
    visit(c.customers[j], static_cast<std::size_t>(c.offsets[j]), static_cast<std::size_t>(c.offsets[end]));
    j = end;
  }
}

}  // namespace

std::string called(const std::function<std::string(std::int64_t)>& name, std::int64_t code) {
  return name ? text::quoted(name(code)) : "customer " + std::to_string(code);
}

CustomerPlaces::CustomerPlaces(const char* where, const Journeys& source, const std::optional<GridOptions>& grid,
                               TimeUnit unit)
    : source_unit_(source.time_unit()), unit_(unit), grid_(grid), on_grid_(gridded(where, source, grid)) {
  const bool is_order = on_grid_.time_unit() == TimeUnit::step;
  if (is_order != (unit == TimeUnit::step)) {
    refuse(where, is_order ? "time: the journeys count periods from 0 without dates; give the number of the period "
                             "(time unit step) rather than dates"
                           : "time: these times are only an order, without days; the journeys need dates or a unit "
                             "such as day or second");
  }
  for_each_customer(source, [&](std::int64_t code, std::size_t begin, std::size_t) {
    known_.emplace(code, Customer{.first_time = source.columns().times[begin]});
  });
  for_each_customer(on_grid_, [&](std::int64_t code, std::size_t begin, std::size_t end) {
    Customer& one = known_[code];
    one.begin = begin;
    one.end = end;
  });
  const JourneyColumns& c = on_grid_.columns();
  is_last_.assign(c.states.size(), 0);
  for (std::size_t j = 1; j < c.offsets.size(); ++j) {
    if (c.offsets[j] > c.offsets[j - 1]) is_last_[static_cast<std::size_t>(c.offsets[j] - 1)] = 1;
  }
}

bool CustomerPlaces::is_before_first_event(std::int64_t code, std::int64_t time) const {
  const std::int64_t first = known_.at(code).first_time;
  if (unit_ == source_unit_) return time < first;
  return day_of_known(time, unit_) < day_of_known(first, source_unit_);
}

Place CustomerPlaces::place(std::int64_t code, std::int64_t time) const {
  const Customer& one = known_.at(code);
  if (is_before_first_event(code, time)) return {Where::before_first_event};
  if (one.begin == one.end) return {Where::after_last_period};
  const JourneyColumns& c = on_grid_.columns();
  const std::int64_t at = in_grid_units(time);
  const auto begin = c.times.begin() + static_cast<std::ptrdiff_t>(one.begin);
  const auto end = c.times.begin() + static_cast<std::ptrdiff_t>(one.end);
  const auto next = std::upper_bound(begin, end, at);
  if (next == begin) return {Where::between_periods};
  const auto entry = static_cast<std::size_t>(next - c.times.begin()) - 1;
  if (on_grid_.lifecycle().is_exit(c.states[entry])) return {Where::after_leaving};
  if (is_last_[entry] == 0 || at < end_of(one, entry)) return {Where::in_period, entry};
  return {next == end ? Where::after_last_period : Where::between_periods};
}

std::optional<Index> CustomerPlaces::first_state(std::int64_t code) const {
  const auto found = known_.find(code);
  if (found == known_.end() || found->second.begin == found->second.end) return std::nullopt;
  const JourneyColumns& c = on_grid_.columns();
  const auto j = static_cast<std::size_t>(std::upper_bound(c.offsets.begin(), c.offsets.end(),
                                                           static_cast<std::int64_t>(found->second.begin)) -
                                          c.offsets.begin()) -
                 1;
  if (!c.is_continuation.empty() && c.is_continuation[j]) return std::nullopt;
  return c.states[found->second.begin];
}

CountVector CustomerPlaces::customer_periods() const {
  const StateSpace& states = on_grid_.states();
  CountVector out = CountVector::Zero(states.n_states());
  for (const std::int32_t state : on_grid_.columns().states) {
    if (!on_grid_.lifecycle().is_exit(state)) ++out[state];
  }
  return out;
}

std::int64_t CustomerPlaces::in_grid_units(std::int64_t time) const {
  if (unit_ == on_grid_.time_unit()) return time;
  const Day day = day_of_known(time, unit_);
  return on_grid_.time_unit() == TimeUnit::day ? day : day * units_per_day(on_grid_.time_unit());
}

std::int64_t CustomerPlaces::end_of(const Customer& one, std::size_t entry) const {
  const JourneyColumns& c = on_grid_.columns();
  if (on_grid_.time_unit() == TimeUnit::step) return c.times[entry] + 1;
  const auto day = [&](std::size_t i) { return day_of_known(c.times[i], on_grid_.time_unit()); };
  Day start = day(one.begin);
  if (grid_) {
    start = grid_->origin.start(day_of_known(one.first_time, source_unit_), grid_->period);
  } else {
    // Months are clipped (31 January, 28 February): the period with the latest day of the month tells the clock.
    const std::size_t furthest = std::min(one.end, one.begin + 12);
    for (std::size_t i = one.begin + 1; i < furthest; ++i) {
      if (to_civil(day(i)).day > to_civil(start).day) start = day(i);
    }
  }
  const PeriodClock clock(start, on_grid_.period());
  const Day end = clock.begin(clock.containing(day(entry)) + 1);
  return on_grid_.time_unit() == TimeUnit::day ? end : end * units_per_day(on_grid_.time_unit());
}

void check_lengths(const char* where, std::initializer_list<std::pair<const char*, std::size_t>> columns) {
  const std::size_t rows = columns.begin()->second;
  for (const auto& [column, size] : columns) {
    if (size != rows) {
      refuse(where, std::string(column) + ": " + text::plural(static_cast<std::int64_t>(size), "row") + ", but " +
                        columns.begin()->first + " has " + text::plural(static_cast<std::int64_t>(rows), "row") +
                        "; every column has one entry per row");
    }
  }
}

void check_time(const char* where, std::int64_t time, std::size_t row, TimeUnit unit) {
  if (unit == TimeUnit::step) return;
  const Day day = day_of_known(time, unit);
  if (day < -furthest_day || day > furthest_day) {
    refuse(where, "time: " + std::to_string(time) + " in row " + std::to_string(row) +
                      " is no date; is the unit of the times right?");
  }
}

void drop(WordOfMouthReport& report, Where why) {
  switch (why) {
    case Where::in_period:
      break;
    case Where::before_first_event:
      ++report.before_first_event;
      break;
    case Where::after_leaving:
      ++report.after_leaving;
      break;
    case Where::after_last_period:
      ++report.after_last_period;
      break;
    case Where::between_periods:
      ++report.between_periods;
      break;
  }
}

void check_known(const char* where, const char* who, const WordOfMouthReport& report, const std::string& example) {
  if (report.rows_read > 0 && report.missing_customer + report.unknown_customer == report.rows_read) {
    refuse(where, std::string(who) + ": none of " + text::plural(report.rows_read, "row") +
                      " names a customer of the journeys" + (example.empty() ? "" : ", for example " + example) +
                      "; give the ids that the log of events has, of the same type");
  }
}

}  // namespace sojourn::detail
