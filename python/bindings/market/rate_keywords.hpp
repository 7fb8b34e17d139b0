// What counts per state are counts of, where they are given as numbers, and what is believed before they are seen.
#pragma once

#include <initializer_list>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "market/customers_of_log.hpp"
#include "sojourn/market/referral_rates.hpp"

SOJOURN_ARGUMENT(RateStatesArgument, "StateSpace | Lifecycle | Sequence[str] | None");

namespace sojourn::python {

// Where counts are given as numbers: what they are counts of.
struct CountedStates {
  Lifecycle lifecycle;
  Period period;
};

struct RateKeywords {
  using Keywords = std::tuple<RateStatesArgument, std::vector<std::string>, RatePeriodArgument, NumberArgument,
                              NumberArgument, std::string>;

  RateStatesArgument states;
  std::vector<std::string> exits;
  RatePeriodArgument period;
  NumberArgument prior_shape;
  NumberArgument prior_periods;
  std::string states_without_data;

  static constexpr Words<StatesWithoutData> without_data = {{"refuse", StatesWithoutData::refuse},
                                                            {"zero", StatesWithoutData::zero}};

  static auto arguments() {
    const RateOptions defaults;
    return std::make_tuple(py::arg("states") = py::none(), py::arg("exits") = std::vector<std::string>(),
                           py::arg("period") = py::none(), py::arg("prior_shape") = defaults.prior_shape,
                           py::arg("prior_periods") = defaults.prior_periods,
                           py::arg("states_without_data") = to_word(defaults.states_without_data, without_data));
  }

  RateOptions options() const {
    return {.prior_shape = to_number(prior_shape, "prior_shape"),
            .prior_periods = to_number(prior_periods, "prior_periods"),
            .states_without_data = to_choice(states_without_data, "states_without_data", without_data)};
  }

  CountedStates counted(const char* where) const {
    const auto need = [where](const py::object& given, const char* argument, const char* what) {
      if (given.is_none()) throw py::type_error(std::string(where) + ": " + argument + ": " + what);
    };
    need(states, "states", "say which states the counts are of, or pass the lifecycle");
    need(period, "period", "say how long a customer-period is, such as 'month'");
    if (py::isinstance<Lifecycle>(states)) {
      if (!exits.empty()) throw py::value_error("exits: the lifecycle brings its own; leave exits= out");
      return {states.cast<Lifecycle>(), to_period(period, "period")};
    }
    return {Lifecycle(to_states(states, "states"), exits), to_period(period, "period")};
  }

  // Counts of a log know all this: refuses what is given nevertheless, `numbers` first.
  void check_absent(const char* where, const std::vector<std::pair<const char*, bool>>& numbers) const {
    std::vector<std::pair<const char*, bool>> given = numbers;
    given.insert(given.end(),
                 {{"states", !states.is_none()}, {"exits", !exits.empty()}, {"period", !period.is_none()}});
    for (const auto& [argument, is_given] : given) {
      if (is_given)
        throw py::type_error(std::string(where) + ": " + argument + ": counts of a log bring it along; leave it out");
    }
  }

  static constexpr const char* text = R"(states : Lifecycle, StateSpace or sequence of str
    What the numbers are of; not for counts of a log, which know it.
exits : sequence of str
    States that are never left, where `states` is no lifecycle: they have no rate.
period : Period or str
    How long a customer-period is.
prior_shape, prior_periods : float
    Of the Gamma prior: events seen before, as it were, above 0, in so many customer-periods.
states_without_data : {"refuse", "zero"}
    What to do with states that no customer was seen in, where the prior has no periods.)";
};

}  // namespace sojourn::python
