// One row of a chain whose entry gains while the others shrink in proportion.
#pragma once

#include <cmath>
#include <limits>

#include "sojourn/chain/types.hpp"

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

}  // namespace sojourn::detail
