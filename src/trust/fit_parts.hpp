// The single tests without their refusals, for `fit_tests` to put together.
#pragma once

#include <cstddef>

#include "sojourn/trust/fit_tests.hpp"

namespace sojourn::detail {

OrderTest all_orders(const Journeys& journeys, const OrderTestOptions& options, const LifetimeValue* value,
                     const CountMatrix& all_moves);
InformationCriteria all_criteria(const Journeys& journeys, Index max_order);
RowsTest by_visits(const Journeys& journeys, const VisitsTestOptions& options, const LifetimeValue* value);
DwellTest by_dwell(const Counts& counts, const DwellTestOptions& options);

/// A test by calendar or age, and how many parts of it hold moves.
struct TestByTime {
  RowsTest rows;
  std::size_t n_parts;
};
TestByTime by_calendar(const Journeys& journeys, const HomogeneityTestOptions& options, const LifetimeValue* value);
TestByTime by_age(const Journeys& journeys, const HomogeneityTestOptions& options, const LifetimeValue* value);

}  // namespace sojourn::detail
