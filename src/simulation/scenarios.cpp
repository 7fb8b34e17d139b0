#include "sojourn/simulation/scenarios.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <mutex>
#include <new>
#include <numeric>
#include <span>
#include <stdexcept>
#include <utility>

#include "chain/reward_words.hpp"
#include "simulation/scenario_program.hpp"
#include "solve/horizon.hpp"
#include "support/crew.hpp"
#include "support/elementary.hpp"
#include "support/level.hpp"
#include "support/philox.hpp"
#include "support/text.hpp"
#include "support/threads.hpp"

namespace sojourn {

namespace {

using detail::Entrance;
using detail::ScenarioProgram;

constexpr std::int64_t block_size = 4096;  // customers handed to a thread at once
constexpr std::int64_t most_customers_ever = std::int64_t{1} << 59;
constexpr std::int64_t default_customers = 10'000;

enum Stream : std::uint32_t { start_high = 2, start_low = 3, move_high = 4, move_low = 5 };

/// The random words of one customer for starts and moves.
class MoveWords {
 public:
  MoveWords(std::uint64_t seed, std::uint64_t customer, bool is_mirrored)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
        customer_{static_cast<std::uint32_t>(customer), static_cast<std::uint32_t>(customer >> 32)},
        mirror_(is_mirrored ? 0xffffffffU : 0) {}

  std::uint32_t next(std::uint32_t t) {
    if (t / 4 != kept_) {
      kept_ = t / 4;
      words_ = block(t, move_high);
    }
    return words_[t % 4] ^ mirror_;
  }
  std::uint32_t word(std::uint32_t t, Stream stream) const { return block(t, stream)[t % 4] ^ mirror_; }

 private:
  std::array<std::uint32_t, 4> block(std::uint32_t t, Stream stream) const {
    return detail::philox4x32({customer_[0], customer_[1], t / 4, stream}, key_);
  }

  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 2> customer_;
  std::uint32_t mirror_;
  std::uint32_t kept_ = 0xffffffffU;
  std::array<std::uint32_t, 4> words_{};
};

/// Counts and sums per period.
struct Tables {
  CountMatrix occupancy;
  Vector revenue;
  Vector costs;

  Tables() = default;
  Tables(Index periods, Index n_states)
      : occupancy(CountMatrix::Zero(periods, n_states)), revenue(Vector::Zero(periods)), costs(Vector::Zero(periods)) {}

  void add(const Tables& other) {
    occupancy += other.occupancy;
    revenue += other.revenue;
    costs += other.costs;
  }
};

/// One customer on his way through one scenario.
struct Traveller {
  Index state = 0;
  double value = 0.0;
  double mean_value = 0.0;  // with mean rewards
  double discount = 1.0;
  bool is_over = false;
};

/// Customers walked through several scenarios at once.
class Walk {
 public:
  Walk(const std::vector<ScenarioProgram>& programs, const ScenarioOptions& options, const Entrance& entrance)
      : programs_(programs),
        options_(options),
        entrance_(entrance),
        starts_(entrance.start),
        factor_(options.discount ? options.discount->factor_per_period(programs.front().chain().period()) : 1.0),
        values_(programs.size()) {
    Index last_entry = 0;
    for (const Index entry : entrance.entries) last_entry = std::max(last_entry, entry);
    entry_discounts_.push_back(1.0);
    for (Index t = 0; t < last_entry; ++t) entry_discounts_.push_back(entry_discounts_.back() * factor_);
  }

  /// Also counts per period, and values at mean rewards; for a single scenario.
  void count_periods() {
    if (options_.horizon) tables_ = Tables(*options_.horizon, programs_.front().chain().n_states());
    has_tables_ = options_.horizon.has_value();
  }
  void keep_mean_values() { has_mean_values_ = true; }

  /// Simulates on, to so many customers in all. Throws `Cancelled`.
  void run(std::int64_t customers, detail::Crew& crew) {
    for (auto& values : values_) values.resize(static_cast<std::size_t>(customers));
    if (has_mean_values_) mean_values_.resize(static_cast<std::size_t>(customers));
    const std::int64_t from = customers_;
    const std::int64_t n_blocks = (customers - from + block_size - 1) / block_size;
    std::mutex mutex;
    std::map<std::int64_t, Tables> waiting;  // so that sums are taken in the order of the blocks
    std::int64_t next = 0;
    const auto work = [&](int, std::int64_t block) -> std::int64_t {
      const std::int64_t first = from + block * block_size;
      const std::int64_t end = std::min(first + block_size, customers);
      Tables tables = has_tables_ ? Tables(tables_.occupancy.rows(), tables_.occupancy.cols()) : Tables();
      std::vector<Traveller> travellers(programs_.size());
      for (std::int64_t c = first; c < end; ++c) {
        if (c % 64 == 0 && !crew.goes_on()) return 0;
        if (!walk_one(c, travellers, tables, crew)) return 0;
        const auto at = static_cast<std::size_t>(c);
        for (std::size_t k = 0; k < travellers.size(); ++k) values_[k][at] = travellers[k].value;
        if (has_mean_values_) mean_values_[at] = travellers.front().mean_value;
      }
      if (!has_tables_) return end - first;
      const std::lock_guard lock(mutex);
      waiting.emplace(block, std::move(tables));
      for (auto ready = waiting.find(next); ready != waiting.end(); ready = waiting.find(++next)) {
        tables_.add(ready->second);
        waiting.erase(ready);
      }
      return end - first;
    };
    if (!crew.run(n_blocks, detail::Crew::size(n_blocks, options_.threads), work)) {
      throw Cancelled("scenarios: stopped on request before the end");
    }
    customers_ = customers;
  }

  std::int64_t customers() const { return customers_; }
  const std::vector<double>& values(std::size_t scenario) const { return values_[scenario]; }
  const std::vector<double>& mean_values() const { return mean_values_; }
  const Tables& tables() const { return tables_; }

 private:
  /// False where the crew does not go on.
  bool walk_one(std::int64_t c, std::vector<Traveller>& travellers, Tables& tables, detail::Crew& crew) const {
    const auto number = static_cast<std::uint64_t>(options_.first_customer + c);
    const bool is_mirrored = options_.antithetic && number % 2 == 1;
    const std::uint64_t key = options_.antithetic ? number & ~std::uint64_t{1} : number;
    MoveWords words(options_.seed, key, is_mirrored);
    const detail::RewardWords reward_words(options_.seed, key, is_mirrored);

    const Index entry = entrance_.entry(c);
    const Index state =
        entrance_.start_states.empty()
            ? Index{starts_.draw(0, words.word(0, start_high), [&] { return words.word(0, start_low); })}
            : entrance_.start_states[static_cast<std::size_t>(c)];
    const double discount = entry_discounts_[static_cast<std::size_t>(entry)];
    for (std::size_t k = 0; k < travellers.size(); ++k) {
      const double cost = programs_[k].cost();
      const double paid = cost == 0.0 ? 0.0 : -discount * cost;
      travellers[k] = {.state = state, .value = paid, .mean_value = paid, .discount = discount, .is_over = false};
      if (has_tables_) tables.costs[entry] += cost;
    }
    const Index last_age = options_.horizon ? *options_.horizon - entry : detail::longest_horizon;
    for (Index age = 0;; ++age) {
      if (age == last_age) {
        if (options_.horizon) return true;
        throw std::domain_error("scenarios: customer " + std::to_string(number) + " has not come to an end after " +
                                text::grouped(detail::longest_horizon) + " periods; give a horizon");
      }
      bool goes_on = false;
      for (std::size_t k = 0; k < travellers.size(); ++k) {
        if (!travellers[k].is_over) step(programs_[k], travellers[k], words, reward_words, entry, age, tables);
        goes_on = goes_on || !travellers[k].is_over;
      }
      if (!goes_on) return true;
      if ((age & 0xfff) == 0xfff && !crew.goes_on()) return false;
    }
  }

  void step(const ScenarioProgram& program, Traveller& traveller, MoveWords& words,
            const detail::RewardWords& reward_words, Index entry, Index age, Tables& tables) const {
    const Index state = traveller.state;
    const auto at = static_cast<std::size_t>(state);
    const Index period = entry + age;
    if (program.is_over(state, period, age)) {
      traveller.is_over = true;
      if (has_tables_) {
        for (Index t = period; t < tables.occupancy.rows(); ++t) ++tables.occupancy(t, state);
      }
      return;
    }
    const ScenarioProgram::Stage stage =
        program.is_constant() ? ScenarioProgram::Stage{0, 0} : program.stage(period, age);
    const ScenarioProgram::Moves& moves = program.moves(stage);
    const ScenarioProgram::Money& money = program.money(stage);
    const auto t = static_cast<std::uint32_t>(age);

    Index next = state;
    if (!moves.is_absorbing[at]) {
      next = moves.table.draw(state, words.next(t), [&] { return words.word(t, move_low); });
    }
    const double cost = program.costs()[state];
    const double mean = money.mean[state];
    const double reward = money.has_laws && money.laws[at] ? reward_words.draw(*money.laws[at], t) : mean;
    traveller.value += traveller.discount * (reward - cost);
    if (has_mean_values_) traveller.mean_value += traveller.discount * (mean - cost);
    traveller.discount *= factor_;
    double moved = 0.0;
    if (money.has_moves) {
      moved = money.rewards.move_reward(state, next);
      traveller.value += traveller.discount * moved;
      if (has_mean_values_) traveller.mean_value += traveller.discount * moved;
    }
    if (has_tables_) {
      ++tables.occupancy(period, state);
      tables.revenue[period] += reward + moved;
      tables.costs[period] += cost;
    }
    traveller.state = next;
  }

  const std::vector<ScenarioProgram>& programs_;
  const ScenarioOptions& options_;
  const Entrance& entrance_;
  detail::InverseTable starts_;
  double factor_;
  std::vector<double> entry_discounts_;
  std::vector<std::vector<double>> values_;
  std::vector<double> mean_values_;
  Tables tables_;
  bool has_tables_ = false;
  bool has_mean_values_ = false;
  std::int64_t customers_ = 0;
};

/// Sums of blocks, then of their sums: the same number whatever made the terms.
template <class Term>
double block_sum(std::size_t n, const Term& term) {
  double total = 0.0;
  for (std::size_t first = 0; first < n; first += block_size) {
    const std::size_t end = std::min<std::size_t>(n, first + block_size);
    double part = 0.0;
    for (std::size_t i = first; i < end; ++i) part += term(i);
    total += part;
  }
  return total;
}

/// Observations independent of each other: customers, or the means of antithetic pairs.
std::vector<double> independent(const std::vector<double>& values, bool is_paired) {
  if (!is_paired) return values;
  std::vector<double> pairs(values.size() / 2);
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = 0.5 * (values[2 * i] + values[2 * i + 1]);
  return pairs;
}

/// True for an error that is more than rounding of amounts of this size.
bool is_chance(double standard_error, double size) {
  return standard_error > 1e-12 * size;
}

std::optional<double> z_of(double mean, double standard_error, const std::optional<double>& exact) {
  if (!exact || !is_chance(standard_error, std::abs(mean) + std::abs(*exact))) return std::nullopt;
  return (mean - *exact) / standard_error;
}

SimulatedMean mean_of(const std::vector<double>& values, bool is_paired, const std::optional<double>& exact) {
  const std::vector<double> x = independent(values, is_paired);
  const std::size_t n = x.size();
  const double mean = block_sum(n, [&](std::size_t i) { return x[i]; }) / static_cast<double>(n);
  double error = 0.0;
  if (n > 1) {
    const double squares = block_sum(n, [&](std::size_t i) { return (x[i] - mean) * (x[i] - mean); });
    error = std::sqrt(squares / static_cast<double>(n - 1) / static_cast<double>(n));
  }
  return {.mean = mean, .standard_error = error, .exact = exact, .z = z_of(mean, error, exact)};
}

/// The mean of `values` told what `controls`, of known mean, were off.
SimulatedMean controlled_mean(const std::vector<double>& values, const std::vector<double>& controls,
                              double mean_of_controls, bool is_paired, const std::optional<double>& exact) {
  const std::vector<double> y = independent(values, is_paired);
  const std::vector<double> x = independent(controls, is_paired);
  const std::size_t n = y.size();
  const auto count = static_cast<double>(n);
  const double x_mean = block_sum(n, [&](std::size_t i) { return x[i]; }) / count;
  const double y_mean = block_sum(n, [&](std::size_t i) { return y[i]; }) / count;
  const double xx = block_sum(n, [&](std::size_t i) { return (x[i] - x_mean) * (x[i] - x_mean); });
  const double xy = block_sum(n, [&](std::size_t i) { return (x[i] - x_mean) * (y[i] - y_mean); });
  const double slope = xx > 0.0 ? xy / xx : 0.0;
  const double mean = y_mean - slope * (x_mean - mean_of_controls);
  double error = 0.0;
  if (n > 2) {
    const double squares = block_sum(n, [&](std::size_t i) {
      const double rest = (y[i] - y_mean) - slope * (x[i] - x_mean);
      return rest * rest;
    });
    error = std::sqrt(squares / (count - 2.0) / count);
  }
  return {.mean = mean, .standard_error = error, .exact = exact, .z = z_of(mean, error, exact)};
}

/// Order statistics `lower`, `upper` (counted from 1) between which the quantile `p` of `n` independent values lies with
/// probability `level` at least, from the binomial law of how many do not exceed it; nothing where so few cannot tell.
struct Ranks {
  std::int64_t lower;
  std::int64_t upper;
};
std::optional<Ranks> quantile_ranks(std::int64_t n, double p, double level) {
  // Weights beside that of the mode, by their ratios, down to where no more is added.
  constexpr double negligible = 1e-18;
  const double odds = p / (1.0 - p);
  const auto mode = std::min(n, static_cast<std::int64_t>((static_cast<double>(n) + 1.0) * p));
  std::vector<double> below;  // mode - 1, mode - 2, …
  std::vector<double> from_mode{1.0};
  for (std::int64_t k = mode; k > 0; --k) {
    const double last = below.empty() ? 1.0 : below.back();
    below.push_back(last * static_cast<double>(k) / static_cast<double>(n - k + 1) / odds);
    if (below.back() < negligible) break;
  }
  for (std::int64_t k = mode; k < n; ++k) {
    from_mode.push_back(from_mode.back() * static_cast<double>(n - k) / static_cast<double>(k + 1) * odds);
    if (from_mode.back() < negligible) break;
  }
  std::vector<double> weights(below.rbegin(), below.rend());
  weights.insert(weights.end(), from_mode.begin(), from_mode.end());
  const std::int64_t first = mode - static_cast<std::int64_t>(below.size());
  const double tail = 0.5 * (1.0 - level) * std::accumulate(weights.begin(), weights.end(), 0.0);

  // The quantile is below the order statistic `lower` when fewer than `lower` values do not exceed it.
  std::int64_t lower = first;
  double left = 0.0;
  for (std::size_t i = 0; i < weights.size() && left + weights[i] <= tail; ++i) {
    left += weights[i];
    ++lower;
  }
  std::int64_t upper = first + static_cast<std::int64_t>(weights.size());
  double right = 0.0;
  for (std::size_t i = weights.size(); i > 0 && right + weights[i - 1] <= tail; --i) {
    right += weights[i - 1];
    --upper;
  }
  if (lower < 1 || upper > n) return std::nullopt;
  return Ranks{.lower = lower, .upper = upper};
}

std::optional<QuantileInterval> quantile_interval(std::vector<double> values, const QuantileWidth& wanted) {
  const auto ranks = quantile_ranks(static_cast<std::int64_t>(values.size()), wanted.p, wanted.level);
  if (!ranks) return std::nullopt;
  const auto nth = [&values](std::int64_t rank) {
    const auto place = values.begin() + (rank - 1);
    std::nth_element(values.begin(), place, values.end());
    return *place;
  };
  const double lower = nth(ranks->lower);
  return QuantileInterval{.p = wanted.p, .level = wanted.level, .lower = lower, .upper = nth(ranks->upper)};
}

// Checks.

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
  const Index end = options.horizon ? *options.horizon : detail::longest_horizon;
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

void check_stop(const ScenarioOptions& options, std::int64_t customers) {
  const StopAt& stop = options.stop_at;
  if (!stop.standard_error && !stop.quantile_width) return;
  if (stop.standard_error && !(*stop.standard_error > 0.0 && std::isfinite(*stop.standard_error))) {
    throw std::invalid_argument("stop_at: standard_error must be an amount above 0, found " +
                                text::number(*stop.standard_error));
  }
  if (stop.quantile_width) {
    const QuantileWidth& wanted = *stop.quantile_width;
    if (!(wanted.p > 0.0 && wanted.p < 1.0)) {
      throw std::invalid_argument("stop_at: p of quantile_width must be between 0 and 1 (0.5 = the median), found " +
                                  text::number(wanted.p));
    }
    if (!(wanted.width > 0.0 && std::isfinite(wanted.width))) {
      throw std::invalid_argument("stop_at: width of quantile_width must be an amount above 0, found " +
                                  text::number(wanted.width));
    }
    detail::check_level(wanted.level);
    if (options.antithetic) {
      throw std::invalid_argument(
          "stop_at: a quantile's interval needs independent customers; leave out antithetic, or stop at a standard "
          "error");
    }
  }
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

/// Everything a run needs, checked.
struct Plan {
  ScenarioOptions options;
  std::vector<ScenarioProgram> programs;
  Entrance entrance;
  std::int64_t customers;
};

Plan plan_of(const std::vector<std::pair<std::string, const Scenario*>>& scenarios, const ScenarioOptions& options) {
  if (options.horizon) detail::check_horizon("horizon", *options.horizon);
  detail::check_threads(options.threads);
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
  check_start(first.states(), options);
  check_entries(options);
  Plan plan{.options = options, .programs = {}, .entrance = {}, .customers = number_of(options)};
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

// Running.

/// Calls `is_enough` after each batch; returns whether it held.
template <class IsEnough>
bool run_until(Walk& walk, const Plan& plan, const IsEnough& is_enough) {
  detail::Crew crew(plan.options.progress, plan.options.cancel);
  const StopAt& stop = plan.options.stop_at;
  try {
    walk.run(plan.customers, crew);
    if (!stop.standard_error && !stop.quantile_width) return true;
    for (;;) {
      const double missing = is_enough();
      if (missing <= 1.0) return true;
      if (walk.customers() >= plan.options.most_customers) return false;
      // As many as the spread so far calls for and a little more, but not much at once.
      const auto n = static_cast<double>(walk.customers());
      const double wanted = n * std::min(4.0, std::max(1.1, 1.02 * missing * missing));
      auto next = static_cast<std::int64_t>(std::min(wanted, static_cast<double>(plan.options.most_customers))) + 1;
      next = std::min(next + next % 2, plan.options.most_customers);
      if (plan.options.antithetic) next -= next % 2;
      if (next <= walk.customers()) return false;
      walk.run(next, crew);
    }
  } catch (const std::bad_alloc&) {
    throw std::runtime_error("scenarios: not enough memory; simulate fewer customers at once (first_customer)");
  } catch (const std::length_error&) {
    throw std::runtime_error("scenarios: not enough memory; simulate fewer customers at once (first_customer)");
  }
}

/// How many times too wide a mean and a quantile still are.
double missing_of(const StopAt& stop, double standard_error, const std::vector<double>& values) {
  double missing = 0.0;
  if (stop.standard_error) missing = standard_error / *stop.standard_error;
  if (stop.quantile_width) {
    const auto interval = quantile_interval(values, *stop.quantile_width);
    missing = std::max(missing, interval ? (interval->upper - interval->lower) / stop.quantile_width->width : 2.0);
  }
  return missing;
}

std::optional<QuantileInterval> asked_interval(const StopAt& stop, const std::vector<double>& values) {
  return stop.quantile_width ? quantile_interval(values, *stop.quantile_width) : std::nullopt;
}

std::string describe(const Plan& plan, std::int64_t customers, const std::string& label) {
  const ScenarioOptions& options = plan.options;
  const Chain& chain = plan.programs.front().chain();
  std::string start = ", with first states of their own";
  if (plan.entrance.start_states.empty()) {
    std::vector<std::string> names;
    for (Index i = 0; i < chain.n_states(); ++i) {
      if (plan.entrance.start[i] > 0.0) names.push_back(chain.states().name(i));
    }
    start = (names.size() == 1 ? ", starting in " : ", starting among ") + text::list(names, 5);
  }
  return text::plural(customers, "customer") + " simulated" + (options.antithetic ? " in antithetic pairs" : "") +
         start + (plan.entrance.entries.empty() ? "" : ", entering one after the other") +
         (options.horizon ? ", over " + text::plural(*options.horizon, chain.period().is_step() ? "event" : "period")
                          : std::string(", until each has reached an absorbing state")) +
         (chain.period().is_step() ? "" : " (one period = " + chain.period().name() + ")") + "; value (" + label +
         " less costs), discount: " +
         (options.discount ? options.discount->describe(chain.period()) : "none (undiscounted)") + "; seed " +
         std::to_string(options.seed) + ", sampler: inverse";
}

std::vector<double> differences(const std::vector<double>& base, const std::vector<double>& changed) {
  std::vector<double> result(base.size());
  for (std::size_t i = 0; i < base.size(); ++i) result[i] = changed[i] - base[i];
  return result;
}

std::optional<double> correlation(const std::vector<double>& a, const std::vector<double>& b,
                                  const SimulatedValue& of_a, const SimulatedValue& of_b) {
  const double spread = of_a.standard_deviation() * of_b.standard_deviation();
  if (!(spread > 0.0)) return std::nullopt;
  const double covariance =
      block_sum(a.size(), [&](std::size_t i) { return (a[i] - of_a.mean()) * (b[i] - of_b.mean()); }) /
      static_cast<double>(a.size() - 1);
  return std::clamp(covariance / spread, -1.0, 1.0);
}

ScenarioComparison comparison_of(const Plan& plan, const Walk& walk, std::size_t k, const std::string& label,
                                 const std::vector<std::optional<double>>& exact, bool is_reached) {
  const bool is_paired = plan.options.antithetic;
  const std::vector<double>& base = walk.values(0);
  const std::vector<double>& changed = walk.values(k);
  const std::vector<double> difference = differences(base, changed);
  std::optional<double> exact_difference;
  if (exact[0] && exact[k]) exact_difference = *exact[k] - *exact[0];

  ScenarioComparison result{
      .base = SimulatedValue(base),
      .changed = SimulatedValue(changed),
      .difference = SimulatedValue(difference),
      .base_mean = mean_of(base, is_paired, exact[0]),
      .changed_mean = mean_of(changed, is_paired, exact[k]),
      .mean_difference = mean_of(difference, is_paired, exact_difference),
      .controlled_difference = {},
      .independent_standard_error = 0.0,
      .gain = {},
      .correlation = {},
      .share_better = 0.0,
      .share_worse = 0.0,
      .customers = walk.customers(),
      .is_reached = is_reached,
      .quantile_interval = asked_interval(plan.options.stop_at, difference),
      .definition = describe(plan, walk.customers(), label) + "; the same customers in both scenarios"};
  const double first = result.base.standard_error();
  const double second = result.changed.standard_error();
  const double apart = std::sqrt(first * first + second * second);
  const double together = result.mean_difference.standard_error;
  result.independent_standard_error = apart;
  if (is_chance(together, std::abs(result.base_mean.mean) + std::abs(result.changed_mean.mean))) {
    result.gain = (apart / together) * (apart / together);
  }
  result.correlation = correlation(base, changed, result.base, result.changed);
  std::int64_t better = 0;
  std::int64_t worse = 0;
  for (std::size_t i = 0; i < difference.size(); ++i) {
    const double rounding = 1e-12 * (std::abs(base[i]) + std::abs(changed[i]));
    better += difference[i] > rounding;
    worse += difference[i] < -rounding;
  }
  result.share_better = static_cast<double>(better) / static_cast<double>(walk.customers());
  result.share_worse = static_cast<double>(worse) / static_cast<double>(walk.customers());
  if (plan.options.control) {
    result.controlled_difference = controlled_mean(difference, base, *exact[0], is_paired, exact_difference);
  }
  return result;
}

/// The exact means, of as many customers as there will be (which matters only where they are given one by one).
std::vector<std::optional<double>> exact_means(const Plan& plan) {
  std::vector<std::optional<double>> exact;
  for (const ScenarioProgram& program : plan.programs) {
    exact.push_back(program.exact_mean(plan.entrance, plan.customers, plan.options.discount));
  }
  return exact;
}

void need_exact(const std::optional<double>& exact) {
  if (exact) return;
  throw std::domain_error("control: the exact mean of the control would take too long to find; leave out control");
}

}  // namespace

ScenarioSimulation simulate_scenario(const Scenario& scenario, const ScenarioOptions& options) {
  const Plan plan = plan_of({{"", &scenario}}, options);
  const ScenarioProgram& program = plan.programs.front();
  if (options.control && !program.has_laws()) {
    throw std::invalid_argument(
        "control: the control is the value with mean rewards, and no reward is random here; the exact mean is known "
        "(mean.exact)");
  }
  const std::optional<double> exact = exact_means(plan).front();
  if (options.control) need_exact(exact);

  Walk walk(plan.programs, plan.options, plan.entrance);
  walk.count_periods();
  if (options.control) walk.keep_mean_values();
  const auto mean = [&] { return mean_of(walk.values(0), options.antithetic, exact); };
  const auto controlled = [&] {
    return controlled_mean(walk.values(0), walk.mean_values(), *exact, options.antithetic, exact);
  };
  const bool is_reached = run_until(walk, plan, [&] {
    const double error = options.control ? controlled().standard_error : mean().standard_error;
    return missing_of(options.stop_at, error, walk.values(0));
  });

  const Tables& tables = walk.tables();
  CountVector survivors = tables.occupancy.rowwise().sum();
  for (Index i = 0; i < tables.occupancy.cols(); ++i) {
    if (program.is_absorbing()[static_cast<std::size_t>(i)]) survivors -= tables.occupancy.col(i);
  }
  ScenarioSimulation result{.value = SimulatedValue(walk.values(0)),
                            .mean = mean(),
                            .controlled_mean = {},
                            .occupancy = tables.occupancy,
                            .survivors = survivors,
                            .revenue = tables.revenue,
                            .costs = tables.costs,
                            .customers = walk.customers(),
                            .is_reached = is_reached,
                            .quantile_interval = asked_interval(options.stop_at, walk.values(0)),
                            .definition = describe(plan, walk.customers(), scenario.rewards.label())};
  if (options.control) result.controlled_mean = controlled();
  return result;
}

std::vector<ScenarioComparison> compare_scenarios(const Scenario& base, const std::vector<Scenario>& changed,
                                                  const ScenarioOptions& options) {
  if (changed.empty()) throw std::invalid_argument("changed: give at least one scenario to compare with the base");
  std::vector<std::pair<std::string, const Scenario*>> scenarios{{"base.", &base}};
  for (std::size_t k = 0; k < changed.size(); ++k) {
    scenarios.emplace_back(changed.size() == 1 ? "changed." : "changed[" + std::to_string(k) + "].", &changed[k]);
  }
  const Plan plan = plan_of(scenarios, options);
  const std::vector<std::optional<double>> exact = exact_means(plan);
  if (options.control) need_exact(exact.front());

  Walk walk(plan.programs, plan.options, plan.entrance);
  const bool is_reached = run_until(walk, plan, [&] {
    double missing = 0.0;
    for (std::size_t k = 1; k < plan.programs.size(); ++k) {
      const std::vector<double> difference = differences(walk.values(0), walk.values(k));
      const SimulatedMean mean = options.control
                                     ? controlled_mean(difference, walk.values(0), *exact[0], options.antithetic, {})
                                     : mean_of(difference, options.antithetic, {});
      missing = std::max(missing, missing_of(options.stop_at, mean.standard_error, difference));
    }
    return missing;
  });
  std::vector<ScenarioComparison> results;
  for (std::size_t k = 1; k < plan.programs.size(); ++k) {
    results.push_back(comparison_of(plan, walk, k, base.rewards.label(), exact, is_reached));
  }
  return results;
}

ScenarioComparison compare_scenarios(const Scenario& base, const Scenario& changed, const ScenarioOptions& options) {
  return compare_scenarios(base, std::vector<Scenario>{changed}, options).front();
}

}  // namespace sojourn
