#include "sojourn/chain/state_space.hpp"

#include "docs/chain/state_space.hpp"
#include "support/as_array.hpp"
#include "support/members.hpp"
#include "support/printing.hpp"
#include "support/shown.hpp"
#include "support/text.hpp"

namespace sojourn::python {

namespace {

void bind_space(py::module_& m) {
  py::class_<StateSpace>(m, "StateSpace",
                         docs(doc::StateSpace, R"(Parameters
----------
names : sequence of str
    Distinct names, in the order of rows and columns.

Raises
------
ValueError
    When there is no name, or a name is empty, repeated or not UTF-8 text.)")
                             .c_str())
      .def(py::init([](const StatesArgument& names) { return to_states(names, "states"); }), py::arg("names"))
      .def_property_readonly("n_states", &StateSpace::n_states, "How many states there are.")
      .def_property_readonly(
          "names", [](const StateSpace& states) { return py::tuple(py::cast(states.names())); }, "The names, in order.")
      .def("name", &StateSpace::name, py::arg("i"), doc::StateSpace_name)
      .def(
          "index", [](const StateSpace& states, const std::string& name) { return states.index(name); },
          py::arg("name"), doc::StateSpace_index)
      .def(
          "find", [](const StateSpace& states, const std::string& name) { return states.find(name); }, py::arg("name"),
          doc::StateSpace_find)
      .def("__len__", &StateSpace::n_states)
      .def("__iter__", [](const StateSpace& states) { return py::iter(py::tuple(py::cast(states.names()))); })
      .def("__contains__",
           [](const StateSpace& states, const py::object& name) {
             return py::isinstance<py::str>(name) && states.find(name.cast<std::string>()).has_value();
           })
      .def(
          "__getitem__", [](const StateSpace& states, const StateArgument& i) { return to_state_name(i, states); },
          py::arg("i"))
      .def(
          "__eq__", [](const StateSpace& a, const StateSpace& b) { return a == b; }, py::is_operator())
      .def("__hash__", [](const StateSpace& states) { return py::hash(py::tuple(py::cast(states.names()))); })
      .def("__str__", &printed<StateSpace>)
      .def("__repr__", [](const StateSpace& states) { return "StateSpace(" + shown(states.names()) + ")"; })
      .def(py::pickle([](const StateSpace& states) { return states.names(); },
                      [](std::vector<std::string> names) { return StateSpace(std::move(names)); }));
}

void bind_values(py::module_& m) {
  py::class_<StateValues>(
      m, "StateValues",
      docs(
          doc::StateValues,
          R"(Index it by name or by position; `numpy.asarray` gives a read-only array of shape (n_states,) in the order of
`states`, and so does iteration. Otherwise a mapping: `in`, `keys`, `values`, `items`, `get`, `dict(values)`, and
`series.map(values)` of pandas. An unknown name is an IndexError.

Parameters
----------
states : StateSpace, Lifecycle or sequence of str
values : array_like of shape (n_states,), or a dict {state: number})")
          .c_str())
      .def(py::init([](const StatesArgument& states, const AmountsArgument& values) {
             StateSpace space = to_states(states, "states");
             Vector numbers = to_amounts(values, space, "values");
             return StateValues(std::move(space), std::move(numbers));
           }),
           py::arg("states"), py::arg("values"))
      .def_property_readonly("states", &StateValues::states, "The states, in order.")
      .def(
          "__getitem__",
          [](const StateValues& values, const StateArgument& key) {
            return values.at(to_position(key, values.states()));
          },
          py::arg("state"))
      .def("__len__", &StateValues::size)
      .def("__contains__",
           [](const StateValues& values, const py::object& name) {
             return py::isinstance<py::str>(name) && values.states().find(name.cast<std::string>()).has_value();
           })
      .def("__iter__",
           [](const py::object& self) {
             return py::iter(view(self.cast<const StateValues&>().vector(), self).attr("tolist")());
           })
      .def("__array__", as_array("StateValues", view_of(&StateValues::vector)), py::arg("dtype") = py::none(),
           py::arg("copy") = py::none())
      .def(
          "keys", [](const StateValues& values) { return py::tuple(py::cast(values.states().names())); },
          "The state names, in order.")
      .def(
          "values", [](const py::object& self) { return py::list(self); }, "The numbers, in the order of the states.")
      .def(
          "get",
          [](const StateValues& values, const py::object& name, const py::object& otherwise) -> py::object {
            if (!py::isinstance<py::str>(name)) return otherwise;
            const auto found = values.states().find(name.cast<std::string>());
            return found ? py::object(py::float_(values.at(*found))) : otherwise;
          },
          py::arg("state"), py::arg("default") = py::none(), "The number of a state; for an unknown name the default.")
      .def(
          "items",
          [](const StateValues& values) {
            py::list items;
            for (Index i = 0; i < values.size(); ++i)
              items.append(py::make_tuple(values.states().name(i), values.at(i)));
            return items;
          },
          "Pairs (state, value), in order.")
      .def(
          "to_dict",
          [](const StateValues& values) {
            py::dict result;
            for (Index i = 0; i < values.size(); ++i) result[py::str(values.states().name(i))] = values.at(i);
            return result;
          },
          "The values by state name.")
      .def(
          "__eq__", [](const StateValues& a, const StateValues& b) { return a == b; }, py::is_operator())
      .def("__str__", &printed<StateValues>)
      .def("__repr__",
           [](const StateValues& values) {
             std::string text = "StateValues({";
             for (Index i = 0; i < values.size(); ++i)
               text += (i ? ", " : "") + shown(values.states().name(i)) + ": " + text::number(values.at(i), 6);
             return text + "})";
           })
      .def(py::pickle(
          [](const StateValues& values) {
            return py::make_tuple(values.states(), std::vector<double>(values.vector().begin(), values.vector().end()));
          },
          [](const py::tuple& state) {
            if (state.size() != 2) throw py::value_error("StateValues: not pickled state values");
            return StateValues(state[0].cast<StateSpace>(), to_vector(state[1], "values"));
          }));
}

}  // namespace

void bind_state_space(py::module_& m) {
  bind_space(m);
  bind_values(m);
}

}  // namespace sojourn::python
