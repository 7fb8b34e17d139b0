#include "sojourn/simulation/cohorts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "data/counts_access.hpp"
#include "sojourn/simulation/simulate.hpp"
#include "solve/horizon.hpp"
#include "support/binomial.hpp"
#include "support/crew.hpp"
#include "support/memory.hpp"
#include "support/multinomial.hpp"
#include "support/split_words.hpp"
#include "support/text.hpp"
#include "support/threads.hpp"

namespace sojourn {

namespace {

constexpr auto most_customers = static_cast<std::int64_t>(detail::BinomialLaw::most_trials);
constexpr std::int64_t most_paths = std::int64_t{1} << 32;
constexpr std::int64_t most_cells = std::int64_t{1} << 40;
constexpr std::int64_t most_moves = std::int64_t{1} << 62;
constexpr int rows_between_looks = 256;  // at the flags and the clock

/// Everything that a thread needs to know, and nothing that it changes.
struct Plan {
  Index n_states;
  const CohortOptions& options;
  std::vector<std::size_t> first;  // row `i` holds the moves `first[i] … first[i + 1] - 1`
  std::vector<detail::SplitMove> moves;
  std::vector<double> move_rewards;       // empty = none
  std::vector<detail::SplitMove> starts;  // empty where the stock is given
  Vector state_rewards;
  double factor;
};

/// Where one path is written to.
struct PathPlaces {
  std::int64_t* occupancy;
  std::int64_t* closing_stock;
  std::int64_t* moves;
  double* revenue;
  double* value;
};

/// Leaves off where the crew does.
void walk(const Plan& plan, std::int64_t path, const PathPlaces& out, detail::Crew& crew) {
  const CohortOptions& options = plan.options;
  const Index n = plan.n_states;
  const auto number = static_cast<std::uint32_t>(options.first_path + path);
  int countdown = rows_between_looks;

  std::fill_n(out.occupancy, n, 0);
  std::fill_n(out.moves, plan.moves.size(), 0);
  if (plan.starts.empty()) {
    std::copy(options.stock.begin(), options.stock.end(), out.occupancy);
  } else {
    detail::split(plan.starts, 0, plan.starts.size(), *options.customers,
                  detail::SplitWords::of_start(options.seed, number),
                  [&](std::size_t m, std::int64_t some) { out.occupancy[plan.starts[m].to] += some; });
  }
  double discount = 1.0;
  double value = 0.0;
  for (Index t = 0; t < options.horizon; ++t) {
    std::int64_t* now = out.occupancy + t * n;
    std::int64_t* next = t + 1 < options.horizon ? now + n : out.closing_stock;
    std::fill_n(next, n, 0);
    if (t > 0 && options.arrivals.size() != 0) {
      const Index row = options.arrivals.rows() == 1 ? 0 : t - 1;
      for (Index i = 0; i < n; ++i) now[i] += options.arrivals(row, i);
    }
    double of_states = 0.0;
    double of_moves = 0.0;
    for (Index i = 0; i < n; ++i) {
      const std::int64_t count = now[i];
      if (--countdown == 0) {
        if (!crew.goes_on()) return;
        countdown = rows_between_looks;
      }
      if (count == 0) continue;
      of_states += static_cast<double>(count) * plan.state_rewards[i];
      const auto cell = static_cast<std::uint64_t>(t * n + i);
      detail::split(plan.moves, plan.first[static_cast<std::size_t>(i)], plan.first[static_cast<std::size_t>(i) + 1],
                    count, detail::SplitWords(options.seed, number, cell), [&](std::size_t m, std::int64_t some) {
                      next[plan.moves[m].to] += some;
                      out.moves[m] += some;
                      if (!plan.move_rewards.empty()) of_moves += static_cast<double>(some) * plan.move_rewards[m];
                    });
    }
    out.revenue[t] = of_states + of_moves;
    value += discount * of_states;
    discount *= plan.factor;
    value += discount * of_moves;
  }
  *out.value = value;
}

[[noreturn]] void refuse(const std::string& message) {
  throw std::invalid_argument(message);
}

template <class Counts>
void check_whole_numbers(const char* who, const StateSpace& states, const Counts& counts) {
  for (Index t = 0; t < counts.rows(); ++t) {
    for (Index i = 0; i < counts.cols(); ++i) {
      if (counts(t, i) >= 0) continue;
      refuse(std::string(who) + ": holds " + std::to_string(counts(t, i)) + " customers in " +
             text::quoted(states.name(i)) + ", expected a number of at least 0");
    }
  }
}

/// The arrivals with one row per later period, or one for all of them.
CountMatrix arrivals_in_rows(const StateSpace& states, const CohortOptions& options) {
  const Index n = states.n_states();
  const CountMatrix& given = options.arrivals;
  if (given.size() == 0) return {};
  CountMatrix rows;
  if (given.cols() == n && (given.rows() == 1 || given.rows() == options.horizon - 1)) {
    rows = given;
  } else if (given.cols() == 1 && given.rows() == n) {
    rows = given.transpose();
  } else {
    refuse("arrivals: shape (" + std::to_string(given.rows()) + ", " + std::to_string(given.cols()) + "), expected (" +
           std::to_string(n) + ",), the same in every later period, or (" + std::to_string(options.horizon - 1) + ", " +
           std::to_string(n) + "), one row for each of them");
  }
  check_whole_numbers("arrivals", states, rows);
  return rows;
}

void check_options(const Chain& chain, const Rewards& rewards, const CohortOptions& options) {
  const StateSpace& states = chain.states();
  if (!(states == rewards.states())) {
    refuse("rewards: are for the states " + text::list(rewards.states().names()) + ", the chain has " +
           text::list(states.names()));
  }
  detail::check_horizon("horizon", options.horizon);
  const bool has_stock = options.stock.size() != 0;
  if (!options.customers && !has_stock) {
    refuse("customers: say how many newcomers there are, or give the stock of today");
  }
  if (options.customers && has_stock) {
    refuse("stock: stands in the place of customers; give one of the two, and newcomers as arrivals");
  }
  if (options.customers && (*options.customers < 1 || *options.customers > most_customers)) {
    refuse("customers: must be from 1 to " + text::grouped(most_customers) + ", found " +
           std::to_string(*options.customers));
  }
  if (has_stock && options.start.size() != 0) {
    refuse("start: says where newcomers begin, but the stock already stands somewhere; leave it out");
  }
  if (options.start.size() != 0) check_distribution("start", states, options.start);
  if (has_stock) {
    if (options.stock.size() != states.n_states()) {
      refuse("stock: expected one number for each of " + text::plural(states.n_states(), "state") + ", found " +
             std::to_string(options.stock.size()));
    }
    check_whole_numbers("stock", states, options.stock.transpose());
  }
  if (options.first_path < 0 || options.first_path >= most_paths) {
    refuse("first_path: must be from 0 to 2^32 - 1, found " + std::to_string(options.first_path));
  }
  if (options.paths < 1 || options.paths > most_paths - options.first_path) {
    refuse("paths: must be at least 1, with numbers below 2^32, found " + std::to_string(options.paths) +
           (options.first_path == 0 ? std::string() : " from number " + std::to_string(options.first_path)));
  }
  detail::check_threads(options.threads);
}

/// All who are ever there. Throws `domain_error` where whole numbers end.
std::int64_t all_customers(const CohortOptions& options, const CountMatrix& arrivals) {
  std::int64_t total = 0;
  const auto add = [&](std::int64_t some, std::int64_t times) {
    if (some <= 0 || times <= 0) return;
    if (some > (most_customers - total) / times) {
      throw std::domain_error("simulate_cohort: stock and arrivals together are more than " +
                              text::grouped(most_customers) +
                              " customers; count them in thousands, or simulate fewer periods");
    }
    total += some * times;
  };
  if (options.customers) add(*options.customers, 1);
  for (const std::int64_t some : options.stock) add(some, 1);
  const Index repeats = arrivals.rows() == 1 ? options.horizon - 1 : 1;
  for (const std::int64_t some : arrivals.reshaped()) add(some, repeats);
  if (total > most_moves / options.horizon) {
    throw std::domain_error("simulate_cohort: " + text::grouped(total) + " customers make more moves in " +
                            text::plural(options.horizon, "period") +
                            " than whole numbers can count; simulate fewer of either");
  }
  return total;
}

void check_memory(const Chain& chain, const CohortOptions& options) {
  const auto n = static_cast<double>(chain.n_states());
  const auto horizon = static_cast<double>(options.horizon);
  const double per_path = 8.0 * (horizon * (n + 1.0) + n + static_cast<double>(chain.n_moves()) + 1.0);
  const double bytes = per_path * static_cast<double>(options.paths);
  const double available = detail::free_memory();
  if (bytes < available && n * horizon < static_cast<double>(most_cells)) return;
  refuse("simulate_cohort: not enough memory for " + text::plural(options.paths, "path") + " of " +
         text::plural(options.horizon, "period") + " and " + text::plural(chain.n_states(), "state") + ": " +
         text::number(bytes / 1e9, 3) + " GB of numbers, " + text::number(available / 1e9, 3) +
         " GB are free; simulate in parts (first_path), or fewer periods");
}

std::string begins(const StateSpace& states, const CohortOptions& options) {
  if (options.stock.size() != 0) return "beginning with the stock given";
  if (options.start.size() == 0) return "starting in " + text::quoted(states.name(0));
  std::vector<std::string> names;
  for (Index i = 0; i < states.n_states(); ++i) {
    if (options.start[i] > 0.0) names.push_back(states.name(i));
  }
  return (names.size() == 1 ? "starting in " : "starting among ") + text::list(names, 5);
}

std::string describe(const Chain& chain, const Rewards& rewards, const CohortOptions& options, std::int64_t customers) {
  const bool by_event = chain.period().is_step();
  return text::plural(customers, "customer") + " simulated as numbers per state, " + begins(chain.states(), options) +
         (options.arrivals.size() != 0 ? ", arrivals in later periods included" : "") + ", over " +
         text::plural(options.horizon, by_event ? "event" : "period") +
         (by_event ? "" : " (one period = " + chain.period().name() + ")") + ", " +
         text::plural(options.paths, "path") +
         (options.first_path == 0 ? std::string() : " from number " + std::to_string(options.first_path)) +
         "; value (" + rewards.label() +
         "), discount: " + (options.discount ? options.discount->describe(chain.period()) : "none (undiscounted)") +
         "; seed " + std::to_string(options.seed);
}

Plan planned(const Chain& chain, const Rewards& rewards, const CohortOptions& options) {
  Plan plan{.n_states = chain.n_states(),
            .options = options,
            .first = {0},
            .moves = {},
            .move_rewards = {},
            .starts = {},
            .state_rewards = rewards.per_state(),
            .factor = options.discount ? options.discount->factor_per_period(chain.period()) : 1.0};
  std::vector<std::pair<Index, double>> row;
  for (Index i = 0; i < chain.n_states(); ++i) {
    row.clear();
    chain.for_each_move(i, [&](Index to, double p) {
      row.emplace_back(to, p);
      if (rewards.has_move_rewards()) plan.move_rewards.push_back(rewards.move_reward(i, to));
    });
    detail::add_split_row(plan.moves, row);
    plan.first.push_back(plan.moves.size());
  }
  if (options.stock.size() != 0) return plan;
  row.clear();
  for (Index i = 0; i < options.start.size(); ++i) {
    if (options.start[i] > 0.0) row.emplace_back(i, options.start[i]);
  }
  if (row.empty()) row.emplace_back(0, 1.0);
  detail::add_split_row(plan.starts, row);
  return plan;
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
  const std::int64_t most = most_customers / (n_states() + 1);
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
  check_options(chain, rewards, given);
  CohortOptions options = given;
  options.arrivals = arrivals_in_rows(chain.states(), given);
  CohortSimulation simulation(chain, rewards);
  simulation.customers_ = all_customers(options, options.arrivals);
  if (simulation.customers_ == 0) refuse("stock: holds nobody, and nobody arrives; give at least one customer");
  check_memory(chain, options);
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
    const Plan plan = planned(chain, rewards, options);
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
      const PathPlaces places{.occupancy = simulation.occupancy_.get() + path * options.horizon * n,
                              .closing_stock = simulation.closing_stock_.get() + path * n,
                              .moves = simulation.moves_.get() + path * simulation.n_moves_,
                              .revenue = simulation.revenue_.get() + path * options.horizon,
                              .value = &simulation.value_[path]};
      walk(plan, path, places, crew);
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
