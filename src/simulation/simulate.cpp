#include "sojourn/simulation/simulate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "simulation/jump_plan.hpp"
#include "simulation/simulate_checks.hpp"
#include "simulation/simulation_content.hpp"
#include "simulation/walk_plan.hpp"
#include "simulation/walk_record.hpp"
#include "sojourn/simulation/simulated_value_builder.hpp"
#include "support/crew.hpp"
#include "support/memory.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

constexpr std::int64_t block_size = detail::WalkRecorder::block_size;
constexpr const char* advice = "simulate in parts (first_customer) or ask for fewer outputs";

/// Does what fails only where a value, or its square, is no number.
template <class Work>
void with_finite_values(Work&& work) {
  try {
    work();
  } catch (const std::logic_error&) {
    throw std::domain_error(
        "simulate: the value is too large for a floating-point number; use smaller rewards or a stronger discount");
  }
}

/// One run: the plan, what its workers fill in, and how customers begin.
class Run {
 public:
  Run(const Chain& chain, const Rewards& rewards, const SimulateOptions& options, const Vector& start)
      : options_(options),
        crew_(options.progress, options.cancel),
        plan_(chain, rewards, options.discount ? options.discount->factor_per_period(chain.period()) : 1.0,
              options.horizon ? static_cast<std::uint64_t>(*options.horizon)
                              : std::numeric_limits<std::uint64_t>::max() / 8,
              options.seed, crew_),
        n_blocks_((options.first_customer + options.customers - 1) / block_size - options.first_customer / block_size +
                  1) {
    if (options.stays == Stays::jumped) {
      jump_.emplace(chain, rewards, plan_.tables().factor, plan_.tables().horizon, options.seed, options.targets,
                    crew_);
    }
    const auto n = static_cast<std::size_t>(chain.n_states());
    ends_ = {.horizon = plan_.tables().horizon,
             .n_live = plan_.tables().n_live,
             .is_absorbing = std::vector<char>(n, 0),
             .has_paid_exits = false};
    const auto walk_number = [this](Index i) { return plan_.number_of()[static_cast<std::size_t>(i)]; };
    for (const Index i : chain.absorbing_states()) {
      ends_.is_absorbing[walk_number(i)] = 1;
      if (walk_number(i) < ends_.n_live) ends_.has_paid_exits = true;
    }
    Index n_starts = 0;
    for (Index i = 0; i < start.size(); ++i) {
      if (start[i] <= 0.0) continue;
      ++n_starts;
      only_start_ = static_cast<std::uint32_t>(number(i));
    }
    if (n_starts > 1) starts_.emplace(start);
    wanted_.occupancy = options.outputs.occupancy || options.outputs.revenue;
    wanted_.moves = options.outputs.moves;
    wanted_.journeys = options.outputs.journeys;
    wanted_.moves_per_period = options.outputs.revenue && rewards.has_move_rewards();
    if (!options.targets.empty()) wanted_.is_target.assign(n, 0);
    for (const std::string& target : options.targets) {
      wanted_.is_target[walk_number(chain.states().index(target))] = 1;
    }
  }

  /// Walks all customers and fills in what was asked for. False when cancelled.
  bool walk(detail::SimulationContent& into) {
    const auto n = static_cast<std::size_t>(options_.customers);
    const SimulationOutputs& outputs = options_.outputs;
    const bool is_timed = !options_.targets.empty();
    const double columns = (outputs.value ? 1.0 : 0.0) + (outputs.end_times ? 1.0 : 0.0) + (is_timed ? 1.0 : 0.0);
    detail::check_memory(sizeof(double) * columns * static_cast<double>(n),
                         "simulate: the numbers of " + text::plural(options_.customers, "customer"), advice);
    std::vector<double> values;
    if ((outputs.value && !make_room(values)) || (outputs.end_times && !make_room(into.end_times)) ||
        (is_timed && !make_room(into.passage_times))) {
      return crew_.end();
    }
    std::vector<std::shared_ptr<detail::RecordedBlock>> journeys(outputs.journeys ? static_cast<std::size_t>(n_blocks_)
                                                                                  : 0);
    wanted_.end_times = outputs.end_times ? into.end_times.data() : nullptr;
    wanted_.passage_times = is_timed ? into.passage_times.data() : nullptr;
    const int n_workers = detail::Crew::size(n_blocks_, options_.threads);
    for (int i = 0; i < n_workers; ++i) workers_.push_back(std::make_unique<Worker>(plan_, ends_, wanted_));

    const auto work = [&](int number_of_worker, std::int64_t block) {
      Worker& worker = *workers_[static_cast<std::size_t>(number_of_worker)];
      const detail::WalkRecorder::Block customers = cut(block);
      if (starts_) draw_starts(customers, worker.first_states);
      double* to = outputs.value ? values.data() + customers.first_place : worker.values.data();
      std::shared_ptr<detail::RecordedBlock> record;
      if (outputs.journeys) record = std::make_shared<detail::RecordedBlock>();
      const bool is_walked = jump_
                                 ? jump(customers, worker.first_states, to)
                                 : worker.recorder.walk(customers, worker.first_states, only_start_, to, record.get());
      if (!is_walked) return std::int64_t{0};
      if (is_summarized()) {
        with_finite_values([&] {
          worker.summary.add(static_cast<std::int64_t>(customers.first_customer), {to, customers.n_customers});
        });
      }
      if (record) journeys[static_cast<std::size_t>(block)] = std::move(record);
      return std::int64_t{customers.n_customers};
    };
    if (!crew_.run(n_blocks_, n_workers, work)) return false;

    collect(into, std::move(values), journeys);
    return true;
  }

 private:
  bool is_summarized() const { return options_.outputs.value_summary && !options_.outputs.value; }

  /// What the workers have, by the states of the chain.
  void collect(detail::SimulationContent& into, std::vector<double> values,
               const std::vector<std::shared_ptr<detail::RecordedBlock>>& journeys) const {
    into.ranges = {{options_.first_customer, options_.customers}};
    if (options_.outputs.value) {
      with_finite_values([&] { into.value.emplace(options_.first_customer, std::move(values)); });
    }
    if (is_summarized()) {
      std::vector<SimulatedValue> parts;
      for (const auto& worker : workers_) {
        if (worker->summary.customers() > 0) parts.push_back(worker->summary.summary());
      }
      into.value = SimulatedValue::merge(parts);
    }
    if (wanted_.occupancy) into.occupancy = columns_by_state(sum([](const auto& r) { return r.occupancy(); }));
    if (wanted_.moves) into.moves = square_by_state(sum([](const auto& r) { return r.moves(); }));
    if (wanted_.moves_per_period) {
      const CountMatrix walked = sum([](const auto& r) { return r.moves_per_period(); });
      const auto n_states = static_cast<Index>(ends_.is_absorbing.size());
      into.moves_per_period.resize(walked.rows(), walked.cols());
      for (Index k = 0; k < walked.cols(); ++k) {
        into.moves_per_period.col(state(k / n_states) * n_states + state(k % n_states)) = walked.col(k);
      }
    }
    if (options_.outputs.revenue) into.count_revenue();
    if (options_.outputs.journeys) {
      into.paths = std::make_shared<const detail::SimulatedPaths>(
          into.chain, into.rewards, plan_.state_of(), ends_,
          detail::SimulatedPaths::Blocks(journeys.begin(), journeys.end()));
    }
  }

  std::size_t number(Index state) const {
    return (jump_ ? jump_->number_of() : plan_.number_of())[static_cast<std::size_t>(state)];
  }
  Index state(Index number) const { return plan_.state_of()[static_cast<std::size_t>(number)]; }

  /// Room for every customer, made piece by piece: the system's clearing of gigabytes can be stopped too.
  template <class Number>
  bool make_room(std::vector<Number>& column) {
    constexpr std::size_t piece = std::size_t{1} << 21;
    const auto n = static_cast<std::size_t>(options_.customers);
    column.reserve(n);
    while (column.size() < n) {
      column.resize(std::min(n, column.size() + piece));
      if (!crew_.goes_on()) return false;
    }
    return true;
  }

  /// One thread with what is its own.
  struct Worker {
    Worker(const detail::WalkPlan& plan, const detail::JourneyEnds& ends, const detail::RecordWanted& wanted)
        : recorder(plan, ends, wanted), values(static_cast<std::size_t>(block_size)) {}

    detail::WalkRecorder recorder;
    std::vector<double> values;  // of a block, where they are not kept
    std::vector<std::uint32_t> first_states;
    SimulatedValueBuilder summary;
  };

  bool jump(const detail::WalkRecorder::Block& customers, const std::vector<std::uint32_t>& first_states,
            double* values) const {
    return jump_->walk(
        {.first_customer = customers.first_customer,
         .n_customers = customers.n_customers,
         .starts = first_states.empty() ? nullptr : first_states.data(),
         .start = only_start_,
         .values = values,
         .end_times = wanted_.end_times ? wanted_.end_times + customers.first_place : nullptr,
         .passage_times = wanted_.passage_times ? wanted_.passage_times + customers.first_place : nullptr});
  }

  /// Blocks end where the numbers of customers are multiples of `block_size`.
  detail::WalkRecorder::Block cut(std::int64_t block) const {
    const std::int64_t first = options_.first_customer;
    const std::int64_t begin = std::max(first, (first / block_size + block) * block_size);
    const std::int64_t end = std::min(first + options_.customers, (first / block_size + block + 1) * block_size);
    return {.first_place = begin - first,
            .first_customer = static_cast<std::uint64_t>(begin),
            .n_customers = static_cast<std::uint32_t>(end - begin)};
  }

  template <class Part>
  CountMatrix sum(Part&& part) const {
    CountMatrix total = part(workers_.front()->recorder);
    for (std::size_t i = 1; i < workers_.size(); ++i) total += part(workers_[i]->recorder);
    return total;
  }

  CountMatrix columns_by_state(const CountMatrix& walked) const {
    CountMatrix ordered(walked.rows(), walked.cols());
    for (Index k = 0; k < walked.cols(); ++k) ordered.col(state(k)) = walked.col(k);
    return ordered;
  }

  CountMatrix square_by_state(const CountMatrix& walked) const {
    CountMatrix ordered(walked.rows(), walked.cols());
    for (Index i = 0; i < walked.rows(); ++i) {
      for (Index j = 0; j < walked.cols(); ++j) ordered(state(i), state(j)) = walked(i, j);
    }
    return ordered;
  }

  void draw_starts(const detail::WalkRecorder::Block& customers, std::vector<std::uint32_t>& states) const {
    states.resize(customers.n_customers);
    const auto words = plan_.walker().words;
    words(options_.seed, customers.first_customer, detail::start_high, customers.n_customers, states.data());
    for (std::uint32_t k = 0; k < customers.n_customers; ++k) {
      const auto low = [&] {
        std::uint32_t word = 0;
        words(options_.seed, customers.first_customer + k, detail::start_low, 1, &word);
        return word;
      };
      states[k] = static_cast<std::uint32_t>(number(starts_->draw(0, states[k], low)));
    }
  }

  const SimulateOptions& options_;
  detail::Crew crew_;
  detail::WalkPlan plan_;
  std::optional<detail::JumpPlan> jump_;
  std::int64_t n_blocks_;
  detail::JourneyEnds ends_;
  std::optional<detail::AliasTable> starts_;
  std::uint32_t only_start_ = 0;
  detail::RecordWanted wanted_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace

Simulation simulate(const Chain& chain, const Rewards& rewards, const SimulateOptions& options) {
  detail::check_simulate(chain, rewards, options);
  const auto content = std::make_shared<detail::SimulationContent>(detail::SimulationContent{
      .chain = chain,
      .rewards = rewards,
      .start = options.start.size() != 0 ? options.start : start_in(chain.states(), chain.states().name(0)),
      .discount = options.discount,
      .seed = options.seed,
      .horizon = options.horizon,
      .outputs = options.outputs,
      .targets = options.targets,
      .stays = options.stays,
      .ranges = {}});
  const auto too_large = [&options] {
    return std::runtime_error("simulate: not enough memory for " + text::plural(options.customers, "customer") + "; " +
                              advice);
  };
  try {
    Run run(chain, rewards, options, content->start);
    if (!run.walk(*content)) throw Cancelled("simulate: stopped on request before the end");
    if (content->value) with_finite_values([&] { (void)content->value->standard_deviation(); });
  } catch (const std::bad_alloc&) {
    throw too_large();
  } catch (const std::length_error&) {
    throw too_large();
  }
  return Simulation(content);
}

}  // namespace sojourn
