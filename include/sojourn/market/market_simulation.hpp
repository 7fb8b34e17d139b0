/// \file market_simulation.hpp
/// A market of whole people who come and go by chance, as numbers per state.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "sojourn/chain/discount.hpp"
#include "sojourn/market/market.hpp"

namespace sojourn {

struct MarketOptions {
  Index horizon = 0;                                ///< periods `T`, at least 1
  std::optional<Discount> discount = std::nullopt;  ///< unset = undiscounted
  std::uint64_t seed = 0;                           ///< any 64-bit number
  std::int64_t paths = 1;                           ///< independent repetitions, at least 1
  std::int64_t first_path = 0;                      ///< number of the first path, for simulating in parts
  int threads = 0;                                  ///< 0 = as many as this process may use
  /// Called now and then, from the calling thread only, with the paths done so far; what it throws stops the run and is
  /// passed on.
  std::function<void(std::int64_t done)> progress = {};
  /// Set it from another thread to stop: the call then throws `Cancelled`
  const std::atomic<bool>* cancel = nullptr;
};

/// Whole people in a market, along one or several paths. Rows and columns are as in `MarketPath`, with a path in front.
struct MarketSimulation {
  StateSpace states;
  std::int64_t n_paths;
  std::int64_t first_path;  ///< number of the first path
  Index horizon;            ///< periods `T`
  std::uint64_t seed;
  /// Shape (n_paths (T + 1), n_states), path by path: people in each state at `t = 0 … T`
  CountMatrix occupancy;
  CountMatrix pool;        ///< shape (n_paths, T + 1): people not reached
  CountMatrix referred;    ///< shape (n_paths, T): newcomers by word of mouth
  CountMatrix advertised;  ///< shape (n_paths, T): newcomers by advertising
  Matrix good;             ///< shape (n_paths, T + 1): stock of good experiences
  Matrix bad;              ///< shape (n_paths, T + 1): stock of bad ones
  Matrix reputation;       ///< shape (n_paths, T + 1): `ρ`; empty without a reputation
  Matrix revenue;          ///< shape (n_paths, T): currency, undiscounted
  Matrix costs;            ///< shape (n_paths, T): currency, undiscounted
  Vector profit;           ///< shape (n_paths,): discounted to `t = 0`, currency
  std::string definition;  ///< what was simulated, in words

  /// Shape (T + 1, n_states): one path. Throws `out_of_range`.
  Eigen::Map<const CountMatrix> occupancy_of(Index path) const;
};

/// Simulates a market as numbers of people per state: splits by multinomial draws as `simulate_cohort` does, a binomial
/// number of newcomers, a Poisson number of experiences from each source. The law is exact for any size, and what is drawn
/// in a path depends on the seed and its number alone. Throws `invalid_argument` for a market or options out of range
/// and for what does not fit into memory, `domain_error` for money beyond floating point.
MarketSimulation simulate_market(const Market& market, const MarketOptions& options);

}  // namespace sojourn
