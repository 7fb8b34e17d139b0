/// \file visits_test.hpp
/// Does the next move depend on how often the customer has been in his present state?
#pragma once

#include <optional>

#include "sojourn/data/fit.hpp"
#include "sojourn/data/journey.hpp"
#include "sojourn/trust/rows_test.hpp"
#include "sojourn/value/lifetime_value.hpp"

namespace sojourn {

struct VisitsTestOptions {
  Index groups = 3;  ///< for the 1st, 2nd, … time; the last group holds all later times too; at least 2
  TestMethod method = TestMethod::likelihood_ratio;
  Adjustment adjustment = Adjustment::holm;
  Forbidden forbidden = Forbidden::refuse;
  std::optional<LifetimeValue> value = std::nullopt;  ///< a value for life, to say departures in money
};

/// Does it matter how many periods (or events) of his journey a customer has spent in his present state, this one
/// included? It finds a memory that no fixed number of last states holds. Journeys that begin after a gap are left out,
/// for their past is not known. Throws as `order_test` does.
RowsTest visits_test(const Journeys& journeys, const VisitsTestOptions& options = {});

}  // namespace sojourn
