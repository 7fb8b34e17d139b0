#include "sojourn/value/base_levers.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "support/text.hpp"
#include "value/row_lift.hpp"

namespace sojourn {

std::vector<BaseLever> base_levers(const LifetimeValue& value, const Vector& stock,
                                   const std::optional<Mask>& allowed) {
  const StateSpace& states = value.chain().states();
  if (stock.size() != states.n_states()) {
    throw std::invalid_argument("stock: expected one number for each of " + text::plural(states.n_states(), "state") +
                                ", found " + std::to_string(stock.size()));
  }
  for (Index i = 0; i < stock.size(); ++i) {
    if (stock[i] >= 0.0 && std::isfinite(stock[i])) continue;
    throw std::invalid_argument("stock: holds " + text::number(stock[i]) + " customers in " +
                                text::quoted(states.name(i)) + ", expected a number of at least 0");
  }
  const double customers = stock.sum();
  if (!(customers > 0.0) || !std::isfinite(customers)) {
    throw std::invalid_argument(
        "stock: holds " + text::number(customers) +
        " customers in all, expected a finite number above 0; give today's customers per state");
  }
  const Sensitivity why = sensitivity(value, stock / customers, allowed);
  std::vector<BaseLever> found;
  for (const Lever& lever : why.levers()) {
    const double for_base = lever.value_of_a_point * customers;
    double room = lever.probability;
    if (lever.value_of_a_point > 0.0) {
      const detail::RowSupport moves(value.chain(), lever.from);
      room = moves.rest(*moves.find(lever.to));
    }
    found.push_back({lever.from, lever.to, lever.probability, lever.value_of_a_point, for_base,
                     std::abs(for_base) * std::min(1.0, 100.0 * room)});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const BaseLever& a, const BaseLever& b) { return a.break_even_cost > b.break_even_cost; });
  return found;
}

}  // namespace sojourn
