#include "sojourn/value/value_moments.hpp"

#include "docs/value/value_moments.hpp"
#include "support/members.hpp"
#include "support/parameters.hpp"
#include "support/pickling.hpp"
#include "support/shown.hpp"
#include "value/bound_value.hpp"

namespace sojourn::python {

namespace {

ValueMoments ask_value_moments(const BoundValue& value) {
  return released([&] { return value_moments(value.value); });
}

// The moments with the law that a question takes when no start is said.
struct BoundMoments {
  ValueMoments moments;
  BoundValue value;
};

template <class T>
auto of_moments(T ValueMoments::* member) {
  return member_of(&BoundMoments::moments, member);
}

void bind_start_moments(py::module_& m) {
  py::class_<StartMoments>(m, "StartMoments", doc::StartMoments)
      .def(pickled_by_fields<StartMoments>("StartMoments", &StartMoments::mean, &StartMoments::variance,
                                           &StartMoments::third_central, &StartMoments::fourth_central))
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
          [](const StartMoments& self, const WholeArgument& k) { return self.raw(static_cast<int>(to_index(k, "k"))); },
          py::arg("k"), doc::StartMoments_raw)
      .def("__repr__", [](const StartMoments& self) {
        return called("StartMoments", field("mean", self.mean), field("std", self.standard_deviation()));
      });
}

}  // namespace

void bind_value_moments(py::module_& m) {
  bind_start_moments(m);
  py::class_<BoundMoments>(m, "ValueMoments", doc::ValueMoments)
      .def(pickled<BoundMoments>(
          "ValueMoments", [](const BoundMoments& self) { return std::tie(self.value); },
          [](const BoundValue& value) { return BoundMoments{ask_value_moments(value), value}; }))
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
          [](const BoundMoments& self, const WholeArgument& k) {
            return self.moments.raw(static_cast<int>(to_index(k, "k")));
          },
          py::arg("k"), doc::ValueMoments_raw)
      .def(
          "from_start",
          [](const BoundMoments& self, const LawArgument& start) {
            return self.moments.from_start(self.value.start_law(start));
          },
          py::arg("start") = py::none(),
          docs(doc::ValueMoments_from_start, parameters({start_text}),
               returns("StartMoments\n    `mean`, `variance`, `std`, `skewness`, `excess_kurtosis`, `raw(k)`."))
              .c_str())
      .def("__repr__", [](const BoundMoments& self) {
        return "ValueMoments(" + std::to_string(self.moments.mean().size()) + " states)";
      });

  m.def(
      "value_moments", [](const BoundValue& value) { return BoundMoments{ask_value_moments(value), value}; },
      py::arg("value"),
      docs(doc::value_moments, doc::file_value_moments, R"(Parameters
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
          "skewness", [](const BoundValue& self) { return ask_value_moments(self).skewness(); },
          doc::ValueMoments_skewness)
      .def_property_readonly(
          "excess_kurtosis", [](const BoundValue& self) { return ask_value_moments(self).excess_kurtosis(); },
          doc::ValueMoments_excess_kurtosis);
}

}  // namespace sojourn::python
