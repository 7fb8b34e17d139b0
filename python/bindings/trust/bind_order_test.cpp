#include "sojourn/trust/order_test.hpp"

#include "docs/trust/fit_tests.hpp"
#include "docs/trust/order_test.hpp"
#include "support/parameters.hpp"
#include "trust/bound_tests.hpp"
#include "trust/pickled_parts.hpp"
#include "trust/test_keywords.hpp"

namespace sojourn::python {

namespace {

std::vector<TestResult> results_of_steps(const OrderTest& test) {
  std::vector<TestResult> results;
  for (const RowsTest& step : test.steps) results.push_back(step.overall);
  return results;
}

OrderTest ask_order_test(const LabelledJourneys& of, const WholeArgument& max_order, const TestKeywords& test,
                         const ValueArgument& value) {
  auto options = test.read<OrderTestOptions>();
  options.value = to_value(value);
  options.max_order = to_index(max_order, "max_order");
  return released([&] { return order_test(of.journeys, options); });
}

}  // namespace

void bind_order_test(py::module_& m) {
  py::class_<OrderTest>(m, "OrderTest", doc::OrderTest)
      .def(pickled_by_fields<OrderTest>("OrderTest", &OrderTest::steps))
      .def_readonly("steps", &OrderTest::steps, doc::OrderTest_steps)
      .def(
          "order",
          [](const OrderTest& test, const NumberArgument& level) { return test.order(to_number(level, "level")); },
          py::arg("level") = 0.05, doc::OrderTest_order)
      .def("sentence", &OrderTest::sentence, doc::OrderTest_sentence)
      .def(
          "to_dict", [](const OrderTest& test) { return results_table(results_of_steps(test)); },
          "A table, one row per step; each column a NumPy array.")
      .def("__str__", &OrderTest::sentence)
      .def("__repr__", [](const OrderTest& test) {
        std::vector<double> p_values;
        for (const RowsTest& step : test.steps) p_values.push_back(step.overall.p_value);
        return called("OrderTest", field("p_values", p_values));
      });

  const OrderTestOptions defaults;
  define(m, "order_test", &ask_order_test, py::arg("journeys"), py::kw_only(),
         py::arg("max_order") = defaults.max_order, TestKeywords::arguments(defaults), py::arg("value") = py::none(),
         docs(doc::order_test, doc::file_fit_tests,
              parameters({journeys_text, "max_order : int\n    States that the longest context holds, at least 1.",
                          TestKeywords::text(), value_text}),
              returns("OrderTest\n    `steps`, each a RowsTest; `order(level)`, the lowest order that is enough.")));
}

}  // namespace sojourn::python
