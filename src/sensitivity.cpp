#include "sojourn/sensitivity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "sojourn/structure.hpp"
#include "text.hpp"
#include "value_gradient.hpp"
#include "value_system.hpp"

namespace sojourn {

namespace {

double factor_of(const LifetimeValue& value) {
  return value.discount().factor_per_period(value.chain().period());
}

/// `w_ij + V_j` along row `i`.
Eigen::RowVectorXd onward(const LifetimeValue& value, Index i) {
  Eigen::RowVectorXd u = value.mean().vector().transpose();
  if (value.rewards().has_move_rewards()) u += value.rewards().per_move().row(i);
  return u;
}

/// `1 - p_ij`, from the row's other moves, so that a small rest keeps its digits. `total` is the sum of the row.
double rest_of_row(const Matrix& P, Index i, Index j, double total) {
  const auto row = P.row(i);
  if (P(i, j) <= 0.5) return total - P(i, j);
  return row.head(j).sum() + row.tail(P.cols() - j - 1).sum();
}

/// `x_j - Σ_(k≠j) p_ik x_k / (1 - p_ij)` per column `j` of row `i`: how far each entry stands above the rest of the
/// row. `NaN` where there is no rest. All differences are taken between entries, so that large ones that are nearly
/// alike keep their digits.
Eigen::RowVectorXd above_the_rest(const Matrix& P, Index i, const Eigen::RowVectorXd& x) {
  const auto above = [&](Index j) {
    return (P.row(i).array() * (x[j] - x.array())).sum();  // the term of `j` itself is 0
  };
  const double own = above(i);
  const double total = P.row(i).sum();
  Eigen::RowVectorXd result(P.cols());
  for (Index j = 0; j < P.cols(); ++j) {
    const double rest = rest_of_row(P, i, j, total);
    const double sum = P(i, j) > 0.5 ? above(j) : (x[j] - x[i]) * total + own;
    result[j] = rest > 0.0 ? sum / rest : std::numeric_limits<double>::quiet_NaN();
  }
  return result;
}

std::string move_name(const StateSpace& states, Index i, Index j) {
  return text::quoted(states.name(i)) + " → " + text::quoted(states.name(j));
}

}  // namespace

Sensitivity::Sensitivity(const LifetimeValue& value, const Vector& start, Mask allowed)
    : value_(value),
      start_(start),
      start_mean_(start.dot(value.mean().vector())),
      is_lever_(std::move(allowed)),
      visits_(value.chain().states(), Vector::Zero(start.size())) {
  const Matrix& P = value.chain().transition_matrix();
  const Index n = P.rows();
  const detail::ValueGradient gradient = detail::value_gradient(value, start);
  partial_.resize(n, n);
  for (Index i = 0; i < n; ++i) partial_.row(i) = detail::partial_row(value, gradient, i);
  visits_ = StateValues(value.chain().states(), gradient.visits);
  moves_ = factor_of(value) * gradient.visits.asDiagonal() * P;
  by_discount_factor_ = gradient.by_factor;

  // For life and undiscounted, to open a state that is never left is a leap and no derivative.
  const bool for_ever = !value.horizon() && factor_of(value) == 1.0;
  const std::optional<Structure> shape = for_ever ? std::optional<Structure>(structure(value.chain())) : std::nullopt;
  const Mask reachable = shape ? shape->reachable() : Mask();
  lift_ = Matrix::Zero(n, n);
  for (Index i = 0; i < n; ++i) {
    const Eigen::RowVectorXd above = above_the_rest(P, i, partial_.row(i));
    for (Index j = 0; j < n; ++j) {
      const bool opens = shape && shape->is_recurrent(i) && !reachable(i, j);
      // What gives way is the rest of the row: without one there is nothing to move.
      is_lever_(i, j) = is_lever_(i, j) && !opens && !std::isnan(above[j]);
      if (is_lever_(i, j)) lift_(i, j) = above[j];
    }
  }
}

double Sensitivity::lift(std::string_view state, std::string_view to, std::string_view instead_of) const {
  const Index i = states().index(state);
  return partial_(i, states().index(to)) - partial_(i, states().index(instead_of));
}

Matrix Sensitivity::elasticity() const {
  if (start_mean_ == 0.0) {
    throw std::domain_error(
        "elasticity: the value from this start is 0, so nothing is a percentage of it; look at lift");
  }
  return value_.chain().transition_matrix().cwiseProduct(lift_) / start_mean_;
}

std::vector<Lever> Sensitivity::levers() const {
  const Matrix& P = value_.chain().transition_matrix();
  std::vector<Lever> found;
  for (Index i = 0; i < P.rows(); ++i) {
    for (Index j = 0; j < P.cols(); ++j) {
      if (is_lever_(i, j)) found.push_back({i, j, P(i, j), lift_(i, j) / 100.0});
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Lever& a, const Lever& b) { return a.value_of_a_point > b.value_of_a_point; });
  return found;
}

std::vector<Leak> Sensitivity::leaks() const {
  const Matrix& P = value_.chain().transition_matrix();
  const std::vector<Index> exits = value_.chain().absorbing_states();
  std::vector<Leak> found;
  for (Index i = 0; i < P.rows(); ++i) {
    Eigen::RowVectorXd above;  // whether the move is a lever or not: what is lost is lost
    for (const Index exit : exits) {
      if (i == exit || P(i, exit) == 0.0) continue;
      if (above.size() == 0) above = above_the_rest(P, i, partial_.row(i));
      if (!std::isnan(above[exit])) found.push_back({i, exit, -P(i, exit) * above[exit]});
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
  const Matrix& P = chain.transition_matrix();
  const Index i = states().index(from);
  const Index j = states().index(to);
  const std::string move = move_name(states(), i, j);
  if (!is_lever_(i, j)) {
    throw std::domain_error("change_to_reach: " + move +
                            " is forbidden, already certain, or leads out of a state that is never left; choose "
                            "another move");
  }
  const double factor = factor_of(value_);
  const double rest = rest_of_row(P, i, j, P.row(i).sum());
  // The row changes by δ · direction, a change of rank one: V(δ) = V + δ lift / (1 - δ γ direction · z), z = visits to
  // `from`.
  Vector at_from = Vector::Zero(chain.n_states());
  at_from[i] = 1.0;
  const Vector z = detail::system_of(value_).solve_one(at_from);
  const double bend = factor * above_the_rest(P, i, z.transpose())[j];
  const double gain = lift_(i, j);
  const auto value_at = [&](double change) {
    if (gain == 0.0) return start_mean_;
    const double left = 1.0 - change * bend;
    return left > 0.0 ? start_mean_ + change * gain / left
                      : std::copysign(std::numeric_limits<double>::infinity(), change * gain);
  };
  const double difference = target - start_mean_;
  const double exact = difference == 0.0 ? 0.0 : difference / (gain + difference * bend);
  const double change = std::clamp(exact, -P(i, j), rest);
  const bool reaches = std::isfinite(exact) && std::abs(exact - change) <= 1e-12 &&
                       std::abs(value_at(change) - target) <= 1e-6 * (std::abs(target) + std::abs(difference));
  if (!reaches) {
    throw std::domain_error("change_to_reach: no probability of " + move + " brings the value to " +
                            text::number(target, 6) + "; from 0 to 1 it takes it from " +
                            text::number(value_at(-P(i, j)), 6) + " to " + text::number(value_at(rest), 6));
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
  if (allowed) return {value, start, *allowed};
  if (value.fit() != nullptr) return {value, start, value.fit()->counts.lifecycle().allowed()};
  // Nobody pulls on a customer who has left for good.
  Mask all = Mask::Constant(n, n, true);
  for (const Index exit : chain.absorbing_states()) all.row(exit).setConstant(false);
  return {value, start, std::move(all)};
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
  const Matrix& P = value.chain().transition_matrix();
  std::vector<BaseLever> found;
  for (const Lever& lever : sensitivity(value, stock / customers, allowed).levers()) {
    const double for_base = lever.value_of_a_point * customers;
    const double room = lever.value_of_a_point > 0.0 ? rest_of_row(P, lever.from, lever.to, P.row(lever.from).sum())
                                                     : lever.probability;
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
  Matrix change = after.transition_matrix() - before.transition_matrix();
  for (Index i = 0; i < change.rows(); ++i) {  // both rows sum to 1: no rounding on the diagonal
    change(i, i) = 0.0;
    change(i, i) = -change.row(i).sum();
  }
  if (factor == 1.0) {
    const Structure shape = structure(after);
    for (Index i = 0; i < before.n_states(); ++i) {
      if (shape.is_transient(i) || value.mean().vector()[i] == 0.0) continue;
      throw std::domain_error("what_if: " + text::quoted(before.states().name(i)) +
                              " is left for good in one chain and never in the other; give a discount factor below 1");
    }
  }
  // (I - γ P') (V' - V) = γ Σ_j (p'_ij - p_ij)(w_ij + V_j): visits under the new chain, prospects under the old one.
  const Eigen::RowVectorXd visits = detail::ValueSystem(after, factor).solve_transposed(start).transpose();
  const auto dearer = [](const MoveDifference& a, const MoveDifference& b) {
    return std::abs(a.amount) > std::abs(b.amount);
  };
  WhatIf result{start.dot(value.mean().vector()), start.dot(other.mean().vector()), {}};
  for (Index i = 0; i < before.n_states(); ++i) {
    const Eigen::RowVectorXd u = onward(value, i);
    const std::size_t first = result.moves.size();
    double rounding = 0.0;  // a diagonal that did not change may still hold what the others round off
    for (Index j = 0; j < before.n_states(); ++j) {
      const double amount = visits[i] * factor * change(i, j) * u[j];
      if (before.transition_matrix()(i, j) == after.transition_matrix()(i, j)) {
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
