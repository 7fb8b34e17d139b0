// What a simulation of cohorts refuses before it is begun.
#pragma once

#include <cstdint>

#include "sojourn/simulation/cohorts.hpp"
#include "support/binomial.hpp"

namespace sojourn::detail {

inline constexpr auto most_cohort_customers = static_cast<std::int64_t>(BinomialLaw::most_trials);

/// Throws for options out of range; arrivals are checked when they are put into rows.
void check_cohort(const Chain& chain, const Rewards& rewards, const CohortOptions& options);

/// The arrivals with one row per later period, or one for all of them.
CountMatrix arrivals_in_rows(const StateSpace& states, const CohortOptions& options);

/// All who are ever there. Throws `domain_error` where whole numbers end.
std::int64_t all_customers(const CohortOptions& options, const CountMatrix& arrivals);

/// Throws for paths that do not fit into memory.
void check_cohort_memory(const Chain& chain, const CohortOptions& options);

}  // namespace sojourn::detail
