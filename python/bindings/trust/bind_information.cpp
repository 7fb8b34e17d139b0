#include "sojourn/trust/information.hpp"

#include "docs/trust/information.hpp"
#include "support/shown.hpp"
#include "trust/pickled_parts.hpp"
#include "value/bound_value.hpp"

namespace sojourn::python {

namespace {

struct NamedInformation {
  std::string state;
  StateInformation row;
};

template <class Member>
auto of_row(Member member) {
  return [member](const NamedInformation& self) { return self.row.*member; };
}

void bind_row(py::module_& m) {
  py::class_<NamedInformation>(m, "StateInformation", doc::StateInformation)
      .def(pickled_by_fields<NamedInformation>("StateInformation", &NamedInformation::state, &NamedInformation::row))
      .def_readonly("state", &NamedInformation::state, "State name.")
      .def_property_readonly("observations", of_row(&StateInformation::observations),
                             doc::StateInformation_observations)
      .def_property_readonly("move_variance", of_row(&StateInformation::move_variance),
                             doc::StateInformation_move_variance)
      .def_property_readonly("reward_variance", of_row(&StateInformation::reward_variance),
                             doc::StateInformation_reward_variance)
      .def_property_readonly("share", of_row(&StateInformation::share), doc::StateInformation_share)
      .def_property_readonly("narrowing", of_row(&StateInformation::narrowing), doc::StateInformation_narrowing)
      .def("__repr__", [](const NamedInformation& self) {
        return "StateInformation(" + shown(self.state) + ", share=" + shown(self.row.share) +
               ", narrowing=" + shown(self.row.narrowing) + ")";
      });
}

}  // namespace

void bind_information(py::module_& m) {
  bind_row(m);
  py::class_<ValueOfInformation>(m, "ValueOfInformation", doc::ValueOfInformation)
      .def(pickled<ValueOfInformation>("ValueOfInformation", &ValueOfInformationAccess::split,
                                       [](auto... part) { return ValueOfInformationAccess::join(std::move(part)...); }))
      .def_property_readonly("states", &ValueOfInformation::states, "The states, in order.")
      .def_property_readonly("mean", &ValueOfInformation::mean, "Value from the start, currency.")
      .def_property_readonly("standard_error", &ValueOfInformation::standard_error, "Its standard error, currency.")
      .def(
          "ranking",
          [](const ValueOfInformation& self) {
            std::vector<NamedInformation> rows;
            for (const StateInformation& row : self.ranking()) rows.push_back({self.states().name(row.state), row});
            return rows;
          },
          doc::ValueOfInformation_ranking)
      .def(
          "standard_error_after",
          [](const ValueOfInformation& self, const StateArgument& state, const NumberArgument& periods) {
            return self.standard_error_after(to_state_name(state, self.states()), to_number(periods, "periods"));
          },
          py::arg("state"), py::arg("periods"), doc::ValueOfInformation_standard_error_after)
      .def(
          "periods_to_reach",
          [](const ValueOfInformation& self, const StateArgument& state, const NumberArgument& target) {
            return self.periods_to_reach(to_state_name(state, self.states()), to_number(target, "target"));
          },
          py::arg("state"), py::arg("target"), doc::ValueOfInformation_periods_to_reach)
      .def("__repr__", [](const ValueOfInformation& self) {
        return "ValueOfInformation(mean=" + shown(self.mean()) + ", standard_error=" + shown(self.standard_error()) +
               ", " + std::to_string(self.ranking().size()) + " states)";
      });

  m.def(
      "value_of_information",
      [](const BoundValue& value, const LawArgument& start) {
        return value_of_information(value.value, value.start_law(start));
      },
      py::arg("value"), py::arg("start") = py::none(),
      docs(doc::value_of_information, doc::file_information, R"(Parameters
----------
value : LifetimeValue
    Of a fit.
start : str, dict {state: probability} or array_like of shape (n_states,), optional
    Without it the observed first states of the fit.

Returns
-------
ValueOfInformation
    `mean`, `standard_error`, `ranking()`, `standard_error_after(state, periods)`, `periods_to_reach(state, target)`.)")
          .c_str());
}

}  // namespace sojourn::python
