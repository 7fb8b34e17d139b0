#include "solve/value_system.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <atomic>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "sojourn/chain/structure.hpp"
#include "solve/sparse_elimination.hpp"
#include "support/numbers.hpp"
#include "support/text.hpp"

namespace sojourn::detail {

namespace {

constexpr Index most_eliminated_late = 256;  // states that are eliminated where iteration does not get there
constexpr Index most_factorised = 4000;      // states of a full factorisation

std::vector<Index> active_states(const Chain& chain, double factor) {
  if (factor == 1.0) return structure(chain).transient_states();
  std::vector<Index> all(at(chain.n_states()));
  std::iota(all.begin(), all.end(), Index{0});
  return all;
}

Matrix full(const MoveRows& rows) {
  Matrix off = Matrix::Zero(rows.size(), rows.size());
  for (Index i = 0; i < rows.size(); ++i) {
    for (Index e = rows.first[at(i)]; e < rows.first[at(i) + 1]; ++e) off(i, rows.to[at(e)]) = rows.weight[at(e)];
  }
  return off;
}

/// Many columns are cheaper by one factorisation than by iteration.
bool asks_for_many(Index n, Index columns) {
  return n <= most_factorised && columns > std::max<Index>(2, n / 32);
}

template <class T>
void check_finite(const T& x) {
  if (x.allFinite()) return;
  throw std::domain_error(
      "the value is too large for a floating-point number; use smaller rewards or a stronger discount");
}

}  // namespace

// --- one block --------------------------------------------------------------------------------------------------------

struct Block::Later {
  std::once_flag norm_once;
  std::optional<double> norm;  // of the inverse
  std::once_flag sparse_once;
  std::optional<SparseElimination> sparse;
  std::once_flag full_once;
  std::optional<Elimination> full;
  std::optional<Eigen::PartialPivLU<Eigen::MatrixXd>> factorised;
};

Block::Block(Elimination small) : small_(std::move(small)) {}

Block::Block(std::unique_ptr<SparseOperator> moves)
    : sparse_(std::move(moves)), operator_(sparse_.get()), later_(std::make_unique<Later>()) {}

Block::Block(std::unique_ptr<DenseOperator> moves)
    : dense_(std::move(moves)), operator_(dense_.get()), later_(std::make_unique<Later>()) {}

Block::~Block() = default;

std::optional<Matrix> Block::solve_soon(Side side, const Matrix& b) const {
  if (small_) return side == Side::plain ? small_->solve(b) : small_->solve_transposed(b);
  if (asks_for_many(operator_->size(), b.cols())) return std::nullopt;
  return iterate(side, b, false);
}

Matrix Block::solve(Side side, const Matrix& b) const {
  if (std::optional<Matrix> x = solve_soon(side, b)) return *std::move(x);
  const Index n = operator_->size();
  if (sparse_) {
    std::call_once(later_->sparse_once, [&] {
      const auto n_moves = static_cast<Index>(sparse_->rows().to.size());
      later_->sparse = SparseElimination::of(sparse_->rows(), 8 * n_moves + 64 * n);
    });
    if (const auto& factors = later_->sparse) {
      Matrix x(n, b.cols());
      for (Index k = 0; k < b.cols(); ++k) {
        x.col(k) = side == Side::plain ? factors->solve(b.col(k)) : factors->solve_transposed(b.col(k));
      }
      return x;
    }
  }
  if (n <= most_factorised) return solve_directly(side, b);
  if (std::optional<Matrix> x = iterate(side, b, true)) return *std::move(x);
  throw std::domain_error(
      "a set of " + text::grouped(n) +
      " states that lead to each other is too nearly closed to be solved to ten digits; where there is a "
      "discount or a horizon to choose, a stronger or shorter one helps");
}

std::optional<Matrix> Block::iterate(Side side, const Matrix& b, bool is_patient) const {
  const Index most_steps = is_patient ? 10'000 : 100;
  const auto by_steps = [&](Side which, double enough) {
    return [this, which, enough, most_steps, is_patient](const Vector& r) {
      return bicgstab(*operator_, which, r, enough, most_steps, is_patient);
    };
  };
  const double slack = operator_->smallest_slack();
  const bool asks_for_times = side == Side::plain && b.cols() == 1 && (b.array() == 1.0).all();
  std::optional<Vector> guess;
  std::optional<double> norm;
  if (slack > 1e-3) {
    norm = 1.0 / slack;
  } else {
    const auto find = [&] {
      std::optional<InverseNorm> found = inverse_norm(*operator_, by_steps(Side::plain, asks_for_times ? 1e-14 : 1e-6));
      if (!found) return;
      norm = found->bound;
      if (asks_for_times) guess = std::move(found->sums);
    };
    std::call_once(later_->norm_once, [&] {
      find();
      later_->norm = norm;
    });
    if (!norm) norm = later_->norm;
    if (!norm && is_patient) find();
  }
  if (!norm) return std::nullopt;
  Matrix x(b.rows(), b.cols());
  for (Index k = 0; k < b.cols(); ++k) {
    const std::optional<Iterated> column = refine(*operator_, side, b.col(k), *norm, by_steps(side, 1e-14), guess);
    if (!column) return std::nullopt;
    x.col(k) = column->x;
  }
  return x;
}

Matrix Block::solve_directly(Side side, const Matrix& b) const {
  const Index n = operator_->size();
  std::call_once(later_->full_once, [&] {
    Matrix off = sparse_ ? full(sparse_->rows()) : dense_->off();
    if (n <= most_eliminated_late) {
      later_->full.emplace(std::move(off), sparse_ ? sparse_->rows().slack : dense_->slack());
      return;
    }
    Eigen::MatrixXd system = -off;
    system.diagonal() = operator_->diagonal();
    later_->factorised.emplace(system);
  });
  if (later_->full) return side == Side::plain ? later_->full->solve(b) : later_->full->solve_transposed(b);
  const auto by_factors = [&](const Eigen::MatrixXd& r) {
    return side == Side::plain ? Eigen::MatrixXd(later_->factorised->solve(r))
                               : Eigen::MatrixXd(later_->factorised->transpose().solve(r));
  };
  Eigen::MatrixXd x = by_factors(b);
  if (asks_for_many(n, b.cols())) return x;
  const Vector none = Vector::Zero(n);  // one step of refinement brings the residual down to rounding
  Eigen::MatrixXd left(b.rows(), b.cols());
  for (Index k = 0; k < b.cols(); ++k) {
    left.col(k) = side == Side::plain ? operator_->residual(b.col(k), x.col(k), none)
                                      : operator_->transposed_residual(b.col(k), x.col(k), none);
  }
  x += by_factors(left);
  return x;
}

Block block_of(MoveRows rows) {
  if (rows.size() > Block::most_eliminated) return Block(std::make_unique<SparseOperator>(std::move(rows)));
  return Block(Elimination(full(rows), rows.slack));
}

// --- parts ------------------------------------------------------------------------------------------------------------

Parts::Parts(const MoveRows& rows) : pivots_(rows.slack), part_of_(components(rows)) {
  const Index n = rows.size();
  const Index n_parts = *std::max_element(part_of_.begin(), part_of_.end()) + 1;
  first_.assign(at(n_parts) + 1, 0);
  for (const Index c : part_of_) ++first_[at(c) + 1];
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
  order_.resize(at(n));
  std::vector<Index> within(at(n));  // the position of each state in its part
  std::vector<Index> next(first_.begin(), first_.end() - 1);
  for (Index a = 0; a < n; ++a) {
    const Index c = part_of_[at(a)];
    within[at(a)] = next[at(c)] - first_[at(c)];
    order_[at(next[at(c)]++)] = a;
  }
  for (Index a = 0; a < n; ++a) {
    for (Index e = rows.first[at(a)]; e < rows.first[at(a) + 1]; ++e) pivots_[a] += rows.weight[at(e)];
  }
  blocks_.resize(at(n_parts));
  for (Index c = 0; c < n_parts; ++c) {
    const Index size = first_[at(c) + 1] - first_[at(c)];
    if (size == 1) continue;
    MoveRows part;
    part.slack.resize(size);
    for (Index k = 0; k < size; ++k) {
      const Index a = order_[at(first_[at(c)] + k)];
      part.slack[k] = rows.slack[a];
      for (Index e = rows.first[at(a)]; e < rows.first[at(a) + 1]; ++e) {
        const Index b = rows.to[at(e)];
        if (part_of_[at(b)] == c) {
          part.to.push_back(static_cast<int>(within[at(b)]));
          part.weight.push_back(rows.weight[at(e)]);
        } else {
          part.slack[k] += rows.weight[at(e)];
        }
      }
      part.first.push_back(static_cast<Index>(part.to.size()));
    }
    blocks_[at(c)] = size <= Block::most_eliminated
                         ? std::make_unique<Block>(Elimination(full(part), part.slack))
                         : std::make_unique<Block>(std::make_unique<SparseOperator>(std::move(part)));
  }
}

void Parts::solve_part(Side side, Index part, Matrix& x) const {
  const Index begin = first_[at(part)];
  const Index end = first_[at(part) + 1];
  if (!blocks_[at(part)]) {
    x.row(order_[at(begin)]) /= pivots_[order_[at(begin)]];
    return;
  }
  Matrix b(end - begin, x.cols());
  for (Index k = begin; k < end; ++k) b.row(k - begin) = x.row(order_[at(k)]);
  b = blocks_[at(part)]->solve(side, b);
  for (Index k = begin; k < end; ++k) x.row(order_[at(k)]) = b.row(k - begin);
}

Matrix Parts::solve(const MoveRows& rows, Side side, Matrix x) const {
  /// Calls `pass(state, to, weight)` for every move out of a part.
  const auto each_move_out = [&](Index part, const auto& pass) {
    for (Index k = first_[at(part)]; k < first_[at(part) + 1]; ++k) {
      const Index a = order_[at(k)];
      for (Index e = rows.first[at(a)]; e < rows.first[at(a) + 1]; ++e) {
        if (part_of_[at(rows.to[at(e)])] != part) pass(a, Index{rows.to[at(e)]}, rows.weight[at(e)]);
      }
    }
  };
  const auto n_parts = static_cast<Index>(blocks_.size());
  if (side == Side::plain) {
    for (Index c = 0; c < n_parts; ++c) {
      each_move_out(c, [&x](Index from, Index to, double weight) { x.row(from) += weight * x.row(to); });
      solve_part(side, c, x);
    }
  } else {
    for (Index c = n_parts; c-- > 0;) {
      solve_part(side, c, x);
      each_move_out(c, [&x](Index from, Index to, double weight) { x.row(to) += weight * x.row(from); });
    }
  }
  return x;
}

// --- the system -------------------------------------------------------------------------------------------------------

struct ValueSystem::Later {
  std::once_flag parts_once;
  std::optional<Parts> parts;
  std::atomic<bool> needs_parts = false;
};

ValueSystem::ValueSystem(const Chain& chain, double factor)
    : ValueSystem(chain, factor, active_states(chain, factor)) {}

ValueSystem::ValueSystem(const Chain& chain, double factor, std::vector<Index> inside)
    : n_states_(chain.n_states()), active_(std::move(inside)) {
  const auto n = static_cast<Index>(active_.size());
  if (n == 0) return;

  if (!chain.is_sparse()) {
    const Matrix& P = chain.transition_matrix();
    Vector slack = Vector::Constant(n, 1.0 - factor);  // what a row loses by discounting and by moves out of Q
    Matrix moves;                                      // Q
    if (has_all()) {
      if (n <= Block::most_eliminated) moves = P;
    } else {
      moves.resize(n, n);
      std::vector<char> is_active(at(n_states_), 0);
      for (const Index i : active_) is_active[at(i)] = 1;
      for (Index a = 0; a < n; ++a) {
        const Index i = active_[at(a)];
        for (Index b = 0; b < n; ++b) moves(a, b) = P(i, active_[at(b)]);
        for (Index j = 0; j < n_states_; ++j) {
          if (is_active[at(j)] == 0) slack[a] += factor * P(i, j);
        }
      }
    }
    if (n <= Block::most_eliminated) {
      moves *= factor;
      whole_.emplace(Elimination(std::move(moves), std::move(slack)));
      return;
    }
    const Index n_moves = has_all() ? (P.array() > 0.0).count() : (moves.array() > 0.0).count();
    if (n_moves > n * n / 8) {
      whole_.emplace(has_all() ? std::make_unique<DenseOperator>(chain, factor, std::move(slack))
                               : std::make_unique<DenseOperator>(std::move(moves), factor, std::move(slack)));
      return;
    }
  }

  MoveRows rows = move_rows(chain, active_, factor);
  if (n <= Block::most_eliminated) {
    whole_.emplace(Elimination(full(rows), rows.slack));
    return;
  }
  whole_.emplace(std::make_unique<SparseOperator>(std::move(rows)));
  later_ = std::make_unique<Later>();
}

ValueSystem::~ValueSystem() = default;

Matrix ValueSystem::solve_gathered(Side side, const Matrix& b) const {
  if (!later_) return whole_->solve(side, b);
  if (!later_->needs_parts) {
    if (std::optional<Matrix> x = whole_->solve_soon(side, b)) return *std::move(x);
    later_->needs_parts = true;
  }
  std::call_once(later_->parts_once, [&] { later_->parts.emplace(*whole_->moves()); });
  return later_->parts->solve(*whole_->moves(), side, b);
}

Matrix ValueSystem::solve(Side side, const Matrix& b) const {
  if (active_.empty()) return Matrix::Zero(n_states_, b.cols());
  if (has_all()) {
    Matrix x = solve_gathered(side, b);
    check_finite(x);
    return x;
  }
  Matrix part(static_cast<Index>(active_.size()), b.cols());
  for (Index a = 0; a < part.rows(); ++a) part.row(a) = b.row(active_[at(a)]);
  part = solve_gathered(side, part);
  check_finite(part);
  Matrix all = Matrix::Zero(n_states_, b.cols());
  for (Index a = 0; a < part.rows(); ++a) all.row(active_[at(a)]) = part.row(a);
  return all;
}

Vector ValueSystem::solve_one(Side side, const Vector& b) const {
  if (active_.empty() || whole_->small() == nullptr) return solve(side, b);
  Vector part;
  if (has_all()) {
    part = b;
  } else {
    part.resize(static_cast<Index>(active_.size()));
    for (Index a = 0; a < part.size(); ++a) part[a] = b[active_[at(a)]];
  }
  side == Side::plain ? whole_->small()->solve_one(part) : whole_->small()->solve_one_transposed(part);
  check_finite(part);
  if (has_all()) return part;
  Vector all = Vector::Zero(n_states_);
  for (Index a = 0; a < part.size(); ++a) all[active_[at(a)]] = part[a];
  return all;
}

}  // namespace sojourn::detail
