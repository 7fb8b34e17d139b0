// Customers walked through several scenarios at once, with common random numbers.
#pragma once

#include <cstdint>
#include <vector>

#include "simulation/inverse_table.hpp"
#include "simulation/scenario_program.hpp"
#include "support/crew.hpp"

namespace sojourn::detail {

/// Counts and sums per period.
struct ScenarioTables {
  CountMatrix occupancy;
  Vector revenue;
  Vector costs;

  ScenarioTables() = default;
  ScenarioTables(Index periods, Index n_states)
      : occupancy(CountMatrix::Zero(periods, n_states)), revenue(Vector::Zero(periods)), costs(Vector::Zero(periods)) {}

  void add(const ScenarioTables& other) {
    occupancy += other.occupancy;
    revenue += other.revenue;
    costs += other.costs;
  }
};

class ScenarioWalk {
 public:
  /// What it is given must outlive it.
  ScenarioWalk(const std::vector<ScenarioProgram>& programs, const ScenarioOptions& options, const Entrance& entrance);

  /// Also counts per period, and values at mean rewards; for a single scenario.
  void count_periods();
  void keep_mean_values() { has_mean_values_ = true; }

  /// Simulates on, to so many customers in all. Throws `Cancelled`.
  void run(std::int64_t customers, Crew& crew);

  std::int64_t customers() const { return customers_; }
  const std::vector<double>& values(std::size_t scenario) const { return values_[scenario]; }
  const std::vector<double>& mean_values() const { return mean_values_; }
  const ScenarioTables& tables() const { return tables_; }

 private:
  const std::vector<ScenarioProgram>& programs_;
  const ScenarioOptions& options_;
  const Entrance& entrance_;
  InverseTable starts_;
  double factor_;
  std::vector<double> entry_discounts_;
  std::vector<std::vector<double>> values_;
  std::vector<double> mean_values_;
  ScenarioTables tables_;
  bool has_tables_ = false;
  bool has_mean_values_ = false;
  std::int64_t customers_ = 0;
};

}  // namespace sojourn::detail
