// The law of the sum of many independent values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sojourn/value/value_law.hpp"
#include "value/value_walk.hpp"

namespace sojourn::detail {

/// Customers of one kind and the law of what one of them brings, less `received`.
struct Kind {
  std::int64_t count;
  ValueLaw law;
  double received;
};

/// Every sum one by one; nothing when there are too many of them.
std::vector<Mass> listed(const std::vector<Kind>& kinds);

/// How far a sum may be off but for a probability of `share`, when amounts are off by mean 0 (G. Bennett, Journal of the
/// American Statistical Association 57, 1962), and when every amount is off by its most.
double error_of_sum(const std::vector<Kind>& kinds, double h, double share);

/// A stretch that a sum leaves with a probability of at most `delta / 4`, or never.
struct Window {
  double width;
  double support;   // from the least sum to the greatest
  double left_out;  // probability, that of roundings and of the kinds' laws included
};
/// `variance` is that of the sum, amounts are known to `h`.
Window window_of(const std::vector<Kind>& kinds, double h, double variance, double delta);

/// The sums on a grid of `points` points of spacing `h`, wide enough for the window, by the product of the kinds' transforms.
/// Each is known to `error`; what rounding may take or give is added to `left_out`.
std::vector<Mass> summed(const std::vector<Kind>& kinds, double h, std::size_t points, double error, Window& window);

}  // namespace sojourn::detail
