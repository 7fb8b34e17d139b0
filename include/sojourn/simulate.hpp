/// \file simulate.hpp
/// A chain turned back into customers.
///
/// Random numbers are a function of (seed, customer, step) alone: Philox4x32-10 (J. K. Salmon et al., "Parallel random
/// numbers: as easy as 1, 2, 3", SC11, 2011). So a customer's journey is the same whatever the number of threads and
/// whichever customers are simulated beside him. Moves are drawn from alias tables (M. D. Vose, IEEE Transactions on
/// Software Engineering 17, 1991) with 64-bit thresholds.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "sojourn/chain.hpp"
#include "sojourn/discount.hpp"
#include "sojourn/journey.hpp"
#include "sojourn/rewards.hpp"
#include "sojourn/simulated_value.hpp"

namespace sojourn {

/// What a simulation is to return.
struct SimulationOutputs {
  bool value = true;       ///< discounted value per customer
  bool occupancy = false;  ///< customers per period and state, and survivors; needs a horizon
  bool journeys = false;   ///< whole journeys as columns
};

struct SimulateOptions {
  std::int64_t customers = 10'000;  ///< at least 1
  /// Periods, at least 1; unset = until every customer has reached an absorbing state
  std::optional<Index> horizon = std::nullopt;
  Vector start = {};  ///< law of the first state, shape (n_states,); empty = the first state of the chain
  std::optional<Discount> discount = std::nullopt;  ///< unset = undiscounted
  std::uint64_t seed = 0;                           ///< any 64-bit number
  std::int64_t first_customer = 0;                  ///< number of the first customer, for simulating in parts
  int threads = 0;                                  ///< 0 = as many as this process may use
  SimulationOutputs outputs = {};
  /// Called now and then, from the calling thread only, with the customers done so far; what it throws stops the run
  /// and is passed on.
  std::function<void(std::int64_t done)> progress = {};
  /// Set it from another thread to stop: `simulate` then throws `Cancelled`
  const std::atomic<bool>* cancel = nullptr;
};

/// Thrown by a run that was told to stop.
class Cancelled : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What came out of a simulation; an output that was not asked for is refused by name (`domain_error`).
class Simulation {
 public:
  const SimulatedValue& value() const;
  bool has_value() const { return value_.has_value(); }
  /// Shape (horizon, n_states): customers in each state at the start of period `t = 0 … T - 1`.
  const CountMatrix& occupancy() const;
  /// Shape (horizon,): customers not yet in an absorbing state at `t = 0 … T - 1`.
  CountVector survivors() const;
  /// Journeys of up to `horizon + 1` states, each ending with its first absorbing state; `times` numbers the periods,
  /// `values` holds the undiscounted rewards of a state and of the move out of it (the last state's own reward
  /// included, though it lies beyond the horizon, so that a fit of the journeys finds the rewards again).
  const Journeys& journeys() const;

  std::int64_t customers() const { return customers_; }
  std::uint64_t seed() const { return seed_; }
  const std::optional<Index>& horizon() const { return horizon_; }

  /// What was simulated, in words.
  std::string definition() const { return definition_; }

 private:
  friend Simulation simulate(const Chain&, const Rewards&, const SimulateOptions&);
  Simulation() = default;

  std::int64_t customers_ = 0;
  std::uint64_t seed_ = 0;
  std::optional<Index> horizon_;
  std::vector<Index> absorbing_;
  std::optional<SimulatedValue> value_;
  std::optional<CountMatrix> occupancy_;
  std::optional<Journeys> journeys_;
  std::string definition_;
};

/// Simulates customers. Throws `invalid_argument` for options out of range, `domain_error` when there is no horizon and
/// a customer might never reach an absorbing state (or one that keeps bringing money); the message names the state.
Simulation simulate(const Chain& chain, const Rewards& rewards, const SimulateOptions& options = {});

}  // namespace sojourn
