// The keywords of simulating scenarios.
#pragma once

#include <string>
#include <tuple>

#include "simulation/bound_scenario.hpp"
#include "support/discount_keywords.hpp"
#include "support/keywords.hpp"
#include "support/parameters.hpp"
#include "support/run_keywords.hpp"

SOJOURN_ARGUMENT(StopArgument, "StopAt | None");
SOJOURN_ARGUMENT(StartStatesArgument, "Sequence[str | int] | None");
SOJOURN_ARGUMENT(EntrantsArgument, "int | Sequence[int] | None");

namespace sojourn::python {

// Who is simulated, and for how long.
struct CustomerKeywords {
  using Keywords =
      std::tuple<WholeArgument, WholeArgument, LawArgument, StartStatesArgument, StartStatesArgument, EntrantsArgument>;

  WholeArgument customers;
  WholeArgument horizon;
  LawArgument start;
  StartStatesArgument start_states;
  StartStatesArgument entries;
  EntrantsArgument entrants;

  static auto arguments() {
    return std::make_tuple(py::arg("customers") = py::none(), py::arg("horizon") = py::none(),
                           py::arg("start") = py::none(), py::arg("start_states") = py::none(),
                           py::arg("entries") = py::none(), py::arg("entrants") = py::none());
  }

  void set(ScenarioOptions& options, const BoundScenario& first) const;
};

// What is drawn, and when it is enough.
struct SampleKeywords {
  using Keywords = std::tuple<WholeArgument, WholeArgument, bool, bool, StopArgument, WholeArgument>;

  WholeArgument seed;
  WholeArgument first_customer;
  bool antithetic;
  bool control;
  StopArgument stop_at;
  WholeArgument most_customers;

  static auto arguments() {
    const ScenarioOptions defaults;
    return std::make_tuple(py::arg("seed") = defaults.seed, py::arg("first_customer") = defaults.first_customer,
                           py::arg("antithetic") = defaults.antithetic, py::arg("control") = defaults.control,
                           py::arg("stop_at") = py::none(), py::arg("most_customers") = defaults.most_customers);
  }

  void set(ScenarioOptions& options) const;
};

// How many customers these options will have simulated at most.
std::int64_t most_simulated(const ScenarioOptions& options);

// The options of both, after `first`, the text of what is simulated.
std::string scenario_parameters(const char* first);

}  // namespace sojourn::python
