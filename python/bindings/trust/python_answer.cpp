#include "trust/python_answer.hpp"

#include <string>
#include <utility>

namespace sojourn::python {

namespace {

// Takes (chain, rewards) rather than the chain alone: says its signature, where it has one.
bool wants_rewards(const py::object& answer) {
  if (!PyCallable_Check(answer.ptr()))
    throw py::type_error("answer: expected a function of (chain) or (chain, rewards), found " + type_name(answer));
  const py::module_ inspect = py::module_::import("inspect");
  py::object signature;
  try {
    signature = inspect.attr("signature")(answer);
  } catch (py::error_already_set& error) {
    if (!error.matches(PyExc_ValueError) && !error.matches(PyExc_TypeError)) throw;
    return false;
  }
  const py::object parameter = inspect.attr("Parameter");
  int needed = 0;
  for (const py::handle one : signature.attr("parameters").attr("values")()) {
    const py::object kind = one.attr("kind");
    if (kind.is(parameter.attr("VAR_POSITIONAL"))) return true;
    const bool positional =
        kind.is(parameter.attr("POSITIONAL_ONLY")) || kind.is(parameter.attr("POSITIONAL_OR_KEYWORD"));
    if (positional && one.attr("default").is(parameter.attr("empty"))) ++needed;
  }
  if (needed > 2)
    throw py::type_error("answer: expected a function of (chain) or (chain, rewards), found one of " +
                         std::to_string(needed) + " arguments");
  return needed == 2;
}

// The numbers that came back, and their shape.
std::pair<Vector, Form> numbers_of(const py::object& result) {
  Form form;
  if (py::isinstance<StateValues>(result)) {
    const auto& values = result.cast<const StateValues&>();
    form.states = values.states();
    return {values.vector(), form};
  }
  const bool is_text = py::isinstance<py::str>(result) || result.is_none() || py::isinstance<py::dict>(result);
  py::array array;
  if (!is_text) {
    try {
      array = py::module_::import("numpy").attr("asarray")(result);
    } catch (py::error_already_set& error) {
      if (!error.matches(PyExc_ValueError) && !error.matches(PyExc_TypeError)) throw;
    }
  }
  const char kind = array ? array.dtype().kind() : 'O';
  if (is_text || (kind != 'f' && kind != 'i' && kind != 'u' && kind != 'b'))
    throw py::type_error("answer: expected a number, StateValues or an array of numbers back, found " +
                         type_name(result));
  if (array.size() == 0) throw py::value_error("answer: expected at least one number back, found none");
  const auto plain = py::array_t<double, py::array::c_style | py::array::forcecast>::ensure(array);
  form.shape.assign(plain.shape(), plain.shape() + plain.ndim());
  return {Eigen::Map<const Vector>(plain.data(), plain.size()), form};
}

}  // namespace

PythonAnswer::PythonAnswer(py::object function, bool draws_may_fail)
    : function_(std::move(function)), wants_rewards_(wants_rewards(function_)), draws_may_fail_(draws_may_fail) {}

Vector PythonAnswer::ask(const Chain& chain, const Rewards& rewards) {
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  py::object result;
  try {
    result = wants_rewards_ ? function_(chain, rewards) : function_(chain);
  } catch (py::error_already_set& error) {
    if (!form_ || !draws_may_fail_ || !error.matches(PyExc_ValueError)) throw;
    throw std::domain_error(std::string(py::str(error.value())));
  }
  return read(result);
}

Vector PythonAnswer::read(const py::object& result) {
  auto [numbers, form] = numbers_of(result);
  if (!form_) form_ = form;
  if (!(*form_ == form))
    throw py::value_error("answer: what came back for one chain is not of the same kind and shape as before");
  return numbers;
}

const FitResult& fit_of(py::handle object, const char* where, const AnswerArgument& answer) {
  const FitResult* fit = to_fit(object);
  if (!fit)
    throw py::type_error(std::string(where) + ": expected a FitResult or a LifetimeValue of one, found " +
                         type_name(object));
  if (answer.is_none())
    throw py::type_error(std::string(where) +
                         ": answer: say what to ask of the chains, a function of (chain) or (chain, rewards)");
  return *fit;
}

const LifetimeValue* value_of(py::handle object, const char* where, const AnswerArgument& answer) {
  if (!py::isinstance<BoundValue>(object)) return nullptr;
  if (!answer.is_none())
    throw py::type_error(std::string(where) +
                         ": answer: a LifetimeValue is asked for itself; for another answer pass its fit");
  return &object.cast<const BoundValue&>().value;
}

}  // namespace sojourn::python
