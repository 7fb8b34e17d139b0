/// \file market_people.hpp
/// A market of whole people, one by one, with who brought whom.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>

#include "sojourn/market/market_simulation.hpp"

namespace sojourn {

struct MarketPeopleOptions {
  Index horizon = 0;                                ///< periods `T`, at least 1
  std::optional<Discount> discount = std::nullopt;  ///< unset = undiscounted
  std::uint64_t seed = 0;                           ///< any 64-bit number
  int threads = 0;                                  ///< 0 = as many as this process may use
  /// Called now and then, from the calling thread only, with the periods done so far; what it throws stops the run and is
  /// passed on.
  std::function<void(std::int64_t done)> progress = {};
  /// Set it from another thread to stop: the call then throws `Cancelled`
  const std::atomic<bool>* cancel = nullptr;
};

/// One per person who was ever there, in the order in which they came.
using PersonVector = Eigen::Matrix<std::int32_t, Eigen::Dynamic, 1>;

/// A market of single persons, with who brought whom. Persons have numbers from 0 in the order in which they first came, those
/// there at `t = 0` before all others; so whoever brought somebody has a lower number than he.
struct MarketPeople {
  MarketSimulation numbers;  ///< the same market in numbers: one path
  PersonVector arrived;      ///< period at whose beginning he was first there; 0 = at `t = 0`
  /// Who brought him then; -1 = nobody, as he was there at `t = 0` or came by advertising
  PersonVector brought_by;
  PersonVector generation;  ///< 0 where nobody brought him, otherwise one more than of who brought him
  PersonVector state;       ///< where he stands at `t = T`, by position; -1 = in the pool again

  Index n_persons() const { return arrived.size(); }
  /// How many whom nobody brought, whom those brought, whom these brought, and so on.
  CountVector generations() const;
  /// Shape (n_persons,): how many each has brought, as the first to do so.
  PersonVector brought() const;
};

/// Simulates a market person by person; the law is that of `simulate_market`. What is drawn depends on the seed alone, not on
/// the number of threads. People in one state differ in nothing but their number, so how many make each move is drawn first
/// and then who they are: those who stay where they are take no time. Up to 2^31 - 1 people; who never comes takes no memory. Throws as
/// `simulate_market` does.
MarketPeople simulate_market_people(const Market& market, const MarketPeopleOptions& options);

}  // namespace sojourn
