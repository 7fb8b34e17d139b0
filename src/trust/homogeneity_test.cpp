#include "sojourn/trust/homogeneity_test.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "sojourn/chain/calendar.hpp"
#include "support/text.hpp"
#include "trust/fit_parts.hpp"
#include "trust/journey_moves.hpp"
#include "trust/move_groups.hpp"
#include "trust/test_words.hpp"

namespace sojourn {
namespace {

using detail::cannot;
using detail::for_each_move;
using detail::GroupedMove;
using detail::GroupQuestion;
using detail::MoveTally;
using detail::ordinal;
using detail::refuse;

std::size_t n_parts(const std::vector<GroupedMove>& moves) {
  std::vector<std::uint64_t> groups;
  for (const GroupedMove& m : moves) groups.push_back(m.group);
  std::sort(groups.begin(), groups.end());
  return static_cast<std::size_t>(std::unique(groups.begin(), groups.end()) - groups.begin());
}

/// The days from which parts of the calendar begin, and the day after the last move.
std::vector<Day> calendar_parts(const Journeys& journeys, const HomogeneityTestOptions& options) {
  Day first = std::numeric_limits<Day>::max();
  Day last = std::numeric_limits<Day>::min();
  const auto& times = journeys.columns().times;
  for_each_move(journeys, [&](std::size_t, std::size_t, std::size_t i) {
    const Day day = day_of(times[i], journeys.time_unit());
    first = std::min(first, day);
    last = std::max(last, day);
  });
  constexpr Day furthest = 100'000'000;
  if (first < -furthest || last > furthest) {
    refuse("homogeneity_test: the times are no dates; is their unit right?");
  }
  std::vector<Day> begins;
  if (!options.period) {
    const Day length = last - first + 1;
    for (Index k = 0; k <= options.parts; ++k) begins.push_back(first + length * k / options.parts);
    begins.erase(std::unique(begins.begin(), begins.end()), begins.end());
    return begins;
  }
  constexpr std::int64_t most_parts = 10'000;
  Day start = first;  // a length without a calendar of its own counts from the first move
  if (options.period->length() == 1) start = calendar_start(first, *options.period);
  const std::int64_t n = period_containing(start, *options.period, last) + 1;
  if (n > most_parts) {
    refuse("homogeneity_test: period: the log has " + text::grouped(n) + " parts of one " + options.period->name() +
           "; give a longer one");
  }
  for (std::int64_t k = 0; k <= n; ++k) begins.push_back(period_start(start, *options.period, k));
  return begins;
}

}  // namespace

detail::TestByTime detail::by_calendar(const Journeys& journeys, const HomogeneityTestOptions& options,
                                       const LifetimeValue* value) {
  const Index n = journeys.states().n_states();
  const std::vector<Day> begins = calendar_parts(journeys, options);
  MoveTally tally(static_cast<std::uint64_t>(n), begins.size() - 1, n);
  const JourneyColumns& c = journeys.columns();
  for_each_move(journeys, [&](std::size_t, std::size_t, std::size_t i) {
    const Day day = day_of(c.times[i], journeys.time_unit());
    const auto part = std::upper_bound(begins.begin(), begins.end(), day) - begins.begin() - 1;
    tally.add(static_cast<std::uint64_t>(c.states[i]), static_cast<std::uint64_t>(part), c.states[i + 1]);
  });
  const std::vector<GroupedMove> moves = tally.sorted();
  const GroupQuestion question{.text = "the same rows at all times against one per part of the calendar",
                               .state_of = [](std::uint64_t pool) { return static_cast<Index>(pool); },
                               .name_of =
                                   [&begins](std::uint64_t, std::uint64_t part) {
                                     return "from " + to_iso_date(begins[part]) + " to " +
                                            to_iso_date(begins[part + 1] - 1);
                                   },
                               .method = options.method,
                               .adjustment = options.adjustment,
                               .value = value};
  return {detail::compare_groups(journeys.states(), moves, question), n_parts(moves)};
}

detail::TestByTime detail::by_age(const Journeys& journeys, const HomogeneityTestOptions& options,
                                  const LifetimeValue* value) {
  const Index n = journeys.states().n_states();
  MoveTally tally(static_cast<std::uint64_t>(n), static_cast<std::uint64_t>(options.parts), n);
  const JourneyColumns& c = journeys.columns();
  for_each_move(journeys, [&](std::size_t j, std::size_t begin, std::size_t i) {
    if (c.is_continuation[j]) return;
    const auto age = std::min(static_cast<std::uint64_t>(i - begin), static_cast<std::uint64_t>(options.parts - 1));
    tally.add(static_cast<std::uint64_t>(c.states[i]), age, c.states[i + 1]);
  });
  const std::vector<GroupedMove> moves = tally.sorted();
  const std::string unit = journeys.period().is_step() ? "event" : "period";
  const GroupQuestion question{.text = "the same rows at all ages against one per " + unit + " since the journey began",
                               .state_of = [](std::uint64_t pool) { return static_cast<Index>(pool); },
                               .name_of =
                                   [&](std::uint64_t, std::uint64_t group) {
                                     const auto age = static_cast<Index>(group);
                                     return "in the " + ordinal(age + 1) + ' ' + unit + " of the journey" +
                                            (age + 1 == options.parts ? " or later" : "");
                                   },
                               .method = options.method,
                               .adjustment = options.adjustment,
                               .value = value};
  return {detail::compare_groups(journeys.states(), moves, question), n_parts(moves)};
}

RowsTest homogeneity_test(const Journeys& journeys, const HomogeneityTestOptions& options) {
  constexpr const char* where = "homogeneity_test";
  detail::check_groups(where, "parts", options.parts);
  const LifetimeValue* value = detail::checked_value(where, options.value, journeys.states(), journeys.period());
  if (options.by == Timing::age && options.period) {
    refuse(
        "homogeneity_test: period: parts of the calendar have a length, ages have not; leave it out, or test by "
        "calendar");
  }
  if (options.by == Timing::calendar && journeys.time_unit() == TimeUnit::step) {
    refuse("homogeneity_test: the journeys tell an order of events but no calendar time; test by age");
  }
  if (options.period && options.period->is_step()) {
    refuse("homogeneity_test: period: a step has no length in time; give a month, or another length with its unit");
  }
  detail::allowed_moves(where, journeys, options.forbidden);
  detail::TestByTime found = options.by == Timing::calendar ? detail::by_calendar(journeys, options, value)
                                                            : detail::by_age(journeys, options, value);
  if (found.n_parts < 2) {
    cannot(std::string(where) + ": " +
           (found.n_parts == 0 ? "every journey begins after a gap, so no age is known"
                               : "all moves fall into one part, so there is nothing to compare"));
  }
  return std::move(found.rows);
}

}  // namespace sojourn
