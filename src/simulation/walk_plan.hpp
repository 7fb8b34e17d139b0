// A chain with its money made ready for being walked.
#pragma once

#include <cstdint>
#include <vector>

#include "simulation/alias_table.hpp"
#include "simulation/walk.hpp"
#include "sojourn/chain/chain.hpp"
#include "sojourn/chain/rewards.hpp"
#include "support/crew.hpp"

namespace sojourn::detail {

class WalkPlan {
 public:
  /// `horizon` in moves; `factor` discounts one of them. Walks end when the crew does not go on.
  WalkPlan(const Chain& chain, const Rewards& rewards, double factor, std::uint64_t horizon, std::uint64_t seed,
           Crew& crew);
  WalkPlan(const WalkPlan&) = delete;
  WalkPlan& operator=(const WalkPlan&) = delete;

  const WalkTables& tables() const { return tables_; }
  const Walker& walker() const { return *walker_; }

  /// The chain's state behind a number of the walk, and the other way round. Absorbing states that bring nothing end a
  /// journey and come last.
  const std::vector<std::int32_t>& state_of() const { return state_of_; }
  const std::vector<std::uint32_t>& number_of() const { return number_of_; }
  /// States in a word of a trace.
  unsigned states_per_word() const { return tables_.packed != nullptr ? 4 : 2; }

 private:
  void fill_cells();
  void fill_rewards(const Rewards& rewards);

  std::vector<std::int32_t> state_of_;
  std::vector<std::uint32_t> number_of_;
  AliasTable moves_;
  std::vector<std::uint64_t> packed_;
  std::vector<std::uint32_t> wide_;
  std::vector<std::uint64_t> rows_;
  std::vector<double> state_rewards_;
  std::vector<double> move_rewards_;
  Crew& crew_;
  WalkTables tables_;
  const Walker* walker_;
};

}  // namespace sojourn::detail
