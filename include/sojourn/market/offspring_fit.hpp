/// \file offspring_fit.hpp
/// Which law of newcomers per period the data speak for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sojourn/market/offspring_law.hpp"
#include "sojourn/market/referral_log.hpp"

namespace sojourn {

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

}  // namespace sojourn
