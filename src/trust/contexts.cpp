#include "trust/contexts.hpp"

#include <algorithm>
#include <cmath>

#include "support/text.hpp"
#include "trust/journey_moves.hpp"

namespace sojourn::detail {
namespace {

Index longest_journey(const Journeys& journeys) {
  Index longest = 0;
  const auto& offsets = journeys.columns().offsets;
  for (std::size_t j = 0; j + 1 < offsets.size(); ++j) {
    longest = std::max(longest, static_cast<Index>(offsets[j + 1] - offsets[j]));
  }
  return longest;
}

std::uint64_t power(Index base, Index exponent) {
  std::uint64_t out = 1;
  for (Index k = 0; k < exponent; ++k) out *= static_cast<std::uint64_t>(base);
  return out;
}

}  // namespace

Index most_orders(Index n_states) {
  const double room = 62.0 * std::log(2.0);
  return n_states < 2 ? 60 : static_cast<Index>(room / std::log(static_cast<double>(n_states))) - 1;
}

void check_order(const char* where, const Journeys& journeys, Index max_order) {
  if (max_order < 1) {
    refuse(std::string(where) + ": max_order: " + std::to_string(max_order) + "; give at least 1");
  }
  const Index longest = longest_journey(journeys);
  if (longest < max_order + 1) {
    cannot(std::string(where) + ": max_order: order " + std::to_string(max_order) + " needs journeys of at least " +
           std::to_string(max_order + 1) + " entries; the longest has " + std::to_string(longest) +
           "; ask for a lower order");
  }
  const Index most = most_orders(journeys.states().n_states());
  if (max_order > most) {
    refuse(std::string(where) + ": max_order: order " + std::to_string(max_order) + " over " +
           text::plural(journeys.states().n_states(), "state") + " has too many contexts; ask for " +
           std::to_string(most) + " or less");
  }
}

std::vector<GroupedMove> moves_by_context(const Journeys& journeys, Index order, Index least) {
  const Index n = journeys.states().n_states();
  const std::uint64_t n_pools = power(n, order);
  const std::uint64_t n_longer = n_pools / static_cast<std::uint64_t>(n);
  MoveTally tally(n_pools, static_cast<std::uint64_t>(n), n);
  const JourneyColumns& c = journeys.columns();
  const Mask& allowed = journeys.lifecycle().allowed();
  const auto past = static_cast<std::size_t>(std::max(order + 1, least));
  for (std::size_t j = 0; j + 1 < c.offsets.size(); ++j) {
    const auto begin = static_cast<std::size_t>(c.offsets[j]);
    const auto end = static_cast<std::size_t>(c.offsets[j + 1]);
    std::uint64_t pool = 0;
    for (std::size_t i = begin; i + 1 < end; ++i) {
      pool = (pool % n_longer) * static_cast<std::uint64_t>(n) + static_cast<std::uint64_t>(c.states[i]);
      if (i + 1 < begin + past || !allowed(c.states[i], c.states[i + 1])) continue;
      const std::int32_t before = c.states[i - static_cast<std::size_t>(order)];
      tally.add(pool, static_cast<std::uint64_t>(before), c.states[i + 1]);
    }
  }
  return tally.sorted();
}

std::string context_name(const StateSpace& states, Index order, std::uint64_t pool, std::uint64_t before) {
  const auto n = static_cast<std::uint64_t>(states.n_states());
  std::vector<std::uint64_t> past;
  std::uint64_t rest = pool / n;
  for (Index k = 1; k < order; ++k, rest /= n) past.push_back(rest % n);
  past.push_back(before);
  std::string out;
  for (std::size_t k = past.size(); k-- > 0;) {
    out += (out.empty() ? "coming from " : ", ") + text::quoted(states.name(static_cast<Index>(past[k])));
  }
  return out;
}

}  // namespace sojourn::detail
