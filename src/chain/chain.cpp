#include "sojourn/chain/chain.hpp"

#include <cmath>
#include <stdexcept>
#include <utility>

#include "support/text.hpp"

namespace sojourn {

namespace {

std::string shape(Index rows, Index columns) {
  return '(' + std::to_string(rows) + ", " + std::to_string(columns) + ')';
}

void check_entry(const StateSpace& states, Index i, Index j, double p) {
  if (p >= 0.0 && std::isfinite(p)) return;
  throw std::invalid_argument("transition_matrix: row " + text::quoted(states.name(i)) + " holds " + text::number(p) +
                              " for " + text::quoted(states.name(j)) + ", expected a probability from 0 to 1");
}

void check_sum(const StateSpace& states, Index i, double sum) {
  if (std::abs(sum - 1.0) <= Chain::tolerance) return;
  throw std::invalid_argument("transition_matrix: row " + text::quoted(states.name(i)) + " sums to " +
                              text::number(sum) + ", expected 1 (tolerance " + text::number(Chain::tolerance) +
                              "); mend or rescale the row");
}

template <class AnyMatrix>
void check_shape(const StateSpace& states, const AnyMatrix& matrix) {
  const Index n = states.n_states();
  if (matrix.rows() == n && matrix.cols() == n) return;
  throw std::invalid_argument("transition_matrix: expected shape " + shape(n, n) + " for " + text::plural(n, "state") +
                              ", found " + shape(matrix.rows(), matrix.cols()));
}

}  // namespace

Chain::Chain(StateSpace states, Matrix transition_matrix, Period period) : states_(std::move(states)), period_(period) {
  check_shape(states_, transition_matrix);
  for (Index i = 0; i < n_states(); ++i) {
    for (Index j = 0; j < n_states(); ++j) check_entry(states_, i, j, transition_matrix(i, j));
    check_sum(states_, i, transition_matrix.row(i).sum());
  }
  moves_ = std::make_shared<const Moves>(Moves{false, std::move(transition_matrix), {}});
}

Chain::Chain(StateSpace states, const SparseMatrix& transition_matrix, Period period)
    : states_(std::move(states)), period_(period) {
  check_shape(states_, transition_matrix);
  for (Index i = 0; i < n_states(); ++i) {
    double sum = 0.0;
    for (SparseMatrix::InnerIterator move(transition_matrix, i); move; ++move) {
      check_entry(states_, i, move.col(), move.value());
      sum += move.value();
    }
    check_sum(states_, i, sum);
  }
  const auto moves = std::make_shared<Moves>();
  moves->is_sparse = true;
  moves->sparse = transition_matrix;
  moves->sparse.makeCompressed();
  moves_ = moves;
}

const Matrix& Chain::transition_matrix() const {
  if (is_sparse()) {
    throw std::domain_error("this question needs the full transition_matrix, and the chain of " +
                            text::plural(n_states(), "state") +
                            " is kept sparse; ask it of to_dense(), if the square of the states fits into memory");
  }
  return moves_->dense;
}

SparseMatrix Chain::sparse_transition_matrix() const {
  return is_sparse() ? moves_->sparse : SparseMatrix(moves_->dense.sparseView());
}

Chain Chain::to_dense() const {
  constexpr Index most_states = 30'000;  // 7 GB
  if (!is_sparse()) return *this;
  if (n_states() > most_states) {
    throw std::domain_error("to_dense: a full matrix of " + text::grouped(n_states()) +
                            " states does not fit into memory; stay with the sparse chain");
  }
  return Chain(states_, Matrix(moves_->sparse), period_);
}

Chain Chain::to_sparse() const {
  return is_sparse() ? *this : Chain(states_, sparse_transition_matrix(), period_);
}

double Chain::probability(std::string_view from, std::string_view to) const {
  return probability(states_.index(from), states_.index(to));
}

double Chain::probability(Index from, Index to) const {
  states_.name(from);  // throws where there is no such state
  states_.name(to);
  return is_sparse() ? moves_->sparse.coeff(from, to) : moves_->dense(from, to);
}

Index Chain::n_moves() const {
  if (!is_sparse()) return (moves_->dense.array() > 0.0).count();
  Index n = 0;
  for (Index i = 0; i < n_states(); ++i) for_each_move(i, [&n](Index, double) { ++n; });
  return n;
}

Matrix Chain::expected_next(const Matrix& values) const {
  if (is_sparse()) return moves_->sparse * values;
  return moves_->dense * values;
}

Matrix Chain::next(const Matrix& laws) const {
  if (is_sparse()) return moves_->sparse.transpose() * laws;
  return moves_->dense.transpose() * laws;
}

bool Chain::is_absorbing(Index state) const {
  states_.name(state);  // throws where there is no such state
  bool stays = true;
  for_each_move(state, [&](Index to, double) { stays = stays && to == state; });
  return stays;
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
  Matrix square = transition_matrix();
  Matrix result = Matrix::Identity(n_states(), n_states());
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
  if (!is_sparse()) {
    Matrix changed = moves_->dense;
    changed.row(i) = row.transpose();
    return {states_, std::move(changed), period_};
  }
  std::vector<Eigen::Triplet<double>> entries;
  const auto add = [&entries](Index from, Index to, double p) {
    entries.emplace_back(static_cast<int>(from), static_cast<int>(to), p);
  };
  for (Index from = 0; from < n_states(); ++from) {
    if (from != i) for_each_move(from, [&](Index to, double p) { add(from, to, p); });
  }
  for (Index to = 0; to < n_states(); ++to) {
    if (row[to] != 0.0) add(i, to, row[to]);
  }
  SparseMatrix changed(n_states(), n_states());
  changed.setFromTriplets(entries.begin(), entries.end());
  return {states_, changed, period_};
}

bool Chain::operator==(const Chain& other) const {
  if (!(states_ == other.states_) || !(period_ == other.period_)) return false;
  if (moves_ == other.moves_) return true;
  if (!is_sparse() && !other.is_sparse()) return moves_->dense == other.moves_->dense;
  for (Index i = 0; i < n_states(); ++i) {
    bool same = true;
    for_each_move(i, [&](Index to, double p) { same = same && other.probability(i, to) == p; });
    other.for_each_move(i, [&](Index to, double p) { same = same && probability(i, to) == p; });
    if (!same) return false;
  }
  return true;
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
