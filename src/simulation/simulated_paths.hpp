// The journeys of a simulation.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "simulation/walk_record.hpp"
#include "sojourn/chain/chain.hpp"
#include "sojourn/chain/rewards.hpp"
#include "sojourn/simulation/simulation.hpp"

namespace sojourn {

struct SimulationAccess;

namespace detail {

/// Journeys as they were recorded, block by block in the order of the customers, and as columns once somebody asks.
class SimulatedPaths {
 public:
  using Blocks = std::vector<std::shared_ptr<const RecordedBlock>>;

  /// `state_of` is that of the walk.
  SimulatedPaths(const Chain& chain, const Rewards& rewards, std::vector<std::int32_t> state_of, JourneyEnds ends,
                 Blocks blocks);
  /// The same walk with other customers.
  SimulatedPaths(const SimulatedPaths& like, Blocks blocks);

  const Journeys& journeys() const;
  std::int64_t n_entries() const { return places().entries.back(); }
  void write(const JourneyBuffers& to) const;
  const Blocks& blocks() const { return blocks_; }

 private:
  friend struct sojourn::SimulationAccess;
  /// Where the customers and the entries of each block begin, and where the last ones end.
  struct Places {
    std::vector<std::int64_t> customers;
    std::vector<std::int64_t> entries;
  };

  const Places& places() const;
  void write_block(std::size_t block, const JourneyBuffers& to) const;

  Chain chain_;
  Rewards rewards_;
  std::vector<std::int32_t> state_of_;
  JourneyEnds ends_;
  Blocks blocks_;
  mutable std::once_flag counted_;
  mutable Places places_;
  mutable std::mutex mutex_;
  mutable std::optional<Journeys> journeys_;
};

}  // namespace detail
}  // namespace sojourn
