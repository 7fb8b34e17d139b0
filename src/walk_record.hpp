// What is kept of customers who are walked: from the trace of a block to counts, times and journeys.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sojourn/types.hpp"
#include "walk_plan.hpp"

namespace sojourn::detail {

/// Journeys of a block of customers, one after another, in the numbers of the walk.
struct RecordedBlock {
  std::int64_t first_customer = 0;
  std::vector<std::uint32_t> lengths;      ///< states of each journey
  std::vector<std::uint16_t> states;       ///< where 16 bits hold them,
  std::vector<std::uint32_t> wide_states;  ///< or here
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

  /// `is_absorbing` by the numbers of the walk. The horizon is that of the plan; without one no occupancy is kept.
  WalkRecorder(const WalkPlan& plan, const std::vector<char>& is_absorbing, const RecordWanted& wanted);

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
  const CountMatrix& moves() const { return moves_; }
  /// Shape (horizon, n_states · n_states).
  const CountMatrix& moves_per_period() const { return moves_per_period_; }

 private:
  void make_room(WalkBlock& block);
  template <class State>
  void keep(const Block& block, const WalkBlock& walked, RecordedBlock* journeys);

  const WalkPlan& plan_;
  const std::vector<char>& is_absorbing_;
  const RecordWanted& wanted_;
  CountMatrix occupancy_;
  CountMatrix ended_;  // customers whose journey is over, by the period from which they are counted no more
  CountMatrix moves_;
  CountMatrix moves_per_period_;
  std::vector<std::uint64_t> trace_;
  std::vector<std::uint32_t> trace_begin_;
  std::vector<std::uint32_t> trace_length_;
  std::vector<std::uint32_t> last_states_;
  std::vector<std::uint32_t> path_;  // of one customer
};

}  // namespace sojourn::detail
