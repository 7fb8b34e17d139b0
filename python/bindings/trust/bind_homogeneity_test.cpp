#include "sojourn/trust/homogeneity_test.hpp"

#include "docs/trust/homogeneity_test.hpp"
#include "support/parameters.hpp"
#include "trust/test_keywords.hpp"

SOJOURN_ARGUMENT(OptionalPeriodArgument, "Period | str | None");

namespace sojourn::python {

namespace {

constexpr Words<Timing> timings = {{"calendar", Timing::calendar}, {"age", Timing::age}};

RowsTest ask_homogeneity_test(const LabelledJourneys& of, const std::string& by, const WholeArgument& parts,
                              const OptionalPeriodArgument& period, const TestKeywords& test,
                              const ValueArgument& value) {
  auto options = test.read<HomogeneityTestOptions>();
  options.value = to_value(value);
  options.by = to_choice(by, "by", timings);
  options.parts = to_index(parts, "parts");
  if (!period.is_none()) options.period = to_period(period, "period");
  return released([&] { return homogeneity_test(of.journeys, options); });
}

}  // namespace

void bind_homogeneity_test(py::module_& m) {
  const HomogeneityTestOptions defaults;
  define(m, "homogeneity_test", &ask_homogeneity_test, py::arg("journeys"), py::kw_only(),
         py::arg("by") = to_word(defaults.by, timings), py::arg("parts") = defaults.parts,
         py::arg("period") = py::none(), TestKeywords::arguments(defaults), py::arg("value") = py::none(),
         docs(doc::homogeneity_test,
              parameters({journeys_text, R"(by : {"calendar", "age"}
    The date of the move, or its number within the journey.
parts : int
    Parts of the log, equal in time; or ages, the last of which holds all later ones too.
period : Period or str, optional
    Calendar parts of this length instead.)",
                          TestKeywords::text(), value_text}),
              returns("RowsTest")));
}

}  // namespace sojourn::python
