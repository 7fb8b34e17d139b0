/// \file bootstrap.hpp
/// How sure we are, by customers drawn again and fitted anew.
#pragma once

#include <cstdint>

#include "sojourn/data/fit.hpp"
#include "sojourn/data/journey.hpp"
#include "sojourn/trust/answer.hpp"
#include "sojourn/trust/uncertain.hpp"

namespace sojourn {

struct BootstrapOptions {
  Index draws = 1'000;     ///< samples of the customers, from 2 to ten million
  std::uint64_t seed = 0;  ///< any 64-bit number
  int threads = 0;         ///< 0 = as many as this process may use; the result does not depend on it
  FailedDraws failed = FailedDraws::refuse;
  FitOptions fit = {};  ///< how each sample is fitted
};

/// Draws as many customers as there are, with replacement, with all their journeys, fits a chain and mean rewards and
/// asks the answer of them; percentile intervals. Throws as `posterior` and `fit_chain` do, and `invalid_argument` for
/// fewer than two customers.
Uncertain bootstrap(const Journeys& journeys, const Answer& answer, const BootstrapOptions& options = {});

}  // namespace sojourn
