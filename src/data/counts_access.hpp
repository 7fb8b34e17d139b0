// The fields of `Counts`, for the reader and writer of model files.
#pragma once

#include <vector>

#include "sojourn/data/counts.hpp"

namespace sojourn {

struct CountsAccess {
  /// All that counts hold, in the open.
  struct Fields {
    Lifecycle lifecycle;
    Period period;
    CountMatrix moves = {};
    CountVector visits = {};
    CountVector starts = {};
    CountVector lasts = {};
    std::vector<Dwell> dwell = {};
    std::vector<detail::CarriedSum> values = {};
    std::vector<detail::CarriedSum> squared_values = {};
    std::int64_t n_journeys = 0;
    std::int64_t n_customers = 0;
  };

  /// Throws `invalid_argument` for shapes or numbers that no set of journeys could have.
  static Counts make(Fields fields);

  static const std::vector<detail::CarriedSum>& values(const Counts& counts) { return counts.values_; }
  static const std::vector<detail::CarriedSum>& squared_values(const Counts& counts) { return counts.squared_values_; }
};

}  // namespace sojourn
