// The adjoint of a value: how it changes with every move and every reward.
#pragma once

#include "sojourn/value/lifetime_value.hpp"
#include "solve/value_system.hpp"

namespace sojourn::detail {

/// `γ`: the discount factor per period of a value.
inline double factor_of(const LifetimeValue& value) {
  return value.discount().factor_per_period(value.chain().period());
}

/// `∂V/∂p_ij = γ (visits_i w_ij + Σ_t u_ti v_tj)`: for life the sum has one term, `visits` and the values; with a horizon
/// one for each period.
struct ValueGradient {
  Vector visits;     ///< `∂V/∂r_i`: discounted visits, shape (n_states,)
  double by_factor;  ///< `∂V/∂γ`
  Matrix to_go;      ///< with a horizon: values with 0, 1, … periods left after the move, one row each
  Matrix laws;       ///< with a horizon: discounted law of each period, one row each
};

/// `(P∘W) 1`: the expected reward of the next move, shape (n_states,).
Vector expected_move_reward(const Chain& chain, const Rewards& rewards);

/// From a law over the states, which is taken as checked.
ValueGradient value_gradient(const LifetimeValue& value, const Vector& start);

/// `∂V/∂p_ij` of one row, shape (n_states,).
Eigen::RowVectorXd partial_row(const LifetimeValue& value, const ValueGradient& gradient, Index i);

/// The same of one move.
double partial_at(const LifetimeValue& value, const ValueGradient& gradient, Index i, Index j);

/// The system whose solution the values for life are.
const ValueSystem& system_of(const LifetimeValue& value);

}  // namespace sojourn::detail
