#include "sojourn/trust/visits_test.hpp"

#include <algorithm>
#include <vector>

#include "trust/fit_parts.hpp"
#include "trust/journey_moves.hpp"
#include "trust/move_groups.hpp"
#include "trust/test_words.hpp"

namespace sojourn {

RowsTest detail::by_visits(const Journeys& journeys, const VisitsTestOptions& options, const LifetimeValue* value) {
  const Index n = journeys.states().n_states();
  MoveTally tally(static_cast<std::uint64_t>(n), static_cast<std::uint64_t>(options.groups), n);
  const JourneyColumns& c = journeys.columns();
  std::vector<Index> seen(static_cast<std::size_t>(n), 0);
  const Mask& allowed = journeys.lifecycle().allowed();
  for (std::size_t j = 0; j + 1 < c.offsets.size(); ++j) {
    if (c.is_continuation[j]) continue;
    const auto begin = static_cast<std::size_t>(c.offsets[j]);
    const auto end = static_cast<std::size_t>(c.offsets[j + 1]);
    for (std::size_t i = begin; i + 1 < end; ++i) {
      Index& times = seen[static_cast<std::size_t>(c.states[i])];
      if (allowed(c.states[i], c.states[i + 1])) {
        tally.add(static_cast<std::uint64_t>(c.states[i]),
                  static_cast<std::uint64_t>(std::min(times, options.groups - 1)), c.states[i + 1]);
      }
      ++times;
    }
    for (std::size_t i = begin; i < end; ++i) seen[static_cast<std::size_t>(c.states[i])] = 0;
  }
  const GroupQuestion question{.text = "one row per state against one per number of times the customer has been in it",
                               .state_of = [](std::uint64_t pool) { return static_cast<Index>(pool); },
                               .name_of =
                                   [&options](std::uint64_t, std::uint64_t group) {
                                     const auto k = static_cast<Index>(group);
                                     return "for the " + ordinal(k + 1) + " time" +
                                            (k + 1 == options.groups ? " or later" : "");
                                   },
                               .method = options.method,
                               .adjustment = options.adjustment,
                               .value = value};
  return detail::compare_groups(journeys.states(), tally.sorted(), question);
}

RowsTest visits_test(const Journeys& journeys, const VisitsTestOptions& options) {
  detail::check_groups("visits_test", "groups", options.groups);
  const LifetimeValue* value =
      detail::checked_value("visits_test", options.value, journeys.states(), journeys.period());
  detail::allowed_moves("visits_test", journeys, options.forbidden);
  RowsTest found = detail::by_visits(journeys, options, value);
  if (found.overall.moves == 0) {
    detail::cannot("visits_test: every journey begins after a gap, so what came before is not known");
  }
  return found;
}

}  // namespace sojourn
