// One row of a chain as its levers see it: an entry gains while the others shrink in proportion.
#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "sojourn/chain/chain.hpp"

namespace sojourn::detail {

/// `1 - p_j`, from the row's other moves, so that a small rest keeps its digits. `total` is the sum of the row.
inline double rest_of_row(const Eigen::RowVectorXd& p, Index j, double total) {
  if (p[j] <= 0.5) return total - p[j];
  return p.head(j).sum() + p.tail(p.size() - j - 1).sum();
}

/// `x_j - Σ_(k≠j) p_k x_k / (1 - p_j)` per entry `j` of a row: how far each stands above the rest of the row. `NaN` where
/// there is no rest. All differences are taken between entries, so that large ones that are nearly alike keep their
/// digits; `near` is an entry that the others are compared with.
inline Eigen::RowVectorXd above_the_rest(const Eigen::RowVectorXd& p, Index near, const Eigen::RowVectorXd& x) {
  const auto above = [&](Index j) {
    return (p.array() * (x[j] - x.array())).sum();  // the term of `j` itself is 0
  };
  const double own = above(near);
  const double total = p.sum();
  Eigen::RowVectorXd result(p.size());
  for (Index j = 0; j < p.size(); ++j) {
    const double rest = rest_of_row(p, j, total);
    const double sum = p[j] > 0.5 ? above(j) : (x[j] - x[near]) * total + own;
    result[j] = rest > 0.0 ? sum / rest : std::numeric_limits<double>::quiet_NaN();
  }
  return result;
}

/// The entries of one row that can change: all states of a full chain, the moves of a sparse one.
struct RowSupport {
  RowSupport(const Chain& chain, Index i);

  /// The place of a state in the row; nothing where it has none.
  std::optional<Index> find(Index state) const;
  /// `1 - p` at a place.
  double rest(Index place) const { return rest_of_row(p, place, p.sum()); }
  /// How far each entry's number stands above the rest of the row.
  template <class NumberOf>
  Eigen::RowVectorXd lifted(const NumberOf& number_of) const {
    Eigen::RowVectorXd x(p.size());
    for (Index k = 0; k < x.size(); ++k) x[k] = number_of(to[static_cast<std::size_t>(k)]);
    return above_the_rest(p, near, x);
  }

  std::vector<Index> to;
  Eigen::RowVectorXd p;
  Index near = 0;  // the entry that the others are compared with
};

}  // namespace sojourn::detail
