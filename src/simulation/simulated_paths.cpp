#include "simulation/simulated_paths.hpp"

#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/memory.hpp"
#include "support/text.hpp"
#include "support/threads.hpp"

namespace sojourn::detail {

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

}  // namespace sojourn::detail
