// The moves among some states of a chain, row by row, and what leaves each row: the matrix I - γ Q in the form that keeps
// its small differences.
#pragma once

#include <vector>

#include "sojourn/chain/chain.hpp"

namespace sojourn::detail {

/// `A = diag(slack_i + Σ_j O_ij) - O`, with `O >= 0` kept by rows without its diagonal.
struct MoveRows {
  std::vector<Index> first{0};  ///< row `i` holds the entries `first[i] … first[i + 1] - 1`
  std::vector<int> to;
  std::vector<double> weight;
  Vector slack;

  Index size() const { return static_cast<Index>(first.size()) - 1; }
};

/// `I - γ Q`, with `Q` the moves among `inside`, numbered in that order. What a row loses by discounting and by moves out
/// of `inside` is its slack.
MoveRows move_rows(const Chain& chain, const std::vector<Index>& inside, double factor);

/// For each row the number of its strongly connected component. A component's moves lead to lower numbers only.
std::vector<Index> components(const MoveRows& rows);

}  // namespace sojourn::detail
