#include "market/market_plan.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "chain/state_words.hpp"
#include "support/level.hpp"
#include "support/refuse.hpp"
#include "support/text.hpp"

namespace sojourn::detail {

namespace {

constexpr std::int64_t most_people = std::int64_t{1} << 51;
constexpr Index most_settled_states = 200;

void check_amount(const char* what, double x) {
  if (x >= 0.0 && std::isfinite(x)) return;
  refuse(std::string(what) + ": must be a number of at least 0, found " + text::number(x));
}

/// One number of at least 0 for each state; empty = 0 in all of them.
Vector rates(const std::string& what, const StateSpace& states, const Vector& given) {
  if (given.size() == 0) return Vector::Zero(states.n_states());
  if (given.size() != states.n_states()) {
    refuse(what + ": expected one number for each of " + text::plural(states.n_states(), "state") + ", found " +
           std::to_string(given.size()));
  }
  for (Index i = 0; i < given.size(); ++i) {
    if (given[i] >= 0.0 && std::isfinite(given[i])) continue;
    refuse(what + ": is " + text::number(given[i]) + " in " + text::quoted(states.name(i)) +
           ", expected a number of at least 0");
  }
  return given;
}

Vector law_or(const char* what, const StateSpace& states, const Vector& given, const Vector& otherwise) {
  if (given.size() == 0) return otherwise;
  check_distribution(what, states, given);
  return given;
}

CountVector stock_of(const Market& market) {
  const StateSpace& states = market.chain.states();
  if (market.stock.size() == 0) return CountVector::Zero(states.n_states());
  if (market.stock.size() != states.n_states()) {
    refuse("stock: expected one number for each of " + text::plural(states.n_states(), "state") + ", found " +
           std::to_string(market.stock.size()));
  }
  std::int64_t all = 0;
  for (Index i = 0; i < market.stock.size(); ++i) {
    if (market.stock[i] < 0) {
      refuse("stock: holds " + std::to_string(market.stock[i]) + " people in " + text::quoted(states.name(i)) +
             ", expected a number of at least 0");
    }
    if (market.stock[i] > market.people - all) {
      refuse("people: the market has " + text::grouped(market.people) +
             ", fewer than stand in its states; count everyone who may ever come, those there and those gone included");
    }
    all += market.stock[i];
  }
  return market.stock;
}

}  // namespace

MarketPlan::MarketPlan(const Market& market) : states_(market.chain.states()) {
  check_same_states("rewards", market.rewards.states(), states_);
  if (market.people < 1 || market.people > most_people) {
    refuse("people: must be from 1 to " + text::grouped(most_people) + ", found " + std::to_string(market.people));
  }
  people = static_cast<double>(market.people);
  stock = stock_of(market);
  state_rewards = market.rewards.per_state();
  if (market.referrals) check_same_states("referrals", market.referrals->states(), states_);
  contacts = market.referrals ? market.referrals->per_state() : Vector(Vector::Zero(n_states()));
  Vector first_state = Vector::Zero(n_states());
  first_state[0] = 1.0;
  arrives_at = law_or("arrives_at", states_, market.arrives_at, first_state);
  advertising_arrives_at = law_or("advertising_arrives_at", states_, market.advertising_arrives_at, arrives_at);
  check_probability("advertising", market.advertising);
  check_amount("advertising_cost", market.advertising_cost);
  check_amount("referred_cost", market.referred_cost);
  check_amount("advertised_cost", market.advertised_cost);
  check_probability("returns", market.returns);
  advertising = market.advertising;
  advertising_cost = market.advertising_cost;
  referred_cost = market.referred_cost;
  advertised_cost = market.advertised_cost;
  returns = market.returns;
  read_moves(market);
  if (market.reputation) read_reputation(*market.reputation, market.chain);
}

void MarketPlan::read_moves(const Market& market) {
  first.push_back(0);
  for (Index i = 0; i < n_states(); ++i) {
    is_absorbing.push_back(market.chain.is_absorbing(i) ? 1 : 0);
    market.chain.for_each_move(i, [&](Index to, double p) {
      const double brought = market.referrals ? market.referrals->move_referrals(i, to) : 0.0;
      has_move_contacts = has_move_contacts || brought > 0.0;
      moves.push_back({.to = to, .probability = p, .reward = market.rewards.move_reward(i, to), .contacts = brought});
    });
    first.push_back(moves.size());
  }
}

void MarketPlan::read_reputation(const MarketReputation& given, const Chain& chain) {
  check_reputation_law(given.law);
  law = given.law;
  check_amount("good", given.good);
  check_amount("bad", given.bad);
  good_today = given.good;
  bad_today = given.bad;
  good_rates = Vector::Zero(n_states());
  bad_rates = Vector::Zero(n_states());
  for (const ExperienceSource& source : given.sources) {
    const std::string name = "source " + text::quoted(source.name);
    check_amount((name + ": weight").c_str(), source.weight);
    sources.push_back({.weight = source.weight,
                       .good = rates(name + ": good", states_, source.good),
                       .bad = rates(name + ": bad", states_, source.bad)});
    good_rates += source.weight * sources.back().good;
    bad_rates += source.weight * sources.back().bad;
  }
  if (given.search.empty()) {
    refuse("reputation: search: say which state's people search, so that what they read can move them on");
  }
  search_ = states_.index(given.search);
  if (chain.is_absorbing(*search_)) {
    refuse("reputation: search: nobody goes on from " + text::quoted(given.search) +
           ", which is never left; name the state of those who search");
  }
  std::vector<char> wanted(static_cast<std::size_t>(n_states()), 0);
  for (const std::string& name : given.onward) {
    const Index to = states_.index(name);
    if (chain.probability(*search_, to) <= 0.0) {
      refuse("reputation: onward: the chain has no move " + text::quoted(given.search) + " → " + text::quoted(name) +
             "; name states that it leads to");
    }
    wanted[static_cast<std::size_t>(to)] = 1;
  }
  double others = 0.0;
  const auto row = static_cast<std::size_t>(*search_);
  for (std::size_t m = first[row]; m < first[row + 1]; ++m) {
    const auto to = static_cast<std::size_t>(moves[m].to);
    const bool is_onward = given.onward.empty() ? moves[m].to != *search_ && is_absorbing[to] == 0 : wanted[to] != 0;
    is_onward_.push_back(is_onward ? 1 : 0);
    (is_onward ? onward_ : others) += moves[m].probability;
  }
  if (onward_ <= 0.0) {
    refuse("reputation: onward: " + text::quoted(given.search) +
           " leads only to itself and to absorbing states; name the states that count as going on");
  }
  onward_ = others == 0.0 ? 1.0 : onward_ / (onward_ + others);
}

double MarketPlan::reputation_of(double good, double bad) const {
  return has_reputation() ? sojourn::reputation(law, good, bad) : 0.5;
}

double MarketPlan::going_on(double rho) const {
  return go_on_probability(law, onward_, rho);
}

void MarketPlan::search_row(double rho, std::vector<double>& probabilities) const {
  const auto row = static_cast<std::size_t>(*search_);
  const double p = going_on(rho);
  const double on = p / onward_;
  const double off = onward_ < 1.0 ? (1.0 - p) / (1.0 - onward_) : 1.0;
  probabilities.resize(is_onward_.size());
  for (std::size_t k = 0; k < is_onward_.size(); ++k) {
    probabilities[k] = moves[first[row] + k].probability * (is_onward_[k] != 0 ? on : off);
  }
}

void MarketPlan::search_slopes(double rho, std::vector<double>& slopes) const {
  const auto row = static_cast<std::size_t>(*search_);
  const double p = going_on(rho);
  const double slope = onward_ < 1.0 ? law.sensitivity * p * (1.0 - p) : 0.0;
  slopes.resize(is_onward_.size());
  for (std::size_t k = 0; k < is_onward_.size(); ++k) {
    const double probability = moves[first[row] + k].probability;
    slopes[k] = is_onward_[k] != 0 ? probability * slope / onward_
                                   : (onward_ < 1.0 ? -probability * slope / (1.0 - onward_) : 0.0);
  }
}

MarketState MarketPlan::today() const {
  return {.occupancy = stock.cast<double>(), .good = good_today, .bad = bad_today};
}

MarketFlow MarketPlan::step(const MarketState& now, MarketState& next) const {
  std::vector<double> searching;
  if (has_reputation()) search_row(reputation_of(now.good, now.bad), searching);
  MarketFlow flow;
  next.occupancy.setZero(n_states());
  double made = 0.0;  // contacts
  for (Index i = 0; i < n_states(); ++i) {
    const double count = now.occupancy[i];
    if (count == 0.0) continue;
    flow.of_states += count * state_rewards[i];
    made += count * contacts[i];
    const auto row = static_cast<std::size_t>(i);
    const bool is_search = search_ == i;
    for (std::size_t m = first[row]; m < first[row + 1]; ++m) {
      const double some = count * (is_search ? searching[m - first[row]] : moves[m].probability);
      made += some * moves[m].contacts;
      flow.of_moves += some * moves[m].reward;
      next.occupancy[moves[m].to] += is_absorbing[row] != 0 ? some * (1.0 - returns) : some;
    }
  }
  const double pool = std::max(0.0, people - now.occupancy.sum());
  const double unmet = std::exp(-made / people);
  flow.referred = pool * -std::expm1(-made / people);
  flow.advertised = pool * unmet * advertising;
  next.occupancy += flow.referred * arrives_at + flow.advertised * advertising_arrives_at;
  if (has_reputation()) {
    next.good = law.retention * now.good + good_rates.dot(now.occupancy);
    next.bad = law.retention * now.bad + bad_rates.dot(now.occupancy);
  } else {
    next.good = next.bad = 0.0;
  }
  return flow;
}

std::string describe_market(const MarketPlan& plan) {
  std::string words = "a market of " + text::plural(static_cast<std::int64_t>(plan.people), "person");
  if (plan.people != 1.0) words = "a market of " + text::grouped(static_cast<std::int64_t>(plan.people)) + " people";
  if (plan.contacts.maxCoeff() > 0.0 || plan.has_move_contacts) words += ", word of mouth";
  if (plan.advertising > 0.0) words += ", advertising " + text::number(plan.advertising, 6) + " per period";
  if (plan.has_reputation()) words += ", reputation at " + text::quoted(plan.states().name(plan.search()));
  if (plan.returns > 0.0) words += ", returns " + text::number(plan.returns, 6) + " per period";
  return words;
}

void check_size(const char* who, const MarketPlan& plan) {
  if (plan.n_states() <= most_settled_states) return;
  throw std::domain_error(std::string(who) + ": " + text::grouped(plan.n_states()) + " states are more than the " +
                          std::to_string(most_settled_states) + " that it takes; follow the market with market_path");
}

Market with_probability(const char* who, const Market& market, Index from, Index to, double probability) {
  const StateSpace& states = market.chain.states();
  Vector row = Vector::Zero(states.n_states());
  double others = 0.0;
  market.chain.for_each_move(from, [&](Index j, double p) {
    row[j] = p;
    if (j != to) others += p;
  });
  if (others <= 0.0) {
    throw std::domain_error(std::string(who) + ": " + text::quoted(states.name(from)) + " leads nowhere but to " +
                            text::quoted(states.name(to)) +
                            ", so the rest of its row has no proportions; give the row " + "another move first");
  }
  row *= (1.0 - probability) / others;
  row[to] = probability;
  Market changed = market;
  changed.chain = market.chain.with_row(states.name(from), row);
  return changed;
}

double market_factor(const Market& market, const std::optional<Discount>& discount) {
  return discount ? discount->factor_per_period(market.chain.period()) : 1.0;
}

void refuse_market_money(const char* who) {
  throw std::domain_error(std::string(who) +
                          ": the money is too large for a floating-point number; use smaller amounts or count it in "
                          "millions");
}

}  // namespace sojourn::detail
