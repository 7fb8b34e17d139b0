#include "sojourn/market/quadrants.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "support/text.hpp"

namespace sojourn {

namespace {

void check_column(const Vector& column, const char* argument, Index customers) {
  if (column.size() != customers) {
    throw std::invalid_argument(std::string(argument) + ": expected one number for each of " +
                                text::plural(customers, "customer") + ", found " + std::to_string(column.size()));
  }
  for (Index c = 0; c < column.size(); ++c) {
    if (column[c] >= 0.0 && std::isfinite(column[c])) continue;
    throw std::invalid_argument(std::string(argument) + ": holds " + text::number(column[c]) + " for customer " +
                                std::to_string(c) + ", expected a finite number of at least 0");
  }
}

double median(Vector column) {
  const Index half = column.size() / 2;
  std::nth_element(column.begin(), column.begin() + half, column.end());
  const double upper = column[half];
  if (column.size() % 2 != 0) return upper;
  return 0.5 * upper + 0.5 * *std::max_element(column.begin(), column.begin() + half);
}

double threshold(const std::optional<double>& given, const Vector& column, const char* argument) {
  if (!given) return median(column);
  if (std::isfinite(*given)) return *given;
  throw std::invalid_argument(std::string(argument) + ": expected a finite amount, found " + text::number(*given));
}

}  // namespace

ReferralQuadrants referral_quadrants(const ReferralValue& value, const std::vector<Index>& customer_states,
                                     const QuadrantOptions& options) {
  const auto n = static_cast<Index>(customer_states.size());
  if (n == 0) throw std::invalid_argument("customer_states: holds nobody; give the state of each customer");
  if ((options.brought.size() == 0) != (options.expected.size() == 0)) {
    throw std::invalid_argument(
        "brought: needs expected beside it, and the other way round: a history says something only against what was to "
        "be expected; give both or neither");
  }
  if (!(options.strength > 0.0) || !std::isfinite(options.strength)) {
    throw std::invalid_argument("strength: expected a finite number above 0, found " + text::number(options.strength));
  }
  ReferralQuadrants result;
  result.multiplier = Vector::Ones(n);
  if (options.brought.size() != 0) {
    check_column(options.brought, "brought", n);
    check_column(options.expected, "expected", n);
    result.multiplier = (options.strength + options.brought.array()) / (options.strength + options.expected.array());
  }
  const Vector& own = value.own_value().residual().vector();
  const Vector& referred = value.referred().vector();
  result.own.resize(n);
  result.referred.resize(n);
  for (Index c = 0; c < n; ++c) {
    const Index state = customer_states[static_cast<std::size_t>(c)];
    if (state < 0 || state >= own.size()) {
      throw std::out_of_range("customer_states: customer " + std::to_string(c) + " stands in state " +
                              std::to_string(state) + ", the chain has " + text::plural(own.size(), "state"));
    }
    result.own[c] = own[state];
    result.referred[c] = referred[state] * result.multiplier[c];
  }
  result.own_threshold = threshold(options.own_threshold, result.own, "own_threshold");
  result.referred_threshold = threshold(options.referred_threshold, result.referred, "referred_threshold");
  for (const Quadrant quadrant : {Quadrant::champions, Quadrant::affluents, Quadrant::advocates, Quadrant::misers}) {
    result.totals.push_back({quadrant, 0, 0.0, 0.0});
  }
  result.quadrant.reserve(customer_states.size());
  for (Index c = 0; c < n; ++c) {
    const bool pays = result.own[c] > result.own_threshold;
    const bool brings = result.referred[c] > result.referred_threshold;
    const Quadrant quadrant =
        pays ? (brings ? Quadrant::champions : Quadrant::affluents) : (brings ? Quadrant::advocates : Quadrant::misers);
    result.quadrant.push_back(quadrant);
    QuadrantTotal& total = result.totals[static_cast<std::size_t>(quadrant)];
    ++total.customers;
    total.own += result.own[c];
    total.referred += result.referred[c];
  }
  return result;
}

}  // namespace sojourn
