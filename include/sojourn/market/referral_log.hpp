/// \file referral_log.hpp
/// Who brought whom, and when: newcomers counted by the state of who brought them.
///
/// Each row is placed in the period of the referrer's journey in which it falls; rows that cannot be placed are counted by
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

/// Who brought whom, and when; in any order of rows. The memory stays the caller's.
struct ReferralLog {
  std::span<const std::int64_t> referrer = {};  ///< customer codes of the journeys; negative = missing
  std::span<const std::int64_t> referred = {};  ///< likewise
  std::span<const std::int64_t> time = {};      ///< in `unit`; `missing_time` = missing
  TimeUnit unit = TimeUnit::day;
  std::function<std::string(std::int64_t)> name = {};  ///< how messages call a code; empty = by its number
};

/// Rows that say what cannot be.
enum class Impossible {
  refuse,  ///< an error that names the customers
  drop     ///< left out and counted
};

/// Referred customers without a journey.
enum class UnknownReferred {
  drop,  ///< left out and counted
  keep   ///< a newcomer all the same
};

struct ReferralCountOptions {
  /// For journeys on the clock of the event: the grid that gives the customer-periods
  std::optional<GridOptions> grid = std::nullopt;
  Impossible cycles = Impossible::refuse;            ///< a referrer who was brought by the one he refers
  Impossible before_first_event = Impossible::drop;  ///< referrals by those who were no customers yet
  UnknownReferred unknown_referred = UnknownReferred::drop;
};

/// Referrals and the customer-periods in which they happened.
struct ReferralCounts {
  Lifecycle lifecycle;
  Period period;          ///< length of a customer-period
  CountVector referrals;  ///< shape (n_states,): newcomers by the state of who brought them
  CountVector periods;    ///< shape (n_states,): customer-periods seen, 0 in exits
  /// Shape (n_states, most + 1): customer-periods in which 0, 1, 2, … newcomers were brought
  CountMatrix newcomers;
  CountVector arrivals;  ///< shape (n_states,): used referrals by the state in which the newcomer's journey begins
  WordOfMouthReport report;
};

/// Places each referral in the period and state of its referrer. Journeys on a grid are taken as they are; a newcomer
/// too late for a complete period has no journey there, so journeys with event times and a grid are better. Throws
/// `invalid_argument` for columns of different lengths, times that do not fit those of the journeys, a log in which no
/// referrer is known, and rows that cannot be where these are refused.
ReferralCounts referral_counts(const Journeys& journeys, const ReferralLog& log,
                               const ReferralCountOptions& options = {});

}  // namespace sojourn
