/// \file homogeneity_test.hpp
/// Do customers move alike at all times of the calendar, and at all ages?
#pragma once

#include <optional>

#include "sojourn/chain/period.hpp"
#include "sojourn/data/fit.hpp"
#include "sojourn/data/journey.hpp"
#include "sojourn/trust/rows_test.hpp"
#include "sojourn/value/lifetime_value.hpp"

namespace sojourn {

/// `calendar`: the date of the move. `age`: its number within the journey.
enum class Timing { calendar, age };

struct HomogeneityTestOptions {
  Timing by = Timing::calendar;
  /// Parts of the log, equal in time; or ages, the last of which holds all later ones too; at least 2
  Index parts = 4;
  std::optional<Period> period = std::nullopt;  ///< calendar parts of this length instead of `parts`
  TestMethod method = TestMethod::likelihood_ratio;
  Adjustment adjustment = Adjustment::holm;
  Forbidden forbidden = Forbidden::refuse;
  std::optional<LifetimeValue> value = std::nullopt;  ///< a value for life, to say departures in money
};

/// Are the rows the same at all times? By age, journeys that begin after a gap are left out. Throws `invalid_argument`
/// for fewer than two parts or a calendar that the journeys do not have, `domain_error` without a move or when all moves
/// fall into one part.
RowsTest homogeneity_test(const Journeys& journeys, const HomogeneityTestOptions& options = {});

}  // namespace sojourn
