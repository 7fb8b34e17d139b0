#include "sojourn/value/what_if.hpp"

#include "docs/value/what_if.hpp"
#include "support/parameters.hpp"
#include "support/pickling.hpp"
#include "support/shown.hpp"
#include "value/bound_value.hpp"
#include "value/named_what_if.hpp"

namespace sojourn::python {

namespace {

NamedWhatIf ask_what_if(const BoundValue& value, const BoundValue& other, const LawArgument& start) {
  const StateSpace& states = value.value.chain().states();
  return named(what_if(value.value, other.value, value.start_law(start)), states);
}

}  // namespace

void bind_what_if(py::module_& m) {
  py::class_<NamedDifference>(m, "MoveDifference", doc::MoveDifference)
      .def(pickled_by_fields<NamedDifference>("MoveDifference", &NamedDifference::from_state,
                                              &NamedDifference::to_state, &NamedDifference::amount))
      .def_readonly("from_state", &NamedDifference::from_state, "State name.")
      .def_readonly("to_state", &NamedDifference::to_state, "State name.")
      .def_readonly("amount", &NamedDifference::amount, doc::MoveDifference_amount)
      .def("__repr__", [](const NamedDifference& d) {
        return called("MoveDifference", shown(d.from_state), shown(d.to_state), field("amount", d.amount));
      });
  py::class_<NamedWhatIf>(m, "WhatIf", doc::WhatIf)
      .def(
          pickled_by_fields<NamedWhatIf>("WhatIf", &NamedWhatIf::value, &NamedWhatIf::other_value, &NamedWhatIf::moves))
      .def_readonly("value", &NamedWhatIf::value, doc::WhatIf_value)
      .def_readonly("other_value", &NamedWhatIf::other_value, doc::WhatIf_other_value)
      .def_readonly("moves", &NamedWhatIf::moves, doc::WhatIf_moves)
      .def("__repr__", [](const NamedWhatIf& w) {
        return called("WhatIf", field("value", w.value), field("other_value", w.other_value),
                      std::to_string(w.moves.size()) + " moves");
      });

  m.def("what_if", &ask_what_if, py::arg("value"), py::arg("other"), py::arg("start") = py::none(),
        docs(doc::what_if,
             parameters({R"(value, other : LifetimeValue
    Two values for life with the same states, rewards and discount.)",
                         start_text}),
             returns(R"(WhatIf
    `value`, `other_value` and the `moves` that make the difference, the largest first; in currency per customer.)"))
            .c_str());
}

}  // namespace sojourn::python
