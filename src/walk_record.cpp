#include "walk_record.hpp"

#include <algorithm>
#include <cstring>

namespace sojourn::detail {

namespace {

constexpr std::size_t first_room = 1024;  // groups of a trace

}  // namespace

std::uint64_t JourneyEnds::moves(const std::uint32_t* path, std::uint64_t n_groups) const {
  // He ended in his last group, after it, or at the horizon.
  std::uint64_t n = n_groups == 0 ? 0 : 4 * (n_groups - 1);
  const std::uint64_t most = std::min(horizon, 4 * n_groups);
  while (n < most && path[n] < n_live) ++n;
  // His journey was over before that if the absorbing state goes on bringing money.
  while (n > 0 && is_absorbing[path[n - 1]] != 0) --n;
  return n;
}

void unpack(const std::uint64_t* words, std::size_t stride, std::uint64_t n_groups, unsigned states_per_word,
            std::vector<std::uint32_t>& path) {
  path.resize(std::max<std::size_t>(path.size(), 4 * n_groups + 1));
  if (states_per_word == 4) {
    for (std::uint64_t group = 0; group < n_groups; ++group, words += stride) {
      for (unsigned k = 0; k < 4; ++k) path[4 * group + k] = static_cast<std::uint16_t>(*words >> (16 * k));
    }
  } else {
    for (std::uint64_t group = 0; group < n_groups; ++group, words += stride) {
      for (unsigned k = 0; k < 4; ++k) path[4 * group + k] = static_cast<std::uint32_t>(words[k / 2] >> (k % 2 * 32));
    }
  }
}

WalkRecorder::WalkRecorder(const WalkPlan& plan, const JourneyEnds& ends, const RecordWanted& wanted)
    : plan_(plan), ends_(ends), wanted_(wanted) {
  const auto n = static_cast<Index>(plan.state_of().size());
  if (wanted.occupancy || wanted.moves_per_period) {
    const auto groups = static_cast<Index>((ends.horizon + 3) / 4);
    if (wanted.occupancy) {
      occupancy_ = CountMatrix::Zero(4 * groups, n);
      ended_ = CountMatrix::Zero(groups + 1, n);
    }
    if (wanted.moves_per_period) moves_per_period_ = CountMatrix::Zero(4 * groups, n * n);
  }
  if (wanted.moves) moves_ = CountMatrix::Zero(n, n);
  if (!wanted.anything()) return;
  trace_begin_.resize(block_size);
  trace_length_.resize(block_size);
  last_states_.resize(block_size);
}

bool WalkRecorder::walk(const Block& block, std::span<const std::uint32_t> starts, std::uint32_t start, double* values,
                        RecordedBlock* journeys) {
  WalkBlock walked;
  walked.first_customer = block.first_customer;
  walked.n_customers = block.n_customers;
  walked.starts = starts.empty() ? nullptr : starts.data();
  walked.start = start;
  walked.values = values;
  for (std::size_t lane = 0; lane < most_lanes; ++lane) {
    walked.states[lane] = plan_.tables().n_states;
    walked.sums[lane] = 0.0;
    walked.discounts[lane] = 1.0;
    walked.offsets[lane] = block.n_customers;
    walked.groups[lane] = 0;
  }
  if (wanted_.anything()) {
    walked.trace_begin = trace_begin_.data();
    walked.trace_length = trace_length_.data();
    walked.last_states = last_states_.data();
    make_room(walked);
  }
  WalkEnd end = WalkEnd::out_of_room;
  while ((end = plan_.walker().walk(plan_.tables(), walked)) == WalkEnd::out_of_room) make_room(walked);
  if (end == WalkEnd::stopped) return false;
  if (!wanted_.anything()) return true;
  if (plan_.states_per_word() == 4) {
    keep<std::uint16_t>(block, walked, journeys);
  } else {
    keep<std::uint32_t>(block, walked, journeys);
  }
  return true;
}

void WalkRecorder::make_room(WalkBlock& block) {
  const std::size_t words_per_group = plan_.walker().lanes * (4 / plan_.states_per_word());
  const std::size_t groups = trace_.size() / words_per_group;
  if (block.group == groups) trace_.resize(words_per_group * std::max(first_room, 2 * groups));
  block.trace = trace_.data();
  block.trace_groups = trace_.size() / words_per_group;
}

template <class State>
void WalkRecorder::keep(const Block& block, const WalkBlock& walked, RecordedBlock* journeys) {
  constexpr std::size_t per_word = sizeof(std::uint64_t) / sizeof(State);
  constexpr std::size_t words_per_lane = 4 / per_word;
  const std::size_t stride = plan_.walker().lanes * words_per_lane;
  const std::size_t n = plan_.state_of().size();
  const std::uint64_t last_group = ends_.horizon / 4;  // that the horizon cuts, if it cuts one
  const bool is_timed = wanted_.end_times != nullptr || !wanted_.is_target.empty();
  const bool is_counted = wanted_.occupancy || wanted_.moves || wanted_.moves_per_period;
  std::int64_t* occupancy = occupancy_.data();
  std::int64_t* moves = moves_.data();
  std::int64_t* moves_per_period = moves_per_period_.data();
  if (journeys != nullptr) {
    journeys->first_customer = static_cast<std::int64_t>(block.first_customer);
    journeys->groups.assign(trace_length_.begin(), trace_length_.begin() + walked.n_customers);
    journeys->last_states.assign(last_states_.begin(), last_states_.begin() + walked.n_customers);
    std::size_t total = 0;
    for (const std::uint32_t groups : journeys->groups) total += groups;
    journeys->words.resize(total * words_per_lane);
  }
  std::uint64_t* record = journeys == nullptr ? nullptr : journeys->words.data();
  for (std::uint32_t customer = 0; customer < walked.n_customers; ++customer) {
    const std::uint64_t n_groups = trace_length_[customer];
    const std::uint64_t* words = trace_.data() + std::size_t{trace_begin_[customer]} * words_per_lane;
    const std::uint32_t last = last_states_[customer];
    if (record != nullptr) {
      const std::uint64_t* from = words;
      for (std::uint64_t group = 0; group < n_groups; ++group, from += stride) {
        for (std::size_t w = 0; w < words_per_lane; ++w) *record++ = from[w];
      }
    }
    if (is_counted) {
      const std::uint64_t* from = words;
      for (std::uint64_t group = 0; group < n_groups; ++group, from += stride) {
        std::size_t state[5];
        for (std::size_t k = 0; k < 4; ++k) {
          state[k] = static_cast<State>(from[k / per_word] >> (k % per_word * 8 * sizeof(State)));
        }
        state[4] = group + 1 < n_groups ? static_cast<State>(from[stride]) : last;
        if (occupancy != nullptr) {
          for (std::size_t k = 0; k < 4; ++k) ++occupancy[(4 * group + k) * n + state[k]];
        }
        if (moves != nullptr) {
          const std::size_t n_moves = group == last_group ? ends_.horizon % 4 : 4;
          for (std::size_t k = 0; k < n_moves; ++k) ++moves[state[k] * n + state[k + 1]];
        }
        if (moves_per_period != nullptr) {
          for (std::size_t k = 0; k < 4; ++k) ++moves_per_period[((4 * group + k) * n + state[k]) * n + state[k + 1]];
        }
      }
      if (occupancy != nullptr) ++ended_(static_cast<Index>(n_groups), static_cast<Index>(last));
    }
    if (is_timed) {
      unpack(words, stride, n_groups, per_word, path_);
      path_[4 * n_groups] = last;
      keep_times(static_cast<std::size_t>(block.first_place) + customer, n_groups);
    }
  }
}

void WalkRecorder::keep_times(std::size_t place, std::uint64_t n_groups) {
  const std::uint64_t n_moves = ends_.moves(path_.data(), n_groups);
  const std::uint32_t last = path_[n_moves];
  const bool is_ended = ends_.is_absorbing[last] != 0;
  if (wanted_.end_times != nullptr) wanted_.end_times[place] = is_ended ? static_cast<std::int64_t>(n_moves) : -1;
  if (wanted_.is_target.empty()) return;
  std::int64_t passage = -1;
  for (std::uint64_t t = 1; t <= n_moves && passage < 0; ++t) {
    if (wanted_.is_target[path_[t]] != 0) passage = static_cast<std::int64_t>(t);
  }
  // One move later he is back in an absorbing state in which he began.
  if (n_moves == 0 && is_ended && wanted_.is_target[last] != 0) passage = 1;
  wanted_.passage_times[place] = passage;
}

CountMatrix WalkRecorder::occupancy() const {
  CountMatrix total = occupancy_.topRows(static_cast<Index>(ends_.horizon));
  CountVector over = CountVector::Zero(total.cols());
  for (Index t = 0; t < total.rows(); ++t) {
    if (t % 4 == 0) over += ended_.row(t / 4).transpose();
    total.row(t) += over.transpose();
  }
  return total;
}

CountMatrix WalkRecorder::moves() const {
  CountMatrix total = moves_;
  for (Index i = 0; i < total.rows(); ++i) {
    if (ends_.is_absorbing[static_cast<std::size_t>(i)] != 0) total.row(i).setZero();
  }
  return total;
}

CountMatrix WalkRecorder::moves_per_period() const {
  return moves_per_period_.topRows(static_cast<Index>(ends_.horizon));
}

}  // namespace sojourn::detail
