#include "sojourn/chain/calendar.hpp"

#include <cstdlib>
#include <stdexcept>

#include "chain/civil.hpp"
#include "support/text.hpp"

namespace sojourn {
namespace {

void need_length(const char* where, const Period& period) {
  if (period.is_step()) {
    throw std::domain_error(std::string(where) + ": a step has no length in time; give a period such as a month");
  }
}

void need_date(const char* where, Day day) {
  if (day < -detail::furthest_day || day > detail::furthest_day) {
    throw std::out_of_range(std::string(where) + ": day " + text::grouped(day) +
                            " since 1970-01-01 is no date; is the unit of the times right?");
  }
}

}  // namespace

Day day_of(std::int64_t time, TimeUnit unit) {
  if (unit == TimeUnit::step) {
    throw std::domain_error("day_of: a step has no day; give times in days, seconds or a smaller unit");
  }
  return detail::day_of_known(time, unit);
}

Day period_start(Day start, const Period& period, std::int64_t k) {
  need_length("period_start", period);
  need_date("period_start", start);
  // 372 days are more than any year has, so the product bounds the answer from above.
  const double years = (std::abs(static_cast<double>(k)) + 1) * period.in_years();
  if (years * 372 > static_cast<double>(detail::furthest_day)) {
    throw std::out_of_range("period_start: period " + text::grouped(k) + " of a " + period.name() +
                            " lies beyond the calendar");
  }
  return detail::PeriodClock(start, period).begin(k);
}

std::int64_t period_containing(Day start, const Period& period, Day day) {
  need_length("period_containing", period);
  need_date("period_containing", start);
  need_date("period_containing", day);
  return detail::PeriodClock(start, period).containing(day);
}

Day calendar_start(Day day, const Period& period) {
  need_date("calendar_start", day);
  const std::int64_t length = period.length();
  std::int64_t months = 0;
  switch (period.unit()) {
    case PeriodUnit::day:
      if (length == 1) return day;
      break;
    case PeriodUnit::week:
      if (length == 1) return day - (day + 3 - 7 * detail::floor_div(day + 3, 7));  // 1970-01-01 was a Thursday
      break;
    case PeriodUnit::month:
      months = length;
      break;
    case PeriodUnit::quarter:
      months = 3 * length;
      break;
    case PeriodUnit::year:
      months = 12 * length;
      break;
    case PeriodUnit::step:
      break;
  }
  if (months == 0 || 12 % months != 0) {
    throw std::domain_error("calendar_start: a period of " + period.name() +
                            " has no calendar of its own; give the day on which the first one begins");
  }
  const detail::Civil date = detail::to_civil(day);
  return detail::to_day(date.year, static_cast<int>((date.month - 1) / months * months) + 1, 1);
}

std::string to_iso_date(Day day) {
  need_date("to_iso_date", day);
  const detail::Civil date = detail::to_civil(day);
  const auto padded = [](std::int64_t n, std::size_t width) {
    std::string digits = std::to_string(n);
    return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
  };
  return (date.year < 0 ? "-" : "") + padded(std::abs(date.year), 4) + '-' + padded(date.month, 2) + '-' +
         padded(date.day, 2);
}

std::optional<Day> parse_iso_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  int numbers[3] = {0, 0, 0};
  int part = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 4 || i == 7) {
      ++part;
    } else if (text[i] < '0' || text[i] > '9') {
      return std::nullopt;
    } else {
      numbers[part] = numbers[part] * 10 + (text[i] - '0');
    }
  }
  const auto [year, month, day] = numbers;
  if (month < 1 || month > 12 || day < 1 || day > detail::days_in_month(year, month)) return std::nullopt;
  return detail::to_day(year, month, day);
}

}  // namespace sojourn
