#include "sojourn/value/payback.hpp"

#include "docs/value/payback.hpp"
#include "support/members.hpp"
#include "support/parameters.hpp"
#include "support/pickling.hpp"
#include "support/shown.hpp"
#include "value/bound_value.hpp"

namespace sojourn::python {

namespace {

Payback ask_payback(const BoundValue& value, const NumberArgument& cost, const LawArgument& start,
                    const WholeArgument& horizon, const NumberArgument& error_in_cost,
                    const NumberArgument& relative_error, const NumberArgument& error_in_probability,
                    const WholeArgument& exact_values, const WholeArgument& most_points) {
  PaybackOptions options;
  options.horizon = to_optional_index(horizon, "horizon");
  if (!error_in_cost.is_none()) options.error_in_cost = to_number(error_in_cost, "error_in_cost");
  options.relative_error = to_number(relative_error, "relative_error");
  options.error_in_probability = to_number(error_in_probability, "error_in_probability");
  options.exact_values = to_index(exact_values, "exact_values");
  options.most_points = to_index(most_points, "most_points");
  const double spent = to_number(cost, "cost");
  const Vector law = value.start_law(start);
  return released([&] { return payback(value.value, law, spent, options); });
}

constexpr const char* precision_text = R"(horizon : int, optional
    Periods looked at; without it the horizon of the value, or, for life, until all but `error_in_probability` is
    decided.
error_in_cost : float, optional
    The largest error in money; without it by `relative_error`.
relative_error : float
    The largest error in money as a share of the cost.
error_in_probability : float
    Probability that may be left out.
exact_values : int
    Distinct amounts that are kept before a grid takes over.
most_points : int
    Points per state at most.)";

constexpr const char* rest_of_payback = R"(Returns
-------
Payback
    `probabilities` per period, `cumulative`, `never`, `undecided`, `expected_value_period`, `quantile(p)`.

Raises
------
IndexError
    For an unknown state.
ValueError
    For a cost that is not above 0, a start that is no law, or an error too small to reach.

Examples
--------
>>> chain = Chain(["active", "churn"], [[0.75, 0.25], [0.0, 1.0]], period="year")
>>> answer = payback(lifetime_value(chain, {"active": 10.0}, discount_factor=1), cost=25.0)
>>> answer.probabilities.tolist(), answer.never
([0.0, 0.0, 0.5625], 0.4375))";

}  // namespace

void bind_payback(py::module_& m) {
  py::class_<Payback>(m, "Payback", doc::Payback)
      .def(pickled_by_fields<Payback>("Payback", &Payback::cost, &Payback::probabilities, &Payback::never,
                                      &Payback::undecided, &Payback::error_in_cost, &Payback::error_in_probability,
                                      &Payback::expected_value_period))
      .def_readonly("cost", &Payback::cost, "What the customer cost, currency.")
      .def_property_readonly("probabilities", view_of(&Payback::probabilities), doc::Payback_probabilities)
      .def_property_readonly("cumulative", copy_of(&Payback::cumulative), doc::Payback_cumulative)
      .def_readonly("never", &Payback::never, doc::Payback_never)
      .def_readonly("undecided", &Payback::undecided, doc::Payback_undecided)
      .def_readonly("error_in_cost", &Payback::error_in_cost, doc::Payback_error_in_cost)
      .def_readonly("error_in_probability", &Payback::error_in_probability, doc::Payback_error_in_probability)
      .def_readonly("expected_value_period", &Payback::expected_value_period, doc::Payback_expected_value_period)
      .def(
          "quantile", [](const Payback& self, const NumberArgument& p) { return self.quantile(to_number(p, "p")); },
          py::arg("p"), doc::Payback_quantile)
      .def("__repr__", [](const Payback& self) {
        return called("Payback", field("cost", self.cost), field("paid_back", self.probabilities.sum()),
                      field("never", self.never), field("undecided", self.undecided));
      });

  const PaybackOptions defaults;
  m.def("payback", &ask_payback, py::arg("value"), py::arg("cost"), py::arg("start") = py::none(), py::kw_only(),
        py::arg("horizon") = py::none(), py::arg("error_in_cost") = py::none(),
        py::arg("relative_error") = defaults.relative_error,
        py::arg("error_in_probability") = defaults.error_in_probability,
        py::arg("exact_values") = defaults.exact_values, py::arg("most_points") = defaults.most_points,
        docs(doc::payback, doc::file_payback,
             parameters({"value : LifetimeValue\ncost : float\n    What the customer cost, currency, above 0.",
                         start_text, precision_text}),
             rest_of_payback)
            .c_str());
}

}  // namespace sojourn::python
