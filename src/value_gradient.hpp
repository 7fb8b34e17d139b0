// The adjoint of a value: how it changes with every move and every reward.
#pragma once

#include "sojourn/lifetime_value.hpp"

namespace sojourn::detail {

struct ValueGradient {
  Eigen::RowVectorXd visits;  ///< `∂V/∂r_i`: discounted visits, shape (n_states,)
  Matrix partial;             ///< `∂V/∂p_ij`, shape (n_states, n_states)
  double by_factor;           ///< `∂V/∂γ`
};

/// From a law over the states, which is taken as checked.
ValueGradient value_gradient(const LifetimeValue& value, const Vector& start);

}  // namespace sojourn::detail
