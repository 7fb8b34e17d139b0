#include <algorithm>
#include <unordered_map>

#include "docs/simulation/scenarios.hpp"
#include "simulation/pickled_parts.hpp"
#include "simulation/scenario_keywords.hpp"
#include "support/shown.hpp"

SOJOURN_ARGUMENT(QuantileWidthArgument, "QuantileWidth | None");

namespace sojourn::python {

namespace {

// Whole numbers of shape (n,).
std::vector<std::int64_t> to_list_of_numbers(py::handle object, const char* argument) {
  const py::array given = py::module_::import("numpy").attr("asarray")(object);
  const char kind = given.dtype().kind();
  if (given.ndim() != 1 || (given.size() != 0 && kind != 'i' && kind != 'u'))
    throw py::value_error(std::string(argument) + ": expected a list of whole numbers");
  const auto numbers = py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>(given);
  return {numbers.data(), numbers.data() + numbers.size()};
}

std::vector<Index> to_start_states(py::handle object, const StateSpace& states) {
  const py::array given = py::module_::import("numpy").attr("asarray")(object);
  if (given.ndim() != 1) throw py::value_error("start_states: expected a list of states, one per customer");
  if (given.dtype().kind() == 'i' || given.dtype().kind() == 'u') {
    const std::vector<std::int64_t> positions = to_list_of_numbers(object, "start_states");
    return {positions.begin(), positions.end()};
  }
  std::vector<Index> result;
  std::unordered_map<std::string, Index> known;
  for (const py::handle item : given.attr("tolist")()) {
    if (!py::isinstance<py::str>(item)) {
      result.push_back(to_position(item, states));
      continue;
    }
    const auto [place, is_new] = known.try_emplace(item.cast<std::string>(), 0);
    if (is_new) place->second = states.index(place->first);
    result.push_back(place->second);
  }
  return result;
}

StopAt make_stop(const NumberArgument& standard_error, const QuantileWidthArgument& quantile_width) {
  StopAt stop;
  if (!standard_error.is_none()) stop.standard_error = to_number(standard_error, "standard_error");
  if (!quantile_width.is_none())
    stop.quantile_width = to_instance<QuantileWidth>(quantile_width, "quantile_width", "a QuantileWidth");
  if (!stop.standard_error && !stop.quantile_width)
    throw py::value_error("StopAt: give a standard_error, a quantile_width or both");
  return stop;
}

std::string in_words(const StopAt& self) {
  std::string words;
  if (self.standard_error) words = field("standard_error", *self.standard_error);
  if (self.quantile_width) {
    words += (words.empty() ? "" : ", ") + ("quantile_width of " + field("p", self.quantile_width->p)) + " below " +
             shown(self.quantile_width->width);
  }
  return called("StopAt", words);
}

}  // namespace

void CustomerKeywords::set(ScenarioOptions& options, const BoundScenario& first) const {
  const StateSpace& states = first.scenario.chain.states();
  options.customers = to_optional_index(customers, "customers");
  options.horizon = to_optional_index(horizon, "horizon");
  if (!start_states.is_none()) options.start_states = to_start_states(start_states, states);
  if (!start.is_none()) {
    options.start = to_law(start, states, "start");
  } else if (start_states.is_none()) {
    options.start = first.start;
  }
  if (!entries.is_none()) {
    const std::vector<std::int64_t> periods = to_list_of_numbers(entries, "entries");
    options.entries.assign(periods.begin(), periods.end());
  }
  if (PyIndex_Check(entrants.ptr())) {
    if (!options.horizon) throw py::value_error("entrants: so many in every period need a horizon");
    options.entrants.assign(static_cast<std::size_t>(std::max<Index>(*options.horizon, 0)),
                            to_index(entrants, "entrants"));
  } else if (!entrants.is_none()) {
    options.entrants = to_list_of_numbers(entrants, "entrants");
  }
}

void SampleKeywords::set(ScenarioOptions& options) const {
  options.seed = to_seed(seed);
  options.first_customer = to_index(first_customer, "first_customer");
  options.antithetic = antithetic;
  options.control = control;
  options.most_customers = to_index(most_customers, "most_customers");
  if (!stop_at.is_none()) options.stop_at = to_instance<StopAt>(stop_at, "stop_at", "a StopAt");
}

std::int64_t most_simulated(const ScenarioOptions& options) {
  if (options.stop_at.standard_error || options.stop_at.quantile_width) return options.most_customers;
  if (!options.entrants.empty()) {
    std::int64_t total = 0;
    for (const std::int64_t number : options.entrants) total += number;
    return total;
  }
  if (!options.entries.empty()) return static_cast<std::int64_t>(options.entries.size());
  if (!options.start_states.empty()) return static_cast<std::int64_t>(options.start_states.size());
  return options.customers.value_or(10'000);
}

std::string scenario_parameters(const char* first) {
  return parameters({first, R"(customers : int, optional
    How many; without it 10,000, or as many as `start_states`, `entries` or `entrants` hold.
horizon : int, optional
    Periods of the calendar; without it until every customer has reached an absorbing state.
start : str, dict {state: probability} or array_like of shape (n_states,), optional
    Law of the first state. Without it the observed first states of a fit, or the first state of a chain.
start_states : sequence of state names or positions, optional
    First state of each customer, in place of `start`: today's base.
entries : sequence of int, optional
    Period in which each customer enters; without it all enter in period 0.
entrants : int or sequence of int, optional
    How many enter in period 0, 1, ...; one number for as many in every period.)",
                     DiscountKeywords::text("values are"), seed_text, R"(first_customer : int
    Number of the first customer, for simulating in parts.
antithetic : bool
    Customers 2k and 2k + 1 draw from uniforms that are each other's complement.
control : bool
    Use what is known exactly as a control variate.
stop_at : StopAt, optional
    Simulate further customers until this holds.
most_customers : int
    Where `stop_at` gives up.)",
                     RunKeywords::text("")});
}

void bind_scenario_options(py::module_& m) {
  const QuantileWidth plain;
  py::class_<QuantileWidth>(m, "QuantileWidth", doc::QuantileWidth)
      .def(pickled_by_fields<QuantileWidth>("QuantileWidth", &QuantileWidth::p, &QuantileWidth::width,
                                            &QuantileWidth::level))
      .def(py::init([](const NumberArgument& p, const NumberArgument& width, const NumberArgument& level) {
             return QuantileWidth{
                 .p = to_number(p, "p"), .width = to_number(width, "width"), .level = to_number(level, "level")};
           }),
           py::arg("p"), py::arg("width"), py::kw_only(), py::arg("level") = plain.level)
      .def_readonly("p", &QuantileWidth::p, doc::QuantileWidth_p)
      .def_readonly("width", &QuantileWidth::width, "Currency.")
      .def_readonly("level", &QuantileWidth::level, doc::QuantileWidth_level)
      .def("__repr__", [](const QuantileWidth& self) {
        return called("QuantileWidth", shown(self.p), shown(self.width), field("level", self.level));
      });

  py::class_<StopAt>(m, "StopAt", doc::StopAt)
      .def(pickled_by_fields<StopAt>("StopAt", &StopAt::standard_error, &StopAt::quantile_width))
      .def(py::init(&make_stop), py::kw_only(), py::arg("standard_error") = py::none(),
           py::arg("quantile_width") = py::none())
      .def_readonly("standard_error", &StopAt::standard_error, doc::StopAt_standard_error)
      .def_readonly("quantile_width", &StopAt::quantile_width, doc::StopAt_quantile_width)
      .def("__repr__", &in_words);
}

}  // namespace sojourn::python
