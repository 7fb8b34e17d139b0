#include "sojourn/market/reputation_fit.hpp"

#include "docs/market/reputation_fit.hpp"
#include "market/pickled_parts.hpp"
#include "support/keywords.hpp"
#include "support/shown.hpp"

SOJOURN_ARGUMENT(PeriodsColumnArgument, "ArrayLike | None");

namespace sojourn::python {

namespace {

Vector optional_column(const PeriodsColumnArgument& given, const char* argument) {
  return given.is_none() ? Vector() : to_vector(given, argument);
}

ReputationFit ask_reputation_fit(const ArrayArgument& searchers, const ArrayArgument& conversions,
                                 const PeriodsColumnArgument& reputation, const PeriodsColumnArgument& good,
                                 const PeriodsColumnArgument& bad, const NumberArgument& retention,
                                 const NumberArgument& prior_good, const NumberArgument& prior_bad,
                                 const NumberArgument& reference) {
  const ReputationPeriods periods{.searchers = to_vector(searchers, "searchers"),
                                  .conversions = to_vector(conversions, "conversions"),
                                  .reputation = optional_column(reputation, "reputation"),
                                  .good = optional_column(good, "good"),
                                  .bad = optional_column(bad, "bad")};
  ReputationFitOptions options{.retention = to_number(retention, "retention"),
                               .prior_good = to_number(prior_good, "prior_good"),
                               .prior_bad = to_number(prior_bad, "prior_bad")};
  if (!reference.is_none()) options.reference = to_number(reference, "reference");
  return released([&] { return fit_reputation(periods, options); });
}

void bind_fit(py::module_& m) {
  py::class_<ReputationFit>(m, "ReputationFit", doc::ReputationFit)
      .def(pickled_by_fields<ReputationFit>(
          "ReputationFit", &ReputationFit::law, &ReputationFit::standard_error, &ReputationFit::probability,
          &ReputationFit::log_odds_error, &ReputationFit::deviance, &ReputationFit::null_deviance,
          &ReputationFit::p_value, &ReputationFit::dispersion, &ReputationFit::dispersion_p,
          &ReputationFit::is_overdispersed, &ReputationFit::n_periods, &ReputationFit::degrees_of_freedom,
          &ReputationFit::searchers, &ReputationFit::conversions, &ReputationFit::lowest_reputation,
          &ReputationFit::highest_reputation))
      .def_readonly("law", &ReputationFit::law, doc::ReputationFit_law)
      .def_readonly("standard_error", &ReputationFit::standard_error, doc::ReputationFit_standard_error)
      .def_readonly("probability", &ReputationFit::probability, doc::ReputationFit_probability)
      .def_readonly("log_odds_error", &ReputationFit::log_odds_error, doc::ReputationFit_log_odds_error)
      .def_readonly("deviance", &ReputationFit::deviance, "Of the fit.")
      .def_readonly("null_deviance", &ReputationFit::null_deviance, "With no effect of reputation.")
      .def_readonly("p_value", &ReputationFit::p_value, doc::ReputationFit_p_value)
      .def_readonly("dispersion", &ReputationFit::dispersion, doc::ReputationFit_dispersion)
      .def_readonly("dispersion_p", &ReputationFit::dispersion_p, doc::ReputationFit_dispersion_p)
      .def_readonly("is_overdispersed", &ReputationFit::is_overdispersed, doc::ReputationFit_is_overdispersed)
      .def_readonly("n_periods", &ReputationFit::n_periods, doc::ReputationFit_n_periods)
      .def_readonly("degrees_of_freedom", &ReputationFit::degrees_of_freedom, doc::ReputationFit_degrees_of_freedom)
      .def_readonly("searchers", &ReputationFit::searchers, "People who searched.")
      .def_readonly("conversions", &ReputationFit::conversions, "Of these, people who went on.")
      .def_readonly("lowest_reputation", &ReputationFit::lowest_reputation, "Met by any searcher.")
      .def_readonly("highest_reputation", &ReputationFit::highest_reputation, "Met by any searcher.")
      .def(
          "sensitivity_interval",
          [](const ReputationFit& self, const NumberArgument& level) {
            return self.sensitivity_interval(to_number(level, "level"));
          },
          py::arg("level"), doc::ReputationFit_sensitivity_interval)
      .def(
          "probability_interval",
          [](const ReputationFit& self, const NumberArgument& level) {
            return self.probability_interval(to_number(level, "level"));
          },
          py::arg("level"), doc::ReputationFit_probability_interval)
      .def(
          "can_tell",
          [](const ReputationFit& self, const NumberArgument& level) {
            return self.can_tell(to_number(level, "level"));
          },
          py::arg("level") = 0.05, doc::ReputationFit_can_tell)
      .def("detectable_sensitivity", &ReputationFit::detectable_sensitivity, doc::ReputationFit_detectable_sensitivity)
      .def("notes", &ReputationFit::notes, doc::ReputationFit_notes)
      .def_property_readonly("definition", &ReputationFit::definition, doc::ReputationFit_definition)
      .def("__str__", &notes_of<ReputationFit>)
      .def("__repr__", [](const ReputationFit& self) {
        return called("ReputationFit", field("sensitivity", self.law.sensitivity),
                      field("standard_error", self.standard_error), field("probability", self.probability),
                      field("reference", self.law.reference), field("p_value", self.p_value));
      });
}

}  // namespace

void bind_reputation_fit(py::module_& m) {
  py::class_<NumberInterval>(m, "NumberInterval", doc::NumberInterval)
      .def(pickled_by_fields<NumberInterval>("NumberInterval", &NumberInterval::level, &NumberInterval::lower,
                                             &NumberInterval::upper))
      .def_readonly("level", &NumberInterval::level, "As it was asked for.")
      .def_readonly("lower", &NumberInterval::lower, "Lower end, in the unit of the number.")
      .def_readonly("upper", &NumberInterval::upper, "Upper end, in the unit of the number.")
      .def("__repr__", [](const NumberInterval& self) {
        return called("NumberInterval", field("level", self.level), field("lower", self.lower),
                      field("upper", self.upper));
      });
  bind_fit(m);

  const ReputationFitOptions defaults;
  m.def("fit_reputation", &ask_reputation_fit, py::arg("searchers"), py::arg("conversions"), py::kw_only(),
        py::arg("reputation") = py::none(), py::arg("good") = py::none(), py::arg("bad") = py::none(),
        py::arg("retention") = defaults.retention, py::arg("prior_good") = defaults.prior_good,
        py::arg("prior_bad") = defaults.prior_bad, py::arg("reference") = py::none(),
        docs(doc::fit_reputation, R"(Parameters
----------
searchers, conversions : array_like of shape (n_periods,)
    People who searched in each period, in order of time, and how many of them went on.
reputation : array_like of shape (n_periods,), optional
    Share of good experiences that they met, in [0, 1].
good, bad : array_like of shape (n_periods,), optional
    Instead: experiences shared in each period, from which the reputation is made by the law.
retention, prior_good, prior_bad : float
    Of that law; see `ReputationLaw`.
reference : float, optional
    ρ₀ in [0, 1]; without it the mean reputation that searchers met.

Returns
-------
ReputationFit
    The law with its sensitivity, errors and intervals, and what the data cannot tell.)")
            .c_str());
}

}  // namespace sojourn::python
