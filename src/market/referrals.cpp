#include "sojourn/market/referrals.hpp"

#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "chain/state_words.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

constexpr detail::NumberRule newcomers_brought{
    .table = "referrals",
    .number = "number",
    .holds = [](double newcomers) { return newcomers >= 0.0 && std::isfinite(newcomers); },
    .refusal =
        [](double newcomers) {
          return text::number(newcomers) + " newcomers, expected a finite number of at least 0";
        }};

}  // namespace

Referrals::Referrals(StateSpace states)
    : states_(std::move(states)),
      per_state_(Vector::Zero(states_.n_states())),
      per_move_(states_.n_states(), states_.n_states()) {}

Referrals::Referrals(StateSpace states, Vector per_state, const Matrix& per_move) : Referrals(std::move(states)) {
  per_state_ = std::move(per_state);
  detail::check_per_state(newcomers_brought, states_, per_state_);
  if (per_move.size() == 0) return;
  detail::check_per_move(newcomers_brought, states_, per_move);
  per_move_ = per_move.sparseView();
  per_move_.makeCompressed();
}

Referrals::Referrals(StateSpace states, Vector per_state, const SparseMatrix& per_move)
    : Referrals(std::move(states), std::move(per_state)) {
  detail::check_per_move(newcomers_brought, states_, per_move);
  per_move_ = per_move;
  per_move_.prune([](Index, Index, double newcomers) { return newcomers != 0.0; });
  per_move_.makeCompressed();
}

Referrals::Referrals(StateSpace states, std::initializer_list<std::pair<std::string_view, double>> per_state)
    : Referrals(std::move(states)) {
  for (const auto& [state, newcomers] : per_state) *this = with_state(state, newcomers);
}

Vector Referrals::per_period(const Chain& chain) const {
  detail::check_same_states("referrals", states_, chain.states());
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
  detail::check_state_number(newcomers_brought, state, newcomers);
  Referrals changed = *this;
  changed.per_state_[states_.index(state)] = newcomers;
  return changed;
}

Referrals Referrals::with_move(std::string_view from, std::string_view to, double newcomers) const {
  const Index i = states_.index(from);
  const Index j = states_.index(to);
  detail::check_move_number(newcomers_brought, states_, i, j, newcomers);
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

}  // namespace sojourn
