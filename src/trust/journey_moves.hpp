// What the tests of fit_tests.hpp ask of journeys and options before they begin.
#pragma once

#include <optional>
#include <string>

#include "sojourn/data/fit.hpp"
#include "sojourn/data/journey.hpp"
#include "sojourn/value/lifetime_value.hpp"
#include "support/refuse.hpp"

namespace sojourn::detail {

/// Refuses or removes moves that the lifecycle does not allow.
CountMatrix allowed_moves(const char* where, const Lifecycle& lifecycle, CountMatrix moves, Forbidden policy);
CountMatrix allowed_moves(const char* where, const Journeys& journeys, Forbidden policy);

/// A value for life of a chain of these states; nothing where none is given.
const LifetimeValue* checked_value(const char* where, const std::optional<LifetimeValue>& value,
                                   const StateSpace& states, const Period& period);

/// Throws `invalid_argument` unless there are from 2 to 10,000 groups.
void check_groups(const char* where, const char* name, Index groups);

/// Calls `visit(journey, begin, i)` for every allowed move from entry `i` to the next.
template <class Visit>
void for_each_move(const Journeys& journeys, Visit&& visit) {
  const JourneyColumns& c = journeys.columns();
  const Mask& allowed = journeys.lifecycle().allowed();
  for (std::size_t j = 0; j + 1 < c.offsets.size(); ++j) {
    const auto begin = static_cast<std::size_t>(c.offsets[j]);
    const auto end = static_cast<std::size_t>(c.offsets[j + 1]);
    for (std::size_t i = begin; i + 1 < end; ++i) {
      if (allowed(c.states[i], c.states[i + 1])) visit(j, begin, i);
    }
  }
}

}  // namespace sojourn::detail
