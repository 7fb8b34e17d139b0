#include "sojourn/simulation/simulation.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "simulation/run_words.hpp"
#include "simulation/simulation_content.hpp"
#include "sojourn/value/lifetime_value.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

using Content = detail::SimulationContent;

template <class Kept>
const Kept& asked_for(const Kept& kept, bool is_kept, const char* what, const char* how) {
  if (!is_kept) throw std::domain_error(std::string(what) + ": " + how);
  return kept;
}

constexpr const char* add_it = "was not asked for; add it to the outputs of simulate";
constexpr const char* add_them = "were not asked for; add them to the outputs of simulate";

/// Throws unless both are parts of one run.
void check_alike(const Content& c, const Content& first) {
  const auto refuse = [](const char* what) {
    throw std::invalid_argument(std::string("merge: the simulations differ in ") + what +
                                "; only parts of one run add up");
  };
  if (!(c.chain == first.chain)) refuse("their chain");
  if (!(c.rewards == first.rewards)) refuse("their rewards");
  if (!(c.start == first.start)) refuse("their start");
  if (c.horizon != first.horizon) refuse("their horizon");
  if (c.discount != first.discount) refuse("their discount");
  if (c.seed != first.seed) refuse("their seed");
  if (c.stays != first.stays) refuse("how stays are walked (stays)");
  if (!(c.outputs == first.outputs) || c.targets != first.targets) refuse("what was asked of them");
}

/// Customers whose numbers follow each other, in one part.
struct Part {
  const Content* of;
  Content::Range range;
  std::int64_t place;  // of its first customer in the columns of its part
};

/// The columns of single customers, in the order of their numbers. Throws for a customer who is in two parts.
void join_columns(std::vector<Part> parts, Content& whole) {
  std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.range.first < b.range.first; });
  for (std::size_t k = 0; k + 1 < parts.size(); ++k) {
    if (parts[k].range.first + parts[k].range.count <= parts[k + 1].range.first) continue;
    throw std::invalid_argument("merge: customer " + std::to_string(parts[k + 1].range.first) +
                                " is in two of the simulations; give each part its own customers (first_customer)");
  }
  whole.ranges.clear();
  whole.end_times.clear();
  whole.passage_times.clear();
  for (const Part& part : parts) {
    whole.ranges.push_back(part.range);
    const auto append = [&part](std::vector<std::int64_t>& to, const std::vector<std::int64_t>& from) {
      if (from.empty()) return;
      to.insert(to.end(), from.begin() + part.place, from.begin() + part.place + part.range.count);
    };
    append(whole.end_times, part.of->end_times);
    append(whole.passage_times, part.of->passage_times);
  }
}

}  // namespace

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
  const Period& period = c.chain.period();
  return text::plural(c.customers(), "customer") + " simulated, " + detail::start_words(c.chain.states(), c.start) +
         detail::horizon_words(c.horizon, period) + detail::value_words(c.rewards.label(), c.discount, period) +
         (c.stays == Stays::jumped ? "; stays jumped over" : "") + "; seed " + std::to_string(c.seed);
}

Simulation::Simulation(std::shared_ptr<const detail::SimulationContent> content) : content_(std::move(content)) {}

Simulation Simulation::merge(std::span<const Simulation> parts) {
  if (parts.empty()) throw std::invalid_argument("merge: expected at least one simulation, found none");
  const Content& first = *parts.front().content_;
  std::vector<Part> ranges;
  for (const Simulation& part : parts) {
    check_alike(*part.content_, first);
    std::int64_t place = 0;
    for (const Content::Range& range : part.content_->ranges) {
      ranges.push_back({part.content_.get(), range, place});
      place += range.count;
    }
  }
  Content whole = first;
  join_columns(std::move(ranges), whole);
  detail::SimulatedPaths::Blocks blocks;
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
