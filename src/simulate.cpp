#include "sojourn/simulate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <utility>

#include "crew.hpp"
#include "endless.hpp"
#include "memory.hpp"
#include "philox.hpp"
#include "text.hpp"
#include "threads.hpp"
#include "walk_plan.hpp"
#include "walk_record.hpp"

namespace sojourn {

namespace {

constexpr std::int64_t block_size = detail::WalkRecorder::block_size;
constexpr Index longest_horizon = Index{1} << 31;
constexpr std::int64_t most_customers = std::int64_t{1} << 59;
constexpr Index most_states_for_moves = 4096;         // a square of counts per thread
constexpr Index most_cells_for_revenue = 20'000'000;  // periods times moves, per thread

}  // namespace

namespace detail {

/// Journeys as they were recorded, and as columns once somebody asks.
class SimulatedPaths {
 public:
  SimulatedPaths(const Chain& chain, Rewards rewards, const WalkPlan& plan, std::int64_t first_customer, int threads)
      : lifecycle_(lifecycle_of(chain)),
        period_(chain.period()),
        rewards_(std::move(rewards)),
        state_of_(plan.state_of()),
        first_customer_(first_customer),
        threads_(threads) {}

  std::vector<RecordedBlock>& blocks() { return blocks_; }

  const Journeys& journeys() {
    const std::lock_guard lock(mutex_);
    if (!journeys_) journeys_.emplace(lifecycle_, period_, TimeUnit::step, columns());
    return *journeys_;
  }

 private:
  static Lifecycle lifecycle_of(const Chain& chain) {
    std::vector<std::string> exits;
    for (const Index i : chain.absorbing_states()) exits.push_back(chain.states().name(i));
    return Lifecycle(chain.states(), exits);
  }

  JourneyColumns columns() const {
    const std::size_t n_blocks = blocks_.size();
    std::vector<std::size_t> first_journey(n_blocks + 1, 0);
    std::vector<std::size_t> first_entry(n_blocks + 1, 0);
    for (std::size_t b = 0; b < n_blocks; ++b) {
      first_journey[b + 1] = first_journey[b] + blocks_[b].lengths.size();
      first_entry[b + 1] = first_entry[b] + blocks_[b].states.size() + blocks_[b].wide_states.size();
    }
    check_memory(20.0 * static_cast<double>(first_entry.back()), "journeys: their columns",
                 "simulate in parts (first_customer)");
    JourneyColumns all;
    all.customers.resize(first_journey.back());
    all.offsets.resize(first_journey.back() + 1);
    all.states.resize(first_entry.back());
    all.times.resize(first_entry.back());
    all.values.resize(first_entry.back());
    all.is_continuation.assign(first_journey.back(), false);
    for_each_block(static_cast<std::int64_t>(n_blocks), threads_, [&](std::int64_t block) {
      const auto b = static_cast<std::size_t>(block);
      std::size_t journey = first_journey[b];
      std::size_t at = first_entry[b];
      std::size_t from = 0;
      for (const std::uint32_t length : blocks_[b].lengths) {
        all.customers[journey] = first_customer_ + static_cast<std::int64_t>(journey);
        all.offsets[++journey] = static_cast<std::int64_t>(at + length);
        write(blocks_[b], from, length, at, all);
        from += length;
        at += length;
      }
    });
    return all;
  }

  void write(const RecordedBlock& block, std::size_t from, std::uint32_t length, std::size_t at,
             JourneyColumns& to) const {
    for (std::uint32_t t = 0; t < length; ++t) {
      const std::size_t entry = from + t;
      const std::uint32_t number = block.states.empty() ? block.wide_states[entry] : block.states[entry];
      to.states[at + t] = state_of_[number];
      to.times[at + t] = t;
    }
    const Vector& per_state = rewards_.per_state();
    for (std::size_t k = at; k < at + length; ++k) to.values[k] = per_state[to.states[k]];
    if (!rewards_.has_move_rewards()) return;
    for (std::size_t k = at; k + 1 < at + length; ++k) {
      to.values[k] += rewards_.move_reward(to.states[k], to.states[k + 1]);
    }
  }

  Lifecycle lifecycle_;
  Period period_;
  Rewards rewards_;
  std::vector<std::int32_t> state_of_;
  std::int64_t first_customer_;
  int threads_;
  std::vector<RecordedBlock> blocks_;
  std::mutex mutex_;
  std::optional<Journeys> journeys_;
};

}  // namespace detail

namespace {

void check_options(const Chain& chain, const Rewards& rewards, const SimulateOptions& options) {
  if (!(chain.states() == rewards.states())) {
    throw std::invalid_argument("rewards: are for the states " + text::list(rewards.states().names()) +
                                ", the chain has " + text::list(chain.states().names()));
  }
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
  if (options.threads < 0) {
    throw std::invalid_argument("threads: must be at least 1, or 0 for as many as there are, found " +
                                std::to_string(options.threads));
  }
  if (options.horizon && (*options.horizon < 1 || *options.horizon > longest_horizon)) {
    throw std::invalid_argument("horizon: must be from 1 to " + std::to_string(longest_horizon) + " periods, found " +
                                std::to_string(*options.horizon));
  }
  if (options.start.size() != 0) check_distribution("start", chain.states(), options.start);
  const SimulationOutputs& outputs = options.outputs;
  if (!outputs.value && !outputs.occupancy && !outputs.revenue && !outputs.moves && !outputs.end_times &&
      !outputs.journeys && options.targets.empty()) {
    throw std::invalid_argument(
        "outputs: ask for at least one of value, occupancy, revenue, moves, end_times and journeys, or name targets");
  }
  for (const std::string& target : options.targets) (void)chain.states().index(target);
  if (outputs.moves && chain.n_states() > most_states_for_moves) {
    throw std::invalid_argument("outputs: moves are counted for at most " + std::to_string(most_states_for_moves) +
                                " states, the chain has " + std::to_string(chain.n_states()) +
                                "; ask for journeys and count them");
  }
  if (options.horizon) {
    const Index n = chain.n_states();
    if (outputs.revenue && rewards.has_move_rewards() && n * n > most_cells_for_revenue / *options.horizon) {
      throw std::invalid_argument("outputs: revenue with rewards of moves is counted for at most " +
                                  text::grouped(most_cells_for_revenue) + " periods times moves; ask for journeys");
    }
    return;
  }
  for (const auto& [is_wanted, name] : {std::pair{outputs.occupancy, "occupancy"}, {outputs.revenue, "revenue"}}) {
    if (!is_wanted) continue;
    throw std::invalid_argument("outputs: " + std::string(name) +
                                " is counted per period up to a horizon; give a horizon");
  }
  detail::refuse_endless_journeys("simulate", chain);
  for (const Index i : chain.absorbing_states()) {
    const double per_stay = rewards.per_state()[i] + rewards.move_reward(i, i);
    if (rewards.per_state()[i] == 0.0 && per_stay == 0.0) continue;
    throw std::domain_error("simulate: " + text::quoted(chain.states().name(i)) +
                            " never ends and keeps bringing money; give a horizon");
  }
}

std::string describe_start(const StateSpace& states, const Vector& start) {
  std::vector<std::string> names;
  for (Index i = 0; i < states.n_states(); ++i) {
    if (start[i] > 0.0) names.push_back(states.name(i));
  }
  return (names.size() == 1 ? "starting in " : "starting among ") + text::list(names, 5);
}

}  // namespace

SimulatedValue::SimulatedValue(std::vector<double> values) : mean_(0.0), standard_deviation_(0.0) {
  if (values.empty()) throw std::invalid_argument("values: at least one is needed");
  // Sums of blocks, then of their sums: the same number whatever made the values.
  const auto sum = [&values](auto&& term) {
    double total = 0.0;
    for (std::size_t first = 0; first < values.size(); first += block_size) {
      const std::size_t end = std::min(values.size(), first + block_size);
      double part = 0.0;
      for (std::size_t i = first; i < end; ++i) part += term(values[i]);
      total += part;
    }
    return total;
  };
  const auto n = static_cast<double>(values.size());
  mean_ = sum([](double x) { return x; }) / n;
  if (values.size() > 1) {
    standard_deviation_ = std::sqrt(sum([this](double x) { return (x - mean_) * (x - mean_); }) / (n - 1.0));
  }
  values_ = std::make_shared<const std::vector<double>>(std::move(values));
}

double SimulatedValue::standard_error() const {
  return standard_deviation_ / std::sqrt(static_cast<double>(values_->size()));
}

double SimulatedValue::quantile(double p) const {
  return quantiles(std::span(&p, 1)).front();
}

std::vector<double> SimulatedValue::quantiles(std::span<const double> p) const {
  for (const double share : p) {
    if (!(share >= 0.0 && share <= 1.0)) {
      throw std::invalid_argument("quantile: p must be from 0 to 1 (0.5 = the median), found " + text::number(share));
    }
  }
  std::vector<std::size_t> by_share(p.size());
  for (std::size_t k = 0; k < p.size(); ++k) by_share[k] = k;
  std::sort(by_share.begin(), by_share.end(), [&p](std::size_t a, std::size_t b) { return p[a] < p[b]; });

  std::vector<double> values = *values_;
  std::vector<double> found(p.size());
  auto sorted_to = values.begin();
  for (const std::size_t k : by_share) {
    // A share such as 0.55 is a hair more than it says: it must not cost a rank.
    const double rank = std::ceil(p[k] * static_cast<double>(values.size()) * (1.0 - 1e-14));
    const auto position = std::min(values.size() - 1, static_cast<std::size_t>(std::max(0.0, rank - 1.0)));
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(position);
    std::nth_element(std::min(sorted_to, place), place, values.end());
    sorted_to = place;
    found[k] = *place;
  }
  return found;
}

const SimulatedValue& Simulation::value() const {
  if (!value_) throw std::domain_error("value: was not asked for; add it to the outputs of simulate");
  return *value_;
}

const CountMatrix& Simulation::occupancy() const {
  if (!occupancy_) throw std::domain_error("occupancy: was not asked for; add it to the outputs of simulate");
  return *occupancy_;
}

CountVector Simulation::survivors() const {
  CountVector alive = CountVector::Constant(occupancy().rows(), customers_);
  for (const Index i : absorbing_) alive -= occupancy_->col(i);
  return alive;
}

const Matrix& Simulation::revenue() const {
  if (!revenue_) throw std::domain_error("revenue: was not asked for; add it to the outputs of simulate");
  return *revenue_;
}

const CountMatrix& Simulation::moves() const {
  if (!moves_) throw std::domain_error("moves: were not asked for; add them to the outputs of simulate");
  return *moves_;
}

std::span<const std::int64_t> Simulation::end_times() const {
  if (!end_times_) throw std::domain_error("end_times: were not asked for; add them to the outputs of simulate");
  return *end_times_;
}

std::span<const std::int64_t> Simulation::passage_times() const {
  if (!passage_times_) throw std::domain_error("passage_times: were not asked for; give simulate targets");
  return *passage_times_;
}

const Journeys& Simulation::journeys() const {
  if (!paths_) throw std::domain_error("journeys: were not asked for; add them to the outputs of simulate");
  return paths_->journeys();
}

namespace {

/// One run: the plan, what its workers fill in, and how customers begin.
class Run {
 public:
  Run(const Chain& chain, const Rewards& rewards, const SimulateOptions& options, const Vector& start)
      : options_(options),
        rewards_(rewards),
        plan_(chain, rewards, options.discount ? options.discount->factor_per_period(chain.period()) : 1.0,
              options.horizon ? static_cast<std::uint64_t>(*options.horizon)
                              : std::numeric_limits<std::uint64_t>::max() / 8,
              options.seed),
        n_blocks_((options.customers + block_size - 1) / block_size) {
    const auto n = static_cast<std::size_t>(chain.n_states());
    is_absorbing_.assign(n, 0);
    for (const Index i : chain.absorbing_states()) is_absorbing_[number(i)] = 1;
    Index n_starts = 0;
    for (Index i = 0; i < start.size(); ++i) {
      if (start[i] <= 0.0) continue;
      ++n_starts;
      only_start_ = static_cast<std::uint32_t>(number(i));
    }
    if (n_starts > 1) starts_.emplace(start);
    wanted_.occupancy = options.outputs.occupancy || options.outputs.revenue;
    wanted_.moves = options.outputs.moves;
    wanted_.moves_per_period = options.outputs.revenue && rewards.has_move_rewards();
    if (!options.targets.empty()) wanted_.is_target.assign(n, 0);
    for (const std::string& target : options.targets) wanted_.is_target[number(chain.states().index(target))] = 1;
  }

  /// False when cancelled.
  bool walk(std::vector<double>* values, std::vector<std::int64_t>* end_times, std::vector<std::int64_t>* passage_times,
            std::vector<detail::RecordedBlock>* journeys) {
    const auto n = static_cast<std::size_t>(options_.customers);
    const double columns =
        (values != nullptr ? 1.0 : 0.0) + (end_times != nullptr ? 1.0 : 0.0) + (passage_times != nullptr ? 1.0 : 0.0);
    detail::check_memory(8.0 * columns * static_cast<double>(n),
                         "simulate: the numbers of " + text::plural(options_.customers, "customer"),
                         "simulate in parts (first_customer) or ask for fewer outputs");
    if (values != nullptr) values->resize(n);
    if (end_times != nullptr) end_times->resize(n);
    if (passage_times != nullptr) passage_times->resize(n);
    if (journeys != nullptr) journeys->resize(static_cast<std::size_t>(n_blocks_));
    wanted_.end_times = end_times == nullptr ? nullptr : end_times->data();
    wanted_.passage_times = passage_times == nullptr ? nullptr : passage_times->data();
    wanted_.journeys = journeys == nullptr ? nullptr : journeys->data();
    const int n_workers = detail::crew_size(n_blocks_, options_.threads);
    recorders_.clear();
    recorders_.reserve(static_cast<std::size_t>(n_workers));
    for (int i = 0; i < n_workers; ++i) recorders_.emplace_back(plan_, is_absorbing_, wanted_);
    first_states_.resize(static_cast<std::size_t>(n_workers));
    return detail::run_blocks(
        n_blocks_, n_workers, {.progress = options_.progress, .cancel = options_.cancel, .stop = &plan_.stop()},
        [&](int worker, std::int64_t block) {
          const std::int64_t first = block * block_size;
          const auto count = static_cast<std::uint32_t>(std::min(block_size, options_.customers - first));
          const auto customer = static_cast<std::uint64_t>(options_.first_customer + first);
          auto& states = first_states_[static_cast<std::size_t>(worker)];
          if (starts_) draw_starts(customer, count, states);
          recorders_[static_cast<std::size_t>(worker)].walk(block, customer, count, states, only_start_,
                                                            values == nullptr ? nullptr : values->data() + first);
          return std::int64_t{count};
        });
  }

  CountMatrix occupancy() const {
    return by_state(sum([](const detail::WalkRecorder& r) { return r.occupancy(); }));
  }

  CountMatrix moves() const {
    const CountMatrix walked = sum([](const detail::WalkRecorder& r) { return r.moves(); });
    CountMatrix moves(walked.rows(), walked.cols());
    for (Index i = 0; i < walked.rows(); ++i) {
      for (Index j = 0; j < walked.cols(); ++j) moves(state(i), state(j)) = walked(i, j);
    }
    return moves;
  }

  /// From whole numbers of customers and moves, so that it does not depend on who counted which.
  Matrix revenue(const CountMatrix& occupancy) const {
    Matrix money = occupancy.cast<double>() * rewards_.per_state().asDiagonal();
    if (!rewards_.has_move_rewards()) return money;
    const CountMatrix walked = sum([](const detail::WalkRecorder& r) { return r.moves_per_period(); });
    const Index n = occupancy.cols();
    for (Index t = 0; t < walked.rows(); ++t) {
      for (Index i = 0; i < n; ++i) {
        if (is_absorbing_[static_cast<std::size_t>(i)] != 0) {
          money(t, state(i)) += static_cast<double>(occupancy(t, state(i))) * rewards_.move_reward(state(i), state(i));
          continue;
        }
        for (Index j = 0; j < n; ++j) {
          const std::int64_t count = walked(t, i * n + j);
          if (count != 0) money(t, state(i)) += static_cast<double>(count) * rewards_.move_reward(state(i), state(j));
        }
      }
    }
    return money;
  }

  const detail::WalkPlan& plan() const { return plan_; }

 private:
  std::size_t number(Index state) const { return plan_.number_of()[static_cast<std::size_t>(state)]; }
  Index state(Index number) const { return plan_.state_of()[static_cast<std::size_t>(number)]; }

  template <class Part>
  CountMatrix sum(Part&& part) const {
    CountMatrix total = part(recorders_.front());
    for (std::size_t i = 1; i < recorders_.size(); ++i) total += part(recorders_[i]);
    return total;
  }

  CountMatrix by_state(const CountMatrix& walked) const {
    CountMatrix ordered(walked.rows(), walked.cols());
    for (Index k = 0; k < walked.cols(); ++k) ordered.col(state(k)) = walked.col(k);
    return ordered;
  }

  void draw_starts(std::uint64_t first_customer, std::uint32_t n, std::vector<std::uint32_t>& states) const {
    states.resize(n);
    plan_.walker().words(options_.seed, first_customer, detail::start_high, n, states.data());
    for (std::uint32_t k = 0; k < n; ++k) {
      const auto low = [&] {
        std::uint32_t word = 0;
        plan_.walker().words(options_.seed, first_customer + k, detail::start_low, 1, &word);
        return word;
      };
      states[k] = static_cast<std::uint32_t>(number(starts_->draw(0, states[k], low)));
    }
  }

  const SimulateOptions& options_;
  const Rewards& rewards_;
  detail::WalkPlan plan_;
  std::int64_t n_blocks_;
  std::vector<char> is_absorbing_;
  std::optional<detail::AliasTable> starts_;
  std::uint32_t only_start_ = 0;
  detail::RecordWanted wanted_;
  std::vector<detail::WalkRecorder> recorders_;
  std::vector<std::vector<std::uint32_t>> first_states_;
};

}  // namespace

Simulation simulate(const Chain& chain, const Rewards& rewards, const SimulateOptions& options) {
  check_options(chain, rewards, options);
  const Vector start = options.start.size() != 0 ? options.start : start_in(chain.states(), chain.states().name(0));
  Simulation simulation;
  simulation.customers_ = options.customers;
  simulation.seed_ = options.seed;
  simulation.horizon_ = options.horizon;
  simulation.absorbing_ = chain.absorbing_states();
  simulation.definition_ =
      text::plural(options.customers, "customer") + " simulated, " + describe_start(chain.states(), start) +
      (options.horizon ? ", over " + text::plural(*options.horizon, chain.period().is_step() ? "event" : "period")
                       : std::string(", until each has reached an absorbing state")) +
      (chain.period().is_step() ? "" : " (one period = " + chain.period().name() + ")") + "; value (" +
      rewards.label() + ")" +
      ", discount: " + (options.discount ? options.discount->describe(chain.period()) : "none (undiscounted)") +
      "; seed " + std::to_string(options.seed);
  const auto too_large = [&options] {
    return std::runtime_error("simulate: not enough memory for " + text::plural(options.customers, "customer") +
                              "; simulate in parts (first_customer) or ask for fewer outputs");
  };
  try {
    Run run(chain, rewards, options, start);
    std::vector<double> values;
    std::vector<std::int64_t> end_times;
    std::vector<std::int64_t> passage_times;
    const SimulationOutputs& wanted = options.outputs;
    if (wanted.journeys) {
      simulation.paths_ =
          std::make_shared<detail::SimulatedPaths>(chain, rewards, run.plan(), options.first_customer, options.threads);
    }
    if (!run.walk(wanted.value ? &values : nullptr, wanted.end_times ? &end_times : nullptr,
                  options.targets.empty() ? nullptr : &passage_times,
                  wanted.journeys ? &simulation.paths_->blocks() : nullptr)) {
      throw Cancelled("simulate: stopped on request before the end");
    }
    if (wanted.value) {
      simulation.value_.emplace(std::move(values));
      if (!std::isfinite(simulation.value_->mean()) || !std::isfinite(simulation.value_->standard_deviation())) {
        throw std::domain_error(
            "simulate: the value is too large for a floating-point number; use smaller rewards or a stronger discount");
      }
    }
    if (wanted.occupancy || wanted.revenue) {
      CountMatrix occupancy = run.occupancy();
      if (wanted.revenue) simulation.revenue_ = run.revenue(occupancy);
      if (wanted.occupancy) simulation.occupancy_ = std::move(occupancy);
    }
    if (wanted.moves) simulation.moves_ = run.moves();
    const auto kept = [](std::vector<std::int64_t>&& times) {
      return std::make_shared<const std::vector<std::int64_t>>(std::move(times));
    };
    if (wanted.end_times) simulation.end_times_ = kept(std::move(end_times));
    if (!options.targets.empty()) simulation.passage_times_ = kept(std::move(passage_times));
  } catch (const std::bad_alloc&) {
    throw too_large();
  } catch (const std::length_error&) {
    throw too_large();
  }
  return simulation;
}

}  // namespace sojourn
