/// \file event_log.hpp
/// Events → journeys, with every dropped or merged row counted.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sojourn/data/journey.hpp"

namespace sojourn {

/// The columns of a log, in any order of rows; the memory stays the caller's.
struct EventLog {
  std::span<const std::int64_t> customer = {};  ///< a code per customer (see `encode`); negative = missing
  std::span<const std::int64_t> time = {};      ///< in `unit`; `missing_time` = missing
  /// Position in the state space (see `state_codes`); negative = missing; empty where no state is told
  std::span<const std::int32_t> state = {};
  std::span<const double> value = {};  ///< currency; NaN = missing; empty = no money in this log
  TimeUnit unit = TimeUnit::day;
  /// Sorts events of a customer instead of `time` (say, UTC beside a wall clock that is set back); empty = `time`
  std::span<const std::int64_t> order = {};
};

enum class Duplicates { keep, drop };     ///< rows equal in customer, time, state and value to an earlier row
enum class Ties { input_order, refuse };  ///< events of one customer at one time
enum class MissingState { gap, drop };    ///< a gap cuts the journey in two: no move is counted across it
enum class MissingValue { drop, zero };   ///< rows without a value

struct JourneyOptions {
  Duplicates duplicates = Duplicates::drop;
  Ties ties = Ties::input_order;
  MissingState missing_state = MissingState::gap;
  MissingValue missing_value = MissingValue::drop;
};

/// Journeys from a log that tells the state of each event, on the clock of the event: one entry per event.
/// Throws `invalid_argument` for columns of different lengths, a position outside the state space, or a log in which no
/// row is usable; the message names the column and the row (counted from 0).
Journeys journeys(const EventLog& log, const Lifecycle& lifecycle, const JourneyOptions& options = {});

/// Labels and their codes, numbered by first appearance.
struct Encoded {
  std::vector<std::int64_t> codes;  ///< per row; -1 for an empty label
  std::vector<std::string> labels;  ///< per code
};

/// Customer names → codes for `EventLog::customer`.
Encoded encode(std::span<const std::string> labels);

/// State names → positions for `EventLog::state`; -1 for an empty name. Throws `invalid_argument` for a name outside
/// the state space, with the row and the names that exist.
std::vector<std::int32_t> state_codes(std::span<const std::string> names, const StateSpace& states);

}  // namespace sojourn
