#include "sojourn/simulation/simulate.hpp"

#include "docs/simulation/simulate.hpp"
#include "docs/simulation/simulation.hpp"
#include "simulation/pickled_parts.hpp"
#include "support/arguments.hpp"
#include "support/memory.hpp"
#include "support/printing.hpp"

SOJOURN_ARGUMENT(OutputsArgument, "Sequence[str] | str");
SOJOURN_ARGUMENT(TimedTargetsArgument, "Sequence[str] | str");

namespace sojourn::python {

namespace {

constexpr std::initializer_list<std::pair<const char*, Stays>> ways_of_staying = {{"stepped", Stays::stepped},
                                                                                  {"jumped", Stays::jumped}};

// One name, or several.
std::vector<std::string> to_some_names(py::handle object, const char* argument) {
  if (py::isinstance<py::str>(object)) return {object.cast<std::string>()};
  return to_names(object, argument);
}

SimulationOutputs to_outputs(py::handle object) {
  SimulationOutputs outputs{.value = false};
  for (const auto& name : to_some_names(object, "outputs"))
    outputs.*to_choice<bool SimulationOutputs::*>(name, "outputs",
                                                  {{"value", &SimulationOutputs::value},
                                                   {"value_summary", &SimulationOutputs::value_summary},
                                                   {"occupancy", &SimulationOutputs::occupancy},
                                                   {"revenue", &SimulationOutputs::revenue},
                                                   {"moves", &SimulationOutputs::moves},
                                                   {"end_times", &SimulationOutputs::end_times},
                                                   {"journeys", &SimulationOutputs::journeys}}) = true;
  return outputs;
}

// Whole numbers in place, kept alive by their owner.
py::array column(std::span<const std::int64_t> numbers, const py::object& owner) {
  py::array array(py::dtype::of<std::int64_t>(), {static_cast<py::ssize_t>(numbers.size())}, numbers.data(), owner);
  array.attr("setflags")(py::arg("write") = false);
  return array;
}

// NumPy's own memory, not cleared, for a column that is written into it.
template <class Number>
std::span<Number> room(py::dict& columns, const char* name, std::int64_t size) {
  py::array_t<Number> array(static_cast<py::ssize_t>(size));
  columns[name] = array;
  return {array.mutable_data(), static_cast<std::size_t>(size)};
}

py::dict journey_columns(const Simulation& simulation, const py::object& wanted) {
  const std::vector<std::string> names = wanted.is_none()
                                             ? std::vector<std::string>{"customer", "offset", "state", "time", "value"}
                                             : to_names(wanted, "columns");
  JourneyBuffers buffers;
  py::dict columns;
  const auto n = [&] {
    const py::gil_scoped_release release;
    return simulation.n_journey_entries();
  }();
  detail::check_memory(20.0 * static_cast<double>(n), "journeys: their columns", "simulate in parts (first_customer)");
  for (const std::string& name : names) {
    enum class Column { customer, offset, state, time, value };
    switch (to_choice<Column>(name, "columns",
                              {{"customer", Column::customer},
                               {"offset", Column::offset},
                               {"state", Column::state},
                               {"time", Column::time},
                               {"value", Column::value}})) {
      case Column::customer:
        buffers.customers = room<std::int64_t>(columns, "customer", simulation.customers());
        break;
      case Column::offset:
        buffers.offsets = room<std::int64_t>(columns, "offset", simulation.customers() + 1);
        break;
      case Column::state:
        buffers.states = room<std::int32_t>(columns, "state", n);
        break;
      case Column::time:
        buffers.times = room<std::int64_t>(columns, "time", n);
        break;
      case Column::value:
        buffers.values = room<double>(columns, "value", n);
        break;
    }
  }
  const py::gil_scoped_release release;
  simulation.write_journeys(buffers);
  return columns;
}

constexpr const char* simulate_text = R"(The interpreter is free meanwhile, and Ctrl-C stops the run.

Parameters
----------
chain : Chain or FitResult
customers : int
    How many, at least 1.
horizon : int, optional
    Periods, at least 1; without it until every customer has reached an absorbing state.
start : str, dict {state: probability} or array_like of shape (n_states,), optional
    Law of the first state. Without it the observed first states of a fit, or the first state of a chain.
rewards : Rewards, dict or array_like of shape (n_states,), optional
    Currency per period in a state, and per move. Needed for values from a chain; from a fit the mean revenue per
    period.
annual_discount_rate, discount_rate_per_period, discount_factor : float, optional
    At most one of them, as in `lifetime_value`; without any, values are not discounted.
discount : Discount, optional
    Or the same as an object.
seed : int
    From 0 to 2^64 - 1.
threads : int, optional
    None = as many as this process may use. The result does not depend on it.
first_customer : int
    Number of the first customer, for simulating in parts.
outputs : sequence of {"value", "value_summary", "occupancy", "revenue", "moves", "end_times", "journeys"}
    What to return; what is not asked for costs nothing. A summary of values takes bounded memory.
    Occupancy and revenue need a horizon.
targets : str or sequence of str, optional
    States whose first passage is timed for each customer (`passage_times`).
stays : {"stepped", "jumped"}
    "jumped" draws how long a customer stays and where they go then at once: much faster where stays last four
    periods or more on average (twenty where states have hundreds of moves). They are another customer than the stepped
    one of the same seed; the law of their value and times is the same. Then only value, value_summary,
    end_times and targets can be asked for.
progress : bool or function of (done, total)
    True shows a bar if tqdm is installed. What the function raises stops the run and is passed on.

Returns
-------
Simulation
    `value` (`mean`, `std`, `standard_error`, `quantile(p)`, `values`), `occupancy`, `survivors`,
    `revenue`, `moves`, `end_times`, `passage_times`, `journeys()`.

Raises
------
ValueError
    For arguments out of range, or when there is no horizon and a customer might never reach an absorbing state.)";

}  // namespace

void bind_simulate(py::module_& m) {
  // The states are kept beside the simulation for its tables.
  struct BoundSimulation {
    Simulation simulation;
    StateSpace states;
  };

  py::class_<BoundSimulation>(m, "Simulation", doc::Simulation)
      .def(pickled_by_fields<BoundSimulation>("Simulation", &BoundSimulation::simulation, &BoundSimulation::states))
      .def_property_readonly(
          "value", [](const BoundSimulation& self) { return self.simulation.value(); },
          "Discounted values of the customers.")
      .def_property_readonly(
          "exact_mean", [](const BoundSimulation& self) { return self.simulation.exact_mean(); },
          docs(doc::Simulation_exact_mean, "None where it is empty.").c_str())
      .def_property_readonly(
          "occupancy",
          [](const py::object& self) { return view(self.cast<const BoundSimulation&>().simulation.occupancy(), self); },
          doc::Simulation_occupancy)
      .def_property_readonly(
          "survivors", [](const BoundSimulation& self) { return copy(self.simulation.survivors()); },
          doc::Simulation_survivors)
      .def_property_readonly(
          "revenue",
          [](const py::object& self) { return view(self.cast<const BoundSimulation&>().simulation.revenue(), self); },
          doc::Simulation_revenue)
      .def_property_readonly(
          "moves",
          [](const py::object& self) { return view(self.cast<const BoundSimulation&>().simulation.moves(), self); },
          doc::Simulation_moves)
      .def_property_readonly(
          "end_times",
          [](const py::object& self) {
            return column(self.cast<const BoundSimulation&>().simulation.end_times(), self);
          },
          docs(doc::Simulation_end_times, "Read-only array of shape (customers,).").c_str())
      .def_property_readonly(
          "passage_times",
          [](const py::object& self) {
            return column(self.cast<const BoundSimulation&>().simulation.passage_times(), self);
          },
          docs(doc::Simulation_passage_times, "Read-only array of shape (customers,).").c_str())
      .def(
          "journeys",
          [](const BoundSimulation& self) { return LabelledJourneys{self.simulation.journeys(), py::none()}; },
          doc::Simulation_journeys)
      .def(
          "journey_columns",
          [](const BoundSimulation& self, const py::object& columns) {
            return journey_columns(self.simulation, columns);
          },
          py::arg("columns") = py::none(),
          "The columns of `journeys` as NumPy arrays of their own, none made but those that are asked for; much "
          "faster\n"
          "than `journeys` where a table is all that is needed.\n\n"
          "Parameters\n"
          "----------\n"
          "columns : sequence of {\"customer\", \"offset\", \"state\", \"time\", \"value\"}, optional\n"
          "    None = all five.\n\n"
          "Returns\n"
          "-------\n"
          "dict of str to array\n"
          "    `customer`, shape (customers,): numbers of the customers; `offset`, shape (customers + 1,): entries\n"
          "    offset[j] … offset[j + 1] - 1 belong to journey j; `state` (int32), `time`, `value`, shape "
          "(n_entries,):\n"
          "    position of the state, its period, undiscounted rewards in currency.")
      .def_property_readonly(
          "states", [](const BoundSimulation& self) { return self.states; }, "The states, in order.")
      .def_property_readonly(
          "customers", [](const BoundSimulation& self) { return self.simulation.customers(); },
          "How many customers were simulated.")
      .def_property_readonly(
          "seed", [](const BoundSimulation& self) { return self.simulation.seed(); }, "The seed of the run.")
      .def_property_readonly(
          "horizon", [](const BoundSimulation& self) { return self.simulation.horizon(); },
          "Periods; None = until every customer had reached an absorbing state.")
      .def_property_readonly(
          "definition", [](const BoundSimulation& self) { return self.simulation.definition(); },
          doc::Simulation_definition)
      .def(
          "__add__",
          [](const BoundSimulation& self, const BoundSimulation& other) {
            return BoundSimulation{self.simulation + other.simulation, self.states};
          },
          py::is_operator(), doc::Simulation_merge)
      .def_static(
          "merge",
          [](const std::vector<BoundSimulation>& parts) {
            std::vector<Simulation> simulations;
            for (const BoundSimulation& part : parts) simulations.push_back(part.simulation);
            Simulation whole = Simulation::merge(simulations);
            return BoundSimulation{std::move(whole), parts.front().states};
          },
          py::arg("parts"), doc::Simulation_merge)
      .def("__str__", [](const BoundSimulation& self) { return printed(self.simulation); })
      .def("__repr__", [](const BoundSimulation& self) {
        return "Simulation(" + std::to_string(self.simulation.customers()) +
               " customers, seed=" + std::to_string(self.simulation.seed()) + ")";
      });

  const SimulateOptions defaults;
  m.def(
      "simulate",
      [](const ChainArgument& chain, const WholeArgument& customers, const WholeArgument& horizon,
         const LawArgument& start, const RewardsArgument& rewards, const NumberArgument& annual_discount_rate,
         const NumberArgument& discount_rate_per_period, const NumberArgument& discount_factor,
         const DiscountArgument& discount, const WholeArgument& seed, const WholeArgument& threads,
         const WholeArgument& first_customer, const OutputsArgument& outputs, const TimedTargetsArgument& targets,
         const std::string& stays, const ProgressArgument& progress, const py::kwargs& others) {
        const Chain& of = to_chain(chain, "simulate");
        const FitResult* fit = to_fit(chain);
        SimulateOptions options;
        options.customers = to_index(customers, "customers");
        options.horizon = to_optional_index(horizon, "horizon");
        if (!start.is_none())
          options.start = to_law(start, of.states(), "start");
        else if (fit && fit->counts.n_journeys() > 0)
          options.start = fit->counts.start_distribution();
        options.discount =
            to_discount("simulate", annual_discount_rate, discount_rate_per_period, discount_factor, discount, others);
        options.seed = to_seed(seed);
        options.threads = to_threads(threads);
        options.first_customer = to_index(first_customer, "first_customer");
        options.outputs = to_outputs(outputs);
        options.targets = to_some_names(targets, "targets");
        options.stays = to_choice(stays, "stays", ways_of_staying);
        if ((options.outputs.value || options.outputs.value_summary || options.outputs.revenue) && rewards.is_none() &&
            !fit)
          throw py::value_error("simulate: values and revenue need rewards={'" + of.states().name(0) +
                                "': amount}; without money ask for outputs=('occupancy',) or ('journeys',)");
        const Rewards money = to_money(rewards, of, fit);
        return BoundSimulation{
            reported(progress, options.customers, "customers", options, [&] { return simulate(of, money, options); }),
            of.states()};
      },
      py::arg("chain"), py::arg("customers") = defaults.customers, py::kw_only(), py::arg("horizon") = py::none(),
      py::arg("start") = py::none(), py::arg("rewards") = py::none(), py::arg("annual_discount_rate") = py::none(),
      py::arg("discount_rate_per_period") = py::none(), py::arg("discount_factor") = py::none(),
      py::arg("discount") = py::none(), py::arg("seed") = defaults.seed, py::arg("threads") = py::none(),
      py::arg("first_customer") = defaults.first_customer, py::arg("outputs") = py::make_tuple("value"),
      py::arg("targets") = py::none(), py::arg("stays") = to_word(defaults.stays, ways_of_staying),
      py::arg("progress") = false, docs(docs(doc::simulate, doc::file_simulate).c_str(), simulate_text).c_str());
}

}  // namespace sojourn::python
