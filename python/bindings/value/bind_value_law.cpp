#include "sojourn/value/value_law.hpp"

#include "docs/value/value_law.hpp"
#include "support/each_number.hpp"
#include "support/keywords.hpp"
#include "support/parameters.hpp"
#include "support/pickling.hpp"
#include "support/shown.hpp"
#include "value/bound_value.hpp"

namespace sojourn {

// What a law holds, for pickling: its points as arrays.
struct ValueLawAccess {
  using Points = std::vector<ValueAtom>;

  static Matrix out(const Points& points) {
    static_assert(sizeof(ValueAtom) == 2 * sizeof(double));
    if (points.empty()) return Matrix(0, 2);
    return Eigen::Map<const Matrix>(&points.front().value, static_cast<Index>(points.size()), 2);
  }
  static Points in(const Matrix& numbers) {
    Points points;
    for (Index k = 0; k < numbers.rows(); ++k) points.push_back({numbers(k, 0), numbers(k, 1)});
    return points;
  }

  static auto split(const ValueLaw& law) {
    return std::tuple(out(law.atoms_), law.cumulative_, out(law.lowest_), out(law.highest_), law.mean_,
                      law.standard_deviation_, law.error_in_value_, law.error_in_probability_, law.slip_bound_,
                      law.slip_variance_, law.definition_);
  }
  static ValueLaw join(const Matrix& atoms, std::vector<double> cumulative, const Matrix& lowest, const Matrix& highest,
                       double mean, double standard_deviation, double error_in_value, double error_in_probability,
                       double slip_bound, double slip_variance, std::string definition) {
    ValueLaw law;
    law.atoms_ = in(atoms);
    law.cumulative_ = std::move(cumulative);
    law.lowest_ = in(lowest);
    law.highest_ = in(highest);
    law.mean_ = mean;
    law.standard_deviation_ = standard_deviation;
    law.error_in_value_ = error_in_value;
    law.error_in_probability_ = error_in_probability;
    law.slip_bound_ = slip_bound;
    law.slip_variance_ = slip_variance;
    law.definition_ = std::move(definition);
    return law;
  }
};

}  // namespace sojourn

namespace sojourn::python {

namespace {

struct LawKeywords {
  using Keywords =
      std::tuple<NumberArgument, NumberArgument, NumberArgument, WholeArgument, WholeArgument, WholeArgument>;

  NumberArgument error_in_value;
  NumberArgument relative_error;
  NumberArgument error_in_probability;
  WholeArgument grid_points;
  WholeArgument exact_values;
  WholeArgument most_points;

  static auto arguments() {
    const ValueLawOptions defaults;
    return std::make_tuple(py::arg("error_in_value") = py::none(), py::arg("relative_error") = defaults.relative_error,
                           py::arg("error_in_probability") = defaults.error_in_probability,
                           py::arg("grid_points") = py::none(), py::arg("exact_values") = defaults.exact_values,
                           py::arg("most_points") = defaults.most_points);
  }

  ValueLawOptions options() const {
    ValueLawOptions options;
    if (!error_in_value.is_none()) options.error_in_value = to_number(error_in_value, "error_in_value");
    options.relative_error = to_number(relative_error, "relative_error");
    options.error_in_probability = to_number(error_in_probability, "error_in_probability");
    options.grid_points = to_optional_index(grid_points, "grid_points");
    options.exact_values = to_index(exact_values, "exact_values");
    options.most_points = to_index(most_points, "most_points");
    return options;
  }

  static constexpr const char* text = R"(error_in_value : float, optional
    The largest error in money; without it by `relative_error`.
relative_error : float
    The largest error in money as a share of the standard deviation.
error_in_probability : float
    The largest probability left out.
grid_points : int, optional
    Points per state over the range of the value, with whatever error they bring; without it as many as needed.
exact_values : int
    Distinct amounts over all states that are kept before a grid takes over.
most_points : int
    Points per state at most.)";
};

ValueLaw ask_value_law(const BoundValue& value, const LawArgument& start, const LawKeywords& precision) {
  const ValueLawOptions options = precision.options();
  const Vector law = value.start_law(start);
  return released([&] { return value_law(value.value, law, options); });
}

StateValues quantile_of_value(const BoundValue& self, const NumberArgument& p, const LawKeywords& precision) {
  const ValueLawOptions options = precision.options();
  const double share = to_number(p, "p");
  return released([&] { return value_quantile(self.value, share, options); });
}

py::array_t<double> atoms(const py::object& self) {
  static_assert(sizeof(ValueAtom) == 2 * sizeof(double));
  const auto& atoms = self.cast<const ValueLaw&>().atoms();
  return read_only({static_cast<py::ssize_t>(atoms.size()), py::ssize_t{2}}, &atoms.front().value, self);
}

// An answer of the law for a number, or for each of an array.
auto for_each(double (ValueLaw::*question)(double) const, const char* argument) {
  return [=](const ValueLaw& law, const ArrayArgument& numbers) {
    return each_number(numbers, argument, [&](double x) { return (law.*question)(x); });
  };
}

py::tuple pair_of(const LawBounds& bounds) {
  return py::make_tuple(bounds.lower, bounds.upper);
}

constexpr const char* rest_of_law = R"(Returns
-------
ValueLaw
    `cdf(x)`, `quantile(p)`, `cvar(alpha)`, `probability_above(x)`, `atoms`; `error_in_value`, `error_in_probability`.

Raises
------
IndexError
    For an unknown state.
ValueError
    For a start that is no law, or error bounds too small to reach; the message says what is within reach.

Examples
--------
>>> chain = Chain(["active", "churn"], [[0.75, 0.25], [0.0, 1.0]], period="year")
>>> law = value_law(lifetime_value(chain, {"active": 10.0}, horizon=3, discount_factor=1))
>>> law.atoms.tolist()
[[10.0, 0.25], [20.0, 0.1875], [30.0, 0.5625]]
>>> law.quantile(0.3)
20.0)";

}  // namespace

void bind_value_law(py::module_& m) {
  py::class_<ValueLaw>(m, "ValueLaw", doc::ValueLaw)
      .def(pickled<ValueLaw>("ValueLaw", &ValueLawAccess::split,
                             [](auto... part) { return ValueLawAccess::join(std::move(part)...); }))
      .def_property_readonly(
          "atoms", &atoms,
          docs(doc::ValueLaw_atoms, "Read-only array of shape (n_atoms, 2): value, probability.").c_str())
      .def("cdf", for_each(&ValueLaw::cdf, "x"), py::arg("x"),
           docs(doc::ValueLaw_cdf, "An array of amounts gives an array.").c_str())
      .def("probability_above", for_each(&ValueLaw::probability_above, "x"), py::arg("x"),
           docs(doc::ValueLaw_probability_above, "An array of amounts gives an array.").c_str())
      .def("quantile", for_each(&ValueLaw::quantile, "p"), py::arg("p"),
           docs(doc::ValueLaw_quantile, "A list of shares gives an array.").c_str())
      .def("cvar", for_each(&ValueLaw::cvar, "alpha"), py::arg("alpha"),
           docs(doc::ValueLaw_cvar, "A list of shares gives an array.").c_str())
      .def_property_readonly("mean", &ValueLaw::mean, "Mean, currency.")
      .def_property_readonly("standard_deviation", &ValueLaw::standard_deviation, "Between customers, currency.")
      .def_property_readonly("std", &ValueLaw::standard_deviation, "Short for `standard_deviation`.")
      .def_property_readonly("error_in_value", &ValueLaw::error_in_value, doc::ValueLaw_error_in_value)
      .def_property_readonly("error_in_probability", &ValueLaw::error_in_probability,
                             doc::ValueLaw_error_in_probability)
      .def_property_readonly("is_exact", &ValueLaw::is_exact, doc::ValueLaw_is_exact)
      .def_property_readonly("largest_slip", &ValueLaw::largest_slip, doc::ValueLaw_largest_slip)
      .def_property_readonly("typical_slip", &ValueLaw::typical_slip,
                             "The root mean square by which amounts are off; their mean is right. Currency.")
      .def(
          "cdf_bounds",
          [](const ValueLaw& law, const NumberArgument& x) { return pair_of(law.cdf_bounds(to_number(x, "x"))); },
          py::arg("x"), docs(doc::ValueLaw_cdf_bounds, "A pair (lower, upper).").c_str())
      .def(
          "quantile_bounds",
          [](const ValueLaw& law, const NumberArgument& p) { return pair_of(law.quantile_bounds(to_number(p, "p"))); },
          py::arg("p"), docs(doc::ValueLaw_quantile_bounds, "A pair (lower, upper).").c_str())
      .def_property_readonly("definition", &ValueLaw::definition, doc::ValueLaw_definition)
      .def("__len__", [](const ValueLaw& law) { return law.atoms().size(); })
      .def("__repr__", [](const ValueLaw& law) {
        return called("ValueLaw", field("mean", law.mean()),
                      field("std", law.standard_deviation()) + ": " + law.definition());
      });

  define(m, "value_law", &ask_value_law, py::arg("value"), py::arg("start") = py::none(), py::kw_only(),
         LawKeywords::arguments(),
         docs(doc::value_law, doc::file_value_law, parameters({"value : LifetimeValue", start_text, LawKeywords::text}),
              rest_of_law));

  py::class_<BoundValue> value(m.attr("LifetimeValue"));
  define(value, "quantile", &quantile_of_value, py::arg("p"), py::kw_only(), LawKeywords::arguments(),
         docs(doc::value_quantile,
              parameters({"p : float\n    A share between 0 and 1, both excluded.", LawKeywords::text}),
              returns("StateValues\n    The quantile per state, currency.")));
}

}  // namespace sojourn::python
