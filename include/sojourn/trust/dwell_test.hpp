/// \file dwell_test.hpp
/// Does the time spent in a state change the chance of leaving it?
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sojourn/data/counts.hpp"
#include "sojourn/trust/test_result.hpp"

namespace sojourn {

/// How the chance of leaving a state changes with the time spent in it.
enum class Leaving { even, falls, rises, uneven };

/// Stays that have lasted `from` to `to` periods (or events).
struct StayLength {
  std::int64_t from;
  std::int64_t to;
  std::int64_t at_risk;  ///< periods after which it is known whether the stay went on
  std::int64_t left;     ///< of these, stays that ended there
  double leaving;        ///< `left / at_risk`
};

/// Time spent in one state against the geometric law of a chain.
struct StateDwellTest {
  Index state;
  TestResult test;
  double adjusted_p_value;          ///< adjusted for the number of states
  double leaving;                   ///< chance of leaving per period by the chain, whatever the time spent
  double trend;                     ///< standard normal score: below 0 = leaving grows rarer with time spent
  std::vector<StayLength> lengths;  ///< neighbouring lengths are put together until 5 of either kind are expected
  Leaving direction(double level = 0.05) const;  ///< in words; `even` where the test does not reject
};

/// Does the time spent in a state change the chance of leaving it?
struct DwellTest {
  StateSpace states;
  TestResult overall;
  std::vector<StateDwellTest> by_state;  ///< states with anything to compare, by position
  Adjustment adjustment;

  std::string sentence() const;
};

struct DwellTestOptions {
  TestMethod method = TestMethod::likelihood_ratio;
  Adjustment adjustment = Adjustment::holm;
};

/// Dwell times against the geometric law that a chain gives them, stays still open included for as long as they were
/// seen. The trend is that of P. Armitage (Biometrics 11, 1955). Throws `domain_error` when no stay has been seen to go
/// on or to end.
DwellTest dwell_test(const Counts& counts, const DwellTestOptions& options = {});

}  // namespace sojourn
