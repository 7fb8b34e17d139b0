// A program of somebody else: orders in, a chain, a value and simulated customers out.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <vector>

#include <sojourn/model/model.hpp>
#include <sojourn/sojourn.hpp>

namespace {

void require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

// Customer `c` orders on the first day of a month, each time `1 + c % 3` months after the last, for `2 + c % 5` orders.
sojourn::Journeys orders() {
  std::vector<std::int64_t> customer;
  std::vector<std::int64_t> time;
  std::vector<double> value;
  const sojourn::Day first = sojourn::parse_iso_date("2024-01-01").value();
  for (std::int64_t c = 0; c < 60; ++c) {
    for (std::int64_t order = 0; order < 2 + c % 5; ++order) {
      customer.push_back(c);
      time.push_back(sojourn::period_start(first, sojourn::Period::months(1), order * (1 + c % 3)));
      value.push_back(static_cast<double>(20 + c));
    }
  }
  const sojourn::EventLog log{.customer = customer, .time = time, .value = value};
  return sojourn::order_journeys(
      log, {.period = sojourn::Period::months(1), .churn_after = 3, .until = sojourn::parse_iso_date("2026-01-31")});
}

void run() {
  const sojourn::FitResult fit = sojourn::fit_chain(sojourn::count(orders()), {.smoothing = 0.5});
  for (sojourn::Index i = 0; i < fit.chain.n_states(); ++i) {
    require(std::abs(fit.chain.transition_matrix().row(i).sum() - 1.0) < 1e-12, "a fitted row does not sum to one");
  }

  const auto value = sojourn::lifetime_value(fit, {.discount = sojourn::Discount::annual_rate(0.10)});
  const double expected = value.mean()["active"];
  require(expected > 0.0 && value.interval(0.9).lower["active"] < expected, "the value has no interval around it");

  const sojourn::Simulation sim = sojourn::simulate(
      fit.chain, value.rewards(), {.customers = 20'000, .discount = sojourn::Discount::annual_rate(0.10), .seed = 7});
  require(std::abs(sim.value().mean() - expected) < 5.0 * sim.value().standard_error(),
          "the simulated mean is far from the formula");

  const sojourn::Model model{.chain = fit.chain, .fit = fit};
  require(sojourn::model_from_json(sojourn::to_json(model)) == model, "the model file does not bring the model back");

  std::printf("sojourn %s: an active customer is worth %.2f by formula, %.2f by simulation\n", SOJOURN_VERSION,
              expected, sim.value().mean());
}

}  // namespace

int main() {
  try {
    run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
