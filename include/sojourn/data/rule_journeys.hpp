/// \file rule_journeys.hpp
/// Events and a table of rules → journeys.
#pragma once

#include <string>
#include <vector>

#include "sojourn/data/event_log.hpp"
#include "sojourn/data/rules.hpp"

namespace sojourn {

/// A label column: codes into `labels`, negative = missing.
struct LabelColumn {
  std::string name;
  std::vector<std::int64_t> codes;
  std::vector<std::string> labels;
};

/// A number column; NaN = missing.
struct NumberColumn {
  std::string name;
  std::vector<double> numbers;
};

/// A log whose states are to be told by rules; `events.state` must be empty.
struct RuleLog {
  EventLog events = {};
  std::vector<LabelColumn> labels = {};
  std::vector<NumberColumn> numbers = {};
};

/// Journeys from a log and rules, on the clock of the event: one entry per event that the customer's state is known at.
/// Throws `invalid_argument` as `journeys` does, and for a column that a rule needs and the log lacks.
Journeys rule_journeys(const RuleLog& log, const Rules& rules, const JourneyOptions& options = {});

}  // namespace sojourn
