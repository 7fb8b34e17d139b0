#include "sojourn/simulation/cohorts.hpp"

#include <new>
#include <stdexcept>
#include <utility>

#include "data/counts_access.hpp"
#include "simulation/cohort_checks.hpp"
#include "simulation/cohort_walk.hpp"
#include "simulation/run_words.hpp"
#include "sojourn/simulation/cancelled.hpp"
#include "support/crew.hpp"
#include "support/refuse.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

std::string begins(const StateSpace& states, const CohortOptions& options) {
  if (options.stock.size() != 0) return "beginning with the stock given";
  return detail::start_words(states, options.start.size() != 0 ? options.start : start_in(states, states.name(0)));
}

std::string describe(const Chain& chain, const Rewards& rewards, const CohortOptions& options, std::int64_t customers) {
  return text::plural(customers, "customer") + " simulated as numbers per state, " + begins(chain.states(), options) +
         (options.arrivals.size() != 0 ? ", arrivals in later periods included" : "") +
         detail::horizon_words(options.horizon, chain.period()) + ", " + text::plural(options.paths, "path") +
         (options.first_path == 0 ? std::string() : " from number " + std::to_string(options.first_path)) +
         detail::value_words(rewards.label(), options.discount, chain.period()) + "; seed " +
         std::to_string(options.seed);
}

}  // namespace

Index CohortSimulation::place(Index path) const {
  if (path >= 0 && path < n_paths_) return path;
  throw std::out_of_range("path: " + std::to_string(path) + " is not among the " + text::plural(n_paths_, "path") +
                          " simulated, which are numbered from 0");
}

Eigen::Map<const CountMatrix> CohortSimulation::occupancy(Index path) const {
  return {occupancy_.get() + place(path) * horizon_ * n_states(), horizon_, n_states()};
}

CountVector CohortSimulation::survivors(Index path) const {
  const auto customers = occupancy(path);
  CountVector alive = customers.rowwise().sum();
  for (const Index i : chain_.absorbing_states()) alive -= customers.col(i);
  return alive;
}

Eigen::Map<const CountVector> CohortSimulation::closing_stock(Index path) const {
  return {closing_stock_.get() + place(path) * n_states(), n_states()};
}

Eigen::Map<const CountVector> CohortSimulation::move_counts(Index path) const {
  return {moves_.get() + place(path) * n_moves_, n_moves_};
}

CountMatrix CohortSimulation::moves(Index path) const {
  const auto counts = move_counts(path);
  if (chain_.is_sparse()) {
    throw std::domain_error("moves: the chain is sparse, and a number for each pair of " +
                            text::plural(n_states(), "state") + " may not fit into memory; take move_counts");
  }
  CountMatrix all = CountMatrix::Zero(n_states(), n_states());
  Index m = 0;
  for (Index i = 0; i < n_states(); ++i) {
    chain_.for_each_move(i, [&](Index to, double) { all(i, to) = counts[m++]; });
  }
  return all;
}

Eigen::Map<const Vector> CohortSimulation::revenue(Index path) const {
  return {revenue_.get() + place(path) * horizon_, horizon_};
}

Counts CohortSimulation::counts(Index path) const {
  const auto closing = closing_stock(path);
  const auto last = occupancy(path).row(horizon_ - 1);
  const std::vector<Index> absorbing = chain_.absorbing_states();
  std::vector<std::string> exits;
  for (const Index i : absorbing) exits.push_back(states().name(i));
  const auto n = static_cast<std::size_t>(n_states());
  CountsAccess::Fields fields{.lifecycle = Lifecycle(states(), exits), .period = chain_.period()};
  fields.moves = moves(path);
  for (const Index i : absorbing) fields.moves.row(i).setZero();  // a journey ends where it enters one
  fields.lasts = closing;
  fields.visits = fields.moves.rowwise().sum() + closing;
  fields.starts = occupancy(path).row(0).transpose() + arrivals_;
  fields.dwell.resize(n);
  fields.values.resize(n);
  fields.squared_values.resize(n);
  fields.n_journeys = customers_;
  fields.n_customers = customers_;
  const std::int64_t most = detail::most_cohort_customers / (n_states() + 1);
  if (fields.visits.maxCoeff() > most || customers_ > most) {
    throw std::domain_error("counts: more than " + text::grouped(most) +
                            " of one kind cannot be counted; simulate fewer customers or periods");
  }
  for (Index i = 0; i < n_states(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    const auto add = [&](std::int64_t some, double value) {
      if (some == 0 || value == 0.0) return;
      fields.values[at].add(static_cast<double>(some) * value);
      fields.squared_values[at].add(static_cast<double>(some) * (value * value));
    };
    const double reward = rewards_.per_state()[i];
    if (chain_.is_absorbing(i)) {
      add(last[i], reward + rewards_.move_reward(i, i));
      add(closing[i] - last[i], reward);
      continue;
    }
    for (Index to = 0; to < n_states(); ++to) add(fields.moves(i, to), reward + rewards_.move_reward(i, to));
    add(closing[i], reward);
  }
  return CountsAccess::make(std::move(fields));
}

CohortSimulation simulate_cohort(const Chain& chain, const Rewards& rewards, const CohortOptions& given) {
  detail::check_cohort(chain, rewards, given);
  CohortOptions options = given;
  options.arrivals = detail::arrivals_in_rows(chain.states(), given);
  CohortSimulation simulation(chain, rewards);
  simulation.customers_ = detail::all_customers(options, options.arrivals);
  if (simulation.customers_ == 0) detail::refuse("stock: holds nobody, and nobody arrives; give at least one customer");
  detail::check_cohort_memory(chain, options);
  const Index n = chain.n_states();
  simulation.n_paths_ = options.paths;
  simulation.horizon_ = options.horizon;
  simulation.first_path_ = options.first_path;
  simulation.seed_ = options.seed;
  simulation.definition_ = describe(chain, rewards, options, simulation.customers_);
  simulation.arrivals_ = CountVector::Zero(n);
  if (options.arrivals.size() != 0) {
    simulation.arrivals_ = options.arrivals.colwise().sum().transpose();
    if (options.arrivals.rows() == 1) simulation.arrivals_ *= options.horizon - 1;
  }
  try {
    const detail::CohortPlan plan = detail::planned(chain, rewards, options);
    simulation.n_moves_ = static_cast<Index>(plan.moves.size());
    const auto paths = static_cast<std::size_t>(options.paths);
    const auto cells = static_cast<std::size_t>(options.horizon * n);
    // Left as they are found: each path clears its own part.
    simulation.occupancy_.reset(new std::int64_t[paths * cells]);
    simulation.closing_stock_.reset(new std::int64_t[paths * static_cast<std::size_t>(n)]);
    simulation.moves_.reset(new std::int64_t[paths * plan.moves.size()]);
    simulation.revenue_.reset(new double[paths * static_cast<std::size_t>(options.horizon)]);
    simulation.value_ = Vector::Zero(options.paths);
    detail::Crew crew(options.progress, options.cancel);
    const auto work = [&](int, std::int64_t path) -> std::int64_t {
      const detail::CohortPlaces places{.occupancy = simulation.occupancy_.get() + path * options.horizon * n,
                                        .closing_stock = simulation.closing_stock_.get() + path * n,
                                        .moves = simulation.moves_.get() + path * simulation.n_moves_,
                                        .revenue = simulation.revenue_.get() + path * options.horizon,
                                        .value = &simulation.value_[path]};
      detail::walk_cohort(plan, path, places, crew);
      return 1;
    };
    if (!crew.run(options.paths, detail::Crew::size(options.paths, options.threads), work)) {
      throw Cancelled("simulate_cohort: stopped on request before the end");
    }
  } catch (const std::bad_alloc&) {
    throw std::runtime_error("simulate_cohort: not enough memory for " + text::plural(options.paths, "path") +
                             "; simulate in parts (first_path)");
  }
  const bool is_finite =
      simulation.value_.allFinite() &&
      Eigen::Map<const Vector>(simulation.revenue_.get(), options.paths * options.horizon).allFinite();
  if (!is_finite) {
    throw std::domain_error(
        "simulate_cohort: the money is too large for a floating-point number; use smaller rewards or count it in "
        "millions");
  }
  return simulation;
}

}  // namespace sojourn
