#include "sojourn/value/sensitivity.hpp"

#include "docs/value/sensitivity.hpp"
#include "support/members.hpp"
#include "support/parameters.hpp"
#include "support/pickling.hpp"
#include "support/rows.hpp"
#include "support/shown.hpp"
#include "value/bound_sensitivity.hpp"
#include "value/bound_value.hpp"

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

struct NamedMomentLeak {
  std::optional<std::string> moment;
  std::vector<std::string> states;
  double amount;
};

BoundSensitivity ask_sensitivity(const BoundValue& value, const LawArgument& start, const AllowedArgument& allowed) {
  std::optional<Lifecycle> lifecycle;
  if (py::isinstance<Lifecycle>(allowed)) lifecycle = allowed.cast<Lifecycle>();
  if (!lifecycle && value.value.fit() != nullptr) lifecycle = value.value.fit()->counts.lifecycle();
  return {sensitivity(value.value, value.start_law(start), to_allowed(allowed, value.value.chain().states())),
          std::move(lifecycle)};
}

Rows<NamedLever> levers(const BoundSensitivity& self) {
  const StateSpace& states = self.why.states();
  Rows<NamedLever> named;
  for (const Lever& l : self.why.levers())
    named.rows.push_back({states.name(l.from), states.name(l.to), l.probability, l.value_of_a_point});
  return named;
}

Rows<NamedLeak> leaks(const BoundSensitivity& self) {
  const StateSpace& states = self.why.states();
  Rows<NamedLeak> named;
  for (const Leak& l : self.why.leaks()) named.rows.push_back({states.name(l.from), states.name(l.exit), l.amount});
  return named;
}

Rows<NamedMomentLeak> leaks_by_moment(const BoundSensitivity& self, const py::object& lifecycle) {
  if (!lifecycle.is_none()) to_instance<Lifecycle>(lifecycle, "lifecycle", "a Lifecycle");
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

template <class T>
auto of_why(T Sensitivity::* member) {
  return member_of(&BoundSensitivity::why, member);
}
template <class T>
auto view_of_why(T Sensitivity::* member) {
  return view_of(&BoundSensitivity::why, member);
}

constexpr const char* rest_of_sensitivity = R"(Returns
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

void bind_levers(py::module_& m) {
  py::class_<NamedLever>(m, "Lever", doc::Lever)
      .def(pickled_by_fields<NamedLever>("Lever", &NamedLever::from_state, &NamedLever::to_state,
                                         &NamedLever::probability, &NamedLever::value_of_a_point))
      .def_readonly("from_state", &NamedLever::from_state, "State name.")
      .def_readonly("to_state", &NamedLever::to_state, "State name.")
      .def_readonly("probability", &NamedLever::probability, doc::Lever_probability)
      .def_readonly("value_of_a_point", &NamedLever::value_of_a_point, doc::Lever_value_of_a_point)
      .def("__repr__", [](const NamedLever& l) {
        return called("Lever", shown(l.from_state), shown(l.to_state), field("probability", l.probability),
                      field("value_of_a_point", l.value_of_a_point));
      });
  bind_rows<NamedLever>(m, "Levers", "Moves as levers, the one that is worth most first.");
}

void bind_leaks(py::module_& m) {
  py::class_<NamedLeak>(m, "Leak", doc::Leak)
      .def(pickled_by_fields<NamedLeak>("Leak", &NamedLeak::from_state, &NamedLeak::exit, &NamedLeak::amount))
      .def_readonly("from_state", &NamedLeak::from_state, "State name.")
      .def_readonly("exit", &NamedLeak::exit, "Name of the exit.")
      .def_readonly("amount", &NamedLeak::amount, doc::Leak_amount)
      .def("__repr__", [](const NamedLeak& l) {
        return called("Leak", shown(l.from_state), shown(l.exit), field("amount", l.amount));
      });
  py::class_<NamedMomentLeak>(m, "MomentLeak", doc::MomentLeak)
      .def(pickled_by_fields<NamedMomentLeak>("MomentLeak", &NamedMomentLeak::moment, &NamedMomentLeak::states,
                                              &NamedMomentLeak::amount))
      .def_readonly("moment", &NamedMomentLeak::moment, "The moment of truth; None for states without one.")
      .def_readonly("states", &NamedMomentLeak::states, "Names of the states with leaks, the dearest first.")
      .def_readonly("amount", &NamedMomentLeak::amount, doc::MomentLeak_amount)
      .def("__repr__", [](const NamedMomentLeak& l) {
        return called("MomentLeak", shown(l.moment), shown(l.states), field("amount", l.amount));
      });
  bind_rows<NamedLeak>(m, "Leaks", "Money lost through exits, the dearest first.");
  bind_rows<NamedMomentLeak>(m, "MomentLeaks", "Money lost per moment of truth, the dearest first.");
}

void bind_derivatives(py::class_<BoundSensitivity>& of) {
  of.def_property_readonly("states", of_why(&Sensitivity::states), "The states, in order.")
      .def_property_readonly("partial", view_of_why(&Sensitivity::partial), doc::Sensitivity_partial)
      .def_property_readonly("lift", view_of_why<const Matrix&() const>(&Sensitivity::lift), doc::Sensitivity_lift)
      .def_property_readonly("is_lever", view_of_why(&Sensitivity::is_lever), doc::Sensitivity_is_lever)
      .def_property_readonly("visits", of_why(&Sensitivity::visits), doc::Sensitivity_visits)
      .def_property_readonly("moves", view_of_why(&Sensitivity::moves), doc::Sensitivity_moves)
      .def_property_readonly("by_reward", of_why(&Sensitivity::by_reward), doc::Sensitivity_by_reward)
      .def_property_readonly("by_move_reward", view_of_why(&Sensitivity::by_move_reward),
                             doc::Sensitivity_by_move_reward)
      .def_property_readonly("by_discount_factor", of_why(&Sensitivity::by_discount_factor),
                             doc::Sensitivity_by_discount_factor)
      .def_property_readonly("by_start", of_why(&Sensitivity::by_start), doc::Sensitivity_by_start)
      .def_property_readonly("elasticity", copy_of(&BoundSensitivity::why, &Sensitivity::elasticity),
                             doc::Sensitivity_elasticity);
}

void bind_questions(py::class_<BoundSensitivity>& of) {
  of.def(
        "lift_instead",
        [](const BoundSensitivity& self, const StateArgument& state, const StateArgument& to,
           const StateArgument& other) {
          const Sensitivity& s = self.why;
          return s.lift(to_state_name(state, s.states()), to_state_name(to, s.states()),
                        to_state_name(other, s.states()));
        },
        py::arg("state"), py::arg("to"), py::arg("instead_of"),
        "What `state → to` is worth per unit of probability when the move `state → instead_of` alone gives way.")
      .def("levers", &levers, doc::Sensitivity_levers)
      .def("leaks", &leaks, doc::Sensitivity_leaks)
      .def("leaks_by_moment", &leaks_by_moment, py::arg("lifecycle") = py::none(),
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
      .def("__repr__", [](const BoundSensitivity& s) {
        return "Sensitivity(" + std::to_string(s.why.states().n_states()) + " states)";
      });
}

}  // namespace

void bind_sensitivity(py::module_& m) {
  bind_levers(m);
  bind_leaks(m);
  py::class_<BoundSensitivity> of(m, "Sensitivity", doc::Sensitivity);
  of.def(pickled<BoundSensitivity>(
      "Sensitivity",
      [](const BoundSensitivity& self) {
        return std::tuple(BoundValue{self.why.value(), std::nullopt}, self.why.start(), self.why.allowed(),
                          self.lifecycle);
      },
      [](const BoundValue& value, const Vector& start, const std::optional<Mask>& allowed,
         std::optional<Lifecycle> lifecycle) {
        return BoundSensitivity{sensitivity(value.value, start, allowed), std::move(lifecycle)};
      }));
  bind_derivatives(of);
  bind_questions(of);

  const auto told = [](std::initializer_list<std::string> texts) {
    return docs(doc::sensitivity, doc::file_sensitivity, parameters(texts), rest_of_sensitivity);
  };
  m.def("sensitivity", &ask_sensitivity, py::arg("value"), py::arg("start") = py::none(),
        py::arg("allowed") = py::none(), told({"value : LifetimeValue", start_text, allowed_text}).c_str());
  py::class_<BoundValue>(m.attr("LifetimeValue"))
      .def("sensitivity", &ask_sensitivity, py::arg("start") = py::none(), py::arg("allowed") = py::none(),
           told({start_text, allowed_text}).c_str());
}

}  // namespace sojourn::python
