#include "sojourn/trust/fit_tests.hpp"

#include "docs/trust/fit_tests.hpp"
#include "support/parameters.hpp"
#include "trust/bound_tests.hpp"
#include "trust/pickled_parts.hpp"
#include "trust/test_keywords.hpp"

namespace sojourn::python {

namespace {

std::vector<TestResult> results_of_all(const FitTests& tests) {
  std::vector<TestResult> results;
  for (const RowsTest& step : tests.order.steps) results.push_back(step.overall);
  results.push_back(tests.visits.overall);
  if (tests.by_age) results.push_back(tests.by_age->overall);
  if (tests.by_calendar) results.push_back(tests.by_calendar->overall);
  if (tests.dwell) results.push_back(tests.dwell->overall);
  return results;
}

std::string printed_sentences(const FitTests& tests) {
  std::string out;
  for (const std::string& line : tests.sentences()) out += (out.empty() ? "" : "\n") + line;
  return out;
}

FitTests ask_fit_tests(const LabelledJourneys& of, const WholeArgument& max_order, const std::string& forbidden,
                       const ValueArgument& value, const NumberArgument& level, const NumberArgument& material) {
  FitTestsOptions options;
  options.max_order = to_index(max_order, "max_order");
  options.forbidden = to_choice(forbidden, "forbidden", forbidden_policies);
  options.value = to_value(value);
  options.level = to_number(level, "level");
  options.material = to_number(material, "material");
  return released([&] { return fit_tests(of.journeys, options); });
}

}  // namespace

void bind_fit_tests(py::module_& m) {
  py::class_<FitTests>(m, "FitTests", doc::FitTests)
      .def(pickled_by_fields<FitTests>("FitTests", &FitTests::order, &FitTests::criteria, &FitTests::visits,
                                       &FitTests::by_calendar, &FitTests::by_age, &FitTests::dwell, &FitTests::period,
                                       &FitTests::level, &FitTests::material))
      .def_readonly("order", &FitTests::order, "Order 0 against 1, 1 against 2, …")
      .def_readonly("criteria", &FitTests::criteria, "AIC and BIC of these orders.")
      .def_readonly("visits", &FitTests::visits, "How often the customer has been in the state.")
      .def_readonly("by_calendar", &FitTests::by_calendar, doc::FitTests_by_calendar)
      .def_readonly("by_age", &FitTests::by_age, doc::FitTests_by_age)
      .def_readonly("dwell", &FitTests::dwell, doc::FitTests_dwell)
      .def_readonly("period", &FitTests::period, doc::FitTests_period)
      .def_readonly("level", &FitTests::level, doc::FitTestsOptions_level)
      .def_readonly("material", &FitTests::material, doc::FitTestsOptions_material)
      .def("warnings", &FitTests::warnings, doc::FitTests_warnings)
      .def("sentences", &FitTests::sentences, doc::FitTests_sentences)
      .def(
          "to_dict", [](const FitTests& tests) { return results_table(results_of_all(tests)); },
          "A table, one row per test; each column a NumPy array.")
      .def("__str__", &printed_sentences)
      .def("__repr__",
           [](const FitTests& tests) { return called("FitTests", shown(tests.warnings().size()) + " warnings"); });

  const FitTestsOptions defaults;
  m.def("fit_tests", &ask_fit_tests, py::arg("journeys"), py::kw_only(), py::arg("max_order") = defaults.max_order,
        py::arg("forbidden") = to_word(defaults.forbidden, forbidden_policies), py::arg("value") = py::none(),
        py::arg("level") = defaults.level, py::arg("material") = defaults.material,
        docs(doc::fit_tests,
             parameters({journeys_text, "max_order : int\n    States that the longest context of the order test holds.",
                         forbidden_text, value_text, R"(level : float
    P-values below this are findings.
material : float
    Smallest shift of probabilities in a state, chance taken off, that is worth a warning.)"}),
             returns("FitTests\n    `warnings()`, `sentences()`; `order`, `criteria`, `visits`, `by_calendar`, "
                     "`by_age`, `dwell`."))
            .c_str());
}

}  // namespace sojourn::python
