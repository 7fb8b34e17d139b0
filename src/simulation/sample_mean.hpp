// What simulated customers say of a mean or a quantile, and how surely.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "sojourn/simulation/scenarios.hpp"

namespace sojourn::detail {

/// Sums of blocks, then of their sums: the same number whatever made the terms.
template <class Term>
double block_sum(std::size_t n, const Term& term) {
  constexpr std::size_t block_size = 4096;
  double total = 0.0;
  for (std::size_t first = 0; first < n; first += block_size) {
    const std::size_t end = std::min<std::size_t>(n, first + block_size);
    double part = 0.0;
    for (std::size_t i = first; i < end; ++i) part += term(i);
    total += part;
  }
  return total;
}

/// True for an error that is more than rounding of amounts of this size.
bool is_chance(double standard_error, double size);

/// The mean of customers, or of antithetic pairs, beside the exact one.
SimulatedMean mean_of(const std::vector<double>& values, bool is_paired, const std::optional<double>& exact);

/// The mean of `values` told what `controls`, of known mean, were off.
SimulatedMean controlled_mean(const std::vector<double>& values, const std::vector<double>& controls,
                              double mean_of_controls, bool is_paired, const std::optional<double>& exact);

/// Distribution-free; nothing where so few customers cannot tell.
std::optional<QuantileInterval> quantile_interval(std::vector<double> values, const QuantileWidth& wanted);

}  // namespace sojourn::detail
