#include "sojourn/market/offspring_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "support/text.hpp"

namespace sojourn {

namespace {

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

constexpr const char* offspring_name = "offspring_law";

/// What was counted, state by state.
struct Seen {
  Vector periods;
  Vector brought;
  double log_factorials = 0.0;  // of the newcomers of every customer-period
  std::int64_t customer_periods = 0;
  Index most = 0;

  explicit Seen(const CountMatrix& newcomers)
      : periods(Vector::Zero(newcomers.rows())), brought(Vector::Zero(newcomers.rows())) {
    double log_factorial = 0.0;  // of k
    for (Index k = 0; k < newcomers.cols(); ++k) {
      if (k > 1) log_factorial += std::log(static_cast<double>(k));
      for (Index i = 0; i < newcomers.rows(); ++i) {
        const std::int64_t count = newcomers(i, k);
        if (count < 0) {
          throw std::invalid_argument(std::string(offspring_name) + ": newcomers: state " + std::to_string(i) +
                                      " has " + text::grouped(count) + " customer-periods with " + std::to_string(k) +
                                      " newcomers; a count is 0 or more");
        }
        if (count == 0) continue;
        periods[i] += static_cast<double>(count);
        brought[i] += static_cast<double>(count) * static_cast<double>(k);
        log_factorials += static_cast<double>(count) * log_factorial;
        customer_periods += count;
        most = k;
      }
    }
  }
};

OffspringCandidate candidate(const Seen& seen, OffspringLaw law, bool per_state) {
  OffspringCandidate one{.law = law,
                         .per_state = per_state,
                         .n_means = per_state ? (seen.periods.array() > 0.0).count() : 1,
                         .log_likelihood = std::nullopt,
                         .criterion = std::nullopt};
  if (law == OffspringLaw::bernoulli && seen.most > 1) return one;  // impossible
  double sum = law == OffspringLaw::poisson ? -seen.log_factorials : 0.0;
  if (per_state) {
    for (Index i = 0; i < seen.periods.size(); ++i) sum += log_likelihood(law, seen.periods[i], seen.brought[i]);
  } else {
    sum += log_likelihood(law, seen.periods.sum(), seen.brought.sum());
  }
  one.log_likelihood = sum;
  one.criterion = 2.0 * static_cast<double>(one.n_means) - 2.0 * sum;
  return one;
}

}  // namespace

OffspringFit offspring_law(const CountMatrix& newcomers) {
  const Seen seen(newcomers);
  if (seen.customer_periods == 0) {
    throw std::domain_error(std::string(offspring_name) +
                            ": newcomers: no customer-period was counted; nothing tells a law");
  }
  constexpr double inf = std::numeric_limits<double>::infinity();
  std::vector<double> least(3, inf);
  std::vector<bool> least_is_per_state(3, false);
  OffspringFit fit{};
  for (const OffspringLaw law : {OffspringLaw::poisson, OffspringLaw::bernoulli, OffspringLaw::geometric}) {
    for (const bool per_state : {false, true}) {
      fit.candidates.push_back(candidate(seen, law, per_state));
      const std::optional<double>& criterion = fit.candidates.back().criterion;
      const auto at = static_cast<std::size_t>(law);
      if (!criterion || *criterion >= least[at]) continue;
      least[at] = *criterion;
      least_is_per_state[at] = per_state;
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
  fit.mean = seen.brought.sum() / seen.periods.sum();
  fit.customer_periods = seen.customer_periods;
  fit.most = seen.most;
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
