// Days ↔ year, month and day of the proleptic Gregorian calendar, and boundaries of periods counted from one day.
#pragma once

#include <cstdint>

#include "sojourn/chain/calendar.hpp"
#include "sojourn/chain/period.hpp"

namespace sojourn::detail {

/// Days beyond this (about a million years) are no dates; arithmetic within it cannot overflow.
inline constexpr Day furthest_day = 365'250'000;

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

struct Civil {
  std::int64_t year;
  int month;  // 1 … 12
  int day;    // 1 … 31
};

// Years run from March to February, so that the leap day is a year's last, and repeat after 400 of them (146,097 days).
constexpr Civil to_civil(Day day) {
  const std::int64_t shifted = day + 719'468;  // days since 0000-03-01
  const std::int64_t era = floor_div(shifted, 146'097);
  const std::int64_t in_era = shifted - era * 146'097;
  const std::int64_t year = (in_era - in_era / 1'460 + in_era / 36'524 - in_era / 146'096) / 365;
  const std::int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
  const std::int64_t month = (5 * in_year + 2) / 153;  // 0 = March
  const int civil_month = static_cast<int>(month < 10 ? month + 3 : month - 9);
  return {.year = year + era * 400 + (civil_month <= 2 ? 1 : 0),
          .month = civil_month,
          .day = static_cast<int>(in_year - (153 * month + 2) / 5 + 1)};
}

constexpr Day to_day(std::int64_t year, int month, int day) {
  const std::int64_t shifted = year - (month <= 2 ? 1 : 0);
  const std::int64_t era = floor_div(shifted, 400);
  const std::int64_t in_era = shifted - era * 400;
  const std::int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719'468;
}

constexpr bool is_leap(std::int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr int days_in_month(std::int64_t year, int month) {
  constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/// How many units of time one day has; 0 for a step.
constexpr std::int64_t units_per_day(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::step:
      return 0;
    case TimeUnit::day:
      return 1;
    case TimeUnit::second:
      return 86'400;
    case TimeUnit::millisecond:
      return 86'400'000;
    case TimeUnit::microsecond:
      return 86'400'000'000;
    case TimeUnit::nanosecond:
      return 86'400'000'000'000;
  }
  return 0;
}

/// `day_of` for a unit that is known to have days; the divisors are constants, which is several times faster.
inline Day day_of_known(std::int64_t time, TimeUnit unit) {
  switch (unit) {
    case TimeUnit::second:
      return floor_div(time, 86'400);
    case TimeUnit::millisecond:
      return floor_div(time, 86'400'000);
    case TimeUnit::microsecond:
      return floor_div(time, 86'400'000'000);
    case TimeUnit::nanosecond:
      return floor_div(time, 86'400'000'000'000);
    case TimeUnit::day:
    case TimeUnit::step:
      break;
  }
  return time;
}

/// Periods counted from one day: months and longer by the calendar, the rest by days.
class PeriodClock {
 public:
  /// `period` is not a step, and `start` lies within `furthest_day`.
  PeriodClock(Day start, const Period& period) : start_(start) {
    switch (period.unit()) {
      case PeriodUnit::day:
        length_ = period.length();
        break;
      case PeriodUnit::week:
        length_ = std::int64_t{7} * period.length();
        break;
      case PeriodUnit::month:
        set_months(1, period.length());
        break;
      case PeriodUnit::quarter:
        set_months(3, period.length());
        break;
      case PeriodUnit::year:
        set_months(12, period.length());
        break;
      case PeriodUnit::step:
        break;
    }
  }

  /// The first day of period `k`.
  Day begin(std::int64_t k) const {
    if (!by_months_) return start_ + k * length_;
    const std::int64_t month = first_month_ + k * length_;
    const std::int64_t year = floor_div(month, 12);
    const int in_year = static_cast<int>(month - year * 12) + 1;
    return to_day(year, in_year, clipped(year, in_year));
  }

  /// The position of the period in which `day` lies.
  std::int64_t containing(Day day) const {
    if (!by_months_) return floor_div(day - start_, length_);
    const Civil date = to_civil(day);
    std::int64_t months = date.year * 12 + date.month - 1 - first_month_;
    if (date.day < clipped(date.year, date.month)) --months;
    return floor_div(months, length_);
  }

 private:
  void set_months(std::int64_t unit, std::int64_t length) {
    const Civil date = to_civil(start_);
    by_months_ = true;
    length_ = unit * length;
    first_month_ = date.year * 12 + date.month - 1;
    day_in_month_ = date.day;
  }
  int clipped(std::int64_t year, int month) const {
    if (day_in_month_ <= 28) return day_in_month_;
    const int last = days_in_month(year, month);
    return day_in_month_ < last ? day_in_month_ : last;
  }

  Day start_;
  std::int64_t length_ = 1;  // days or months
  bool by_months_ = false;
  std::int64_t first_month_ = 0;  // since January of year 0
  int day_in_month_ = 1;
};

}  // namespace sojourn::detail
