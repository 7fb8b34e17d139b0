#include <algorithm>

#include "docs/simulation/scenarios.hpp"
#include "simulation/bound_scenario.hpp"
#include "simulation/pickled_parts.hpp"
#include "support/members.hpp"
#include "support/shown.hpp"

SOJOURN_ARGUMENT(RewardLawsArgument, "Mapping[str, RewardLaw] | None");
SOJOURN_ARGUMENT(ScheduleArgument, "ChainSchedule | None");
SOJOURN_ARGUMENT(InterventionsArgument, "Sequence[Intervention]");
SOJOURN_ARGUMENT(ChainsArgument, "Sequence[Chain | FitResult]");

namespace sojourn::python {

namespace {

constexpr Words<Clock> clocks = {{"calendar", Clock::calendar}, {"age", Clock::age}};
constexpr Words<AfterLast> after_lasts = {{"repeat", AfterLast::repeat}, {"keep", AfterLast::keep}};

std::map<std::string, RewardLaw> to_laws(py::handle object) {
  std::map<std::string, RewardLaw> laws;
  if (object.is_none()) return laws;
  if (!py::isinstance<py::dict>(object))
    throw py::type_error("reward_laws: expected a dict {state: RewardLaw}, found " + type_name(object));
  for (const auto& [state, law] : py::reinterpret_borrow<py::dict>(object)) {
    if (!py::isinstance<py::str>(state))
      throw py::type_error("reward_laws: expected names of states, found " + type_name(state));
    const std::string expected = "a RewardLaw for '" + std::string(py::str(state)) + "'";
    laws.emplace(state.cast<std::string>(), to_instance<RewardLaw>(law, "reward_laws", expected.c_str()));
  }
  return laws;
}

ChainSchedule make_schedule(const ChainsArgument& chains, const std::string& clock, const std::string& after_last) {
  ChainSchedule schedule;
  if (to_fit(chains) || py::isinstance<Chain>(chains))
    throw py::type_error("chains: expected a list of chains, found one; put it into a list");
  for (const py::handle chain : chains) schedule.chains.push_back(to_chain(chain, "chains"));
  if (schedule.chains.empty()) throw py::value_error("chains: give at least one");
  schedule.clock = to_choice(clock, "clock", clocks);
  schedule.after_last = to_choice(after_last, "after_last", after_lasts);
  return schedule;
}

// An intervention and the rewards as given: the states that they name are known with the scenario.
struct BoundIntervention {
  Intervention intervention;
  py::object rewards;
};

BoundIntervention make_intervention(const WholeArgument& first, const WholeArgument& last, const ChainArgument& chain,
                                    const RewardsArgument& rewards, const RewardLawsArgument& reward_laws,
                                    const std::string& clock) {
  BoundIntervention bound{.intervention = {}, .rewards = rewards};
  bound.intervention.first = to_index(first, "first");
  bound.intervention.last = to_optional_index(last, "last");
  if (!chain.is_none()) bound.intervention.chain = to_chain(chain, "Intervention");
  bound.intervention.reward_laws = to_laws(reward_laws);
  bound.intervention.clock = to_choice(clock, "clock", clocks);
  return bound;
}

BoundScenario make_scenario(const ChainArgument& chain, const RewardsArgument& rewards, const RewardLawsArgument& laws,
                            const ScheduleArgument& schedule, const InterventionsArgument& interventions,
                            const NumberArgument& cost, const NumberArgument& cost_per_period) {
  const Chain& of = to_chain(chain, "Scenario");
  const FitResult* fit = to_fit(chain);
  if (rewards.is_none() && laws.is_none() && !fit)
    throw py::value_error("Scenario: needs rewards={'" + of.states().name(0) + "': amount} or reward_laws");
  BoundScenario bound{.scenario = {.chain = of, .rewards = to_money(rewards, of, fit), .reward_laws = to_laws(laws)},
                      .start = observed_start(fit).value_or(Vector())};
  if (!schedule.is_none())
    bound.scenario.schedule = to_instance<ChainSchedule>(schedule, "schedule", "a ChainSchedule");
  for (const BoundIntervention& given :
       to_instances<BoundIntervention>(interventions, "interventions", "Intervention objects")) {
    Intervention intervention = given.intervention;
    if (!given.rewards.is_none()) intervention.rewards = to_rewards(given.rewards, of.states());
    bound.scenario.interventions.push_back(std::move(intervention));
  }
  bound.scenario.cost = to_number(cost, "cost");
  bound.scenario.cost_per_period = to_number(cost_per_period, "cost_per_period");
  return bound;
}

void bind_schedule(py::module_& m) {
  const ChainSchedule plain;
  py::class_<ChainSchedule>(m, "ChainSchedule", doc::ChainSchedule)
      .def(pickled_by_fields<ChainSchedule>("ChainSchedule", &ChainSchedule::chains, &ChainSchedule::clock,
                                            &ChainSchedule::after_last))
      .def(py::init(&make_schedule), py::arg("chains"), py::kw_only(), py::arg("clock") = to_word(plain.clock, clocks),
           py::arg("after_last") = to_word(plain.after_last, after_lasts))
      .def_readonly("chains", &ChainSchedule::chains, "One per period.")
      .def_property_readonly("clock", word_of(clocks, &ChainSchedule::clock), doc::Clock)
      .def_property_readonly("after_last", word_of(after_lasts, &ChainSchedule::after_last), doc::AfterLast)
      .def("__repr__", [](const ChainSchedule& self) {
        return called("ChainSchedule", std::to_string(self.chains.size()) + " chains",
                      field("clock", to_word(self.clock, clocks)),
                      field("after_last", to_word(self.after_last, after_lasts)));
      });
}

void bind_intervention(py::module_& m) {
  const Intervention plain;
  const auto part = [](auto member) { return member_of(&BoundIntervention::intervention, member); };
  py::class_<BoundIntervention>(m, "Intervention", doc::Intervention)
      .def(pickled_by_fields<BoundIntervention>("Intervention", &BoundIntervention::intervention,
                                                &BoundIntervention::rewards))
      .def(py::init(&make_intervention), py::arg("first") = plain.first, py::kw_only(), py::arg("last") = py::none(),
           py::arg("chain") = py::none(), py::arg("rewards") = py::none(), py::arg("reward_laws") = py::none(),
           py::arg("clock") = to_word(plain.clock, clocks))
      .def_property_readonly("first", part(&Intervention::first), doc::Intervention_first)
      .def_property_readonly("last", part(&Intervention::last), doc::Intervention_last)
      .def_property_readonly("chain", part(&Intervention::chain), doc::Intervention_chain)
      .def_property_readonly("clock", word_of(clocks, &BoundIntervention::intervention, &Intervention::clock),
                             doc::Clock)
      .def("__repr__", [](const BoundIntervention& self) {
        const Intervention& of = self.intervention;
        return called("Intervention",
                      std::to_string(of.first) + (of.last ? ", last=" + std::to_string(*of.last) : "") +
                          (of.chain ? ", chain" : "") + (self.rewards.is_none() ? "" : ", rewards"),
                      field("clock", to_word(of.clock, clocks)));
      });
}

}  // namespace

void bind_scenario(py::module_& m) {
  bind_schedule(m);
  bind_intervention(m);

  const auto part = [](auto member) { return member_of(&BoundScenario::scenario, member); };
  py::class_<BoundScenario>(m, "Scenario", doc::Scenario)
      .def(pickled_by_fields<BoundScenario>("Scenario", &BoundScenario::scenario, &BoundScenario::start))
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
      .def_property_readonly("chain", part(&Scenario::chain), "The chain without a schedule.")
      .def_property_readonly("rewards", part(&Scenario::rewards), "Money outside interventions.")
      .def_property_readonly("reward_laws", part(&Scenario::reward_laws), doc::Scenario_reward_laws)
      .def_property_readonly("cost", part(&Scenario::cost), doc::Scenario_cost)
      .def_property_readonly("cost_per_period", part(&Scenario::cost_per_period), doc::Scenario_cost_per_period)
      .def("__repr__", [](const BoundScenario& self) {
        const Scenario& of = self.scenario;
        return called("Scenario", std::to_string(of.chain.n_states()) + " states",
                      std::to_string(std::max<std::size_t>(1, of.schedule.chains.size())) + " in the schedule",
                      std::to_string(of.interventions.size()) + " interventions");
      });
}

}  // namespace sojourn::python
