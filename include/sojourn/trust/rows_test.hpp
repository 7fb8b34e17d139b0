/// \file rows_test.hpp
/// Do groups of moves share the rows of a chain? What tests by order, visits, time and segment find, overall, per state and
/// move by move.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sojourn/chain/state_space.hpp"
#include "sojourn/trust/test_result.hpp"

namespace sojourn {

/// One move in one group, beside the same move in the row that all groups share.
struct Departure {
  Index from;
  std::string group;  ///< in words: "coming from 'silent_1'", "for the 2nd time", "in segment 'web'"
  Index to;
  std::int64_t moves;         ///< seen in the group
  std::int64_t of;            ///< all moves from the state in the group
  double probability;         ///< `moves / of`
  double pooled_probability;  ///< what the shared row says
  double p_value;             ///< of the difference, two-sided and adjusted for the number of comparisons
  /// What the difference is worth on this one move, currency per customer of the group; sums over `to` to what the chain
  /// misstates. Nothing without a value.
  std::optional<double> amount;
};

/// The test of one state's row.
struct StateTest {
  Index state;
  TestResult test;
  double adjusted_p_value;  ///< adjusted for the number of states
};

/// Are the rows of a chain the same in several groups of its moves? Overall, per state, and located to the moves.
struct RowsTest {
  StateSpace states;
  TestResult overall;
  std::vector<StateTest> by_state;  ///< states with anything to compare, by position
  /// Every comparison that was made, by state, group and move
  std::vector<Departure> departures;
  Adjustment adjustment;

  /// The departures with an adjusted p-value below `level`, those that touch most customers first.
  std::vector<Departure> located(double level = 0.05) const;
  /// The overall result and where it lies.
  std::string sentence() const;
};

}  // namespace sojourn
