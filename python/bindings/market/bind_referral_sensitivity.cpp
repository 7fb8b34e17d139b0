#include "sojourn/market/referral_sensitivity.hpp"

#include "docs/market/referral_sensitivity.hpp"
#include "market/bound_referral_value.hpp"
#include "market/pickled_parts.hpp"
#include "support/members.hpp"
#include "support/rows.hpp"
#include "support/shown.hpp"
#include "value/bound_sensitivity.hpp"

namespace sojourn::python {

namespace {

struct NamedReferralLever {
  std::string from_state;
  std::string to_state;
  double probability;
  double own_value_of_a_point;
  double total_value_of_a_point;
  double r0_of_a_point;
};

Rows<NamedReferralLever> levers(const ReferralSensitivity& self) {
  Rows<NamedReferralLever> named;
  for (const ReferralLever& l : self.levers())
    named.rows.push_back({self.states().name(l.from), self.states().name(l.to), l.probability, l.own_value_of_a_point,
                          l.total_value_of_a_point, l.R0_of_a_point});
  return named;
}

void bind_levers(py::module_& m) {
  using Lever = NamedReferralLever;
  py::class_<Lever>(m, "ReferralLever", doc::ReferralLever)
      .def(pickled_by_fields<NamedReferralLever>(
          "ReferralLever", &NamedReferralLever::from_state, &NamedReferralLever::to_state,
          &NamedReferralLever::probability, &NamedReferralLever::own_value_of_a_point,
          &NamedReferralLever::total_value_of_a_point, &NamedReferralLever::r0_of_a_point))
      .def_readonly("from_state", &Lever::from_state, "State name.")
      .def_readonly("to_state", &Lever::to_state, "State name.")
      .def_readonly("probability", &Lever::probability, doc::ReferralLever_probability)
      .def_readonly("own_value_of_a_point", &Lever::own_value_of_a_point, doc::ReferralLever_own_value_of_a_point)
      .def_readonly("total_value_of_a_point", &Lever::total_value_of_a_point, doc::ReferralLever_total_value_of_a_point)
      .def_readonly("R0_of_a_point", &Lever::r0_of_a_point, doc::ReferralLever_R0_of_a_point)
      .def("__repr__", [](const Lever& l) {
        return called("ReferralLever", shown(l.from_state), shown(l.to_state), field("probability", l.probability),
                      field("own_value_of_a_point", l.own_value_of_a_point),
                      field("total_value_of_a_point", l.total_value_of_a_point),
                      field("R0_of_a_point", l.r0_of_a_point));
      });
  bind_rows<Lever>(m, "ReferralLevers", "Moves as levers, the one that is worth most in total first.");
}

}  // namespace

void bind_referral_sensitivity(py::module_& m) {
  bind_levers(m);

  using Self = ReferralSensitivity;
  py::class_<Self>(m, "ReferralSensitivity", doc::ReferralSensitivity)
      .def(pickled<ReferralSensitivity>(
          "ReferralSensitivity",
          [](const ReferralSensitivity& self) {
            return std::tuple(BoundReferralValue{self.value(), std::nullopt}, self.own().start(), self.own().allowed());
          },
          [](const BoundReferralValue& value, const Vector& start, const std::optional<Mask>& allowed) {
            return sensitivity(value.value, start, allowed);
          }))
      .def_property_readonly("states", &Self::states, "The states, in order.")
      .def_property_readonly(
          "own", [](const Self& self) { return BoundSensitivity{self.own(), std::nullopt}; },
          doc::ReferralSensitivity_own)
      .def_property_readonly("partial", copy_of(&Self::partial), doc::ReferralSensitivity_partial)
      .def_property_readonly("lift", copy_of(&Self::lift), doc::ReferralSensitivity_lift)
      .def_property_readonly(
          "R0_partial", copy_of(&Self::R0_partial),
          "Array of shape (n_states, n_states): `∂R0/∂p_ij`, each probability by itself. 0 in rows of states that are "
          "never left.")
      .def_property_readonly(
          "R0_lift", copy_of(&Self::R0_lift),
          "Array of shape (n_states, n_states): change of `R0` per unit of probability, the row's other moves in "
          "proportion. 0 where the move is no lever.")
      .def_property_readonly("by_referrals", &Self::by_referrals, doc::ReferralSensitivity_by_referrals)
      .def_property_readonly("R0_by_referrals", &Self::R0_by_referrals, doc::ReferralSensitivity_R0_by_referrals)
      .def_property_readonly("visits", &Self::visits, doc::ReferralSensitivity_visits)
      .def("levers", &levers, doc::ReferralSensitivity_levers)
      .def(
          "change_to_reach_R0",
          [](const Self& self, const StateArgument& from, const StateArgument& to, const NumberArgument& target) {
            return self.change_to_reach_R0(to_state_name(from, self.states()), to_state_name(to, self.states()),
                                           to_number(target, "target"));
          },
          py::arg("from_state"), py::arg("to"), py::arg("target") = 1.0, doc::ReferralSensitivity_change_to_reach_R0)
      .def("__repr__", [](const Self& self) {
        return "ReferralSensitivity(" + std::to_string(self.states().n_states()) + " states)";
      });
}

}  // namespace sojourn::python
