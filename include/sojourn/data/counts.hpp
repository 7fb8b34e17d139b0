/// \file counts.hpp
/// Journeys → moves, dwell and value per state: all that a fit needs, and small enough to send and add up.
#pragma once

#include <cstdint>
#include <vector>

#include "sojourn/chain/rewards.hpp"
#include "sojourn/data/journey.hpp"

namespace sojourn {

namespace detail {
/// A sum that carries its rounding error along (T. J. Dekker, Numerische Mathematik 18, 1971), so that partial sums add
/// up to the same number in whatever order.
struct CarriedSum {
  double high = 0.0;
  double low = 0.0;

  void add(double x);
  void add(const CarriedSum& other);
  double value() const { return high + low; }
};
}  // namespace detail

/// How long customers stayed in a state, in periods (or events): `completed[k]` stays lasted `k + 1` and were then
/// left, `open[k]` had lasted `k + 1` when the journey ended or was last seen.
struct Dwell {
  std::vector<std::int64_t> completed;
  std::vector<std::int64_t> open;

  bool operator==(const Dwell&) const = default;
};

/// Moves, visits, dwell and value per state of a set of journeys. Counts of different customers add up with `+`.
class Counts {
 public:
  /// No journeys yet.
  Counts(Lifecycle lifecycle, Period period);

  const Lifecycle& lifecycle() const { return lifecycle_; }
  const StateSpace& states() const { return lifecycle_.states(); }
  const Period& period() const { return period_; }

  /// Shape (n_states, n_states): observed moves between successive entries of a journey.
  const CountMatrix& moves() const { return moves_; }
  /// Shape (n_states,): entries in the state; customer-periods on a grid, events otherwise.
  const CountVector& visits() const { return visits_; }
  /// Shape (n_states,): customers whose first journey begins in the state.
  const CountVector& starts() const { return starts_; }
  /// Shape (n_states,): journeys last seen in the state, open or ended.
  const CountVector& lasts() const { return lasts_; }
  /// Per state: lengths of stays. Empty for exits; a stay that begins in a gap is left out, for its length is not
  /// known.
  const std::vector<Dwell>& dwell() const { return dwell_; }
  /// Shape (n_states,): sum of values, and of their squares, over the entries in the state.
  StateValues values() const;
  StateValues squared_values() const;

  std::int64_t n_moves() const { return moves_.sum(); }
  std::int64_t n_journeys() const { return n_journeys_; }
  std::int64_t n_customers() const { return n_customers_; }

  /// Mean value per entry in each state, 0 where there is no entry: rewards in currency per period, labelled "revenue".
  /// A customer enters an exit once, so its mean value is a reward of every move into it rather than one per period
  /// there.
  Rewards mean_rewards() const;
  /// Standard error of each mean; 0 where there are fewer than two entries.
  StateValues mean_rewards_error() const;
  /// The law of first states, shape (n_states,). Throws `domain_error` without a journey.
  Vector start_distribution() const;

  /// Adds the counts of other customers. Throws `invalid_argument` when lifecycle or period differ.
  Counts& operator+=(const Counts& other);
  friend Counts operator+(Counts a, const Counts& b) { return a += b; }

  /// Equal counts and equal rounded sums.
  bool operator==(const Counts& other) const;

 private:
  friend Counts count(const Journeys& journeys);
  friend struct CountsAccess;

  Lifecycle lifecycle_;
  Period period_;
  CountMatrix moves_;
  CountVector visits_;
  CountVector starts_;
  CountVector lasts_;
  std::vector<Dwell> dwell_;
  std::vector<detail::CarriedSum> values_;
  std::vector<detail::CarriedSum> squared_values_;
  std::int64_t n_journeys_ = 0;
  std::int64_t n_customers_ = 0;
};

/// Counts a set of journeys, on their own clock.
Counts count(const Journeys& journeys);

}  // namespace sojourn
