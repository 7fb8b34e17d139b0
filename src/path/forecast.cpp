#include "sojourn/path/forecast.hpp"

#include <cmath>
#include <stdexcept>

#include "solve/horizon.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

void check_numbers(std::string_view who, const StateSpace& states, const Vector& numbers) {
  if (numbers.size() != states.n_states()) {
    throw std::invalid_argument(std::string(who) + ": expected one number for each of " +
                                text::plural(states.n_states(), "state") + ", found " + std::to_string(numbers.size()));
  }
  for (Index i = 0; i < numbers.size(); ++i) {
    if (!(numbers[i] >= 0.0) || !std::isfinite(numbers[i])) {
      throw std::invalid_argument(std::string(who) + ": holds " + text::number(numbers[i]) + " customers in " +
                                  text::quoted(states.name(i)) + ", expected a number of at least 0");
    }
  }
}

}  // namespace

Matrix forecast(const Chain& chain, const Vector& stock, const ForecastOptions& options) {
  check_numbers("stock", chain.states(), stock);
  const bool has_arrivals = options.arrivals.size() != 0;
  if (has_arrivals) check_numbers("arrivals", chain.states(), options.arrivals);
  detail::check_horizon("periods", options.periods);
  Matrix path(options.periods + 1, chain.n_states());
  path.row(0) = stock.transpose();
  for (Index t = 1; t <= options.periods; ++t) {
    path.row(t) = chain.next(path.row(t - 1).transpose()).transpose();
    if (has_arrivals) path.row(t) += options.arrivals.transpose();
  }
  if (!path.allFinite()) {
    throw std::domain_error(
        "forecast: the numbers are too large for floating point; count customers in thousands or millions");
  }
  return path;
}

}  // namespace sojourn
