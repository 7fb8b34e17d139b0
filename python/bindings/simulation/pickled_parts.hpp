// What the results of this wing hold beside classes that Python knows, for pickling.
#pragma once

#include <algorithm>
#include <memory>

#include "simulation/simulation_content.hpp"
#include "sojourn/simulation/cohorts.hpp"
#include "sojourn/simulation/scenarios.hpp"
#include "support/pickling.hpp"

namespace sojourn {

struct CohortSimulationAccess {
  // Numbers of all paths, as many as they need.
  template <class Number>
  static std::vector<Number> out(const std::shared_ptr<Number[]>& numbers, Index size) {
    return std::vector<Number>(numbers.get(), numbers.get() + size);
  }
  template <class Number>
  static std::shared_ptr<Number[]> in(const std::vector<Number>& numbers) {
    std::shared_ptr<Number[]> kept(new Number[numbers.size()]);
    std::copy(numbers.begin(), numbers.end(), kept.get());
    return kept;
  }

  static auto split(const CohortSimulation& of) {
    const Index n = of.n_paths_;
    return std::tuple(of.chain_, of.rewards_, n, of.horizon_, of.n_moves_, of.first_path_, of.customers_, of.seed_,
                      of.arrivals_, out(of.occupancy_, n * of.horizon_ * of.n_states()),
                      out(of.closing_stock_, n * of.n_states()), out(of.moves_, n * of.n_moves_),
                      out(of.revenue_, n * of.horizon_), of.value_, of.definition_);
  }
  static CohortSimulation join(const Chain& chain, const Rewards& rewards, Index n_paths, Index horizon, Index n_moves,
                               std::int64_t first_path, std::int64_t customers, std::uint64_t seed,
                               CountVector arrivals, const std::vector<std::int64_t>& occupancy,
                               const std::vector<std::int64_t>& closing_stock, const std::vector<std::int64_t>& moves,
                               const std::vector<double>& revenue, Vector value, std::string definition) {
    CohortSimulation of(chain, rewards);
    of.n_paths_ = n_paths;
    of.horizon_ = horizon;
    of.n_moves_ = n_moves;
    of.first_path_ = first_path;
    of.customers_ = customers;
    of.seed_ = seed;
    of.arrivals_ = std::move(arrivals);
    of.occupancy_ = in(occupancy);
    of.closing_stock_ = in(closing_stock);
    of.moves_ = in(moves);
    of.revenue_ = in(revenue);
    of.value_ = std::move(value);
    of.definition_ = std::move(definition);
    return of;
  }
};

// Journeys stay as they were walked: two bytes per state.
struct SimulationAccess {
  using Content = detail::SimulationContent;
  using Paths = detail::SimulatedPaths;
  using Block = detail::RecordedBlock;
  using Ends = detail::JourneyEnds;
  // First customer, words per lane, stride, begins, groups, last states, words.
  using BlockParts = std::tuple<std::int64_t, std::uint64_t, std::uint64_t, std::vector<std::uint32_t>,
                                std::vector<std::uint32_t>, std::vector<std::uint32_t>, std::vector<std::uint64_t>>;

  static const Content& content(const Simulation& of) { return *of.content_; }
  static const std::vector<std::int32_t>& state_of(const Paths& paths) { return paths.state_of_; }
  static const Ends& ends(const Paths& paths) { return paths.ends_; }

  static BlockParts split(const Block& block) {
    std::size_t n_words = 0;
    for (std::size_t c = 0; c < block.n_customers(); ++c) {
      if (block.groups[c] == 0) continue;
      n_words = std::max(n_words, (block.begins[c] + 1) * block.words_per_lane + (block.groups[c] - 1) * block.stride);
    }
    return {block.first_customer,
            block.words_per_lane,
            block.stride,
            block.begins,
            block.groups,
            block.last_states,
            std::vector<std::uint64_t>(block.words.get(), block.words.get() + n_words)};
  }
  static std::shared_ptr<const Block> join(BlockParts parts) {
    auto block = std::make_shared<Block>();
    const std::vector<std::uint64_t>& words = std::get<6>(parts);
    block->first_customer = std::get<0>(parts);
    block->words_per_lane = std::get<1>(parts);
    block->stride = std::get<2>(parts);
    block->begins = std::move(std::get<3>(parts));
    block->groups = std::move(std::get<4>(parts));
    block->last_states = std::move(std::get<5>(parts));
    block->words.reset(new std::uint64_t[words.size()]);
    std::copy(words.begin(), words.end(), block->words.get());
    return block;
  }
};

}  // namespace sojourn

namespace sojourn::python {

template <>
inline constexpr auto members_of<Intervention> =
    std::tuple(&Intervention::first, &Intervention::last, &Intervention::chain, &Intervention::rewards,
               &Intervention::reward_laws, &Intervention::clock);

template <>
inline constexpr auto members_of<Scenario> =
    std::tuple(&Scenario::chain, &Scenario::rewards, &Scenario::reward_laws, &Scenario::schedule,
               &Scenario::interventions, &Scenario::cost, &Scenario::cost_per_period);

template <>
inline constexpr auto members_of<ScenarioSimulation> =
    std::tuple(&ScenarioSimulation::value, &ScenarioSimulation::mean, &ScenarioSimulation::controlled_mean,
               &ScenarioSimulation::occupancy, &ScenarioSimulation::survivors, &ScenarioSimulation::revenue,
               &ScenarioSimulation::costs, &ScenarioSimulation::customers, &ScenarioSimulation::is_reached,
               &ScenarioSimulation::quantile_interval, &ScenarioSimulation::definition);

template <>
inline constexpr auto members_of<SimulationOutputs> =
    std::tuple(&SimulationOutputs::value, &SimulationOutputs::value_summary, &SimulationOutputs::occupancy,
               &SimulationOutputs::revenue, &SimulationOutputs::moves, &SimulationOutputs::end_times,
               &SimulationOutputs::journeys);

template <>
inline constexpr auto members_of<detail::SimulationContent::Range> =
    std::tuple(&detail::SimulationContent::Range::first, &detail::SimulationContent::Range::count);

template <>
inline constexpr auto members_of<detail::JourneyEnds> =
    std::tuple(&detail::JourneyEnds::horizon, &detail::JourneyEnds::n_live, &detail::JourneyEnds::is_absorbing,
               &detail::JourneyEnds::has_paid_exits);

template <>
inline constexpr auto members_of<detail::SimulationContent> = std::tuple(
    &detail::SimulationContent::chain, &detail::SimulationContent::rewards, &detail::SimulationContent::start,
    &detail::SimulationContent::discount, &detail::SimulationContent::seed, &detail::SimulationContent::horizon,
    &detail::SimulationContent::outputs, &detail::SimulationContent::targets, &detail::SimulationContent::stays,
    &detail::SimulationContent::ranges, &detail::SimulationContent::value, &detail::SimulationContent::occupancy,
    &detail::SimulationContent::moves_per_period, &detail::SimulationContent::revenue,
    &detail::SimulationContent::moves, &detail::SimulationContent::end_times,
    &detail::SimulationContent::passage_times);

template <>
struct Pickled<CohortSimulation> {
  using Access = CohortSimulationAccess;
  using Parts = decltype(Access::split(std::declval<const CohortSimulation&>()));
  static py::object out(const CohortSimulation& of) { return Pickled<Parts>::out(Access::split(of)); }
  static CohortSimulation in(py::handle object) {
    return std::apply([](const auto&... part) { return Access::join(part...); }, Pickled<Parts>::in(object));
  }
};

template <>
struct Pickled<Simulation> {
  using Access = SimulationAccess;
  // All but the journeys; of the journeys the states of the walk, where they end, and the blocks.
  using Journeys = std::tuple<std::vector<std::int32_t>, detail::JourneyEnds, std::vector<Access::BlockParts>>;
  using Parts = std::tuple<detail::SimulationContent, std::optional<Journeys>>;

  static py::object out(const Simulation& of) {
    const detail::SimulationContent& content = Access::content(of);
    std::optional<Journeys> journeys;
    if (content.paths) {
      journeys.emplace(Access::state_of(*content.paths), Access::ends(*content.paths),
                       std::vector<Access::BlockParts>());
      for (const auto& block : content.paths->blocks()) std::get<2>(*journeys).push_back(Access::split(*block));
    }
    return py::make_tuple(Pickled<detail::SimulationContent>::out(content),
                          Pickled<std::optional<Journeys>>::out(journeys));
  }
  static Simulation in(py::handle object) {
    auto [content, journeys] = Pickled<Parts>::in(object);
    if (journeys) {
      auto& [state_of, ends, parts] = *journeys;
      detail::SimulatedPaths::Blocks blocks;
      for (Access::BlockParts& block : parts) blocks.push_back(Access::join(std::move(block)));
      content.paths = std::make_shared<const detail::SimulatedPaths>(
          content.chain, content.rewards, std::move(state_of), std::move(ends), std::move(blocks));
    }
    return Simulation(std::make_shared<const detail::SimulationContent>(std::move(content)));
  }
};

}  // namespace sojourn::python
