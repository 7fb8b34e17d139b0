#include "sojourn/sensitivity.hpp"

#include "arguments.hpp"
#include "bound_value.hpp"
#include "docs.hpp"
#include "named_what_if.hpp"

SOJOURN_ARGUMENT(AllowedArgument, "Lifecycle | ArrayLike | None");

namespace sojourn::python {

namespace {

struct NamedLever {
  std::string from_state;
  std::string to_state;
  double probability;
  double value_of_a_point;
};

struct NamedLeak {
  std::string from_state;
  std::string exit;
  double amount;
};

std::string shown(double x) {
  return py::repr(py::float_(x));
}
std::string shown(const std::string& name) {
  return py::repr(py::str(name));
}

std::optional<Mask> to_allowed(py::handle object, const StateSpace& states) {
  if (object.is_none()) return std::nullopt;
  if (py::isinstance<Lifecycle>(object)) {
    const auto& life = object.cast<const Lifecycle&>();
    if (!(life.states() == states)) throw py::value_error("allowed: the lifecycle has other states than the chain");
    return life.allowed();
  }
  return Mask((to_matrix(object, "allowed", states.n_states(), states.n_states()).array() != 0.0).matrix());
}

Sensitivity ask(const BoundValue& value, const LawArgument& start, const AllowedArgument& allowed) {
  return sensitivity(value.value, value.start_law(start), to_allowed(allowed, value.value.chain().states()));
}

constexpr const char* parameters = R"(Parameters
----------
start : str, dict {state: probability} or array_like of shape (n_states,), optional
    Without it the observed first states of a fit, or the first state of a chain.
allowed : Lifecycle or array_like of bool of shape (n_states, n_states), optional
    Moves that can be changed; without it those that the lifecycle of a fit allows, or all.

Returns
-------
Sensitivity
    `partial`, `lift`, `visits`, `moves`, `by_discount_factor`, `by_start`, `elasticity`; `levers()`, `leaks()`,
    `change_to_reach(from_state, to, target)`.

Raises
------
IndexError
    For an unknown state.
ValueError
    For a start that is no law, or flags of another shape.

Examples
--------
>>> chain = Chain(["active", "churn"], [[0.75, 0.25], [0.0, 1.0]], period="year")
>>> value = lifetime_value(chain, {"active": 10.0}, discount_factor=1)
>>> value.sensitivity(start="active").leaks()[0].amount
40.0)";

}  // namespace

void bind_sensitivity(py::module_& m) {
  py::class_<NamedLever>(m, "Lever", doc::Lever)
      .def_readonly("from_state", &NamedLever::from_state, "State name.")
      .def_readonly("to_state", &NamedLever::to_state, "State name.")
      .def_readonly("probability", &NamedLever::probability, doc::Lever_probability)
      .def_readonly("value_of_a_point", &NamedLever::value_of_a_point, doc::Lever_value_of_a_point)
      .def("__repr__", [](const NamedLever& l) {
        return "Lever(" + shown(l.from_state) + ", " + shown(l.to_state) + ", probability=" + shown(l.probability) +
               ", value_of_a_point=" + shown(l.value_of_a_point) + ")";
      });
  py::class_<NamedLeak>(m, "Leak", doc::Leak)
      .def_readonly("from_state", &NamedLeak::from_state, "State name.")
      .def_readonly("exit", &NamedLeak::exit, "Name of the exit.")
      .def_readonly("amount", &NamedLeak::amount, doc::Leak_amount)
      .def("__repr__", [](const NamedLeak& l) {
        return "Leak(" + shown(l.from_state) + ", " + shown(l.exit) + ", amount=" + shown(l.amount) + ")";
      });
  py::class_<NamedDifference>(m, "MoveDifference", doc::MoveDifference)
      .def_readonly("from_state", &NamedDifference::from_state, "State name.")
      .def_readonly("to_state", &NamedDifference::to_state, "State name.")
      .def_readonly("amount", &NamedDifference::amount, doc::MoveDifference_amount)
      .def("__repr__", [](const NamedDifference& d) {
        return "MoveDifference(" + shown(d.from_state) + ", " + shown(d.to_state) + ", amount=" + shown(d.amount) + ")";
      });
  py::class_<NamedWhatIf>(m, "WhatIf", doc::WhatIf)
      .def_readonly("value", &NamedWhatIf::value, doc::WhatIf_value)
      .def_readonly("other_value", &NamedWhatIf::other_value, doc::WhatIf_other_value)
      .def_readonly("moves", &NamedWhatIf::moves, doc::WhatIf_moves)
      .def("__repr__", [](const NamedWhatIf& w) {
        return "WhatIf(value=" + shown(w.value) + ", other_value=" + shown(w.other_value) + ", " +
               std::to_string(w.moves.size()) + " moves)";
      });

  py::class_<Sensitivity>(m, "Sensitivity", doc::Sensitivity)
      .def_property_readonly("states", &Sensitivity::states, "The states, in order.")
      .def_property_readonly(
          "partial", [](const py::object& self) { return view(self.cast<const Sensitivity&>().partial(), self); },
          doc::Sensitivity_partial)
      .def_property_readonly(
          "lift", [](const py::object& self) { return view(self.cast<const Sensitivity&>().lift(), self); },
          doc::Sensitivity_lift)
      .def_property_readonly(
          "is_lever", [](const py::object& self) { return view(self.cast<const Sensitivity&>().is_lever(), self); },
          doc::Sensitivity_is_lever)
      .def(
          "lift_instead",
          [](const Sensitivity& s, const StateArgument& state, const StateArgument& to, const StateArgument& other) {
            return s.lift(to_state_name(state, s.states()), to_state_name(to, s.states()),
                          to_state_name(other, s.states()));
          },
          py::arg("state"), py::arg("to"), py::arg("instead_of"),
          "What `state → to` is worth per unit of probability when the move `state → instead_of` alone gives way.")
      .def_property_readonly("visits", &Sensitivity::visits, doc::Sensitivity_visits)
      .def_property_readonly(
          "moves", [](const py::object& self) { return view(self.cast<const Sensitivity&>().moves(), self); },
          doc::Sensitivity_moves)
      .def_property_readonly("by_discount_factor", &Sensitivity::by_discount_factor,
                             doc::Sensitivity_by_discount_factor)
      .def_property_readonly("by_start", &Sensitivity::by_start, doc::Sensitivity_by_start)
      .def_property_readonly(
          "elasticity", [](const Sensitivity& s) { return copy(s.elasticity()); }, doc::Sensitivity_elasticity)
      .def(
          "levers",
          [](const Sensitivity& s) {
            std::vector<NamedLever> levers;
            for (const Lever& l : s.levers())
              levers.push_back({s.states().name(l.from), s.states().name(l.to), l.probability, l.value_of_a_point});
            return levers;
          },
          doc::Sensitivity_levers)
      .def(
          "leaks",
          [](const Sensitivity& s) {
            std::vector<NamedLeak> leaks;
            for (const Leak& l : s.leaks())
              leaks.push_back({s.states().name(l.from), s.states().name(l.exit), l.amount});
            return leaks;
          },
          doc::Sensitivity_leaks)
      .def(
          "change_to_reach",
          [](const Sensitivity& s, const StateArgument& from, const StateArgument& to, const NumberArgument& target) {
            return s.change_to_reach(to_state_name(from, s.states()), to_state_name(to, s.states()),
                                     to_number(target, "target"));
          },
          py::arg("from_state"), py::arg("to"), py::arg("target"), doc::Sensitivity_change_to_reach)
      .def("__repr__",
           [](const Sensitivity& s) { return "Sensitivity(" + std::to_string(s.states().n_states()) + " states)"; });

  const std::string told = docs((std::string(doc::sensitivity) + "\n\n" + doc::file_sensitivity).c_str(), parameters);
  m.def("sensitivity", &ask, py::arg("value"), py::arg("start") = py::none(), py::arg("allowed") = py::none(),
        told.c_str());
  py::class_<BoundValue>(m.attr("LifetimeValue"))
      .def("sensitivity", &ask, py::arg("start") = py::none(), py::arg("allowed") = py::none(), told.c_str());

  m.def(
      "what_if",
      [](const BoundValue& value, const BoundValue& other, const LawArgument& start) {
        const StateSpace& states = value.value.chain().states();
        return named(what_if(value.value, other.value, value.start_law(start)), states);
      },
      py::arg("value"), py::arg("other"), py::arg("start") = py::none(),
      docs(doc::what_if, R"(Parameters
----------
value, other : LifetimeValue
    Two values for life with the same states, rewards and discount.
start : str, dict {state: probability} or array_like of shape (n_states,), optional
    Without it the observed first states of a fit, or the first state of a chain.

Returns
-------
WhatIf
    `value`, `other_value` and the `moves` that make the difference, the largest first; in currency per customer.)")
          .c_str());
}

}  // namespace sojourn::python
