// Which rows of a log are usable, and in what order: shared by logs with states, orders and rules.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include "sojourn/data/event_log.hpp"

namespace sojourn::detail {

/// Usable rows, customer by customer (by code), each customer's by time and input position.
struct EventRows {
  std::vector<std::int64_t> rows;       // positions in the log
  std::vector<std::int64_t> keys;       // per row: what sorts it, its time or order
  std::vector<std::int64_t> customers;  // codes, ascending
  std::vector<std::int64_t> offsets;    // rows of customer c: offsets[c] … offsets[c + 1] - 1
};

enum class TieRule { ignore, count, refuse };

struct RowRules {
  const char* where;         // opens every message
  const StateSpace* states;  // null where the log tells no state
  MissingState missing_state = MissingState::gap;
  MissingValue missing_value = MissingValue::drop;
  Duplicates duplicates = Duplicates::drop;
  TieRule ties = TieRule::count;
  /// Orders two rows by columns that the log itself does not know; 0 = equal there.
  std::function<int(std::size_t, std::size_t)> compare = {};
};

/// Counts what is dropped and kept, first and last time and customers in `report`. Throws `invalid_argument` where the
/// columns contradict each other or nothing is usable.
EventRows usable_rows(const EventLog& log, const RowRules& rules, DataReport& report);

/// The time of `events.rows[i]`; read from the keys where they are times, for those stand in sorted order.
inline std::int64_t time_of(const EventLog& log, const EventRows& events, std::size_t i) {
  return log.order.empty() ? events.keys[i] : log.time[static_cast<std::size_t>(events.rows[i])];
}

inline double value_of(const EventLog& log, std::size_t row) {
  if (log.value.empty() || std::isnan(log.value[row])) return 0.0;
  return log.value[row];
}

}  // namespace sojourn::detail
