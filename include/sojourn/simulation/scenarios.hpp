/// \file scenarios.hpp
/// What difference does it make, customer by customer?
///
/// Two scenarios are walked by the same customers with common random numbers: in every period a customer draws his moves
/// in both from the same uniform, by the inverse of the distribution function. So he goes the same way in both until the
/// scenarios themselves part him, and the mean difference has a far smaller error than that of two simulations (P.
/// Glasserman & D. D. Yao, Management Science 38, 1992). The coupling is closest when the states are ordered from good
/// to bad. Journeys are other than those of `simulate`, which draws from alias tables; the law is the same.
///
/// Random numbers are a function of (seed, customer, period) alone, so results do not depend on threads or on who is
/// simulated beside whom. Money is discounted to period 0 of the calendar, at which the first customers may enter.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sojourn/chain/chain.hpp"
#include "sojourn/chain/discount.hpp"
#include "sojourn/chain/reward_law.hpp"
#include "sojourn/chain/rewards.hpp"
#include "sojourn/simulation/cancelled.hpp"  // IWYU pragma: export
#include "sojourn/simulation/simulated_value.hpp"

namespace sojourn {

/// What a period is counted from: from period 0 for all customers alike, or from the entry of each.
enum class Clock { calendar, age };

/// What follows the last chain of a schedule: the first again, or the last for good.
enum class AfterLast { repeat, keep };

/// A chain for each period: seasons (calendar, repeated) or ages (age, the last kept), or whatever else the two say.
struct ChainSchedule {
  std::vector<Chain> chains = {};
  Clock clock = Clock::calendar;
  AfterLast after_last = AfterLast::repeat;
};

/// Another chain, or other money, from a period on. A customer who is in period `t` moves out of it by the chain in force
/// in `t`.
struct Intervention {
  Index first = 0;                                    ///< the first period in which it is in force
  std::optional<Index> last = std::nullopt;           ///< the last one; unset = for good
  std::optional<Chain> chain = std::nullopt;          ///< unset = as without it
  std::optional<Rewards> rewards = std::nullopt;      ///< unset = as without it, reward laws included
  std::map<std::string, RewardLaw> reward_laws = {};  ///< beside `rewards`, by state
  Clock clock = Clock::calendar;
};

/// How customers move and what they bring.
struct Scenario {
  Chain chain;
  Rewards rewards;
  /// Random rewards by state, in place of `rewards.per_state()`: one draw for each period spent there.
  std::map<std::string, RewardLaw> reward_laws = {};
  ChainSchedule schedule = {};                   ///< where it has chains, they stand in place of `chain`
  std::vector<Intervention> interventions = {};  ///< of several in force, the later in this list goes before
  double cost = 0.0;                             ///< for each customer at his entry, currency
  /// For each period that a customer begins in a state that is not absorbing in every chain of the scenario, currency.
  double cost_per_period = 0.0;
};

/// How well a quantile is to be known: the width of its confidence interval, in currency, above 0.
struct QuantileWidth {
  double p = 0.5;       ///< which quantile, in (0, 1)
  double width = 0.0;   ///< currency
  double level = 0.95;  ///< confidence, in (0, 1)
};

/// When a simulation knows enough. With both, both must hold.
struct StopAt {
  std::optional<double> standard_error = std::nullopt;  ///< of the mean, or of the mean difference; currency, above 0
  std::optional<QuantileWidth> quantile_width = std::nullopt;  ///< of the values, or of the differences
};

struct ScenarioOptions {
  /// Unset = 10,000, or as many as `start_states`, `entries` or `entrants` hold
  std::optional<std::int64_t> customers = std::nullopt;
  /// Periods of the calendar, from 1 to 10,000,000; unset = until every customer has reached an absorbing state
  std::optional<Index> horizon = std::nullopt;
  Vector start = {};  ///< law of the first state, shape (n_states,); empty = the first state of the chain
  /// First state of each customer, by position, in place of `start`: today's base
  std::vector<Index> start_states = {};
  std::vector<Index> entries = {};  ///< period in which each customer enters; empty = all in period 0
  /// How many enter in period 0, 1, …, in the order of their numbers; in place of `entries`
  std::vector<std::int64_t> entrants = {};
  std::optional<Discount> discount = std::nullopt;  ///< unset = undiscounted
  std::uint64_t seed = 0;                           ///< any 64-bit number
  std::int64_t first_customer = 0;                  ///< number of the first customer, for simulating in parts
  /// Customers 2k and 2k + 1 draw from uniforms that are each other's complement; needs whole pairs
  bool antithetic = false;
  /// Use what is known exactly as a control variate: the base's value for a difference, the value with mean rewards for
  /// random ones
  bool control = false;
  /// Simulate further customers, after the first `customers`, until this holds
  StopAt stop_at = {};
  std::int64_t most_customers = 10'000'000;  ///< where `stop_at` gives up
  int threads = 0;                           ///< 0 = as many as this process may use
  /// Called now and then, from the calling thread only, with the customers done so far; what it throws stops the run and
  /// is passed on.
  std::function<void(std::int64_t done)> progress = {};
  /// Set it from another thread to stop: the call then throws `Cancelled`
  const std::atomic<bool>* cancel = nullptr;
};

/// A mean over simulated customers beside the exact one, in currency.
struct SimulatedMean {
  double mean;
  /// Of the mean. Antithetic customers count as pairs. What differs by start state or entry counts as chance, so that for
  /// a given base it is rather too large.
  double standard_error;
  /// The mean without simulation, by recursion or by solving; nothing where that would take longer than simulating
  std::optional<double> exact;
  /// `(mean - exact) / standard_error`; nothing where either is missing or the error is 0, roundings apart
  std::optional<double> z;
};

/// A distribution-free confidence interval for a quantile, between two order statistics, in currency.
struct QuantileInterval {
  double p;
  double
      level;  ///< the confidence that was asked for; the true one is at least this for a number of customers set ahead
  double lower;
  double upper;
};

/// What came of one scenario.
struct ScenarioSimulation {
  SimulatedValue value;  ///< discounted rewards less costs, per customer
  SimulatedMean mean;
  /// The mean with the value at mean rewards as control variate; nothing unless asked for
  std::optional<SimulatedMean> controlled_mean;
  /// Shape (horizon, n_states): customers who have entered, in each state at the start of a period; empty without horizon
  CountMatrix occupancy;
  /// Shape (horizon,): those of them in a state that is not absorbing in every chain of the scenario
  CountVector survivors;
  /// Shape (horizon,): rewards of the states in a period and of the moves out of it, undiscounted, all customers together,
  /// currency
  Vector revenue;
  Vector costs;            ///< shape (horizon,): costs in a period, undiscounted, all customers together, currency
  std::int64_t customers;  ///< how many were simulated
  bool is_reached;  ///< false when `most_customers` did not reach what `stop_at` asks; ask for less or allow more
  std::optional<QuantileInterval> quantile_interval;  ///< of the quantile in `stop_at`
  std::string definition;                             ///< what was simulated, in words
};

/// What difference a change makes, customer by customer.
struct ScenarioComparison {
  SimulatedValue base;        ///< per customer
  SimulatedValue changed;     ///< of the same customers
  SimulatedValue difference;  ///< `changed - base` of each
  SimulatedMean base_mean;
  SimulatedMean changed_mean;
  SimulatedMean mean_difference;
  /// The mean difference with the value in the base as control variate; nothing unless asked for
  std::optional<SimulatedMean> controlled_difference;
  /// What the standard error of the mean difference would be had as many independent customers walked each scenario
  double independent_standard_error;
  /// As many times more independent customers would be needed: the square of the ratio of the two standard errors; nothing
  /// where the difference is the same for every customer
  std::optional<double> gain;
  std::optional<double> correlation;  ///< of the two values; nothing where one of them is the same for every customer
  double share_better;                ///< customers worth more in the changed scenario, roundings apart
  double share_worse;                 ///< customers worth less
  std::int64_t customers;             ///< how many were simulated
  bool is_reached;  ///< false when `most_customers` did not reach what `stop_at` asks; ask for less or allow more
  std::optional<QuantileInterval> quantile_interval;  ///< of the quantile of the differences in `stop_at`
  std::string definition;                             ///< what was compared, in words
};

/// Simulates the customers of one scenario. Throws `invalid_argument` for a scenario or options that do not fit together,
/// `out_of_range` for a state that is not there, and `domain_error` when there is no horizon and a customer might never
/// come to an end.
///
/// With `stop_at` customers are added in growing batches until it holds. When to stop is then chosen by looking at the
/// results, which favours moments at which the spread is small by chance: the mean leans, down where few customers bring
/// much, and its interval holds less often than it says, the less so the larger the first batch. Only a number of
/// customers set ahead is free of it.
ScenarioSimulation simulate_scenario(const Scenario& scenario, const ScenarioOptions& options = {});

/// Walks the same customers through both scenarios. They need the same states and the same period. Throws as
/// `simulate_scenario` does.
ScenarioComparison compare_scenarios(const Scenario& base, const Scenario& changed,
                                     const ScenarioOptions& options = {});
/// The same for several changes, each compared with the base; all are walked by the same customers.
std::vector<ScenarioComparison> compare_scenarios(const Scenario& base, const std::vector<Scenario>& changed,
                                                  const ScenarioOptions& options = {});

}  // namespace sojourn
