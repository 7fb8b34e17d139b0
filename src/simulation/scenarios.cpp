#include "sojourn/simulation/scenarios.hpp"

#include <algorithm>
#include <cmath>
#include <new>
#include <stdexcept>
#include <utility>

#include "simulation/sample_mean.hpp"
#include "simulation/scenario_mean.hpp"
#include "simulation/scenario_plan.hpp"
#include "simulation/scenario_walk.hpp"
#include "support/crew.hpp"

namespace sojourn {

namespace {

using detail::block_sum;
using detail::controlled_mean;
using detail::is_chance;
using detail::mean_of;
using detail::quantile_interval;
using detail::ScenarioPlan;
using detail::ScenarioProgram;
using detail::ScenarioWalk;

/// Calls `is_enough` after each batch; returns whether it held.
template <class IsEnough>
bool run_until(ScenarioWalk& walk, const ScenarioPlan& plan, const IsEnough& is_enough) {
  detail::Crew crew(plan.options.progress, plan.options.cancel);
  const StopAt& stop = plan.options.stop_at;
  try {
    walk.run(plan.customers, crew);
    if (!stop.standard_error && !stop.quantile_width) return true;
    for (;;) {
      const double missing = is_enough();
      if (missing <= 1.0) return true;
      if (walk.customers() >= plan.options.most_customers) return false;
      // As many as the spread so far calls for and a little more, but not much at once.
      const auto n = static_cast<double>(walk.customers());
      const double wanted = n * std::min(4.0, std::max(1.1, 1.02 * missing * missing));
      auto next = static_cast<std::int64_t>(std::min(wanted, static_cast<double>(plan.options.most_customers))) + 1;
      next = std::min(next + next % 2, plan.options.most_customers);
      if (plan.options.antithetic) next -= next % 2;
      if (next <= walk.customers()) return false;
      walk.run(next, crew);
    }
  } catch (const std::bad_alloc&) {
    throw std::runtime_error("scenarios: not enough memory; simulate fewer customers at once (first_customer)");
  } catch (const std::length_error&) {
    throw std::runtime_error("scenarios: not enough memory; simulate fewer customers at once (first_customer)");
  }
}

/// How many times too wide a mean and a quantile still are.
double missing_of(const StopAt& stop, double standard_error, const std::vector<double>& values) {
  double missing = 0.0;
  if (stop.standard_error) missing = standard_error / *stop.standard_error;
  if (stop.quantile_width) {
    const auto interval = quantile_interval(values, *stop.quantile_width);
    missing = std::max(missing, interval ? (interval->upper - interval->lower) / stop.quantile_width->width : 2.0);
  }
  return missing;
}

std::optional<QuantileInterval> asked_interval(const StopAt& stop, const std::vector<double>& values) {
  return stop.quantile_width ? quantile_interval(values, *stop.quantile_width) : std::nullopt;
}

std::vector<double> differences(const std::vector<double>& base, const std::vector<double>& changed) {
  std::vector<double> result(base.size());
  for (std::size_t i = 0; i < base.size(); ++i) result[i] = changed[i] - base[i];
  return result;
}

std::optional<double> correlation(const std::vector<double>& a, const std::vector<double>& b,
                                  const SimulatedValue& of_a, const SimulatedValue& of_b) {
  const double spread = of_a.standard_deviation() * of_b.standard_deviation();
  if (!(spread > 0.0)) return std::nullopt;
  const double covariance =
      block_sum(a.size(), [&](std::size_t i) { return (a[i] - of_a.mean()) * (b[i] - of_b.mean()); }) /
      static_cast<double>(a.size() - 1);
  return std::clamp(covariance / spread, -1.0, 1.0);
}

ScenarioComparison comparison_of(const ScenarioPlan& plan, const ScenarioWalk& walk, std::size_t k,
                                 const std::string& label, const std::vector<std::optional<double>>& exact,
                                 bool is_reached) {
  const bool is_paired = plan.options.antithetic;
  const std::vector<double>& base = walk.values(0);
  const std::vector<double>& changed = walk.values(k);
  const std::vector<double> difference = differences(base, changed);
  std::optional<double> exact_difference;
  if (exact[0] && exact[k]) exact_difference = *exact[k] - *exact[0];

  ScenarioComparison result{
      .base = SimulatedValue(base),
      .changed = SimulatedValue(changed),
      .difference = SimulatedValue(difference),
      .base_mean = mean_of(base, is_paired, exact[0]),
      .changed_mean = mean_of(changed, is_paired, exact[k]),
      .mean_difference = mean_of(difference, is_paired, exact_difference),
      .controlled_difference = {},
      .independent_standard_error = 0.0,
      .gain = {},
      .correlation = {},
      .share_better = 0.0,
      .share_worse = 0.0,
      .customers = walk.customers(),
      .is_reached = is_reached,
      .quantile_interval = asked_interval(plan.options.stop_at, difference),
      .definition = describe(plan, walk.customers(), label) + "; the same customers in both scenarios"};
  const double first = result.base.standard_error();
  const double second = result.changed.standard_error();
  const double apart = std::sqrt(first * first + second * second);
  const double together = result.mean_difference.standard_error;
  result.independent_standard_error = apart;
  if (is_chance(together, std::abs(result.base_mean.mean) + std::abs(result.changed_mean.mean))) {
    result.gain = (apart / together) * (apart / together);
  }
  result.correlation = correlation(base, changed, result.base, result.changed);
  std::int64_t better = 0;
  std::int64_t worse = 0;
  for (std::size_t i = 0; i < difference.size(); ++i) {
    const double rounding = 1e-12 * (std::abs(base[i]) + std::abs(changed[i]));
    better += difference[i] > rounding;
    worse += difference[i] < -rounding;
  }
  result.share_better = static_cast<double>(better) / static_cast<double>(walk.customers());
  result.share_worse = static_cast<double>(worse) / static_cast<double>(walk.customers());
  if (plan.options.control) {
    result.controlled_difference = controlled_mean(difference, base, *exact[0], is_paired, exact_difference);
  }
  return result;
}

/// The exact means, of as many customers as there will be (which matters only where they are given one by one).
std::vector<std::optional<double>> exact_means(const ScenarioPlan& plan) {
  std::vector<std::optional<double>> exact;
  for (const ScenarioProgram& program : plan.programs) {
    exact.push_back(detail::exact_mean(program, plan.entrance, plan.customers, plan.options.discount));
  }
  return exact;
}

void need_exact(const std::optional<double>& exact) {
  if (exact) return;
  throw std::domain_error("control: the exact mean of the control would take too long to find; leave out control");
}

}  // namespace

ScenarioSimulation simulate_scenario(const Scenario& scenario, const ScenarioOptions& options) {
  const ScenarioPlan plan = detail::plan_of({{"", &scenario}}, options);
  const ScenarioProgram& program = plan.programs.front();
  if (options.control && !program.has_laws()) {
    throw std::invalid_argument(
        "control: the control is the value with mean rewards, and no reward is random here; the exact mean is known "
        "(mean.exact)");
  }
  const std::optional<double> exact = exact_means(plan).front();
  if (options.control) need_exact(exact);

  ScenarioWalk walk(plan.programs, plan.options, plan.entrance);
  walk.count_periods();
  if (options.control) walk.keep_mean_values();
  const auto mean = [&] { return mean_of(walk.values(0), options.antithetic, exact); };
  const auto controlled = [&] {
    return controlled_mean(walk.values(0), walk.mean_values(), *exact, options.antithetic, exact);
  };
  const bool is_reached = run_until(walk, plan, [&] {
    const double error = options.control ? controlled().standard_error : mean().standard_error;
    return missing_of(options.stop_at, error, walk.values(0));
  });

  const detail::ScenarioTables& tables = walk.tables();
  CountVector survivors = tables.occupancy.rowwise().sum();
  for (Index i = 0; i < tables.occupancy.cols(); ++i) {
    if (program.is_absorbing()[static_cast<std::size_t>(i)]) survivors -= tables.occupancy.col(i);
  }
  ScenarioSimulation result{.value = SimulatedValue(walk.values(0)),
                            .mean = mean(),
                            .controlled_mean = {},
                            .occupancy = tables.occupancy,
                            .survivors = survivors,
                            .revenue = tables.revenue,
                            .costs = tables.costs,
                            .customers = walk.customers(),
                            .is_reached = is_reached,
                            .quantile_interval = asked_interval(options.stop_at, walk.values(0)),
                            .definition = describe(plan, walk.customers(), scenario.rewards.label())};
  if (options.control) result.controlled_mean = controlled();
  return result;
}

std::vector<ScenarioComparison> compare_scenarios(const Scenario& base, const std::vector<Scenario>& changed,
                                                  const ScenarioOptions& options) {
  if (changed.empty()) throw std::invalid_argument("changed: give at least one scenario to compare with the base");
  detail::NamedScenarios scenarios{{"base.", &base}};
  for (std::size_t k = 0; k < changed.size(); ++k) {
    scenarios.emplace_back(changed.size() == 1 ? "changed." : "changed[" + std::to_string(k) + "].", &changed[k]);
  }
  const ScenarioPlan plan = detail::plan_of(scenarios, options);
  const std::vector<std::optional<double>> exact = exact_means(plan);
  if (options.control) need_exact(exact.front());

  ScenarioWalk walk(plan.programs, plan.options, plan.entrance);
  const bool is_reached = run_until(walk, plan, [&] {
    double missing = 0.0;
    for (std::size_t k = 1; k < plan.programs.size(); ++k) {
      const std::vector<double> difference = differences(walk.values(0), walk.values(k));
      const SimulatedMean mean = options.control
                                     ? controlled_mean(difference, walk.values(0), *exact[0], options.antithetic, {})
                                     : mean_of(difference, options.antithetic, {});
      missing = std::max(missing, missing_of(options.stop_at, mean.standard_error, difference));
    }
    return missing;
  });
  std::vector<ScenarioComparison> results;
  for (std::size_t k = 1; k < plan.programs.size(); ++k) {
    results.push_back(comparison_of(plan, walk, k, base.rewards.label(), exact, is_reached));
  }
  return results;
}

ScenarioComparison compare_scenarios(const Scenario& base, const Scenario& changed, const ScenarioOptions& options) {
  return compare_scenarios(base, std::vector<Scenario>{changed}, options).front();
}

}  // namespace sojourn
