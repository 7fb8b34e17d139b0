/// \file reputation_fit.hpp
/// How strongly searchers answer to a reputation, from what was seen of them.
///
/// The chance to go on follows the reputation by the log-odds (see `reputation.hpp`): a logistic regression of conversions
/// on the reputation that searchers met, period by period.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sojourn/market/reputation.hpp"

namespace sojourn {

/// What was seen in each period, in order of time. Either `reputation`, or `good` and `bad`.
struct ReputationPeriods {
  Vector searchers;        ///< people who searched, whole numbers of at least 0
  Vector conversions;      ///< of these, people who went on
  Vector reputation = {};  ///< share of good experiences that they met, in [0, 1]
  Vector good = {};        ///< good experiences shared in the period
  Vector bad = {};         ///< bad experiences shared in the period
};

struct ReputationFitOptions {
  double retention = 0.9;   ///< φ in [0, 1), where the reputation is made from `good` and `bad`
  double prior_good = 1.0;  ///< α > 0, likewise
  double prior_bad = 1.0;   ///< β > 0, likewise
  /// ρ₀ in [0, 1]; unset = the mean reputation that searchers met
  std::optional<double> reference = std::nullopt;
};

/// An interval of one number.
struct NumberInterval {
  double level;
  double lower;
  double upper;
};

/// A reputation law from data, and how far the data go.
struct ReputationFit {
  ReputationLaw law;         ///< with the fitted sensitivity, and the reference used
  double standard_error;     ///< of the sensitivity, log-odds per unit of reputation
  double probability;        ///< p₀: chance to go on at the reference
  double log_odds_error;     ///< standard error of the log-odds of `probability`
  double deviance;           ///< of the fit
  double null_deviance;      ///< with no effect of reputation
  double p_value;            ///< that a difference of deviances as large comes of no effect
  double dispersion;         ///< Pearson statistic per degree of freedom; 1 where none is left
  double dispersion_p;       ///< p-value of that statistic, were the searchers of a period independent
  bool is_overdispersed;     ///< `dispersion_p < 0.05`: errors are widened by the root of `dispersion`, Student's law
  Index n_periods;           ///< periods with searchers
  Index degrees_of_freedom;  ///< `n_periods - 2`
  double searchers;
  double conversions;
  double lowest_reputation;  ///< met by any searcher
  double highest_reputation;

  /// Of the sensitivity, log-odds per unit of reputation; `level` in (0, 1).
  NumberInterval sensitivity_interval(double level) const;
  /// Of the chance to go on at the reference.
  NumberInterval probability_interval(double level) const;
  /// The data tell the sensitivity from 0: `p_value < level`.
  bool can_tell(double level = 0.05) const;
  /// The sensitivity that data like these would tell from 0 four times in five, at 5 percent; log-odds per unit.
  double detectable_sensitivity() const;
  /// What was found, and where the data cannot tell, in words.
  std::vector<std::string> notes() const;
  /// What is estimated and how, in words.
  std::string definition() const;
};

/// Logistic regression of conversions on reputation by maximum likelihood (P. McCullagh & J. A. Nelder, "Generalized
/// Linear Models", 1989, chapter 4). Throws `invalid_argument` for columns that contradict each other, and
/// `domain_error` where no estimate exists: fewer than two periods with searchers, a reputation that never changes, all
/// or none converting, or periods that reputation separates (A. Albert & J. A. Anderson, Biometrika 71, 1984).
ReputationFit fit_reputation(const ReputationPeriods& periods, const ReputationFitOptions& options = {});

}  // namespace sojourn
