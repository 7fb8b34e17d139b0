// Whole cohorts moved on, period by period.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sojourn/simulation/cohorts.hpp"
#include "support/crew.hpp"
#include "support/multinomial.hpp"

namespace sojourn::detail {

/// Everything that a thread needs to know, and nothing that it changes.
struct CohortPlan {
  Index n_states;
  const CohortOptions& options;
  std::vector<std::size_t> first;  // row `i` holds the moves `first[i] … first[i + 1] - 1`
  std::vector<SplitMove> moves;
  std::vector<double> move_rewards;  // empty = none
  std::vector<SplitMove> starts;     // empty where the stock is given
  Vector state_rewards;
  double factor;
};

/// The options must outlive it.
CohortPlan planned(const Chain& chain, const Rewards& rewards, const CohortOptions& options);

/// Where one path is written to.
struct CohortPlaces {
  std::int64_t* occupancy;
  std::int64_t* closing_stock;
  std::int64_t* moves;
  double* revenue;
  double* value;
};

/// Walks one path. Leaves off where the crew does.
void walk_cohort(const CohortPlan& plan, std::int64_t path, const CohortPlaces& out, Crew& crew);

}  // namespace sojourn::detail
