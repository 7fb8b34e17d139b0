#include "docs/simulation/scenarios.hpp"
#include "simulation/pickled_parts.hpp"
#include "simulation/scenario_keywords.hpp"
#include "support/shown.hpp"

SOJOURN_ARGUMENT(ScenariosArgument, "Scenario | Sequence[Scenario]");

namespace sojourn::python {

namespace {

std::vector<Scenario> to_scenarios(py::handle changed) {
  if (py::isinstance<BoundScenario>(changed)) return {changed.cast<const BoundScenario&>().scenario};
  if (!py::hasattr(changed, "__iter__"))
    throw py::type_error("changed: expected a Scenario or a list of them, found " + type_name(changed));
  std::vector<Scenario> scenarios;
  for (const py::handle item : changed)
    scenarios.push_back(to_instance<BoundScenario>(item, "changed", "Scenario objects").scenario);
  return scenarios;
}

py::object compare(const BoundScenario& base, const ScenariosArgument& changed, const CustomerKeywords& customers,
                   const DiscountKeywords& discount, const SampleKeywords& sample, const RunKeywords& run,
                   const py::kwargs& others) {
  const std::vector<Scenario> scenarios = to_scenarios(changed);
  ScenarioOptions options;
  customers.set(options, base);
  options.discount = discount.read("compare_scenarios", others);
  sample.set(options);
  const std::vector<ScenarioComparison> results = run.run(options, most_simulated(options), "customers", [&] {
    return compare_scenarios(base.scenario, scenarios, options);
  });
  return py::isinstance<BoundScenario>(changed) ? py::cast(results.front()) : py::cast(results);
}

}  // namespace

void bind_scenario_comparison(py::module_& m) {
  using Comparison = ScenarioComparison;
  py::class_<Comparison>(m, "ScenarioComparison", doc::ScenarioComparison)
      .def(pickled_by_fields<Comparison>(
          "ScenarioComparison", &Comparison::base, &Comparison::changed, &Comparison::difference,
          &Comparison::base_mean, &Comparison::changed_mean, &Comparison::mean_difference,
          &Comparison::controlled_difference, &Comparison::independent_standard_error, &Comparison::gain,
          &Comparison::correlation, &Comparison::share_better, &Comparison::share_worse, &Comparison::customers,
          &Comparison::is_reached, &Comparison::quantile_interval, &Comparison::definition))
      .def_readonly("base", &Comparison::base, "Values in the base, per customer.")
      .def_readonly("changed", &Comparison::changed, doc::ScenarioComparison_changed)
      .def_readonly("difference", &Comparison::difference, doc::ScenarioComparison_difference)
      .def_readonly("base_mean", &Comparison::base_mean, doc::SimulatedMean)
      .def_readonly("changed_mean", &Comparison::changed_mean, doc::SimulatedMean)
      .def_readonly("mean_difference", &Comparison::mean_difference, doc::SimulatedMean)
      .def_readonly("controlled_difference", &Comparison::controlled_difference,
                    doc::ScenarioComparison_controlled_difference)
      .def_readonly("independent_standard_error", &Comparison::independent_standard_error,
                    doc::ScenarioComparison_independent_standard_error)
      .def_readonly("gain", &Comparison::gain, doc::ScenarioComparison_gain)
      .def_readonly("correlation", &Comparison::correlation, doc::ScenarioComparison_correlation)
      .def_readonly("share_better", &Comparison::share_better, doc::ScenarioComparison_share_better)
      .def_readonly("share_worse", &Comparison::share_worse, doc::ScenarioComparison_share_worse)
      .def_readonly("customers", &Comparison::customers, doc::ScenarioComparison_customers)
      .def_readonly("is_reached", &Comparison::is_reached, doc::ScenarioComparison_is_reached)
      .def_readonly("quantile_interval", &Comparison::quantile_interval, doc::ScenarioComparison_quantile_interval)
      .def_readonly("definition", &Comparison::definition, doc::ScenarioComparison_definition)
      .def("__repr__", [](const Comparison& self) {
        return called(
            "ScenarioComparison",
            "difference=" + shown(self.mean_difference.mean) + " ± " + shown(self.mean_difference.standard_error),
            std::to_string(self.customers) + " customers");
      });

  define(m, "compare_scenarios", &compare, py::arg("base"), py::arg("changed"), py::kw_only(),
         CustomerKeywords::arguments(), DiscountKeywords::arguments(), SampleKeywords::arguments(),
         RunKeywords::arguments(),
         docs(doc::compare_scenarios, doc::file_scenarios,
              scenario_parameters("base : Scenario\nchanged : Scenario or sequence of Scenario")));
}

}  // namespace sojourn::python
