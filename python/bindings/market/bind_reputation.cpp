#include "sojourn/market/reputation.hpp"

#include "docs/market/reputation.hpp"
#include "market/pickled_parts.hpp"
#include "market/reputation_keywords.hpp"
#include "support/each_number.hpp"
#include "support/shown.hpp"

namespace sojourn::python {

namespace {

constexpr const char* parameters_of_law = R"(Parameters
----------
retention : float
    φ in [0, 1): share of the stocks that is left after a period.
prior_good, prior_bad : float
    α and β, above 0: good and bad experiences to begin with.
sensitivity : float
    κ: log-odds of going on per unit of reputation (1 = from none good to all good).
reference : float
    ρ₀ in [0, 1]: the reputation at which the chain's own probability holds.

Raises
------
ValueError
    For a number outside its range.)";

}  // namespace

void bind_reputation(py::module_& m) {
  py::class_<ReputationLaw> law(m, "ReputationLaw",
                                docs(doc::ReputationLaw, doc::file_reputation, parameters_of_law).c_str());
  law.def(pickled_by_fields<ReputationLaw>("ReputationLaw", &ReputationLaw::retention, &ReputationLaw::prior_good,
                                           &ReputationLaw::prior_bad, &ReputationLaw::sensitivity,
                                           &ReputationLaw::reference));
  define_init(
      law, [](const ReputationKeywords& numbers) { return numbers.law(); }, py::kw_only(),
      ReputationKeywords::arguments());
  law.def_readonly("retention", &ReputationLaw::retention, doc::ReputationLaw_retention)
      .def_readonly("prior_good", &ReputationLaw::prior_good, doc::ReputationLaw_prior_good)
      .def_readonly("prior_bad", &ReputationLaw::prior_bad, doc::ReputationLaw_prior_bad)
      .def_readonly("sensitivity", &ReputationLaw::sensitivity, doc::ReputationLaw_sensitivity)
      .def_readonly("reference", &ReputationLaw::reference, doc::ReputationLaw_reference)
      .def(
          "__eq__", [](const ReputationLaw& a, const ReputationLaw& b) { return a == b; }, py::is_operator())
      .def("__repr__", [](const ReputationLaw& self) {
        return called("ReputationLaw", field("retention", self.retention), field("prior_good", self.prior_good),
                      field("prior_bad", self.prior_bad), field("sensitivity", self.sensitivity),
                      field("reference", self.reference));
      });

  m.def(
      "reputation",
      [](const ReputationLaw& law, const NumberArgument& good, const NumberArgument& bad) {
        return reputation(law, to_number(good, "good"), to_number(bad, "bad"));
      },
      py::arg("law"), py::arg("good"), py::arg("bad"), doc::reputation);
  m.def(
      "go_on_probability",
      [](const ReputationLaw& law, const NumberArgument& probability, const ArrayArgument& reputation) {
        const double p = to_number(probability, "probability");
        return each_number(reputation, "reputation", [&](double rho) { return go_on_probability(law, p, rho); });
      },
      py::arg("law"), py::arg("probability"), py::arg("reputation"),
      docs(doc::go_on_probability, "One number for a reputation, an array for an array of them.").c_str());
  m.def(
      "reputation_path",
      [](const ReputationLaw& law, const ArrayArgument& good, const ArrayArgument& bad) {
        return copy(reputation_path(law, to_vector(good, "good"), to_vector(bad, "bad")));
      },
      py::arg("law"), py::arg("good"), py::arg("bad"), doc::reputation_path);
}

}  // namespace sojourn::python
