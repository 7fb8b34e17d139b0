#include "docs/simulation/scenarios.hpp"
#include "simulation/pickled_parts.hpp"
#include "simulation/scenario_keywords.hpp"
#include "support/members.hpp"
#include "support/shown.hpp"
#include "support/state_columns.hpp"

namespace sojourn::python {

namespace {

// A simulation with the states for its table.
struct BoundSimulation {
  ScenarioSimulation simulation;
  StateSpace states;
};

py::dict table_of(const BoundSimulation& self) {
  const ScenarioSimulation& of = self.simulation;
  py::dict table;
  table["period"] = py::module_::import("numpy").attr("arange")(of.occupancy.rows());
  table["survivors"] = copy(of.survivors);
  table["revenue"] = copy(of.revenue);
  table["costs"] = copy(of.costs);
  add_states(table, self.states, [&](Index i) { return copy(CountVector(of.occupancy.col(i))); });
  return table;
}

template <class T>
auto part(T ScenarioSimulation::* member) {
  return member_of(&BoundSimulation::simulation, member);
}
template <class T>
auto array(T ScenarioSimulation::* member) {
  return view_of(&BoundSimulation::simulation, member);
}

BoundSimulation simulate(const BoundScenario& scenario, const CustomerKeywords& customers,
                         const DiscountKeywords& discount, const SampleKeywords& sample, const RunKeywords& run,
                         const py::kwargs& others) {
  ScenarioOptions options;
  customers.set(options, scenario);
  options.discount = discount.read("simulate_scenario", others);
  sample.set(options);
  return run.run(options, most_simulated(options), "customers", [&] {
    return BoundSimulation{simulate_scenario(scenario.scenario, options), scenario.scenario.chain.states()};
  });
}

void bind_estimates(py::module_& m) {
  py::class_<SimulatedMean>(m, "SimulatedMean", doc::SimulatedMean)
      .def(pickled_by_fields<SimulatedMean>("SimulatedMean", &SimulatedMean::mean, &SimulatedMean::standard_error,
                                            &SimulatedMean::exact, &SimulatedMean::z))
      .def_readonly("mean", &SimulatedMean::mean, "Currency.")
      .def_readonly("standard_error", &SimulatedMean::standard_error, doc::SimulatedMean_standard_error)
      .def_readonly("exact", &SimulatedMean::exact, doc::SimulatedMean_exact)
      .def_readonly("z", &SimulatedMean::z, doc::SimulatedMean_z)
      .def("__repr__", [](const SimulatedMean& self) {
        return called("SimulatedMean", shown(self.mean) + " ± " + shown(self.standard_error) +
                                           (self.exact ? ", exact " + shown(*self.exact) : std::string()));
      });

  py::class_<QuantileInterval>(m, "QuantileInterval", doc::QuantileInterval)
      .def(pickled_by_fields<QuantileInterval>("QuantileInterval", &QuantileInterval::p, &QuantileInterval::level,
                                               &QuantileInterval::lower, &QuantileInterval::upper))
      .def_readonly("p", &QuantileInterval::p, "Which quantile.")
      .def_readonly("level", &QuantileInterval::level, doc::QuantileInterval_level)
      .def_readonly("lower", &QuantileInterval::lower, "Currency.")
      .def_readonly("upper", &QuantileInterval::upper, "Currency.")
      .def("__repr__", [](const QuantileInterval& self) {
        return called("QuantileInterval", field("p", self.p), field("level", self.level), field("lower", self.lower),
                      field("upper", self.upper));
      });
}

}  // namespace

void bind_scenario_simulation(py::module_& m) {
  bind_estimates(m);

  py::class_<BoundSimulation>(m, "ScenarioSimulation", doc::ScenarioSimulation)
      .def(pickled_by_fields<BoundSimulation>("ScenarioSimulation", &BoundSimulation::simulation,
                                              &BoundSimulation::states))
      .def_property_readonly("value", part(&ScenarioSimulation::value), doc::ScenarioSimulation_value)
      .def_property_readonly("mean", part(&ScenarioSimulation::mean), doc::SimulatedMean)
      .def_property_readonly("controlled_mean", part(&ScenarioSimulation::controlled_mean),
                             doc::ScenarioSimulation_controlled_mean)
      .def_property_readonly("occupancy", array(&ScenarioSimulation::occupancy), doc::ScenarioSimulation_occupancy)
      .def_property_readonly("survivors", array(&ScenarioSimulation::survivors), doc::ScenarioSimulation_survivors)
      .def_property_readonly("revenue", array(&ScenarioSimulation::revenue), doc::ScenarioSimulation_revenue)
      .def_property_readonly("costs", array(&ScenarioSimulation::costs), doc::ScenarioSimulation_costs)
      .def_property_readonly("customers", part(&ScenarioSimulation::customers), doc::ScenarioSimulation_customers)
      .def_property_readonly("is_reached", part(&ScenarioSimulation::is_reached), doc::ScenarioSimulation_is_reached)
      .def_property_readonly("quantile_interval", part(&ScenarioSimulation::quantile_interval),
                             doc::ScenarioSimulation_quantile_interval)
      .def_property_readonly("states", member_of(&BoundSimulation::states), "The states, in order.")
      .def_property_readonly("definition", part(&ScenarioSimulation::definition), doc::ScenarioSimulation_definition)
      .def("to_dict", &table_of,
           "A table, one row per period: period, survivors, revenue, costs, then customers in each state under its "
           "name\n(with an underscore added where the name is taken); each a NumPy array.")
      .def("__repr__", [](const BoundSimulation& self) {
        return called("ScenarioSimulation",
                      "mean=" + shown(self.simulation.mean.mean) + " ± " + shown(self.simulation.mean.standard_error),
                      std::to_string(self.simulation.customers) + " customers");
      });

  define(m, "simulate_scenario", &simulate, py::arg("scenario"), py::kw_only(), CustomerKeywords::arguments(),
         DiscountKeywords::arguments(), SampleKeywords::arguments(), RunKeywords::arguments(),
         docs(doc::simulate_scenario, scenario_parameters("scenario : Scenario")));
}

}  // namespace sojourn::python
