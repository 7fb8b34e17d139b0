#include "sojourn/trust/test_result.hpp"

#include "docs/trust/test_result.hpp"
#include "support/columns.hpp"
#include "trust/bound_tests.hpp"
#include "trust/pickled_parts.hpp"

namespace sojourn::python {

namespace {

py::dict fields_of(const TestResult& r) {
  py::dict out;
  out["question"] = r.question;
  out["method"] = r.method;
  out["statistic"] = r.statistic;
  out["degrees_of_freedom"] = r.degrees_of_freedom;
  out["p_value"] = r.p_value;
  out["moves"] = r.moves;
  out["cells"] = r.cells;
  out["sparse_cells"] = r.sparse_cells;
  out["effect"] = r.effect;
  out["effect_by_chance"] = r.effect_by_chance;
  return out;
}

}  // namespace

py::dict results_table(const std::vector<TestResult>& results) {
  return columns_of(results, "question", &TestResult::question, "method", &TestResult::method, "statistic",
                    &TestResult::statistic, "degrees_of_freedom", &TestResult::degrees_of_freedom, "p_value",
                    &TestResult::p_value, "moves", &TestResult::moves, "cells", &TestResult::cells, "sparse_cells",
                    &TestResult::sparse_cells, "effect", &TestResult::effect, "effect_by_chance",
                    &TestResult::effect_by_chance);
}

void bind_test_result(py::module_& m) {
  py::class_<TestResult>(m, "TestResult", doc::TestResult)
      .def(pickled_by_fields<TestResult>("TestResult", &TestResult::question, &TestResult::method,
                                         &TestResult::statistic, &TestResult::degrees_of_freedom, &TestResult::p_value,
                                         &TestResult::moves, &TestResult::cells, &TestResult::sparse_cells,
                                         &TestResult::effect, &TestResult::effect_by_chance))
      .def_readonly("question", &TestResult::question, doc::TestResult_question)
      .def_readonly("method", &TestResult::method, doc::TestResult_method)
      .def_readonly("statistic", &TestResult::statistic, doc::TestResult_statistic)
      .def_readonly("degrees_of_freedom", &TestResult::degrees_of_freedom, doc::TestResult_degrees_of_freedom)
      .def_readonly("p_value", &TestResult::p_value, doc::TestResult_p_value)
      .def_readonly("moves", &TestResult::moves, doc::TestResult_moves)
      .def_readonly("cells", &TestResult::cells, doc::TestResult_cells)
      .def_readonly("sparse_cells", &TestResult::sparse_cells, doc::TestResult_sparse_cells)
      .def_readonly("effect", &TestResult::effect, doc::TestResult_effect)
      .def_readonly("effect_by_chance", &TestResult::effect_by_chance, doc::TestResult_effect_by_chance)
      .def("sentence", &TestResult::sentence, doc::TestResult_sentence)
      .def("to_dict", &fields_of, "Field name → value.")
      .def("__str__", &TestResult::sentence)
      .def("__repr__", [](const TestResult& r) { return called("TestResult", short_of(r)); });

  m.def("p_value_text", &p_value_text, py::arg("p_value"), doc::p_value_text);
}

}  // namespace sojourn::python
