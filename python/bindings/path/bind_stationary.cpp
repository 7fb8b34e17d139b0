#include "sojourn/path/stationary.hpp"

#include "docs/path/stationary.hpp"
#include "support/arguments.hpp"
#include "support/pickling.hpp"

namespace sojourn::python {

namespace {

const StateSpace& states_of(const Stationary& settled) {
  return settled.laws().front().distribution.states();
}

void bind_results(py::module_& m) {
  py::class_<StationaryLaw>(m, "StationaryLaw", doc::StationaryLaw)
      .def_property_readonly(
          "states", [](const StationaryLaw& law) { return names_of(law.distribution.states(), law.states); },
          "Names of the states of the class.")
      .def_readonly("distribution", &StationaryLaw::distribution, doc::StationaryLaw_distribution)
      .def_readonly("period", &StationaryLaw::period, doc::StationaryLaw_period)
      .def(pickled_by_fields<StationaryLaw>("StationaryLaw", &StationaryLaw::states, &StationaryLaw::distribution,
                                            &StationaryLaw::period))
      .def("__repr__", [](const StationaryLaw& law) {
        return "StationaryLaw(" + std::string(py::repr(names_of(law.distribution.states(), law.states))) +
               ", period=" + std::to_string(law.period) + ")";
      });

  py::class_<Stationary>(m, "Stationary", doc::Stationary)
      .def_property_readonly("states", &states_of, "The states, in order.")
      .def_property_readonly("laws", &Stationary::laws, doc::Stationary_laws)
      .def_property_readonly("distribution", &Stationary::distribution, doc::Stationary_distribution)
      .def(
          "limit",
          [](const Stationary& settled, const LawArgument& start) {
            return settled.limit(to_law(start, states_of(settled), "start"));
          },
          py::arg("start"),
          docs(doc::Stationary_limit, R"(Parameters
----------
start : str, dict {state: probability} or array_like of shape (n_states,)

Returns
-------
StateValues)")
              .c_str())
      .def(
          "expected_return_time",
          [](const Stationary& settled, const StateArgument& state) {
            return settled.expected_return_time(to_state_name(state, states_of(settled)));
          },
          py::arg("state"), doc::Stationary_expected_return_time)
      .def(pickled<Stationary>(
          "Stationary",
          [](const Stationary& settled) { return std::tie(settled.states(), settled.laws(), settled.ending()); },
          [](auto... part) { return Stationary(std::move(part)...); }))
      .def("__repr__", [](const Stationary& settled) {
        return "Stationary(" + std::to_string(states_of(settled).n_states()) + " states, " +
               std::to_string(settled.laws().size()) + (settled.laws().size() == 1 ? " law)" : " laws)");
      });
}

}  // namespace

void bind_stationary(py::module_& m) {
  bind_results(m);
  m.def(
      "stationary", [](const ChainArgument& chain) { return stationary(to_chain(chain, "stationary")); },
      py::arg("chain"),
      docs(doc::file_stationary, R"(Parameters
----------
chain : Chain or FitResult

Returns
-------
Stationary
    `laws`, one per set of states that is never left; `distribution` where there is only one; `limit(start)`;
    `expected_return_time(state)`.

Examples
--------
>>> chain = Chain(["a", "b"], [[0.5, 0.5], [0.25, 0.75]])
>>> round(stationary(chain).distribution["b"], 6)
0.666667)")
          .c_str());
  m.def(
      "kemeny_constant", [](const ChainArgument& chain) { return kemeny_constant(to_chain(chain, "kemeny_constant")); },
      py::arg("chain"), doc::kemeny_constant);
  m.def(
      "mean_passage_times",
      [](const ChainArgument& chain) { return copy(mean_passage_times(to_chain(chain, "mean_passage_times"))); },
      py::arg("chain"), doc::mean_passage_times);
  m.def(
      "spectral_gap", [](const ChainArgument& chain) { return spectral_gap(to_chain(chain, "spectral_gap")); },
      py::arg("chain"), doc::spectral_gap);
  m.def(
      "mixing_time",
      [](const ChainArgument& chain, const NumberArgument& distance) {
        return mixing_time(to_chain(chain, "mixing_time"), to_number(distance, "distance"));
      },
      py::arg("chain"), py::arg("distance") = 0.25, doc::mixing_time);
}

}  // namespace sojourn::python
