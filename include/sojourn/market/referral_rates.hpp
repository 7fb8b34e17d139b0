/// \file referral_rates.hpp
/// Word of mouth from data: newcomers, and good and bad experiences shared, per customer-period in each state.
///
/// A rate is a number of events over the customer-periods in which they could happen. With a Gamma prior of shape `a` and
/// `e` periods, `k` events in `n` customer-periods leave a Gamma law of shape `a + k` and rate `e + n`; its mean is the
/// estimate (A. Gelman et al., "Bayesian Data Analysis", 2013, 2.6; Jeffreys' prior is `a = 1/2`, `e = 0`). Counts come
/// from a log that says who brought whom and when, or who rated what and when: each row is placed in the period of the
/// customer's journey in which it falls, and rows that cannot be placed are counted by reason. Customers who have left
/// are at no risk: exits have no rate.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sojourn/chain/state_space.hpp"
#include "sojourn/market/rating_log.hpp"
#include "sojourn/market/referral_log.hpp"

namespace sojourn {

/// Which events a rate counts.
enum class RateOf { referrals, good_experiences, bad_experiences };

/// States that no customer was seen in.
enum class StatesWithoutData {
  refuse,  ///< an error that names them, unless the prior has a rate of its own
  zero     ///< a rate of 0, named by `unseen()`
};

struct RateOptions {
  double prior_shape = 0.5;    ///< of the Gamma prior, above 0: events seen before, as it were
  double prior_periods = 0.0;  ///< its rate, at least 0: customer-periods seen before, as it were
  StatesWithoutData states_without_data = StatesWithoutData::refuse;
};

/// An interval for the rate of each state, events per customer-period; each for itself.
struct RateInterval {
  double level;
  StateValues lower;
  StateValues upper;
};

/// Events per customer-period in each state, with what the data leave open.
class StateRates {
 public:
  /// `events`, `periods`: shape (n_states,), counts of at least 0. Throws `invalid_argument` for a wrong shape, a
  /// negative count, events in an exit or in a state without customer-periods, and `domain_error` for states without
  /// data where these are refused.
  StateRates(RateOf what, Lifecycle lifecycle, Period period, CountVector events, CountVector periods,
             const RateOptions& options = {});

  RateOf what() const { return what_; }
  const Lifecycle& lifecycle() const { return lifecycle_; }
  const StateSpace& states() const { return lifecycle_.states(); }
  /// The length of a customer-period.
  const Period& period() const { return period_; }
  /// Shape (n_states,): events, and customer-periods in which they could happen.
  const CountVector& events() const { return events_; }
  const CountVector& periods() const { return periods_; }
  const RateOptions& options() const { return options_; }

  /// Mean of the Gamma law: what `Referrals` and experiences per period take. 0 in exits.
  StateValues mean() const;
  /// Standard deviation of the Gamma law.
  StateValues standard_error() const;
  /// Between the quantiles `(1 - level) / 2` and `(1 + level) / 2` of the Gamma law; `level` in (0, 1).
  RateInterval interval(double level) const;
  /// Rates drawn from their Gamma laws: a function of the seed and `draw >= 0` alone, states independent.
  StateValues draw(Index draw, std::uint64_t seed = 0) const;
  /// Shape (n_draws, n_states): draws 0, 1, …
  Matrix draws(Index n_draws, std::uint64_t seed = 0) const;

  /// States that no customer was seen in and that are no exits: their rate is the prior's, or 0.
  std::vector<Index> unseen() const;
  /// What the rates count, per what, in words.
  std::string definition() const;

 private:
  double shape(Index state) const { return options_.prior_shape + static_cast<double>(events_[state]); }
  double rate(Index state) const { return options_.prior_periods + static_cast<double>(periods_[state]); }
  bool is_known_zero(Index state) const { return lifecycle_.is_exit(state) || !(rate(state) > 0.0); }

  RateOf what_;
  Lifecycle lifecycle_;
  Period period_;
  CountVector events_;
  CountVector periods_;
  RateOptions options_;
};

/// Newcomers per customer-period, from counts.
StateRates referral_rates(const Lifecycle& lifecycle, const Period& period, const CountVector& referrals,
                          const CountVector& periods, const RateOptions& options = {});
StateRates referral_rates(const ReferralCounts& counts, const RateOptions& options = {});

/// Experiences shared per customer-period.
struct SharingRates {
  StateRates good;
  StateRates bad;
};

/// From counts, shape (n_states,) each.
SharingRates sharing_rates(const Lifecycle& lifecycle, const Period& period, const CountVector& good,
                           const CountVector& bad, const CountVector& periods, const RateOptions& options = {});
SharingRates sharing_rates(const SharingCounts& counts, const RateOptions& options = {});

}  // namespace sojourn
