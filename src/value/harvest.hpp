// What of a walk has come to its end, on one grid.
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "value/value_walk.hpp"

namespace sojourn::detail {

struct Harvest {
  double h;
  double theta;
  bool rehearsal;
  Index most_points;
  bool started = false;
  double origin = 0.0;
  Index first = 0;  // cell of mass[0]
  std::vector<double> mass = {};
  double weight = 0.0;
  double off_sum = 0.0;
  double square = 0.0;
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  double up = 0.0;
  double down = 0.0;

  /// The customers in state `i`, with what is still to come to them, known within `below` and `above`.
  void add(const ValueWalk& walk, Index i, double to_come, double below, double above, bool is_counted);

  double mean_off() const { return weight > 0.0 ? off_sum / weight : 0.0; }
  double variance() const { return weight > 0.0 ? square / weight - mean_off() * mean_off() : 0.0; }
  /// The largest error of all, once the mean error is taken out.
  double certain_error() const { return weight > 0.0 ? std::max(high - mean_off(), mean_off() - low) : 0.0; }
  /// The error but for a probability of `share`.
  double likely_error(double share) const;

 private:
  void count(const Slip& slip, double off, double below, double above);
  void add_cells(const std::vector<double>& cells, Index begin);
  void check_points(Index points) const;
};

}  // namespace sojourn::detail
