#include "sojourn/chain/rewards.hpp"

#include <cmath>
#include <stdexcept>
#include <utility>

#include "support/text.hpp"

namespace sojourn {

namespace {

void check_amount(double amount, const std::string& what) {
  if (!std::isfinite(amount)) {
    throw std::invalid_argument("rewards: " + what + " brings " + text::number(amount) + ", expected a finite amount");
  }
}

std::string move_name(const StateSpace& states, Index i, Index j) {
  return "the move " + text::quoted(states.name(i)) + " → " + text::quoted(states.name(j));
}

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
  const Index n = states_.n_states();
  const std::string size = std::to_string(n);
  if (per_state_.size() != n) {
    throw std::invalid_argument("rewards: expected one amount for each of " + text::plural(n, "state") + ", found " +
                                std::to_string(per_state_.size()));
  }
  for (Index i = 0; i < n; ++i) check_amount(per_state_[i], text::quoted(states_.name(i)));
  if (per_move_.size() == 0) {
    per_move_.resize(0, 0);
    return;
  }
  if (per_move_.rows() != n || per_move_.cols() != n) {
    throw std::invalid_argument("rewards: per move, expected shape (" + size + ", " + size + "), found (" +
                                std::to_string(per_move_.rows()) + ", " + std::to_string(per_move_.cols()) + ')');
  }
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) check_amount(per_move_(i, j), move_name(states_, i, j));
  }
}

Rewards::Rewards(StateSpace states, Vector per_state, const SparseMatrix& per_move)
    : Rewards(std::move(states), std::move(per_state)) {
  const Index n = states_.n_states();
  if (per_move.rows() != n || per_move.cols() != n) {
    throw std::invalid_argument("rewards: per move, expected shape (" + std::to_string(n) + ", " + std::to_string(n) +
                                "), found (" + std::to_string(per_move.rows()) + ", " +
                                std::to_string(per_move.cols()) + ')');
  }
  for (Index i = 0; i < n; ++i) {
    for (SparseMatrix::InnerIterator move(per_move, i); move; ++move) {
      check_amount(move.value(), move_name(states_, i, move.col()));
    }
  }
  sparse_per_move_ = per_move;
  sparse_per_move_.makeCompressed();
}

Rewards::Rewards(StateSpace states, std::initializer_list<std::pair<std::string_view, double>> per_state)
    : Rewards(std::move(states)) {
  for (const auto& [state, amount] : per_state) *this = with_state(state, amount);
}

Rewards Rewards::with_state(std::string_view state, double amount) const {
  check_amount(amount, text::quoted(state));
  Rewards changed = *this;
  changed.per_state_[states_.index(state)] = amount;
  return changed;
}

Rewards Rewards::with_move(std::string_view from, std::string_view to, double amount) const {
  const Index i = states_.index(from);
  const Index j = states_.index(to);
  check_amount(amount, move_name(states_, i, j));
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
