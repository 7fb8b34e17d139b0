#include "value_system.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "sojourn/structure.hpp"
#include "text.hpp"

namespace sojourn::detail {

namespace {

constexpr Index most_eliminated = 64;        // states that are eliminated at once
constexpr Index most_eliminated_late = 256;  // and where iteration does not get there
constexpr Index most_factorised = 4000;      // states of a full factorisation
constexpr Index first_steps = 60;            // of iteration, before anything else is tried
constexpr Index last_steps = 4000;

std::size_t at(Index i) {
  return static_cast<std::size_t>(i);
}

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
  return columns > std::max<Index>(2, n / 32);
}

}  // namespace

struct Block::Factorised {
  Eigen::PartialPivLU<Eigen::MatrixXd> lu;
};

struct Block::Later {
  std::once_flag norm_once;
  std::optional<double> norm;  // of the inverse
  std::once_flag sparse_once;
  std::optional<SparseElimination> sparse;
  std::once_flag full_once;
  std::optional<Elimination> full;
  std::optional<Factorised> factorised;
};

Block::Block(MoveRows rows) {
  if (rows.size() <= most_eliminated) {
    Matrix off = full(rows);
    small_.emplace(std::move(off), std::move(rows.slack));
    return;
  }
  auto owned = std::make_unique<SparseOperator>(std::move(rows));
  sparse_ = owned.get();
  operator_ = std::move(owned);
  later_ = std::make_shared<Later>();
}

Block::Block(Matrix off, Vector slack) {
  if (off.rows() <= most_eliminated) {
    small_.emplace(std::move(off), std::move(slack));
    return;
  }
  auto owned = std::make_unique<DenseOperator>(std::move(off), std::move(slack));
  dense_ = owned.get();
  operator_ = std::move(owned);
  later_ = std::make_shared<Later>();
}

Matrix Block::solve(Side side, const Matrix& b) const {
  if (small_) return side == Side::plain ? small_->solve(b) : small_->solve_transposed(b);
  const Index n = operator_->size();
  if (!(asks_for_many(n, b.cols()) && n <= most_factorised)) {
    if (const std::optional<Matrix> x = iterate(side, b, first_steps)) return *x;
  }
  if (sparse_ != nullptr) {
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
  if (const std::optional<Matrix> x = iterate(side, b, last_steps)) return *x;
  throw std::domain_error("a set of " + text::grouped(n) +
                          " states that lead to each other is too nearly closed to be solved to ten digits; give a "
                          "stronger discount or a horizon");
}

std::optional<Matrix> Block::iterate(Side side, const Matrix& b, Index most_steps) const {
  const Approximate plain = [&](const Vector& r) { return bicgstab(*operator_, Side::plain, r, most_steps); };
  const Approximate transposed = [&](const Vector& r) { return bicgstab(*operator_, Side::transposed, r, most_steps); };
  const double slack = operator_->smallest_slack();
  std::optional<double> norm;
  if (slack > 1e-3) {
    norm = 1.0 / slack;
  } else {
    std::call_once(later_->norm_once, [&] { later_->norm = inverse_norm(*operator_, plain); });
    norm = later_->norm;
    if (!norm && most_steps > first_steps) norm = inverse_norm(*operator_, plain);
  }
  if (!norm) return std::nullopt;
  Matrix x(b.rows(), b.cols());
  for (Index k = 0; k < b.cols(); ++k) {
    const std::optional<Iterated> column =
        refine(*operator_, side, b.col(k), *norm, side == Side::plain ? plain : transposed);
    if (!column) return std::nullopt;
    x.col(k) = column->x;
  }
  return x;
}

Matrix Block::solve_directly(Side side, const Matrix& b) const {
  const Index n = operator_->size();
  std::call_once(later_->full_once, [&] {
    Matrix off = sparse_ != nullptr ? full(sparse_->rows()) : dense_->off();
    const Vector& slack = sparse_ != nullptr ? sparse_->rows().slack : dense_->slack();
    if (n <= most_eliminated_late) {
      later_->full.emplace(std::move(off), slack);
      return;
    }
    Eigen::MatrixXd system = -off;
    system.diagonal() = operator_->diagonal();
    later_->factorised.emplace().lu.compute(system);
  });
  if (later_->full) return side == Side::plain ? later_->full->solve(b) : later_->full->solve_transposed(b);
  const auto& lu = later_->factorised->lu;
  const auto factors = [&](const Eigen::MatrixXd& r) {
    return side == Side::plain ? Eigen::MatrixXd(lu.solve(r)) : Eigen::MatrixXd(lu.transpose().solve(r));
  };
  Eigen::MatrixXd x = factors(b);
  Eigen::MatrixXd left(b.rows(), b.cols());
  const Vector none = Vector::Zero(n);
  for (Index k = 0; k < b.cols(); ++k) {
    left.col(k) = side == Side::plain ? operator_->residual(b.col(k), x.col(k), none)
                                      : operator_->transposed_residual(b.col(k), x.col(k), none);
  }
  x += factors(left);
  return x;
}

ValueSystem::ValueSystem(const Chain& chain, double factor)
    : ValueSystem(chain, factor, active_states(chain, factor)) {}

ValueSystem::ValueSystem(const Chain& chain, double factor, std::vector<Index> inside)
    : n_states_(chain.n_states()), active_(std::move(inside)) {
  const auto n = static_cast<Index>(active_.size());
  if (n == 0) return;

  if (!chain.is_sparse()) {
    const Matrix& P = chain.transition_matrix();
    Matrix off(n, n);                                  // γ Q without its diagonal
    Vector slack = Vector::Constant(n, 1.0 - factor);  // what a row loses by discounting and by moves out of Q
    std::vector<char> is_active(at(n_states_), 0);
    for (const Index i : active_) is_active[at(i)] = 1;
    Index n_moves = 0;
    for (Index a = 0; a < n; ++a) {
      const Index i = active_[at(a)];
      for (Index b = 0; b < n; ++b) off(a, b) = a == b ? 0.0 : factor * P(i, active_[at(b)]);
      for (Index j = 0; n < n_states_ && j < n_states_; ++j) {
        if (is_active[at(j)] == 0) slack[a] += factor * P(i, j);
      }
      n_moves += (off.row(a).array() > 0.0).count();
    }
    if (n <= most_eliminated || n_moves > n * n / 8) {
      whole_ = std::make_unique<Block>(std::move(off), std::move(slack));
      return;
    }
  }

  rows_ = move_rows(chain, active_, factor);
  part_of_ = components(rows_);
  const Index n_parts = *std::max_element(part_of_.begin(), part_of_.end()) + 1;
  part_first_.assign(at(n_parts) + 1, 0);
  for (const Index c : part_of_) ++part_first_[at(c) + 1];
  std::partial_sum(part_first_.begin(), part_first_.end(), part_first_.begin());
  order_.resize(at(n));
  std::vector<Index> within(at(n));  // the position of each state in its part
  std::vector<Index> next(part_first_.begin(), part_first_.end() - 1);
  for (Index a = 0; a < n; ++a) {
    const Index c = part_of_[at(a)];
    within[at(a)] = next[at(c)] - part_first_[at(c)];
    order_[at(next[at(c)]++)] = a;
  }
  pivots_ = rows_.slack;
  for (Index a = 0; a < n; ++a) {
    for (Index e = rows_.first[at(a)]; e < rows_.first[at(a) + 1]; ++e) pivots_[a] += rows_.weight[at(e)];
  }
  blocks_.resize(at(n_parts));
  for (Index c = 0; c < n_parts; ++c) {
    const Index size = part_first_[at(c) + 1] - part_first_[at(c)];
    if (size == 1) continue;
    MoveRows part;
    part.slack.resize(size);
    for (Index k = 0; k < size; ++k) {
      const Index a = order_[at(part_first_[at(c)] + k)];
      part.slack[k] = rows_.slack[a];
      for (Index e = rows_.first[at(a)]; e < rows_.first[at(a) + 1]; ++e) {
        const Index b = rows_.to[at(e)];
        if (part_of_[at(b)] == c) {
          part.to.push_back(static_cast<int>(within[at(b)]));
          part.weight.push_back(rows_.weight[at(e)]);
        } else {
          part.slack[k] += rows_.weight[at(e)];
        }
      }
      part.first.push_back(static_cast<Index>(part.to.size()));
    }
    blocks_[at(c)] = std::make_unique<Block>(std::move(part));
  }
}

Matrix ValueSystem::solve(const Matrix& b) const {
  if (active_.empty()) return Matrix::Zero(n_states_, b.cols());
  if (whole_) return spread(whole_->solve(gather(b)));
  Matrix x = gather(b);
  for (std::size_t c = 0; c < blocks_.size(); ++c) {
    const Index begin = part_first_[c];
    const Index end = part_first_[c + 1];
    for (Index k = begin; k < end; ++k) {
      const Index a = order_[at(k)];
      for (Index e = rows_.first[at(a)]; e < rows_.first[at(a) + 1]; ++e) {
        const Index to = rows_.to[at(e)];
        if (part_of_[at(to)] == static_cast<Index>(c)) continue;
        for (Index column = 0; column < x.cols(); ++column) x(a, column) += rows_.weight[at(e)] * x(to, column);
      }
    }
    if (!blocks_[c]) {
      const Index a = order_[at(begin)];
      for (Index column = 0; column < x.cols(); ++column) x(a, column) /= pivots_[a];
      continue;
    }
    Matrix part(end - begin, x.cols());
    for (Index k = begin; k < end; ++k) part.row(k - begin) = x.row(order_[at(k)]);
    part = blocks_[c]->solve(part);
    for (Index k = begin; k < end; ++k) x.row(order_[at(k)]) = part.row(k - begin);
  }
  return spread(x);
}

Matrix ValueSystem::solve_transposed(const Matrix& b) const {
  if (active_.empty()) return Matrix::Zero(n_states_, b.cols());
  if (whole_) return spread(whole_->solve_transposed(gather(b)));
  Matrix x = gather(b);
  for (std::size_t c = blocks_.size(); c-- > 0;) {
    const Index begin = part_first_[c];
    const Index end = part_first_[c + 1];
    if (!blocks_[c]) {
      const Index a = order_[at(begin)];
      for (Index column = 0; column < x.cols(); ++column) x(a, column) /= pivots_[a];
    } else {
      Matrix part(end - begin, x.cols());
      for (Index k = begin; k < end; ++k) part.row(k - begin) = x.row(order_[at(k)]);
      part = blocks_[c]->solve_transposed(part);
      for (Index k = begin; k < end; ++k) x.row(order_[at(k)]) = part.row(k - begin);
    }
    for (Index k = begin; k < end; ++k) {
      const Index a = order_[at(k)];
      for (Index e = rows_.first[at(a)]; e < rows_.first[at(a) + 1]; ++e) {
        const Index to = rows_.to[at(e)];
        if (part_of_[at(to)] == static_cast<Index>(c)) continue;
        for (Index column = 0; column < x.cols(); ++column) x(to, column) += rows_.weight[at(e)] * x(a, column);
      }
    }
  }
  return spread(x);
}

Matrix ValueSystem::gather(const Matrix& all) const {
  Matrix part(static_cast<Index>(active_.size()), all.cols());
  for (Index a = 0; a < part.rows(); ++a) part.row(a) = all.row(active_[at(a)]);
  return part;
}

Matrix ValueSystem::spread(const Matrix& part) const {
  if (!part.allFinite()) {
    throw std::domain_error(
        "the value is too large for a floating-point number; use smaller rewards or a stronger discount");
  }
  Matrix all = Matrix::Zero(n_states_, part.cols());
  for (Index a = 0; a < part.rows(); ++a) all.row(active_[at(a)]) = part.row(a);
  return all;
}

}  // namespace sojourn::detail
