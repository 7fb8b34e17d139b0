#include "sojourn/trust/posterior.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "trust/gathering.hpp"
#include "trust/posterior_draws.hpp"

namespace sojourn {

ChainDraws::ChainDraws(const FitResult& fit, std::uint64_t seed)
    : states_(fit.states()),
      period_(fit.period()),
      rows_(std::make_shared<detail::DirichletRows>(fit.posterior, fit.chain.transition_matrix(), seed)),
      rewards_(std::make_shared<detail::RewardDraws>(fit, seed)) {}

Chain ChainDraws::chain(Index draw) const {
  if (draw < 0) throw std::out_of_range("chain: draws are numbered from 0, found " + std::to_string(draw));
  Matrix P(states_.n_states(), states_.n_states());
  rows_->draw(static_cast<std::uint64_t>(draw), P.data(), 1);
  return {states_, std::move(P), period_};
}

Rewards ChainDraws::rewards(Index draw) const {
  if (draw < 0) throw std::out_of_range("rewards: draws are numbered from 0, found " + std::to_string(draw));
  return rewards_->rewards(static_cast<std::uint64_t>(draw));
}

Uncertain posterior(const FitResult& fit, const Answer& answer, const PosteriorOptions& options) {
  detail::check_draws(options.draws, options.threads);
  Vector estimate = answer(fit.chain, fit.counts.mean_rewards());
  detail::check_finite(estimate);
  const ChainDraws draws(fit, options.seed);
  detail::Gathering all("posterior", std::move(estimate), options.draws, options.failed);
  detail::for_each_draw(options.draws, options.threads,
                        [&](Index k) { all.take(k, [&] { return answer(draws.chain(k), draws.rewards(k)); }); });
  return std::move(all).result(Spread::posterior);
}

Uncertain posterior(const LifetimeValue& value, const PosteriorOptions& options) {
  detail::check_draws(options.draws, options.threads);
  if (!value.is_fitted()) {
    throw std::domain_error(
        "posterior: this chain was not fitted from counts, so nothing says how sure it is; ask lifetime_value of a "
        "fit");
  }
  const detail::ValueDraws draws(value, options.seed);
  detail::Gathering all("posterior", value.mean().vector(), options.draws, options.failed);
  constexpr Index lanes = detail::ValueDraws::lanes;
  detail::for_each_block(
      (options.draws + detail::draws_at_once - 1) / detail::draws_at_once, options.threads, [&](std::int64_t block) {
        const Index end = std::min((block + 1) * detail::draws_at_once, options.draws);
        for (Index k = block * detail::draws_at_once; k < end; k += lanes) {
          const Index wanted = std::min(lanes, end - k);
          draws.draw(static_cast<std::uint64_t>(k), wanted, all.draws().middleRows(k, wanted),
                     [&](std::uint64_t draw, const std::string& why) { all.fail(static_cast<Index>(draw), why); });
        }
      });
  return std::move(all).result(Spread::posterior);
}

}  // namespace sojourn
