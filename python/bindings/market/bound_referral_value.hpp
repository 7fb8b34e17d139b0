// A value with word of mouth as Python holds it.
#pragma once

#include "sojourn/market/referral_value.hpp"
#include "value/bound_value.hpp"

namespace sojourn::python {

using BoundReferralValue = WithStart<ReferralValue>;

}  // namespace sojourn::python
