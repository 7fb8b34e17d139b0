// What Python callers may pass where the library wants a type of its own: names for states, text for periods, dicts for
// money. Every refusal opens with the name of the argument.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sojourn/chain/chain.hpp"
#include "sojourn/chain/discount.hpp"
#include "sojourn/chain/rewards.hpp"
#include "sojourn/data/event_log.hpp"
#include "sojourn/data/fit.hpp"
#include "sojourn/data/grid.hpp"

// An argument that is converted by hand; its text is the type that Python shows, with "| None" where the default is None.
#define SOJOURN_ARGUMENT(Name, text)               \
  namespace sojourn::python {                      \
  struct Name : pybind11::object {                 \
    static bool accept(PyObject*) { return true; } \
    PYBIND11_OBJECT_DEFAULT(Name, object, accept)  \
  };                                               \
  }                                                \
  namespace pybind11::detail {                     \
  template <>                                      \
  struct handle_type_name<sojourn::python::Name> { \
    static constexpr auto name = const_name(text); \
  };                                               \
  }                                                \
  static_assert(true)

SOJOURN_ARGUMENT(StatesArgument, "StateSpace | Lifecycle | Sequence[str]");
SOJOURN_ARGUMENT(StateArgument, "str | int");
SOJOURN_ARGUMENT(ChainArgument, "Chain | FitResult");
SOJOURN_ARGUMENT(PeriodArgument, "Period | str");
SOJOURN_ARGUMENT(RewardsArgument, "Rewards | Mapping[str, float] | Mapping[str | tuple[str, str], float] | ArrayLike");
SOJOURN_ARGUMENT(LawArgument, "str | Mapping[str, float] | ArrayLike");
SOJOURN_ARGUMENT(ArrayArgument, "ArrayLike");
SOJOURN_ARGUMENT(MatrixArgument, "ArrayLike | object");  // or sparse
SOJOURN_ARGUMENT(AmountsArgument, "Mapping[str, float] | ArrayLike");
SOJOURN_ARGUMENT(NamesArgument, "Sequence[str]");
SOJOURN_ARGUMENT(WholeArgument, "int");
SOJOURN_ARGUMENT(NumberArgument, "float");
SOJOURN_ARGUMENT(DateArgument, "date | str | None");
SOJOURN_ARGUMENT(OriginArgument, "date | str");
SOJOURN_ARGUMENT(DiscountArgument, "Discount");
SOJOURN_ARGUMENT(ProgressArgument, "bool | Callable[[int, int], object]");

namespace sojourn::python {

namespace py = pybind11;

// Journeys with the labels of their customers.
struct LabelledJourneys {
  Journeys journeys;
  py::object labels;  // array of labels by code; None = the codes themselves
};

std::string type_name(py::handle object);

// Numbers of shape (size,) or (rows, columns); -1 leaves a length open.
Vector to_vector(py::handle object, const char* argument, Index size = -1);
Matrix to_matrix(py::handle object, const char* argument, Index rows = -1, Index columns = -1);

// True for a SciPy sparse matrix or array.
bool is_sparse(py::handle object);
SparseMatrix to_sparse_matrix(py::handle object, const char* argument);
// As a SciPy array in rows. Throws ImportError where SciPy is missing.
py::object sparse_copy(const SparseMatrix& matrix);

// A view without the right to write; `owner` is kept alive.
template <class T>
py::array_t<T> read_only(std::vector<py::ssize_t> shape, const T* data, py::handle owner) {
  py::array_t<T> array(std::move(shape), data, owner);
  array.attr("setflags")(py::arg("write") = false);
  return array;
}
template <class Numbers>
auto view(const Eigen::PlainObjectBase<Numbers>& numbers, py::handle owner) {
  if constexpr (Numbers::ColsAtCompileTime == 1) return read_only({numbers.size()}, numbers.data(), owner);
  static_assert(Numbers::ColsAtCompileTime == 1 || Numbers::IsRowMajor);
  return read_only({numbers.rows(), numbers.cols()}, numbers.data(), owner);
}

// An array of its own.
template <class Eigenish>
auto copy(const Eigenish& numbers) {
  auto* kept = new Eigenish(numbers);
  const py::capsule owner(kept, [](void* p) { delete static_cast<Eigenish*>(p); });
  return view(*kept, owner);
}

Index to_index(py::handle object, const char* argument);
std::optional<Index> to_optional_index(py::handle object, const char* argument);
double to_number(py::handle object, const char* argument);
std::uint64_t to_seed(py::handle object);
int to_threads(py::handle object);  // None = 0 = as many as this process may use
// Calls `report(done, total)` (None = nobody) from the thread that has no lock of the interpreter, and is where Ctrl-C is
// seen. `report` must outlive it.
std::function<void(std::int64_t done)> to_progress(py::handle report, std::int64_t total);
// A caller's `progress`, as `sojourn._support.progress` understands it: True shows a bar that counts in `unit`, a function
// is called.
class Reporter {
 public:
  Reporter(py::handle progress, std::int64_t total, const char* unit);
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;
  // A bar that was not taken to its end is closed where it is.
  ~Reporter();
  std::function<void(std::int64_t done)> function() const { return to_progress(report_, total_); }
  // Takes a bar to its end.
  void finish();

 private:
  py::object progress_;
  py::object report_;
  std::int64_t total_;
  bool is_finished_ = false;
};
// Runs without the lock of the interpreter.
template <class Run>
auto released(const Run& run) {
  const py::gil_scoped_release release;
  return run();
}
// The same, reporting to `progress`.
template <class Options, class Run>
auto reported(py::handle progress, std::int64_t total, const char* unit, Options& options, const Run& run) {
  Reporter reporter(progress, total, unit);
  options.progress = reporter.function();
  auto result = released(run);
  reporter.finish();
  return result;
}
Index to_position(py::handle object, const StateSpace& states);
// The state that a key of a dict names.
Index known_state(const StateSpace& states, py::handle key, const char* argument);
std::string to_state_name(py::handle object, const StateSpace& states);

StateSpace to_states(py::handle object, const char* argument);
std::vector<std::string> to_names(py::handle object, const char* argument);
py::typing::List<py::str> names_of(const StateSpace& states, const std::vector<Index>& positions);

const Chain& to_chain(py::handle object, const char* where);
// The fit behind a chain argument, or nothing.
const FitResult* to_fit(py::handle object);
// The observed first states of a fit, where it has any.
std::optional<Vector> observed_start(const FitResult* fit);
// Whole numbers of moves, at least 0, of shape (n, n).
CountMatrix to_moves(py::handle object, const char* argument, Index n);

Period to_period(py::handle object, const char* argument);
Rewards to_rewards(py::handle object, const StateSpace& states, const char* argument = "rewards");
// Rewards as given; without them the mean revenue per period of a fit, and nothing for a chain.
Rewards to_money(py::handle rewards, const Chain& chain, const FitResult* fit);
// A law over the states, from a name, a dict or an array.
Vector to_law(py::handle object, const StateSpace& states, const char* argument);
// Amounts per state, from a dict or an array.
Vector to_amounts(py::handle object, const StateSpace& states, const char* argument);

Day to_day(py::handle object, const char* argument);
std::optional<Day> to_optional_day(py::handle object, const char* argument);
Origin to_origin(py::handle object);
py::object to_date(Day day);

TimeUnit to_time_unit(const std::string& text, const char* argument);
const char* name_of(TimeUnit unit);
// "datetime64[D]" and the like; "int64" for plain order.
std::string dtype_of(TimeUnit unit);

// The discount that the keywords of a call name; nothing when none is given. `others` are the keywords that the call does
// not know: those that sound like a discount are refused with advice.
std::optional<Discount> to_discount(const char* where, py::handle annual_discount_rate,
                                    py::handle discount_rate_per_period, py::handle discount_factor,
                                    py::handle discount, const py::kwargs& others);

// An object of a class that is bound already; `expected` says which, as "a StopAt".
template <class T>
const T& to_instance(py::handle object, const char* argument, const char* expected) {
  if (!py::isinstance<T>(object))
    throw py::type_error(std::string(argument) + ": expected " + expected + ", found " + type_name(object));
  return object.cast<const T&>();
}
template <class T>
std::vector<T> to_instances(py::handle list, const char* argument, const char* expected) {
  if (py::isinstance<T>(list))
    throw py::type_error(std::string(argument) + ": expected a list of them, found one; put it into a list");
  std::vector<T> all;
  for (const py::handle item : list) all.push_back(to_instance<T>(item, argument, expected));
  return all;
}

// The words for the values of an enumeration.
template <class Enum>
using Words = std::initializer_list<std::pair<const char*, Enum>>;

// One of a few words; another one is refused with the list of them.
template <class Enum>
Enum to_choice(const std::string& word, const char* argument, Words<Enum> choices) {
  std::string known;
  for (const auto& [name, value] : choices) {
    if (word == name) return value;
    known += (known.empty() ? "'" : ", '") + std::string(name) + "'";
  }
  throw py::value_error(std::string(argument) + ": expected one of " + known + ", found '" + word + "'");
}

template <class Enum>
const char* to_word(Enum value, Words<Enum> choices) {
  for (const auto& [name, known] : choices)
    if (known == value) return name;
  return "";
}

// Texts one after the other, with a blank line between; empty ones are left out.
template <class... Text>
std::string docs(const Text&... paragraphs) {
  std::string all;
  const auto add = [&all](const std::string& text) {
    if (!text.empty()) all += (all.empty() ? "" : "\n\n") + text;
  };
  (add(paragraphs), ...);
  return all;
}

}  // namespace sojourn::python
