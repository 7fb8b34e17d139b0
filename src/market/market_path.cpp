#include "sojourn/market/market_path.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "market/market_book.hpp"
#include "solve/horizon.hpp"
#include "support/level.hpp"
#include "support/text.hpp"

namespace sojourn {

using detail::MarketFlow;
using detail::MarketPlan;
using detail::MarketState;

MarketPath market_path(const Market& market, const MarketPathOptions& options) {
  const MarketPlan plan(market);
  detail::check_horizon("horizon", options.horizon);
  const Index T = options.horizon;
  const Index n = plan.n_states();
  detail::check_room("market_path", text::plural(T, "period"),
                     8.0 * static_cast<double>(T + 1) * static_cast<double>(n + 10), "take fewer periods");
  const double factor = detail::market_factor(market, options.discount);
  MarketPath path{.states = plan.states(),
                  .occupancy = Matrix(T + 1, n),
                  .pool = Vector(T + 1),
                  .inside = Vector(T + 1),
                  .gone = Vector(T + 1),
                  .referred = Vector(T),
                  .advertised = Vector(T),
                  .good = Vector(T + 1),
                  .bad = Vector(T + 1),
                  .reputation = Vector(plan.has_reputation() ? T + 1 : 0),
                  .revenue = Vector(T),
                  .costs = Vector(T),
                  .profit = 0.0,
                  .definition = "mean field of " + detail::describe_market(plan) + ", " + text::plural(T, "period") +
                                "; profit discounted: " +
                                (options.discount ? options.discount->describe(market.chain.period())
                                                  : std::string("none (undiscounted)"))};
  MarketState now = plan.today();
  MarketState next = now;
  double discount = 1.0;
  for (Index t = 0; t <= T; ++t) {
    path.occupancy.row(t) = now.occupancy.transpose();
    double gone = 0.0;
    for (Index i = 0; i < n; ++i) gone += plan.is_absorbing[static_cast<std::size_t>(i)] != 0 ? now.occupancy[i] : 0.0;
    const double all = now.occupancy.sum();
    path.pool[t] = std::max(0.0, plan.people - all);
    path.gone[t] = gone;
    path.inside[t] = std::max(0.0, all - gone);
    path.good[t] = now.good;
    path.bad[t] = now.bad;
    if (plan.has_reputation()) path.reputation[t] = plan.reputation_of(now.good, now.bad);
    if (t == T) break;
    const MarketFlow flow = plan.step(now, next);
    path.referred[t] = flow.referred;
    path.advertised[t] = flow.advertised;
    path.revenue[t] = flow.of_states + flow.of_moves;
    path.costs[t] = plan.advertising_cost + plan.referred_cost * flow.referred + plan.advertised_cost * flow.advertised;
    path.profit += discount * plan.at_beginning(flow);
    discount *= factor;
    path.profit += discount * plan.at_end(flow);
    std::swap(now, next);
  }
  const bool is_finite = std::isfinite(path.profit) && path.revenue.allFinite() && path.costs.allFinite() &&
                         path.good.allFinite() && path.bad.allFinite();
  if (!is_finite) detail::refuse_market_money("market_path");
  return path;
}

DeliveryGap delivery_gap(const Market& market, std::string_view from, std::string_view to, double believed, double felt,
                         const MarketPathOptions& options) {
  detail::check_probability("believed", believed);
  detail::check_probability("felt", felt);
  const StateSpace& states = market.chain.states();
  const Index i = states.index(from);
  const Index j = states.index(to);
  DeliveryGap gap{.believed = market_path(detail::with_probability("delivery_gap", market, i, j, believed), options),
                  .felt = market_path(detail::with_probability("delivery_gap", market, i, j, felt), options),
                  .profit = 0.0,
                  .definition = "profit with " + text::number(felt, 6) + " instead of " + text::number(believed, 6) +
                                " for " + text::quoted(from) + " → " + text::quoted(to) +
                                " (the rest of the row in proportion)"};
  gap.profit = gap.felt.profit - gap.believed.profit;
  gap.definition += "; " + gap.felt.definition;
  return gap;
}

}  // namespace sojourn
