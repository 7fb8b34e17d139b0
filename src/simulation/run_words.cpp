#include "simulation/run_words.hpp"

#include <vector>

#include "support/text.hpp"

namespace sojourn::detail {

std::string start_words(const StateSpace& states, const Vector& start) {
  std::vector<std::string> names;
  for (Index i = 0; i < start.size(); ++i) {
    if (start[i] > 0.0) names.push_back(states.name(i));
  }
  return (names.size() == 1 ? "starting in " : "starting among ") + text::list(names, 5);
}

std::string horizon_words(const std::optional<Index>& horizon, const Period& period) {
  return (horizon ? ", over " + text::plural(*horizon, period.is_step() ? "event" : "period")
                  : std::string(", until each has reached an absorbing state")) +
         (period.is_step() ? "" : " (one period = " + period.name() + ")");
}

std::string value_words(const std::string& money, const std::optional<Discount>& discount, const Period& period) {
  return "; value (" + money + "), discount: " + (discount ? discount->describe(period) : "none (undiscounted)");
}

}  // namespace sojourn::detail
