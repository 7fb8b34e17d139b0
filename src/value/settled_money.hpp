// What states bring from which the stream of rewards is certain.
#pragma once

#include <vector>

#include "value/value_walk.hpp"

namespace sojourn::detail {

/// With a horizon, listed per number of periods to go. Throws `domain_error` where that list is too long.
class SettledMoney {
 public:
  SettledMoney(const LifetimeValue& value, const WalkProblem& problem);

  /// Money still to come to a customer of the walk in a settled state, in money of today.
  double to_come(const ValueWalk& walk, Index i) const;

 private:
  const LifetimeValue& value_;
  const WalkProblem& problem_;
  std::vector<std::vector<double>> stream_;  // by state, by periods to go
};

}  // namespace sojourn::detail
