#include "sojourn/value/sensitivity.hpp"

#include "docs.hpp"
#include "support/arguments.hpp"
#include "support/pickling.hpp"
#include "support/rows.hpp"
#include "value/bound_sensitivity.hpp"
#include "value/bound_value.hpp"
#include "value/named_what_if.hpp"

namespace sojourn::python {

namespace {

struct NamedLever {
  std::string from_state;
  std::string to_state;
  double probability;
  double value_of_a_point;
};

struct NamedBaseLever {
  std::string from_state;
  std::string to_state;
  double probability;
  double value_of_a_point;
  double value_for_base;
  double break_even_cost;
};

struct NamedLeak {
  std::string from_state;
  std::string exit;
  double amount;
};

struct NamedMomentLeak {
  std::optional<std::string> moment;
  std::vector<std::string> states;
  double amount;
};

std::string shown(double x) {
  return py::repr(py::float_(x));
}
std::string shown(const std::string& name) {
  return py::repr(py::str(name));
}

BoundSensitivity ask(const BoundValue& value, const LawArgument& start, const AllowedArgument& allowed) {
  std::optional<Lifecycle> lifecycle;
  if (py::isinstance<Lifecycle>(allowed)) lifecycle = allowed.cast<Lifecycle>();
  if (!lifecycle && value.value.fit() != nullptr) lifecycle = value.value.fit()->counts.lifecycle();
  return {sensitivity(value.value, value.start_law(start), to_allowed(allowed, value.value.chain().states())),
          std::move(lifecycle)};
}

Rows<NamedBaseLever> ask_base(const BoundValue& value, const ArrayArgument& stock, const AllowedArgument& allowed) {
  const StateSpace& states = value.value.chain().states();
  Rows<NamedBaseLever> levers;
  for (const BaseLever& l : base_levers(value.value, to_amounts(stock, states, "stock"), to_allowed(allowed, states))) {
    levers.rows.push_back({states.name(l.from), states.name(l.to), l.probability, l.value_of_a_point, l.value_for_base,
                           l.break_even_cost});
  }
  return levers;
}

Rows<NamedMomentLeak> by_moment(const BoundSensitivity& self, const py::object& lifecycle) {
  if (!lifecycle.is_none() && !py::isinstance<Lifecycle>(lifecycle)) {
    throw py::type_error("lifecycle: expected a Lifecycle, found " + type_name(lifecycle));
  }
  if (lifecycle.is_none() && !self.lifecycle) {
    throw py::value_error(
        "leaks_by_moment: a chain alone knows no moments of truth; give the lifecycle that tags its states");
  }
  Rows<NamedMomentLeak> leaks;
  for (const MomentLeak& l :
       self.why.leaks_by_moment(lifecycle.is_none() ? *self.lifecycle : lifecycle.cast<const Lifecycle&>())) {
    NamedMomentLeak named{std::nullopt, {}, l.amount};
    if (l.moment) named.moment = std::string(name(*l.moment));
    for (const Index i : l.states) named.states.push_back(self.why.states().name(i));
    leaks.rows.push_back(std::move(named));
  }
  return leaks;
}

template <class Member>
auto of_why(Member member) {
  return [member](const BoundSensitivity& self) { return (self.why.*member)(); };
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
    `partial`, `lift`, `by_reward` (`visits`), `by_move_reward` (`moves`), `by_discount_factor`, `by_start`,
    `elasticity`; `levers()`, `leaks()`, `leaks_by_moment(lifecycle)`, `change_to_reach(from_state, to, target)`.

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
      .def(pickled_by_fields<NamedLever>("Lever", &NamedLever::from_state, &NamedLever::to_state,
                                         &NamedLever::probability, &NamedLever::value_of_a_point))
      .def("__repr__", [](const NamedLever& l) {
        return "Lever(" + shown(l.from_state) + ", " + shown(l.to_state) + ", probability=" + shown(l.probability) +
               ", value_of_a_point=" + shown(l.value_of_a_point) + ")";
      });
  py::class_<NamedLeak>(m, "Leak", doc::Leak)
      .def_readonly("from_state", &NamedLeak::from_state, "State name.")
      .def_readonly("exit", &NamedLeak::exit, "Name of the exit.")
      .def_readonly("amount", &NamedLeak::amount, doc::Leak_amount)
      .def(pickled_by_fields<NamedLeak>("Leak", &NamedLeak::from_state, &NamedLeak::exit, &NamedLeak::amount))
      .def("__repr__", [](const NamedLeak& l) {
        return "Leak(" + shown(l.from_state) + ", " + shown(l.exit) + ", amount=" + shown(l.amount) + ")";
      });
  py::class_<NamedBaseLever>(m, "BaseLever", doc::BaseLever)
      .def_readonly("from_state", &NamedBaseLever::from_state, "State name.")
      .def_readonly("to_state", &NamedBaseLever::to_state, "State name.")
      .def_readonly("probability", &NamedBaseLever::probability, doc::BaseLever_probability)
      .def_readonly("value_of_a_point", &NamedBaseLever::value_of_a_point, doc::BaseLever_value_of_a_point)
      .def_readonly("value_for_base", &NamedBaseLever::value_for_base, doc::BaseLever_value_for_base)
      .def_readonly("break_even_cost", &NamedBaseLever::break_even_cost, doc::BaseLever_break_even_cost)
      .def(pickled_by_fields<NamedBaseLever>("BaseLever", &NamedBaseLever::from_state, &NamedBaseLever::to_state,
                                             &NamedBaseLever::probability, &NamedBaseLever::value_of_a_point,
                                             &NamedBaseLever::value_for_base, &NamedBaseLever::break_even_cost))
      .def("__repr__", [](const NamedBaseLever& l) {
        return "BaseLever(" + shown(l.from_state) + ", " + shown(l.to_state) +
               ", value_of_a_point=" + shown(l.value_of_a_point) + ", value_for_base=" + shown(l.value_for_base) +
               ", break_even_cost=" + shown(l.break_even_cost) + ")";
      });
  py::class_<NamedMomentLeak>(m, "MomentLeak", doc::MomentLeak)
      .def_readonly("moment", &NamedMomentLeak::moment, "The moment of truth; None for states without one.")
      .def_readonly("states", &NamedMomentLeak::states, "Names of the states with leaks, the dearest first.")
      .def_readonly("amount", &NamedMomentLeak::amount, doc::MomentLeak_amount)
      .def(pickled_by_fields<NamedMomentLeak>("MomentLeak", &NamedMomentLeak::moment, &NamedMomentLeak::states,
                                              &NamedMomentLeak::amount))
      .def("__repr__", [](const NamedMomentLeak& l) {
        return "MomentLeak(" + std::string(py::repr(py::cast(l.moment))) + ", " +
               std::string(py::repr(py::cast(l.states))) + ", amount=" + shown(l.amount) + ")";
      });
  bind_rows<NamedLever>(m, "Levers", "Moves as levers, the one that is worth most first.");
  bind_rows<NamedBaseLever>(m, "BaseLevers", "Moves as levers on a base, the one that may cost most first.");
  bind_rows<NamedLeak>(m, "Leaks", "Money lost through exits, the dearest first.");
  bind_rows<NamedMomentLeak>(m, "MomentLeaks", "Money lost per moment of truth, the dearest first.");
  py::class_<NamedDifference>(m, "MoveDifference", doc::MoveDifference)
      .def_readonly("from_state", &NamedDifference::from_state, "State name.")
      .def_readonly("to_state", &NamedDifference::to_state, "State name.")
      .def_readonly("amount", &NamedDifference::amount, doc::MoveDifference_amount)
      .def(pickled_by_fields<NamedDifference>("MoveDifference", &NamedDifference::from_state,
                                              &NamedDifference::to_state, &NamedDifference::amount))
      .def("__repr__", [](const NamedDifference& d) {
        return "MoveDifference(" + shown(d.from_state) + ", " + shown(d.to_state) + ", amount=" + shown(d.amount) + ")";
      });
  py::class_<NamedWhatIf>(m, "WhatIf", doc::WhatIf)
      .def_readonly("value", &NamedWhatIf::value, doc::WhatIf_value)
      .def_readonly("other_value", &NamedWhatIf::other_value, doc::WhatIf_other_value)
      .def_readonly("moves", &NamedWhatIf::moves, doc::WhatIf_moves)
      .def(
          pickled_by_fields<NamedWhatIf>("WhatIf", &NamedWhatIf::value, &NamedWhatIf::other_value, &NamedWhatIf::moves))
      .def("__repr__", [](const NamedWhatIf& w) {
        return "WhatIf(value=" + shown(w.value) + ", other_value=" + shown(w.other_value) + ", " +
               std::to_string(w.moves.size()) + " moves)";
      });

  py::class_<BoundSensitivity>(m, "Sensitivity", doc::Sensitivity)
      .def_property_readonly("states", of_why(&Sensitivity::states), "The states, in order.")
      .def_property_readonly(
          "partial",
          [](const py::object& self) { return view(self.cast<const BoundSensitivity&>().why.partial(), self); },
          doc::Sensitivity_partial)
      .def_property_readonly(
          "lift", [](const py::object& self) { return view(self.cast<const BoundSensitivity&>().why.lift(), self); },
          doc::Sensitivity_lift)
      .def_property_readonly(
          "is_lever",
          [](const py::object& self) { return view(self.cast<const BoundSensitivity&>().why.is_lever(), self); },
          doc::Sensitivity_is_lever)
      .def(
          "lift_instead",
          [](const BoundSensitivity& self, const StateArgument& state, const StateArgument& to,
             const StateArgument& other) {
            const Sensitivity& s = self.why;
            return s.lift(to_state_name(state, s.states()), to_state_name(to, s.states()),
                          to_state_name(other, s.states()));
          },
          py::arg("state"), py::arg("to"), py::arg("instead_of"),
          "What `state → to` is worth per unit of probability when the move `state → instead_of` alone gives way.")
      .def_property_readonly("visits", of_why(&Sensitivity::visits), doc::Sensitivity_visits)
      .def_property_readonly(
          "moves", [](const py::object& self) { return view(self.cast<const BoundSensitivity&>().why.moves(), self); },
          doc::Sensitivity_moves)
      .def_property_readonly("by_reward", of_why(&Sensitivity::by_reward), doc::Sensitivity_by_reward)
      .def_property_readonly(
          "by_move_reward",
          [](const py::object& self) { return view(self.cast<const BoundSensitivity&>().why.by_move_reward(), self); },
          doc::Sensitivity_by_move_reward)
      .def_property_readonly("by_discount_factor", of_why(&Sensitivity::by_discount_factor),
                             doc::Sensitivity_by_discount_factor)
      .def_property_readonly("by_start", of_why(&Sensitivity::by_start), doc::Sensitivity_by_start)
      .def_property_readonly(
          "elasticity", [](const BoundSensitivity& s) { return copy(s.why.elasticity()); }, doc::Sensitivity_elasticity)
      .def(
          "levers",
          [](const BoundSensitivity& self) {
            const Sensitivity& s = self.why;
            Rows<NamedLever> levers;
            for (const Lever& l : s.levers())
              levers.rows.push_back(
                  {s.states().name(l.from), s.states().name(l.to), l.probability, l.value_of_a_point});
            return levers;
          },
          doc::Sensitivity_levers)
      .def(
          "leaks",
          [](const BoundSensitivity& self) {
            const Sensitivity& s = self.why;
            Rows<NamedLeak> leaks;
            for (const Leak& l : s.leaks())
              leaks.rows.push_back({s.states().name(l.from), s.states().name(l.exit), l.amount});
            return leaks;
          },
          doc::Sensitivity_leaks)
      .def("leaks_by_moment", &by_moment, py::arg("lifecycle") = py::none(),
           docs(doc::Sensitivity_leaks_by_moment, R"(Parameters
----------
lifecycle : Lifecycle, optional
    The one that tags the states with moments of truth; without it that of the fit, or the one given as `allowed`.

Returns
-------
MomentLeaks
    One row per moment: `moment` (None for states without one), `states`, `amount`.)")
               .c_str())
      .def(
          "change_to_reach",
          [](const BoundSensitivity& self, const StateArgument& from, const StateArgument& to,
             const NumberArgument& target) {
            const Sensitivity& s = self.why;
            return s.change_to_reach(to_state_name(from, s.states()), to_state_name(to, s.states()),
                                     to_number(target, "target"));
          },
          py::arg("from_state"), py::arg("to"), py::arg("target"), doc::Sensitivity_change_to_reach)
      .def(pickled<BoundSensitivity>(
          "Sensitivity",
          [](const BoundSensitivity& self) {
            return std::tuple(BoundValue{self.why.value(), std::nullopt}, self.why.start(), self.why.allowed(),
                              self.lifecycle);
          },
          [](const BoundValue& value, const Vector& start, const std::optional<Mask>& allowed,
             std::optional<Lifecycle> lifecycle) {
            return BoundSensitivity{sensitivity(value.value, start, allowed), std::move(lifecycle)};
          }))
      .def("__repr__", [](const BoundSensitivity& s) {
        return "Sensitivity(" + std::to_string(s.why.states().n_states()) + " states)";
      });

  const std::string told = docs((std::string(doc::sensitivity) + "\n\n" + doc::file_sensitivity).c_str(), parameters);
  m.def("sensitivity", &ask, py::arg("value"), py::arg("start") = py::none(), py::arg("allowed") = py::none(),
        told.c_str());
  py::class_<BoundValue>(m.attr("LifetimeValue"))
      .def("sensitivity", &ask, py::arg("start") = py::none(), py::arg("allowed") = py::none(), told.c_str());

  const std::string told_base = docs(doc::base_levers, R"(Parameters
----------
value : LifetimeValue
stock : dict {state: customers} or array_like of shape (n_states,)
    Customers in each state today.
allowed : Lifecycle or array_like of bool of shape (n_states, n_states), optional
    Moves that can be changed; without it those that the lifecycle of a fit allows, or all.

Returns
-------
BaseLevers
    One row per move: `from_state`, `to_state`, `probability`, `value_of_a_point`, `value_for_base`, `break_even_cost`.

Raises
------
ValueError
    For a stock that is negative, not finite, of another shape, or nobody.

Examples
--------
>>> chain = Chain(["active", "churn"], [[0.75, 0.25], [0.0, 1.0]], period="year")
>>> value = lifetime_value(chain, {"active": 10.0}, discount_factor=1)
>>> [round(lever.break_even_cost) for lever in base_levers(value, {"active": 1000})]
[1600, 1600])");
  m.def("base_levers", &ask_base, py::arg("value"), py::arg("stock"), py::arg("allowed") = py::none(),
        told_base.c_str());

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
