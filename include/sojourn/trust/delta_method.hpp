/// \file delta_method.hpp
/// How sure we are, by the answer taken as linear near the estimate.
#pragma once

#include "sojourn/data/fit.hpp"
#include "sojourn/trust/answer.hpp"
#include "sojourn/trust/uncertain.hpp"
#include "sojourn/value/lifetime_value.hpp"

namespace sojourn {

/// The delta method: derivatives along each row (towards each of its moves, the others in proportion) and along each
/// mean reward by central differences, with the covariance of Dirichlet rows. Takes two answers per counted move. What
/// the answer throws is passed on.
Uncertain delta_method(const FitResult& fit, const Answer& answer);

/// The same for a value, exactly, by one adjoint solve: the numbers behind `LifetimeValue::interval`.
Uncertain delta_method(const LifetimeValue& value);

}  // namespace sojourn
