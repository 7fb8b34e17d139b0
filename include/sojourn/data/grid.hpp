/// \file grid.hpp
/// Events on a grid of periods: one state per customer and period.
///
/// The state of a period is the last one entered by its end; it stays in force until the next event. Values are summed
/// per period. Only periods that the log covers to their end are counted. After `churn_after = R` periods without an
/// event a customer has churned, dated at the first silent one; so that this wait is neither loyalty nor bias, a period
/// is counted only when R further periods of log lie behind it, for ended and open journeys alike.
#pragma once

#include <optional>

#include "sojourn/data/journey.hpp"

namespace sojourn {

/// Where the first period of a customer begins.
class Origin {
 public:
  /// On the day of the customer's first event: each customer has a clock of his own.
  static Origin first_event();
  /// On the calendar: the 1st of a month, quarter or year, a Monday, a day.
  static Origin calendar();
  /// On a given day, for all; events before it are dropped and counted.
  static Origin date(Day day);

  /// The day on which period 0 of a customer begins, whose first event is on `first_event_day`.
  Day start(Day first_event_day, const Period& period) const;
  bool is_first_event() const { return kind_ == Kind::first_event; }
  bool is_calendar() const { return kind_ == Kind::calendar; }
  /// The given day; nothing for the other two.
  std::optional<Day> day() const;

  bool operator==(const Origin&) const = default;

 private:
  enum class Kind { first_event, calendar, date };
  Origin(Kind kind, Day day) : kind_(kind), day_(day) {}

  Kind kind_;
  Day day_;
};

struct GridOptions {
  Period period = Period::months(1);        ///< length of one period; not a step
  Origin origin = Origin::first_event();    ///< where a customer's first period begins
  std::optional<Day> until = std::nullopt;  ///< last day that the log covers; unset = the day of its last event
  Index churn_after = 0;                    ///< silent periods that mean churn; 0 = silence means nothing
};

/// Puts journeys with event times on a grid. Throws `invalid_argument` for journeys that have no calendar time, for a
/// grid on which no customer has a complete period, and, with `churn_after`, for a lifecycle that does not have exactly
/// one exit.
Journeys on_grid(const Journeys& journeys, const GridOptions& options);

}  // namespace sojourn
