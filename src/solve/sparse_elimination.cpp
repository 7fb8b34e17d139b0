#include "solve/sparse_elimination.hpp"

#include <Eigen/OrderingMethods>
#include <algorithm>
#include <stdexcept>

#include "support/numbers.hpp"

namespace sojourn::detail {

namespace {

using Pattern = Eigen::SparseMatrix<double, Eigen::ColMajor, int>;

/// Where the moves or their reverses are, and the diagonal, which the ordering looks for.
Pattern symmetric_pattern(const MoveRows& rows) {
  std::vector<Eigen::Triplet<double>> entries;
  entries.reserve(2 * rows.to.size() + at(rows.size()));
  for (Index i = 0; i < rows.size(); ++i) {
    entries.emplace_back(static_cast<int>(i), static_cast<int>(i), 1.0);
    for (Index e = rows.first[at(i)]; e < rows.first[at(i) + 1]; ++e) {
      entries.emplace_back(static_cast<int>(i), rows.to[at(e)], 1.0);
      entries.emplace_back(rows.to[at(e)], static_cast<int>(i), 1.0);
    }
  }
  Pattern pattern(rows.size(), rows.size());
  pattern.setFromTriplets(entries.begin(), entries.end());
  return pattern;
}

}  // namespace

std::optional<SparseElimination> SparseElimination::of(const MoveRows& rows, Index most_entries) {
  const Index n = rows.size();
  const Pattern pattern = symmetric_pattern(rows);
  Eigen::PermutationMatrix<Eigen::Dynamic, Eigen::Dynamic, int> permutation;
  Eigen::AMDOrdering<int>()(pattern, permutation);

  SparseElimination result;
  result.order_.assign(permutation.indices().data(), permutation.indices().data() + n);
  result.place_.resize(at(n));
  for (Index k = 0; k < n; ++k) result.place_[at(result.order_[at(k)])] = static_cast<int>(k);

  // The elimination tree gives the places that fill: row i of the lower part holds every place on the way from its own
  // entries up to i (J. W. H. Liu, SIAM Journal on Matrix Analysis and Applications 11, 1990).
  std::vector<int> parent(at(n), -1);
  std::vector<int> top(at(n), -1);
  std::vector<int> mark(at(n), -1);
  std::vector<Index> n_below(at(n), 0);
  for (Index i = 0; i < n; ++i) {
    const int row = static_cast<int>(i);
    mark[at(i)] = row;
    const auto begin = static_cast<std::ptrdiff_t>(result.lower_.column.size());
    for (Pattern::InnerIterator entry(pattern, result.order_[at(i)]); entry; ++entry) {
      int k = result.place_[at(entry.row())];
      if (k >= row) continue;
      for (int climb = k; climb != -1 && climb < row;) {  // path compression towards the root
        const int above = top[at(climb)];
        top[at(climb)] = row;
        if (above == -1) parent[at(climb)] = row;
        climb = above;
      }
      for (; mark[at(k)] != row; k = parent[at(k)]) {
        mark[at(k)] = row;
        result.lower_.column.push_back(k);
        ++n_below[at(k)];
      }
    }
    if (static_cast<Index>(result.lower_.column.size()) > most_entries / 2) return std::nullopt;
    std::sort(result.lower_.column.begin() + begin, result.lower_.column.end());
    result.lower_.first.push_back(static_cast<Index>(result.lower_.column.size()));
  }
  // The upper part has the mirrored pattern.
  for (Index k = 0; k < n; ++k) result.upper_.first.push_back(result.upper_.first.back() + n_below[at(k)]);
  result.upper_.column.resize(result.lower_.column.size());
  std::vector<Index> next(result.upper_.first.begin(), result.upper_.first.end() - 1);
  for (Index i = 0; i < n; ++i) {
    for (Index e = result.lower_.first[at(i)]; e < result.lower_.first[at(i) + 1]; ++e) {
      result.upper_.column[at(next[at(result.lower_.column[at(e)])]++)] = static_cast<int>(i);
    }
  }
  result.eliminate(rows);
  return result;
}

void SparseElimination::eliminate(const MoveRows& rows) {
  const Index n = rows.size();
  lower_.value.resize(lower_.column.size());
  upper_.value.resize(upper_.column.size());
  pivots_.resize(n);
  Vector slack(n);
  Vector row = Vector::Zero(n);  // the moves of the state at hand
  for (Index i = 0; i < n; ++i) {
    const Index state = order_[at(i)];
    for (Index e = rows.first[at(state)]; e < rows.first[at(state) + 1]; ++e) {
      row[place_[at(rows.to[at(e)])]] = rows.weight[at(e)];
    }
    slack[i] = rows.slack[state];
    for (Index e = lower_.first[at(i)]; e < lower_.first[at(i) + 1]; ++e) {
      const Index k = lower_.column[at(e)];
      const double multiplier = row[k] / pivots_[k];
      row[k] = 0.0;
      lower_.value[at(e)] = multiplier;
      if (multiplier == 0.0) continue;
      slack[i] += multiplier * slack[k];
      for (Index u = upper_.first[at(k)]; u < upper_.first[at(k) + 1]; ++u) {
        row[upper_.column[at(u)]] += multiplier * upper_.value[at(u)];
      }
    }
    row[i] = 0.0;  // a way back to the state itself is no way out of it
    double pivot = slack[i];
    for (Index u = upper_.first[at(i)]; u < upper_.first[at(i) + 1]; ++u) {
      double& move = row[upper_.column[at(u)]];
      upper_.value[at(u)] = move;
      pivot += move;
      move = 0.0;
    }
    if (!(pivot > 0.0)) throw std::domain_error("the system has no single answer: some states lead only to each other");
    pivots_[i] = pivot;
  }
}

Vector SparseElimination::solve(const Vector& b) const {
  const Index n = pivots_.size();
  Vector x(n);
  for (Index i = 0; i < n; ++i) {
    double sum = b[order_[at(i)]];
    for (Index e = lower_.first[at(i)]; e < lower_.first[at(i) + 1]; ++e)
      sum += lower_.value[at(e)] * x[lower_.column[at(e)]];
    x[i] = sum;
  }
  for (Index i = n; i-- > 0;) {
    double sum = x[i];
    for (Index e = upper_.first[at(i)]; e < upper_.first[at(i) + 1]; ++e)
      sum += upper_.value[at(e)] * x[upper_.column[at(e)]];
    x[i] = sum / pivots_[i];
  }
  Vector by_state(n);
  for (Index i = 0; i < n; ++i) by_state[order_[at(i)]] = x[i];
  return by_state;
}

Vector SparseElimination::solve_transposed(const Vector& b) const {
  const Index n = pivots_.size();
  Vector x(n);
  for (Index i = 0; i < n; ++i) x[i] = b[order_[at(i)]];
  for (Index i = 0; i < n; ++i) {
    x[i] /= pivots_[i];
    for (Index e = upper_.first[at(i)]; e < upper_.first[at(i) + 1]; ++e)
      x[upper_.column[at(e)]] += upper_.value[at(e)] * x[i];
  }
  for (Index i = n; i-- > 0;) {
    for (Index e = lower_.first[at(i)]; e < lower_.first[at(i) + 1]; ++e)
      x[lower_.column[at(e)]] += lower_.value[at(e)] * x[i];
  }
  Vector by_state(n);
  for (Index i = 0; i < n; ++i) by_state[order_[at(i)]] = x[i];
  return by_state;
}

}  // namespace sojourn::detail
