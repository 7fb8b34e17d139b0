#include "sojourn/chain/reward_law.hpp"

#include "docs/chain/reward_law.hpp"
#include "support/members.hpp"
#include "support/pickling.hpp"

namespace sojourn::python {

namespace {

constexpr std::initializer_list<std::pair<const char*, RewardLaw::Kind>> law_kinds{
    {"fixed", RewardLaw::Kind::fixed},
    {"lognormal", RewardLaw::Kind::lognormal},
    {"gamma", RewardLaw::Kind::gamma},
    {"empirical", RewardLaw::Kind::empirical}};

RewardLaw law_of(RewardLaw::Kind kind, double mean, double standard_deviation, std::vector<double> values) {
  switch (kind) {
    case RewardLaw::Kind::lognormal:
      return RewardLaw::lognormal(mean, standard_deviation);
    case RewardLaw::Kind::gamma:
      return RewardLaw::gamma(mean, standard_deviation);
    case RewardLaw::Kind::empirical:
      return RewardLaw::empirical(std::move(values));
    case RewardLaw::Kind::fixed:
      break;
  }
  return RewardLaw::fixed(mean);
}

}  // namespace

void bind_reward_law(py::module_& m) {
  py::class_<RewardLaw>(m, "RewardLaw", docs(doc::RewardLaw, doc::file_reward_law).c_str())
      .def(pickled<RewardLaw>(
          "RewardLaw",
          [](const RewardLaw& law) {
            return std::tuple(law.kind(), law.mean(), law.standard_deviation(),
                              std::vector<double>(law.values().begin(), law.values().end()));
          },
          &law_of))
      .def_static(
          "fixed", [](const NumberArgument& amount) { return RewardLaw::fixed(to_number(amount, "amount")); },
          py::arg("amount"), doc::RewardLaw_fixed)
      .def_static(
          "lognormal",
          [](const NumberArgument& mean, const NumberArgument& standard_deviation) {
            return RewardLaw::lognormal(to_number(mean, "mean"), to_number(standard_deviation, "standard_deviation"));
          },
          py::arg("mean"), py::arg("standard_deviation"), doc::RewardLaw_lognormal)
      .def_static(
          "gamma",
          [](const NumberArgument& mean, const NumberArgument& standard_deviation) {
            return RewardLaw::gamma(to_number(mean, "mean"), to_number(standard_deviation, "standard_deviation"));
          },
          py::arg("mean"), py::arg("standard_deviation"), doc::RewardLaw_gamma)
      .def_static(
          "empirical",
          [](const AmountsArgument& values) {
            const Vector amounts = to_vector(values, "values");
            return RewardLaw::empirical({amounts.begin(), amounts.end()});
          },
          py::arg("values"), doc::RewardLaw_empirical)
      .def_property_readonly("kind", word_of(law_kinds, &RewardLaw::kind),
                             "One of 'fixed', 'lognormal', 'gamma', 'empirical'.")
      .def_property_readonly("mean", &RewardLaw::mean, doc::RewardLaw_mean)
      .def_property_readonly("standard_deviation", &RewardLaw::standard_deviation, doc::RewardLaw_standard_deviation)
      .def_property_readonly("std", &RewardLaw::standard_deviation, "Short for `standard_deviation`.")
      .def_property_readonly(
          "values",
          [](const RewardLaw& law) {
            const auto values = law.values();
            return copy(Vector(Eigen::Map<const Vector>(values.data(), static_cast<Index>(values.size()))));
          },
          doc::RewardLaw_values)
      .def(
          "draw",
          [](const RewardLaw& law, const WholeArgument& seed, const WholeArgument& customer,
             const WholeArgument& period) {
            return law.draw(to_seed(seed), to_index(customer, "customer"), to_index(period, "period"));
          },
          py::arg("seed"), py::arg("customer"), py::arg("period"), doc::RewardLaw_draw)
      .def("describe", &RewardLaw::describe, doc::RewardLaw_describe)
      .def("__eq__",
           [](const RewardLaw& self, const py::object& other) {
             return py::isinstance<RewardLaw>(other) && self == other.cast<const RewardLaw&>();
           })
      .def("__repr__", [](const RewardLaw& law) { return "RewardLaw(" + law.describe() + ")"; })
      .attr("__hash__") = py::none();
}

}  // namespace sojourn::python
