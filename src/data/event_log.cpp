#include "sojourn/data/event_log.hpp"

#include <cmath>
#include <stdexcept>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "data/event_rows.hpp"
#include "data/journey_builder.hpp"
#include "sojourn/data/counts.hpp"
#include "support/text.hpp"

namespace sojourn {

Journeys journeys(const EventLog& log, const Lifecycle& lifecycle, const JourneyOptions& options) {
  DataReport report;
  const detail::RowRules rules = {
      .where = "journeys",
      .states = &lifecycle.states(),
      .missing_state = options.missing_state,
      .missing_value = options.missing_value,
      .duplicates = options.duplicates,
      .ties = options.ties == Ties::refuse ? detail::TieRule::refuse : detail::TieRule::count};
  const detail::EventRows events = detail::usable_rows(log, rules, report);

  detail::JourneyBuilder builder(lifecycle, events.rows.size());
  detail::CarriedSum value_in_gaps;
  for (std::size_t c = 0; c < events.customers.size(); ++c) {
    builder.begin_customer(events.customers[c]);
    for (auto i = static_cast<std::size_t>(events.offsets[c]); i < static_cast<std::size_t>(events.offsets[c + 1]);
         ++i) {
      const auto row = static_cast<std::size_t>(events.rows[i]);
      const double value = detail::value_of(log, row);
      if (log.state[row] >= 0) {
        builder.event(log.state[row], detail::time_of(log, events, i), value);
      } else {
        ++report.gaps;
        if (std::isfinite(value)) value_in_gaps.add(value);
        builder.gap(detail::time_of(log, events, i));
      }
    }
  }
  report.value_in_gaps = value_in_gaps.value();
  if (report.gaps == report.rows_used) {
    throw std::invalid_argument("journeys: state: none of " + text::plural(report.rows_used, "usable row") +
                                " has a state");
  }
  JourneyColumns columns = builder.finish(report);
  return {lifecycle, Period::step(), log.unit, std::move(columns), std::move(report)};
}

Encoded encode(std::span<const std::string> labels) {
  Encoded out;
  out.codes.reserve(labels.size());
  std::unordered_map<std::string_view, std::int64_t> codes;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].empty()) {
      out.codes.push_back(-1);
    } else if (i > 0 && labels[i] == labels[i - 1]) {
      out.codes.push_back(out.codes.back());
    } else {
      const auto [found, is_new] = codes.try_emplace(labels[i], static_cast<std::int64_t>(out.labels.size()));
      if (is_new) out.labels.push_back(labels[i]);
      out.codes.push_back(found->second);
    }
  }
  return out;
}

std::vector<std::int32_t> state_codes(std::span<const std::string> names, const StateSpace& states) {
  std::unordered_map<std::string_view, std::int32_t> codes;
  for (Index i = 0; i < states.n_states(); ++i) codes.emplace(states.name(i), static_cast<std::int32_t>(i));
  std::vector<std::int32_t> out;
  out.reserve(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) {
      out.push_back(-1);
      continue;
    }
    const auto found = codes.find(names[i]);
    if (found == codes.end()) {
      throw std::invalid_argument("state_codes: row " + std::to_string(i) + ": unknown state " +
                                  text::quoted(names[i]) + "; the states are " + text::list(states.names()));
    }
    out.push_back(found->second);
  }
  return out;
}

}  // namespace sojourn
