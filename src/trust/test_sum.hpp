// Sums over compared numbers of moves, and p-values read together.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sojourn/trust/rows_test.hpp"

namespace sojourn::detail {

/// The sums that make a `TestResult`.
class TestSum {
 public:
  explicit TestSum(TestMethod method) : method_(method) {}

  /// One compared number of moves, `expected > 0`.
  void cell(std::int64_t seen, double expected);
  void degrees(Index n) { degrees_ += n; }
  /// Moves with the distance of their group from the shared row, and what chance alone makes of it.
  void moves(std::int64_t n, double distance, double by_chance);
  void add(const TestSum& other);

  Index degrees_of_freedom() const { return degrees_; }
  TestResult result(std::string question) const;

 private:
  TestMethod method_;
  double statistic_ = 0.0;
  Index degrees_ = 0;
  Index cells_ = 0;
  Index sparse_ = 0;
  std::int64_t moves_ = 0;
  double distance_ = 0.0;
  double by_chance_ = 0.0;
};

/// Expected total variation between the shares of `n` draws and the law `p`; `rest` = share of the variance that is left
/// when the law was estimated from these draws among others.
double distance_by_chance(const Eigen::RowVectorXd& p, double n, double rest);

/// P-values adjusted for their number, in their order.
std::vector<double> adjusted(const std::vector<double>& p_values, Adjustment adjustment);

/// Adjusts the tests of several states for their number.
template <class TestOfState>
void adjust_for_number(std::vector<TestOfState>& by_state, Adjustment adjustment) {
  std::vector<double> p_values;
  p_values.reserve(by_state.size());
  for (const TestOfState& s : by_state) p_values.push_back(s.test.p_value);
  p_values = adjusted(p_values, adjustment);
  for (std::size_t k = 0; k < p_values.size(); ++k) by_state[k].adjusted_p_value = p_values[k];
}

/// Adjusts the departures for their number.
void adjust_departures(RowsTest& test);

}  // namespace sojourn::detail
