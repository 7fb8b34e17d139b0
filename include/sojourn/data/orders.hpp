/// \file orders.hpp
/// Orders alone → journeys through recency states.
///
/// On a grid of periods a customer is `active` in a period with an order, `silent_k` in the k-th period without one
/// since, and has churned in the first period after R silent ones (`recency`, lifecycle.hpp). A state depends on the
/// past only, so every complete period counts. (Pfeifer & Carraway, "Modeling customer relationships as Markov chains",
/// Journal of Interactive Marketing 14(2), 2000.)
#pragma once

#include <optional>

#include "sojourn/data/event_log.hpp"
#include "sojourn/data/grid.hpp"

namespace sojourn {

struct OrderOptions {
  Period period = Period::months(1);         ///< length of one period; not a step
  Index churn_after = 6;                     ///< R: silent periods before churn, at least 1
  Origin origin = Origin::first_event();     ///< where a customer's first period begins
  std::optional<Day> until = std::nullopt;   ///< last day that the log covers; unset = the day of its last order
  Duplicates duplicates = Duplicates::keep;  ///< two equal orders are two orders, unless said otherwise
  MissingValue missing_value = MissingValue::drop;
};

/// Journeys through recency states from customer, time and value; `EventLog::state` must be empty. Every row is an
/// order; its value is summed into its period. A customer's first period is the one of his first order. Throws
/// `invalid_argument` as `journeys` does, and for a grid on which no customer has a complete period.
Journeys order_journeys(const EventLog& log, const OrderOptions& options = {});

}  // namespace sojourn
