#include "sojourn/value/sensitivity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "sojourn/chain/structure.hpp"
#include "solve/value_system.hpp"
#include "support/text.hpp"
#include "value/row_lift.hpp"
#include "value/value_gradient.hpp"

namespace sojourn {

namespace {

double factor_of(const LifetimeValue& value) {
  return value.discount().factor_per_period(value.chain().period());
}

using detail::above_the_rest;
using detail::rest_of_row;

std::string move_name(const StateSpace& states, Index i, Index j) {
  return text::quoted(states.name(i)) + " → " + text::quoted(states.name(j));
}

}  // namespace

struct Sensitivity::Row {
  std::vector<Index> to;
  Eigen::RowVectorXd p;
  Eigen::RowVectorXd partial;
  Eigen::RowVectorXd above;  // the lift, were the move a lever; NaN where nothing can give way
  Index near;                // the entry that the others are compared with

  /// The place of a state in the row; nothing where it has none.
  std::optional<Index> find(Index state) const {
    const auto found = std::lower_bound(to.begin(), to.end(), state);
    if (found == to.end() || *found != state) return std::nullopt;
    return found - to.begin();
  }
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
  Row row;
  if (chain.is_sparse()) {
    chain.for_each_move(i, [&row](Index j, double) { row.to.push_back(j); });
    const auto n = static_cast<Index>(row.to.size());
    row.p.resize(n);
    row.partial.resize(n);
    for (Index k = 0; k < n; ++k) {
      const Index j = row.to[static_cast<std::size_t>(k)];
      row.p[k] = chain.probability(i, j);
      row.partial[k] = detail::partial_at(value_, *gradient_, i, j);
    }
    row.p.maxCoeff(&row.near);
  } else {
    row.to.resize(static_cast<std::size_t>(chain.n_states()));
    std::iota(row.to.begin(), row.to.end(), Index{0});
    row.p = chain.transition_matrix().row(i);
    row.partial = detail::partial_row(value_, *gradient_, i);
    row.near = i;
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
  const std::string move = move_name(states(), i, j);
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
  const double rest = rest_of_row(moves.p, *place, moves.p.sum());
  // The row changes by δ · direction, a change of rank one: V(δ) = V + δ lift / (1 - δ γ direction · z), z = visits to
  // `from`.
  Vector at_from = Vector::Zero(chain.n_states());
  at_from[i] = 1.0;
  const Vector visits_to_from = detail::system_of(value_).solve_one(at_from);
  Eigen::RowVectorXd z(moves.p.size());
  for (Index k = 0; k < z.size(); ++k) z[k] = visits_to_from[moves.to[static_cast<std::size_t>(k)]];
  const double bend = factor * above_the_rest(moves.p, moves.near, z)[*place];
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

std::vector<BaseLever> base_levers(const LifetimeValue& value, const Vector& stock,
                                   const std::optional<Mask>& allowed) {
  const StateSpace& states = value.chain().states();
  if (stock.size() != states.n_states()) {
    throw std::invalid_argument("stock: expected one number for each of " + text::plural(states.n_states(), "state") +
                                ", found " + std::to_string(stock.size()));
  }
  for (Index i = 0; i < stock.size(); ++i) {
    if (stock[i] >= 0.0 && std::isfinite(stock[i])) continue;
    throw std::invalid_argument("stock: holds " + text::number(stock[i]) + " customers in " +
                                text::quoted(states.name(i)) + ", expected a number of at least 0");
  }
  const double customers = stock.sum();
  if (!(customers > 0.0) || !std::isfinite(customers)) {
    throw std::invalid_argument(
        "stock: holds " + text::number(customers) +
        " customers in all, expected a finite number above 0; give today's customers per state");
  }
  const Sensitivity why = sensitivity(value, stock / customers, allowed);
  std::vector<BaseLever> found;
  for (const Lever& lever : why.levers()) {
    const double for_base = lever.value_of_a_point * customers;
    double room = lever.probability;
    if (lever.value_of_a_point > 0.0) {
      const Sensitivity::Row moves = why.row(lever.from);
      room = rest_of_row(moves.p, *moves.find(lever.to), moves.p.sum());
    }
    found.push_back({lever.from, lever.to, lever.probability, lever.value_of_a_point, for_base,
                     std::abs(for_base) * std::min(1.0, 100.0 * room)});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const BaseLever& a, const BaseLever& b) { return a.break_even_cost > b.break_even_cost; });
  return found;
}

WhatIf what_if(const LifetimeValue& value, const LifetimeValue& other, const Vector& start) {
  const Chain& before = value.chain();
  const Chain& after = other.chain();
  check_distribution("start", before.states(), start);
  if (!(before.states() == after.states()) || !(before.period() == after.period())) {
    throw std::invalid_argument("what_if: the two chains have other states or another period; compare like with like");
  }
  if (!(value.rewards() == other.rewards()) || factor_of(value) != factor_of(other) || value.horizon() ||
      other.horizon()) {
    throw std::invalid_argument(
        "what_if: the two values must have the same rewards and discount, and both be for life");
  }
  const double factor = factor_of(value);
  if (factor == 1.0) {
    const Structure shape = structure(after);
    for (Index i = 0; i < before.n_states(); ++i) {
      if (shape.is_transient(i) || value.mean().vector()[i] == 0.0) continue;
      throw std::domain_error("what_if: " + text::quoted(before.states().name(i)) +
                              " is left for good in one chain and never in the other; give a discount factor below 1");
    }
  }
  // (I - γ P') (V' - V) = γ Σ_j (p'_ij - p_ij)(w_ij + V_j): visits under the new chain, prospects under the old one.
  const Vector visits = detail::system_of(other).solve_one_transposed(start);
  const auto dearer = [](const MoveDifference& a, const MoveDifference& b) {
    return std::abs(a.amount) > std::abs(b.amount);
  };
  WhatIf result{start.dot(value.mean().vector()), start.dot(other.mean().vector()), {}};
  std::map<Index, double> change;  // of one row, by state
  for (Index i = 0; i < before.n_states(); ++i) {
    change.clear();
    change[i] = 0.0;
    before.for_each_move(i, [&](Index j, double p) { change[j] -= p; });
    after.for_each_move(i, [&](Index j, double p) { change[j] += p; });
    double others = 0.0;  // both rows sum to 1: no rounding on the diagonal
    for (const auto& [j, d] : change) others += j == i ? 0.0 : d;
    change[i] = -others;
    const std::size_t first = result.moves.size();
    double rounding = 0.0;  // a diagonal that did not change may still hold what the others round off
    for (const auto& [j, d] : change) {
      const double amount = visits[i] * factor * d * (value.mean().vector()[j] + value.rewards().move_reward(i, j));
      if (before.probability(i, j) == after.probability(i, j)) {
        rounding += amount;
      } else {
        result.moves.push_back({i, j, amount});
      }
    }
    const auto row = result.moves.begin() + static_cast<std::ptrdiff_t>(first);
    if (row != result.moves.end()) std::min_element(row, result.moves.end(), dearer)->amount += rounding;
  }
  std::stable_sort(result.moves.begin(), result.moves.end(), dearer);
  return result;
}

}  // namespace sojourn
