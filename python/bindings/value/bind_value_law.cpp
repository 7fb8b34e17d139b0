#include "sojourn/value/value_law.hpp"

#include "docs.hpp"
#include "support/arguments.hpp"
#include "support/each_number.hpp"
#include "support/pickling.hpp"
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

ValueLawOptions to_options(py::handle error_in_value, py::handle relative_error, py::handle error_in_probability,
                           py::handle grid_points, py::handle exact_values, py::handle most_points) {
  ValueLawOptions options;
  if (!error_in_value.is_none()) options.error_in_value = to_number(error_in_value, "error_in_value");
  options.relative_error = to_number(relative_error, "relative_error");
  options.error_in_probability = to_number(error_in_probability, "error_in_probability");
  options.grid_points = to_optional_index(grid_points, "grid_points");
  options.exact_values = to_index(exact_values, "exact_values");
  options.most_points = to_index(most_points, "most_points");
  return options;
}

py::tuple pair_of(const LawBounds& bounds) {
  return py::make_tuple(bounds.lower, bounds.upper);
}

constexpr const char* options_text = R"(error_in_value : float, optional
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

}  // namespace

void bind_value_law(py::module_& m) {
  py::class_<ValueLaw>(m, "ValueLaw", doc::ValueLaw)
      .def_property_readonly(
          "atoms",
          [](const py::object& self) {
            static_assert(sizeof(ValueAtom) == 2 * sizeof(double));
            const auto& atoms = self.cast<const ValueLaw&>().atoms();
            py::array array(py::dtype::of<double>(), {static_cast<py::ssize_t>(atoms.size()), py::ssize_t{2}},
                            &atoms.front().value, self);
            array.attr("setflags")(py::arg("write") = false);
            return array;
          },
          docs(doc::ValueLaw_atoms, "Read-only array of shape (n_atoms, 2): value, probability.").c_str())
      .def(
          "cdf",
          [](const ValueLaw& law, const ArrayArgument& x) {
            return each_number(x, "x", [&](double amount) { return law.cdf(amount); });
          },
          py::arg("x"), docs(doc::ValueLaw_cdf, "An array of amounts gives an array.").c_str())
      .def(
          "probability_above",
          [](const ValueLaw& law, const ArrayArgument& x) {
            return each_number(x, "x", [&](double amount) { return law.probability_above(amount); });
          },
          py::arg("x"), docs(doc::ValueLaw_probability_above, "An array of amounts gives an array.").c_str())
      .def(
          "quantile",
          [](const ValueLaw& law, const ArrayArgument& p) {
            return each_number(p, "p", [&](double share) { return law.quantile(share); });
          },
          py::arg("p"), docs(doc::ValueLaw_quantile, "A list of shares gives an array.").c_str())
      .def(
          "cvar",
          [](const ValueLaw& law, const ArrayArgument& alpha) {
            return each_number(alpha, "alpha", [&](double share) { return law.cvar(share); });
          },
          py::arg("alpha"), docs(doc::ValueLaw_cvar, "A list of shares gives an array.").c_str())
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
      .def(pickled<ValueLaw>("ValueLaw", &ValueLawAccess::split,
                             [](auto... part) { return ValueLawAccess::join(std::move(part)...); }))
      .def("__repr__", [](const ValueLaw& law) {
        return "ValueLaw(mean=" + std::string(py::repr(py::float_(law.mean()))) +
               ", std=" + std::string(py::repr(py::float_(law.standard_deviation()))) + ": " + law.definition() + ")";
      });

  const ValueLawOptions defaults;
  m.def(
      "value_law",
      [](const BoundValue& value, const LawArgument& start, const NumberArgument& error_in_value,
         const NumberArgument& relative_error, const NumberArgument& error_in_probability,
         const WholeArgument& grid_points, const ArrayArgument& exact_values, const ArrayArgument& most_points) {
        const ValueLawOptions options =
            to_options(error_in_value, relative_error, error_in_probability, grid_points, exact_values, most_points);
        const Vector law = value.start_law(start);
        const py::gil_scoped_release release;
        return value_law(value.value, law, options);
      },
      py::arg("value"), py::arg("start") = py::none(), py::kw_only(), py::arg("error_in_value") = py::none(),
      py::arg("relative_error") = defaults.relative_error,
      py::arg("error_in_probability") = defaults.error_in_probability, py::arg("grid_points") = py::none(),
      py::arg("exact_values") = defaults.exact_values, py::arg("most_points") = defaults.most_points,
      docs((std::string(doc::value_law) + "\n\n" + doc::file_value_law).c_str(), (std::string(R"(Parameters
----------
value : LifetimeValue
start : str, dict {state: probability} or array_like of shape (n_states,), optional
    Without it the observed first states of a fit, or the first state of a chain.
)") + options_text +
                                                                                  R"(

Returns
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
20.0)")
                                                                                     .c_str())
          .c_str());
  py::class_<BoundValue>(m.attr("LifetimeValue"))
      .def(
          "quantile",
          [](const BoundValue& self, const NumberArgument& p, const NumberArgument& error_in_value,
             const NumberArgument& relative_error, const NumberArgument& error_in_probability,
             const WholeArgument& grid_points, const ArrayArgument& exact_values, const ArrayArgument& most_points) {
            const ValueLawOptions options = to_options(error_in_value, relative_error, error_in_probability,
                                                       grid_points, exact_values, most_points);
            const double share = to_number(p, "p");
            const py::gil_scoped_release release;
            return value_quantile(self.value, share, options);
          },
          py::arg("p"), py::kw_only(), py::arg("error_in_value") = py::none(),
          py::arg("relative_error") = defaults.relative_error,
          py::arg("error_in_probability") = defaults.error_in_probability, py::arg("grid_points") = py::none(),
          py::arg("exact_values") = defaults.exact_values, py::arg("most_points") = defaults.most_points,
          docs(doc::value_quantile, (std::string(R"(Parameters
----------
p : float
    A share between 0 and 1, both excluded.
)") + options_text + R"(

Returns
-------
StateValues
    The quantile per state, currency.)")
                                        .c_str())
              .c_str());
}

}  // namespace sojourn::python
