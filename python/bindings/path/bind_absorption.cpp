#include "sojourn/path/absorption.hpp"

#include "docs/path/absorption.hpp"
#include "support/members.hpp"
#include "support/pickling.hpp"

namespace sojourn::python {

void bind_absorption(py::module_& m) {
  py::class_<Absorption>(m, "Absorption", doc::Absorption)
      .def(pickled<Absorption>(
          "Absorption", [](const Absorption& a) { return std::tie(a.chain()); },
          [](const Chain& chain) { return absorption(chain); }))
      .def_property_readonly("states", &Absorption::states, "The states, in order.")
      .def_property_readonly("transient", names_of(&Absorption::states, &Absorption::transient),
                             "Names of the transient states, in order.")
      .def_property_readonly(
          "ends",
          [](const Absorption& a) {
            py::list ends;
            for (const auto& end : a.ends()) ends.append(names_of(a.states(), end));
            return ends;
          },
          "Each recurrent class as a list of state names.")
      .def_property_readonly("probabilities", view_of(&Absorption::probabilities), doc::Absorption_probabilities)
      .def_property_readonly("expected_time", &Absorption::expected_time, doc::Absorption_expected_time)
      .def_property_readonly("time_variance", &Absorption::time_variance, doc::Absorption_time_variance)
      .def(
          "expected_visits_from",
          [](const Absorption& a, const LawArgument& start) {
            return a.expected_visits_from(to_law(start, a.states(), "start"));
          },
          py::arg("start"), doc::Absorption_expected_visits_from)
      .def_property_readonly("expected_visits", copy_of(&Absorption::expected_visits), doc::Absorption_expected_visits)
      .def_property_readonly("visits_variance", copy_of(&Absorption::visits_variance), doc::Absorption_visits_variance)
      .def_property_readonly("fundamental_matrix", copy_of(&Absorption::fundamental_matrix),
                             doc::Absorption_fundamental_matrix)
      .def(
          "probability",
          [](const Absorption& a, const StateArgument& end) { return a.probability(to_state_name(end, a.states())); },
          py::arg("end"), doc::Absorption_probability)
      .def("__repr__", [](const Absorption& a) {
        return "Absorption(" + std::to_string(a.transient().size()) + " transient states, " +
               std::to_string(a.ends().size()) + (a.ends().size() == 1 ? " end)" : " ends)");
      });

  m.def(
      "absorption", [](const ChainArgument& chain) { return absorption(to_chain(chain, "absorption")); },
      py::arg("chain"),
      docs(doc::absorption, doc::file_absorption, R"(Parameters
----------
chain : Chain or FitResult

Returns
-------
Absorption
    `probabilities` of each of the `ends`, `expected_time` and `time_variance` in periods, `expected_visits` and
    `visits_variance` per pair of states, `fundamental_matrix` over the `transient` states.

Raises
------
ValueError
    For a chain in which nothing ends.

Examples
--------
>>> chain = Chain(["active", "churn"], [[0.75, 0.25], [0.0, 1.0]], period="year")
>>> absorption(chain).expected_time["active"]
4.0)")
          .c_str());
}

}  // namespace sojourn::python
