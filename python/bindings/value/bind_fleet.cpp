#include "sojourn/value/fleet.hpp"

#include "docs/value/fleet.hpp"
#include "support/keywords.hpp"
#include "support/members.hpp"
#include "support/pickling.hpp"
#include "support/shown.hpp"
#include "value/bound_value.hpp"

SOJOURN_ARGUMENT(CustomersArgument, "Mapping[str, float] | StateValues | ArrayLike");

namespace sojourn::python {

namespace {

struct FleetLawKeywords {
  using Keywords = std::tuple<NumberArgument, NumberArgument, WholeArgument>;

  NumberArgument relative_error;
  NumberArgument error_in_probability;
  WholeArgument most_points;

  static auto arguments() {
    const FleetLawOptions defaults;
    return std::make_tuple(py::arg("relative_error") = defaults.relative_error,
                           py::arg("error_in_probability") = defaults.error_in_probability,
                           py::arg("most_points") = defaults.most_points);
  }

  FleetLawOptions options() const {
    return {.relative_error = to_number(relative_error, "relative_error"),
            .error_in_probability = to_number(error_in_probability, "error_in_probability"),
            .most_points = to_index(most_points, "most_points")};
  }

  static constexpr const char* text = R"(Parameters
----------
relative_error : float
    The largest error in money as a share of the standard deviation of the sum.
error_in_probability : float
    The largest probability left out, above 0.
most_points : int
    Points of the grid at most.)";
};

constexpr Words<FleetBasis> bases = {{"residual", FleetBasis::residual}, {"mean", FleetBasis::mean}};

FleetInterval exact_interval(const FleetValue& self, const NumberArgument& level, const FleetLawKeywords& precision) {
  const FleetLawOptions options = precision.options();
  const double share = to_number(level, "level");
  return released([&] { return self.exact_interval(share, options); });
}

auto law(const FleetValue& self, const FleetLawKeywords& precision) {
  const FleetLawOptions options = precision.options();
  return released([&] { return self.law(options); });
}

FleetValue ask_fleet(const BoundValue& value, const CustomersArgument& customers, const std::string& basis) {
  return fleet_value(value.value, to_amounts(customers, value.value.chain().states(), "customers"),
                     {.basis = to_choice(basis, "basis", bases)});
}

void bind_interval(py::module_& m) {
  py::class_<FleetInterval>(m, "FleetInterval", doc::FleetInterval)
      .def(pickled_by_fields<FleetInterval>("FleetInterval", &FleetInterval::level, &FleetInterval::lower,
                                            &FleetInterval::upper, &FleetInterval::error_in_value,
                                            &FleetInterval::error_in_probability))
      .def_readonly("level", &FleetInterval::level, "The probability of holding the value of the fleet.")
      .def_readonly("lower", &FleetInterval::lower, "Lower end, currency.")
      .def_readonly("upper", &FleetInterval::upper, "Upper end, currency.")
      .def_readonly("error_in_value", &FleetInterval::error_in_value, doc::FleetInterval_error_in_value)
      .def_readonly("error_in_probability", &FleetInterval::error_in_probability,
                    doc::FleetInterval_error_in_probability)
      .def("__repr__", [](const FleetInterval& self) {
        return called("FleetInterval", field("level", self.level), field("lower", self.lower),
                      field("upper", self.upper));
      });
}

}  // namespace

void bind_fleet(py::module_& m) {
  bind_interval(m);

  py::class_<FleetValue> fleet(m, "FleetValue", docs(doc::FleetValue, doc::file_fleet).c_str());
  fleet.def(pickled<FleetValue>(
      "FleetValue",
      [](const FleetValue& self) {
        return std::tuple(BoundValue{self.value(), std::nullopt}, self.customers(), self.basis());
      },
      [](const BoundValue& value, const StateValues& customers, FleetBasis basis) {
        return fleet_value(value.value, customers.vector(), {.basis = basis});
      }));
  fleet.def_property_readonly("mean", &FleetValue::mean, "Currency.")
      .def_property_readonly("variance", &FleetValue::variance, "Between fleets like this one, currency squared.")
      .def_property_readonly("standard_deviation", &FleetValue::standard_deviation,
                             "Between fleets like this one, currency.")
      .def_property_readonly("std", &FleetValue::standard_deviation, "Short for `standard_deviation`.")
      .def_property_readonly("customers", &FleetValue::customers, "Customers per state.")
      .def_property_readonly("mean_by_state", &FleetValue::mean_by_state,
                             "The mean of what the customers of each state bring together, currency.")
      .def_property_readonly("n_customers", &FleetValue::n_customers, "All of them.")
      .def_property_readonly("basis", word_of(bases, &FleetValue::basis), doc::FleetBasis)
      .def(
          "interval",
          [](const FleetValue& self, const NumberArgument& level) { return self.interval(to_number(level, "level")); },
          py::arg("level"), doc::FleetValue_interval)
      .def("__repr__", [](const FleetValue& self) {
        return called("FleetValue", field("mean", self.mean()), field("std", self.standard_deviation()),
                      shown(self.n_customers()) + " customers", field("basis", to_word(self.basis(), bases)));
      });
  define(fleet, "exact_interval", &exact_interval, py::arg("level"), py::kw_only(), FleetLawKeywords::arguments(),
         docs(doc::FleetValue_exact_interval, FleetLawKeywords::text));
  define(fleet, "law", &law, py::kw_only(), FleetLawKeywords::arguments(),
         docs(doc::FleetValue_law, FleetLawKeywords::text));

  m.def("fleet_value", &ask_fleet, py::arg("value"), py::arg("customers"), py::kw_only(),
        py::arg("basis") = to_word(FleetOptions{}.basis, bases),
        docs(doc::fleet_value, doc::file_fleet, R"(Parameters
----------
value : LifetimeValue
customers : dict {state: customers} or array_like of shape (n_states,)
    Customers in each state today.
basis : {"residual", "mean"}
    What counts for a customer: what is still to come (today's base), or the reward received at once as well
    (newcomers).

Returns
-------
FleetValue
    `mean`, `std`, `interval(level)`, `exact_interval(level)`, `law()`, `mean_by_state`.

Raises
------
ValueError
    For numbers that are negative, not finite or of another shape, or when there is no customer.

Examples
--------
>>> chain = Chain(["active", "churn"], [[0.75, 0.25], [0.0, 1.0]], period="year")
>>> fleet_value(lifetime_value(chain, {"active": 10.0}, discount_factor=1), {"active": 100}).mean
3000.0)")
            .c_str());
}

}  // namespace sojourn::python
