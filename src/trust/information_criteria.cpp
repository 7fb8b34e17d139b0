#include "sojourn/trust/information_criteria.hpp"

#include <algorithm>
#include <cmath>

#include "support/text.hpp"
#include "trust/contexts.hpp"
#include "trust/fit_parts.hpp"
#include "trust/independence.hpp"
#include "trust/journey_moves.hpp"

namespace sojourn {
namespace {

using detail::GroupedMove;
using detail::GroupQuestion;

/// `Σ n log(n / n_pool)` over the moves out of each context.
double log_likelihood_of(const std::vector<GroupedMove>& moves, bool by_group) {
  double sum = 0.0;
  for (std::size_t first = 0; first < moves.size();) {
    std::size_t end = first;
    std::int64_t total = 0;
    while (end < moves.size() && moves[end].pool == moves[first].pool &&
           (!by_group || moves[end].group == moves[first].group)) {
      total += moves[end++].count;
    }
    std::vector<std::pair<Index, std::int64_t>> targets;
    for (std::size_t k = first; k < end; ++k) targets.emplace_back(moves[k].to, moves[k].count);
    std::sort(targets.begin(), targets.end());
    for (std::size_t k = 0; k < targets.size();) {
      std::int64_t n = 0;
      const Index to = targets[k].first;
      for (; k < targets.size() && targets[k].first == to; ++k) n += targets[k].second;
      sum += static_cast<double>(n) * std::log(static_cast<double>(n) / static_cast<double>(total));
    }
    first = end;
  }
  return sum;
}

}  // namespace

InformationCriteria detail::all_criteria(const Journeys& journeys, Index max_order) {
  // Order 0 and 1 from the moves alone, those with too little past for the largest order left out.
  const Index n = journeys.states().n_states();
  CountMatrix moves = CountMatrix::Zero(n, n);
  const JourneyColumns& c = journeys.columns();
  for_each_move(journeys, [&](std::size_t, std::size_t begin, std::size_t i) {
    if (i + 1 >= begin + static_cast<std::size_t>(max_order)) ++moves(c.states[i], c.states[i + 1]);
  });
  InformationCriteria out{{}, moves.sum()};
  if (out.moves == 0) {
    cannot("information_criteria: max_order: no allowed move has enough past for order " + std::to_string(max_order) +
           "; ask for a lower order");
  }
  const auto size = static_cast<double>(out.moves);
  const auto add = [&](double log_likelihood, Index parameters) {
    const auto free = static_cast<double>(parameters);
    out.orders.push_back({static_cast<Index>(out.orders.size()), log_likelihood, parameters,
                          2.0 * free - 2.0 * log_likelihood, std::log(size) * free - 2.0 * log_likelihood});
  };
  // Parameters of order 1: moves out of each state with data, into states that were entered, less one per state.
  Index parameters = 0;
  double log_likelihood = 0.0;
  for (Index i = 0; i < n; ++i) {
    const std::int64_t total = moves.row(i).sum();
    if (total == 0) continue;
    --parameters;
    for (Index j = 0; j < n; ++j) {
      if (moves.col(j).sum() > 0 && journeys.lifecycle().allowed()(i, j)) ++parameters;
      if (moves(i, j) == 0) continue;
      const auto seen = static_cast<double>(moves(i, j));
      log_likelihood += seen * std::log(seen / static_cast<double>(total));
    }
  }
  const GroupQuestion question{"", {}, {}, TestMethod::likelihood_ratio, Adjustment::holm, nullptr};
  const TestResult zero = detail::compare_rows(journeys.lifecycle(), moves, question).overall;
  add(log_likelihood - 0.5 * zero.statistic, parameters - zero.degrees_of_freedom);
  add(log_likelihood, parameters);
  for (Index k = 1; k < max_order; ++k) {
    const std::vector<GroupedMove> by_context = moves_by_context(journeys, k, max_order);
    const GroupQuestion step{
        "",
        [n](std::uint64_t pool) { return static_cast<Index>(pool % static_cast<std::uint64_t>(n)); },
        [](std::uint64_t, std::uint64_t) { return std::string(); },
        TestMethod::likelihood_ratio,
        Adjustment::holm,
        nullptr};
    parameters += detail::compare_groups(journeys.states(), by_context, step).overall.degrees_of_freedom;
    add(log_likelihood_of(by_context, true), parameters);
  }
  return out;
}

InformationCriteria information_criteria(const Journeys& journeys, const InformationCriteriaOptions& options) {
  detail::check_order("information_criteria", journeys, options.max_order);
  detail::allowed_moves("information_criteria", journeys, options.forbidden);
  return detail::all_criteria(journeys, options.max_order);
}

Index InformationCriteria::best_by_aic() const {
  return std::min_element(orders.begin(), orders.end(),
                          [](const OrderLikelihood& a, const OrderLikelihood& b) { return a.aic < b.aic; })
      ->order;
}

Index InformationCriteria::best_by_bic() const {
  return std::min_element(orders.begin(), orders.end(),
                          [](const OrderLikelihood& a, const OrderLikelihood& b) { return a.bic < b.bic; })
      ->order;
}

std::string InformationCriteria::sentence() const {
  std::string out = "of orders 0 to " + std::to_string(orders.back().order) + ", AIC chooses order " +
                    std::to_string(best_by_aic()) + " and BIC order " + std::to_string(best_by_bic()) + " (" +
                    text::plural(moves, "move") + ";";
  for (const OrderLikelihood& o : orders) {
    out += (o.order == 0 ? " order " : ", order ") + std::to_string(o.order) + ": AIC " + text::number(o.aic, 8) +
           ", BIC " + text::number(o.bic, 8) + " with " + text::plural(o.n_parameters, "parameter");
  }
  return out + ").";
}

}  // namespace sojourn
