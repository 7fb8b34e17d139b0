#include "simulation/simulation_content.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "sojourn/value/lifetime_value.hpp"
#include "support/memory.hpp"
#include "support/text.hpp"
#include "support/threads.hpp"

namespace sojourn {

namespace detail {

SimulatedPaths::SimulatedPaths(const Chain& chain, const Rewards& rewards, std::vector<std::int32_t> state_of,
                               JourneyEnds ends, Blocks blocks)
    : chain_(chain),
      rewards_(rewards),
      state_of_(std::move(state_of)),
      ends_(std::move(ends)),
      blocks_(std::move(blocks)) {}

SimulatedPaths::SimulatedPaths(const SimulatedPaths& like, Blocks blocks)
    : SimulatedPaths(like.chain_, like.rewards_, like.state_of_, like.ends_, std::move(blocks)) {}

const Journeys& SimulatedPaths::journeys() const {
  const std::lock_guard lock(mutex_);
  if (journeys_) return *journeys_;
  constexpr double bytes_per_entry = 20.0;
  check_memory(bytes_per_entry * static_cast<double>(n_entries()), "journeys: their columns",
               "simulate in parts (first_customer)");
  const auto n_customers = static_cast<std::size_t>(places().customers.back());
  const auto n = static_cast<std::size_t>(n_entries());
  JourneyColumns all;
  all.customers.resize(n_customers);
  all.offsets.resize(n_customers + 1);
  all.states.resize(n);
  all.times.resize(n);
  all.values.resize(n);
  write({.customers = all.customers,
         .offsets = all.offsets,
         .states = all.states,
         .times = all.times,
         .values = all.values});
  std::vector<std::string> exits;
  for (const Index i : chain_.absorbing_states()) exits.push_back(chain_.states().name(i));
  journeys_.emplace(Lifecycle(chain_.states(), exits), chain_.period(), TimeUnit::step, std::move(all));
  return *journeys_;
}

const SimulatedPaths::Places& SimulatedPaths::places() const {
  std::call_once(counted_, [this] {
    const std::size_t n_blocks = blocks_.size();
    places_ = {.customers = std::vector<std::int64_t>(n_blocks + 1, 0),
               .entries = std::vector<std::int64_t>(n_blocks + 1, 0)};
    for_each_block(static_cast<std::int64_t>(n_blocks), 0, [&](std::int64_t block) {
      const auto b = static_cast<std::size_t>(block);
      const RecordedBlock& recorded = *blocks_[b];
      std::vector<std::uint32_t> path;
      places_.customers[b + 1] = static_cast<std::int64_t>(recorded.n_customers());
      for (std::size_t customer = 0; customer < recorded.n_customers(); ++customer) {
        places_.entries[b + 1] += static_cast<std::int64_t>(recorded.trace(customer).moves(ends_, path)) + 1;
      }
    });
    for (std::size_t b = 0; b < n_blocks; ++b) {
      places_.customers[b + 1] += places_.customers[b];
      places_.entries[b + 1] += places_.entries[b];
    }
  });
  return places_;
}

void SimulatedPaths::write(const JourneyBuffers& to) const {
  const auto check = [](const char* name, std::size_t size, std::int64_t expected) {
    if (size == 0 || size == static_cast<std::size_t>(expected)) return;
    throw std::invalid_argument(std::string(name) + ": expected room for " + text::grouped(expected) +
                                " numbers, or none where the column is not wanted, found room for " +
                                text::grouped(static_cast<std::int64_t>(size)));
  };
  const std::int64_t n_customers = places().customers.back();
  check("customers", to.customers.size(), n_customers);
  check("offsets", to.offsets.size(), n_customers + 1);
  check("states", to.states.size(), n_entries());
  check("times", to.times.size(), n_entries());
  check("values", to.values.size(), n_entries());
  if (!to.offsets.empty()) to.offsets[0] = 0;
  for_each_block(static_cast<std::int64_t>(blocks_.size()), 0,
                 [&](std::int64_t block) { write_block(static_cast<std::size_t>(block), to); });
}

void SimulatedPaths::write_block(std::size_t block, const JourneyBuffers& to) const {
  const RecordedBlock& recorded = *blocks_[block];
  const Vector& per_state = rewards_.per_state();
  std::vector<std::uint32_t> path;
  auto journey = static_cast<std::size_t>(places_.customers[block]);
  auto at = static_cast<std::size_t>(places_.entries[block]);
  for (std::size_t customer = 0; customer < recorded.n_customers(); ++customer, ++journey) {
    const Trace trace = recorded.trace(customer);
    trace.unpack(path);
    const auto n = static_cast<std::size_t>(ends_.moves(path.data(), trace.n_groups)) + 1;
    if (!to.customers.empty()) {
      to.customers[journey] = recorded.first_customer + static_cast<std::int64_t>(customer);
    }
    if (!to.offsets.empty()) to.offsets[journey + 1] = static_cast<std::int64_t>(at + n);
    if (!to.times.empty()) std::iota(&to.times[at], &to.times[at] + n, std::int64_t{0});
    for (std::size_t t = 0; t < n; ++t) path[t] = static_cast<std::uint32_t>(state_of_[path[t]]);
    if (!to.states.empty()) {
      for (std::size_t t = 0; t < n; ++t) to.states[at + t] = static_cast<std::int32_t>(path[t]);
    }
    if (!to.values.empty()) {
      for (std::size_t t = 0; t < n; ++t) to.values[at + t] = per_state[path[t]];
      for (std::size_t t = 0; t + 1 < n && rewards_.has_move_rewards(); ++t) {
        to.values[at + t] += rewards_.move_reward(path[t], path[t + 1]);
      }
    }
    at += n;
  }
}

}  // namespace detail

namespace {

using Content = detail::SimulationContent;

template <class Kept>
const Kept& asked_for(const Kept& kept, bool is_kept, const char* what, const char* how) {
  if (!is_kept) throw std::domain_error(std::string(what) + ": " + how);
  return kept;
}

constexpr const char* add_it = "was not asked for; add it to the outputs of simulate";
constexpr const char* add_them = "were not asked for; add them to the outputs of simulate";

}  // namespace

std::int64_t detail::SimulationContent::customers() const {
  std::int64_t n = 0;
  for (const Range& range : ranges) n += range.count;
  return n;
}

void detail::SimulationContent::count_revenue() {
  revenue = occupancy.cast<double>() * rewards.per_state().asDiagonal();
  if (!rewards.has_move_rewards()) return;
  const Index n = chain.n_states();
  std::vector<char> is_absorbing(static_cast<std::size_t>(n), 0);
  for (const Index i : chain.absorbing_states()) is_absorbing[static_cast<std::size_t>(i)] = 1;
  for (Index t = 0; t < occupancy.rows(); ++t) {
    for (Index i = 0; i < n; ++i) {
      if (is_absorbing[static_cast<std::size_t>(i)] != 0) {
        revenue(t, i) += static_cast<double>(occupancy(t, i)) * rewards.move_reward(i, i);
        continue;
      }
      for (Index j = 0; j < n; ++j) {
        const std::int64_t count = moves_per_period(t, i * n + j);
        if (count != 0) revenue(t, i) += static_cast<double>(count) * rewards.move_reward(i, j);
      }
    }
  }
}

const SimulatedValue& Simulation::value() const {
  if (!content_->value) throw std::domain_error(std::string("value: ") + add_it);
  return *content_->value;
}

bool Simulation::has_value() const {
  return content_->value.has_value();
}

std::optional<double> Simulation::exact_mean() const {
  const Content& c = *content_;
  try {
    const LifetimeValue value =
        lifetime_value(c.chain, c.rewards, {.discount = c.discount.value_or(Discount::none()), .horizon = c.horizon});
    return c.start.dot(value.mean().vector());
  } catch (const std::domain_error&) {
    return std::nullopt;
  }
}

const CountMatrix& Simulation::occupancy() const {
  return asked_for(content_->occupancy, content_->outputs.occupancy, "occupancy", add_it);
}

CountVector Simulation::survivors() const {
  CountVector alive = CountVector::Constant(occupancy().rows(), customers());
  for (const Index i : content_->chain.absorbing_states()) alive -= content_->occupancy.col(i);
  return alive;
}

const Matrix& Simulation::revenue() const {
  return asked_for(content_->revenue, content_->outputs.revenue, "revenue", add_it);
}

const CountMatrix& Simulation::moves() const {
  return asked_for(content_->moves, content_->outputs.moves, "moves", add_them);
}

std::span<const std::int64_t> Simulation::end_times() const {
  return asked_for(content_->end_times, content_->outputs.end_times, "end_times", add_them);
}

std::span<const std::int64_t> Simulation::passage_times() const {
  return asked_for(content_->passage_times, !content_->targets.empty(), "passage_times",
                   "were not asked for; give simulate targets");
}

const Journeys& Simulation::journeys() const {
  return asked_for(content_->paths, content_->paths != nullptr, "journeys", add_them)->journeys();
}

std::int64_t Simulation::n_journey_entries() const {
  return asked_for(content_->paths, content_->paths != nullptr, "journeys", add_them)->n_entries();
}

void Simulation::write_journeys(const JourneyBuffers& to) const {
  asked_for(content_->paths, content_->paths != nullptr, "journeys", add_them)->write(to);
}

std::int64_t Simulation::customers() const {
  return content_->customers();
}

std::uint64_t Simulation::seed() const {
  return content_->seed;
}

const std::optional<Index>& Simulation::horizon() const {
  return content_->horizon;
}

std::string Simulation::definition() const {
  const Content& c = *content_;
  std::vector<std::string> starts;
  for (Index i = 0; i < c.start.size(); ++i) {
    if (c.start[i] > 0.0) starts.push_back(c.chain.states().name(i));
  }
  const Period& period = c.chain.period();
  return text::plural(c.customers(), "customer") + " simulated, " +
         (starts.size() == 1 ? "starting in " : "starting among ") + text::list(starts, 5) +
         (c.horizon ? ", over " + text::plural(*c.horizon, period.is_step() ? "event" : "period")
                    : std::string(", until each has reached an absorbing state")) +
         (period.is_step() ? "" : " (one period = " + period.name() + ")") + "; value (" + c.rewards.label() +
         "), discount: " + (c.discount ? c.discount->describe(period) : "none (undiscounted)") +
         (c.stays == Stays::jumped ? "; stays jumped over" : "") + "; seed " + std::to_string(c.seed);
}

Simulation::Simulation(std::shared_ptr<const detail::SimulationContent> content) : content_(std::move(content)) {}

Simulation Simulation::merge(std::span<const Simulation> parts) {
  if (parts.empty()) throw std::invalid_argument("merge: expected at least one simulation, found none");
  const Content& first = *parts.front().content_;
  const auto refuse = [](const char* what) {
    throw std::invalid_argument(std::string("merge: the simulations differ in ") + what +
                                "; only parts of one run add up");
  };
  struct Part {
    const Content* of;
    Content::Range range;
    std::int64_t place;  // of its first customer in the columns of its part
  };
  std::vector<Part> ranges;
  for (const Simulation& part : parts) {
    const Content& c = *part.content_;
    if (!(c.chain == first.chain)) refuse("their chain");
    if (!(c.rewards == first.rewards)) refuse("their rewards");
    if (!(c.start == first.start)) refuse("their start");
    if (c.horizon != first.horizon) refuse("their horizon");
    if (c.discount != first.discount) refuse("their discount");
    if (c.seed != first.seed) refuse("their seed");
    if (c.stays != first.stays) refuse("how stays are walked (stays)");
    if (!(c.outputs == first.outputs) || c.targets != first.targets) refuse("what was asked of them");
    std::int64_t place = 0;
    for (const Content::Range& range : c.ranges) {
      ranges.push_back({&c, range, place});
      place += range.count;
    }
  }
  std::sort(ranges.begin(), ranges.end(), [](const Part& a, const Part& b) { return a.range.first < b.range.first; });
  for (std::size_t k = 0; k + 1 < ranges.size(); ++k) {
    if (ranges[k].range.first + ranges[k].range.count <= ranges[k + 1].range.first) continue;
    throw std::invalid_argument("merge: customer " + std::to_string(ranges[k + 1].range.first) +
                                " is in two of the simulations; give each part its own customers (first_customer)");
  }

  Content whole = first;
  whole.ranges.clear();
  whole.end_times.clear();
  whole.passage_times.clear();
  detail::SimulatedPaths::Blocks blocks;
  for (const Part& part : ranges) {
    whole.ranges.push_back(part.range);
    const auto append = [&part](std::vector<std::int64_t>& to, const std::vector<std::int64_t>& from) {
      if (from.empty()) return;
      to.insert(to.end(), from.begin() + part.place, from.begin() + part.place + part.range.count);
    };
    append(whole.end_times, part.of->end_times);
    append(whole.passage_times, part.of->passage_times);
  }
  std::vector<SimulatedValue> values;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const Content& c = *parts[k].content_;
    if (c.value) values.push_back(*c.value);
    if (c.paths) blocks.insert(blocks.end(), c.paths->blocks().begin(), c.paths->blocks().end());
    if (k == 0) continue;
    whole.occupancy += c.occupancy;
    whole.moves_per_period += c.moves_per_period;
    whole.moves += c.moves;
  }
  if (whole.outputs.revenue) whole.count_revenue();
  if (!values.empty()) whole.value = SimulatedValue::merge(values);
  if (first.paths) {
    std::sort(blocks.begin(), blocks.end(),
              [](const auto& a, const auto& b) { return a->first_customer < b->first_customer; });
    whole.paths = std::make_shared<const detail::SimulatedPaths>(*first.paths, std::move(blocks));
  }
  return Simulation(std::make_shared<const Content>(std::move(whole)));
}

Simulation operator+(const Simulation& a, const Simulation& b) {
  const Simulation parts[] = {a, b};
  return Simulation::merge(parts);
}

}  // namespace sojourn
