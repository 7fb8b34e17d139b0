#include "walk_record.hpp"

#include <algorithm>
#include <cstring>

namespace sojourn::detail {

namespace {

constexpr std::size_t first_room = 1024;  // groups of a trace

}  // namespace

WalkRecorder::WalkRecorder(const WalkPlan& plan, const std::vector<char>& is_absorbing, const RecordWanted& wanted)
    : plan_(plan), is_absorbing_(is_absorbing), wanted_(wanted) {
  const Index n = static_cast<Index>(plan.state_of().size());
  const auto horizon = static_cast<Index>(plan.tables().horizon);
  if (wanted.occupancy) {
    occupancy_ = CountMatrix::Zero(horizon, n);
    ended_ = CountMatrix::Zero(horizon, n);
  }
  if (wanted.moves) moves_ = CountMatrix::Zero(n, n);
  if (wanted.moves_per_period) moves_per_period_ = CountMatrix::Zero(horizon, n * n);
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
  const std::uint64_t horizon = plan_.tables().horizon;
  const std::uint32_t n_live = plan_.tables().n_live;
  const auto periods = static_cast<std::uint64_t>(occupancy_.rows());
  const auto n = static_cast<std::uint64_t>(plan_.state_of().size());
  if (journeys != nullptr) {
    journeys->first_customer = static_cast<std::int64_t>(block.first_customer);
    journeys->lengths.reserve(walked.n_customers);
  }
  for (std::uint32_t customer = 0; customer < walked.n_customers; ++customer) {
    const std::uint64_t n_groups = trace_length_[customer];
    path_.resize(std::max<std::size_t>(path_.size(), 4 * n_groups + 1));
    const std::uint64_t* from = trace_.data() + std::size_t{trace_begin_[customer]} * words_per_lane;
    for (std::uint64_t group = 0; group < n_groups; ++group, from += stride) {
      for (std::size_t k = 0; k < 4; ++k) {
        path_[4 * group + k] = static_cast<State>(from[k / per_word] >> (k % per_word * 8 * sizeof(State)));
      }
    }
    path_[4 * n_groups] = last_states_[customer];
    // Moves until the walk was over for him: he ended in his last group, after it, or at the horizon.
    std::uint64_t n_moves = n_groups == 0 ? 0 : 4 * (n_groups - 1);
    while (n_moves < std::min(horizon, 4 * n_groups) && path_[n_moves] < n_live) ++n_moves;
    // His journey may be over before: in an absorbing state that goes on bringing money.
    std::uint64_t n_journey = n_moves;
    while (n_journey > 0 && is_absorbing_[path_[n_journey - 1]] != 0) --n_journey;
    const std::uint32_t last = path_[n_journey];
    const bool is_ended = is_absorbing_[last] != 0;
    const auto place = static_cast<std::size_t>(block.first_place) + customer;

    if (periods != 0) {
      const std::uint64_t end = std::min(n_journey, periods);
      for (std::uint64_t t = 0; t < end; ++t) {
        ++occupancy_(static_cast<Index>(t), static_cast<Index>(path_[t]));
      }
      if (n_journey < periods) ++ended_(static_cast<Index>(n_journey), static_cast<Index>(last));
    }
    if (moves_.size() != 0) {
      for (std::uint64_t t = 0; t < n_journey; ++t) {
        ++moves_(static_cast<Index>(path_[t]), static_cast<Index>(path_[t + 1]));
      }
    }
    if (moves_per_period_.size() != 0) {
      for (std::uint64_t t = 0; t < n_journey; ++t) {
        ++moves_per_period_(static_cast<Index>(t), static_cast<Index>(path_[t] * n + path_[t + 1]));
      }
    }
    if (wanted_.end_times != nullptr) {
      wanted_.end_times[place] = is_ended ? static_cast<std::int64_t>(n_journey) : -1;
    }
    if (!wanted_.is_target.empty()) {
      std::int64_t passage = -1;
      for (std::uint64_t t = 1; t <= n_journey && passage < 0; ++t) {
        if (wanted_.is_target[path_[t]] != 0) passage = static_cast<std::int64_t>(t);
      }
      // One move later he is back in an absorbing state in which he began.
      if (n_journey == 0 && is_ended && horizon > 0 && wanted_.is_target[last] != 0) passage = 1;
      wanted_.passage_times[place] = passage;
    }
    if (journeys != nullptr) {
      journeys->lengths.push_back(static_cast<std::uint32_t>(n_journey + 1));
      auto& states = [journeys]() -> auto& {
        if constexpr (sizeof(State) == 2) {
          return journeys->states;
        } else {
          return journeys->wide_states;
        }
      }();
      const std::size_t first = states.size();
      states.resize(first + n_journey + 1);
      for (std::uint64_t t = 0; t <= n_journey; ++t) states[first + t] = static_cast<State>(path_[t]);
    }
  }
}

CountMatrix WalkRecorder::occupancy() const {
  CountMatrix total = occupancy_;
  CountVector over = CountVector::Zero(total.cols());
  for (Index t = 0; t < total.rows(); ++t) {
    over += ended_.row(t).transpose();
    total.row(t) += over.transpose();
  }
  return total;
}

}  // namespace sojourn::detail
