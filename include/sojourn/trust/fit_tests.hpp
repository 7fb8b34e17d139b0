/// \file fit_tests.hpp
/// Does a chain fit? Tests of what a chain takes for granted, each with its effect beside its p-value.
///
/// A chain says that the next move depends on the present state alone, in the same way for all customers and at all
/// times. Each test sorts the moves out of a state into groups (by what came before, by calendar time, by age, by
/// segment, by time spent) and compares the groups with the row they share, by `G² = 2 Σ n log(n / e)` or `X² = Σ (n -
/// e)² / e` (T. W. Anderson & L. A. Goodman, Annals of Mathematical Statistics 28, 1957; P. Billingsley, ibid. 32, 1961;
/// S. Kullback, M. Kupperman & H. H. Ku, Technometrics 4, 1962). Degrees of freedom are counted from the groups with
/// data and the moves seen in the shared row: moves that never happen carry none. With many customers everything is
/// significant, so every result also says by how much probabilities shift. A rejection does not say why: customers who
/// remember and customers who differ from each other look alike in a log.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sojourn/chain/period.hpp"
#include "sojourn/data/fit.hpp"
#include "sojourn/data/journey.hpp"
#include "sojourn/trust/chain_test.hpp"            // IWYU pragma: export
#include "sojourn/trust/dwell_test.hpp"            // IWYU pragma: export
#include "sojourn/trust/homogeneity_test.hpp"      // IWYU pragma: export
#include "sojourn/trust/information_criteria.hpp"  // IWYU pragma: export
#include "sojourn/trust/order_test.hpp"            // IWYU pragma: export
#include "sojourn/trust/rows_test.hpp"             // IWYU pragma: export
#include "sojourn/trust/segment_test.hpp"          // IWYU pragma: export
#include "sojourn/trust/test_result.hpp"           // IWYU pragma: export
#include "sojourn/trust/visits_test.hpp"           // IWYU pragma: export
#include "sojourn/value/lifetime_value.hpp"

namespace sojourn {

struct FitTestsOptions {
  Index max_order = 2;
  Forbidden forbidden = Forbidden::refuse;
  std::optional<LifetimeValue> value = std::nullopt;  ///< a value for life, to say departures in money
  double level = 0.01;                                ///< p-values below this are findings
  /// Smallest shift of probabilities in a state, chance taken off, that is worth a warning
  double material = 0.02;
};

/// All tests that a set of journeys allows.
struct FitTests {
  OrderTest order;
  InformationCriteria criteria;
  RowsTest visits;
  std::optional<RowsTest> by_calendar;  ///< nothing when the journeys have no calendar, or all moves fall together
  std::optional<RowsTest> by_age;       ///< nothing when no journey has a second move
  std::optional<DwellTest> dwell;       ///< nothing when no stay can be compared
  Period period;                        ///< the clock of the journeys
  double level;
  double material;

  /// Sentences for a reader who must decide: what the chain does not know, where, and by how much. Empty when no test
  /// finds a shift that matters.
  std::vector<std::string> warnings() const;
  /// One sentence per test.
  std::vector<std::string> sentences() const;
};

/// Order, visits so far, calendar, age, dwell: everything that can be asked of these journeys. Orders that no journey is
/// long enough for are left out. Throws `domain_error` without a move or for forbidden ones.
FitTests fit_tests(const Journeys& journeys, const FitTestsOptions& options = {});

}  // namespace sojourn
