#include "sojourn/value/sensitivity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "chain/state_words.hpp"
#include "sojourn/chain/structure.hpp"
#include "solve/value_system.hpp"
#include "support/text.hpp"
#include "value/row_lift.hpp"
#include "value/value_gradient.hpp"

namespace sojourn {

using detail::above_the_rest;
using detail::factor_of;

struct Sensitivity::Row : detail::RowSupport {
  Row(const Chain& chain, Index i) : RowSupport(chain, i) {}

  Eigen::RowVectorXd partial;
  Eigen::RowVectorXd above;  // the lift, were the move a lever; NaN where nothing can give way
};

struct Sensitivity::Matrices {
  std::mutex mutex;
  std::optional<Matrix> partial;
  std::optional<Matrix> moves;
  std::optional<Matrix> lift;
  Mask is_lever;
};

Sensitivity::Sensitivity(const LifetimeValue& value, const Vector& start, const std::optional<Mask>& allowed)
    : value_(value),
      start_(start),
      start_mean_(start.dot(value.mean().vector())),
      allowed_(allowed),
      gradient_(std::make_shared<const detail::ValueGradient>(detail::value_gradient(value, start))),
      visits_(value.chain().states(), gradient_->visits),
      by_discount_factor_(gradient_->by_factor),
      matrices_(std::make_shared<Matrices>()) {}

bool Sensitivity::is_allowed(Index from, Index to) const {
  if (allowed_) return (*allowed_)(from, to);
  if (value_.fit() != nullptr) return value_.fit()->counts.lifecycle().allowed()(from, to);
  return !value_.chain().is_absorbing(from);  // nobody pulls on a customer who has left for good
}

Sensitivity::Row Sensitivity::row(Index i) const {
  const Chain& chain = value_.chain();
  Row row(chain, i);
  if (chain.is_sparse()) {
    row.partial.resize(row.p.size());
    for (Index k = 0; k < row.p.size(); ++k) {
      row.partial[k] = detail::partial_at(value_, *gradient_, i, row.to[static_cast<std::size_t>(k)]);
    }
  } else {
    row.partial = detail::partial_row(value_, *gradient_, i);
  }
  row.above = above_the_rest(row.p, row.near, row.partial);
  return row;
}

const Sensitivity::Matrices& Sensitivity::matrices(const char* what) const {
  const Chain& chain = value_.chain();
  const Index n = chain.n_states();
  if (chain.is_sparse()) {
    throw std::domain_error(std::string(what) + ": has a number for every pair of the " + text::plural(n, "state") +
                            " of a chain that is kept sparse; ask levers, leaks or visits, or take to_dense()");
  }
  const std::lock_guard lock(matrices_->mutex);
  if (!matrices_->partial) {
    Matrix partial(n, n);
    for (Index i = 0; i < n; ++i) partial.row(i) = detail::partial_row(value_, *gradient_, i);
    matrices_->partial = std::move(partial);
  }
  return *matrices_;
}

const Matrix& Sensitivity::partial() const {
  return *matrices("partial").partial;
}

const Matrix& Sensitivity::moves() const {
  (void)matrices("moves");
  const std::lock_guard lock(matrices_->mutex);
  if (!matrices_->moves) {
    matrices_->moves = factor_of(value_) * visits_.vector().asDiagonal() * value_.chain().transition_matrix();
  }
  return *matrices_->moves;
}

const Matrix& Sensitivity::lift() const {
  const Matrix& partial = *matrices("lift").partial;
  const std::lock_guard lock(matrices_->mutex);
  if (matrices_->lift) return *matrices_->lift;
  const Matrix& P = value_.chain().transition_matrix();
  const Index n = P.rows();
  // For life and undiscounted, to open a state that is never left is a leap and no derivative.
  const bool for_ever = !value_.horizon() && factor_of(value_) == 1.0;
  const std::optional<Structure> shape = for_ever ? std::optional<Structure>(structure(value_.chain())) : std::nullopt;
  const Mask reachable = shape ? shape->reachable() : Mask();
  Matrix lift = Matrix::Zero(n, n);
  Mask is_lever = Mask::Constant(n, n, false);
  const bool is_listed = allowed_ || value_.fit() != nullptr;
  for (Index i = 0; i < n; ++i) {
    const Eigen::RowVectorXd above = above_the_rest(P.row(i), i, partial.row(i));
    const bool is_closed = shape && shape->is_recurrent(i);
    if (!is_listed && value_.chain().is_absorbing(i)) continue;
    for (Index j = 0; j < n; ++j) {
      // What gives way is the rest of the row: without one there is nothing to move.
      if (std::isnan(above[j]) || (is_closed && !reachable(i, j)) || (is_listed && !is_allowed(i, j))) continue;
      is_lever(i, j) = true;
      lift(i, j) = above[j];
    }
  }
  matrices_->is_lever = std::move(is_lever);
  matrices_->lift = std::move(lift);
  return *matrices_->lift;
}

const Mask& Sensitivity::is_lever() const {
  (void)lift();
  return matrices_->is_lever;
}

double Sensitivity::lift(std::string_view state, std::string_view to, std::string_view instead_of) const {
  const Index i = states().index(state);
  return detail::partial_at(value_, *gradient_, i, states().index(to)) -
         detail::partial_at(value_, *gradient_, i, states().index(instead_of));
}

Matrix Sensitivity::elasticity() const {
  if (start_mean_ == 0.0) {
    throw std::domain_error(
        "elasticity: the value from this start is 0, so nothing is a percentage of it; look at lift");
  }
  return value_.chain().transition_matrix().cwiseProduct(lift()) / start_mean_;
}

std::vector<Lever> Sensitivity::levers() const {
  const Chain& chain = value_.chain();
  std::vector<Lever> found;
  for (Index i = 0; i < chain.n_states(); ++i) {
    if (chain.is_sparse()) {
      const Row moves = row(i);
      for (std::size_t k = 0; k < moves.to.size(); ++k) {
        const auto at = static_cast<Index>(k);
        if (std::isnan(moves.above[at]) || !is_allowed(i, moves.to[k])) continue;
        found.push_back({i, moves.to[k], moves.p[at], moves.above[at] / 100.0});
      }
      continue;
    }
    for (Index j = 0; j < chain.n_states(); ++j) {
      if (is_lever()(i, j)) found.push_back({i, j, chain.transition_matrix()(i, j), lift()(i, j) / 100.0});
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Lever& a, const Lever& b) { return a.value_of_a_point > b.value_of_a_point; });
  return found;
}

std::vector<Leak> Sensitivity::leaks() const {
  const Chain& chain = value_.chain();
  std::vector<char> is_exit(static_cast<std::size_t>(chain.n_states()), 0);
  for (const Index exit : chain.absorbing_states()) is_exit[static_cast<std::size_t>(exit)] = 1;
  std::vector<Leak> found;
  for (Index i = 0; i < chain.n_states(); ++i) {
    bool leaves = false;
    chain.for_each_move(
        i, [&](Index j, double) { leaves = leaves || (j != i && is_exit[static_cast<std::size_t>(j)] != 0); });
    if (!leaves) continue;
    const Row moves = row(i);  // whether a move is a lever or not: what is lost is lost
    for (std::size_t k = 0; k < moves.to.size(); ++k) {
      const auto at = static_cast<Index>(k);
      const Index j = moves.to[k];
      if (j == i || is_exit[static_cast<std::size_t>(j)] == 0 || moves.p[at] == 0.0) continue;
      if (!std::isnan(moves.above[at])) found.push_back({i, j, -moves.p[at] * moves.above[at]});
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const Leak& a, const Leak& b) { return a.amount > b.amount; });
  return found;
}

std::vector<MomentLeak> Sensitivity::leaks_by_moment(const Lifecycle& lifecycle) const {
  if (!(lifecycle.states() == states())) {
    throw std::invalid_argument(
        "leaks_by_moment: the lifecycle has other states than the chain; give the one that the chain was made from");
  }
  std::vector<MomentLeak> found;
  const auto add = [&](const std::optional<Moment>& moment, const Leak& leak) {
    auto at = std::find_if(found.begin(), found.end(), [&](const MomentLeak& m) { return m.moment == moment; });
    if (at == found.end()) at = found.insert(found.end(), {moment, {}, 0.0});
    if (std::find(at->states.begin(), at->states.end(), leak.from) == at->states.end()) {
      at->states.push_back(leak.from);
    }
    at->amount += leak.amount;
  };
  for (const Leak& leak : leaks()) {
    const std::vector<Moment>& moments = lifecycle.moments(leak.from);
    for (const Moment moment : moments) add(moment, leak);
    if (moments.empty()) add(std::nullopt, leak);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const MomentLeak& a, const MomentLeak& b) { return a.amount > b.amount; });
  return found;
}

double Sensitivity::change_to_reach(std::string_view from, std::string_view to, double target) const {
  if (value_.horizon()) {
    throw std::domain_error("change_to_reach: needs a value for life; this one has a horizon");
  }
  if (!std::isfinite(target))
    throw std::invalid_argument("target: expected a finite amount, found " + text::number(target));
  const Chain& chain = value_.chain();
  const Index i = states().index(from);
  const Index j = states().index(to);
  const std::string move = detail::move_name(states(), i, j);
  const Row moves = row(i);
  const std::optional<Index> place = moves.find(j);
  const bool is_lever =
      chain.is_sparse() ? place && is_allowed(i, j) && !std::isnan(moves.above[*place]) : this->is_lever()(i, j);
  if (!is_lever) {
    throw std::domain_error("change_to_reach: " + move +
                            " is forbidden, already certain, or leads out of a state that is never left; choose "
                            "another move");
  }
  const double factor = factor_of(value_);
  const double p = moves.p[*place];
  const double rest = moves.rest(*place);
  // The row changes by δ · direction, a change of rank one: V(δ) = V + δ lift / (1 - δ γ direction · z), z = visits to
  // `from`.
  Vector at_from = Vector::Zero(chain.n_states());
  at_from[i] = 1.0;
  const Vector visits_to_from = detail::system_of(value_).solve_one(at_from);
  const double bend = factor * moves.lifted([&](Index k) { return visits_to_from[k]; })[*place];
  const double gain = moves.above[*place];
  const auto value_at = [&](double change) {
    if (gain == 0.0) return start_mean_;
    const double left = 1.0 - change * bend;
    return left > 0.0 ? start_mean_ + change * gain / left
                      : std::copysign(std::numeric_limits<double>::infinity(), change * gain);
  };
  const double difference = target - start_mean_;
  const double exact = difference == 0.0 ? 0.0 : difference / (gain + difference * bend);
  const double change = std::clamp(exact, -p, rest);
  const bool reaches = std::isfinite(exact) && std::abs(exact - change) <= 1e-12 &&
                       std::abs(value_at(change) - target) <= 1e-6 * (std::abs(target) + std::abs(difference));
  if (!reaches) {
    throw std::domain_error("change_to_reach: no probability of " + move + " brings the value to " +
                            text::number(target, 6) + "; from 0 to 1 it takes it from " +
                            text::number(value_at(-p), 6) + " to " + text::number(value_at(rest), 6));
  }
  return change;
}

Sensitivity sensitivity(const LifetimeValue& value, const Vector& start, const std::optional<Mask>& allowed) {
  const Chain& chain = value.chain();
  check_distribution("start", chain.states(), start);
  const Index n = chain.n_states();
  if (allowed && (allowed->rows() != n || allowed->cols() != n)) {
    throw std::invalid_argument("allowed: expected shape (" + std::to_string(n) + ", " + std::to_string(n) +
                                "), found (" + std::to_string(allowed->rows()) + ", " +
                                std::to_string(allowed->cols()) + ')');
  }
  return {value, start, allowed};
}

Sensitivity sensitivity(const LifetimeValue& value, std::string_view start, const std::optional<Mask>& allowed) {
  return sensitivity(value, start_in(value.chain().states(), start), allowed);
}

}  // namespace sojourn
