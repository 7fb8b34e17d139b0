#include "sojourn/simulate.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <limits>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "alias_table.hpp"
#include "endless.hpp"
#include "philox.hpp"
#include "text.hpp"
#include "threads.hpp"

namespace sojourn {

namespace {

constexpr std::int64_t block_size = 4096;  // customers handed to a thread at once
constexpr auto progress_interval = std::chrono::milliseconds(50);
constexpr Index longest_horizon = Index{1} << 31;
constexpr std::int64_t most_customers = std::int64_t{1} << 59;

// What the random words of a customer are used for: the last word of the Philox counter.
enum Stream : std::uint32_t { move_high = 0, move_low = 1, start_high = 2, start_low = 3 };

/// The random words of one customer: a function of seed, customer, stream and step.
class RandomWords {
 public:
  RandomWords(std::uint64_t seed, std::uint64_t customer)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
        customer_{static_cast<std::uint32_t>(customer), static_cast<std::uint32_t>(customer >> 32)} {}

  /// The high word of move `t`, asked for with `t` = 0, 1, 2, …
  std::uint32_t next_move(std::uint64_t t) {
    if (t % 4 == 0) moves_ = block(t, move_high);
    return moves_[t % 4];
  }
  std::uint32_t word(std::uint64_t t, Stream stream) const { return block(t, stream)[t % 4]; }

 private:
  std::array<std::uint32_t, 4> block(std::uint64_t t, Stream stream) const {
    return detail::philox4x32({customer_[0], customer_[1], static_cast<std::uint32_t>(t / 4), stream}, key_);
  }

  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 2> customer_;
  std::array<std::uint32_t, 4> moves_{};
};

/// Everything that a thread needs to know, and nothing that it changes.
struct Plan {
  const Chain& chain;
  const Rewards& rewards;
  const SimulateOptions& options;
  detail::AliasTable moves;
  detail::AliasTable starts;
  double factor;
  std::vector<char> is_absorbing;
  std::vector<char> is_worthless;  // absorbing, and brings nothing

  double of_state(Index state) const { return rewards.per_state()[state]; }
  double of_move(Index from, Index to) const {
    return rewards.has_move_rewards() ? rewards.move_reward(from, to) : 0.0;
  }
};

/// What a thread fills in: values in place, counts of its own, journeys per block.
struct Results {
  std::vector<double> values;
  std::vector<JourneyColumns> journeys;
};

/// Walks one customer through the chain and returns his discounted value. `visit(t, state, undiscounted)` sees each
/// state.
template <class Visit>
double walk(const Plan& plan, std::uint64_t customer, const std::atomic<bool>& stop, Visit&& visit) {
  const bool has_horizon = plan.options.horizon.has_value();
  const Index horizon = has_horizon ? *plan.options.horizon : 0;
  const bool has_moves = plan.rewards.has_move_rewards();
  RandomWords random(plan.options.seed, customer);

  Index state = plan.starts.draw(0, random.word(0, start_high), [&] { return random.word(0, start_low); });
  double value = 0.0;
  double discount = 1.0;
  for (Index t = 0; !has_horizon || t < horizon; ++t) {
    const auto at = static_cast<std::size_t>(state);
    if (plan.is_worthless[at]) {
      visit(t, state, 0.0);
      return value;
    }
    const auto step = static_cast<std::uint64_t>(t);
    Index next = state;
    if (!plan.is_absorbing[at]) {
      next = plan.moves.draw(state, random.next_move(step), [&] { return random.word(step, move_low); });
    }
    const double reward = plan.of_state(state);
    value += discount * reward;
    discount *= plan.factor;
    const double move_reward = has_moves ? plan.of_move(state, next) : 0.0;
    if (has_moves) value += discount * move_reward;
    visit(t, state, reward + move_reward);
    state = next;
    if ((t & 0xffff) == 0xffff && stop.load(std::memory_order_relaxed)) return value;
  }
  visit(horizon, state, plan.of_state(state));
  return value;
}

class Worker {
 public:
  Worker(const Plan& plan, Results& results) : plan_(plan), results_(results) {
    if (plan.options.outputs.occupancy) {
      occupancy_ = CountMatrix::Zero(*plan.options.horizon, plan.chain.n_states());
    }
  }

  void run_block(std::int64_t block, const std::atomic<bool>& stop) {
    const SimulationOutputs& wanted = plan_.options.outputs;
    const std::int64_t first = block * block_size;
    const std::int64_t end = std::min(first + block_size, plan_.options.customers);
    JourneyColumns* columns = wanted.journeys ? &results_.journeys[static_cast<std::size_t>(block)] : nullptr;
    for (std::int64_t c = first; c < end && !stop.load(std::memory_order_relaxed); ++c) {
      const std::int64_t customer = plan_.options.first_customer + c;
      const auto number = static_cast<std::uint64_t>(customer);
      double value = 0.0;
      if (columns == nullptr && !wanted.occupancy) {
        value = walk(plan_, number, stop, [](Index, Index, double) {});
      } else {
        bool has_ended = false;
        value = walk(plan_, number, stop, [&](Index t, Index state, double reward) {
          if (wanted.occupancy) occupy(t, state);
          if (columns == nullptr || has_ended) return;
          columns->states.push_back(static_cast<std::int32_t>(state));
          columns->times.push_back(t);
          columns->values.push_back(reward);
          has_ended = plan_.is_absorbing[static_cast<std::size_t>(state)] != 0;
        });
        if (columns != nullptr) {
          columns->customers.push_back(customer);
          columns->offsets.push_back(static_cast<std::int64_t>(columns->states.size()));
          columns->is_continuation.push_back(false);
        }
      }
      if (wanted.value) results_.values[static_cast<std::size_t>(c)] = value;
    }
  }

  const CountMatrix& occupancy() const { return occupancy_; }

 private:
  void occupy(Index t, Index state) {
    if (t >= occupancy_.rows()) return;
    // A walk stops in an absorbing state without rewards: the customer stays there.
    const Index last = plan_.is_worthless[static_cast<std::size_t>(state)] ? occupancy_.rows() : t + 1;
    for (Index s = t; s < last; ++s) ++occupancy_(s, state);
  }

  const Plan& plan_;
  Results& results_;
  CountMatrix occupancy_;
};

/// Runs all blocks on threads of its own. The calling thread reports progress and looks for the cancel flag.
class Crew {
 public:
  Crew(const Plan& plan, Results& results, std::int64_t n_blocks, int n_threads)
      : options_(plan.options), n_blocks_(n_blocks) {
    for (int i = 0; i < n_threads; ++i) workers_.emplace_back(plan, results);
  }

  void run() {
    cancelled_ = is_cancelled();
    if (cancelled_) {
      // Nothing is begun.
    } else if (n_blocks_ == 1 && !options_.progress && options_.cancel == nullptr) {
      work(workers_.front());
    } else {
      run_on_threads();
    }
    if (failure_) std::rethrow_exception(failure_);
    if (cancelled_) throw Cancelled("simulate: stopped on request before the end");
  }

  CountMatrix occupancy() const {
    CountMatrix total = workers_.front().occupancy();
    for (std::size_t i = 1; i < workers_.size(); ++i) total += workers_[i].occupancy();
    return total;
  }

 private:
  bool is_cancelled() const { return options_.cancel != nullptr && options_.cancel->load(); }

  void work(Worker& worker) {
    try {
      while (!stop_.load(std::memory_order_relaxed)) {
        const std::int64_t block = next_block_.fetch_add(1, std::memory_order_relaxed);
        if (block >= n_blocks_) break;
        worker.run_block(block, stop_);
        done_.fetch_add(std::min(block_size, options_.customers - block * block_size), std::memory_order_relaxed);
      }
    } catch (...) {
      fail(std::current_exception());
    }
    const std::lock_guard lock(mutex_);
    --running_;
    all_done_.notify_one();
  }

  void fail(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(failure);
    stop_ = true;
  }

  void run_on_threads() {
    std::vector<std::thread> threads;
    try {
      for (Worker& worker : workers_) {
        {
          const std::lock_guard lock(mutex_);
          ++running_;
        }
        threads.emplace_back([this, &worker] { work(worker); });
      }
    } catch (const std::system_error&) {
      const std::lock_guard lock(mutex_);
      --running_;  // the thread that did not start; the others do its share
    }
    if (threads.empty()) {
      running_ = 1;
      work(workers_.front());
    }
    watch();
    for (std::thread& thread : threads) thread.join();
  }

  void watch() {
    std::unique_lock lock(mutex_);
    while (running_ > 0) {
      all_done_.wait_for(lock, progress_interval, [this] { return running_ == 0; });
      lock.unlock();
      if (options_.cancel != nullptr && options_.cancel->load()) {
        cancelled_ = cancelled_ || running_ > 0;
        stop_ = true;
      }
      if (options_.progress && !stop_) {
        try {
          options_.progress(done_.load());
        } catch (...) {
          fail(std::current_exception());
        }
      }
      lock.lock();
    }
  }

  const SimulateOptions& options_;
  std::int64_t n_blocks_;
  std::vector<Worker> workers_;
  std::atomic<std::int64_t> next_block_{0};
  std::atomic<std::int64_t> done_{0};
  std::atomic<bool> stop_{false};
  bool cancelled_ = false;
  std::mutex mutex_;
  std::condition_variable all_done_;
  std::atomic<int> running_{0};
  std::exception_ptr failure_;
};

JourneyColumns concatenated(std::vector<JourneyColumns>&& parts) {
  JourneyColumns all;
  std::size_t n_journeys = 0;
  std::size_t n_entries = 0;
  for (const JourneyColumns& part : parts) {
    n_journeys += part.customers.size();
    n_entries += part.states.size();
  }
  all.customers.reserve(n_journeys);
  all.offsets.reserve(n_journeys + 1);
  all.states.reserve(n_entries);
  all.times.reserve(n_entries);
  all.values.reserve(n_entries);
  for (JourneyColumns& part : parts) {
    const std::int64_t shift = all.offsets.back();
    all.customers.insert(all.customers.end(), part.customers.begin(), part.customers.end());
    for (std::size_t j = 1; j < part.offsets.size(); ++j) all.offsets.push_back(shift + part.offsets[j]);
    all.states.insert(all.states.end(), part.states.begin(), part.states.end());
    all.times.insert(all.times.end(), part.times.begin(), part.times.end());
    all.values.insert(all.values.end(), part.values.begin(), part.values.end());
    part = {};
  }
  all.is_continuation.assign(n_journeys, false);
  return all;
}

Lifecycle lifecycle_of(const Chain& chain) {
  std::vector<std::string> exits;
  for (const Index i : chain.absorbing_states()) exits.push_back(chain.states().name(i));
  return Lifecycle(chain.states(), exits);
}

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
  if (!options.outputs.value && !options.outputs.occupancy && !options.outputs.journeys) {
    throw std::invalid_argument("outputs: ask for at least one of value, occupancy and journeys");
  }
  if (options.horizon) return;
  if (options.outputs.occupancy) {
    throw std::invalid_argument("outputs: occupancy is counted per period up to a horizon; give a horizon");
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

const Journeys& Simulation::journeys() const {
  if (!journeys_) throw std::domain_error("journeys: were not asked for; add them to the outputs of simulate");
  return *journeys_;
}

Simulation simulate(const Chain& chain, const Rewards& rewards, const SimulateOptions& options) {
  check_options(chain, rewards, options);
  const Vector start = options.start.size() != 0 ? options.start : start_in(chain.states(), chain.states().name(0));
  const auto n = static_cast<std::size_t>(chain.n_states());
  Plan plan{.chain = chain,
            .rewards = rewards,
            .options = options,
            .moves = detail::AliasTable(chain),
            .starts = detail::AliasTable(start),
            .factor = options.discount ? options.discount->factor_per_period(chain.period()) : 1.0,
            .is_absorbing = std::vector<char>(n, 0),
            .is_worthless = std::vector<char>(n, 0)};
  for (const Index i : chain.absorbing_states()) {
    const auto at = static_cast<std::size_t>(i);
    plan.is_absorbing[at] = 1;
    plan.is_worthless[at] = plan.of_state(i) == 0.0 && plan.of_move(i, i) == 0.0;
  }

  const std::int64_t n_blocks = (options.customers + block_size - 1) / block_size;
  const std::int64_t n_threads =
      std::min<std::int64_t>(options.threads > 0 ? options.threads : detail::available_threads(), n_blocks);
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
    Results results;
    if (options.outputs.value) results.values.resize(static_cast<std::size_t>(options.customers));
    if (options.outputs.journeys) results.journeys.resize(static_cast<std::size_t>(n_blocks));
    Crew crew(plan, results, n_blocks, static_cast<int>(n_threads));
    crew.run();
    if (options.outputs.value) {
      try {
        simulation.value_.emplace(SimulatedValue(options.first_customer, std::move(results.values)));
        (void)simulation.value_->standard_deviation();
      } catch (const std::logic_error&) {  // a value, or its square, is no number
        throw std::domain_error(
            "simulate: the value is too large for a floating-point number; use smaller rewards or a stronger discount");
      }
    }
    if (options.outputs.occupancy) simulation.occupancy_ = crew.occupancy();
    if (options.outputs.journeys) {
      simulation.journeys_.emplace(lifecycle_of(chain), chain.period(), TimeUnit::step,
                                   concatenated(std::move(results.journeys)));
    }
  } catch (const std::bad_alloc&) {
    throw too_large();
  } catch (const std::length_error&) {
    throw too_large();
  }
  return simulation;
}

}  // namespace sojourn
