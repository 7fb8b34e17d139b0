// What is kept of customers who are walked: from the trace of a block to counts, times and journeys.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "simulation/walk_plan.hpp"
#include "sojourn/chain/types.hpp"

namespace sojourn::detail {

/// Where journeys end, in the numbers of a walk.
struct JourneyEnds {
  std::uint64_t horizon;
  std::uint32_t n_live;
  std::vector<char> is_absorbing;
  bool has_paid_exits;  ///< an absorbing state goes on bringing money, so that customers are walked through it

  /// Moves of a customer who walked `n_groups` groups of moves along `path` (and one state more), until he was in an
  /// absorbing state or his horizon came.
  std::uint64_t moves(const std::uint32_t* path, std::uint64_t n_groups) const;
};

/// What one customer left behind in the trace of a block.
struct Trace {
  const std::uint64_t* words;  ///< of his first group
  std::size_t stride;          ///< words from one group of his to the next
  std::uint64_t n_groups;
  unsigned states_per_word;
  std::uint32_t last_state;  ///< after his last group

  /// His states before the moves of one group.
  void unpack(std::uint64_t group, std::uint32_t* states) const {
    const std::uint64_t* from = words + group * stride;
    if (states_per_word == 4) {
      for (unsigned k = 0; k < 4; ++k) states[k] = static_cast<std::uint16_t>(*from >> (16 * k));
    } else {
      for (unsigned k = 0; k < 4; ++k) states[k] = static_cast<std::uint32_t>(from[k / 2] >> (k % 2 * 32));
    }
  }
  /// All his states: four per group, and the last one.
  void unpack(std::vector<std::uint32_t>& path) const {
    path.resize(std::max<std::size_t>(path.size(), 4 * n_groups + 1));
    for (std::uint64_t group = 0; group < n_groups; ++group) unpack(group, path.data() + 4 * group);
    path[4 * n_groups] = last_state;
  }
  /// As `ends.moves` of the path, mostly without unpacking all of it.
  std::uint64_t moves(const JourneyEnds& ends, std::vector<std::uint32_t>& path) const;
};

/// Journeys of a block of customers: the trace as it was walked, or packed where most of it would be empty.
struct RecordedBlock {
  std::int64_t first_customer = 0;
  std::size_t words_per_lane = 0;          ///< of a group
  std::size_t stride = 0;                  ///< words from one group to the next
  std::vector<std::uint32_t> begins;       ///< per customer: where his first group is, in `words_per_lane` words
  std::vector<std::uint32_t> groups;       ///< per customer
  std::vector<std::uint32_t> last_states;  ///< per customer: after his last group
  std::unique_ptr<std::uint64_t[]> words;

  std::size_t n_customers() const { return groups.size(); }
  Trace trace(std::size_t customer) const {
    return {.words = words.get() + begins[customer] * words_per_lane,
            .stride = stride,
            .n_groups = groups[customer],
            .states_per_word = static_cast<unsigned>(4 / words_per_lane),
            .last_state = last_states[customer]};
  }
};

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
  void keep(const Block& block);
  Trace trace_of(std::uint32_t customer) const;
  /// Hands the trace over, or what is in it where most of it is empty.
  void record(const Block& block, std::size_t walked_groups, RecordedBlock& journeys);
  template <class State>
  void count_moves(const Trace& trace);
  void keep_times(std::size_t place, const Trace& trace);
  bool counts_per_period() const { return moves_per_period_.size() != 0; }
  std::size_t words_per_lane() const { return 4 / plan_.states_per_word(); }
  std::size_t words_per_group() const { return plan_.walker().lanes * words_per_lane(); }

  const WalkPlan& plan_;
  const JourneyEnds& ends_;
  const RecordWanted& wanted_;
  CountMatrix occupancy_;  // with rows for the groups of moves that reach over the horizon
  CountMatrix ended_;      // customers who have ended, by the group from which they are counted no more
  CountMatrix moves_;
  CountMatrix moves_per_period_;  // where there is room for it, all other counts come from it
  std::unique_ptr<std::uint64_t[]> trace_;
  std::size_t trace_groups_ = 0;  // room
  std::vector<std::uint32_t> trace_begin_;
  std::vector<std::uint32_t> trace_length_;
  std::vector<std::uint32_t> last_states_;
  std::vector<std::uint32_t> path_;  // of one customer
};

}  // namespace sojourn::detail
