/// \file simulation.hpp
/// What came out of a simulation of customers, in parts that add up to exactly the whole.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "sojourn/chain/types.hpp"
#include "sojourn/data/journey.hpp"
#include "sojourn/simulation/simulated_value.hpp"

namespace sojourn {

namespace detail {
struct SimulationContent;
}

/// Where the columns of journeys are to be written: room of the caller's own, for as many numbers as there are; empty = not
/// wanted.
struct JourneyBuffers {
  std::span<std::int64_t> customers = {};  ///< per customer: his number
  std::span<std::int64_t> offsets = {};  ///< one more than customers: where their entries begin, and where the last end
  std::span<std::int32_t> states = {};   ///< per entry (`n_journey_entries`): position of the state
  std::span<std::int64_t> times = {};    ///< per entry: its period
  std::span<double> values = {};         ///< per entry: undiscounted rewards, currency
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

}  // namespace sojourn
