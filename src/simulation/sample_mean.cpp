#include "simulation/sample_mean.hpp"

#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

namespace sojourn::detail {
namespace {

/// Observations independent of each other: customers, or the means of antithetic pairs.
std::vector<double> independent(const std::vector<double>& values, bool is_paired) {
  if (!is_paired) return values;
  std::vector<double> pairs(values.size() / 2);
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = 0.5 * (values[2 * i] + values[2 * i + 1]);
  return pairs;
}

std::optional<double> z_of(double mean, double standard_error, const std::optional<double>& exact) {
  if (!exact || !is_chance(standard_error, std::abs(mean) + std::abs(*exact))) return std::nullopt;
  return (mean - *exact) / standard_error;
}

/// The binomial law of `n` trials of probability `p`, beside its largest weight, from `first` on.
struct BinomialWeights {
  std::int64_t first;
  std::vector<double> weights;
};
BinomialWeights binomial_weights(std::int64_t n, double p) {
  // Weights beside that of the mode, by their ratios, down to where no more is added.
  constexpr double negligible = 1e-18;
  const double odds = p / (1.0 - p);
  const auto mode = std::min(n, static_cast<std::int64_t>((static_cast<double>(n) + 1.0) * p));
  std::vector<double> below;  // mode - 1, mode - 2, …
  std::vector<double> from_mode{1.0};
  for (std::int64_t k = mode; k > 0; --k) {
    const double last = below.empty() ? 1.0 : below.back();
    below.push_back(last * static_cast<double>(k) / static_cast<double>(n - k + 1) / odds);
    if (below.back() < negligible) break;
  }
  for (std::int64_t k = mode; k < n; ++k) {
    from_mode.push_back(from_mode.back() * static_cast<double>(n - k) / static_cast<double>(k + 1) * odds);
    if (from_mode.back() < negligible) break;
  }
  std::vector<double> weights(below.rbegin(), below.rend());
  weights.insert(weights.end(), from_mode.begin(), from_mode.end());
  return {mode - static_cast<std::int64_t>(below.size()), std::move(weights)};
}

/// Order statistics `lower`, `upper` (counted from 1) between which the quantile `p` of `n` independent values lies with
/// probability `level` at least, from the binomial law of how many do not exceed it; nothing where so few cannot tell.
struct Ranks {
  std::int64_t lower;
  std::int64_t upper;
};
std::optional<Ranks> quantile_ranks(std::int64_t n, double p, double level) {
  const auto [first, weights] = binomial_weights(n, p);
  const double tail = 0.5 * (1.0 - level) * std::accumulate(weights.begin(), weights.end(), 0.0);

  // The quantile is below the order statistic `lower` when fewer than `lower` values do not exceed it.
  std::int64_t lower = first;
  double left = 0.0;
  for (std::size_t i = 0; i < weights.size() && left + weights[i] <= tail; ++i) {
    left += weights[i];
    ++lower;
  }
  std::int64_t upper = first + static_cast<std::int64_t>(weights.size());
  double right = 0.0;
  for (std::size_t i = weights.size(); i > 0 && right + weights[i - 1] <= tail; --i) {
    right += weights[i - 1];
    --upper;
  }
  if (lower < 1 || upper > n) return std::nullopt;
  return Ranks{.lower = lower, .upper = upper};
}

}  // namespace

bool is_chance(double standard_error, double size) {
  return standard_error > 1e-12 * size;
}

SimulatedMean mean_of(const std::vector<double>& values, bool is_paired, const std::optional<double>& exact) {
  const std::vector<double> x = independent(values, is_paired);
  const std::size_t n = x.size();
  const double mean = block_sum(n, [&](std::size_t i) { return x[i]; }) / static_cast<double>(n);
  double error = 0.0;
  if (n > 1) {
    const double squares = block_sum(n, [&](std::size_t i) { return (x[i] - mean) * (x[i] - mean); });
    error = std::sqrt(squares / static_cast<double>(n - 1) / static_cast<double>(n));
  }
  return {.mean = mean, .standard_error = error, .exact = exact, .z = z_of(mean, error, exact)};
}

SimulatedMean controlled_mean(const std::vector<double>& values, const std::vector<double>& controls,
                              double mean_of_controls, bool is_paired, const std::optional<double>& exact) {
  const std::vector<double> y = independent(values, is_paired);
  const std::vector<double> x = independent(controls, is_paired);
  const std::size_t n = y.size();
  const auto count = static_cast<double>(n);
  const double x_mean = block_sum(n, [&](std::size_t i) { return x[i]; }) / count;
  const double y_mean = block_sum(n, [&](std::size_t i) { return y[i]; }) / count;
  const double xx = block_sum(n, [&](std::size_t i) { return (x[i] - x_mean) * (x[i] - x_mean); });
  const double xy = block_sum(n, [&](std::size_t i) { return (x[i] - x_mean) * (y[i] - y_mean); });
  const double slope = xx > 0.0 ? xy / xx : 0.0;
  const double mean = y_mean - slope * (x_mean - mean_of_controls);
  double error = 0.0;
  if (n > 2) {
    const double squares = block_sum(n, [&](std::size_t i) {
      const double rest = (y[i] - y_mean) - slope * (x[i] - x_mean);
      return rest * rest;
    });
    error = std::sqrt(squares / (count - 2.0) / count);
  }
  return {.mean = mean, .standard_error = error, .exact = exact, .z = z_of(mean, error, exact)};
}

std::optional<QuantileInterval> quantile_interval(std::vector<double> values, const QuantileWidth& wanted) {
  const auto ranks = quantile_ranks(static_cast<std::int64_t>(values.size()), wanted.p, wanted.level);
  if (!ranks) return std::nullopt;
  const auto nth = [&values](std::int64_t rank) {
    const auto place = values.begin() + (rank - 1);
    std::nth_element(values.begin(), place, values.end());
    return *place;
  };
  const double lower = nth(ranks->lower);
  return QuantileInterval{.p = wanted.p, .level = wanted.level, .lower = lower, .upper = nth(ranks->upper)};
}

}  // namespace sojourn::detail
