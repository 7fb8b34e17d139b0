/// \file referral_value.hpp
/// What a customer brings by bringing others: referral value, and growth of a base that feeds itself.
///
/// A customer brings `b_i` newcomers per period in state `i` and `c_ij` with a move, so `b_i + Σ_j p_ij c_ij` per period.
/// They arrive with law `s` over the states, `k` periods later with probability `d_k` (one period later unless said
/// otherwise), and are customers like any other. With `D = Σ d_k γ^k` and what a newcomer costs less what he brings at
/// once, `a`, the total value solves `V = r + γ (P∘W) 1 + γ P V + D b (sᵀ V - a)`. The customer's own part is his lifetime
/// value, the referred part the rest. `R0 = sᵀ (I - Q)⁻¹ b` is how many a newcomer brings in his life, the growth factor
/// the spectral radius of `Q + b sᵀ`, or with delays the root of `Σ d_k λ^(1-k) sᵀ (λI - Q)⁻¹ b = 1`. (T. E. Harris, "The
/// Theory of Branching Processes", 1963, chapters I and II; H. Caswell, "Matrix Population Models", 2001, chapter 5.)
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sojourn/market/referrals.hpp"
#include "sojourn/value/lifetime_value.hpp"

namespace sojourn {

struct ReferralValueOptions {
  std::optional<Discount> discount = std::nullopt;  ///< must be given; `Discount::none()` for no discounting
  Vector arrives_at =
      Vector();             ///< law over the states in which newcomers arrive, shape (n_states,); empty = the first
  Vector delay = Vector();  ///< chance of arriving 1, 2, … periods after being brought; empty = 1 for certain
  double acquisition_cost = 0.0;  ///< currency per newcomer brought, paid when he arrives
  double first_reward = 0.0;      ///< currency per newcomer brought, received when he arrives
};

/// The value from a law over the states, with its two parts. Currency.
struct ReferralStartValue {
  double total;
  double own;
  double referred;
};

/// Value by generation of newcomers.
struct Generations {
  /// Shape (n_states, n + 1): own value, then that of the 1st, …, nth generation, less what it costs; currency.
  Matrix value;
  /// What all later generations are worth, currency.
  StateValues beyond;
};

/// The value of a customer with all whom he brings, and whom those bring.
class ReferralValue {
 public:
  /// `own + referred`, per state in which a customer starts. Currency.
  const StateValues& total() const;
  /// His lifetime value: what he brings himself, the reward at `t = 0` included. Currency.
  const StateValues& own() const;
  /// What those are worth whom he brings, whom they bring, and so on, less what they cost. Currency.
  const StateValues& referred() const;
  /// The same from a law over the states, shape (n_states,). Throws `invalid_argument` when it is not one.
  ReferralStartValue start_value(const Vector& start) const;
  ReferralStartValue start_value(std::string_view state) const;
  /// The value split into `n >= 0` generations of newcomers and the rest. Throws `invalid_argument` for a negative number
  /// or one above 10,000.
  Generations generations(Index n) const;

  /// Newcomers whom a customer brings himself in his life, per state, undiscounted.
  const StateValues& lifetime_referrals() const;
  /// Newcomers whom a newcomer brings himself in his life, undiscounted: above 1 the base feeds itself.
  double R0() const;
  /// The factor by which the base grows or shrinks per period in the long run.
  double growth_factor() const;
  /// Periods until the base has doubled; nothing unless it grows.
  std::optional<double> doubling_time() const;
  /// Periods until the base has halved; nothing unless it shrinks, or when all are gone after some periods.
  std::optional<double> halving_time() const;
  /// The law over the states that a self-feeding base tends to, states that are never left apart. Throws `domain_error`
  /// when nobody is brought who brings others, or when customers pile up in states that bring nobody.
  const StateValues& stable_mix() const;
  /// The discount factor per period at and above which total value is infinite, in (0, 1]; nothing when `R0 < 1` and so
  /// no discount is needed.
  std::optional<double> critical_discount_factor() const;
  /// The same as a rate per period: a discount has to be above it.
  std::optional<double> critical_discount_rate() const;

  const Chain& chain() const;
  const Rewards& rewards() const;
  const Referrals& referrals() const;
  const Discount& discount() const;
  /// The own value as an answer of its own, with its spread and, from a fit, its interval.
  const LifetimeValue& own_value() const;
  /// The law of arrival, shape (n_states,).
  const Vector& arrives_at() const;
  /// Chance of arriving 1, 2, … periods after being brought.
  const Vector& delay() const;
  double acquisition_cost() const;
  double first_reward() const;

  /// What was computed, in words.
  std::string definition() const;

 private:
  friend ReferralValue referral_value(const Chain&, const Rewards&, const Referrals&, const ReferralValueOptions&);
  friend ReferralValue referral_value(const FitResult&, const Referrals&, const ReferralValueOptions&,
                                      const std::optional<Rewards>&);
  friend class ReferralSensitivity;

  /// The question and its answer, shared by copies.
  struct Solution;

  explicit ReferralValue(std::shared_ptr<const Solution> solution);
  static ReferralValue solved(const LifetimeValue& own, const Referrals& referrals,
                              const ReferralValueOptions& options);

  std::shared_ptr<const Solution> solution_;
};

/// The value for life of a customer in each state, with all whom he brings. Throws `invalid_argument` without a discount,
/// for referrals over other states, an arrival law that is none or leads into an exit, a delay law that does not sum to
/// 1, or amounts that are not finite; `domain_error` for newcomers brought by those who have left for good or never leave,
/// where the own value is infinite, and where the total is: newcomers then come faster than money is discounted, and the
/// message holds the discount that would do.
ReferralValue referral_value(const Chain& chain, const Rewards& rewards, const Referrals& referrals,
                             const ReferralValueOptions& options);

/// The same from a fit. Without `rewards`, they are the mean values per period observed in each state.
ReferralValue referral_value(const FitResult& fit, const Referrals& referrals, const ReferralValueOptions& options,
                             const std::optional<Rewards>& rewards = std::nullopt);

}  // namespace sojourn
