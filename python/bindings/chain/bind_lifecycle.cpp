#include "sojourn/chain/lifecycle.hpp"

#include "docs/chain/lifecycle.hpp"
#include "sojourn/model/model.hpp"
#include "support/members.hpp"
#include "support/pickling.hpp"
#include "support/printing.hpp"
#include "support/shown.hpp"
#include "support/text.hpp"

SOJOURN_ARGUMENT(LifecycleStatesArgument, "Sequence[LifecycleState | str]");
SOJOURN_ARGUMENT(AllowedMovesArgument, "Sequence[tuple[str, str]]");

namespace sojourn::python {

namespace {

constexpr std::initializer_list<std::pair<const char*, Role>> roles = {
    {"prospect", Role::prospect}, {"purchase", Role::purchase}, {"customer", Role::customer},
    {"advocate", Role::advocate}, {"at_risk", Role::at_risk},   {"exit", Role::exit}};

constexpr std::initializer_list<std::pair<const char*, Moment>> moments = {{"less_than_zero", Moment::less_than_zero},
                                                                           {"stimulus", Moment::stimulus},
                                                                           {"zmot", Moment::zmot},
                                                                           {"fmot", Moment::fmot},
                                                                           {"smot", Moment::smot},
                                                                           {"umot", Moment::umot}};

py::tuple words_of(const std::vector<Moment>& all) {
  py::tuple words(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) words[i] = to_word(all[i], moments);
  return words;
}

std::vector<LifecycleState> to_lifecycle_states(py::handle object) {
  if (py::isinstance<py::str>(object) || !py::hasattr(object, "__iter__"))
    throw py::type_error("states: expected a list of LifecycleState or names, found " + type_name(object));
  std::vector<LifecycleState> states;
  for (const py::handle state : object) {
    if (py::isinstance<LifecycleState>(state)) {
      states.push_back(state.cast<LifecycleState>());
    } else if (py::isinstance<py::str>(state)) {
      states.push_back({state.cast<std::string>()});
    } else {
      throw py::type_error("states: expected LifecycleState or a name at position " + std::to_string(states.size()) +
                           ", found " + type_name(state));
    }
  }
  return states;
}

std::vector<std::pair<std::string, std::string>> to_moves(py::handle object) {
  std::vector<std::pair<std::string, std::string>> result;
  if (!py::hasattr(object, "__iter__") || py::isinstance<py::str>(object))
    throw py::type_error("moves: expected a list of pairs (from, to), found " + type_name(object));
  for (const py::handle move : object) {
    const auto pair = to_names(move, "moves");
    if (pair.size() != 2)
      throw py::value_error("moves: expected a pair (from, to) at position " + std::to_string(result.size()) +
                            ", found " + std::to_string(pair.size()) + " names");
    result.emplace_back(pair[0], pair[1]);
  }
  return result;
}

constexpr const char* parameters_of_lifecycle =
    R"(Two forms: `Lifecycle(name, states, moves)` with the allowed moves as pairs (from, to), and `Lifecycle(states, exits=…)`
where every move is allowed except out of the exits.

Parameters
----------
name : str
states : sequence of LifecycleState or str
moves : sequence of pairs (from, to)
exits : sequence of str
    States that are never left.

Raises
------
ValueError
    For unknown or repeated names, a move out of an exit, or a state that allows no move.)";

void bind_lifecycle_state(py::module_& m) {
  const std::string default_role = to_word(LifecycleState{}.role, roles);
  py::class_<LifecycleState>(m, "LifecycleState",
                             docs(doc::LifecycleState, R"(Parameters
----------
name : str
role : {"prospect", "purchase", "customer", "advocate", "at_risk", "exit"}
moments : sequence of {"less_than_zero", "stimulus", "zmot", "fmot", "smot", "umot"}
    The moments of truth at which this state is decided or shared.)")
                                 .c_str())
      .def(pickled_by_fields<LifecycleState>("LifecycleState", &LifecycleState::name, &LifecycleState::role,
                                             &LifecycleState::moments))
      .def(py::init([](std::string name, const std::string& role, const NamesArgument& tags) {
             LifecycleState state{std::move(name), to_choice(role, "role", roles)};
             for (const auto& tag : to_names(tags, "moments"))
               state.moments.push_back(to_choice(tag, "moments", moments));
             return state;
           }),
           py::arg("name"), py::arg("role") = default_role, py::arg("moments") = py::tuple())
      .def_readonly("name", &LifecycleState::name, "The name of the state.")
      .def_property_readonly("role", word_of(roles, &LifecycleState::role), doc::Role)
      .def_property_readonly(
          "moments", [](const LifecycleState& state) { return words_of(state.moments); }, doc::LifecycleState_moments)
      .def(
          "__eq__", [](const LifecycleState& a, const LifecycleState& b) { return a == b; }, py::is_operator())
      .def("__repr__", [](const LifecycleState& state) {
        return "LifecycleState(" + shown(state.name) + ", role='" + to_word(state.role, roles) +
               "', moments=" + std::string(py::repr(words_of(state.moments))) + ")";
      });
}

void bind_presets(py::module_& m) {
  const auto preset = [&m](const char* name, Lifecycle (*make)(const std::vector<std::string>&), const char* contract) {
    m.def(
        name, [make](const NamesArgument& exits) { return make(to_names(exits, "exits")); },
        py::arg("exits") = py::make_tuple("churn"), contract);
  };
  preset(
      "six_stages", &six_stages,
      "The six stages: engagement, satisfaction, dissatisfaction, repurchase, curiosity, loyalty, recommendation, and\n"
      "the exits; period: month. Several exits are possible: wherever one is allowed, all are.");
  preset("moments_of_truth", &moments_of_truth, doc::moments_of_truth);
  preset("full_journey", &full_journey, doc::full_journey);
  preset("subscription", &subscription, doc::subscription);
  m.def(
      "recency", [](const WholeArgument& churn_after) { return recency(to_index(churn_after, "churn_after")); },
      py::arg("churn_after"), doc::recency);
}

}  // namespace

void bind_lifecycle(py::module_& m) {
  bind_lifecycle_state(m);
  py::class_<Lifecycle>(m, "Lifecycle", docs(doc::Lifecycle, parameters_of_lifecycle).c_str())
      .def(py::init([](std::string name, const LifecycleStatesArgument& states, const AllowedMovesArgument& moves) {
             return Lifecycle(std::move(name), to_lifecycle_states(states), to_moves(moves));
           }),
           py::arg("name"), py::arg("states"), py::arg("moves"))
      .def(py::init([](const StatesArgument& states, const NamesArgument& exits) {
             return Lifecycle(to_states(states, "states"), to_names(exits, "exits"));
           }),
           py::arg("states"), py::kw_only(), py::arg("exits") = py::tuple())
      .def_property_readonly("name", &Lifecycle::name, "What the lifecycle is called.")
      .def_property_readonly("states", &Lifecycle::states, "The states, in order.")
      .def_property_readonly("n_states", &Lifecycle::n_states, "How many states there are.")
      .def_property_readonly("details", &Lifecycle::details, "A LifecycleState per state, in order.")
      .def_property_readonly("allowed", view_of(&Lifecycle::allowed), doc::Lifecycle_allowed)
      .def(
          "allows",
          [](const Lifecycle& life, const StateArgument& from, const StateArgument& to) {
            return static_cast<bool>(life.allowed()(to_position(from, life.states()), to_position(to, life.states())));
          },
          py::arg("from_state"), py::arg("to_state"), "True when the move is possible.")
      .def(
          "is_exit",
          [](const Lifecycle& life, const StateArgument& state) {
            return life.is_exit(to_position(state, life.states()));
          },
          py::arg("state"), "True for a state that is never left.")
      .def_property_readonly("exits", names_of(&Lifecycle::states, &Lifecycle::exits), "The names of the exits.")
      .def(
          "role",
          [](const Lifecycle& life, const StateArgument& state) {
            return to_word(life.role(to_position(state, life.states())), roles);
          },
          py::arg("state"), doc::Role)
      .def(
          "moments",
          [](const Lifecycle& life, const StateArgument& state) {
            return words_of(life.moments(to_position(state, life.states())));
          },
          py::arg("state"), doc::LifecycleState_moments)
      .def("illustrative_chain", &Lifecycle::illustrative_chain, doc::Lifecycle_illustrative_chain)
      .def(
          "__eq__", [](const Lifecycle& a, const Lifecycle& b) { return a == b; }, py::is_operator())
      .def("__str__", &printed<Lifecycle>)
      .def("__repr__",
           [](const Lifecycle& life) {
             return "Lifecycle(" + shown(life.name()) + ", " + std::to_string(life.n_states()) + " states, " +
                    std::to_string(life.allowed().count()) + " allowed moves)";
           })
      .def(py::pickle([](const Lifecycle& life) { return to_json(life); },
                      [](const std::string& text) { return lifecycle_from_json(text); }));

  bind_presets(m);
}

}  // namespace sojourn::python
