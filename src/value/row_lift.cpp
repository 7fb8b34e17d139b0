#include "value/row_lift.hpp"

#include <algorithm>
#include <numeric>

namespace sojourn::detail {

RowSupport::RowSupport(const Chain& chain, Index i) {
  if (chain.is_sparse()) {
    std::vector<double> weights;
    chain.for_each_move(i, [&](Index j, double weight) {
      to.push_back(j);
      weights.push_back(weight);
    });
    p = Eigen::Map<const Eigen::RowVectorXd>(weights.data(), static_cast<Index>(weights.size()));
    p.maxCoeff(&near);
  } else {
    to.resize(static_cast<std::size_t>(chain.n_states()));
    std::iota(to.begin(), to.end(), Index{0});
    p = chain.transition_matrix().row(i);
    near = i;
  }
}

std::optional<Index> RowSupport::find(Index state) const {
  const auto found = std::lower_bound(to.begin(), to.end(), state);
  if (found == to.end() || *found != state) return std::nullopt;
  return found - to.begin();
}

}  // namespace sojourn::detail
