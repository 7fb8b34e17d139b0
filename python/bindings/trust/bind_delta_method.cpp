#include "sojourn/trust/delta_method.hpp"

#include "docs/trust/delta_method.hpp"
#include "support/parameters.hpp"
#include "trust/python_answer.hpp"

namespace sojourn::python {

namespace {

BoundUncertain ask_delta_method(const FitOrValueArgument& fit, const AnswerArgument& answer) {
  if (const LifetimeValue* value = value_of(fit, "delta_method", answer))
    return {delta_method(*value), Form{value->chain().states(), {}}};
  const FitResult& of = fit_of(fit, "delta_method", answer);
  PythonAnswer asked(answer, false);
  Uncertain found = delta_method(of, asked.answer());
  return {std::move(found), asked.form()};
}

}  // namespace

void bind_delta_method(py::module_& m) {
  m.def("delta_method", &ask_delta_method, py::arg("fit"), py::arg("answer") = py::none(),
        docs(doc::delta_method, parameters({"fit : FitResult or LifetimeValue", answer_text}), returns(uncertain_text))
            .c_str());
}

}  // namespace sojourn::python
