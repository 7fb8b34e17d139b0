#include "value/value_gradient.hpp"

namespace sojourn::detail {

Vector expected_move_reward(const Chain& chain, const Rewards& rewards) {
  Vector sum = Vector::Zero(chain.n_states());
  if (!rewards.has_move_rewards()) return sum;
  for (Index i = 0; i < chain.n_states(); ++i) {
    chain.for_each_move(i, [&](Index j, double p) { sum[i] += p * rewards.move_reward(i, j); });
  }
  return sum;
}

ValueGradient value_gradient(const LifetimeValue& value, const Vector& start) {
  const Chain& chain = value.chain();
  const Index n = chain.n_states();
  const double factor = factor_of(value);
  const Vector next_move = expected_move_reward(chain, value.rewards());

  ValueGradient gradient{Vector::Zero(n), 0.0, {}, {}};
  if (!value.horizon()) {
    gradient.visits = system_of(value).solve_one_transposed(start);
    gradient.by_factor = gradient.visits.dot(next_move + chain.expected_next(value.mean().vector()));
    return gradient;
  }
  const Index T = *value.horizon();
  gradient.to_go = Matrix::Zero(T, n);
  for (Index left = 1; left < T; ++left) {
    gradient.to_go.row(left) = (value.rewards().per_state() + factor * next_move +
                                factor * chain.expected_next(gradient.to_go.row(left - 1).transpose()))
                                   .transpose();
  }
  gradient.laws.resize(T, n);
  Vector law = start;
  Vector slope = Vector::Zero(n);  // of `γ^t law_t` to γ
  for (Index t = 0; t < T; ++t) {
    gradient.visits += law;
    gradient.laws.row(t) = law.transpose();
    gradient.by_factor += slope.dot(value.rewards().per_state()) + (law + factor * slope).dot(next_move);
    slope = chain.next(law + factor * slope);
    law = factor * chain.next(law);
  }
  return gradient;
}

Eigen::RowVectorXd partial_row(const LifetimeValue& value, const ValueGradient& gradient, Index i) {
  const Rewards& rewards = value.rewards();
  const double factor = factor_of(value);
  Eigen::RowVectorXd row;
  if (!value.horizon()) {
    row = (factor * gradient.visits[i]) * value.mean().vector().transpose();
  } else {
    row = factor * (gradient.laws.col(i).transpose() * gradient.to_go.colwise().reverse());
  }
  if (rewards.has_move_rewards()) {
    for (Index j = 0; j < row.size(); ++j) row[j] += factor * gradient.visits[i] * rewards.move_reward(i, j);
  }
  return row;
}

double partial_at(const LifetimeValue& value, const ValueGradient& gradient, Index i, Index j) {
  double ahead = gradient.visits[i] * value.rewards().move_reward(i, j);
  if (!value.horizon()) {
    ahead += gradient.visits[i] * value.mean().vector()[j];
  } else {
    ahead += gradient.laws.col(i).dot(gradient.to_go.col(j).reverse());
  }
  return factor_of(value) * ahead;
}

}  // namespace sojourn::detail
