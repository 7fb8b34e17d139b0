#include "value_gradient.hpp"

#include "value_system.hpp"

namespace sojourn::detail {

namespace {

/// `(P∘W) 1`: the expected reward of the next move, per state.
Vector expected_move_reward(const Matrix& P, const Rewards& rewards) {
  if (!rewards.has_move_rewards()) return Vector::Zero(P.rows());
  return P.cwiseProduct(rewards.per_move()).rowwise().sum();
}

}  // namespace

ValueGradient value_gradient(const LifetimeValue& value, const Vector& start) {
  const Chain& chain = value.chain();
  const Rewards& rewards = value.rewards();
  const Matrix& P = chain.transition_matrix();
  const Index n = chain.n_states();
  const double factor = value.discount().factor_per_period(chain.period());
  const Vector next_move = expected_move_reward(P, rewards);

  ValueGradient gradient{Eigen::RowVectorXd::Zero(n), Matrix::Zero(n, n), 0.0};
  if (!value.horizon()) {
    const Vector& V = value.mean().vector();
    gradient.visits = ValueSystem(chain, factor).solve_transposed(start).transpose();
    gradient.partial.noalias() = factor * gradient.visits.transpose() * V.transpose();
    gradient.by_factor = gradient.visits.dot(next_move + P * V);
  } else {
    const Index T = *value.horizon();
    // Values with 0, 1, …, T - 1 periods left, one row each.
    Matrix to_go = Matrix::Zero(T, n);
    for (Index left = 1; left < T; ++left) {
      to_go.row(left) = (rewards.per_state() + factor * next_move).transpose();
      to_go.row(left).noalias() += factor * (to_go.row(left - 1) * P.transpose());
    }
    Eigen::RowVectorXd law = start.transpose();
    Eigen::RowVectorXd slope = Eigen::RowVectorXd::Zero(n);  // of `γ^t law_t` to γ
    for (Index t = 0; t < T; ++t) {
      gradient.visits += law;
      gradient.partial.noalias() += factor * law.transpose() * to_go.row(T - 1 - t);
      gradient.by_factor += slope.dot(rewards.per_state()) + (law + factor * slope).dot(next_move);
      slope = law * P + factor * (slope * P);
      law = factor * (law * P);
    }
  }
  if (rewards.has_move_rewards()) {
    gradient.partial += factor * gradient.visits.asDiagonal() * rewards.per_move();
  }
  return gradient;
}

}  // namespace sojourn::detail
