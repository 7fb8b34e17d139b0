// What a simulation holds.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulation/simulated_paths.hpp"
#include "sojourn/simulation/simulate.hpp"

namespace sojourn::detail {

struct SimulationContent {
  /// Customers `first … first + count - 1`.
  struct Range {
    std::int64_t first;
    std::int64_t count;
  };

  Chain chain;
  Rewards rewards;
  Vector start;
  std::optional<Discount> discount;
  std::uint64_t seed;
  std::optional<Index> horizon;
  SimulationOutputs outputs;
  std::vector<std::string> targets;
  Stays stays;

  std::vector<Range> ranges;  ///< ascending
  std::optional<SimulatedValue> value = {};
  CountMatrix occupancy = {};         ///< kept for revenue too
  CountMatrix moves_per_period = {};  ///< shape (horizon, n_states · n_states), for revenue where moves bring money
  Matrix revenue = {};
  CountMatrix moves = {};
  std::vector<std::int64_t> end_times = {};  ///< one range after another
  std::vector<std::int64_t> passage_times = {};
  std::shared_ptr<const SimulatedPaths> paths = {};

  std::int64_t customers() const;
  /// From whole numbers of customers and moves, so that it does not depend on who counted which.
  void count_revenue();
};

}  // namespace sojourn::detail
