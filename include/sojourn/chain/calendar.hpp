/// \file calendar.hpp
/// Times of a log and the days they fall on.
///
/// A time is a whole number of units since 1970-01-01 00:00 on the wall clock of the log; a *day* is the whole number
/// of days since that date. Periods begin on days.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "sojourn/chain/period.hpp"

namespace sojourn {

/// The unit of the times in a log. `step` = plain order (1st, 2nd, …), without a length in time.
enum class TimeUnit { step, day, second, millisecond, microsecond, nanosecond };

using Day = std::int64_t;

/// Marks a time that is not there.
inline constexpr std::int64_t missing_time = std::numeric_limits<std::int64_t>::min();

/// The day on which a time falls. Throws `domain_error` for `TimeUnit::step`.
Day day_of(std::int64_t time, TimeUnit unit);

/// The day on which period `k` begins, `k = 0` at `start`: start + k periods, computed from `start` each time. Months,
/// quarters and years are calendar ones, clipped to the end of a shorter month (31 January + 1 month = 28 or 29
/// February). Throws `domain_error` for a step.
Day period_start(Day start, const Period& period, std::int64_t k);

/// The position of the period that contains `day`, negative before `start`: the `k` with
/// `period_start(start, period, k) <= day < period_start(start, period, k + 1)`.
std::int64_t period_containing(Day start, const Period& period, Day day);

/// The latest calendar boundary (1st of a month, quarter or year; Monday; any day) on or before `day`.
/// Throws `domain_error` for a period that has no calendar of its own (2 weeks, 91 days, 5 months).
Day calendar_start(Day day, const Period& period);

/// "2026-11-22".
std::string to_iso_date(Day day);

/// Reads "2026-11-22"; nothing when the text is not a date.
std::optional<Day> parse_iso_date(std::string_view text);

}  // namespace sojourn
