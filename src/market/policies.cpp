#include "sojourn/market/policies.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "market/market_plan.hpp"
#include "sojourn/market/referral_value.hpp"
#include "sojourn/value/lifetime_value.hpp"
#include "support/level.hpp"
#include "support/quantile.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

std::string named(const Policy& policy) {
  return "policy " + text::quoted(policy.name);
}

void check_amount(const Policy& policy, const char* what, double amount, double least) {
  if (std::isfinite(amount) && amount >= least) return;
  throw std::invalid_argument(named(policy) + ": " + what + " must be " +
                              (least == 0.0 ? "a number of at least 0" : "a finite number") + ", found " +
                              text::number(amount));
}

constexpr double any = -std::numeric_limits<double>::infinity();

/// Calls `change(state, amount)` for each state that a policy names.
template <class Change>
void for_each_state(const Policy& policy, const StateSpace& states, const std::map<std::string, double>& amounts,
                    const char* what, double least, Change&& change) {
  for (const auto& [name, amount] : amounts) {
    const Index state = states.index(name);
    check_amount(policy, what, amount, least);
    change(state, amount);
  }
}

Rewards at_price(const Rewards& rewards, double price) {
  const auto dearer = [price](double amount) { return amount > 0.0 ? price * amount : amount; };
  const Vector per_state = rewards.per_state().unaryExpr(dearer);
  if (rewards.is_sparse()) {
    SparseMatrix per_move = rewards.sparse_per_move();
    for (Index k = 0; k < per_move.nonZeros(); ++k) per_move.valuePtr()[k] = dearer(per_move.valuePtr()[k]);
    return Rewards(rewards.states(), per_state, per_move).with_label(rewards.label());
  }
  return Rewards(rewards.states(), per_state, Matrix(rewards.per_move().unaryExpr(dearer))).with_label(rewards.label());
}

/// A market under a policy, and what the policy costs in it.
struct Change {
  Market market;
  Vector cost_per_person;  // shape (n_states,)
};

Change changed(const Market& market, const Policy& policy) {
  const StateSpace& states = market.chain.states();
  Change change{.market = market, .cost_per_person = Vector::Zero(states.n_states())};
  Market& to = change.market;
  const std::string who = named(policy);
  for (const PolicyMove& move : policy.moves) {
    if (!(move.probability >= 0.0 && move.probability <= 1.0)) {
      throw std::invalid_argument(who + ": the probability of " + text::quoted(move.from) + " → " +
                                  text::quoted(move.to) + " must be from 0 to 1, found " +
                                  text::number(move.probability));
    }
    to = detail::with_probability(who.c_str(), to, states.index(move.from), states.index(move.to), move.probability);
  }
  for_each_state(policy, states, policy.rewards, "a reward", any,
                 [&](Index i, double amount) { to.rewards = to.rewards.with_state(states.name(i), amount); });
  check_amount(policy, "price", policy.price, 0.0);
  if (policy.price != 1.0) to.rewards = at_price(to.rewards, policy.price);
  for_each_state(policy, states, policy.referrals, "a rate of referrals", 0.0, [&](Index i, double rate) {
    to.referrals = to.referrals.value_or(Referrals(states)).with_state(states.name(i), rate);
  });
  for_each_state(policy, states, policy.referral_factors, "a factor on referrals", 0.0, [&](Index i, double factor) {
    const Referrals today = to.referrals.value_or(Referrals(states));
    to.referrals = today.with_state(states.name(i), factor * today.per_state()[i]);
  });
  if (!(policy.good_experiences.empty() && policy.bad_experiences.empty()) && !to.reputation) {
    throw std::invalid_argument(who + ": changes the experiences that are shared, but the market has no reputation");
  }
  for_each_state(policy, states, policy.good_experiences, "a factor on good experiences", 0.0, [&](Index i, double f) {
    for (ExperienceSource& source : to.reputation->sources) {
      if (source.good.size() != 0) source.good[i] *= f;
    }
  });
  for_each_state(policy, states, policy.bad_experiences, "a factor on bad experiences", 0.0, [&](Index i, double f) {
    for (ExperienceSource& source : to.reputation->sources) {
      if (source.bad.size() != 0) source.bad[i] *= f;
    }
  });
  if (policy.advertising) to.advertising = *policy.advertising;
  check_amount(policy, "cost_once", policy.cost_once, any);
  check_amount(policy, "cost_per_period", policy.cost_per_period, any);
  check_amount(policy, "cost_per_referral", policy.cost_per_referral, any);
  to.advertising_cost += policy.cost_per_period;
  to.referred_cost += policy.cost_per_referral;
  for_each_state(policy, states, policy.cost_per_person, "a cost per person", any, [&](Index i, double cost) {
    if (cost != 0.0 && to.chain.is_absorbing(i)) {
      throw std::invalid_argument(who + ": a cost per person in " + text::quoted(states.name(i)) +
                                  ", which is never left; name the states of customers");
    }
    change.cost_per_person[i] = cost;
    to.rewards = to.rewards.with_state(states.name(i), to.rewards.per_state()[i] - cost);
  });
  return change;
}

/// Nothing where it is infinite or cannot be had.
template <class Value>
std::optional<double> if_finite(Value&& value) {
  try {
    return value();
  } catch (const std::domain_error&) {
    return std::nullopt;
  }
}

Vector arrivals(const Market& market) {
  return market.arrives_at.size() != 0 ? market.arrives_at
                                       : start_in(market.chain.states(), market.chain.states().name(0));
}

std::optional<double> own_value(const Market& market, const Discount& discount) {
  return if_finite([&] {
    return lifetime_value(market.chain, market.rewards, {.discount = discount}).start_value(arrivals(market)).mean;
  });
}

std::optional<double> total_value(const Market& market, const Discount& discount) {
  return if_finite([&] {
    const Referrals referrals = market.referrals.value_or(Referrals(market.chain.states()));
    ReferralValueOptions options;
    options.discount = discount;
    options.arrives_at = arrivals(market);
    options.acquisition_cost = market.referred_cost;
    return referral_value(market.chain, market.rewards, referrals, options).start_value(arrivals(market)).total;
  });
}

std::optional<double> difference(const std::optional<double>& a, const std::optional<double>& b) {
  if (!a || !b) return std::nullopt;
  return *a - *b;
}

/// The first period from whose end on what was brought always covers what was paid.
template <class Profit>
std::optional<Index> payback(Index horizon, double cost_once, Profit&& profit_of_period) {
  double sum = -cost_once;
  Index last_behind = 0;  // the last period at whose end it did not
  for (Index t = 1; t <= horizon; ++t) {
    sum += profit_of_period(t - 1);
    if (sum < 0.0) last_behind = t;
  }
  if (last_behind == horizon) return std::nullopt;
  return last_behind + 1;
}

NumberInterval between(const Vector& draws, double level) {
  Vector sorted = draws;
  std::sort(sorted.data(), sorted.data() + sorted.size());
  return {.level = level,
          .lower = detail::quantile(sorted, 0.5 * (1.0 - level)),
          .upper = detail::quantile(sorted, 0.5 * (1.0 + level))};
}

/// Of numbers all of which there are.
std::optional<NumberInterval> between(const std::vector<std::optional<double>>& draws, double level) {
  Vector all(static_cast<Index>(draws.size()));
  for (std::size_t k = 0; k < draws.size(); ++k) {
    if (!draws[k]) return std::nullopt;
    all[static_cast<Index>(k)] = *draws[k];
  }
  return between(all, level);
}

/// Between two of the paths, the later of which has paid back.
std::optional<NumberInterval> between(std::vector<std::optional<Index>> paybacks, double level) {
  std::sort(paybacks.begin(), paybacks.end(),
            [](const auto& a, const auto& b) { return a && (!b || *a < *b); });  // never comes last
  const auto last = static_cast<double>(paybacks.size() - 1);
  const auto& lower = paybacks[static_cast<std::size_t>(0.5 * (1.0 - level) * last)];
  const auto& upper = paybacks[static_cast<std::size_t>(std::ceil(0.5 * (1.0 + level) * last))];
  if (!upper) return std::nullopt;
  return NumberInterval{.level = level, .lower = static_cast<double>(*lower), .upper = static_cast<double>(*upper)};
}

/// People inside after the last period.
double base_at_end(const Market& market, const MarketSimulation& of, Index path) {
  double inside = 0.0;
  const auto occupancy = of.occupancy_of(path);
  for (Index i = 0; i < occupancy.cols(); ++i) {
    if (!market.chain.is_absorbing(i)) inside += static_cast<double>(occupancy(of.horizon, i));
  }
  return inside;
}

/// The policy's own costs on a path of the mean field, discounted.
double discounted_cost(const Policy& policy, const Change& change, const MarketPath& path, double factor) {
  double cost = policy.cost_once;
  double discount = 1.0;
  for (Index t = 0; t < path.referred.size(); ++t) {
    cost += discount * (policy.cost_per_period + path.occupancy.row(t) * change.cost_per_person);
    discount *= factor;
    cost += discount * policy.cost_per_referral * path.referred[t];
  }
  return cost;
}

/// One market per path, or one for all.
class Markets {
 public:
  Markets(const Market& market, const std::vector<Market>* draws, const MarketOptions& options)
      : market_(market), draws_(draws), options_(options) {}

  bool has_draws() const { return draws_ != nullptr; }
  Index n_paths() const { return draws_ ? static_cast<Index>(draws_->size()) : static_cast<Index>(options_.paths); }

  /// Calls `see(market, simulation, path in the simulation, path)` for each path of the market under a policy.
  template <class See>
  void simulate(const Policy* policy, See&& see) const {
    const auto under = [policy](const Market& market) { return policy ? changed(market, *policy).market : market; };
    if (!draws_) {
      const Market market = under(market_);
      const MarketSimulation all = simulate_market(market, options_);
      for (Index k = 0; k < n_paths(); ++k) see(market, all, k, k);
      return;
    }
    MarketOptions one = options_;
    one.paths = 1;
    for (Index k = 0; k < n_paths(); ++k) {
      one.first_path = options_.first_path + k;
      const Market market = under((*draws_)[static_cast<std::size_t>(k)]);
      see(market, simulate_market(market, one), Index{0}, k);
    }
  }

 private:
  const Market& market_;
  const std::vector<Market>* draws_;
  const MarketOptions& options_;
};

/// What happens on every path.
struct Paths {
  Paths(const Markets& markets, const Policy* policy, Index horizon, const Discount& discount)
      : base(markets.n_paths()), profit(markets.n_paths()), per_period(markets.n_paths(), horizon) {
    markets.simulate(policy, [&](const Market& market, const MarketSimulation& all, Index from, Index to) {
      if (markets.has_draws()) own.push_back(own_value(market, discount));
      base[to] = base_at_end(market, all, from);
      profit[to] = all.profit[from];
      per_period.row(to) = all.revenue.row(from) - all.costs.row(from);
    });
  }

  Vector base;
  Vector profit;
  Matrix per_period;
  std::vector<std::optional<double>> own;  // value of a newcomer, where each path has a market of its own
};

double inside_at_end(const MarketPath& path) {
  return path.inside[path.inside.size() - 1];
}

/// What one policy changes: `today` and `before` are the mean field and the paths of the market as it is.
PolicyOutcome outcome_of(const Market& market, const Policy& policy, const Markets& markets, const MarketPath& today,
                         const Paths& before, const MarketOptions& options, double level) {
  const Index horizon = options.horizon;
  const Discount discount = options.discount.value_or(Discount::none());
  const double factor = detail::market_factor(market, options.discount);
  const Change change = changed(market, policy);
  MarketPath path = market_path(change.market, MarketPathOptions{.horizon = horizon, .discount = options.discount});
  const Paths after(markets, &policy, horizon, discount);
  std::vector<std::optional<double>> own(after.own.size());
  for (std::size_t k = 0; k < own.size(); ++k) own[k] = difference(after.own[k], before.own[k]);
  PolicyOutcome outcome{
      .name = policy.name,
      .cost = discounted_cost(policy, change, path, factor),
      .own_value = difference(own_value(change.market, discount), own_value(market, discount)),
      .own_value_interval = own.empty() ? std::nullopt : between(own, level),
      .total_value = difference(total_value(change.market, discount), total_value(market, discount)),
      .base = inside_at_end(path) - inside_at_end(today),
      .profit = path.profit - policy.cost_once - today.profit,
      .payback = payback(horizon, policy.cost_once,
                         [&](Index t) { return path.revenue[t] - path.costs[t] - today.revenue[t] + today.costs[t]; }),
      .base_of_paths = after.base - before.base,
      .profit_of_paths = (after.profit - before.profit).array() - policy.cost_once,
      .payback_of_paths = {},
      .base_interval = {},
      .profit_interval = {},
      .payback_interval = {},
      .paid_back = 0.0,
      .path = std::move(path)};
  Index n_paid_back = 0;
  for (Index k = 0; k < markets.n_paths(); ++k) {
    outcome.payback_of_paths.push_back(
        payback(horizon, policy.cost_once, [&](Index t) { return after.per_period(k, t) - before.per_period(k, t); }));
    if (outcome.payback_of_paths.back()) ++n_paid_back;
  }
  outcome.paid_back = static_cast<double>(n_paid_back) / static_cast<double>(markets.n_paths());
  outcome.payback_interval = between(outcome.payback_of_paths, level);
  outcome.base_interval = between(outcome.base_of_paths, level);
  outcome.profit_interval = between(outcome.profit_of_paths, level);
  return outcome;
}

PolicyComparison compare(const Market& market, const std::vector<Market>* draws, const std::vector<Policy>& policies,
                         const MarketOptions& options, double level) {
  detail::check_level(level);
  if (policies.empty()) throw std::invalid_argument("policies: expected at least one");
  const Markets markets(market, draws, options);
  if (markets.n_paths() < 2) {
    throw std::invalid_argument("compare_policies: an interval needs at least 2 paths, found " +
                                std::to_string(markets.n_paths()));
  }
  const Discount discount = options.discount.value_or(Discount::none());
  PolicyComparison result{.base = market_path(market, {.horizon = options.horizon, .discount = options.discount}),
                          .outcomes = {},
                          .definition = {}};
  const Paths before(markets, nullptr, options.horizon, discount);
  for (const Policy& policy : policies) {
    result.outcomes.push_back(outcome_of(market, policy, markets, result.base, before, options, level));
  }
  result.definition = (policies.size() == 1 ? "one policy" : std::to_string(policies.size()) + " policies") +
                      " against the market as it is: " + result.base.definition + "; intervals of " +
                      text::number(100.0 * level, 4) + " % between quantiles of " + text::grouped(markets.n_paths()) +
                      " paths with common random numbers" +
                      (draws ? ", each of a market of its own, drawn from what the data leave open" : "") + ", seed " +
                      std::to_string(options.seed);
  return result;
}

}  // namespace

Market with_policy(const Market& market, const Policy& policy) {
  return changed(market, policy).market;
}

PolicyComparison compare_policies(const Market& market, const std::vector<Policy>& policies,
                                  const MarketOptions& options, double level) {
  return compare(market, nullptr, policies, options, level);
}

PolicyComparison compare_policies(const Market& market, const std::vector<Market>& draws,
                                  const std::vector<Policy>& policies, const MarketOptions& options, double level) {
  for (std::size_t k = 0; k < draws.size(); ++k) {
    if (draws[k].chain.states() == market.chain.states() && draws[k].people == market.people) continue;
    throw std::invalid_argument("draws: the market in place " + std::to_string(k) +
                                " has other states or other people than the one that is drawn about");
  }
  return compare(market, &draws, policies, options, level);
}

}  // namespace sojourn
