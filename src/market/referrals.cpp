#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "market/reproduction.hpp"
#include "sojourn/chain/structure.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

std::string move_name(const StateSpace& states, Index i, Index j) {
  return "the move " + text::quoted(states.name(i)) + " → " + text::quoted(states.name(j));
}

void check_newcomers(double newcomers, const std::string& what) {
  if (newcomers >= 0.0 && std::isfinite(newcomers)) return;
  throw std::invalid_argument("referrals: " + what + " brings " + text::number(newcomers) +
                              " newcomers, expected a finite number of at least 0");
}

}  // namespace

Referrals::Referrals(StateSpace states)
    : states_(std::move(states)),
      per_state_(Vector::Zero(states_.n_states())),
      per_move_(states_.n_states(), states_.n_states()) {}

Referrals::Referrals(StateSpace states, Vector per_state, const Matrix& per_move) : Referrals(std::move(states)) {
  const Index n = states_.n_states();
  per_state_ = std::move(per_state);
  if (per_state_.size() != n) {
    throw std::invalid_argument("referrals: expected one number for each of " + text::plural(n, "state") + ", found " +
                                std::to_string(per_state_.size()));
  }
  for (Index i = 0; i < n; ++i) check_newcomers(per_state_[i], text::quoted(states_.name(i)));
  if (per_move.size() == 0) return;
  if (per_move.rows() != n || per_move.cols() != n) {
    const std::string size = std::to_string(n);
    throw std::invalid_argument("referrals: per move, expected shape (" + size + ", " + size + "), found (" +
                                std::to_string(per_move.rows()) + ", " + std::to_string(per_move.cols()) + ')');
  }
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) check_newcomers(per_move(i, j), move_name(states_, i, j));
  }
  per_move_ = per_move.sparseView();
  per_move_.makeCompressed();
}

Referrals::Referrals(StateSpace states, Vector per_state, const SparseMatrix& per_move)
    : Referrals(std::move(states), std::move(per_state)) {
  const Index n = states_.n_states();
  if (per_move.rows() != n || per_move.cols() != n) {
    const std::string size = std::to_string(n);
    throw std::invalid_argument("referrals: per move, expected shape (" + size + ", " + size + "), found (" +
                                std::to_string(per_move.rows()) + ", " + std::to_string(per_move.cols()) + ')');
  }
  for (Index i = 0; i < n; ++i) {
    for (SparseMatrix::InnerIterator move(per_move, i); move; ++move) {
      check_newcomers(move.value(), move_name(states_, i, move.col()));
    }
  }
  per_move_ = per_move;
  per_move_.prune([](Index, Index, double newcomers) { return newcomers != 0.0; });
  per_move_.makeCompressed();
}

Referrals::Referrals(StateSpace states, std::initializer_list<std::pair<std::string_view, double>> per_state)
    : Referrals(std::move(states)) {
  for (const auto& [state, newcomers] : per_state) *this = with_state(state, newcomers);
}

Vector Referrals::per_period(const Chain& chain) const {
  if (!(chain.states() == states_)) {
    throw std::invalid_argument("referrals: are for the states " + text::list(states_.names()) + ", the chain has " +
                                text::list(chain.states().names()));
  }
  Vector brought = per_state_;
  if (!has_move_referrals()) return brought;
  for (Index i = 0; i < brought.size(); ++i) {
    for (SparseMatrix::InnerIterator move(per_move_, i); move; ++move) {
      brought[i] += chain.probability(i, move.col()) * move.value();
    }
  }
  return brought;
}

Referrals Referrals::with_state(std::string_view state, double newcomers) const {
  check_newcomers(newcomers, text::quoted(state));
  Referrals changed = *this;
  changed.per_state_[states_.index(state)] = newcomers;
  return changed;
}

Referrals Referrals::with_move(std::string_view from, std::string_view to, double newcomers) const {
  const Index i = states_.index(from);
  const Index j = states_.index(to);
  check_newcomers(newcomers, move_name(states_, i, j));
  Referrals changed = *this;
  changed.per_move_.coeffRef(i, j) = newcomers;
  changed.per_move_.prune([](Index, Index, double kept) { return kept != 0.0; });
  changed.per_move_.makeCompressed();
  return changed;
}

bool Referrals::operator==(const Referrals& other) const {
  return states_ == other.states_ && per_state_ == other.per_state_ &&
         SparseMatrix(per_move_ - other.per_move_).squaredNorm() == 0.0;
}

namespace detail {

std::vector<Index> Reproduction::left() const {
  std::vector<Index> found;
  for (std::size_t i = 0; i < is_for_ever.size(); ++i) {
    if (is_for_ever[i] == 0) found.push_back(static_cast<Index>(i));
  }
  return found;
}

Reproduction reproduction(std::string_view who, const Chain& chain, const Referrals& referrals,
                          const Vector& arrives_at) {
  const StateSpace& states = chain.states();
  const Index n = states.n_states();
  Reproduction laws{referrals.per_period(chain), arrives_at, std::vector<char>(static_cast<std::size_t>(n), 0)};
  if (laws.arrives.size() == 0) laws.arrives = start_in(states, states.name(0));
  check_distribution("arrives_at", states, laws.arrives);
  const Structure shape = structure(chain);
  for (const Index i : shape.recurrent_states()) {
    laws.is_for_ever[static_cast<std::size_t>(i)] = 1;
    if (laws.brought[i] > 0.0) {
      throw std::domain_error(std::string(who) + ": " + text::quoted(states.name(i)) + " brings " +
                              text::number(laws.brought[i], 6) +
                              " newcomers per period and is never left, so that one customer would bring them without "
                              "end; let newcomers be brought in states that are left");
    }
    if (laws.arrives[i] > 0.0 && chain.is_absorbing(i)) {
      throw std::invalid_argument("arrives_at: newcomers arrive in " + text::quoted(states.name(i)) +
                                  ", which is an exit; name the state in which they begin");
    }
  }
  if (!laws.brought.allFinite()) {
    throw std::invalid_argument("referrals: a state and its moves bring more newcomers than a number can hold");
  }
  return laws;
}

}  // namespace detail

}  // namespace sojourn
