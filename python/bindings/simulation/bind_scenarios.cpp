#include "sojourn/simulation/scenarios.hpp"

#include <algorithm>
#include <unordered_map>

#include "docs.hpp"
#include "simulation/pickled_parts.hpp"
#include "support/arguments.hpp"

SOJOURN_ARGUMENT(ScenariosArgument, "Scenario | Sequence[Scenario]");
SOJOURN_ARGUMENT(RewardLawsArgument, "Mapping[str, RewardLaw] | None");
SOJOURN_ARGUMENT(ScheduleArgument, "ChainSchedule | None");
SOJOURN_ARGUMENT(InterventionsArgument, "Sequence[Intervention]");
SOJOURN_ARGUMENT(ChainsArgument, "Sequence[Chain | FitResult]");
SOJOURN_ARGUMENT(StopArgument, "StopAt | None");
SOJOURN_ARGUMENT(QuantileWidthArgument, "QuantileWidth | None");
SOJOURN_ARGUMENT(StartStatesArgument, "Sequence[str | int] | None");
SOJOURN_ARGUMENT(EntrantsArgument, "int | Sequence[int] | None");
SOJOURN_ARGUMENT(ProgressArgument, "bool | Callable[[int, int], object]");

namespace sojourn::python {

namespace {

constexpr std::initializer_list<std::pair<const char*, Clock>> clocks{{"calendar", Clock::calendar},
                                                                      {"age", Clock::age}};
constexpr std::initializer_list<std::pair<const char*, AfterLast>> after_lasts{{"repeat", AfterLast::repeat},
                                                                               {"keep", AfterLast::keep}};

std::map<std::string, RewardLaw> to_laws(py::handle object) {
  std::map<std::string, RewardLaw> laws;
  if (object.is_none()) return laws;
  if (!py::isinstance<py::dict>(object))
    throw py::type_error("reward_laws: expected a dict {state: RewardLaw}, found " + type_name(object));
  for (const auto& [state, law] : py::reinterpret_borrow<py::dict>(object)) {
    if (!py::isinstance<py::str>(state))
      throw py::type_error("reward_laws: expected names of states, found " + type_name(state));
    if (!py::isinstance<RewardLaw>(law))
      throw py::type_error("reward_laws: expected a RewardLaw for '" + std::string(py::str(state)) + "', found " +
                           type_name(law));
    laws.emplace(state.cast<std::string>(), law.cast<const RewardLaw&>());
  }
  return laws;
}

// An intervention and the rewards as given: the states that they name are known with the scenario.
struct BoundIntervention {
  Intervention intervention;
  py::object rewards;
};

// A scenario and, of a fit, the observed first states.
struct BoundScenario {
  Scenario scenario;
  Vector start;
};

BoundScenario make_scenario(const ChainArgument& chain, const RewardsArgument& rewards, const RewardLawsArgument& laws,
                            const ScheduleArgument& schedule, const InterventionsArgument& interventions,
                            const NumberArgument& cost, const NumberArgument& cost_per_period) {
  const Chain& of = to_chain(chain, "Scenario");
  const FitResult* fit = to_fit(chain);
  if (rewards.is_none() && laws.is_none() && !fit)
    throw py::value_error("Scenario: needs rewards={'" + of.states().name(0) + "': amount} or reward_laws");
  const Rewards money = !rewards.is_none() ? to_rewards(rewards, of.states())
                        : fit              ? fit->counts.mean_rewards()
                                           : Rewards(of.states());
  BoundScenario bound{.scenario = {.chain = of, .rewards = money, .reward_laws = to_laws(laws)}, .start = {}};
  if (fit && fit->counts.n_journeys() > 0) bound.start = fit->counts.start_distribution();
  if (!schedule.is_none()) {
    if (!py::isinstance<ChainSchedule>(schedule))
      throw py::type_error("schedule: expected a ChainSchedule, found " + type_name(schedule));
    bound.scenario.schedule = schedule.cast<const ChainSchedule&>();
  }
  if (py::isinstance<BoundIntervention>(interventions))
    throw py::type_error("interventions: expected a list of them, found one; put it into a list");
  for (const py::handle item : interventions) {
    if (!py::isinstance<BoundIntervention>(item))
      throw py::type_error("interventions: expected Intervention objects, found " + type_name(item));
    const auto& given = item.cast<const BoundIntervention&>();
    Intervention intervention = given.intervention;
    if (!given.rewards.is_none()) intervention.rewards = to_rewards(given.rewards, of.states());
    bound.scenario.interventions.push_back(std::move(intervention));
  }
  bound.scenario.cost = to_number(cost, "cost");
  bound.scenario.cost_per_period = to_number(cost_per_period, "cost_per_period");
  return bound;
}

// Whole numbers of shape (n,).
std::vector<std::int64_t> to_whole_numbers(py::handle object, const char* argument) {
  const py::module_ numpy = py::module_::import("numpy");
  const py::array given = numpy.attr("asarray")(object);
  const char kind = given.dtype().kind();
  if (given.ndim() != 1 || (given.size() != 0 && kind != 'i' && kind != 'u'))
    throw py::value_error(std::string(argument) + ": expected a list of whole numbers");
  const auto numbers = py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>(given);
  return {numbers.data(), numbers.data() + numbers.size()};
}

std::vector<Index> to_start_states(py::handle object, const StateSpace& states) {
  std::vector<Index> result;
  const py::module_ numpy = py::module_::import("numpy");
  const py::array given = numpy.attr("asarray")(object);
  if (given.ndim() != 1) throw py::value_error("start_states: expected a list of states, one per customer");
  if (given.dtype().kind() == 'i' || given.dtype().kind() == 'u') {
    const std::vector<std::int64_t> positions = to_whole_numbers(object, "start_states");
    return {positions.begin(), positions.end()};
  }
  std::unordered_map<std::string, Index> known;
  for (const py::handle item : given.attr("tolist")()) {
    if (!py::isinstance<py::str>(item)) {
      result.push_back(to_position(item, states));
      continue;
    }
    const auto [place, is_new] = known.try_emplace(item.cast<std::string>(), 0);
    if (is_new) place->second = states.index(place->first);
    result.push_back(place->second);
  }
  return result;
}

// The keywords that both questions share.
template <class Run>
auto with_options(const char* where, const BoundScenario& first, const WholeArgument& customers,
                  const WholeArgument& horizon, const LawArgument& start, const StartStatesArgument& start_states,
                  const StartStatesArgument& entries, const EntrantsArgument& entrants,
                  const NumberArgument& annual_discount_rate, const NumberArgument& discount_rate_per_period,
                  const NumberArgument& discount_factor, const DiscountArgument& discount, const ArrayArgument& seed,
                  const ArrayArgument& first_customer, bool antithetic, bool control, const StopArgument& stop_at,
                  const ArrayArgument& most_customers, const WholeArgument& threads, const ProgressArgument& progress,
                  const py::kwargs& others, const Run& run) {
  const StateSpace& states = first.scenario.chain.states();
  ScenarioOptions options;
  options.customers = to_optional_index(customers, "customers");
  options.horizon = to_optional_index(horizon, "horizon");
  if (!start_states.is_none()) options.start_states = to_start_states(start_states, states);
  if (!start.is_none()) {
    options.start = to_law(start, states, "start");
  } else if (start_states.is_none()) {
    options.start = first.start;
  }
  if (!entries.is_none()) {
    const std::vector<std::int64_t> periods = to_whole_numbers(entries, "entries");
    options.entries.assign(periods.begin(), periods.end());
  }
  if (PyIndex_Check(entrants.ptr())) {
    if (!options.horizon) throw py::value_error("entrants: so many in every period need a horizon");
    options.entrants.assign(static_cast<std::size_t>(std::max<Index>(*options.horizon, 0)),
                            to_index(entrants, "entrants"));
  } else if (!entrants.is_none()) {
    options.entrants = to_whole_numbers(entrants, "entrants");
  }
  options.discount =
      to_discount(where, annual_discount_rate, discount_rate_per_period, discount_factor, discount, others);
  options.seed = to_seed(seed);
  options.first_customer = to_index(first_customer, "first_customer");
  options.antithetic = antithetic;
  options.control = control;
  options.most_customers = to_index(most_customers, "most_customers");
  options.threads = to_threads(threads);
  if (!stop_at.is_none()) {
    if (!py::isinstance<StopAt>(stop_at))
      throw py::type_error("stop_at: expected a StopAt, found " + type_name(stop_at));
    options.stop_at = stop_at.cast<const StopAt&>();
  }
  std::int64_t total = options.customers.value_or(10'000);
  if (!options.start_states.empty()) total = static_cast<std::int64_t>(options.start_states.size());
  if (!options.entries.empty()) total = static_cast<std::int64_t>(options.entries.size());
  if (!options.entrants.empty()) {
    total = 0;
    for (const std::int64_t number : options.entrants) total += number;
  }
  if (!stop_at.is_none()) total = options.most_customers;
  return reported(progress, total, "customers", options, [&] { return run(options); });
}

constexpr const char* options_text = R"(Parameters
----------
customers : int, optional
    How many; without it 10,000, or as many as `start_states`, `entries` or `entrants` hold.
horizon : int, optional
    Periods of the calendar; without it until every customer has reached an absorbing state.
start : str, dict {state: probability} or array_like of shape (n_states,), optional
    Law of the first state. Without it the observed first states of a fit, or the first state of a chain.
start_states : sequence of state names or positions, optional
    First state of each customer, in place of `start`: today's base.
entries : sequence of int, optional
    Period in which each customer enters; without it all enter in period 0.
entrants : int or sequence of int, optional
    How many enter in period 0, 1, ...; one number for as many in every period.
annual_discount_rate, discount_rate_per_period, discount_factor : float, optional
    At most one of them, as in `lifetime_value`; without any, values are not discounted.
discount : Discount, optional
    Or the same as an object.
seed : int
    From 0 to 2^64 - 1.
first_customer : int
    Number of the first customer, for simulating in parts.
antithetic : bool
    Customers 2k and 2k + 1 draw from uniforms that are each other's complement.
control : bool
    Use what is known exactly as a control variate.
stop_at : StopAt, optional
    Simulate further customers until this holds.
most_customers : int
    Where `stop_at` gives up.
threads : int, optional
    None = as many as this process may use. The result does not depend on it.
progress : bool or function of (done, total)
    True shows a bar if tqdm is installed. What the function raises stops the run and is passed on.)";

// A simulation with the states for its table.
struct BoundScenarioSimulation {
  ScenarioSimulation simulation;
  StateSpace states;
};

std::string number(double x) {
  return std::string(py::repr(py::float_(x)));
}

}  // namespace

void bind_scenarios(py::module_& m) {
  const ChainSchedule plain_schedule;
  py::class_<ChainSchedule>(m, "ChainSchedule", doc::ChainSchedule)
      .def(py::init([](const ChainsArgument& chains, const std::string& clock, const std::string& after_last) {
             ChainSchedule schedule;
             if (to_fit(chains) || py::isinstance<Chain>(chains))
               throw py::type_error("chains: expected a list of chains, found one; put it into a list");
             for (const py::handle chain : chains) schedule.chains.push_back(to_chain(chain, "chains"));
             if (schedule.chains.empty()) throw py::value_error("chains: give at least one");
             schedule.clock = to_choice<Clock>(clock, "clock", clocks);
             schedule.after_last = to_choice<AfterLast>(after_last, "after_last", after_lasts);
             return schedule;
           }),
           py::arg("chains"), py::kw_only(), py::arg("clock") = to_word(plain_schedule.clock, clocks),
           py::arg("after_last") = to_word(plain_schedule.after_last, after_lasts))
      .def_readonly("chains", &ChainSchedule::chains, "One per period.")
      .def_property_readonly(
          "clock", [](const ChainSchedule& self) { return to_word(self.clock, clocks); }, doc::Clock)
      .def_property_readonly(
          "after_last", [](const ChainSchedule& self) { return to_word(self.after_last, after_lasts); }, doc::AfterLast)
      .def(pickled_by_fields<ChainSchedule>("ChainSchedule", &ChainSchedule::chains, &ChainSchedule::clock,
                                            &ChainSchedule::after_last))
      .def("__repr__", [](const ChainSchedule& self) {
        return "ChainSchedule(" + std::to_string(self.chains.size()) + " chains, clock='" +
               to_word(self.clock, clocks) + "', after_last='" + to_word(self.after_last, after_lasts) + "')";
      });

  const Intervention plain;
  py::class_<BoundIntervention>(m, "Intervention", doc::Intervention)
      .def(
          py::init([](const ArrayArgument& first, const WholeArgument& last, const ChainArgument& chain,
                      const RewardsArgument& rewards, const RewardLawsArgument& reward_laws, const std::string& clock) {
            BoundIntervention bound{.intervention = {}, .rewards = rewards};
            bound.intervention.first = to_index(first, "first");
            bound.intervention.last = to_optional_index(last, "last");
            if (!chain.is_none()) bound.intervention.chain = to_chain(chain, "Intervention");
            bound.intervention.reward_laws = to_laws(reward_laws);
            bound.intervention.clock = to_choice<Clock>(clock, "clock", clocks);
            return bound;
          }),
          py::arg("first") = plain.first, py::kw_only(), py::arg("last") = py::none(), py::arg("chain") = py::none(),
          py::arg("rewards") = py::none(), py::arg("reward_laws") = py::none(),
          py::arg("clock") = to_word(plain.clock, clocks))
      .def_property_readonly(
          "first", [](const BoundIntervention& self) { return self.intervention.first; }, doc::Intervention_first)
      .def_property_readonly(
          "last", [](const BoundIntervention& self) { return self.intervention.last; }, doc::Intervention_last)
      .def_property_readonly(
          "chain", [](const BoundIntervention& self) { return self.intervention.chain; }, doc::Intervention_chain)
      .def_property_readonly(
          "clock", [](const BoundIntervention& self) { return to_word(self.intervention.clock, clocks); }, doc::Clock)
      .def(pickled_by_fields<BoundIntervention>("Intervention", &BoundIntervention::intervention,
                                                &BoundIntervention::rewards))
      .def("__repr__", [](const BoundIntervention& self) {
        return "Intervention(" + std::to_string(self.intervention.first) +
               (self.intervention.last ? ", last=" + std::to_string(*self.intervention.last) : "") +
               (self.intervention.chain ? ", chain" : "") + (self.rewards.is_none() ? "" : ", rewards") + ", clock='" +
               to_word(self.intervention.clock, clocks) + "')";
      });

  py::class_<BoundScenario>(m, "Scenario", doc::Scenario)
      .def(py::init(&make_scenario), py::arg("chain"), py::kw_only(), py::arg("rewards") = py::none(),
           py::arg("reward_laws") = py::none(), py::arg("schedule") = py::none(),
           py::arg("interventions") = py::tuple(), py::arg("cost") = 0.0, py::arg("cost_per_period") = 0.0,
           R"(Parameters
----------
chain : Chain or FitResult
rewards : Rewards, dict or array_like of shape (n_states,), optional
    Currency per period in a state, and per move; from a fit the mean revenue per period.
reward_laws : dict {state: RewardLaw}, optional
    Random rewards, in place of the state's amount in `rewards`.
schedule : ChainSchedule, optional
    A chain for each period, in place of `chain`.
interventions : sequence of Intervention
    Of several in force, the later in the list goes before.
cost : float
    For each customer at his entry, currency.
cost_per_period : float
    For each period that a customer begins in a state that is not absorbing in every chain of the scenario, currency.)")
      .def_property_readonly(
          "chain", [](const BoundScenario& self) { return self.scenario.chain; }, "The chain without a schedule.")
      .def_property_readonly(
          "rewards", [](const BoundScenario& self) { return self.scenario.rewards; }, "Money outside interventions.")
      .def_property_readonly(
          "reward_laws", [](const BoundScenario& self) { return self.scenario.reward_laws; }, doc::Scenario_reward_laws)
      .def_property_readonly(
          "cost", [](const BoundScenario& self) { return self.scenario.cost; }, doc::Scenario_cost)
      .def_property_readonly(
          "cost_per_period", [](const BoundScenario& self) { return self.scenario.cost_per_period; },
          doc::Scenario_cost_per_period)
      .def(pickled_by_fields<BoundScenario>("Scenario", &BoundScenario::scenario, &BoundScenario::start))
      .def("__repr__", [](const BoundScenario& self) {
        const Scenario& of = self.scenario;
        return "Scenario(" + std::to_string(of.chain.n_states()) + " states, " +
               std::to_string(std::max<std::size_t>(1, of.schedule.chains.size())) + " in the schedule, " +
               std::to_string(of.interventions.size()) + " interventions)";
      });

  const QuantileWidth plain_width;
  py::class_<QuantileWidth>(m, "QuantileWidth", doc::QuantileWidth)
      .def(py::init([](const NumberArgument& p, const NumberArgument& width, const NumberArgument& level) {
             return QuantileWidth{
                 .p = to_number(p, "p"), .width = to_number(width, "width"), .level = to_number(level, "level")};
           }),
           py::arg("p"), py::arg("width"), py::kw_only(), py::arg("level") = plain_width.level)
      .def_readonly("p", &QuantileWidth::p, doc::QuantileWidth_p)
      .def_readonly("width", &QuantileWidth::width, "Currency.")
      .def_readonly("level", &QuantileWidth::level, doc::QuantileWidth_level)
      .def(pickled_by_fields<QuantileWidth>("QuantileWidth", &QuantileWidth::p, &QuantileWidth::width,
                                            &QuantileWidth::level))
      .def("__repr__", [](const QuantileWidth& self) {
        return "QuantileWidth(" + number(self.p) + ", " + number(self.width) + ", level=" + number(self.level) + ")";
      });

  py::class_<StopAt>(m, "StopAt", doc::StopAt)
      .def(py::init([](const NumberArgument& standard_error, const QuantileWidthArgument& quantile_width) {
             StopAt stop;
             if (!standard_error.is_none()) stop.standard_error = to_number(standard_error, "standard_error");
             if (!quantile_width.is_none()) {
               if (!py::isinstance<QuantileWidth>(quantile_width))
                 throw py::type_error("quantile_width: expected a QuantileWidth, found " + type_name(quantile_width));
               stop.quantile_width = quantile_width.cast<const QuantileWidth&>();
             }
             if (!stop.standard_error && !stop.quantile_width)
               throw py::value_error("StopAt: give a standard_error, a quantile_width or both");
             return stop;
           }),
           py::kw_only(), py::arg("standard_error") = py::none(), py::arg("quantile_width") = py::none())
      .def_readonly("standard_error", &StopAt::standard_error, doc::StopAt_standard_error)
      .def_readonly("quantile_width", &StopAt::quantile_width, doc::StopAt_quantile_width)
      .def(pickled_by_fields<StopAt>("StopAt", &StopAt::standard_error, &StopAt::quantile_width))
      .def("__repr__", [](const StopAt& self) {
        return "StopAt(" + (self.standard_error ? "standard_error=" + number(*self.standard_error) : std::string()) +
               (self.standard_error && self.quantile_width ? ", " : "") +
               (self.quantile_width ? "quantile_width of p=" + number(self.quantile_width->p) + " below " +
                                          number(self.quantile_width->width)
                                    : std::string()) +
               ")";
      });

  py::class_<SimulatedMean>(m, "SimulatedMean", doc::SimulatedMean)
      .def_readonly("mean", &SimulatedMean::mean, "Currency.")
      .def_readonly("standard_error", &SimulatedMean::standard_error, doc::SimulatedMean_standard_error)
      .def_readonly("exact", &SimulatedMean::exact, doc::SimulatedMean_exact)
      .def_readonly("z", &SimulatedMean::z, doc::SimulatedMean_z)
      .def(pickled_by_fields<SimulatedMean>("SimulatedMean", &SimulatedMean::mean, &SimulatedMean::standard_error,
                                            &SimulatedMean::exact, &SimulatedMean::z))
      .def("__repr__", [](const SimulatedMean& self) {
        return "SimulatedMean(" + number(self.mean) + " ± " + number(self.standard_error) +
               (self.exact ? ", exact " + number(*self.exact) : std::string()) + ")";
      });

  py::class_<QuantileInterval>(m, "QuantileInterval", doc::QuantileInterval)
      .def_readonly("p", &QuantileInterval::p, "Which quantile.")
      .def_readonly("level", &QuantileInterval::level, doc::QuantileInterval_level)
      .def_readonly("lower", &QuantileInterval::lower, "Currency.")
      .def_readonly("upper", &QuantileInterval::upper, "Currency.")
      .def(pickled_by_fields<QuantileInterval>("QuantileInterval", &QuantileInterval::p, &QuantileInterval::level,
                                               &QuantileInterval::lower, &QuantileInterval::upper))
      .def("__repr__", [](const QuantileInterval& self) {
        return "QuantileInterval(p=" + number(self.p) + ", level=" + number(self.level) +
               ", lower=" + number(self.lower) + ", upper=" + number(self.upper) + ")";
      });

  using Bound = BoundScenarioSimulation;
  py::class_<Bound>(m, "ScenarioSimulation", doc::ScenarioSimulation)
      .def_property_readonly(
          "value", [](const Bound& self) { return self.simulation.value; }, doc::ScenarioSimulation_value)
      .def_property_readonly(
          "mean", [](const Bound& self) { return self.simulation.mean; }, doc::SimulatedMean)
      .def_property_readonly(
          "controlled_mean", [](const Bound& self) { return self.simulation.controlled_mean; },
          doc::ScenarioSimulation_controlled_mean)
      .def_property_readonly(
          "occupancy",
          [](const py::object& self) { return view(self.cast<const Bound&>().simulation.occupancy, self); },
          doc::ScenarioSimulation_occupancy)
      .def_property_readonly(
          "survivors",
          [](const py::object& self) { return view(self.cast<const Bound&>().simulation.survivors, self); },
          doc::ScenarioSimulation_survivors)
      .def_property_readonly(
          "revenue", [](const py::object& self) { return view(self.cast<const Bound&>().simulation.revenue, self); },
          doc::ScenarioSimulation_revenue)
      .def_property_readonly(
          "costs", [](const py::object& self) { return view(self.cast<const Bound&>().simulation.costs, self); },
          doc::ScenarioSimulation_costs)
      .def_property_readonly(
          "customers", [](const Bound& self) { return self.simulation.customers; }, doc::ScenarioSimulation_customers)
      .def_property_readonly(
          "is_reached", [](const Bound& self) { return self.simulation.is_reached; },
          doc::ScenarioSimulation_is_reached)
      .def_property_readonly(
          "quantile_interval", [](const Bound& self) { return self.simulation.quantile_interval; },
          doc::ScenarioSimulation_quantile_interval)
      .def_property_readonly(
          "states", [](const Bound& self) { return self.states; }, "The states, in order.")
      .def_property_readonly(
          "definition", [](const Bound& self) { return self.simulation.definition; },
          doc::ScenarioSimulation_definition)
      .def(
          "to_dict",
          [](const Bound& self) {
            const ScenarioSimulation& of = self.simulation;
            const py::module_ numpy = py::module_::import("numpy");
            py::dict result;
            result["period"] = numpy.attr("arange")(of.occupancy.rows());
            result["survivors"] = copy(of.survivors);
            result["revenue"] = copy(of.revenue);
            result["costs"] = copy(of.costs);
            for (Index i = 0; i < of.occupancy.cols(); ++i) {
              std::string name = self.states.name(i);
              while (result.contains(name)) name += "_";
              result[py::str(name)] = copy(CountVector(of.occupancy.col(i)));
            }
            return result;
          },
          "A table, one row per period: period, survivors, revenue, costs, then customers in each state under its "
          "name\n"
          "(with an underscore added where the name is taken); each a NumPy array.")
      .def(pickled_by_fields<Bound>("ScenarioSimulation", &Bound::simulation, &Bound::states))
      .def("__repr__", [](const Bound& self) {
        return "ScenarioSimulation(mean=" + number(self.simulation.mean.mean) + " ± " +
               number(self.simulation.mean.standard_error) + ", " + std::to_string(self.simulation.customers) +
               " customers)";
      });

  using Comparison = ScenarioComparison;
  py::class_<Comparison>(m, "ScenarioComparison", doc::ScenarioComparison)
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
      .def(pickled_by_fields<Comparison>(
          "ScenarioComparison", &Comparison::base, &Comparison::changed, &Comparison::difference,
          &Comparison::base_mean, &Comparison::changed_mean, &Comparison::mean_difference,
          &Comparison::controlled_difference, &Comparison::independent_standard_error, &Comparison::gain,
          &Comparison::correlation, &Comparison::share_better, &Comparison::share_worse, &Comparison::customers,
          &Comparison::is_reached, &Comparison::quantile_interval, &Comparison::definition))
      .def("__repr__", [](const Comparison& self) {
        return "ScenarioComparison(difference=" + number(self.mean_difference.mean) + " ± " +
               number(self.mean_difference.standard_error) + ", " + std::to_string(self.customers) + " customers)";
      });

  const ScenarioOptions defaults;
  m.def(
      "simulate_scenario",
      [](const BoundScenario& scenario, const WholeArgument& customers, const WholeArgument& horizon,
         const LawArgument& start, const StartStatesArgument& start_states, const StartStatesArgument& entries,
         const EntrantsArgument& entrants, const NumberArgument& annual_discount_rate,
         const NumberArgument& discount_rate_per_period, const NumberArgument& discount_factor,
         const DiscountArgument& discount, const ArrayArgument& seed, const ArrayArgument& first_customer,
         bool antithetic, bool control, const StopArgument& stop_at, const ArrayArgument& most_customers,
         const WholeArgument& threads, const ProgressArgument& progress, const py::kwargs& others) {
        return with_options("simulate_scenario", scenario, customers, horizon, start, start_states, entries, entrants,
                            annual_discount_rate, discount_rate_per_period, discount_factor, discount, seed,
                            first_customer, antithetic, control, stop_at, most_customers, threads, progress, others,
                            [&](const ScenarioOptions& options) {
                              return BoundScenarioSimulation{simulate_scenario(scenario.scenario, options),
                                                             scenario.scenario.chain.states()};
                            });
      },
      py::arg("scenario"), py::kw_only(), py::arg("customers") = py::none(), py::arg("horizon") = py::none(),
      py::arg("start") = py::none(), py::arg("start_states") = py::none(), py::arg("entries") = py::none(),
      py::arg("entrants") = py::none(), py::arg("annual_discount_rate") = py::none(),
      py::arg("discount_rate_per_period") = py::none(), py::arg("discount_factor") = py::none(),
      py::arg("discount") = py::none(), py::arg("seed") = defaults.seed,
      py::arg("first_customer") = defaults.first_customer, py::arg("antithetic") = defaults.antithetic,
      py::arg("control") = defaults.control, py::arg("stop_at") = py::none(),
      py::arg("most_customers") = defaults.most_customers, py::arg("threads") = py::none(), py::arg("progress") = false,
      docs(doc::simulate_scenario, options_text).c_str());

  m.def(
      "compare_scenarios",
      [](const BoundScenario& base, const ScenariosArgument& changed, const WholeArgument& customers,
         const WholeArgument& horizon, const LawArgument& start, const StartStatesArgument& start_states,
         const StartStatesArgument& entries, const EntrantsArgument& entrants,
         const NumberArgument& annual_discount_rate, const NumberArgument& discount_rate_per_period,
         const NumberArgument& discount_factor, const DiscountArgument& discount, const ArrayArgument& seed,
         const ArrayArgument& first_customer, bool antithetic, bool control, const StopArgument& stop_at,
         const ArrayArgument& most_customers, const WholeArgument& threads, const ProgressArgument& progress,
         const py::kwargs& others) -> py::object {
        const bool is_one = py::isinstance<BoundScenario>(changed);
        std::vector<Scenario> others_scenarios;
        if (is_one) {
          others_scenarios.push_back(changed.cast<const BoundScenario&>().scenario);
        } else {
          if (!py::hasattr(changed, "__iter__"))
            throw py::type_error("changed: expected a Scenario or a list of them, found " + type_name(changed));
          for (const py::handle item : changed) {
            if (!py::isinstance<BoundScenario>(item))
              throw py::type_error("changed: expected Scenario objects, found " + type_name(item));
            others_scenarios.push_back(item.cast<const BoundScenario&>().scenario);
          }
        }
        const std::vector<ScenarioComparison> results = with_options(
            "compare_scenarios", base, customers, horizon, start, start_states, entries, entrants, annual_discount_rate,
            discount_rate_per_period, discount_factor, discount, seed, first_customer, antithetic, control, stop_at,
            most_customers, threads, progress, others, [&](const ScenarioOptions& options) {
              return compare_scenarios(base.scenario, others_scenarios, options);
            });
        return is_one ? py::cast(results.front()) : py::cast(results);
      },
      py::arg("base"), py::arg("changed"), py::kw_only(), py::arg("customers") = py::none(),
      py::arg("horizon") = py::none(), py::arg("start") = py::none(), py::arg("start_states") = py::none(),
      py::arg("entries") = py::none(), py::arg("entrants") = py::none(), py::arg("annual_discount_rate") = py::none(),
      py::arg("discount_rate_per_period") = py::none(), py::arg("discount_factor") = py::none(),
      py::arg("discount") = py::none(), py::arg("seed") = defaults.seed,
      py::arg("first_customer") = defaults.first_customer, py::arg("antithetic") = defaults.antithetic,
      py::arg("control") = defaults.control, py::arg("stop_at") = py::none(),
      py::arg("most_customers") = defaults.most_customers, py::arg("threads") = py::none(), py::arg("progress") = false,
      docs((std::string(doc::compare_scenarios) + "\n\n" + doc::file_scenarios).c_str(), options_text).c_str());
}

}  // namespace sojourn::python
