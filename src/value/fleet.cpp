#include "sojourn/value/fleet.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/level.hpp"
#include "support/text.hpp"
#include "value/sum_law.hpp"

namespace sojourn {

using detail::check_level;
using detail::Kind;
using detail::Mass;

namespace {

void check_options(const FleetLawOptions& options) {
  if (!(options.relative_error > 0.0 && options.relative_error <= 1.0)) {
    throw std::invalid_argument(
        "relative_error: must be above 0 and at most 1 (a share of the standard deviation of the sum), found " +
        text::number(options.relative_error));
  }
  if (!(options.error_in_probability > 0.0 && options.error_in_probability < 0.5)) {
    throw std::invalid_argument("error_in_probability: must be above 0 and below 0.5, found " +
                                text::number(options.error_in_probability));
  }
  if (options.most_points < 2 || options.most_points > (Index{1} << 26U)) {
    throw std::invalid_argument("most_points: must be from 2 to 67,108,864, found " +
                                std::to_string(options.most_points));
  }
}

void check_whole(const StateValues& customers) {
  for (Index i = 0; i < customers.size(); ++i) {
    if (customers[i] == std::floor(customers[i]) && customers[i] <= 9e15) continue;
    throw std::domain_error("law: " + text::quoted(customers.states().name(i)) + " has " + text::number(customers[i]) +
                            " customers; a law needs whole customers, interval does not");
  }
}

/// The laws of the customers in each state, each known but for an error of `fineness`.
std::vector<Kind> kinds_of(const LifetimeValue& value, const StateValues& customers, FleetBasis basis, double fineness,
                           double error_in_probability) {
  ValueLawOptions one;
  one.relative_error = fineness;
  one.error_in_probability = error_in_probability;
  std::vector<Kind> kinds;
  for (Index i = 0; i < customers.size(); ++i) {
    if (customers[i] == 0.0) continue;
    const double received = basis == FleetBasis::residual ? value.rewards().per_state()[i] : 0.0;
    kinds.push_back(
        {static_cast<std::int64_t>(customers[i]), value_law(value, customers.states().name(i), one), received});
  }
  return kinds;
}

}  // namespace

FleetValue::FleetValue(LifetimeValue value, StateValues customers, StateValues mean_by_state,
                       const FleetOptions& options)
    : value_(std::move(value)),
      customers_(std::move(customers)),
      mean_by_state_(std::move(mean_by_state)),
      options_(options),
      mean_(mean_by_state_.vector().sum()),
      variance_(customers_.vector().dot(value_.standard_deviation().vector().cwiseAbs2())) {}

double FleetValue::standard_deviation() const {
  return std::sqrt(variance_);
}

FleetInterval FleetValue::interval(double level) const {
  check_level(level);
  const double half = std::sqrt(2.0) * boost::math::erf_inv(level) * standard_deviation();
  return {level, mean_ - half, mean_ + half, 0.0, 0.0};
}

FleetInterval FleetValue::exact_interval(double level, const FleetLawOptions& options) const {
  check_level(level);
  const ValueLaw sum = law(options);
  return {level, sum.quantile(0.5 - 0.5 * level), sum.quantile(0.5 + 0.5 * level), sum.error_in_value(),
          sum.error_in_probability()};
}

ValueLaw FleetValue::law(const FleetLawOptions& options) const {
  check_options(options);
  check_whole(customers_);
  const std::string words = value_.definition();
  const std::string definition = "law of the value of " + text::grouped(static_cast<std::int64_t>(n_customers())) +
                                 " customers" + (basis() == FleetBasis::residual ? ", still to come" : "") +
                                 words.substr(words.find(" (", words.find("per customer")));
  const double delta = options.error_in_probability;
  const double target = options.relative_error * standard_deviation();
  if (!(target > 0.0)) return {{{mean_, 1.0}}, 0.0, definition};

  const auto too_large = [&](double error) {
    return std::domain_error("law: " + text::grouped(static_cast<std::int64_t>(n_customers())) +
                             " customers are too many for an error of " + text::number(target, 3) +
                             "; use interval (normal), or allow a relative_error of about " +
                             text::number(error / standard_deviation(), 2));
  };
  // Laws of the kinds fine enough for their sum, which is known to h per customer.
  std::vector<Kind> kinds;
  double h = 0.0;
  double error = std::numeric_limits<double>::infinity();
  double fineness = std::min(0.01, options.relative_error / 3.0);
  for (int attempt = 0; attempt < 6; ++attempt, fineness *= 0.4) {
    kinds = kinds_of(value_, customers_, basis(), fineness, 0.25 * delta / n_customers());
    if (std::vector<Mass> sums = detail::listed(kinds); !sums.empty()) return {std::move(sums), 0.0, definition};
    const double from_laws = detail::error_of_sum(kinds, 0.0, 0.25 * delta);
    if (from_laws > 0.75 * target) continue;
    h = 0.5 * target / std::sqrt(0.5 * n_customers() * std::log(8.0 / delta));
    for (int finer = 0; finer < 40 && (error = detail::error_of_sum(kinds, h, 0.25 * delta)) > target; ++finer)
      h *= 0.8;
    if (error <= target) break;
  }
  if (!(error <= target)) throw too_large(3.0 * target);

  detail::Window window = detail::window_of(kinds, h, variance_, delta);
  std::size_t points = 2;
  while (static_cast<double>(points) * h < window.width + 4.0 * h) {
    points *= 2;
    if (points > static_cast<std::size_t>(options.most_points))
      throw too_large(target * std::max(1.5, 1.5 * window.width / h / static_cast<double>(options.most_points)));
  }

  std::vector<Mass> sums = detail::summed(kinds, h, points, error, window);
  return {std::move(sums), window.left_out, definition};
}

FleetValue fleet_value(const LifetimeValue& value, const Vector& customers, const FleetOptions& options) {
  const StateSpace& states = value.chain().states();
  if (customers.size() != states.n_states()) {
    throw std::invalid_argument("customers: expected shape (" + std::to_string(states.n_states()) + ",), found (" +
                                std::to_string(customers.size()) + ",)");
  }
  for (Index i = 0; i < customers.size(); ++i) {
    if (customers[i] >= 0.0 && std::isfinite(customers[i])) continue;
    throw std::invalid_argument("customers: must be at least 0 and finite, found " + text::number(customers[i]) +
                                " in " + text::quoted(states.name(i)));
  }
  if (!(customers.sum() > 0.0)) throw std::invalid_argument("customers: there is none; give the numbers per state");
  const Vector& each = options.basis == FleetBasis::residual ? value.residual().vector() : value.mean().vector();
  const Vector means = customers.cwiseProduct(each);
  if (!std::isfinite(customers.sum()) || !means.allFinite()) {
    throw std::domain_error("fleet_value: the value is too large for a floating-point number");
  }
  return {value, StateValues(states, customers), StateValues(states, means), options};
}

}  // namespace sojourn
