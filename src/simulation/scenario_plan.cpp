#include "simulation/scenario_plan.hpp"

#include <cmath>
#include <numeric>
#include <stdexcept>

#include "simulation/run_words.hpp"
#include "solve/horizon.hpp"
#include "support/level.hpp"
#include "support/text.hpp"
#include "support/threads.hpp"

namespace sojourn::detail {
namespace {

constexpr std::int64_t most_customers_ever = std::int64_t{1} << 59;
constexpr std::int64_t default_customers = 10'000;

void check_start(const StateSpace& states, const ScenarioOptions& options) {
  if (options.start.size() != 0) check_distribution("start", states, options.start);
  if (options.start.size() != 0 && !options.start_states.empty()) {
    throw std::invalid_argument("start_states: stand in place of start; give one of the two");
  }
  for (std::size_t c = 0; c < options.start_states.size(); ++c) {
    const Index state = options.start_states[c];
    if (state >= 0 && state < states.n_states()) continue;
    throw std::out_of_range("start_states: of customer " + std::to_string(c) + " is state " + std::to_string(state) +
                            ", expected a position from 0 to " + std::to_string(states.n_states() - 1));
  }
}

void check_entries(const ScenarioOptions& options) {
  if (!options.entries.empty() && !options.entrants.empty()) {
    throw std::invalid_argument("entrants: stand in place of entries; give one of the two");
  }
  const Index end = options.horizon ? *options.horizon : longest_horizon;
  for (std::size_t c = 0; c < options.entries.size(); ++c) {
    if (options.entries[c] >= 0 && options.entries[c] < end) continue;
    throw std::invalid_argument("entries: customer " + std::to_string(c) + " enters in period " +
                                std::to_string(options.entries[c]) + ", expected one from 0 to " +
                                std::to_string(end - 1) + (options.horizon ? ", the last before the horizon" : ""));
  }
  if (static_cast<Index>(options.entrants.size()) > end) {
    throw std::invalid_argument("entrants: are given for " + std::to_string(options.entrants.size()) +
                                " periods, beyond the horizon of " + std::to_string(end));
  }
  std::int64_t total = 0;
  for (std::size_t t = 0; t < options.entrants.size(); ++t) {
    const std::int64_t number = options.entrants[t];
    if (number < 0 || number > most_customers_ever - total) {
      throw std::invalid_argument("entrants: of period " + std::to_string(t) +
                                  " must be a number of customers from 0 on, found " + std::to_string(number));
    }
    total += number;
  }
  if (!options.entrants.empty() && total == 0) {
    throw std::invalid_argument("entrants: nobody enters in any period; give at least one customer");
  }
}

/// How many customers there are, at first.
std::int64_t number_of(const ScenarioOptions& options) {
  std::optional<std::int64_t> number = options.customers;
  const auto agree = [&number](const char* what, std::int64_t found) {
    if (number && *number != found) {
      throw std::invalid_argument(std::string(what) + ": holds " + text::plural(found, "customer") + ", expected " +
                                  std::to_string(*number) + "; leave out customers, or give as many");
    }
    number = found;
  };
  if (!options.start_states.empty()) agree("start_states", static_cast<std::int64_t>(options.start_states.size()));
  if (!options.entries.empty()) agree("entries", static_cast<std::int64_t>(options.entries.size()));
  if (!options.entrants.empty()) {
    agree("entrants", std::accumulate(options.entrants.begin(), options.entrants.end(), std::int64_t{0}));
  }
  const std::int64_t customers = number.value_or(default_customers);
  if (customers < 1) throw std::invalid_argument("customers: must be at least 1, found " + std::to_string(customers));
  if (options.first_customer < 0 || options.first_customer > most_customers_ever ||
      customers > most_customers_ever - options.first_customer) {
    throw std::invalid_argument("first_customer: must be from 0, and the last customer's number at most 2^59, found " +
                                std::to_string(options.first_customer) + " and " + text::plural(customers, "customer"));
  }
  if (options.antithetic && (customers % 2 != 0 || options.first_customer % 2 != 0)) {
    throw std::invalid_argument(
        "antithetic: needs whole pairs: an even number of customers and an even first_customer, found " +
        std::to_string(customers) + " and " + std::to_string(options.first_customer));
  }
  return customers;
}

void check_quantile_width(const QuantileWidth& wanted, bool is_antithetic) {
  if (!(wanted.p > 0.0 && wanted.p < 1.0)) {
    throw std::invalid_argument("stop_at: p of quantile_width must be between 0 and 1 (0.5 = the median), found " +
                                text::number(wanted.p));
  }
  if (!(wanted.width > 0.0 && std::isfinite(wanted.width))) {
    throw std::invalid_argument("stop_at: width of quantile_width must be an amount above 0, found " +
                                text::number(wanted.width));
  }
  check_level(wanted.level);
  if (is_antithetic) {
    throw std::invalid_argument(
        "stop_at: a quantile's interval needs independent customers; leave out antithetic, or stop at a standard "
        "error");
  }
}

void check_stop(const ScenarioOptions& options, std::int64_t customers) {
  const StopAt& stop = options.stop_at;
  if (!stop.standard_error && !stop.quantile_width) return;
  if (stop.standard_error && !(*stop.standard_error > 0.0 && std::isfinite(*stop.standard_error))) {
    throw std::invalid_argument("stop_at: standard_error must be an amount above 0, found " +
                                text::number(*stop.standard_error));
  }
  if (stop.quantile_width) check_quantile_width(*stop.quantile_width, options.antithetic);
  if (!options.start_states.empty() || !options.entries.empty() || !options.entrants.empty()) {
    throw std::invalid_argument(
        "stop_at: adds customers, and start_states, entries and entrants say who there is; give start, or leave out "
        "stop_at");
  }
  if (customers < 2) throw std::invalid_argument("customers: the first batch must be at least 2, found 1");
  if (options.most_customers < customers || options.most_customers > most_customers_ever - options.first_customer) {
    throw std::invalid_argument("most_customers: must be from the " + text::plural(customers, "customer") +
                                " of the first batch to 2^59, found " + std::to_string(options.most_customers));
  }
}

/// Throws unless all scenarios have the states and the period of the first.
void check_alike(const NamedScenarios& scenarios) {
  const Chain& first = scenarios.front().second->chain;
  for (const auto& [who, scenario] : scenarios) {
    if (!(scenario->chain.states() == first.states())) {
      throw std::invalid_argument(who + "chain: has the states " + text::list(scenario->chain.states().names()) +
                                  ", the base has " + text::list(first.states().names()) +
                                  "; give both the same, in the same order");
    }
    if (!(scenario->chain.period() == first.period())) {
      throw std::invalid_argument(who + "chain: has a period of " + scenario->chain.period().name() +
                                  ", the base one of " + first.period().name());
    }
  }
}

}  // namespace

ScenarioPlan plan_of(const NamedScenarios& scenarios, const ScenarioOptions& options) {
  if (options.horizon) check_horizon("horizon", *options.horizon);
  check_threads(options.threads);
  check_alike(scenarios);
  const Chain& first = scenarios.front().second->chain;
  check_start(first.states(), options);
  check_entries(options);
  ScenarioPlan plan{.options = options, .programs = {}, .entrance = {}, .customers = number_of(options)};
  check_stop(options, plan.customers);
  for (const auto& [who, scenario] : scenarios) plan.programs.emplace_back(who, *scenario, options.horizon);

  Entrance& entrance = plan.entrance;
  entrance.start = options.start.size() != 0 ? options.start : start_in(first.states(), first.states().name(0));
  entrance.start_states = options.start_states;
  entrance.entries = options.entries;
  for (std::size_t t = 0; t < options.entrants.size(); ++t) {
    entrance.entries.insert(entrance.entries.end(), static_cast<std::size_t>(options.entrants[t]),
                            static_cast<Index>(t));
  }
  return plan;
}

std::string describe(const ScenarioPlan& plan, std::int64_t customers, const std::string& label) {
  const ScenarioOptions& options = plan.options;
  const Chain& chain = plan.programs.front().chain();
  return text::plural(customers, "customer") + " simulated" + (options.antithetic ? " in antithetic pairs" : "") +
         (plan.entrance.start_states.empty() ? ", " + start_words(chain.states(), plan.entrance.start)
                                             : std::string(", with first states of their own")) +
         (plan.entrance.entries.empty() ? "" : ", entering one after the other") +
         horizon_words(options.horizon, chain.period()) +
         value_words(label + " less costs", options.discount, chain.period()) + "; seed " +
         std::to_string(options.seed) + ", sampler: inverse";
}

}  // namespace sojourn::detail
