#include "sojourn/chain/rewards.hpp"

#include <cmath>
#include <stdexcept>
#include <utility>

#include "chain/state_words.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

constexpr detail::NumberRule amounts{
    .table = "rewards",
    .number = "amount",
    .holds = [](double amount) { return std::isfinite(amount); },
    .refusal = [](double amount) { return text::number(amount) + ", expected a finite amount"; }};

constexpr Index most_dense = 4096;  // states for which a full matrix of rewards is kept

bool equal_sparse(const SparseMatrix& a, const SparseMatrix& b) {
  if (a.rows() != b.rows()) return false;
  if (a.size() == 0) return true;
  return SparseMatrix(a - b).squaredNorm() == 0.0;
}

}  // namespace

Rewards::Rewards(StateSpace states) : states_(std::move(states)), per_state_(Vector::Zero(states_.n_states())) {}

Rewards::Rewards(StateSpace states, Vector per_state, Matrix per_move)
    : states_(std::move(states)), per_state_(std::move(per_state)), per_move_(std::move(per_move)) {
  detail::check_per_state(amounts, states_, per_state_);
  if (per_move_.size() == 0) {
    per_move_.resize(0, 0);
    return;
  }
  detail::check_per_move(amounts, states_, per_move_);
}

Rewards::Rewards(StateSpace states, Vector per_state, const SparseMatrix& per_move)
    : Rewards(std::move(states), std::move(per_state)) {
  detail::check_per_move(amounts, states_, per_move);
  sparse_per_move_ = per_move;
  sparse_per_move_.makeCompressed();
}

Rewards::Rewards(StateSpace states, std::initializer_list<std::pair<std::string_view, double>> per_state)
    : Rewards(std::move(states)) {
  for (const auto& [state, amount] : per_state) *this = with_state(state, amount);
}

Rewards Rewards::with_state(std::string_view state, double amount) const {
  detail::check_state_number(amounts, state, amount);
  Rewards changed = *this;
  changed.per_state_[states_.index(state)] = amount;
  return changed;
}

Rewards Rewards::with_move(std::string_view from, std::string_view to, double amount) const {
  const Index i = states_.index(from);
  const Index j = states_.index(to);
  detail::check_move_number(amounts, states_, i, j, amount);
  const Index n = states_.n_states();
  Rewards changed = *this;
  if (is_sparse() || (!has_move_rewards() && n > most_dense)) {
    if (!is_sparse()) changed.sparse_per_move_.resize(n, n);
    changed.sparse_per_move_.coeffRef(i, j) = amount;
    changed.sparse_per_move_.makeCompressed();
    return changed;
  }
  if (!has_move_rewards()) changed.per_move_ = Matrix::Zero(n, n);
  changed.per_move_(i, j) = amount;
  return changed;
}

Rewards Rewards::with_label(std::string label) const {
  if (label.empty() || !text::is_utf8(label)) {
    throw std::invalid_argument("label: expected a word such as 'revenue' or 'margin', as UTF-8 text");
  }
  Rewards changed = *this;
  changed.label_ = std::move(label);
  return changed;
}

const Matrix& Rewards::per_move() const {
  if (is_sparse()) {
    throw std::domain_error("per_move: the rewards of moves among " + text::plural(states_.n_states(), "state") +
                            " are kept sparse, and a full matrix was asked for; ask move_reward");
  }
  return per_move_;
}

bool Rewards::operator==(const Rewards& other) const {
  const bool same_moves = per_move_.rows() == other.per_move_.rows() && per_move_ == other.per_move_ &&
                          equal_sparse(sparse_per_move_, other.sparse_per_move_);
  return states_ == other.states_ && label_ == other.label_ && per_state_ == other.per_state_ && same_moves;
}

}  // namespace sojourn
