#include "sojourn/trust/robust.hpp"

#include "docs/trust/robust.hpp"
#include "support/members.hpp"
#include "support/shown.hpp"
#include "trust/pickled_parts.hpp"
#include "value/bound_value.hpp"

namespace sojourn::python {

void bind_robust(py::module_& m) {
  py::class_<PossibleChains>(m, "PossibleChains", doc::PossibleChains)
      .def(pickled_by_fields<PossibleChains>("PossibleChains", &PossibleChains::level, &PossibleChains::states,
                                             &PossibleChains::lower, &PossibleChains::upper,
                                             &PossibleChains::n_intervals))
      .def_readonly("level", &PossibleChains::level,
                    "The probability with which the true chain is among them, or more.")
      .def_readonly("states", &PossibleChains::states, "The states, in order.")
      .def_property_readonly("lower", view_of(&PossibleChains::lower), doc::PossibleChains_lower)
      .def_property_readonly("upper", view_of(&PossibleChains::upper), doc::PossibleChains_upper)
      .def_readonly("n_intervals", &PossibleChains::n_intervals, doc::PossibleChains_n_intervals)
      .def(
          "hold",
          [](const PossibleChains& self, const ChainArgument& chain) { return self.hold(to_chain(chain, "hold")); },
          py::arg("chain"), doc::PossibleChains_hold)
      .def("__repr__", [](const PossibleChains& self) {
        return "PossibleChains(level=" + shown(self.level) + ", " + std::to_string(self.states.n_states()) + " states)";
      });

  py::class_<ValueBounds>(m, "ValueBounds", doc::ValueBounds)
      .def(pickled_by_fields<ValueBounds>("ValueBounds", &ValueBounds::level, &ValueBounds::lower, &ValueBounds::upper,
                                          &ValueBounds::worst_chain, &ValueBounds::worst_rewards,
                                          &ValueBounds::best_chain, &ValueBounds::best_rewards, &ValueBounds::possible))
      .def_readonly("level", &ValueBounds::level, "As it was asked for.")
      .def_readonly("lower", &ValueBounds::lower, "The least value of each state, currency.")
      .def_readonly("upper", &ValueBounds::upper, "The greatest value of each state, currency.")
      .def_property_readonly("worst_chain", member_of(&ValueBounds::worst_chain), doc::ValueBounds_worst_chain)
      .def_property_readonly("worst_rewards", member_of(&ValueBounds::worst_rewards),
                             "The rewards under which every state is worth least.")
      .def_property_readonly("best_chain", member_of(&ValueBounds::best_chain),
                             "The chain under which every state is worth most; with a horizon, in the first period.")
      .def_property_readonly("best_rewards", member_of(&ValueBounds::best_rewards),
                             "The rewards under which every state is worth most.")
      .def_property_readonly("possible", member_of(&ValueBounds::possible), doc::PossibleChains)
      .def("__repr__", [](const ValueBounds& self) {
        return "ValueBounds(level=" + shown(self.level) + ", " + std::to_string(self.lower.size()) + " states)";
      });

  m.def(
      "possible_chains",
      [](const ChainArgument& fit, const NumberArgument& level) {
        const FitResult* of = to_fit(fit);
        if (!of) throw py::type_error("possible_chains: expected a FitResult, found " + type_name(fit));
        return possible_chains(*of, to_number(level, "level"));
      },
      py::arg("fit"), py::arg("level"), docs(doc::possible_chains, doc::file_robust).c_str());
  m.def(
      "value_bounds",
      [](const BoundValue& value, const NumberArgument& level) {
        const double asked = to_number(level, "level");
        const py::gil_scoped_release release;
        return value_bounds(value.value, asked);
      },
      py::arg("value"), py::arg("level"), docs(doc::value_bounds, doc::file_robust).c_str());
}

}  // namespace sojourn::python
