#include "trust/test_sum.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "support/tails.hpp"

namespace sojourn::detail {
namespace {

constexpr double few = 5.0;  // an expected number of moves below this makes a chi-squared law rough

}  // namespace

void TestSum::cell(std::int64_t seen, double expected) {
  const auto n = static_cast<double>(seen);
  ++cells_;
  if (expected < few) ++sparse_;
  if (method_ == TestMethod::pearson) {
    statistic_ += (n - expected) * (n - expected) / expected;
  } else if (seen > 0) {
    statistic_ += 2.0 * n * std::log(n / expected);
  }
}

void TestSum::moves(std::int64_t n, double distance, double by_chance) {
  moves_ += n;
  distance_ += static_cast<double>(n) * distance;
  by_chance_ += static_cast<double>(n) * by_chance;
}

void TestSum::add(const TestSum& other) {
  statistic_ += other.statistic_;
  degrees_ += other.degrees_;
  cells_ += other.cells_;
  sparse_ += other.sparse_;
  moves_ += other.moves_;
  distance_ += other.distance_;
  by_chance_ += other.by_chance_;
}

TestResult TestSum::result(std::string question) const {
  const double statistic = degrees_ > 0 ? std::max(0.0, statistic_) : 0.0;  // G² of equal rows rounds below 0
  const double n = std::max(1.0, static_cast<double>(moves_));
  return {.question = std::move(question),
          .method = method_ == TestMethod::pearson ? "Pearson (X²)" : "likelihood ratio (G²)",
          .statistic = statistic,
          .degrees_of_freedom = degrees_,
          .p_value = chi_squared_tail(statistic, degrees_),
          .moves = moves_,
          .cells = cells_,
          .sparse_cells = sparse_,
          .effect = distance_ / n,
          .effect_by_chance = by_chance_ / n};
}

// For a normal difference the mean size is √(2/π) standard deviations.
double distance_by_chance(const Eigen::RowVectorXd& p, double n, double rest) {
  const double spread = (p.array() * (1.0 - p.array())).max(0.0).sqrt().sum();
  return std::min(1.0, 0.5 * std::sqrt(2.0 / std::acos(-1.0) * std::max(0.0, rest) / n) * spread);
}

std::vector<double> adjusted(const std::vector<double>& p_values, Adjustment adjustment) {
  const std::size_t n = p_values.size();
  std::vector<std::size_t> by_size(n);
  std::iota(by_size.begin(), by_size.end(), std::size_t{0});
  std::stable_sort(by_size.begin(), by_size.end(),
                   [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> out(n);
  double bound = adjustment == Adjustment::holm ? 0.0 : 1.0;
  for (std::size_t step = 0; step < n; ++step) {
    if (adjustment == Adjustment::holm) {  // from the smallest on, never falling
      const std::size_t k = by_size[step];
      bound = std::max(bound, std::min(1.0, p_values[k] * static_cast<double>(n - step)));
      out[k] = bound;
    } else {  // from the largest down, never rising
      const std::size_t k = by_size[n - 1 - step];
      bound = std::min(bound, p_values[k] * static_cast<double>(n) / static_cast<double>(n - step));
      out[k] = bound;
    }
  }
  return out;
}

void adjust_departures(RowsTest& test) {
  std::vector<double> p_values;
  p_values.reserve(test.departures.size());
  for (const Departure& d : test.departures) p_values.push_back(d.p_value);
  p_values = adjusted(p_values, test.adjustment);
  for (std::size_t k = 0; k < p_values.size(); ++k) test.departures[k].p_value = p_values[k];
}

}  // namespace sojourn::detail
