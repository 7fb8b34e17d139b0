#include "sojourn/value/base_levers.hpp"

#include "docs/value/base_levers.hpp"
#include "support/parameters.hpp"
#include "support/pickling.hpp"
#include "support/rows.hpp"
#include "support/shown.hpp"
#include "value/bound_sensitivity.hpp"
#include "value/bound_value.hpp"

namespace sojourn::python {

namespace {

struct NamedBaseLever {
  std::string from_state;
  std::string to_state;
  double probability;
  double value_of_a_point;
  double value_for_base;
  double break_even_cost;
};

Rows<NamedBaseLever> ask_base_levers(const BoundValue& value, const AmountsArgument& stock,
                                     const AllowedArgument& allowed) {
  const StateSpace& states = value.value.chain().states();
  Rows<NamedBaseLever> levers;
  for (const BaseLever& l : base_levers(value.value, to_amounts(stock, states, "stock"), to_allowed(allowed, states))) {
    levers.rows.push_back({states.name(l.from), states.name(l.to), l.probability, l.value_of_a_point, l.value_for_base,
                           l.break_even_cost});
  }
  return levers;
}

constexpr const char* rest_of_levers = R"(Returns
-------
BaseLevers
    One row per move: `from_state`, `to_state`, `probability`, `value_of_a_point`, `value_for_base`, `break_even_cost`.

Raises
------
ValueError
    For a stock that is negative, not finite, of another shape, or nobody.

Examples
--------
>>> chain = Chain(["active", "churn"], [[0.75, 0.25], [0.0, 1.0]], period="year")
>>> value = lifetime_value(chain, {"active": 10.0}, discount_factor=1)
>>> [round(lever.break_even_cost) for lever in base_levers(value, {"active": 1000})]
[1600, 1600])";

}  // namespace

void bind_base_levers(py::module_& m) {
  py::class_<NamedBaseLever>(m, "BaseLever", doc::BaseLever)
      .def(pickled_by_fields<NamedBaseLever>("BaseLever", &NamedBaseLever::from_state, &NamedBaseLever::to_state,
                                             &NamedBaseLever::probability, &NamedBaseLever::value_of_a_point,
                                             &NamedBaseLever::value_for_base, &NamedBaseLever::break_even_cost))
      .def_readonly("from_state", &NamedBaseLever::from_state, "State name.")
      .def_readonly("to_state", &NamedBaseLever::to_state, "State name.")
      .def_readonly("probability", &NamedBaseLever::probability, doc::BaseLever_probability)
      .def_readonly("value_of_a_point", &NamedBaseLever::value_of_a_point, doc::BaseLever_value_of_a_point)
      .def_readonly("value_for_base", &NamedBaseLever::value_for_base, doc::BaseLever_value_for_base)
      .def_readonly("break_even_cost", &NamedBaseLever::break_even_cost, doc::BaseLever_break_even_cost)
      .def("__repr__", [](const NamedBaseLever& l) {
        return called("BaseLever", shown(l.from_state), shown(l.to_state),
                      field("value_of_a_point", l.value_of_a_point), field("value_for_base", l.value_for_base),
                      field("break_even_cost", l.break_even_cost));
      });
  bind_rows<NamedBaseLever>(m, "BaseLevers", "Moves as levers on a base, the one that may cost most first.");

  m.def("base_levers", &ask_base_levers, py::arg("value"), py::arg("stock"), py::arg("allowed") = py::none(),
        docs(doc::base_levers,
             parameters({R"(value : LifetimeValue
stock : dict {state: customers} or array_like of shape (n_states,)
    Customers in each state today.)",
                         allowed_text}),
             rest_of_levers)
            .c_str());
}

}  // namespace sojourn::python
