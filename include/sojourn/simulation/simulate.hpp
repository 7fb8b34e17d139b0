/// \file simulate.hpp
/// A chain turned back into customers.
///
/// Random numbers are a function of (seed, customer, step) alone: Philox4x32-10 (J. K. Salmon et al., "Parallel random
/// numbers: as easy as 1, 2, 3", SC11, 2011). So a customer's journey is the same whatever the number of threads and
/// whichever customers are simulated beside him, and whichever instruction set the machine has. Moves are drawn from alias
/// tables (M. D. Vose, IEEE Transactions on Software Engineering 17, 1991) with 64-bit thresholds.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sojourn/chain/chain.hpp"
#include "sojourn/chain/discount.hpp"
#include "sojourn/chain/rewards.hpp"
#include "sojourn/simulation/cancelled.hpp"   // IWYU pragma: export
#include "sojourn/simulation/simulation.hpp"  // IWYU pragma: export

namespace sojourn {

/// What a simulation is to return. What is not asked for costs nothing.
struct SimulationOutputs {
  bool value = true;           ///< discounted value per customer
  bool value_summary = false;  ///< the same in bounded memory: mean, spread, quantiles with a stated error
  bool occupancy = false;      ///< customers per period and state, and survivors; needs a horizon
  bool revenue = false;        ///< money per period and state; needs a horizon
  bool moves = false;          ///< how often each move was made
  bool end_times = false;      ///< when each customer reached an absorbing state
  bool journeys = false;       ///< whole journeys as columns

  bool operator==(const SimulationOutputs&) const = default;
};

/// How a customer's stay in a state is walked. `stepped` draws every move, and his journey is the same on every
/// machine. `jumped` draws at once how long he stays and where he goes then: much faster where stays last four periods
/// or more on average (twenty where states have hundreds of moves), and slower where hardly anybody stays. Jumped
/// customers are others than the stepped ones of the same seed. What is the same is the law of their values and times:
/// every outcome of a draw has its probability to 2^-53, and the discounts of a stay are added up in twice the usual
/// precision, so that no value is further from the sum over its periods than the rounding of that sum. They too do not
/// depend on the number of threads or on who is simulated beside them. Only `value`, `value_summary`, `end_times` and
/// `targets` can be asked of them, for nothing else survives the jump.
enum class Stays { stepped, jumped };

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
  /// States whose first passage is timed for each customer; empty = none
  std::vector<std::string> targets = {};
  Stays stays = Stays::stepped;  ///< `jumped` for long stays, by name only
  /// Called now and then, from the calling thread only, with the customers done so far; what it throws stops the run
  /// and is passed on.
  std::function<void(std::int64_t done)> progress = {};
  /// Set it from another thread to stop: `simulate` then throws `Cancelled`
  const std::atomic<bool>* cancel = nullptr;
};

/// Simulates customers. Throws `invalid_argument` for options out of range, `domain_error` when there is no horizon and
/// a customer might never reach an absorbing state (or one that keeps bringing money); the message names the state.
Simulation simulate(const Chain& chain, const Rewards& rewards, const SimulateOptions& options = {});

}  // namespace sojourn
