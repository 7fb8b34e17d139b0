// What is kept of customers who are walked: from the trace of a block to counts, times and journeys.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sojourn/types.hpp"
#include "walk_plan.hpp"

namespace sojourn::detail {

/// Where journeys end, in the numbers of a walk.
struct JourneyEnds {
  std::uint64_t horizon;
  std::uint32_t n_live;
  std::vector<char> is_absorbing;

  /// Moves of a customer who walked `n_groups` groups of moves along `path` (and one state more), until he was in an
  /// absorbing state or his horizon came.
  std::uint64_t moves(const std::uint32_t* path, std::uint64_t n_groups) const;
};

/// Journeys of a block of customers, one after another, as words of their traces.
struct RecordedBlock {
  std::int64_t first_customer = 0;
  std::vector<std::uint32_t> groups;       ///< per customer
  std::vector<std::uint32_t> last_states;  ///< per customer: after his last group
  std::vector<std::uint64_t> words;
};

/// States of a trace, unpacked: four per group.
void unpack(const std::uint64_t* words, std::size_t stride, std::uint64_t n_groups, unsigned states_per_word,
            std::vector<std::uint32_t>& path);

/// What a run keeps. Columns per customer have his place in the run.
struct RecordWanted {
  bool occupancy = false;
  bool moves = false;
  bool moves_per_period = false;
  std::vector<char> is_target = {};  ///< by the numbers of the walk; empty = no times of passage
  std::int64_t* end_times = nullptr;
  std::int64_t* passage_times = nullptr;
  bool journeys = false;

  bool anything() const {
    return occupancy || moves || moves_per_period || !is_target.empty() || end_times != nullptr || journeys;
  }
};

/// One worker: walks blocks of customers and keeps what is wanted of them.
class WalkRecorder {
 public:
  static constexpr std::int64_t block_size = 4096;

  /// The horizon is that of the plan; without one no occupancy is kept.
  WalkRecorder(const WalkPlan& plan, const JourneyEnds& ends, const RecordWanted& wanted);

  /// Some customers, at most `block_size` of them.
  struct Block {
    std::int64_t first_place;  ///< of the first of them in columns per customer
    std::uint64_t first_customer;
    std::uint32_t n_customers;
  };

  /// Walks them and writes their values, and their journeys where there is a record for them. `starts` is empty when all
  /// begin in `start`. False when stopped.
  bool walk(const Block& block, std::span<const std::uint32_t> starts, std::uint32_t start, double* values,
            RecordedBlock* journeys);

  /// Shape (horizon, n_states), in the numbers of the walk.
  CountMatrix occupancy() const;
  /// Shape (n_states, n_states).
  CountMatrix moves() const;
  /// Shape (horizon, n_states · n_states).
  CountMatrix moves_per_period() const;

 private:
  void make_room(WalkBlock& block);
  template <class State>
  void keep(const Block& block, const WalkBlock& walked, RecordedBlock* journeys);
  void keep_times(std::size_t place, std::uint64_t n_groups);

  const WalkPlan& plan_;
  const JourneyEnds& ends_;
  const RecordWanted& wanted_;
  CountMatrix occupancy_;  // with rows for the groups of moves that reach over the horizon
  CountMatrix ended_;      // customers who have ended, by the group from which they are counted no more
  CountMatrix moves_;
  CountMatrix moves_per_period_;
  std::vector<std::uint64_t> trace_;
  std::vector<std::uint32_t> trace_begin_;
  std::vector<std::uint32_t> trace_length_;
  std::vector<std::uint32_t> last_states_;
  std::vector<std::uint32_t> path_;  // of one customer
};

}  // namespace sojourn::detail
