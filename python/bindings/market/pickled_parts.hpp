// What the results of this wing hold beside classes that Python knows, for pickling.
#pragma once

#include "sojourn/market/market.hpp"
#include "sojourn/market/market_equilibrium.hpp"
#include "sojourn/market/policies.hpp"
#include "sojourn/market/quadrants.hpp"
#include "sojourn/market/referral_rates.hpp"
#include "sojourn/market/referral_value.hpp"
#include "support/pickling.hpp"
#include "value/bound_value.hpp"

namespace sojourn::python {

template <>
inline constexpr auto members_of<QuadrantTotal> =
    std::tuple(&QuadrantTotal::quadrant, &QuadrantTotal::customers, &QuadrantTotal::own, &QuadrantTotal::referred);

template <>
inline constexpr auto members_of<RatingScale> = std::tuple(&RatingScale::good_at_least, &RatingScale::bad_at_most);

template <>
inline constexpr auto members_of<RateOptions> =
    std::tuple(&RateOptions::prior_shape, &RateOptions::prior_periods, &RateOptions::states_without_data);

template <>
inline constexpr auto members_of<ExperienceSource> =
    std::tuple(&ExperienceSource::name, &ExperienceSource::weight, &ExperienceSource::good, &ExperienceSource::bad);

template <>
inline constexpr auto members_of<MarketReputation> =
    std::tuple(&MarketReputation::law, &MarketReputation::search, &MarketReputation::onward, &MarketReputation::sources,
               &MarketReputation::good, &MarketReputation::bad);

template <>
inline constexpr auto members_of<MarketEquilibrium> =
    std::tuple(&MarketEquilibrium::occupancy, &MarketEquilibrium::pool, &MarketEquilibrium::good,
               &MarketEquilibrium::bad, &MarketEquilibrium::reputation, &MarketEquilibrium::referred,
               &MarketEquilibrium::advertised, &MarketEquilibrium::profit, &MarketEquilibrium::spectral_radius,
               &MarketEquilibrium::is_stable, &MarketEquilibrium::residual);

template <>
inline constexpr auto members_of<PolicyMove> = std::tuple(&PolicyMove::from, &PolicyMove::to, &PolicyMove::probability);

// A value with word of mouth is pickled as the question that it answers.
template <class Bound>
auto question_of(const Bound& self) {
  const ReferralValue& value = self.value;
  return std::tuple(BoundValue{value.own_value(), self.observed_start}, value.referrals(), value.arrives_at(),
                    value.delay(), value.acquisition_cost(), value.first_reward());
}

template <class Bound>
Bound answer_to(const BoundValue& own, const Referrals& referrals, const Vector& arrives_at, const Vector& delay,
                double acquisition_cost, double first_reward) {
  const LifetimeValue& value = own.value;
  const ReferralValueOptions options{.discount = value.discount(),
                                     .arrives_at = arrives_at,
                                     .delay = delay,
                                     .acquisition_cost = acquisition_cost,
                                     .first_reward = first_reward};
  std::optional<Rewards> rewards;
  if (!value.has_fitted_rewards()) rewards = value.rewards();
  return {value.is_fitted() ? referral_value(*value.fit(), referrals, options, rewards)
                            : referral_value(value.chain(), value.rewards(), referrals, options),
          own.observed_start};
}

}  // namespace sojourn::python
