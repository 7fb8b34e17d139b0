#include "simulation_content.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "memory.hpp"
#include "sojourn/lifetime_value.hpp"
#include "text.hpp"
#include "threads.hpp"

namespace sojourn {

namespace detail {

SimulatedPaths::SimulatedPaths(const Chain& chain, const Rewards& rewards, std::vector<std::int32_t> state_of,
                               unsigned states_per_word, JourneyEnds ends, Blocks blocks)
    : chain_(chain),
      rewards_(rewards),
      state_of_(std::move(state_of)),
      states_per_word_(states_per_word),
      ends_(std::move(ends)),
      blocks_(std::move(blocks)) {}

SimulatedPaths::SimulatedPaths(const SimulatedPaths& like, Blocks blocks)
    : SimulatedPaths(like.chain_, like.rewards_, like.state_of_, like.states_per_word_, like.ends_, std::move(blocks)) {
}

const Journeys& SimulatedPaths::journeys() const {
  const std::lock_guard lock(mutex_);
  if (!journeys_) {
    std::vector<std::string> exits;
    for (const Index i : chain_.absorbing_states()) exits.push_back(chain_.states().name(i));
    journeys_.emplace(Lifecycle(chain_.states(), exits), chain_.period(), TimeUnit::step, columns());
  }
  return *journeys_;
}

template <class Visit>
void SimulatedPaths::for_each_path(const RecordedBlock& block, Visit&& visit) const {
  std::vector<std::uint32_t> path;
  const std::size_t words_per_group = 4 / states_per_word_;
  const std::uint64_t* words = block.words.data();
  for (std::size_t customer = 0; customer < block.groups.size(); ++customer) {
    const std::uint64_t n_groups = block.groups[customer];
    unpack(words, words_per_group, n_groups, states_per_word_, path);
    path[4 * n_groups] = block.last_states[customer];
    words += n_groups * words_per_group;
    visit(customer, path.data(), ends_.moves(path.data(), n_groups));
  }
}

JourneyColumns SimulatedPaths::columns() const {
  const std::size_t n_blocks = blocks_.size();
  std::vector<std::size_t> first_journey(n_blocks + 1, 0);
  std::vector<std::size_t> first_entry(n_blocks + 1, 0);
  for_each_block(static_cast<std::int64_t>(n_blocks), 0, [&](std::int64_t block) {
    const auto b = static_cast<std::size_t>(block);
    first_journey[b + 1] = blocks_[b]->groups.size();
    for_each_path(*blocks_[b],
                  [&](std::size_t, const std::uint32_t*, std::uint64_t n_moves) { first_entry[b + 1] += n_moves + 1; });
  });
  for (std::size_t b = 0; b < n_blocks; ++b) {
    first_journey[b + 1] += first_journey[b];
    first_entry[b + 1] += first_entry[b];
  }
  constexpr double bytes_per_entry = 20.0;
  check_memory(bytes_per_entry * static_cast<double>(first_entry.back()), "journeys: their columns",
               "simulate in parts (first_customer)");
  JourneyColumns all;
  all.customers.resize(first_journey.back());
  all.offsets.resize(first_journey.back() + 1);
  all.states.resize(first_entry.back());
  all.times.resize(first_entry.back());
  all.values.resize(first_entry.back());
  all.is_continuation.assign(first_journey.back(), false);
  const Vector& per_state = rewards_.per_state();
  for_each_block(static_cast<std::int64_t>(n_blocks), 0, [&](std::int64_t block) {
    const auto b = static_cast<std::size_t>(block);
    std::size_t at = first_entry[b];
    for_each_path(*blocks_[b], [&](std::size_t customer, const std::uint32_t* path, std::uint64_t n_moves) {
      const std::size_t journey = first_journey[b] + customer;
      all.customers[journey] = blocks_[b]->first_customer + static_cast<std::int64_t>(customer);
      all.offsets[journey + 1] = static_cast<std::int64_t>(at + n_moves + 1);
      for (std::uint64_t t = 0; t <= n_moves; ++t) {
        const std::int32_t state = state_of_[path[t]];
        all.states[at + t] = state;
        all.times[at + t] = static_cast<std::int64_t>(t);
        all.values[at + t] = per_state[state];
      }
      if (rewards_.has_move_rewards()) {
        for (std::uint64_t t = 0; t < n_moves; ++t) {
          all.values[at + t] += rewards_.move_reward(state_of_[path[t]], state_of_[path[t + 1]]);
        }
      }
      at += n_moves + 1;
    });
  });
  return all;
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
