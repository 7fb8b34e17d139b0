#include "sojourn/simulation/simulated_value.hpp"

#include "docs/simulation/simulated_value.hpp"
#include "simulation/simulated_value_access.hpp"
#include "support/arguments.hpp"

namespace sojourn::python {

namespace {

using Access = SimulatedValueAccess;

constexpr const char* parameters_of_simulated = R"(Parameters
----------
values : array_like of shape (customers,)
    Value of each customer, currency; at least one, every one finite.
first_customer : int
    Number of the first of them; the others follow.

Examples
--------
>>> part = SimulatedValue([10.0, 30.0])
>>> whole = part + SimulatedValue([20.0], first_customer=2)
>>> whole.mean, whole.quantile(0.5), whole.summary().rank_error()
(20.0, 20.0, 0.0))";

template <class T>
py::array_t<T> to_array(const std::vector<T>& list) {
  return py::array_t<T>(static_cast<py::ssize_t>(list.size()), list.data());
}

template <class T>
std::vector<T> to_list(const py::handle& object) {
  const auto array = object.cast<py::array_t<T, py::array::c_style | py::array::forcecast>>();
  return {array.data(), array.data() + array.size()};
}

std::string shown_moment(const SimulatedValue& value, double (SimulatedValue::*moment)() const) {
  try {
    return py::repr(py::float_((value.*moment)()));
  } catch (const std::domain_error&) {
    return "too large";
  }
}

py::object quantile(const SimulatedValue& value, const ArrayArgument& p) {
  const py::array shares = py::module_::import("numpy").attr("asarray")(p);
  if (shares.ndim() == 0) return py::float_(value.quantile(to_number(p, "p")));
  const Vector all = to_vector(p, "p");
  return to_array(released([&] { return value.quantiles({all.data(), static_cast<std::size_t>(all.size())}); }));
}

SimulatedValue merged(const py::iterable& parts) {
  std::vector<SimulatedValue> list;
  for (const py::handle part : parts)
    list.push_back(to_instance<SimulatedValue>(part, "parts", "values of the class SimulatedValue"));
  return released([&] { return SimulatedValue::merge(list); });
}

py::tuple state_of(const SimulatedValue& value) {
  const Access::Fields& fields = Access::fields(value);
  return py::make_tuple(fields.has_values, to_array(fields.ranges), to_array(fields.values), to_array(fields.blocks),
                        fields.bins.level, to_array(fields.bins.bins));
}

SimulatedValue from_state(const py::tuple& fields) {
  if (fields.size() != 6) throw py::value_error("SimulatedValue: this pickle is of another version");
  return Access::make({.has_values = fields[0].cast<bool>(),
                       .ranges = to_list<Access::Range>(fields[1]),
                       .values = to_list<double>(fields[2]),
                       .blocks = to_list<Access::Moments>(fields[3]),
                       .bins = {.level = fields[4].cast<int>(), .bins = to_list<Access::Bin>(fields[5])}});
}

}  // namespace

void bind_simulated_value(py::module_& m) {
  PYBIND11_NUMPY_DTYPE(Access::Range, first, end);
  PYBIND11_NUMPY_DTYPE(Access::Moments, mean, squares);
  PYBIND11_NUMPY_DTYPE(Access::Bin, key, count, low, high);

  py::class_<SimulatedValue>(m, "SimulatedValue", docs(doc::SimulatedValue, parameters_of_simulated).c_str())
      .def(py::init([](const ArrayArgument& values, const WholeArgument& first_customer) {
             const Vector all = to_vector(values, "values");
             return SimulatedValue(to_index(first_customer, "first_customer"),
                                   std::vector<double>(all.data(), all.data() + all.size()));
           }),
           py::arg("values"), py::kw_only(), py::arg("first_customer") = 0)
      .def_property_readonly("customers", &SimulatedValue::customers, doc::SimulatedValue_customers)
      .def_property_readonly("mean", &SimulatedValue::mean, doc::SimulatedValue_mean)
      .def_property_readonly("standard_deviation", &SimulatedValue::standard_deviation,
                             doc::SimulatedValue_standard_deviation)
      .def_property_readonly("std", &SimulatedValue::standard_deviation, "Short for `standard_deviation`.")
      .def_property_readonly("standard_error", &SimulatedValue::standard_error, doc::SimulatedValue_standard_error)
      .def("quantile", &quantile, py::arg("p"),
           docs(doc::SimulatedValue_quantile, "A list of shares gives an array.").c_str())
      .def(
          "quantile_bounds",
          [](const SimulatedValue& value, const ArrayArgument& p) {
            const QuantileBounds bounds = value.quantile_bounds(to_number(p, "p"));
            return py::make_tuple(bounds.low, bounds.high);
          },
          py::arg("p"), docs(doc::SimulatedValue_quantile_bounds, "As a pair (low, high), currency.").c_str())
      .def(
          "rank_error",
          [](const SimulatedValue& value, const NumberArgument& p) {
            return p.is_none() ? value.rank_error() : value.rank_error(to_number(p, "p"));
          },
          py::arg("p") = py::none(), doc::SimulatedValue_rank_error)
      .def_property_readonly("has_values", &SimulatedValue::has_values, doc::SimulatedValue_has_values)
      .def_property_readonly(
          "values",
          [](const py::object& self) {
            const auto values = self.cast<const SimulatedValue&>().values();
            return read_only({static_cast<py::ssize_t>(values.size())}, values.data(), self);
          },
          docs(doc::SimulatedValue_values, "Read-only array of shape (customers,).").c_str())
      .def("summary", &SimulatedValue::summary, py::call_guard<py::gil_scoped_release>(), doc::SimulatedValue_summary)
      .def_static("merge", &merged, py::arg("parts"), doc::SimulatedValue_merge)
      .def(
          "__add__", [](const SimulatedValue& a, const SimulatedValue& b) { return a + b; }, py::is_operator(),
          py::call_guard<py::gil_scoped_release>(), "All customers of both, whose numbers must differ.")
      .def(
          "__radd__",
          [](const py::object& self, py::handle other) -> py::object {
            if (py::isinstance<py::int_>(other) && other.equal(py::int_(0))) return self;
            return py::reinterpret_borrow<py::object>(Py_NotImplemented);
          },
          "Zero plus a value is that value, so that `sum` adds parts.")
      .def(
          "__eq__", [](const SimulatedValue& a, const SimulatedValue& b) { return a == b; }, py::is_operator())
      .def("__repr__",
           [](const SimulatedValue& value) {
             return "SimulatedValue(mean=" + shown_moment(value, &SimulatedValue::mean) +
                    ", std=" + shown_moment(value, &SimulatedValue::standard_deviation) + ", " +
                    std::to_string(value.customers()) + (value.has_values() ? " customers)" : " customers, summary)");
           })
      .def(py::pickle(&state_of, &from_state));
}

}  // namespace sojourn::python
