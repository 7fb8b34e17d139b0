#include "simulation/walk_record.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace sojourn::detail {

namespace {

constexpr std::size_t first_room = 1024;       // groups of a trace
constexpr Index most_cells_at_once = 1 << 13;  // counts that stay in the nearest cache

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

std::uint64_t Trace::moves(const JourneyEnds& ends, std::vector<std::uint32_t>& path) const {
  if (ends.has_paid_exits) {
    unpack(path);
    return ends.moves(path.data(), n_groups);
  }
  if (n_groups == 0) return 0;
  std::uint32_t last[5];
  unpack(n_groups - 1, last);
  last[4] = last_state;
  std::uint64_t n = 4 * (n_groups - 1);
  const std::uint64_t most = std::min(ends.horizon, 4 * n_groups);
  while (n < most && last[n % 4] < ends.n_live) ++n;
  return n;
}

WalkRecorder::WalkRecorder(const WalkPlan& plan, const JourneyEnds& ends, const RecordWanted& wanted)
    : plan_(plan), ends_(ends), wanted_(wanted) {
  const auto n = static_cast<Index>(plan.state_of().size());
  const bool has_horizon = wanted.occupancy || wanted.moves_per_period;
  const auto groups = static_cast<Index>(has_horizon ? (ends.horizon + 3) / 4 : 0);
  if (wanted.moves_per_period || (wanted.occupancy && wanted.moves && n * n <= most_cells_at_once / (4 * groups))) {
    moves_per_period_ = CountMatrix::Zero(4 * groups, n * n);
  }
  if (wanted.occupancy) {
    occupancy_ = CountMatrix::Zero(4 * groups, n);
    ended_ = CountMatrix::Zero(groups + 1, n);
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
  keep(block);
  if (journeys != nullptr) record(block, walked.group, *journeys);
  return true;
}

void WalkRecorder::make_room(WalkBlock& block) {
  if (block.group == trace_groups_) {
    const std::size_t groups = std::max(first_room, 2 * trace_groups_);
    auto larger = std::make_unique_for_overwrite<std::uint64_t[]>(groups * words_per_group());
    std::copy_n(trace_.get(), trace_groups_ * words_per_group(), larger.get());
    trace_ = std::move(larger);
    trace_groups_ = groups;
  }
  block.trace = trace_.get();
  block.trace_groups = trace_groups_;
}

void WalkRecorder::keep(const Block& block) {
  const bool is_timed = wanted_.end_times != nullptr || !wanted_.is_target.empty();
  const bool is_counted = wanted_.occupancy || wanted_.moves || wanted_.moves_per_period;
  const std::uint32_t n_looked_at = is_counted || is_timed ? block.n_customers : 0;
  for (std::uint32_t customer = 0; customer < n_looked_at; ++customer) {
    const Trace trace = trace_of(customer);
    if (is_counted && trace.states_per_word == 4) count_moves<std::uint16_t>(trace);
    if (is_counted && trace.states_per_word == 2) count_moves<std::uint32_t>(trace);
    if (is_timed) keep_times(static_cast<std::size_t>(block.first_place) + customer, trace);
  }
}

Trace WalkRecorder::trace_of(std::uint32_t customer) const {
  return {.words = trace_.get() + std::size_t{trace_begin_[customer]} * words_per_lane(),
          .stride = words_per_group(),
          .n_groups = trace_length_[customer],
          .states_per_word = plan_.states_per_word(),
          .last_state = last_states_[customer]};
}

void WalkRecorder::record(const Block& block, std::size_t walked_groups, RecordedBlock& journeys) {
  const std::size_t lane = words_per_lane();
  journeys.first_customer = static_cast<std::int64_t>(block.first_customer);
  journeys.words_per_lane = lane;
  journeys.groups.assign(trace_length_.begin(), trace_length_.begin() + block.n_customers);
  journeys.last_states.assign(last_states_.begin(), last_states_.begin() + block.n_customers);
  const std::uint64_t used = std::accumulate(journeys.groups.begin(), journeys.groups.end(), std::uint64_t{0});
  if (2 * used < walked_groups * plan_.walker().lanes) {
    // Few customers, or one who outlived all others: most lanes had nobody to walk.
    journeys.stride = lane;
    journeys.words = std::make_unique_for_overwrite<std::uint64_t[]>(used * lane);
    std::uint64_t* to = journeys.words.get();
    for (std::uint32_t customer = 0; customer < block.n_customers; ++customer) {
      const Trace trace = trace_of(customer);
      journeys.begins.push_back(static_cast<std::uint32_t>(static_cast<std::size_t>(to - journeys.words.get()) / lane));
      for (std::uint64_t group = 0; group < trace.n_groups; ++group) {
        to = std::copy_n(trace.words + group * trace.stride, lane, to);
      }
    }
    return;
  }
  journeys.stride = words_per_group();
  journeys.begins.assign(trace_begin_.begin(), trace_begin_.begin() + block.n_customers);
  journeys.words = std::move(trace_);
  // The next block takes about as much.
  trace_groups_ = walked_groups + walked_groups / 8;
  trace_ = std::make_unique_for_overwrite<std::uint64_t[]>(trace_groups_ * words_per_group());
}

template <class State>
void WalkRecorder::count_moves(const Trace& trace) {
  constexpr std::size_t per_word = sizeof(std::uint64_t) / sizeof(State);
  const std::size_t n = plan_.state_of().size();
  const std::uint64_t last_group = ends_.horizon / 4;  // that the horizon cuts, if it cuts one
  const bool is_per_period = counts_per_period();
  std::int64_t* occupancy = is_per_period ? nullptr : occupancy_.data();
  std::int64_t* moves = is_per_period ? nullptr : moves_.data();
  std::int64_t* moves_per_period = moves_per_period_.data();
  const std::uint64_t* from = trace.words;
  for (std::uint64_t group = 0; group < trace.n_groups; ++group, from += trace.stride) {
    std::size_t state[5];
    for (std::size_t k = 0; k < 4; ++k) {
      state[k] = static_cast<State>(from[k / per_word] >> (k % per_word * 8 * sizeof(State)));
    }
    state[4] = group + 1 < trace.n_groups ? static_cast<State>(from[trace.stride]) : trace.last_state;
    if (is_per_period) {
      for (std::size_t k = 0; k < 4; ++k) ++moves_per_period[((4 * group + k) * n + state[k]) * n + state[k + 1]];
      continue;
    }
    if (wanted_.occupancy) {
      for (std::size_t k = 0; k < 4; ++k) ++occupancy[(4 * group + k) * n + state[k]];
    }
    if (wanted_.moves) {
      const std::size_t n_moves = group == last_group ? ends_.horizon % 4 : 4;
      for (std::size_t k = 0; k < n_moves; ++k) ++moves[state[k] * n + state[k + 1]];
    }
  }
  if (wanted_.occupancy) ++ended_(static_cast<Index>(trace.n_groups), static_cast<Index>(trace.last_state));
}

void WalkRecorder::keep_times(std::size_t place, const Trace& trace) {
  const std::uint64_t n_moves = trace.moves(ends_, path_);
  const auto state_at = [&](std::uint64_t t) {
    if (t == 4 * trace.n_groups) return trace.last_state;
    std::uint32_t states[4];
    trace.unpack(t / 4, states);
    return states[t % 4];
  };
  const std::uint32_t last = state_at(n_moves);
  const bool is_ended = ends_.is_absorbing[last] != 0;
  if (wanted_.end_times != nullptr) wanted_.end_times[place] = is_ended ? static_cast<std::int64_t>(n_moves) : -1;
  if (wanted_.is_target.empty()) return;
  trace.unpack(path_);
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
  const Index n = total.cols();
  CountVector over = CountVector::Zero(n);
  for (Index t = 0; t < total.rows(); ++t) {
    if (t % 4 == 0) over += ended_.row(t / 4).transpose();
    total.row(t) += over.transpose();
    for (Index i = 0; i < n && counts_per_period(); ++i) {
      total(t, i) += moves_per_period_.row(t).segment(i * n, n).sum();
    }
  }
  return total;
}

CountMatrix WalkRecorder::moves() const {
  CountMatrix total = moves_;
  const Index n = total.rows();
  if (counts_per_period()) {
    const CountVector all = moves_per_period().colwise().sum().transpose();
    total = Eigen::Map<const CountMatrix>(all.data(), n, n);
  }
  for (Index i = 0; i < n; ++i) {
    if (ends_.is_absorbing[static_cast<std::size_t>(i)] != 0) total.row(i).setZero();
  }
  return total;
}

CountMatrix WalkRecorder::moves_per_period() const {
  return moves_per_period_.topRows(static_cast<Index>(ends_.horizon));
}

}  // namespace sojourn::detail
