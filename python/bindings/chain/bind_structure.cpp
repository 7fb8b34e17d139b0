#include "sojourn/chain/structure.hpp"

#include "docs/chain/structure.hpp"
#include "support/members.hpp"
#include "support/pickling.hpp"
#include "support/shown.hpp"

namespace sojourn::python {

template <>
inline constexpr auto members_of<CommunicatingClass> =
    std::tuple(&CommunicatingClass::states, &CommunicatingClass::is_recurrent, &CommunicatingClass::period);

namespace {

struct NamedClass {
  std::vector<std::string> states;
  bool is_recurrent;
  Index period;
};

struct NamedPath {
  std::vector<std::string> states;
  double probability;
};

std::vector<std::string> names(const StateSpace& states, const std::vector<Index>& positions) {
  std::vector<std::string> result;
  for (const Index i : positions) result.push_back(states.name(i));
  return result;
}

void bind_class(py::module_& m) {
  py::class_<NamedClass>(m, "CommunicatingClass", doc::CommunicatingClass)
      .def(pickled_by_fields<NamedClass>("CommunicatingClass", &NamedClass::states, &NamedClass::is_recurrent,
                                         &NamedClass::period))
      .def_readonly("states", &NamedClass::states, "State names, in the order of the chain.")
      .def_readonly("is_recurrent", &NamedClass::is_recurrent, doc::CommunicatingClass_is_recurrent)
      .def_readonly("period", &NamedClass::period, doc::CommunicatingClass_period)
      .def("__repr__", [](const NamedClass& c) {
        return "CommunicatingClass(" + shown(c.states) + ", " + (c.is_recurrent ? "recurrent" : "transient") +
               ", period=" + std::to_string(c.period) + ")";
      });
}

void bind_path(py::module_& m) {
  py::class_<NamedPath>(m, "Path", doc::Path)
      .def(pickled_by_fields<NamedPath>("Path", &NamedPath::states, &NamedPath::probability))
      .def_readonly("states", &NamedPath::states, "State names, from the first to the last.")
      .def_readonly("probability", &NamedPath::probability, doc::Path_probability)
      .def("__repr__", [](const NamedPath& path) {
        return "Path(" + shown(path.states) + ", probability=" + shown(path.probability) + ")";
      });
}

}  // namespace

void bind_structure(py::module_& m) {
  bind_class(m);
  const auto by_names = [](std::vector<Index> (Structure::*list)() const) {
    return [list](const Structure& s) { return names(s.states(), (s.*list)()); };
  };
  py::class_<Structure>(m, "Structure", doc::Structure)
      .def(pickled<Structure>(
          "Structure", [](const Structure& s) { return std::tie(s.states(), s.classes(), s.next()); },
          [](auto... part) { return Structure(std::move(part)...); }))
      .def_property_readonly("states", &Structure::states, "The states of the chain.")
      .def_property_readonly(
          "classes",
          [](const Structure& s) {
            std::vector<NamedClass> classes;
            for (const auto& c : s.classes())
              classes.push_back({names(s.states(), c.states), c.is_recurrent, c.period});
            return classes;
          },
          doc::Structure_classes)
      .def_property_readonly(
          "class_of",
          [](const Structure& s) {
            py::dict result;
            for (Index i = 0; i < s.states().n_states(); ++i)
              result[py::str(s.states().name(i))] = s.class_of()[static_cast<std::size_t>(i)];
            return result;
          },
          "State name → position of its class in `classes`.")
      .def(
          "is_recurrent",
          [](const Structure& s, const StateArgument& state) { return s.is_recurrent(to_position(state, s.states())); },
          py::arg("state"), "True when no move leads out of the class of the state.")
      .def(
          "is_transient",
          [](const Structure& s, const StateArgument& state) { return s.is_transient(to_position(state, s.states())); },
          py::arg("state"), "True when the state is left for good in the end.")
      .def(
          "is_absorbing",
          [](const Structure& s, const StateArgument& state) { return s.is_absorbing(to_position(state, s.states())); },
          py::arg("state"), "True when the state is never left.")
      .def_property_readonly("is_irreducible", &Structure::is_irreducible, doc::Structure_is_irreducible)
      .def_property_readonly("is_absorbing_chain", &Structure::is_absorbing_chain, doc::Structure_is_absorbing_chain)
      .def_property_readonly("transient_states", by_names(&Structure::transient_states), "Names, in order.")
      .def_property_readonly("recurrent_states", by_names(&Structure::recurrent_states), "Names, in order.")
      .def_property_readonly("absorbing_states", by_names(&Structure::absorbing_states), "Names, in order.")
      .def_property_readonly("reachable", copy_of(&Structure::reachable), doc::Structure_reachable)
      .def(
          "reaches",
          [](const Structure& s, const StateArgument& from, const StateArgument& to) {
            return s.reaches(to_state_name(from, s.states()), to_state_name(to, s.states()));
          },
          py::arg("from_state"), py::arg("to_state"), "True when `to_state` can be reached in any number of moves.")
      .def_property_readonly("canonical_order", by_names(&Structure::canonical_order), doc::Structure_canonical_order)
      .def("__repr__", [](const Structure& s) {
        return "Structure(" + std::to_string(s.states().n_states()) + " states, " + std::to_string(s.classes().size()) +
               " classes)";
      });

  bind_path(m);
  m.def(
      "structure", [](const ChainArgument& chain) { return structure(to_chain(chain, "structure")); }, py::arg("chain"),
      docs(doc::structure, doc::file_structure).c_str());
  m.def(
      "most_probable_path",
      [](const ChainArgument& chain, const StateArgument& from, const StateArgument& to) {
        const Chain& of = to_chain(chain, "most_probable_path");
        const Path path = most_probable_path(of, to_state_name(from, of.states()), to_state_name(to, of.states()));
        return NamedPath{names(of.states(), path.states), path.probability};
      },
      py::arg("chain"), py::arg("from_state"), py::arg("to_state"), doc::most_probable_path);
}

}  // namespace sojourn::python
