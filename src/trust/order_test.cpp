#include "sojourn/trust/order_test.hpp"

#include "trust/contexts.hpp"
#include "trust/fit_parts.hpp"
#include "trust/independence.hpp"
#include "trust/journey_moves.hpp"

namespace sojourn {
namespace {

using detail::GroupQuestion;

RowsTest compare_orders(const Journeys& journeys, Index order, const OrderTestOptions& options,
                        const LifetimeValue* value, const CountMatrix& all_moves) {
  const StateSpace& states = journeys.states();
  GroupQuestion question{.text = "order " + std::to_string(order) + " against order " + std::to_string(order + 1),
                         .state_of = {},
                         .name_of = {},
                         .method = options.method,
                         .adjustment = options.adjustment,
                         .value = value};
  if (order == 0) return detail::compare_rows(journeys.lifecycle(), all_moves, question);
  const auto n = static_cast<std::uint64_t>(states.n_states());
  question.state_of = [n](std::uint64_t pool) { return static_cast<Index>(pool % n); };
  question.name_of = [&states, order](std::uint64_t pool, std::uint64_t before) {
    return detail::context_name(states, order, pool, before);
  };
  return detail::compare_groups(states, detail::moves_by_context(journeys, order, 0), question);
}

}  // namespace

OrderTest detail::all_orders(const Journeys& journeys, const OrderTestOptions& options, const LifetimeValue* value,
                             const CountMatrix& all_moves) {
  OrderTest out;
  for (Index k = 0; k < options.max_order; ++k) {
    out.steps.push_back(compare_orders(journeys, k, options, value, all_moves));
  }
  return out;
}

OrderTest order_test(const Journeys& journeys, const OrderTestOptions& options) {
  detail::check_order("order_test", journeys, options.max_order);
  const LifetimeValue* value = detail::checked_value("order_test", options.value, journeys.states(), journeys.period());
  const CountMatrix moves = detail::allowed_moves("order_test", journeys, options.forbidden);
  return detail::all_orders(journeys, options, value, moves);
}

Index OrderTest::order(double level) const {
  for (std::size_t k = 0; k < steps.size(); ++k) {
    if (steps[k].overall.p_value >= level && steps[k].overall.degrees_of_freedom > 0) return static_cast<Index>(k);
  }
  return static_cast<Index>(steps.size());
}

std::string OrderTest::sentence() const {
  std::string out;
  for (const RowsTest& step : steps) out += (out.empty() ? "" : " ") + step.sentence();
  return out;
}

}  // namespace sojourn
