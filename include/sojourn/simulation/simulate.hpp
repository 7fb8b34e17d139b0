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
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "sojourn/chain/chain.hpp"
#include "sojourn/chain/discount.hpp"
#include "sojourn/chain/rewards.hpp"
#include "sojourn/data/journey.hpp"
#include "sojourn/simulation/simulated_value.hpp"

namespace sojourn {

namespace detail {
struct SimulationContent;
}

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

/// Where the columns of journeys are to be written: room of the caller's own, for as many numbers as there are; empty = not
/// wanted.
struct JourneyBuffers {
  std::span<std::int64_t> customers = {};  ///< per customer: his number
  std::span<std::int64_t> offsets = {};  ///< one more than customers: where their entries begin, and where the last end
  std::span<std::int32_t> states = {};   ///< per entry (`n_journey_entries`): position of the state
  std::span<std::int64_t> times = {};    ///< per entry: its period
  std::span<double> values = {};         ///< per entry: undiscounted rewards, currency
};

/// Thrown by a run that was told to stop.
class Cancelled : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What came out of a simulation. Copies share what they hold. An output that was not asked for is refused by name (`domain_error`).
class Simulation {
 public:
  /// Every value, or only a summary of them where `value_summary` was asked for instead.
  const SimulatedValue& value() const;
  bool has_value() const;
  /// The expected value that was simulated, exact, in currency: to be held against `value().mean()`. Empty where it does not
  /// exist or cannot be had: a value without an end, or too large.
  std::optional<double> exact_mean() const;
  /// Shape (horizon, n_states): customers in each state at the start of period `t = 0 … T - 1`.
  const CountMatrix& occupancy() const;
  /// Shape (horizon,): customers not yet in an absorbing state at `t = 0 … T - 1`.
  CountVector survivors() const;
  /// Shape (horizon, n_states): undiscounted money, in currency, that customers in a state bring in a period, with what
  /// their moves out of it bring at its end.
  const Matrix& revenue() const;
  /// Shape (n_states, n_states): moves made until a journey ends with its first absorbing state, as `count` finds them in
  /// the journeys.
  const CountMatrix& moves() const;
  /// Per customer, in the order of their numbers: periods until he was in an absorbing state, -1 where the horizon came
  /// first.
  std::span<const std::int64_t> end_times() const;
  /// Per customer: the first period `t = 1, 2, …` in which he was in a target, as in `first_passage`; -1 where his horizon
  /// or his journey ended first.
  std::span<const std::int64_t> passage_times() const;
  /// Journeys of up to `horizon + 1` states, each ending with its first absorbing state; `times` numbers the periods,
  /// `values` holds the undiscounted rewards of a state and of the move out of it (the last state's own reward
  /// included, though it lies beyond the horizon, so that a fit of the journeys finds the rewards again). The columns are
  /// made when they are first asked for: a run keeps two bytes per state.
  const Journeys& journeys() const;
  /// States of all journeys together.
  std::int64_t n_journey_entries() const;
  /// Writes the columns of `journeys` where the caller wants them, without making any of them first. Throws
  /// `invalid_argument` for a buffer of another size.
  void write_journeys(const JourneyBuffers& to) const;

  std::int64_t customers() const;
  std::uint64_t seed() const;
  const std::optional<Index>& horizon() const;

  /// What was simulated, in words.
  std::string definition() const;

  /// All customers of the parts, to the bit what one run of them all would have given. Throws `invalid_argument` for no
  /// parts, a customer who is in two of them, or parts that differ in chain, rewards, start, horizon, discount, seed or
  /// outputs.
  static Simulation merge(std::span<const Simulation> parts);
  friend Simulation operator+(const Simulation& a, const Simulation& b);

  /// Made by `simulate`.
  explicit Simulation(std::shared_ptr<const detail::SimulationContent> content);

 private:
  friend struct SimulationAccess;
  std::shared_ptr<const detail::SimulationContent> content_;
};

/// Simulates customers. Throws `invalid_argument` for options out of range, `domain_error` when there is no horizon and
/// a customer might never reach an absorbing state (or one that keeps bringing money); the message names the state.
Simulation simulate(const Chain& chain, const Rewards& rewards, const SimulateOptions& options = {});

}  // namespace sojourn
