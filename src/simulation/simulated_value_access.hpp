// What a `SimulatedValue` holds, in the open: for its own source and for pickling.
#pragma once

#include <cstdint>
#include <vector>

#include "sojourn/simulation/simulated_value.hpp"

namespace sojourn {

struct SimulatedValueAccess {
  /// Customers `first … end - 1`.
  struct Range {
    std::int64_t first;
    std::int64_t end;
    friend bool operator==(const Range&, const Range&) = default;
  };

  /// Moments of the values of a block.
  struct Moments {
    double mean = 0.0;
    double squares = 0.0;  ///< sum of the squared deviations from the mean
    friend bool operator==(const Moments&, const Moments&) = default;
  };

  /// Values that agree in their leading bits.
  struct Bin {
    std::int64_t key;  ///< in the order of the values
    std::int64_t count;
    double low;
    double high;
    friend bool operator==(const Bin&, const Bin&) = default;
  };

  /// Bins in order, at the finest level at which the values fill no more than `most_bins` of them.
  struct BinList {
    int level = 0;
    std::vector<Bin> bins = {};
    friend bool operator==(const BinList&, const BinList&) = default;
  };

  /// One form for one set of customers: ranges in order, none touching the next.
  struct Fields {
    bool has_values = true;
    std::vector<Range> ranges = {};
    std::vector<double> values = {};   ///< in order: of all customers, or of those in incomplete blocks
    std::vector<Moments> blocks = {};  ///< in order: of the complete blocks; empty where all values are kept
    BinList bins = {};                 ///< empty where all values are kept
    friend bool operator==(const Fields&, const Fields&) = default;
  };

  /// Throws `invalid_argument` for fields that no customers could have.
  static SimulatedValue make(Fields fields);
  static const Fields& fields(const SimulatedValue& value);

  /// For fields known to be right.
  static SimulatedValue trusted(Fields fields);
};

}  // namespace sojourn
