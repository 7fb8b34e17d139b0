#include "sojourn/value/value_moments.hpp"

#include "docs.hpp"
#include "support/arguments.hpp"
#include "support/pickling.hpp"
#include "value/bound_value.hpp"

namespace sojourn::python {

namespace {

ValueMoments ask(const BoundValue& value) {
  const py::gil_scoped_release release;
  return value_moments(value.value);
}

// The moments with the law that a question takes when no start is said.
struct BoundMoments {
  ValueMoments moments;
  BoundValue value;
};

template <class Member>
auto of_moments(Member member) {
  return [member](const BoundMoments& self) { return (self.moments.*member)(); };
}

}  // namespace

void bind_value_moments(py::module_& m) {
  py::class_<StartMoments>(m, "StartMoments", doc::StartMoments)
      .def_readonly("mean", &StartMoments::mean, "Currency.")
      .def_readonly("variance", &StartMoments::variance, "Currency squared.")
      .def_readonly("third_central", &StartMoments::third_central, "Currency cubed.")
      .def_readonly("fourth_central", &StartMoments::fourth_central, "Currency to the fourth.")
      .def_property_readonly("standard_deviation", &StartMoments::standard_deviation, "Between customers, currency.")
      .def_property_readonly("std", &StartMoments::standard_deviation, "Short for `standard_deviation`.")
      .def_property_readonly("skewness", &StartMoments::skewness, doc::StartMoments_skewness)
      .def_property_readonly("excess_kurtosis", &StartMoments::excess_kurtosis, doc::StartMoments_excess_kurtosis)
      .def(
          "raw",
          [](const StartMoments& self, const ArrayArgument& k) { return self.raw(static_cast<int>(to_index(k, "k"))); },
          py::arg("k"), doc::StartMoments_raw)
      .def(pickled_by_fields<StartMoments>("StartMoments", &StartMoments::mean, &StartMoments::variance,
                                           &StartMoments::third_central, &StartMoments::fourth_central))
      .def("__repr__", [](const StartMoments& self) {
        return "StartMoments(mean=" + std::string(py::repr(py::float_(self.mean))) +
               ", std=" + std::string(py::repr(py::float_(self.standard_deviation()))) + ")";
      });

  py::class_<BoundMoments>(m, "ValueMoments", doc::ValueMoments)
      .def_property_readonly("mean", of_moments(&ValueMoments::mean), "Currency.")
      .def_property_readonly("variance", of_moments(&ValueMoments::variance), "Currency squared.")
      .def_property_readonly("third_central", of_moments(&ValueMoments::third_central), "Currency cubed.")
      .def_property_readonly("fourth_central", of_moments(&ValueMoments::fourth_central), "Currency to the fourth.")
      .def_property_readonly("standard_deviation", of_moments(&ValueMoments::standard_deviation),
                             doc::ValueMoments_standard_deviation)
      .def_property_readonly("std", of_moments(&ValueMoments::standard_deviation), "Short for `standard_deviation`.")
      .def_property_readonly("skewness", of_moments(&ValueMoments::skewness), doc::ValueMoments_skewness)
      .def_property_readonly("excess_kurtosis", of_moments(&ValueMoments::excess_kurtosis),
                             doc::ValueMoments_excess_kurtosis)
      .def(
          "raw",
          [](const BoundMoments& self, const ArrayArgument& k) {
            return self.moments.raw(static_cast<int>(to_index(k, "k")));
          },
          py::arg("k"), doc::ValueMoments_raw)
      .def(
          "from_start",
          [](const BoundMoments& self, const LawArgument& start) {
            return self.moments.from_start(self.value.start_law(start));
          },
          py::arg("start") = py::none(),
          docs(doc::ValueMoments_from_start, R"(Parameters
----------
start : str, dict {state: probability} or array_like of shape (n_states,), optional
    Without it the observed first states of a fit, or the first state of a chain.

Returns
-------
StartMoments
    `mean`, `variance`, `std`, `skewness`, `excess_kurtosis`, `raw(k)`.)")
              .c_str())
      .def(pickled<BoundMoments>(
          "ValueMoments", [](const BoundMoments& self) { return std::tie(self.value); },
          [](const BoundValue& value) { return BoundMoments{ask(value), value}; }))
      .def("__repr__", [](const BoundMoments& self) {
        return "ValueMoments(" + std::to_string(self.moments.mean().size()) + " states)";
      });

  m.def(
      "value_moments", [](const BoundValue& value) { return BoundMoments{ask(value), value}; }, py::arg("value"),
      docs((std::string(doc::value_moments) + "\n\n" + doc::file_value_moments).c_str(), R"(Parameters
----------
value : LifetimeValue

Returns
-------
ValueMoments
    `mean`, `variance`, `third_central`, `fourth_central`, `std`, `skewness` and `excess_kurtosis` per state; `raw(k)`;
    `from_start(start)`.

Examples
--------
>>> chain = Chain(["active", "churn"], [[0.75, 0.25], [0.0, 1.0]], period="year")
>>> value_moments(lifetime_value(chain, {"active": 10.0}, discount_factor=1)).variance["active"]
1200.0)")
          .c_str());
  py::class_<BoundValue>(m.attr("LifetimeValue"))
      .def_property_readonly(
          "skewness", [](const BoundValue& self) { return ask(self).skewness(); }, doc::ValueMoments_skewness)
      .def_property_readonly(
          "excess_kurtosis", [](const BoundValue& self) { return ask(self).excess_kurtosis(); },
          doc::ValueMoments_excess_kurtosis);
}

}  // namespace sojourn::python
