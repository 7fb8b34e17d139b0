// A referral value as it is kept: what was asked, what solves it, and what is found when first asked for.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "market/reproduction.hpp"
#include "sojourn/market/referral_value.hpp"
#include "solve/growth.hpp"
#include "solve/value_system.hpp"

namespace sojourn {

/// With `U` the own values, `y = (I - γP)⁻¹ b` and `D` the discount of the delay, the total is `U + D y g / (1 - D sᵀy)`:
/// a change of rank one to the system of the own values.
struct ReferralValue::Solution {
  Solution(const LifetimeValue& own_value, const Referrals& brings, const ReferralValueOptions& options);

  LifetimeValue own;
  Referrals referrals;
  detail::Reproduction laws;
  Vector delay;
  double acquisition_cost;
  double first_reward;
  double factor;                                            // per period
  double delayed;                                           // `D`
  Vector discounted_referrals;                              // `y`
  double discounted_reproduction;                           // `D sᵀy`
  std::shared_ptr<const detail::ValueSystem> undiscounted;  // null where the own value is not discounted either
  StateValues lifetime_referrals;
  double reproduction;  // `R0`
  double gain;          // `g = sᵀU` less what a newcomer costs, more what he brings at once
  StateValues referred;
  StateValues total;

  const detail::ValueSystem& lifetime_system() const { return undiscounted ? *undiscounted : detail::system_of(own); }
  const detail::Growth& grown() const;
  const StateValues& settled() const;

 private:
  void refuse_divergence() const;

  mutable std::mutex mutex_;
  mutable std::optional<detail::Growth> growth_;
  mutable std::optional<StateValues> mix_;
};

}  // namespace sojourn
