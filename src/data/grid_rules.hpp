// What every grid needs, and what becomes of rows in periods that are not counted.
#pragma once

#include <cstdint>
#include <optional>

#include "chain/civil.hpp"
#include "sojourn/data/counts.hpp"
#include "sojourn/data/grid.hpp"

namespace sojourn::detail {

/// More periods than this for one customer can only be a wrong time.
inline constexpr std::int64_t most_periods = 10'000'000;

/// Rows and money in periods that are not counted.
struct Uncounted {
  std::int64_t rows = 0;
  CarriedSum value = {};

  void add(std::int64_t n, double x) {
    rows += n;
    value.add(x);
  }
};

/// Checks what every grid needs; `where` opens the message.
void check_grid(const char* where, TimeUnit unit, const Period& period, const Origin& origin,
                const std::optional<Day>& until);

/// Periods of a customer that the log covers to their end. Throws `invalid_argument` beyond `most_periods`.
std::int64_t complete_periods(const char* where, const PeriodClock& clock, Day until, const Period& period);

/// The error for a grid on which nobody has a complete period.
[[noreturn]] void refuse_empty_grid(const char* where, const Period& period, Day until, Index periods_needed);

}  // namespace sojourn::detail
