/// \file cohorts.hpp
/// How many will stand where, with the chance in it: whole cohorts moved on, not customer by customer.
///
/// The customers in a state are split over its moves by one multinomial draw per period: conditional binomials along the
/// row, each of the share `p_ij / Σ_(k >= j) p_ik` of those left. The law is that of `simulate`, exactly; the cost does
/// not depend on how many customers there are. (`forecast` tells the expectation alone.)
///
/// The split of the customers in one state at one period is a function of (seed, path, period, state, their number): a path
/// is the same whatever the number of threads and whichever paths are simulated beside it. What is promised is the law, and
/// the same bits on one machine; between machines a mathematical function of the system's library may differ.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sojourn/chain/chain.hpp"
#include "sojourn/chain/discount.hpp"
#include "sojourn/chain/rewards.hpp"
#include "sojourn/data/counts.hpp"

namespace sojourn {

struct CohortOptions {
  /// Newcomers at `t = 0`, at least 1; unset where `stock` is given
  std::optional<std::int64_t> customers = std::nullopt;
  Index horizon = 0;  ///< periods, at least 1
  Vector start = {};  ///< law of the newcomers' first state, shape (n_states,); empty = the first state of the chain
  /// Customers in each state at `t = 0`, shape (n_states,): today's base instead of newcomers
  CountVector stock = {};
  /// Newcomers per state, added at the start of each later period: shape (n_states,), the same every period, or shape
  /// (horizon - 1, n_states), one row for each of `t = 1 … T - 1`; empty = none
  CountMatrix arrivals = {};
  std::optional<Discount> discount = std::nullopt;  ///< unset = undiscounted
  std::uint64_t seed = 0;                           ///< any 64-bit number
  std::int64_t paths = 1;                           ///< independent repetitions, at least 1
  std::int64_t first_path = 0;                      ///< number of the first path, for simulating in parts
  int threads = 0;                                  ///< 0 = as many as this process may use
  /// Called now and then, from the calling thread only, with the paths done so far; what it throws stops the run and is
  /// passed on.
  std::function<void(std::int64_t done)> progress = {};
  /// Set it from another thread to stop: `simulate_cohort` then throws `Cancelled`
  const std::atomic<bool>* cancel = nullptr;
};

/// Numbers of customers per period, state and move, along one or several independent paths. A path is named by its place
/// among those simulated, from 0; another one is refused (`out_of_range`).
class CohortSimulation {
 public:
  Index n_paths() const { return n_paths_; }
  const StateSpace& states() const { return chain_.states(); }

  /// Shape (horizon, n_states): customers in each state at the start of period `t = 0 … T - 1`.
  Eigen::Map<const CountMatrix> occupancy(Index path = 0) const;
  /// Shape (horizon,): customers not yet in an absorbing state at `t = 0 … T - 1`.
  CountVector survivors(Index path = 0) const;
  /// Shape (n_states,): customers in each state at `t = T`, before anyone arrives then.
  Eigen::Map<const CountVector> closing_stock(Index path = 0) const;
  /// Shape (n_states, n_states): moves made in all periods together, a stay being a move too. Throws `domain_error` for a
  /// sparse chain; see `move_counts`.
  CountMatrix moves(Index path = 0) const;
  /// The same for the moves of positive probability alone, row by row in ascending order (`Chain::for_each_move`), shape
  /// (n_moves,).
  Eigen::Map<const CountVector> move_counts(Index path = 0) const;
  /// Shape (horizon,): what each period brings, in currency, undiscounted: the rewards of the states at its start and of
  /// the moves at its end.
  Eigen::Map<const Vector> revenue(Index path = 0) const;
  /// Shape (n_paths,): the discounted value of all customers together, in currency of `t = 0`.
  const Vector& value() const { return value_; }
  /// Shape (n_paths,): the same per customer (`customers`).
  Vector value_per_customer() const { return value_ / static_cast<double>(customers_); }

  /// Moves, visits, first and last states and values of a path, as if each customer were followed to his first absorbing
  /// state or to the end: all that `fit_chain` needs. Lengths of stays are not known, and left empty. Throws
  /// `domain_error` for a sparse chain or more moves than counts can hold.
  Counts counts(Index path = 0) const;

  /// All who were ever there: at `t = 0`, and arrived later.
  std::int64_t customers() const { return customers_; }
  std::uint64_t seed() const { return seed_; }
  std::int64_t first_path() const { return first_path_; }
  Index horizon() const { return horizon_; }

  /// What was simulated, in words.
  std::string definition() const { return definition_; }

 private:
  friend CohortSimulation simulate_cohort(const Chain&, const Rewards&, const CohortOptions&);
  friend struct CohortSimulationAccess;
  CohortSimulation(const Chain& chain, const Rewards& rewards) : chain_(chain), rewards_(rewards) {}

  Index place(Index path) const;
  Index n_states() const { return chain_.n_states(); }

  Chain chain_;
  Rewards rewards_;
  Index n_paths_ = 0;
  Index horizon_ = 0;
  Index n_moves_ = 0;
  std::int64_t first_path_ = 0;
  std::int64_t customers_ = 0;
  std::uint64_t seed_ = 0;
  CountVector arrivals_;                       // per state, in all periods together
  std::shared_ptr<std::int64_t[]> occupancy_;  // path by path, as the others
  std::shared_ptr<std::int64_t[]> closing_stock_;
  std::shared_ptr<std::int64_t[]> moves_;
  std::shared_ptr<double[]> revenue_;
  Vector value_;
  std::string definition_;
};

/// Simulates cohorts. Throws `invalid_argument` for options out of range and what does not fit into memory, `domain_error`
/// for more customers than whole numbers can count or money beyond floating point.
CohortSimulation simulate_cohort(const Chain& chain, const Rewards& rewards, const CohortOptions& options = {});

}  // namespace sojourn
