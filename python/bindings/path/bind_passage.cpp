#include "sojourn/path/passage.hpp"

#include "docs/path/passage.hpp"
#include "support/as_array.hpp"
#include "support/members.hpp"
#include "support/pickling.hpp"

SOJOURN_ARGUMENT(TargetsArgument, "str | int | Sequence[str | int]");
SOJOURN_ARGUMENT(HorizonArgument, "int");

namespace sojourn::python {

namespace {

// One state or several, by name or by position.
std::vector<std::string> to_set(py::handle object, const StateSpace& states, const char* argument) {
  const bool is_one = PyIndex_Check(object.ptr()) && !py::isinstance<py::array>(object);
  if (py::isinstance<py::str>(object) || is_one) return {to_state_name(object, states)};
  if (object.is_none() || py::isinstance<py::dict>(object) || !py::hasattr(object, "__iter__")) {
    throw py::type_error(std::string(argument) + ": expected a state or a list of states, found " + type_name(object));
  }
  std::vector<std::string> names;
  for (const py::handle state : object) names.push_back(to_state_name(state, states));
  return names;
}

void bind_hitting_result(py::module_& m) {
  py::class_<Hitting>(m, "Hitting", doc::Hitting)
      .def(pickled_by_fields<Hitting>("Hitting", &Hitting::probability, &Hitting::expected_time_if_hit,
                                      &Hitting::is_certain))
      .def_readonly("probability", &Hitting::probability, doc::Hitting_probability)
      .def_readonly("expected_time_if_hit", &Hitting::expected_time_if_hit, doc::Hitting_expected_time_if_hit)
      .def_property_readonly(
          "is_certain",
          [](const Hitting& hit) {
            Mask flags(1, static_cast<Index>(hit.is_certain.size()));
            for (Index i = 0; i < flags.cols(); ++i) flags(0, i) = hit.is_certain[static_cast<std::size_t>(i)];
            return copy(flags).attr("ravel")();
          },
          doc::Hitting_is_certain)
      .def("expected_time", &Hitting::expected_time, doc::Hitting_expected_time)
      .def("__repr__",
           [](const Hitting& hit) { return "Hitting(" + std::to_string(hit.probability.size()) + " states)"; });
}

void bind_first_passage_result(py::module_& m) {
  py::class_<FirstPassage>(m, "FirstPassage", doc::FirstPassage)
      .def(pickled_by_fields<FirstPassage>("FirstPassage", &FirstPassage::states, &FirstPassage::probabilities,
                                           &FirstPassage::tail))
      .def_readonly("states", &FirstPassage::states, "The states of departure, in order.")
      .def_property_readonly(
          "horizon", [](const FirstPassage& p) { return p.probabilities.rows(); }, "Periods.")
      .def_property_readonly("probabilities", view_of(&FirstPassage::probabilities), doc::FirstPassage_probabilities)
      .def_property_readonly("cumulative", copy_of(&FirstPassage::cumulative), doc::FirstPassage_cumulative)
      .def_readonly("tail", &FirstPassage::tail, doc::FirstPassage_tail)
      .def("__len__", [](const FirstPassage& p) { return p.probabilities.rows(); })
      .def("__array__", as_array("FirstPassage", view_of(&FirstPassage::probabilities)), py::arg("dtype") = py::none(),
           py::arg("copy") = py::none())
      .def("__repr__", [](const FirstPassage& p) {
        return "FirstPassage(" + std::to_string(p.probabilities.rows()) + " periods, " +
               std::to_string(p.probabilities.cols()) + " states)";
      });
}

void bind_hitting(py::module_& m) {
  m.def(
      "hitting",
      [](const ChainArgument& chain, const TargetsArgument& targets) {
        const Chain& of = to_chain(chain, "hitting");
        return hitting(of, to_set(targets, of.states(), "targets"));
      },
      py::arg("chain"), py::arg("targets"),
      docs(doc::hitting, doc::file_passage,
           R"(Parameters
----------
chain : Chain or FitResult
targets : str or sequence of str
    One state or several, by name or position; the hit is of whichever comes first.

Returns
-------
Hitting
    `probability`, `expected_time_if_hit` in periods and `is_certain` per state; `expected_time()`.

Raises
------
IndexError
    For an unknown target.
ValueError
    Without a target.)")
          .c_str());
}

void bind_first_passage(py::module_& m) {
  m.def(
      "first_passage",
      [](const ChainArgument& chain, const TargetsArgument& targets, const HorizonArgument& horizon) {
        const Chain& of = to_chain(chain, "first_passage");
        return first_passage(of, to_set(targets, of.states(), "targets"), to_index(horizon, "horizon"));
      },
      py::arg("chain"), py::arg("targets"), py::kw_only(), py::arg("horizon"),
      docs(doc::first_passage, doc::file_passage, R"(Parameters
----------
chain : Chain or FitResult
targets : str or sequence of str
    One state or several, by name or position; the passage is to whichever comes first.
horizon : int
    Periods, at least 1.

Returns
-------
FirstPassage
    `numpy.asarray` gives `probabilities`, shape (horizon, n_states): row `t - 1` = first passage at time `t`. Also
    `cumulative` and `tail`.

Raises
------
IndexError
    For an unknown target.
ValueError
    Without a target, or for a horizon below 1.

Examples
--------
>>> chain = Chain(["a", "b"], [[0.5, 0.5], [0.0, 1.0]])
>>> first_passage(chain, "b", horizon=3).probabilities[:, 0].tolist()
[0.5, 0.25, 0.125])")
          .c_str());
}

void bind_committor(py::module_& m) {
  m.def(
      "committor",
      [](const ChainArgument& chain, const TargetsArgument& goal, const TargetsArgument& other) {
        const Chain& of = to_chain(chain, "committor");
        return committor(of, to_set(goal, of.states(), "goal"), to_set(other, of.states(), "other"));
      },
      py::arg("chain"), py::arg("goal"), py::arg("other"),
      docs(doc::committor, R"(Parameters
----------
chain : Chain or FitResult
goal, other : str or sequence of str
    One state or several, by name or position.

Returns
-------
StateValues
    The probability per state.

Raises
------
IndexError
    For an unknown state.
ValueError
    When the two sets share a state, or one is empty.)")
          .c_str());
}

}  // namespace

void bind_passage(py::module_& m) {
  bind_hitting_result(m);
  bind_first_passage_result(m);
  bind_hitting(m);
  bind_first_passage(m);
  bind_committor(m);
}

}  // namespace sojourn::python
