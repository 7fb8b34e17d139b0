/// \file data_report.hpp
/// What became of every row of a log on its way into journeys.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sojourn/chain/calendar.hpp"

namespace sojourn {

/// Counts of rows read, used, dropped and merged. `rows_read = rows_used + rows_dropped()`.
struct DataReport {
  std::int64_t rows_read = 0;
  std::int64_t rows_used = 0;

  // Dropped rows, each counted once, under the first reason that holds.
  std::int64_t malformed = 0;         ///< lines of a file that could not be split into columns
  std::int64_t missing_customer = 0;  ///< no customer id
  std::int64_t missing_time = 0;      ///< no time
  std::int64_t invalid_time = 0;      ///< a time that could not be read
  std::int64_t missing_value = 0;     ///< no value, where such rows are dropped
  std::int64_t invalid_value = 0;     ///< a value that is not a finite number
  std::int64_t missing_state = 0;     ///< no state, where such rows are dropped rather than taken as gaps
  std::int64_t unknown_state = 0;     ///< a state outside the state space, where such rows are dropped
  std::int64_t duplicates = 0;        ///< rows equal to an earlier row, where such rows are dropped
  std::int64_t before_origin = 0;     ///< before the first period of a common grid
  std::int64_t after_until = 0;       ///< after the last day that was asked for
  std::int64_t unlabelled = 0;        ///< matched no rule and came before the customer's first labelled event

  // Rows that were used, but not one to one.
  std::int64_t missing_value_as_zero = 0;  ///< no value, counted as 0 on request
  std::int64_t identical_rows_kept = 0;    ///< equal to an earlier row and kept
  std::int64_t tied = 0;                   ///< same customer, same time as the row before: kept in input order
  std::int64_t gaps = 0;                   ///< rows with a customer and a time but no state: they cut a journey in two
  /// The money in those rows and, on a grid, in periods they leave without a state: not counted
  double value_in_gaps = 0.0;
  std::int64_t repeated_exits = 0;      ///< an exit told again before any other state: one exit, the values summed
  std::int64_t merged_into_period = 0;  ///< not the last of their period: their value counts, their state is overtaken
  std::int64_t kept_state = 0;          ///< matched no rule and left the customer in his state
  std::int64_t in_incomplete_period = 0;    ///< in a period that the log does not cover to its end: not counted
  double value_in_incomplete_period = 0.0;  ///< the money in those rows
  std::int64_t awaiting_silence = 0;        ///< in a period with too little log behind it to know churn: not counted
  double value_awaiting_silence = 0.0;      ///< the money in those rows

  // What came of it.
  std::int64_t inferred_events = 0;      ///< events that no row states (a window without a complaint)
  std::int64_t customers = 0;            ///< customers with at least one used row
  std::int64_t customers_uncounted = 0;  ///< of these, customers without one complete period
  std::int64_t journeys = 0;
  std::int64_t ended_journeys = 0;                  ///< reached an exit
  std::int64_t churned = 0;                         ///< customers who reached an exit at least once
  std::int64_t returned_after_churn = 0;            ///< customers with an event after an exit: a new journey each time
  std::int64_t first_time = sojourn::missing_time;  ///< earliest usable time, in `time_unit`
  std::int64_t last_time = sojourn::missing_time;   ///< latest usable time, in `time_unit`
  TimeUnit time_unit = TimeUnit::step;

  std::int64_t rows_dropped() const;

  /// One sentence for every count that is not zero, in the order above, with advice where there is any (more than 1 %
  /// of churned customers returned: wait for more silent periods).
  std::vector<std::string> notes() const;

  bool operator==(const DataReport&) const = default;
};

}  // namespace sojourn
