// The laws of newcomers in words.
#pragma once

#include "sojourn/market/offspring_law.hpp"
#include "support/arguments.hpp"

namespace sojourn::python {

inline constexpr Words<OffspringLaw> offspring_laws = {
    {"poisson", OffspringLaw::poisson}, {"bernoulli", OffspringLaw::bernoulli}, {"geometric", OffspringLaw::geometric}};

}  // namespace sojourn::python
