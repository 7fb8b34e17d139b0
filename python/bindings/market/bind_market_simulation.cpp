#include "sojourn/market/market_simulation.hpp"

#include "docs/market/market_simulation.hpp"
#include "market/pickled_parts.hpp"
#include "support/discount_keywords.hpp"
#include "support/members.hpp"
#include "support/parameters.hpp"
#include "support/run_keywords.hpp"
#include "support/shown.hpp"
#include "support/state_columns.hpp"
#include "support/text.hpp"

namespace sojourn::python {

namespace {

using Simulation = MarketSimulation;

py::array_t<std::int64_t> occupancy(const py::object& self) {
  const auto& of = self.cast<const Simulation&>();
  return read_only<std::int64_t>({of.n_paths, of.horizon + 1, of.states.n_states()}, of.occupancy.data(), self);
}

py::dict table_of_simulation(const Simulation& sim) {
  py::dict table;
  const Index rows_of_path = sim.horizon + 1;
  const Index rows = static_cast<Index>(sim.n_paths) * rows_of_path;
  CountVector path(rows);
  CountVector period(rows);
  for (Index k = 0; k < rows; ++k) {
    path[k] = sim.first_path + k / rows_of_path;
    period[k] = k % rows_of_path;
  }
  table["path"] = copy(path);
  table["period"] = copy(period);
  table["pool"] = copy(CountVector(sim.pool.reshaped<Eigen::RowMajor>()));
  if (sim.reputation.size() != 0) table["reputation"] = copy(Vector(sim.reputation.reshaped<Eigen::RowMajor>()));
  add_states(table, sim.states, [&](Index i) { return copy(CountVector(sim.occupancy.col(i))); });
  return table;
}

Simulation simulate_numbers(const Market& market, const WholeArgument& horizon, const DiscountKeywords& discount,
                            const WholeArgument& seed, const WholeArgument& paths, const WholeArgument& first_path,
                            const RunKeywords& run, const py::kwargs& others) {
  MarketOptions options;
  options.horizon = to_index(horizon, "horizon");
  options.discount = discount.read("simulate_market", others);
  options.seed = to_seed(seed);
  options.paths = to_index(paths, "paths");
  options.first_path = to_index(first_path, "first_path");
  return run.run(options, options.paths, "paths", [&] { return simulate_market(market, options); });
}

}  // namespace

void bind_market_simulation(py::module_& m) {
  py::class_<Simulation>(m, "MarketSimulation", doc::MarketSimulation)
      .def(pickled_by_fields<MarketSimulation>(
          "MarketSimulation", &MarketSimulation::states, &MarketSimulation::n_paths, &MarketSimulation::first_path,
          &MarketSimulation::horizon, &MarketSimulation::seed, &MarketSimulation::occupancy, &MarketSimulation::pool,
          &MarketSimulation::referred, &MarketSimulation::advertised, &MarketSimulation::good, &MarketSimulation::bad,
          &MarketSimulation::reputation, &MarketSimulation::revenue, &MarketSimulation::costs,
          &MarketSimulation::profit, &MarketSimulation::definition))
      .def_property_readonly(
          "occupancy", &occupancy,
          docs("People in each state at `t = 0 … T`, shape (n_paths, T + 1, n_states).", "The first axis is the path.")
              .c_str())
      .def_property_readonly("pool", view_of(&Simulation::pool), doc::MarketSimulation_pool)
      .def_property_readonly("referred", view_of(&Simulation::referred), doc::MarketSimulation_referred)
      .def_property_readonly("advertised", view_of(&Simulation::advertised), doc::MarketSimulation_advertised)
      .def_property_readonly("good", view_of(&Simulation::good), doc::MarketSimulation_good)
      .def_property_readonly("bad", view_of(&Simulation::bad), doc::MarketSimulation_bad)
      .def_property_readonly("reputation", view_of(&Simulation::reputation), doc::MarketSimulation_reputation)
      .def_property_readonly("revenue", view_of(&Simulation::revenue), doc::MarketSimulation_revenue)
      .def_property_readonly("costs", view_of(&Simulation::costs), doc::MarketSimulation_costs)
      .def_property_readonly("profit", view_of(&Simulation::profit), doc::MarketSimulation_profit)
      .def_property_readonly("states", member_of(&Simulation::states), "The states, in order.")
      .def_readonly("n_paths", &Simulation::n_paths, "How many paths.")
      .def_readonly("first_path", &Simulation::first_path, doc::MarketSimulation_first_path)
      .def_readonly("horizon", &Simulation::horizon, doc::MarketSimulation_horizon)
      .def_readonly("seed", &Simulation::seed, "The seed of the run.")
      .def_readonly("definition", &Simulation::definition, doc::MarketSimulation_definition)
      .def("to_dict", &table_of_simulation,
           "The paths as a table, one row for each path and each of `t = 0 … T`: path, period, pool, reputation (where "
           "there is\none), then people in each state under its name (with an underscore added where the name is "
           "taken); each a NumPy array.")
      .def("__len__", member_of(&Simulation::n_paths))
      .def("__str__", member_of(&Simulation::definition))
      .def("__repr__", [](const Simulation& self) {
        return called("MarketSimulation", text::plural(self.n_paths, "path"), text::plural(self.horizon, "period"),
                      field("seed", self.seed));
      });

  const MarketOptions defaults;
  define(m, "simulate_market", &simulate_numbers, py::arg("market"), py::kw_only(), py::arg("horizon"),
         DiscountKeywords::arguments(), py::arg("seed") = defaults.seed, py::arg("paths") = defaults.paths,
         py::arg("first_path") = defaults.first_path, RunKeywords::arguments(),
         docs(doc::simulate_market, parameters({"market : Market", "horizon : int\n    Periods, at least 1.",
                                                DiscountKeywords::text("profit is"), seed_text, R"(paths : int
    Independent repetitions, at least 1.
first_path : int
    Number of the first path, for simulating in parts.)",
                                                RunKeywords::text("Paths done so far. ")})));
}

}  // namespace sojourn::python
