#include "sojourn/market/referral_rates.hpp"

#include <boost/math/distributions/gamma.hpp>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "support/level.hpp"
#include "support/refuse.hpp"
#include "support/text.hpp"
#include "trust/posterior_draws.hpp"

namespace sojourn {

using detail::refuse;

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

}  // namespace sojourn
