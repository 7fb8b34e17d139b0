#include "simulation/block_moments.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "simulation/customer_ranges.hpp"

namespace sojourn::detail {
namespace {

using Moments = SimulatedValueAccess::Moments;

/// Sum of `term(x)` in eight lanes: the same order of additions on every machine, whatever the compiler makes of it.
template <class Term>
double lane_sum(std::span<const double> values, Term&& term) {
  std::array<double, 8> lanes{};
  std::size_t i = 0;
  for (; i + 8 <= values.size(); i += 8) {
    for (std::size_t k = 0; k < 8; ++k) lanes[k] += term(values[i + k]);
  }
  for (std::size_t k = 0; i + k < values.size(); ++k) lanes[k] += term(values[i + k]);
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

}  // namespace

SimulatedValueAccess::Moments moments_of(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  const double first = values.front();
  const double mean = first + lane_sum(values, [first](double x) { return x - first; }) / n;
  const double rest = lane_sum(values, [mean](double x) { return x - mean; });
  const double squares = lane_sum(values, [mean](double x) { return (x - mean) * (x - mean); });
  return {mean + rest / n, std::max(squares - rest * rest / n, 0.0)};
}

Total total(const SimulatedValueAccess::Fields& fields) {
  struct Part {
    double customers;
    Moments moments;
  };
  std::vector<Part> parts;
  std::int64_t customers = 0;
  auto value = fields.values.begin();
  auto block = fields.blocks.begin();
  each_block(fields.ranges, [&](std::int64_t n) {
    const bool is_summarized = !fields.has_values && n == customers_in_block;
    parts.push_back({static_cast<double>(n), is_summarized ? *block++ : moments_of(std::span(value, value + n))});
    if (!is_summarized) value += n;
    customers += n;
  });
  const auto n = static_cast<double>(customers);
  double mean = parts.front().moments.mean;
  double rest = 0.0;
  for (const Part& part : parts) rest += part.customers * (part.moments.mean - mean);
  mean += rest / n;
  rest = 0.0;
  double squares = 0.0;
  for (const Part& part : parts) {
    const double off = part.moments.mean - mean;
    rest += part.customers * off;
    squares += part.moments.squares + part.customers * (off * off);
  }
  squares = std::max(squares - rest * rest / n, 0.0);
  return {mean + rest / n, customers > 1 ? std::sqrt(squares / (n - 1.0)) : 0.0};
}

}  // namespace sojourn::detail
