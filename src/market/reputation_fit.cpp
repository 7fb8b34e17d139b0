#include "sojourn/market/reputation_fit.hpp"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "market/log_odds.hpp"
#include "support/level.hpp"
#include "support/refuse.hpp"
#include "support/text.hpp"

namespace sojourn {

using detail::logistic;
using detail::refuse;

namespace {

/// `x log(x / m)`, 0 at `x = 0`.
double x_log_ratio(double x, double m) {
  return x > 0.0 ? x * std::log(x / m) : 0.0;
}

std::string in_period(const char* column, Index t, double found) {
  return "fit_reputation: " + std::string(column) + ": in period " + std::to_string(t) + " (from 0) found " +
         text::number(found);
}

/// Checked columns of the periods that have searchers.
struct Table {
  Vector reputation;
  Vector searchers;
  Vector conversions;
};

Table table_of(const ReputationPeriods& periods, const ReputationFitOptions& options) {
  const Index n = periods.searchers.size();
  const auto need = [n](const char* column, const Vector& numbers) {
    if (numbers.size() != n) {
      refuse("fit_reputation: " + std::string(column) + ": " + text::plural(numbers.size(), "period") +
             ", but searchers has " + text::plural(n, "period") + "; every column has one entry per period");
    }
  };
  if (n == 0) refuse("fit_reputation: searchers: there are no periods");
  need("conversions", periods.conversions);
  const bool by_share = periods.reputation.size() != 0;
  const bool by_counts = periods.good.size() != 0 || periods.bad.size() != 0;
  if (by_share && by_counts) {
    refuse("fit_reputation: reputation: given together with good and bad, which would make another one; give either");
  }
  if (!by_share && !by_counts) refuse("fit_reputation: reputation: missing; give it per period, or good and bad");
  for (Index t = 0; t < n; ++t) {
    const double searched = periods.searchers[t];
    const double went_on = periods.conversions[t];
    if (!(searched >= 0.0) || searched > 0x1p53 || searched != std::floor(searched)) {
      refuse(in_period("searchers", t, searched) + "; expected a whole number of people, 0 or more");
    }
    if (!(went_on >= 0.0) || went_on != std::floor(went_on)) {
      refuse(in_period("conversions", t, went_on) + "; expected a whole number of people, 0 or more");
    }
    if (went_on > searched) {
      refuse(in_period("conversions", t, went_on) + ", more than the " + text::number(searched) + " who searched");
    }
  }
  Vector met = periods.reputation;
  if (by_share) {
    need("reputation", met);
    for (Index t = 0; t < n; ++t) {
      if (!detail::is_probability(met[t]))
        refuse(in_period("reputation", t, met[t]) + "; a share of good experiences is in [0, 1]");
    }
  } else {
    need("good", periods.good);
    need("bad", periods.bad);
    met = reputation_path(
        {.retention = options.retention, .prior_good = options.prior_good, .prior_bad = options.prior_bad},
        periods.good, periods.bad);
  }
  Table out;
  const Index kept = (periods.searchers.array() > 0.0).count();
  out.reputation.resize(kept);
  out.searchers.resize(kept);
  out.conversions.resize(kept);
  for (Index t = 0, k = 0; t < n; ++t) {
    if (periods.searchers[t] == 0.0) continue;
    out.reputation[k] = met[t];
    out.searchers[k] = periods.searchers[t];
    out.conversions[k] = periods.conversions[t];
    ++k;
  }
  return out;
}

/// An estimate exists when those who went on and those who did not overlap in reputation.
void check_estimable(const Table& table) {
  const auto fail = [](const std::string& what) { throw std::domain_error("fit_reputation: " + what); };
  const Index n = table.searchers.size();
  if (n < 2) {
    fail("only " + text::plural(n, "period") + " with searchers; a line needs at least two, and many to be sure of it");
  }
  const double total = table.searchers.sum();
  const double went_on = table.conversions.sum();
  if (went_on == 0.0 || went_on == total) {
    fail(std::string(went_on == 0.0 ? "none" : "all") + " of " + text::number(total) +
         " searchers went on in every period, so nothing tells what reputation changes; add periods in which some do "
         "and some do not");
  }
  constexpr double inf = std::numeric_limits<double>::infinity();
  const double lowest = table.reputation.minCoeff();
  const double highest = table.reputation.maxCoeff();
  if (highest - lowest < 1e-9) {
    fail("the reputation is " + text::number(lowest, 6) +
         " in every period, so its effect cannot be told; wait for it to change, or compare markets in which it "
         "differs");
  }
  double lowest_yes = inf;
  double highest_yes = -inf;
  double lowest_no = inf;
  double highest_no = -inf;
  for (Index t = 0; t < n; ++t) {
    const double rho = table.reputation[t];
    if (table.conversions[t] > 0.0) {
      lowest_yes = std::min(lowest_yes, rho);
      highest_yes = std::max(highest_yes, rho);
    }
    if (table.conversions[t] < table.searchers[t]) {
      lowest_no = std::min(lowest_no, rho);
      highest_no = std::max(highest_no, rho);
    }
  }
  if (lowest_yes >= highest_no || lowest_no >= highest_yes) {
    const bool rising = lowest_yes >= highest_no;
    fail("reputation " + text::number(rising ? lowest_yes : lowest_no, 6) + " separates the periods: " +
         (rising ? "below it none went on and above it all" : "below it all went on and above it none") +
         ", so the likelihood grows without end in the sensitivity; longer periods or more searchers would overlap");
  }
}

double log_likelihood(const Table& table, const Vector& log_odds) {
  double sum = 0.0;
  for (Index t = 0; t < log_odds.size(); ++t) {
    // log p = -log(1 + exp(-z)), log(1 - p) = -log(1 + exp(z))
    const double z = log_odds[t];
    const double log_one_plus = std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z)));
    sum += table.conversions[t] * z - table.searchers[t] * log_one_plus;
  }
  return sum;
}

double deviance(const Table& table, const Vector& log_odds) {
  double sum = 0.0;
  for (Index t = 0; t < log_odds.size(); ++t) {
    const double n = table.searchers[t];
    const double k = table.conversions[t];
    sum += x_log_ratio(k, n * logistic(log_odds[t])) + x_log_ratio(n - k, n * logistic(-log_odds[t]));
  }
  return std::max(0.0, 2.0 * sum);
}

/// A fitted line of log-odds, with the inverse of its information.
struct Line {
  double level;
  double slope;
  double level_variance;
  double slope_variance;
  double covariance;
};

/// Newton's method on the concave log-likelihood of `logit p = level + slope x`, steps halved until it grows.
Line fit_line(const Table& table, const Vector& x) {
  const double share = table.conversions.sum() / table.searchers.sum();
  Line line{.level = std::log(share / (1.0 - share)),
            .slope = 0.0,
            .level_variance = 0.0,
            .slope_variance = 0.0,
            .covariance = 0.0};
  const auto log_odds = [&x](const Line& at) -> Vector { return (at.slope * x).array() + at.level; };
  double reached = log_likelihood(table, log_odds(line));
  for (int turn = 0; turn < 200; ++turn) {
    double u0 = 0.0;
    double u1 = 0.0;
    double i00 = 0.0;
    double i01 = 0.0;
    double i11 = 0.0;
    const Vector z = log_odds(line);
    for (Index t = 0; t < x.size(); ++t) {
      const double p = logistic(z[t]);
      const double weight = table.searchers[t] * p * logistic(-z[t]);
      const double rest = table.conversions[t] - table.searchers[t] * p;
      u0 += rest;
      u1 += rest * x[t];
      i00 += weight;
      i01 += weight * x[t];
      i11 += weight * x[t] * x[t];
    }
    const double determinant = i00 * i11 - i01 * i01;
    if (!(determinant > 0.0) || !std::isfinite(determinant)) break;
    line.level_variance = i11 / determinant;
    line.slope_variance = i00 / determinant;
    line.covariance = -i01 / determinant;
    const double step_level = (i11 * u0 - i01 * u1) / determinant;
    const double step_slope = (i00 * u1 - i01 * u0) / determinant;
    // Far below what sampling leaves open.
    const double gain = step_level * u0 + step_slope * u1;
    if (gain < 1e-18 * (1.0 + std::abs(reached))) {
      line.level += step_level;
      line.slope += step_slope;
      return line;
    }
    double part = 1.0;
    for (; part > 1e-12; part *= 0.5) {
      Line next = line;
      next.level += part * step_level;
      next.slope += part * step_slope;
      const double value = log_likelihood(table, log_odds(next));
      if (value >= reached - 1e-13 * (1.0 + std::abs(reached))) {  // to rounding
        line.level = next.level;
        line.slope = next.slope;
        reached = value;
        break;
      }
    }
    if (part <= 1e-12) return line;  // no step grows it any more: rounding is all that is left
  }
  throw std::domain_error(
      "fit_reputation: the likelihood is flat to the last digit: nearly all, or nearly none, of the searchers went on; "
      "add periods in which the conversions differ");
}

NumberInterval around(const ReputationFit& fit, double center, double error, double level) {
  detail::check_level(level);
  const double tail = 0.5 * (1.0 - level);
  double width = 0.0;
  if (fit.is_overdispersed) {
    const boost::math::students_t law(static_cast<double>(fit.degrees_of_freedom));
    width = boost::math::quantile(boost::math::complement(law, tail));
  } else {
    width = boost::math::quantile(boost::math::complement(boost::math::normal(), tail));
  }
  return {.level = level, .lower = center - width * error, .upper = center + width * error};
}

/// What the deviances and the scatter about the line say of the fit; widens its errors where there is too much of it.
void judge(ReputationFit& fit, const Table& table, const Vector& fitted) {
  const double share = table.conversions.sum() / table.searchers.sum();
  fit.deviance = deviance(table, fitted);
  fit.null_deviance = deviance(table, Vector::Constant(fitted.size(), std::log(share / (1.0 - share))));
  fit.n_periods = fitted.size();
  fit.degrees_of_freedom = fit.n_periods - 2;
  fit.dispersion = 1.0;
  fit.dispersion_p = 1.0;
  if (fit.degrees_of_freedom > 0) {
    double pearson = 0.0;
    for (Index t = 0; t < fitted.size(); ++t) {
      const double p = logistic(fitted[t]);
      const double rest = table.conversions[t] - table.searchers[t] * p;
      const double variance = table.searchers[t] * p * logistic(-fitted[t]);
      if (variance > 0.0) pearson += rest * rest / variance;
    }
    const auto freedom = static_cast<double>(fit.degrees_of_freedom);
    fit.dispersion = pearson / freedom;
    fit.dispersion_p = boost::math::cdf(boost::math::complement(boost::math::chi_squared(freedom), pearson));
    fit.is_overdispersed = fit.dispersion > 1.0 && fit.dispersion_p < 0.05;
  }
  const double drop = std::max(0.0, fit.null_deviance - fit.deviance);
  if (fit.is_overdispersed) {
    const double root = std::sqrt(fit.dispersion);
    fit.standard_error *= root;
    fit.log_odds_error *= root;
    const boost::math::fisher_f law(1.0, static_cast<double>(fit.degrees_of_freedom));
    fit.p_value = boost::math::cdf(boost::math::complement(law, drop / fit.dispersion));
  } else {
    fit.p_value = boost::math::cdf(boost::math::complement(boost::math::chi_squared(1.0), drop));
  }
}

}  // namespace

NumberInterval ReputationFit::sensitivity_interval(double level) const {
  return around(*this, law.sensitivity, standard_error, level);
}

NumberInterval ReputationFit::probability_interval(double level) const {
  const double log_odds = detail::log_odds_of(probability);
  NumberInterval ends = around(*this, log_odds, log_odds_error, level);
  ends.lower = logistic(ends.lower);
  ends.upper = logistic(ends.upper);
  return ends;
}

bool ReputationFit::can_tell(double level) const {
  detail::check_level(level);
  return p_value < level;
}

double ReputationFit::detectable_sensitivity() const {
  // A two-sided test at 5 % with power 80 %: 1.96 + 0.84 standard errors.
  return (1.959963984540054 + 0.8416212335729143) * standard_error;
}

std::vector<std::string> ReputationFit::notes() const {
  std::vector<std::string> out;
  const NumberInterval ends = sensitivity_interval(0.95);
  const auto short_number = [](double x) { return text::number(x, 3); };
  const std::string range = "from " + short_number(lowest_reputation) + " to " + short_number(highest_reputation);
  out.push_back("Sensitivity " + short_number(law.sensitivity) + " log-odds per unit of reputation (95 %: " +
                short_number(ends.lower) + " to " + short_number(ends.upper) + "), seen over reputations " + range +
                " in " + text::plural(n_periods, "period") + '.');
  if (!can_tell()) {
    out.push_back("These data cannot tell whether reputation matters (p = " + short_number(p_value) +
                  "); they would tell a sensitivity of about " + short_number(detectable_sensitivity()) + " from 0.");
  }
  if (highest_reputation - lowest_reputation < 0.05) {
    out.push_back("The reputation hardly varies (" + range +
                  "): what happens outside that range is a guess by the shape of the law.");
  }
  if (law.reference < lowest_reputation || law.reference > highest_reputation) {
    out.push_back("The reference " + short_number(law.reference) + " lies outside the reputations seen (" + range +
                  "): the probability there is extrapolated.");
  }
  if (is_overdispersed) {
    out.push_back("Conversions vary " + short_number(dispersion) +
                  " times as much as independent searchers would: something else changes from period to period; "
                  "errors are widened by " +
                  short_number(std::sqrt(dispersion)) + '.');
  } else if (degrees_of_freedom == 0) {
    out.push_back("Two periods fit any line: nothing is left to check it by.");
  }
  return out;
}

std::string ReputationFit::definition() const {
  return "sensitivity in log-odds of going on per unit of reputation, by logistic regression of conversions on the "
         "reputation met; " +
         std::string(is_overdispersed
                         ? "errors widened by the root of the dispersion, intervals by Student's law, F test"
                         : "searchers taken as independent given it, normal intervals, deviance test") +
         "; probability at reputation " + text::number(law.reference, 6);
}

ReputationFit fit_reputation(const ReputationPeriods& periods, const ReputationFitOptions& options) {
  const ReputationLaw given{.retention = options.retention,
                            .prior_good = options.prior_good,
                            .prior_bad = options.prior_bad,
                            .sensitivity = 0.0,
                            .reference = options.reference.value_or(0.5)};
  check_reputation_law(given);
  const Table table = table_of(periods, options);
  check_estimable(table);
  const double total = table.searchers.sum();
  const double mean = table.reputation.dot(table.searchers) / total;
  const double scale = (table.reputation.array() - mean).abs().maxCoeff();
  const Vector x = (table.reputation.array() - mean) / scale;
  const Line line = fit_line(table, x);

  ReputationFit fit{};
  fit.law = given;
  fit.law.reference = options.reference.value_or(mean);
  fit.law.sensitivity = line.slope / scale;
  const double at = (fit.law.reference - mean) / scale;
  fit.probability = logistic(line.level + at * line.slope);
  fit.standard_error = std::sqrt(line.slope_variance) / scale;
  fit.log_odds_error = std::sqrt(line.level_variance + at * (2.0 * line.covariance + at * line.slope_variance));
  if (!std::isfinite(fit.law.sensitivity) || !(fit.probability > 0.0 && fit.probability < 1.0)) {
    throw std::domain_error("fit_reputation: reference: at reputation " + text::number(fit.law.reference, 6) +
                            " the fitted chance to go on is 0 or 1 to the last digit; take a reference among the "
                            "reputations seen");
  }

  judge(fit, table, (line.slope * x).array() + line.level);
  fit.searchers = total;
  fit.conversions = table.conversions.sum();
  fit.lowest_reputation = table.reputation.minCoeff();
  fit.highest_reputation = table.reputation.maxCoeff();
  return fit;
}

}  // namespace sojourn
