#include "sojourn/market/referral_value.hpp"

#include <cmath>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "market/reproduction.hpp"
#include "market/solved_referrals.hpp"
#include "solve/growth.hpp"
#include "solve/value_system.hpp"
#include "support/text.hpp"
#include "value/value_gradient.hpp"

namespace sojourn {

namespace {

constexpr double certain = 1e-12;  // reproduction this close to 1 is 1

Vector delay_law(const Vector& given) {
  if (given.size() == 0) return Vector::Ones(1);
  for (Index k = 0; k < given.size(); ++k) {
    if (given[k] >= 0.0 && std::isfinite(given[k])) continue;
    throw std::invalid_argument("delay: holds " + text::number(given[k]) + " for " + text::plural(k + 1, "period") +
                                ", expected a chance from 0 to 1");
  }
  const double total = given.sum();
  if (std::abs(total - 1.0) > Chain::tolerance) {
    throw std::invalid_argument("delay: sums to " + text::number(total) +
                                ", expected 1: the chances of arriving 1, 2, … periods after being brought");
  }
  return given;
}

double finite(double amount, const char* argument) {
  if (std::isfinite(amount)) return amount;
  throw std::invalid_argument(std::string(argument) + ": expected a finite amount per newcomer, found " +
                              text::number(amount));
}

/// `Σ d_k γ^k`
double discounted(const Vector& delay, double factor) {
  double sum = 0.0;
  for (Index k = delay.size(); k-- > 0;) sum = factor * (delay[k] + sum);
  return sum;
}

const Discount& given_discount(const ReferralValueOptions& options) {
  if (options.discount) return *options.discount;
  throw std::invalid_argument(
      "referral_value: no discount given; say an annual discount rate, a discount rate per period, a discount factor, "
      "or that there is none (discount factor 1)");
}

}  // namespace

ReferralValue::Solution::Solution(const LifetimeValue& own_value, const Referrals& brings,
                                  const ReferralValueOptions& options)
    : own(own_value),
      referrals(brings),
      laws(detail::reproduction("referral_value", own.chain(), brings, options.arrives_at)),
      delay(delay_law(options.delay)),
      acquisition_cost(finite(options.acquisition_cost, "acquisition_cost")),
      first_reward(finite(options.first_reward, "first_reward")),
      factor(own.discount().factor_per_period(own.chain().period())),
      delayed(discounted(delay, factor)),
      discounted_referrals(detail::system_of(own).solve_one(laws.brought)),
      discounted_reproduction(delayed * laws.arrives.dot(discounted_referrals)),
      undiscounted(factor == 1.0 ? nullptr
                                 : std::make_shared<const detail::ValueSystem>(own.chain(), 1.0, laws.left())),
      lifetime_referrals(own.chain().states(),
                         undiscounted ? undiscounted->solve_one(laws.brought) : discounted_referrals),
      reproduction(laws.arrives.dot(lifetime_referrals.vector())),
      gain(laws.arrives.dot(own.mean().vector()) - (acquisition_cost - first_reward)),
      referred(own.chain().states(), Vector::Zero(own.chain().n_states())),
      total(referred) {
  if (discounted_reproduction >= 1.0 - certain) refuse_divergence();
  referred =
      StateValues(own.chain().states(), discounted_referrals * (delayed * gain / (1.0 - discounted_reproduction)));
  total = StateValues(own.chain().states(), own.mean().vector() + referred.vector());
  if (!total.vector().allFinite()) {
    throw std::domain_error(
        "referral_value: the value is too large for a floating-point number; use smaller rewards or a stronger "
        "discount");
  }
}

void ReferralValue::Solution::refuse_divergence() const {
  const double critical = std::max(1.0, grown().factor);
  throw std::domain_error("referral_value: a newcomer brings R0 = " + text::number(reproduction, 6) +
                          " others and the base grows by a factor of " + text::number(critical, 6) +
                          " per period, so that total value is infinite at a discount factor of " +
                          text::number(factor, 6) + "; discount at a rate above " +
                          text::number(100.0 * (critical - 1.0), 6) + " % per period (a factor below " +
                          text::number(1.0 / critical, 6) + "), or lower the referrals");
}

const detail::Growth& ReferralValue::Solution::grown() const {
  const std::lock_guard lock(mutex_);
  if (!growth_) growth_ = detail::growth(own.chain(), laws.brought, laws.arrives, delay);
  return *growth_;
}

const StateValues& ReferralValue::Solution::settled() const {
  const detail::Growth& found = grown();
  const StateSpace& states = own.chain().states();
  if (!found.piled_up.empty()) {
    std::vector<std::string> names;
    for (const Index i : found.piled_up) names.push_back(states.name(i));
    throw std::domain_error("stable_mix: customers pile up in " + text::list(names) +
                            ", from where nobody is brought: the base empties more slowly there than where it feeds "
                            "itself, and tends to no mix that feeds itself");
  }
  if (!found.mix) {
    throw std::domain_error(
        "stable_mix: no newcomer brings others (R0 = 0), so the base does not feed itself; give referrals in states "
        "that newcomers reach");
  }
  const std::lock_guard lock(mutex_);
  if (!mix_) mix_.emplace(states, *found.mix);
  return *mix_;
}

ReferralValue::ReferralValue(std::shared_ptr<const Solution> solution) : solution_(std::move(solution)) {}

ReferralValue ReferralValue::solved(const LifetimeValue& own, const Referrals& referrals,
                                    const ReferralValueOptions& options) {
  return ReferralValue(std::make_shared<const Solution>(own, referrals, options));
}

ReferralValue referral_value(const Chain& chain, const Rewards& rewards, const Referrals& referrals,
                             const ReferralValueOptions& options) {
  return ReferralValue::solved(lifetime_value(chain, rewards, {.discount = given_discount(options)}), referrals,
                               options);
}

ReferralValue referral_value(const FitResult& fit, const Referrals& referrals, const ReferralValueOptions& options,
                             const std::optional<Rewards>& rewards) {
  return ReferralValue::solved(lifetime_value(fit, {.discount = given_discount(options)}, rewards), referrals, options);
}

const StateValues& ReferralValue::total() const {
  return solution_->total;
}
const StateValues& ReferralValue::own() const {
  return solution_->own.mean();
}
const StateValues& ReferralValue::referred() const {
  return solution_->referred;
}
const StateValues& ReferralValue::lifetime_referrals() const {
  return solution_->lifetime_referrals;
}
double ReferralValue::R0() const {
  return solution_->reproduction;
}
double ReferralValue::growth_factor() const {
  return solution_->grown().factor;
}
const StateValues& ReferralValue::stable_mix() const {
  return solution_->settled();
}
const Chain& ReferralValue::chain() const {
  return solution_->own.chain();
}
const Rewards& ReferralValue::rewards() const {
  return solution_->own.rewards();
}
const Referrals& ReferralValue::referrals() const {
  return solution_->referrals;
}
const Discount& ReferralValue::discount() const {
  return solution_->own.discount();
}
const LifetimeValue& ReferralValue::own_value() const {
  return solution_->own;
}
const Vector& ReferralValue::arrives_at() const {
  return solution_->laws.arrives;
}
const Vector& ReferralValue::delay() const {
  return solution_->delay;
}
double ReferralValue::acquisition_cost() const {
  return solution_->acquisition_cost;
}
double ReferralValue::first_reward() const {
  return solution_->first_reward;
}

ReferralStartValue ReferralValue::start_value(const Vector& start) const {
  check_distribution("start", chain().states(), start);
  const double own_part = start.dot(own().vector());
  const double referred_part = start.dot(referred().vector());
  return {own_part + referred_part, own_part, referred_part};
}

ReferralStartValue ReferralValue::start_value(std::string_view state) const {
  return start_value(start_in(chain().states(), state));
}

Generations ReferralValue::generations(Index n) const {
  constexpr Index most = 10'000;
  if (n < 0 || n > most) {
    throw std::invalid_argument("generations: expected a number from 0 to " + text::grouped(most) + ", found " +
                                std::to_string(n));
  }
  const Solution& s = *solution_;
  Matrix value(chain().n_states(), n + 1);
  value.col(0) = own().vector();
  Vector next = s.discounted_referrals * (s.delayed * s.gain);
  for (Index g = 1; g <= n; ++g) {
    value.col(g) = next;
    next *= s.discounted_reproduction;
  }
  return {std::move(value), StateValues(chain().states(), next / (1.0 - s.discounted_reproduction))};
}

std::optional<double> ReferralValue::doubling_time() const {
  const double factor = growth_factor();
  if (!(factor > 1.0 + certain)) return std::nullopt;
  return std::log(2.0) / std::log(factor);
}

std::optional<double> ReferralValue::halving_time() const {
  const double factor = growth_factor();
  if (!(factor > 0.0 && factor < 1.0 - certain)) return std::nullopt;
  return -std::log(2.0) / std::log(factor);
}

std::optional<double> ReferralValue::critical_discount_factor() const {
  if (R0() < 1.0 - certain) return std::nullopt;
  return std::min(1.0, 1.0 / growth_factor());
}

std::optional<double> ReferralValue::critical_discount_rate() const {
  if (R0() < 1.0 - certain) return std::nullopt;
  return std::max(0.0, growth_factor() - 1.0);
}

std::string ReferralValue::definition() const {
  const Period& period = chain().period();
  const StateSpace& states = chain().states();
  std::string words = "expected value per customer with all whom he brings (" + rewards().label() + "), for life";
  words += period.is_step() ? " (one step = one event, no calendar time)" : " (one period = " + period.name() + ")";
  words += "; discount: " + discount().describe(period) + "; newcomers arrive in ";
  std::vector<std::string> places;
  for (Index i = 0; i < states.n_states(); ++i) {
    if (arrives_at()[i] > 0.0) places.push_back(states.name(i));
  }
  words += text::list(places, 4);
  double wait = 0.0;
  for (Index k = 0; k < delay().size(); ++k) wait += static_cast<double>(k + 1) * delay()[k];
  const std::string unit = period.is_step() ? "step" : "period";
  words += " after " + (wait == 1.0 ? "1 " + unit : text::number(wait, 4) + ' ' + unit + 's');
  if (delay().size() > 1 && delay().maxCoeff() < 1.0) words += " on average";
  if (acquisition_cost() != 0.0) words += ", each costs " + text::number(acquisition_cost(), 6);
  if (first_reward() != 0.0) {
    words += acquisition_cost() != 0.0 ? " and" : ", each";
    words += " brings " + text::number(first_reward(), 6) + " at once";
  }
  return words;
}

}  // namespace sojourn
