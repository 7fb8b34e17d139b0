#include "simulation/simulate_checks.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "chain/state_words.hpp"
#include "solve/endless.hpp"
#include "support/text.hpp"
#include "support/threads.hpp"

namespace sojourn::detail {
namespace {

constexpr Index longest_walk = Index{1} << 31;
constexpr std::int64_t most_customers = std::int64_t{1} << 59;
constexpr Index most_states_for_moves = 4096;         // a square of counts per thread
constexpr Index most_cells_for_revenue = 20'000'000;  // periods times moves, per thread

void check_customers(const SimulateOptions& options) {
  if (options.customers < 1) {
    throw std::invalid_argument("customers: must be at least 1, found " + std::to_string(options.customers));
  }
  if (options.first_customer < 0 || options.first_customer > most_customers) {
    throw std::invalid_argument("first_customer: must be from 0 to 2^59, found " +
                                std::to_string(options.first_customer));
  }
  if (options.customers > most_customers - options.first_customer) {
    throw std::invalid_argument("customers: their numbers end above " + std::to_string(most_customers) +
                                "; simulate fewer, or begin at a smaller first_customer");
  }
}

void check_outputs(const Chain& chain, const Rewards& rewards, const SimulateOptions& options) {
  const SimulationOutputs& outputs = options.outputs;
  if (!outputs.value && !outputs.value_summary && !outputs.occupancy && !outputs.revenue && !outputs.moves &&
      !outputs.end_times && !outputs.journeys && options.targets.empty()) {
    throw std::invalid_argument(
        "outputs: ask for at least one of value, value_summary, occupancy, revenue, moves, end_times and journeys, or "
        "name targets");
  }
  for (const std::string& target : options.targets) (void)chain.states().index(target);
  if (options.stays == Stays::jumped) {
    for (const auto& [is_wanted, name] : {std::pair{outputs.occupancy, "occupancy"},
                                          {outputs.revenue, "revenue"},
                                          {outputs.moves, "moves"},
                                          {outputs.journeys, "journeys"}}) {
      if (!is_wanted) continue;
      throw std::invalid_argument(std::string("stays: jumped stays leave no trace for the output ") + name +
                                  "; ask for value, value_summary, end_times or targets, or let stays be stepped");
    }
  }
  if (outputs.moves && chain.n_states() > most_states_for_moves) {
    throw std::invalid_argument("outputs: moves are counted for at most " + std::to_string(most_states_for_moves) +
                                " states, the chain has " + std::to_string(chain.n_states()) +
                                "; simulate in parts and count their journeys");
  }
  const Index n = chain.n_states();
  if (options.horizon && outputs.revenue && rewards.has_move_rewards() &&
      n * n > most_cells_for_revenue / *options.horizon) {
    throw std::invalid_argument("outputs: revenue with rewards of moves is counted for at most " +
                                text::grouped(most_cells_for_revenue) + " periods times moves; ask for journeys");
  }
  for (const auto& [is_wanted, name] : {std::pair{outputs.occupancy, "occupancy"}, {outputs.revenue, "revenue"}}) {
    if (!is_wanted || options.horizon) continue;
    throw std::invalid_argument("outputs: " + std::string(name) +
                                " is counted per period up to a horizon; give a horizon");
  }
}

/// Throws where a customer might never come to an end, or bring money for ever.
void check_end(const Chain& chain, const Rewards& rewards) {
  refuse_endless_journeys("simulate", chain);
  for (const Index i : chain.absorbing_states()) {
    const double per_stay = rewards.per_state()[i] + rewards.move_reward(i, i);
    if (rewards.per_state()[i] == 0.0 && per_stay == 0.0) continue;
    throw std::domain_error("simulate: " + text::quoted(chain.states().name(i)) +
                            " never ends and keeps bringing money; give a horizon");
  }
}

}  // namespace

void check_simulate(const Chain& chain, const Rewards& rewards, const SimulateOptions& options) {
  check_same_states("rewards", rewards.states(), chain.states());
  check_customers(options);
  check_threads(options.threads);
  if (options.horizon && (*options.horizon < 1 || *options.horizon > longest_walk)) {
    throw std::invalid_argument("horizon: must be from 1 to " + std::to_string(longest_walk) + " periods, found " +
                                std::to_string(*options.horizon));
  }
  if (options.start.size() != 0) check_distribution("start", chain.states(), options.start);
  check_outputs(chain, rewards, options);
  if (!options.horizon) check_end(chain, rewards);
}

}  // namespace sojourn::detail
