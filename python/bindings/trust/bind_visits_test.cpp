#include "sojourn/trust/visits_test.hpp"

#include "docs/trust/visits_test.hpp"
#include "support/parameters.hpp"
#include "trust/test_keywords.hpp"

namespace sojourn::python {

namespace {

RowsTest ask_visits_test(const LabelledJourneys& of, const WholeArgument& groups, const TestKeywords& test,
                         const ValueArgument& value) {
  auto options = test.read<VisitsTestOptions>();
  options.value = to_value(value);
  options.groups = to_index(groups, "groups");
  return released([&] { return visits_test(of.journeys, options); });
}

}  // namespace

void bind_visits_test(py::module_& m) {
  const VisitsTestOptions defaults;
  define(m, "visits_test", &ask_visits_test, py::arg("journeys"), py::kw_only(), py::arg("groups") = defaults.groups,
         TestKeywords::arguments(defaults), py::arg("value") = py::none(),
         docs(doc::visits_test,
              parameters({journeys_text,
                          "groups : int\n    For the 1st, 2nd, … time; the last group holds all later times too.",
                          TestKeywords::text(), value_text}),
              returns("RowsTest")));
}

}  // namespace sojourn::python
