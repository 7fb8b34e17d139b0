// Moves sorted into groups, and the test that all groups of a pool share one row.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sojourn/trust/fit_tests.hpp"

namespace sojourn::detail {

/// So many moves of one kind: out of a pool (moves that share a row under the hypothesis), in a group of it, to a state.
struct GroupedMove {
  std::uint64_t pool;
  std::uint64_t group;
  Index to;
  std::int64_t count;
};

/// Adds up moves by pool, group and target.
class MoveTally {
 public:
  /// `n_pools * n_groups * n_states` must be below 2^63.
  MoveTally(std::uint64_t n_pools, std::uint64_t n_groups, Index n_states);

  void add(std::uint64_t pool, std::uint64_t group, std::int32_t to, std::int64_t count = 1) {
    const std::uint64_t key = (pool * n_groups_ + group) * n_states_ + static_cast<std::uint64_t>(to);
    if (!dense_.empty()) {
      dense_[key] += count;
    } else {
      listed_.emplace_back(key, count);
    }
  }
  /// By pool, group and target; only what was seen.
  std::vector<GroupedMove> sorted() const;

 private:
  std::uint64_t n_groups_;
  std::uint64_t n_states_;
  std::vector<std::int64_t> dense_;
  std::vector<std::pair<std::uint64_t, std::int64_t>> listed_;
};

/// What the comparison of groups needs to know.
struct GroupQuestion {
  std::string text;
  std::function<Index(std::uint64_t pool)> state_of;
  std::function<std::string(std::uint64_t pool, std::uint64_t group)> name_of;
  TestMethod method;
  Adjustment adjustment;
  const LifetimeValue* value = nullptr;
};

/// Tests whether the groups of each pool share its row.
RowsTest compare_groups(const StateSpace& states, const std::vector<GroupedMove>& moves, const GroupQuestion& question);

/// Order 0 against order 1: do all rows share one law, but for the moves that are not allowed?
RowsTest compare_rows(const Lifecycle& lifecycle, const CountMatrix& moves, const GroupQuestion& question);

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

/// Upper tail of the chi-squared law.
double chi_squared_tail(double statistic, Index degrees_of_freedom);

/// P-values adjusted for their number, in their order.
std::vector<double> adjusted(const std::vector<double>& p_values, Adjustment adjustment);

}  // namespace sojourn::detail
