#include "sojourn/market/referral_rates.hpp"

#include <boost/math/distributions/gamma.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "support/level.hpp"
#include "support/text.hpp"
#include "trust/posterior_draws.hpp"

namespace sojourn {

namespace {

struct RateWords {
  const char* where;
  const char* column;
  const char* unit;
  detail::Purpose purpose;
};

RateWords words_of(RateOf what) {
  switch (what) {
    case RateOf::referrals:
      break;
    case RateOf::good_experiences:
      return {"sharing_rates", "good", "good experiences shared", detail::Purpose::good_experiences};
    case RateOf::bad_experiences:
      return {"sharing_rates", "bad", "bad experiences shared", detail::Purpose::bad_experiences};
  }
  return {"referral_rates", "referrals", "newcomers brought", detail::Purpose::referrals};
}

[[noreturn]] void refuse(const char* where, const std::string& what) {
  throw std::invalid_argument(std::string(where) + ": " + what);
}

void check_counts(const char* where, const char* column, const StateSpace& states, const CountVector& counts) {
  if (counts.size() != states.n_states()) {
    refuse(where, std::string(column) + ": " + text::plural(counts.size(), "count") + " for " +
                      text::plural(states.n_states(), "state") + "; give one per state");
  }
  for (Index i = 0; i < counts.size(); ++i) {
    if (counts[i] < 0) {
      refuse(where, std::string(column) + ": " + text::quoted(states.name(i)) + " has " + text::grouped(counts[i]) +
                        "; a count is 0 or more");
    }
  }
}

std::vector<std::string> names_of(const StateSpace& states, const std::vector<Index>& positions) {
  std::vector<std::string> names;
  for (const Index i : positions) names.push_back(states.name(i));
  return names;
}

/// `k log m - m`, `k log m + (1 - k) log(1 - m)` and `k log(m / (1 + m)) - log(1 + m)`, summed over the customer-periods
/// of one mean: the log-likelihoods, for the Poisson law but for `log k!`.
double log_likelihood(OffspringLaw law, double periods, double newcomers) {
  if (!(newcomers > 0.0)) return 0.0;
  const double mean = newcomers / periods;
  switch (law) {
    case OffspringLaw::poisson:
      return newcomers * std::log(mean) - newcomers;
    case OffspringLaw::bernoulli: {
      const double none = periods - newcomers;
      return newcomers * std::log(mean) + (none > 0.0 ? none * std::log1p(-mean) : 0.0);
    }
    case OffspringLaw::geometric:
      break;
  }
  return newcomers * std::log(mean / (1.0 + mean)) - periods * std::log1p(mean);
}

const char* name_of(OffspringLaw law) {
  switch (law) {
    case OffspringLaw::poisson:
      return "Poisson";
    case OffspringLaw::bernoulli:
      return "Bernoulli";
    case OffspringLaw::geometric:
      break;
  }
  return "geometric";
}

}  // namespace

StateRates::StateRates(RateOf what, Lifecycle lifecycle, Period period, CountVector events, CountVector periods,
                       const RateOptions& options)
    : what_(what),
      lifecycle_(std::move(lifecycle)),
      period_(period),
      events_(std::move(events)),
      periods_(std::move(periods)),
      options_(options) {
  const auto [where, column, unit, purpose] = words_of(what);
  if (!(options.prior_shape > 0.0) || !std::isfinite(options.prior_shape)) {
    refuse(where, "prior_shape: must be above 0 (0.5 = Jeffreys' prior), found " + text::number(options.prior_shape));
  }
  if (!(options.prior_periods >= 0.0) || !std::isfinite(options.prior_periods)) {
    refuse(where, "prior_periods: must be 0 or more customer-periods, found " + text::number(options.prior_periods));
  }
  check_counts(where, column, states(), events_);
  check_counts(where, "periods", states(), periods_);
  for (Index i = 0; i < events_.size(); ++i) {
    if (events_[i] == 0) continue;
    const std::string found =
        std::string(column) + ": " + text::quoted(states().name(i)) + " has " + text::grouped(events_[i]) + ", but ";
    if (lifecycle_.is_exit(i)) refuse(where, found + "it is an exit, and who has left shares nothing; set it to 0");
    if (periods_[i] == 0) {
      refuse(where, found +
                        "no customer-period was spent there; count the periods of all customers, also of those "
                        "who brought or shared nothing");
    }
  }
  if (options.states_without_data == StatesWithoutData::refuse && !(options.prior_periods > 0.0)) {
    const std::vector<Index> without = unseen();
    if (!without.empty()) {
      throw std::domain_error(std::string(where) + ": no customer was seen in " +
                              text::list(names_of(states(), without)) +
                              ", so nothing tells the rate there; give a prior with prior_periods above 0, or take it "
                              "as zero (states_without_data = zero)");
    }
  }
}

StateValues StateRates::mean() const {
  Vector out = Vector::Zero(events_.size());
  for (Index i = 0; i < out.size(); ++i) {
    if (!is_known_zero(i)) out[i] = shape(i) / rate(i);
  }
  return {states(), std::move(out)};
}

StateValues StateRates::standard_error() const {
  Vector out = Vector::Zero(events_.size());
  for (Index i = 0; i < out.size(); ++i) {
    if (!is_known_zero(i)) out[i] = std::sqrt(shape(i)) / rate(i);
  }
  return {states(), std::move(out)};
}

RateInterval StateRates::interval(double level) const {
  detail::check_level(level);
  Vector lower = Vector::Zero(events_.size());
  Vector upper = lower;
  const double tail = 0.5 * (1.0 - level);
  for (Index i = 0; i < lower.size(); ++i) {
    if (is_known_zero(i)) continue;
    const boost::math::gamma_distribution<double> law(shape(i), 1.0 / rate(i));
    lower[i] = boost::math::quantile(law, tail);
    upper[i] = boost::math::quantile(boost::math::complement(law, tail));
  }
  return {.level = level, .lower = {states(), std::move(lower)}, .upper = {states(), std::move(upper)}};
}

StateValues StateRates::draw(Index draw, std::uint64_t seed) const {
  const auto [where, column, unit, purpose] = words_of(what_);
  if (draw < 0) refuse(where, "draw: must be 0 or more, found " + text::grouped(draw));
  Vector out = Vector::Zero(events_.size());
  for (Index i = 0; i < out.size(); ++i) {
    if (is_known_zero(i)) continue;
    detail::WordStream words =
        detail::words_for(seed, static_cast<std::uint64_t>(draw), static_cast<std::uint32_t>(i), purpose);
    out[i] = detail::GammaLaw(shape(i)).draw(words, detail::Ziggurat::layers()) / rate(i);
  }
  return {states(), std::move(out)};
}

Matrix StateRates::draws(Index n_draws, std::uint64_t seed) const {
  constexpr Index most = 10'000'000;
  if (n_draws < 1 || n_draws > most) {
    refuse(words_of(what_).where,
           "draws: must be from 1 to " + text::grouped(most) + ", found " + text::grouped(n_draws));
  }
  Matrix out(n_draws, events_.size());
  for (Index k = 0; k < n_draws; ++k) out.row(k) = draw(k, seed).vector().transpose();
  return out;
}

std::vector<Index> StateRates::unseen() const {
  std::vector<Index> out;
  for (Index i = 0; i < periods_.size(); ++i) {
    if (periods_[i] == 0 && !lifecycle_.is_exit(i)) out.push_back(i);
  }
  return out;
}

std::string StateRates::definition() const {
  std::string out = std::string(words_of(what_).unit) + " per customer and " + period_.name() +
                    " in the state; Gamma posterior, prior shape " + text::number(options_.prior_shape, 6) + " over " +
                    text::number(options_.prior_periods, 6) + " customer-periods";
  const std::vector<Index> without = unseen();
  if (!without.empty()) {
    out += std::string("; no data in ") + text::list(names_of(states(), without)) +
           (options_.prior_periods > 0.0 ? ": the prior alone" : ": taken as 0");
  }
  return out;
}

StateRates referral_rates(const Lifecycle& lifecycle, const Period& period, const CountVector& referrals,
                          const CountVector& periods, const RateOptions& options) {
  return {RateOf::referrals, lifecycle, period, referrals, periods, options};
}

StateRates referral_rates(const ReferralCounts& counts, const RateOptions& options) {
  return referral_rates(counts.lifecycle, counts.period, counts.referrals, counts.periods, options);
}

SharingRates sharing_rates(const Lifecycle& lifecycle, const Period& period, const CountVector& good,
                           const CountVector& bad, const CountVector& periods, const RateOptions& options) {
  return {.good = {RateOf::good_experiences, lifecycle, period, good, periods, options},
          .bad = {RateOf::bad_experiences, lifecycle, period, bad, periods, options}};
}

SharingRates sharing_rates(const SharingCounts& counts, const RateOptions& options) {
  return sharing_rates(counts.lifecycle, counts.period, counts.good, counts.bad, counts.periods, options);
}

OffspringFit offspring_law(const CountMatrix& newcomers) {
  constexpr const char* where = "offspring_law";
  const Index n = newcomers.rows();
  Vector periods = Vector::Zero(n);
  Vector brought = Vector::Zero(n);
  OffspringFit fit{};
  double log_factorial = 0.0;   // of k
  double log_factorials = 0.0;  // of all counts
  for (Index k = 0; k < newcomers.cols(); ++k) {
    if (k > 1) log_factorial += std::log(static_cast<double>(k));
    for (Index i = 0; i < n; ++i) {
      const std::int64_t count = newcomers(i, k);
      if (count < 0) {
        refuse(where, "newcomers: state " + std::to_string(i) + " has " + text::grouped(count) +
                          " customer-periods with " + std::to_string(k) + " newcomers; a count is 0 or more");
      }
      if (count == 0) continue;
      periods[i] += static_cast<double>(count);
      brought[i] += static_cast<double>(count) * static_cast<double>(k);
      log_factorials += static_cast<double>(count) * log_factorial;
      fit.customer_periods += count;
      fit.most = k;
    }
  }
  if (fit.customer_periods == 0) {
    throw std::domain_error(std::string(where) + ": newcomers: no customer-period was counted; nothing tells a law");
  }
  const double all_periods = periods.sum();
  const double all_brought = brought.sum();
  fit.mean = all_brought / all_periods;
  constexpr double inf = std::numeric_limits<double>::infinity();
  std::vector<double> least(3, inf);
  std::vector<bool> least_is_per_state(3, false);
  for (const OffspringLaw law : {OffspringLaw::poisson, OffspringLaw::bernoulli, OffspringLaw::geometric}) {
    for (const bool per_state : {false, true}) {
      OffspringCandidate one{.law = law,
                             .per_state = per_state,
                             .n_means = per_state ? (periods.array() > 0.0).count() : 1,
                             .log_likelihood = std::nullopt,
                             .criterion = std::nullopt};
      if (law != OffspringLaw::bernoulli || fit.most <= 1) {
        double sum = law == OffspringLaw::poisson ? -log_factorials : 0.0;
        if (per_state) {
          for (Index i = 0; i < n; ++i) sum += log_likelihood(law, periods[i], brought[i]);
        } else {
          sum += log_likelihood(law, all_periods, all_brought);
        }
        one.log_likelihood = sum;
        one.criterion = 2.0 * static_cast<double>(one.n_means) - 2.0 * sum;
        const auto at = static_cast<std::size_t>(law);
        if (*one.criterion < least[at]) {
          least[at] = *one.criterion;
          least_is_per_state[at] = per_state;
        }
      }
      fit.candidates.push_back(one);
    }
  }
  std::size_t best = 0;
  for (std::size_t l = 1; l < least.size(); ++l) best = least[l] < least[best] ? l : best;
  fit.best = static_cast<OffspringLaw>(best);
  fit.best_is_per_state = least_is_per_state[best];
  fit.difference = inf;
  for (std::size_t l = 0; l < least.size(); ++l) {
    if (l != best) fit.difference = std::min(fit.difference, least[l] - least[best]);
  }
  return fit;
}

OffspringFit offspring_law(const ReferralCounts& counts) {
  return offspring_law(counts.newcomers);
}

std::string OffspringFit::sentence() const {
  const std::string seen = text::grouped(customer_periods) + " customer-periods, " + text::number(mean, 3) +
                           " newcomers in each on average, at most " + text::grouped(most);
  if (!can_tell()) {
    return "These data (" + seen + ") cannot tell the laws apart: the nearest, " + name_of(best) + ", is ahead by " +
           text::number(difference, 3) + " (2 would tell).";
  }
  std::string out = std::string("Newcomers per period are best described by a ") + name_of(best) + " law, ahead by " +
                    text::number(difference, 3) + " (2 tells), with " +
                    (best_is_per_state ? "a mean per state" : "one mean for all states") + "; " + seen + '.';
  if (most > 1) out += " A Bernoulli law is impossible.";
  return out;
}

}  // namespace sojourn
