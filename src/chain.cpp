#include "sojourn/chain.hpp"

#include <cmath>
#include <stdexcept>
#include <utility>

#include "text.hpp"

namespace sojourn {

namespace {

std::string shape(Index rows, Index columns) {
  return '(' + std::to_string(rows) + ", " + std::to_string(columns) + ')';
}

void check_row(const StateSpace& states, Index i, const Eigen::Ref<const Eigen::RowVectorXd>& row) {
  const std::string where = "transition_matrix: row " + text::quoted(states.name(i));
  for (Index j = 0; j < row.size(); ++j) {
    if (!(row[j] >= 0.0) || !std::isfinite(row[j])) {
      throw std::invalid_argument(where + " holds " + text::number(row[j]) + " for " + text::quoted(states.name(j)) +
                                  ", expected a probability from 0 to 1");
    }
  }
  const double sum = row.sum();
  if (std::abs(sum - 1.0) > Chain::tolerance) {
    throw std::invalid_argument(where + " sums to " + text::number(sum) + ", expected 1 (tolerance " +
                                text::number(Chain::tolerance) + "); mend or rescale the row");
  }
}

}  // namespace

Chain::Chain(StateSpace states, Matrix transition_matrix, Period period)
    : states_(std::move(states)), transition_matrix_(std::move(transition_matrix)), period_(period) {
  const Index n = states_.n_states();
  if (transition_matrix_.rows() != n || transition_matrix_.cols() != n) {
    throw std::invalid_argument("transition_matrix: expected shape " + shape(n, n) + " for " +
                                text::plural(n, "state") + ", found " +
                                shape(transition_matrix_.rows(), transition_matrix_.cols()));
  }
  for (Index i = 0; i < n; ++i) check_row(states_, i, transition_matrix_.row(i));
}

double Chain::probability(std::string_view from, std::string_view to) const {
  return transition_matrix_(states_.index(from), states_.index(to));
}

bool Chain::is_absorbing(Index state) const {
  states_.name(state);  // throws where there is no such state
  for (Index j = 0; j < n_states(); ++j) {
    if (j != state && transition_matrix_(state, j) > 0.0) return false;
  }
  return true;
}

std::vector<Index> Chain::absorbing_states() const {
  std::vector<Index> found;
  for (Index i = 0; i < n_states(); ++i) {
    if (is_absorbing(i)) found.push_back(i);
  }
  return found;
}

Matrix Chain::after(Index n_periods) const {
  if (n_periods < 0) {
    throw std::invalid_argument("n_periods: must be at least 0, found " + std::to_string(n_periods));
  }
  Matrix result = Matrix::Identity(n_states(), n_states());
  Matrix square = transition_matrix_;
  for (Index rest = n_periods; rest > 0; rest /= 2) {
    if (rest % 2 == 1) result = result * square;
    if (rest > 1) square = square * square;
  }
  return result;
}

Chain Chain::with_row(std::string_view state, const Vector& row) const {
  const Index i = states_.index(state);
  if (row.size() != n_states()) {
    throw std::invalid_argument("row: expected " + text::plural(n_states(), "number") + ", found " +
                                std::to_string(row.size()));
  }
  Matrix changed = transition_matrix_;
  changed.row(i) = row.transpose();
  return {states_, std::move(changed), period_};
}

bool Chain::operator==(const Chain& other) const {
  return states_ == other.states_ && period_ == other.period_ && transition_matrix_ == other.transition_matrix_;
}

void check_distribution(std::string_view who, const StateSpace& states, const Vector& distribution) {
  const std::string where(who);
  if (distribution.size() != states.n_states()) {
    throw std::invalid_argument(where + ": expected one probability for each of " +
                                text::plural(states.n_states(), "state") + ", found " +
                                std::to_string(distribution.size()));
  }
  for (Index i = 0; i < distribution.size(); ++i) {
    if (!(distribution[i] >= 0.0) || !std::isfinite(distribution[i])) {
      throw std::invalid_argument(where + ": holds " + text::number(distribution[i]) + " for " +
                                  text::quoted(states.name(i)) + ", expected a probability from 0 to 1");
    }
  }
  const double sum = distribution.sum();
  if (std::abs(sum - 1.0) > Chain::tolerance) {
    throw std::invalid_argument(where + ": sums to " + text::number(sum) + ", expected 1");
  }
}

Vector start_in(const StateSpace& states, std::string_view state) {
  Vector start = Vector::Zero(states.n_states());
  start[states.index(state)] = 1.0;
  return start;
}

}  // namespace sojourn
