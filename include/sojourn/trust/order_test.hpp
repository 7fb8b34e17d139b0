/// \file order_test.hpp
/// How many states of the past does the next move depend on?
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sojourn/data/fit.hpp"
#include "sojourn/data/journey.hpp"
#include "sojourn/trust/rows_test.hpp"
#include "sojourn/value/lifetime_value.hpp"

namespace sojourn {

struct OrderTestOptions {
  Index max_order = 2;  ///< states that the longest context holds, at least 1
  TestMethod method = TestMethod::likelihood_ratio;
  Adjustment adjustment = Adjustment::holm;
  Forbidden forbidden = Forbidden::refuse;            ///< observed moves that the lifecycle does not allow
  std::optional<LifetimeValue> value = std::nullopt;  ///< a value for life, to say departures in money
};

/// How many states of the past the next move depends on.
struct OrderTest {
  std::vector<RowsTest> steps;  ///< `steps[k]`: order `k` against order `k + 1`

  /// The lowest order that is not rejected in favour of the next one; `steps.size()` when all are.
  Index order(double level = 0.05) const;
  /// Plain words for every step.
  std::string sentence() const;
};

/// Order 0 against 1, 1 against 2, … up to `max_order`, each step on all moves that have enough past within their own
/// journey (a gap or an exit cuts it). Under order 0 the next state does not depend on the present one but for the moves
/// that the lifecycle forbids (quasi-independence: L. A. Goodman, Journal of the American Statistical Association 63,
/// 1968). Throws `invalid_argument` for an order below 1 and `domain_error` when no journey is long enough or moves are
/// forbidden.
OrderTest order_test(const Journeys& journeys, const OrderTestOptions& options = {});

}  // namespace sojourn
