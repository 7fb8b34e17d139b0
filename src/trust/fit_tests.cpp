#include "sojourn/trust/fit_tests.hpp"

#include <algorithm>

#include "support/text.hpp"
#include "trust/contexts.hpp"
#include "trust/fit_parts.hpp"
#include "trust/journey_moves.hpp"

namespace sojourn {

FitTests fit_tests(const Journeys& journeys, const FitTestsOptions& options) {
  constexpr const char* where = "fit_tests";
  if (options.max_order < 1) {
    detail::refuse("fit_tests: max_order: " + std::to_string(options.max_order) + "; give at least 1");
  }
  if (!(options.level > 0.0 && options.level < 1.0)) {
    detail::refuse("fit_tests: level: " + text::number(options.level) + "; give a number between 0 and 1");
  }
  if (!(options.material >= 0.0 && options.material < 1.0)) {
    detail::refuse("fit_tests: material: " + text::number(options.material) +
                   "; give a shift of probability from 0 to 1");
  }
  const LifetimeValue* value = detail::checked_value(where, options.value, journeys.states(), journeys.period());
  const CountMatrix moves = detail::allowed_moves(where, journeys, options.forbidden);
  std::int64_t deepest = 0;  // states of past behind any allowed move, the present one included
  bool is_whole = false;     // some journey with a move does not begin after a gap
  const JourneyColumns& c = journeys.columns();
  detail::for_each_move(journeys, [&](std::size_t j, std::size_t begin, std::size_t i) {
    deepest = std::max(deepest, static_cast<std::int64_t>(i - begin) + 1);
    is_whole = is_whole || !c.is_continuation[j];
  });
  const Index max_order = std::min({options.max_order, static_cast<Index>(deepest), detail::most_orders(moves.rows())});
  FitTests out{.order = detail::all_orders(journeys, {.max_order = max_order, .value = std::nullopt}, value, moves),
               .criteria = detail::all_criteria(journeys, max_order),
               .visits = detail::by_visits(journeys, {}, value),
               .by_calendar = std::nullopt,
               .by_age = std::nullopt,
               .dwell = std::nullopt,
               .period = journeys.period(),
               .level = options.level,
               .material = options.material};
  if (journeys.time_unit() != TimeUnit::step) {
    detail::TestByTime found = detail::by_calendar(journeys, {.by = Timing::calendar}, value);
    if (found.n_parts > 1) out.by_calendar = std::move(found.rows);
  }
  if (is_whole) {
    detail::TestByTime found = detail::by_age(journeys, {.by = Timing::age}, value);
    if (found.n_parts > 1) out.by_age = std::move(found.rows);
  }
  DwellTest dwell = detail::by_dwell(count(journeys), {});
  if (dwell.overall.degrees_of_freedom > 0) out.dwell = std::move(dwell);
  return out;
}

}  // namespace sojourn
