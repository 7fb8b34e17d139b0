/// \file policies.hpp
/// What to do: policies held against the market as it is, by what they cost and what they bring.
///
/// A policy is a change of the market that lasts from today on (better onboarding, a bonus for referrals, complaints
/// answered, a discount that wins back, another price, more advertising) and what it costs. Both markets are followed as
/// their mean field, and by chance with the same random numbers, path by path: the differences of a path have an interval.
/// Where the market itself is known from data only, every path can have its own market, drawn from what the data leave open;
/// then the interval holds that too.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sojourn/market/market_path.hpp"
#include "sojourn/market/market_simulation.hpp"
#include "sojourn/market/reputation_fit.hpp"

namespace sojourn {

/// A move made more or less probable.
struct PolicyMove {
  std::string from;
  std::string to;
  double probability;  ///< in place of today's, in [0, 1]; the rest of the row in proportion
};

/// What is done, from today on. Whatever is not named stays as it is.
struct Policy {
  std::string name;
  std::vector<PolicyMove> moves = {};            ///< applied in this order
  std::map<std::string, double> rewards = {};    ///< by state: currency per period, in place of today's
  double price = 1.0;                            ///< factor on every reward above 0, of states and moves; at least 0
  std::map<std::string, double> referrals = {};  ///< by state: contacts per period, in place of today's; at least 0
  std::map<std::string, double> referral_factors = {};  ///< by state: factor on the contacts there, after `referrals`
  std::map<std::string, double> good_experiences = {};  ///< by state: factor on the good ones shared there; at least 0
  std::map<std::string, double> bad_experiences = {};   ///< by state: factor on the bad ones
  std::optional<double> advertising = std::nullopt;     ///< probability per period, in place of today's
  double cost_once = 0.0;                               ///< currency, today
  double cost_per_period = 0.0;                         ///< currency, at the start of each period
  std::map<std::string, double> cost_per_person =
      {};                          ///< by state: currency for each one there, at the start of a period
  double cost_per_referral = 0.0;  ///< currency for each newcomer by word of mouth, when he comes
};

/// The market under a policy, its running costs among those of the market; `cost_once` is not in it. Throws
/// `invalid_argument` for numbers out of range, `out_of_range` for an unknown state, `domain_error` for a row that leads
/// nowhere else.
Market with_policy(const Market& market, const Policy& policy);

/// What one policy changes, from the market as it is to the market under it.
struct PolicyOutcome {
  std::string name;
  double cost;  ///< what the policy itself costs, discounted, currency (mean field)
  /// What a newcomer is worth for life by himself, changed by; currency. By the chain as it stands, whatever the reputation;
  /// without the policy's own costs, but for those per person. Nothing where it is infinite
  std::optional<double> own_value;
  /// The same between quantiles of the paths, where each has a market of its own; nothing where one is infinite
  std::optional<NumberInterval> own_value_interval;
  /// The same with all whom he brings, were the market without end; nothing where that is infinite
  std::optional<double> total_value;
  double base;    ///< people inside after `T` periods, changed by (mean field)
  double profit;  ///< discounted profit, changed by, the policy's costs taken off; currency (mean field)
  /// Periods until it has brought what it has cost, undiscounted, and stays ahead to the end (mean field); nothing where it
  /// does not
  std::optional<Index> payback;
  Vector base_of_paths;                                ///< shape (n_paths,): as `base`, path by path
  Vector profit_of_paths;                              ///< shape (n_paths,): as `profit`
  std::vector<std::optional<Index>> payback_of_paths;  ///< as `payback`; nothing where it never does
  NumberInterval base_interval;                        ///< between quantiles of the paths
  NumberInterval profit_interval;                      ///< between quantiles of the paths, currency
  /// `payback` between quantiles of the paths, periods; nothing where the later of them never comes
  std::optional<NumberInterval> payback_interval;
  double paid_back;  ///< share of the paths in which it has paid back within `T` periods
  MarketPath path;   ///< the market under the policy (mean field)
};

/// Policies beside each other.
struct PolicyComparison {
  MarketPath base;                      ///< the market as it is
  std::vector<PolicyOutcome> outcomes;  ///< in the order in which they were given
  std::string definition;               ///< what was compared, in words
};

/// Compares policies in one market, along `options.paths` paths; intervals hold the share `level` of them. Throws as
/// `simulate_market` and `with_policy` do, and `invalid_argument` for no policies or fewer than two paths.
PolicyComparison compare_policies(const Market& market, const std::vector<Policy>& policies,
                                  const MarketOptions& options, double level = 0.9);

/// The same with a market for every path: what `market` might as well be, for all that is known. `options.paths` is not
/// asked for. Throws `invalid_argument` for markets over other states or for other people.
PolicyComparison compare_policies(const Market& market, const std::vector<Market>& draws,
                                  const std::vector<Policy>& policies, const MarketOptions& options,
                                  double level = 0.9);

}  // namespace sojourn
