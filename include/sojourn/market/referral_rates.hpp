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
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sojourn/chain/state_space.hpp"
#include "sojourn/data/grid.hpp"
#include "sojourn/data/journey.hpp"
#include "sojourn/market/offspring_law.hpp"

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

/// What became of every row of a log of referrals or ratings. `rows_read = rows_used + rows_dropped()`.
struct WordOfMouthReport {
  std::int64_t rows_read = 0;
  std::int64_t rows_used = 0;

  // Dropped rows, each counted once, under the first reason that holds.
  std::int64_t missing_customer = 0;    ///< no referrer, or no customer who rated
  std::int64_t missing_referred = 0;    ///< no referred customer
  std::int64_t missing_time = 0;        ///< no time
  std::int64_t invalid_time = 0;        ///< a time that could not be read
  std::int64_t missing_rating = 0;      ///< no rating
  std::int64_t invalid_rating = 0;      ///< a rating that is not a finite number
  std::int64_t unknown_customer = 0;    ///< a referrer, or one who rated, without a journey
  std::int64_t unknown_referred = 0;    ///< a referred customer without a journey, where such rows are dropped
  std::int64_t self_referral = 0;       ///< referrer and referred are the same
  std::int64_t before_first_event = 0;  ///< before the first event of the referrer, or of the one who rated
  std::int64_t referred_twice = 0;      ///< the referred was brought by an earlier row
  std::int64_t cycles = 0;              ///< the referrer was himself brought by the referred, directly or over others
  std::int64_t after_leaving = 0;       ///< in the period in which the customer left, or after it
  std::int64_t after_last_period = 0;   ///< after the last period of the customer that is counted
  std::int64_t between_periods = 0;     ///< where the customer's state is not known: in a gap, or before the grid

  // What came of it.
  std::int64_t customers = 0;  ///< different customers with a used row

  std::int64_t rows_dropped() const;
  /// One sentence for every count that is not zero, with advice where there is any.
  std::vector<std::string> notes() const;

  bool operator==(const WordOfMouthReport&) const = default;
};

/// Who brought whom, and when; in any order of rows. The memory stays the caller's.
struct ReferralLog {
  std::span<const std::int64_t> referrer = {};  ///< customer codes of the journeys; negative = missing
  std::span<const std::int64_t> referred = {};  ///< likewise
  std::span<const std::int64_t> time = {};      ///< in `unit`; `missing_time` = missing
  TimeUnit unit = TimeUnit::day;
  std::function<std::string(std::int64_t)> name = {};  ///< how messages call a code; empty = by its number
};

/// Rows that say what cannot be.
enum class Impossible {
  refuse,  ///< an error that names the customers
  drop     ///< left out and counted
};

/// Referred customers without a journey.
enum class UnknownReferred {
  drop,  ///< left out and counted
  keep   ///< a newcomer all the same
};

struct ReferralCountOptions {
  /// For journeys on the clock of the event: the grid that gives the customer-periods
  std::optional<GridOptions> grid = std::nullopt;
  Impossible cycles = Impossible::refuse;            ///< a referrer who was brought by the one he refers
  Impossible before_first_event = Impossible::drop;  ///< referrals by those who were no customers yet
  UnknownReferred unknown_referred = UnknownReferred::drop;
};

/// Referrals and the customer-periods in which they happened.
struct ReferralCounts {
  Lifecycle lifecycle;
  Period period;          ///< length of a customer-period
  CountVector referrals;  ///< shape (n_states,): newcomers by the state of who brought them
  CountVector periods;    ///< shape (n_states,): customer-periods seen, 0 in exits
  /// Shape (n_states, most + 1): customer-periods in which 0, 1, 2, … newcomers were brought
  CountMatrix newcomers;
  CountVector arrivals;  ///< shape (n_states,): used referrals by the state in which the newcomer's journey begins
  WordOfMouthReport report;
};

/// Places each referral in the period and state of its referrer. Journeys on a grid are taken as they are; a newcomer
/// too late for a complete period has no journey there, so journeys with event times and a grid are better. Throws
/// `invalid_argument` for columns of different lengths, times that do not fit those of the journeys, a log in which no
/// referrer is known, and rows that cannot be where these are refused.
ReferralCounts referral_counts(const Journeys& journeys, const ReferralLog& log,
                               const ReferralCountOptions& options = {});

/// Newcomers per customer-period, from counts.
StateRates referral_rates(const Lifecycle& lifecycle, const Period& period, const CountVector& referrals,
                          const CountVector& periods, const RateOptions& options = {});
StateRates referral_rates(const ReferralCounts& counts, const RateOptions& options = {});

/// One law of newcomers per period beside the data.
struct OffspringCandidate {
  OffspringLaw law;
  bool per_state;                        ///< a mean per state; else one for all
  Index n_means;                         ///< means estimated
  std::optional<double> log_likelihood;  ///< at the means of the data; nothing where the law makes the data impossible
  std::optional<double> criterion;       ///< `2 n_means - 2 log_likelihood` (Akaike); less is better
};

/// Which law of newcomers per period the data speak for.
struct OffspringFit {
  std::vector<OffspringCandidate> candidates;  ///< law by law, first one mean for all, then one per state
  OffspringLaw best;                           ///< the law of the candidate with the least criterion
  bool best_is_per_state;
  double difference;              ///< by how much the criterion of the best other law is greater
  double mean;                    ///< newcomers per customer-period, all states together
  std::int64_t customer_periods;  ///< behind all this
  std::int64_t most;              ///< newcomers brought by one customer in one period

  /// `difference >= 2`: the data tell the law from the others.
  bool can_tell() const { return difference >= 2.0; }
  /// What was found, in words.
  std::string sentence() const;
};

/// Compares Poisson, Bernoulli and geometric laws by likelihood, each with one mean and with a mean per state (H. Akaike,
/// IEEE Transactions on Automatic Control 19, 1974). `newcomers`: shape (n_states, most + 1), customer-periods with 0, 1,
/// 2, … newcomers. Throws `invalid_argument` for a negative count and `domain_error` without a customer-period.
OffspringFit offspring_law(const CountMatrix& newcomers);
OffspringFit offspring_law(const ReferralCounts& counts);

/// Who rated what he lived through, and when; in any order of rows. The memory stays the caller's.
struct RatingLog {
  std::span<const std::int64_t> customer = {};  ///< customer codes of the journeys; negative = missing
  std::span<const std::int64_t> time = {};      ///< in `unit`; `missing_time` = missing
  std::span<const double> rating = {};          ///< NaN = missing
  TimeUnit unit = TimeUnit::day;
  std::function<std::string(std::int64_t)> name = {};  ///< how messages call a code; empty = by its number
};

/// Which ratings are good and which are bad; those between are neither.
struct RatingScale {
  double good_at_least;
  double bad_at_most;
};

struct SharingCountOptions {
  /// For journeys on the clock of the event: the grid that gives the customer-periods
  std::optional<GridOptions> grid = std::nullopt;
};

/// Good and bad experiences shared and the customer-periods in which they were.
struct SharingCounts {
  Lifecycle lifecycle;
  Period period;        ///< length of a customer-period
  CountVector good;     ///< shape (n_states,): ratings of at least `good_at_least`
  CountVector bad;      ///< shape (n_states,): ratings of at most `bad_at_most`
  CountVector neither;  ///< shape (n_states,): ratings between
  CountVector periods;  ///< shape (n_states,): customer-periods seen, 0 in exits
  RatingScale scale;
  WordOfMouthReport report;
};

/// Places each rating in the period and state of who gave it. Throws as `referral_counts` does, and `invalid_argument`
/// unless `bad_at_most < good_at_least`.
SharingCounts sharing_counts(const Journeys& journeys, const RatingLog& log, const RatingScale& scale,
                             const SharingCountOptions& options = {});

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
