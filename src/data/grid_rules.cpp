#include "data/grid_rules.hpp"

#include <stdexcept>
#include <string>

#include "support/text.hpp"

namespace sojourn::detail {

void check_grid(const char* where, TimeUnit unit, const Period& period, const Origin& origin,
                const std::optional<Day>& until) {
  const auto refuse = [where](const std::string& what) {
    throw std::invalid_argument(std::string(where) + ": " + what);
  };
  if (unit == TimeUnit::step) {
    refuse("time: these times are only an order, without days; a grid needs dates or a unit such as day or second");
  }
  if (period.is_step()) refuse("period: a step has no length in time; give a period such as a month");
  if (origin.is_calendar()) {
    try {
      calendar_start(0, period);
    } catch (const std::domain_error&) {
      refuse("origin: a period of " + period.name() +
             " has no calendar of its own; begin at the first event or on a given date");
    }
  }
  const auto need_date = [&](const char* what, const std::optional<Day>& day) {
    if (day && (*day < -furthest_day || *day > furthest_day)) {
      refuse(std::string(what) + ": day " + text::grouped(*day) + " since 1970-01-01 is no date");
    }
  };
  need_date("origin", origin.day());
  need_date("until", until);
}

std::int64_t complete_periods(const char* where, const PeriodClock& clock, Day until, const Period& period) {
  const std::int64_t n = clock.containing(until + 1);
  if (n > most_periods) {
    throw std::invalid_argument(std::string(where) + ": a customer's log spans " + text::grouped(n) + " periods of a " +
                                period.name() + " (from " + to_iso_date(clock.begin(0)) + " to " + to_iso_date(until) +
                                "); check the times and their unit, or take a longer period");
  }
  return n < 0 ? 0 : n;
}

void refuse_empty_grid(const char* where, const Period& period, Day until, Index periods_needed) {
  std::string message = std::string(where) + ": period: no customer has ";
  message += periods_needed == 1 ? "one complete " + period.name()
                                 : text::grouped(periods_needed) + " complete periods of a " + period.name() +
                                       " (one, and those of churn_after behind it)";
  throw std::invalid_argument(message + " until " + to_iso_date(until) + "; take a shorter period or a longer log");
}

}  // namespace sojourn::detail
