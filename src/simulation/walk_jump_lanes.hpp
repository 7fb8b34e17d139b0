// The walk by stays, in lanes: random words for all of them, then one draw after another, with little for the processor to
// guess or to wait for.
#pragma once

#include "simulation/walk_jump.hpp"

namespace sojourn::detail {

// Each instruction set compiles this for itself, and must not meet the code of another.
namespace {

/// `Philox::words(seed, customers, groups, stream, words)` fills in four words for each of `n_lanes` counters.
template <class Philox, bool timed>
class JumpLanes {
 public:
  JumpLanes(const JumpTables& tables, const JumpBlock& block) : t_(tables), b_(block) {
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      offsets_[lane] = b_.n_customers;
      put_next_into(lane);
    }
  }

  bool run() {
    for (std::uint64_t looks = 1; refill(); ++looks) {
      if (looks % groups_between_looks == 0 && t_.is_stopped(t_.context)) return false;
      Philox::words(t_.seed, b_.first_customer, offsets_, groups_, stay_high, words_);
      for (std::uint64_t draw = 0; draw < 4; ++draw) {
        for (std::size_t lane = 0; lane < n_lanes; ++lane) step(lane, draw);
      }
      for (std::size_t lane = 0; lane < n_lanes; ++lane) ++groups_[lane];
    }
    return true;
  }

 private:
  static constexpr std::size_t n_lanes = Philox::n_lanes;
  static constexpr std::uint64_t groups_between_looks = 1024;

  /// Takes those who have ended out of their lanes and puts the next in. False when nobody is left.
  bool refill() {
    std::size_t n_somebody = 0;
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      if (states_[lane] >= t_.n_live && offsets_[lane] < b_.n_customers) {
        finish(lane);
        put_next_into(lane);
      }
      n_somebody += offsets_[lane] < b_.n_customers ? 1 : 0;
    }
    return n_somebody != 0;
  }

  void finish(std::size_t lane) {
    const std::uint64_t customer = offsets_[lane];
    const std::uint32_t state = states_[lane];
    const bool is_absorbed = state < t_.n_states;
    double value = sums_[lane];
    if (is_absorbed && t_.stay_money[state] != 0.0) {
      value += discounts_[lane] * t_.rest(t_.context, state, left_[lane]);
    }
    b_.values[customer] = value;
    const auto time = static_cast<std::int64_t>(t_.horizon - left_[lane]);
    if (b_.end_times != nullptr) b_.end_times[customer] = is_absorbed ? time : -1;
    if constexpr (timed) {
      // One move later he is back in an absorbing state in which he began.
      if (is_absorbed && time == 0 && t_.is_target[state] != 0) passages_[lane] = 1;
      b_.passage_times[customer] = passages_[lane];
    }
  }

  void put_next_into(std::size_t lane) {
    sums_[lane] = 0.0;
    discounts_[lane] = 1.0;
    left_[lane] = t_.horizon;
    groups_[lane] = 0;
    passages_[lane] = -1;
    if (begun_ < b_.n_customers) {
      states_[lane] = b_.starts == nullptr ? b_.start : b_.starts[begun_];
      offsets_[lane] = begun_++;
    } else {
      states_[lane] = t_.n_states;
      offsets_[lane] = b_.n_customers;
    }
  }

  void step(std::size_t lane, std::uint64_t draw) {
    const std::uint32_t state = states_[lane];
    const std::uint64_t word = words_[draw][lane];
    const std::uint64_t row = t_.rows[state];
    const auto width = static_cast<unsigned>(row & 0xff);
    const std::uint64_t at = (row >> 8) + (word >> (32 - width));
    const std::uint64_t fraction = word << (32 + width);
    const std::uint64_t cell = t_.cells[at];
    std::uint64_t drawn = fraction < cell ? at : cell & 0xffffffff;
    if ((fraction ^ cell) >> 32 == 0) [[unlikely]] {
      drawn = t_.decide(t_.context, row, b_.first_customer + offsets_[lane], 4 * groups_[lane] + draw,
                        static_cast<std::uint32_t>(word));
    }
    const JumpOutcome& outcome = t_.outcomes[drawn];
    const std::uint64_t left = left_[lane];
    if constexpr (timed) note_passage(lane, state, outcome);
    if (outcome.length > left) [[unlikely]] {
      sums_[lane] += discounts_[lane] * (t_.stay_money[state] * t_.series[left].sum);
      left_[lane] = 0;
      states_[lane] = t_.n_states;
      return;
    }
    sums_[lane] += discounts_[lane] * outcome.money;
    discounts_[lane] *= outcome.discount;
    left_[lane] = left - outcome.length;
    states_[lane] = outcome.next;
  }

  void note_passage(std::size_t lane, std::uint32_t state, const JumpOutcome& outcome) {
    if (passages_[lane] >= 0 || state >= t_.n_live) return;
    const std::uint64_t left = left_[lane];
    const bool is_cut = outcome.length > left;
    if (t_.is_target[state] != 0 && left == t_.horizon && (is_cut ? left : outcome.stays) > 0) {
      passages_[lane] = 1;
    } else if (!is_cut && outcome.next != state && t_.is_target[outcome.next] != 0) {
      passages_[lane] = static_cast<std::int64_t>(t_.horizon - left + outcome.length);
    }
  }

  const JumpTables& t_;
  const JumpBlock& b_;
  std::uint32_t begun_ = 0;
  std::uint32_t states_[n_lanes];
  double sums_[n_lanes];
  double discounts_[n_lanes];
  std::uint64_t left_[n_lanes];  // moves until the horizon
  alignas(64) std::uint64_t offsets_[n_lanes];
  alignas(64) std::uint64_t groups_[n_lanes];
  std::int64_t passages_[n_lanes];
  alignas(64) std::uint32_t words_[4][n_lanes];
};

template <class Philox>
bool walk_jump_lanes(const JumpTables& tables, const JumpBlock& block) {
  if (block.passage_times != nullptr) return JumpLanes<Philox, true>(tables, block).run();
  return JumpLanes<Philox, false>(tables, block).run();
}

}  // namespace

}  // namespace sojourn::detail
