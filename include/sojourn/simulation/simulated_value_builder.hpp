/// \file simulated_value_builder.hpp
/// Values of simulated customers, summed up as they come.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "sojourn/simulation/simulated_value.hpp"

namespace sojourn {

/// Makes a summary of values that come block by block. One thread at a time may use it.
class SimulatedValueBuilder {
 public:
  SimulatedValueBuilder();
  ~SimulatedValueBuilder();
  SimulatedValueBuilder(SimulatedValueBuilder&& other) noexcept;
  SimulatedValueBuilder& operator=(SimulatedValueBuilder&& other) noexcept;

  /// Adds the values of customers `first_customer`, `first_customer + 1`, … Throws `invalid_argument`, and adds
  /// nothing, for a value that is not finite or a customer who is there already.
  void add(std::int64_t first_customer, std::span<const double> values);

  /// How many customers were added.
  std::int64_t customers() const;

  /// Summary of the customers so far, of whom there must be one.
  SimulatedValue summary() const;

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};

}  // namespace sojourn
