// Python functions as answers, and what comes back in the form in which they answer.
#pragma once

#include <optional>
#include <vector>

#include "sojourn/trust/uncertainty.hpp"
#include "support/arguments.hpp"
#include "value/bound_value.hpp"

SOJOURN_ARGUMENT(FitOrValueArgument, "FitResult | LifetimeValue");
SOJOURN_ARGUMENT(AnswerArgument, "Callable[[Chain], object] | Callable[[Chain, Rewards], object]");

namespace sojourn::python {

inline constexpr Words<FailedDraws> failed_draws = {{"refuse", FailedDraws::refuse}, {"drop", FailedDraws::drop}};

// What an answer looks like in Python: a number, values per state, or an array.
struct Form {
  std::optional<StateSpace> states;
  std::vector<py::ssize_t> shape;

  bool operator==(const Form&) const = default;

  py::object write(const Vector& numbers) const {
    if (states) return py::cast(StateValues(*states, numbers));
    if (shape.empty()) return py::float_(numbers[0]);
    return copy(numbers).attr("reshape")(py::cast(shape));
  }
};

struct BoundUncertain {
  Uncertain answer;
  Form form;
};

// A Python function as an answer. What it raises for the fitted chain is passed on as it is; a ValueError later means
// that this draw has no answer.
class PythonAnswer {
 public:
  PythonAnswer(py::object function, bool draws_may_fail);

  Answer answer() {
    return [this](const Chain& chain, const Rewards& rewards) { return ask(chain, rewards); };
  }
  const Form& form() const { return *form_; }

 private:
  Vector ask(const Chain& chain, const Rewards& rewards);
  Vector read(const py::object& result);

  py::object function_;
  bool wants_rewards_;
  bool draws_may_fail_;
  std::optional<Form> form_;
};

// The fit that is asked, for which an answer must be said.
const FitResult& fit_of(py::handle object, const char* where, const AnswerArgument& answer);
// The value behind the argument, for which no answer need be said.
const LifetimeValue* value_of(py::handle object, const char* where, const AnswerArgument& answer);

inline constexpr const char* answer_text = R"(answer : function of (chain) or (chain, rewards)
    Returns a number, StateValues or an array, always of one shape; the result has the same form. Not needed for a
    LifetimeValue, which is its own answer (and much faster: many systems are solved at a time).)";

inline constexpr const char* uncertain_text = R"(Uncertain
    `estimate`, `mean`, `standard_error`, `interval(level)`, `draws`; in the form of the answer.)";

inline constexpr const char* draws_text = R"(seed : int
    From 0 to 2^64 - 1. The result is a function of it alone.
failed : {"refuse", "drop"}
    What to do with draws for which the answer raises ValueError or is not finite: an error with the sentence of the
    first, or leave them out and count them in `n_failed`.)";

}  // namespace sojourn::python
