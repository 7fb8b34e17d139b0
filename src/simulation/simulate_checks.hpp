// What a simulation refuses before it is begun.
#pragma once

#include "sojourn/simulation/simulate.hpp"

namespace sojourn::detail {

/// Throws as `simulate` does.
void check_simulate(const Chain& chain, const Rewards& rewards, const SimulateOptions& options);

}  // namespace sojourn::detail
