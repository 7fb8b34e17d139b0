/// \file rating_log.hpp
/// Who rated what, and when: good and bad experiences counted by the state in which they were shared.
///
/// Each row is placed in the period of the customer's journey in which it falls; rows that cannot be placed are counted by
/// reason.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "sojourn/data/grid.hpp"
#include "sojourn/data/journey.hpp"
#include "sojourn/market/word_of_mouth_report.hpp"

namespace sojourn {

/// Who rated what he lived through, and when; in any order of rows. The memory stays the caller's.
struct RatingLog {
  std::span<const std::int64_t> customer = {};  ///< customer codes of the journeys; negative = missing
  std::span<const std::int64_t> time = {};      ///< in `unit`; `missing_time` = missing
  std::span<const double> rating = {};          ///< NaN = missing
  TimeUnit unit = TimeUnit::day;
  std::function<std::string(std::int64_t)> name = {};  ///< how messages call a code; empty = by its number
};

/// Which ratings are good and which are bad; those between are neither.
struct RatingScale {
  double good_at_least;
  double bad_at_most;
};

struct SharingCountOptions {
  /// For journeys on the clock of the event: the grid that gives the customer-periods
  std::optional<GridOptions> grid = std::nullopt;
};

/// Good and bad experiences shared and the customer-periods in which they were.
struct SharingCounts {
  Lifecycle lifecycle;
  Period period;        ///< length of a customer-period
  CountVector good;     ///< shape (n_states,): ratings of at least `good_at_least`
  CountVector bad;      ///< shape (n_states,): ratings of at most `bad_at_most`
  CountVector neither;  ///< shape (n_states,): ratings between
  CountVector periods;  ///< shape (n_states,): customer-periods seen, 0 in exits
  RatingScale scale;
  WordOfMouthReport report;
};

/// Places each rating in the period and state of who gave it. Throws as `referral_counts` does, and `invalid_argument`
/// unless `bad_at_most < good_at_least`.
SharingCounts sharing_counts(const Journeys& journeys, const RatingLog& log, const RatingScale& scale,
                             const SharingCountOptions& options = {});

}  // namespace sojourn
