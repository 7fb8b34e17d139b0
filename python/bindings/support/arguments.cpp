#include "support/arguments.hpp"

#include <cmath>
#include <cstring>
#include <limits>

#include "support/by_state_and_move.hpp"
#include "support/text.hpp"

namespace sojourn::python {

using namespace std::string_literals;

namespace {

[[noreturn]] void refuse(const std::string& message) {
  throw py::value_error(message);
}
[[noreturn]] void refuse_type(const std::string& message) {
  throw py::type_error(message);
}

std::string shape_text(const py::array& array) {
  std::string text = "(";
  for (py::ssize_t i = 0; i < array.ndim(); ++i) text += (i ? ", " : "") + std::to_string(array.shape(i));
  return text + (array.ndim() == 1 ? ",)" : ")");
}

std::string expected_shape(std::initializer_list<Index> shape) {
  std::string text = "(";
  bool first = true;
  for (const Index n : shape) {
    text += (first ? "" : ", ") + (n < 0 ? "n"s : std::to_string(n));
    first = false;
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

py::array_t<double, py::array::c_style> to_numbers(py::handle object, const char* argument,
                                                   std::initializer_list<Index> shape) {
  if (py::isinstance<py::str>(object) || py::isinstance<py::dict>(object) || object.is_none())
    refuse_type(argument + ": expected numbers of shape "s + expected_shape(shape) + ", found "s + type_name(object));
  py::array array;
  try {
    array = py::module_::import("numpy").attr("asarray")(object);
  } catch (py::error_already_set& error) {
    if (!error.matches(PyExc_ValueError) && !error.matches(PyExc_TypeError)) throw;
    refuse(argument + ": expected numbers of shape "s + expected_shape(shape) + ", found rows of different lengths"s);
  }
  const char kind = array.dtype().kind();
  if (kind != 'f' && kind != 'i' && kind != 'u' && kind != 'b')
    refuse_type(argument + ": expected numbers, found an array of "s +
                std::string(py::str(array.dtype().attr("name"))));
  bool fits = array.ndim() == static_cast<py::ssize_t>(shape.size());
  if (fits) {
    py::ssize_t axis = 0;
    for (const Index n : shape) {
      fits = fits && (n < 0 || array.shape(axis) == n);
      ++axis;
    }
  }
  if (!fits) refuse(argument + ": expected shape "s + expected_shape(shape) + ", found "s + shape_text(array));
  return py::array_t<double, py::array::c_style | py::array::forcecast>(array);
}

double to_amount(py::handle object, const std::string& where) {
  if (py::isinstance<py::str>(object) || py::isinstance<py::bool_>(object))
    refuse_type(where + ": expected a number, found "s + type_name(object));
  const double x = PyFloat_AsDouble(object.ptr());
  if (x == -1.0 && PyErr_Occurred()) {
    PyErr_Clear();
    refuse_type(where + ": expected a number, found "s + type_name(object));
  }
  return x;
}

bool is_mapping(py::handle object) {
  return py::isinstance<py::dict>(object) ||
         py::isinstance(object, py::module_::import("collections.abc").attr("Mapping"));
}

}  // namespace

Index known_state(const StateSpace& states, py::handle key, const char* argument) {
  if (!py::isinstance<py::str>(key)) refuse_type(argument + ": expected state names as keys, found "s + type_name(key));
  const auto name = key.cast<std::string>();
  const auto found = states.find(name);
  if (!found)
    throw py::index_error(argument + ": unknown state "s + text::quoted(name) + "; the states are "s +
                          text::list(states.names()));
  return *found;
}

std::string type_name(py::handle object) {
  return std::string(py::str(py::type::handle_of(object).attr("__name__")));
}

Vector to_vector(py::handle object, const char* argument, Index size) {
  const auto numbers = to_numbers(object, argument, {size});
  return Eigen::Map<const Vector>(numbers.data(), numbers.shape(0));
}

Matrix to_matrix(py::handle object, const char* argument, Index rows, Index columns) {
  const auto numbers = to_numbers(object, argument, {rows, columns});
  return Eigen::Map<const Matrix>(numbers.data(), numbers.shape(0), numbers.shape(1));
}

bool is_sparse(py::handle object) {
  return py::hasattr(object, "tocsr") && py::hasattr(object, "nnz");
}

SparseMatrix to_sparse_matrix(py::handle object, const char* argument) {
  const py::object rows = object.attr("tocsr")(py::arg("copy") = true);
  rows.attr("sum_duplicates")();
  const auto shape = rows.attr("shape").cast<std::pair<Index, Index>>();
  if (shape.first > std::numeric_limits<int>::max() || shape.second > std::numeric_limits<int>::max())
    refuse(argument + ": expected at most 2,147,483,647 rows and columns"s);
  const auto first = py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>(rows.attr("indptr"));
  const auto to = py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>(rows.attr("indices"));
  const Vector value = to_vector(rows.attr("data"), argument);
  const auto is_inside = [&](Index e) { return e >= 0 && e <= std::min<Index>(to.size(), value.size()); };
  const auto refuse_indices = [&] {
    refuse(argument + ": its indices do not fit its shape; make the sparse matrix anew"s);
  };
  if (first.size() != shape.first + 1) refuse_indices();
  std::vector<Eigen::Triplet<double>> entries;
  entries.reserve(static_cast<std::size_t>(value.size()));
  for (Index i = 0; i < shape.first; ++i) {
    if (!is_inside(first.at(i)) || !is_inside(first.at(i + 1))) refuse_indices();
    for (Index e = first.at(i); e < first.at(i + 1); ++e) {
      if (to.at(e) < 0 || to.at(e) >= shape.second) refuse_indices();
      entries.emplace_back(static_cast<int>(i), static_cast<int>(to.at(e)), value[e]);
    }
  }
  SparseMatrix matrix(shape.first, shape.second);
  matrix.setFromTriplets(entries.begin(), entries.end());
  return matrix;
}

py::object sparse_copy(const SparseMatrix& matrix) {
  py::object sparse;
  try {
    sparse = py::module_::import("scipy.sparse");
  } catch (py::error_already_set& error) {
    if (!error.matches(PyExc_ImportError)) throw;
    throw py::import_error("a sparse matrix comes as a SciPy array: pip install scipy, or ask to_dense()");
  }
  SparseMatrix rows = matrix;
  rows.makeCompressed();
  const py::array_t<int> first(rows.outerSize() + 1, rows.outerIndexPtr());
  const py::array_t<int> to(rows.nonZeros(), rows.innerIndexPtr());
  const py::array_t<double> value(rows.nonZeros(), rows.valuePtr());
  return sparse.attr("csr_array")(py::make_tuple(value, to, first),
                                  py::arg("shape") = py::make_tuple(rows.rows(), rows.cols()));
}

Index to_index(py::handle object, const char* argument) {
  if (py::isinstance<py::bool_>(object) || !PyIndex_Check(object.ptr()))
    refuse_type(argument + ": expected a whole number, found "s +
                (py::isinstance<py::float_>(object) ? std::string(py::repr(object)) : type_name(object)));
  const Py_ssize_t n = PyNumber_AsSsize_t(object.ptr(), PyExc_OverflowError);
  if (n == -1 && PyErr_Occurred()) {
    const bool is_large = PyErr_ExceptionMatches(PyExc_OverflowError) != 0;
    PyErr_Clear();
    if (!is_large) refuse_type(argument + ": expected a whole number, found "s + type_name(object));
    refuse(argument + ": "s + std::string(py::str(object)) + " is out of range"s);
  }
  return n;
}

int to_threads(py::handle object) {
  if (object.is_none()) return 0;
  const Index n = to_index(object, "threads");
  if (n < 0 || n > 4096)
    throw py::value_error("threads: expected 1 to 4096, or None (or 0) for as many as this process may use, found " +
                          std::to_string(n));
  return static_cast<int>(n);
}

std::function<void(std::int64_t done)> to_progress(py::handle report, std::int64_t total) {
  return [report, total](std::int64_t done) {
    const py::gil_scoped_acquire acquire;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (!report.is_none()) report(done, total);
  };
}

Reporter::Reporter(py::handle progress, std::int64_t total, const char* unit)
    : progress_(py::module_::import("sojourn._support.progress").attr("Progress")(progress, total, unit)),
      report_(progress_.attr("report")),
      total_(total) {}

Reporter::~Reporter() {
  if (is_finished_) return;
  try {
    progress_.attr("close")(false);
  } catch (py::error_already_set& error) {
    error.discard_as_unraisable("progress");
  }
}

void Reporter::finish() {
  is_finished_ = true;
  progress_.attr("close")(true);
}

std::uint64_t to_seed(py::handle object) {
  if (py::isinstance<py::bool_>(object) || !PyIndex_Check(object.ptr()))
    throw py::value_error("seed: expected a whole number from 0 to 2^64 - 1, found " +
                          (py::isinstance<py::float_>(object) ? std::string(py::repr(object)) : type_name(object)));
  const auto number = py::reinterpret_steal<py::object>(PyNumber_Index(object.ptr()));
  if (!number) throw py::error_already_set();
  const unsigned long long seed = PyLong_AsUnsignedLongLong(number.ptr());
  if (PyErr_Occurred()) {
    PyErr_Clear();
    throw py::value_error("seed: expected a whole number from 0 to 2^64 - 1, found " + std::string(py::str(number)));
  }
  return seed;
}

std::optional<Index> to_optional_index(py::handle object, const char* argument) {
  if (object.is_none()) return std::nullopt;
  return to_index(object, argument);
}

double to_number(py::handle object, const char* argument) {
  return to_amount(object, argument);
}

Index to_position(py::handle object, const StateSpace& states) {
  if (py::isinstance<py::str>(object)) return states.index(object.cast<std::string>());
  const Index given = to_index(object, "state");
  const Index position = given < 0 ? given + states.n_states() : given;
  if (position < 0 || position >= states.n_states())
    throw py::index_error("state: position " + std::to_string(given) + " is outside 0 to " +
                          std::to_string(states.n_states() - 1));
  return position;
}

std::string to_state_name(py::handle object, const StateSpace& states) {
  return states.name(to_position(object, states));
}

std::vector<std::string> to_names(py::handle object, const char* argument) {
  if (object.is_none()) return {};
  if (py::isinstance<py::str>(object))
    refuse_type(argument + ": expected a list of names, found the text "s + text::quoted(object.cast<std::string>()) +
                "; put it into a list"s);
  if (!PyIter_Check(object.ptr()) && !py::hasattr(object, "__iter__"))
    refuse_type(argument + ": expected a list of names, found "s + type_name(object));
  std::vector<std::string> names;
  for (const py::handle name : object) {
    if (!py::isinstance<py::str>(name))
      refuse_type(argument + ": expected text at position "s + std::to_string(names.size()) + ", found "s +
                  type_name(name));
    try {
      names.push_back(name.cast<std::string>());
    } catch (const py::cast_error&) {
      PyErr_Clear();
      refuse(argument + ": the name at position "s + std::to_string(names.size()) + " is not UTF-8 text"s);
    } catch (const py::error_already_set&) {
      refuse(argument + ": the name at position "s + std::to_string(names.size()) + " is not UTF-8 text"s);
    }
  }
  return names;
}

StateSpace to_states(py::handle object, const char* argument) {
  if (py::isinstance<StateSpace>(object)) return object.cast<StateSpace>();
  if (py::isinstance<Lifecycle>(object)) return object.cast<const Lifecycle&>().states();
  return StateSpace(to_names(object, argument));
}

py::typing::List<py::str> names_of(const StateSpace& states, const std::vector<Index>& positions) {
  py::typing::List<py::str> names;
  for (const Index i : positions) names.append(states.name(i));
  return names;
}

const Chain& to_chain(py::handle object, const char* where) {
  if (py::isinstance<Chain>(object)) return object.cast<const Chain&>();
  if (py::isinstance<FitResult>(object)) return object.cast<const FitResult&>().chain;
  refuse_type(where + ": expected a Chain or a FitResult, found "s + type_name(object));
}

const FitResult* to_fit(py::handle object) {
  return py::isinstance<FitResult>(object) ? &object.cast<const FitResult&>() : nullptr;
}

std::optional<Vector> observed_start(const FitResult* fit) {
  if (!fit || fit->counts.n_journeys() == 0) return std::nullopt;
  return fit->counts.start_distribution();
}

CountMatrix to_moves(py::handle object, const char* argument, Index n) {
  const Matrix numbers = to_matrix(object, argument, n, n);
  CountMatrix whole(numbers.rows(), numbers.cols());
  for (Index i = 0; i < numbers.size(); ++i) {
    const double x = numbers.data()[i];
    if (!(x >= 0.0 && x < 9.0e15) || x != static_cast<double>(static_cast<std::int64_t>(x)))
      refuse(argument + ": expected whole numbers of at least 0, found "s + std::string(py::repr(py::float_(x))));
    whole.data()[i] = static_cast<std::int64_t>(x);
  }
  return whole;
}

Period to_period(py::handle object, const char* argument) {
  if (py::isinstance<Period>(object)) return object.cast<Period>();
  if (py::isinstance<py::str>(object)) return Period::parse(object.cast<std::string>());
  if (PyNumber_Check(object.ptr()) && !py::isinstance<py::bool_>(object)) {
    const std::string number{py::str(object)};
    const std::string days = PyIndex_Check(object.ptr()) ? number : std::string("30");
    refuse(argument + ": "s + number + " has no unit; say '"s + days + " days'"s);
  }
  refuse_type(argument + ": expected text such as 'month' or a Period, found "s + type_name(object));
}

Rewards to_rewards(py::handle object, const StateSpace& states, const char* argument) {
  if (py::isinstance<Rewards>(object)) return object.cast<Rewards>();
  if (!is_mapping(object)) return Rewards(states, to_vector(object, argument, states.n_states()));
  constexpr Index most_dense = 4096;  // states for which a full matrix of rewards is kept
  const ByStateAndMove said = to_states_and_moves(object, states, argument);
  if (said.moves.empty()) return Rewards(states, said.per_state);
  if (states.n_states() > most_dense) return Rewards(states, said.per_state, said.per_move());
  return Rewards(states, said.per_state, Matrix(said.per_move()));
}

Rewards to_money(py::handle rewards, const Chain& chain, const FitResult* fit) {
  if (!rewards.is_none()) return to_rewards(rewards, chain.states());
  return fit ? fit->counts.mean_rewards() : Rewards(chain.states());
}

Vector to_amounts(py::handle object, const StateSpace& states, const char* argument) {
  if (py::isinstance<StateValues>(object)) {
    const auto& values = object.cast<const StateValues&>();
    if (!(values.states() == states)) refuse(argument + ": its states are not those of the chain"s);
    return values.vector();
  }
  if (!is_mapping(object)) return to_vector(object, argument, states.n_states());
  Vector amounts = Vector::Zero(states.n_states());
  for (const py::handle item : object.attr("items")()) {
    const auto pair = item.cast<py::tuple>();
    amounts(known_state(states, pair[0], argument)) =
        to_amount(pair[1], argument + "["s + std::string(py::repr(pair[0])) + "]"s);
  }
  return amounts;
}

Vector to_law(py::handle object, const StateSpace& states, const char* argument) {
  if (py::isinstance<py::str>(object)) {
    Vector law = Vector::Zero(states.n_states());
    law(known_state(states, object, argument)) = 1.0;
    return law;
  }
  Vector law = to_amounts(object, states, argument);
  check_distribution(argument, states, law);
  return law;
}

Day to_day(py::handle object, const char* argument) {
  if (py::isinstance<py::str>(object)) {
    const auto text = object.cast<std::string>();
    if (const auto day = parse_iso_date(text)) return *day;
    refuse(argument + ": "s + text::quoted(text) + " is not a date; write it as '2026-01-31'"s);
  }
  const py::module_ datetime = py::module_::import("datetime");
  if (py::isinstance(object, datetime.attr("date"))) {  // a datetime is a date
    const Index ordinal = to_index(object.attr("toordinal")(), argument);
    const Index epoch = to_index(datetime.attr("date")(1970, 1, 1).attr("toordinal")(), argument);
    return ordinal - epoch;
  }
  const py::module_ numpy = py::module_::import("numpy");
  if (py::isinstance(object, numpy.attr("datetime64")) && !numpy.attr("isnat")(object).cast<bool>())
    return object.attr("astype")("datetime64[D]").attr("astype")("int64").cast<Day>();
  refuse_type(argument + ": expected a date or text such as '2026-01-31', found "s + type_name(object));
}

std::optional<Day> to_optional_day(py::handle object, const char* argument) {
  if (object.is_none()) return std::nullopt;
  return to_day(object, argument);
}

Origin to_origin(py::handle object) {
  if (py::isinstance<py::str>(object)) {
    const auto text = object.cast<std::string>();
    if (text == "first_event") return Origin::first_event();
    if (text == "calendar") return Origin::calendar();
    if (!parse_iso_date(text))
      refuse("origin: expected 'first_event', 'calendar' or a date such as '2026-01-31', found "s + text::quoted(text));
  }
  return Origin::date(to_day(object, "origin"));
}

py::object to_date(Day day) {
  const py::object date = py::module_::import("datetime").attr("date");
  const Index epoch = to_index(date(1970, 1, 1).attr("toordinal")(), "day");
  return date.attr("fromordinal")(epoch + day);
}

namespace {

constexpr std::initializer_list<std::pair<const char*, TimeUnit>> time_units = {{"step", TimeUnit::step},
                                                                                {"day", TimeUnit::day},
                                                                                {"second", TimeUnit::second},
                                                                                {"millisecond", TimeUnit::millisecond},
                                                                                {"microsecond", TimeUnit::microsecond},
                                                                                {"nanosecond", TimeUnit::nanosecond}};

}  // namespace

TimeUnit to_time_unit(const std::string& word, const char* argument) {
  return to_choice(word, argument, time_units);
}
const char* name_of(TimeUnit unit) {
  return to_word(unit, time_units);
}

std::string dtype_of(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::step:
      return "int64";
    case TimeUnit::day:
      return "datetime64[D]";
    case TimeUnit::second:
      return "datetime64[s]";
    case TimeUnit::millisecond:
      return "datetime64[ms]";
    case TimeUnit::microsecond:
      return "datetime64[us]";
    case TimeUnit::nanosecond:
      return "datetime64[ns]";
  }
  return "int64";
}

std::optional<Discount> to_discount(const char* where, py::handle annual_discount_rate,
                                    py::handle discount_rate_per_period, py::handle discount_factor,
                                    py::handle discount, const py::kwargs& others) {
  const auto advise = [&](const std::string& keyword, py::handle value) {
    const std::string number{py::str(value)};
    refuse(where + ": "s + keyword + "="s + number + " has no unit; say annual_discount_rate="s + number +
           " (per year), discount_rate_per_period="s + number +
           " (per period of the chain) or, for a factor, discount_factor=0.99"s);
  };
  for (const auto& [key, value] : others) {
    const auto keyword = key.cast<std::string>();
    const bool is_discount = keyword.find("rate") != std::string::npos ||
                             keyword.find("discount") != std::string::npos || keyword == "gamma" ||
                             keyword == "interest" || keyword == "wacc" || keyword == "d";
    if (is_discount) advise(keyword, value);
    const py::module_ refusals = py::module_::import("sojourn._support.refusals");
    refuse_type(refusals.attr("unexpected_keyword")(where, keyword).cast<std::string>());
  }
  std::vector<std::string> given;
  std::optional<Discount> result;
  if (!annual_discount_rate.is_none()) {
    given.emplace_back("annual_discount_rate=");
    result = Discount::annual_rate(to_amount(annual_discount_rate, "annual_discount_rate"));
  }
  if (!discount_rate_per_period.is_none()) {
    given.emplace_back("discount_rate_per_period=");
    result = Discount::per_period_rate(to_amount(discount_rate_per_period, "discount_rate_per_period"));
  }
  if (!discount_factor.is_none()) {
    given.emplace_back("discount_factor=");
    const double factor = to_amount(discount_factor, "discount_factor");
    result = factor == 1.0 ? Discount::none() : Discount::factor(factor);
  }
  if (!discount.is_none()) {
    if (!py::isinstance<Discount>(discount)) {
      if (PyNumber_Check(discount.ptr())) advise("discount", discount);
      refuse_type(where + ": discount: expected a Discount, found "s + type_name(discount));
    }
    given.emplace_back("discount=");
    result = discount.cast<Discount>();
  }
  if (given.size() > 1) {
    std::string listed = given[0];
    for (std::size_t i = 1; i < given.size(); ++i) listed += (i + 1 == given.size() ? " and " : ", ") + given[i];
    refuse(where + ": one discount is enough, found "s + listed);
  }
  return result;
}

}  // namespace sojourn::python
