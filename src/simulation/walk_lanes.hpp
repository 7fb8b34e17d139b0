// The walk for instruction sets without a fast gather: everything by vectors but the loads from tables.
#pragma once

#include "simulation/walk.hpp"

namespace sojourn::detail {

// Each instruction set compiles this for itself, and must not meet the code of another.
namespace {

constexpr std::size_t n_lanes = 64;
constexpr std::uint64_t groups_between_looks = 1024;

/// Philox4x32-10 (see philox.hpp) of as many counters as a `Vector` has lanes, of 64 bits each. The upper halves of the lanes
/// are noise until the end: a multiplication of 32 bits does not see them.
template <class Vector>
void philox_words(std::uint64_t seed, Vector c0, Vector c1, Vector c2, Vector c3, Vector (&words)[4]) {
  const Vector multiplier_0 = Vector::all(0xD2511F53);
  const Vector multiplier_1 = Vector::all(0xCD9E8D57);
  auto low = static_cast<std::uint32_t>(seed);
  auto high = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const Vector product_0 = c0.times(multiplier_0);
    const Vector product_1 = c2.times(multiplier_1);
    c0 = product_1.upper_half() ^ c1 ^ Vector::all(low);
    c1 = product_1;
    c2 = product_0.upper_half() ^ c3 ^ Vector::all(high);
    c3 = product_0;
    low += 0x9E3779B9U;
    high += 0xBB67AE85U;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

/// How cells of up to 2^16 states are read.
struct PackedCells {
  static constexpr std::size_t trace_words = 1;

  static void read(const WalkTables& t, const std::uint32_t* at, std::uint32_t* threshold, std::uint32_t* own,
                   std::uint32_t* alias) {
    std::uint64_t cells[n_lanes];
    for (std::size_t lane = 0; lane < n_lanes; ++lane) cells[lane] = t.packed[at[lane]];
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      threshold[lane] = static_cast<std::uint32_t>(cells[lane] >> 32);
      const auto pair = static_cast<std::uint32_t>(cells[lane]);
      own[lane] = pair & 0xffff;
      alias[lane] = pair >> 16;
    }
  }
};

struct WideCells {
  static constexpr std::size_t trace_words = 2;

  static void read(const WalkTables& t, const std::uint32_t* at, std::uint32_t* threshold, std::uint32_t* own,
                   std::uint32_t* alias) {
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      const std::uint32_t* cell = t.wide + std::size_t{3} * at[lane];
      threshold[lane] = cell[0];
      own[lane] = cell[1];
      alias[lane] = cell[2];
    }
  }
};

/// The walk, compiled for what is asked of it. Loops over the lanes are short and do one thing, so that the compiler makes
/// vectors of all but the loads from tables.
template <class Vector, class Cells, bool uniform, bool has_moves, bool traced>
class LaneWalk {
 public:
  LaneWalk(const WalkTables& tables, WalkBlock& block)
      : t_(tables), b_(block), all_groups_((tables.horizon + 3) / 4), last_group_(tables.horizon / 4) {}

  WalkEnd run() {
    load();
    WalkEnd end = WalkEnd::all_ended;
    for (std::uint64_t looks = 1; refill(); ++looks) {
      if (traced && b_.group == b_.trace_groups) {
        end = WalkEnd::out_of_room;
        break;
      }
      if (looks % groups_between_looks == 0 && t_.is_stopped(t_.context)) {
        end = WalkEnd::stopped;
        break;
      }
      step_group();
    }
    store();
    return end;
  }

 private:
  void load() {
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      state_[lane] = static_cast<std::uint32_t>(b_.states[lane]);
      sum_[lane] = b_.sums[lane];
      discount_[lane] = b_.discounts[lane];
      customer_[lane] = b_.first_customer + b_.offsets[lane];
      group_[lane] = b_.groups[lane];
      n_walking_ += b_.offsets[lane] < b_.n_customers ? 1 : 0;
    }
  }

  void store() {
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      b_.states[lane] = state_[lane];
      b_.sums[lane] = sum_[lane];
      b_.discounts[lane] = discount_[lane];
      b_.offsets[lane] = customer_[lane] - b_.first_customer;
      b_.groups[lane] = group_[lane];
    }
  }

  /// Takes those who have ended out of their lanes and puts the next in. False when nobody is left.
  bool refill() {
    std::uint32_t ended[n_lanes];
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      ended[lane] = static_cast<std::uint32_t>(state_[lane] >= t_.n_live) |
                    static_cast<std::uint32_t>(group_[lane] >= all_groups_);
    }
    std::uint64_t left = 0;
    for (std::size_t lane = 0; lane < n_lanes; ++lane) left |= std::uint64_t{ended[lane]} << lane;
    for (; left != 0; left &= left - 1) change(static_cast<std::size_t>(__builtin_ctzll(left)));
    return n_walking_ != 0;
  }

  void change(std::size_t lane) {
    const std::uint64_t customer = customer_[lane] - b_.first_customer;
    if (customer < b_.n_customers) {
      b_.values[customer] = sum_[lane];
      if constexpr (traced) {
        b_.trace_begin[customer] = static_cast<std::uint32_t>((b_.group - group_[lane]) * n_lanes + lane);
        b_.trace_length[customer] = static_cast<std::uint32_t>(group_[lane]);
        b_.last_states[customer] = state_[lane];
      }
      --n_walking_;
    }
    sum_[lane] = 0.0;
    discount_[lane] = 1.0;
    group_[lane] = 0;
    if (b_.begun < b_.n_customers) {
      state_[lane] = b_.starts == nullptr ? b_.start : b_.starts[b_.begun];
      customer_[lane] = b_.first_customer + b_.begun++;
      ++n_walking_;
    } else {
      state_[lane] = t_.n_states;
      customer_[lane] = b_.first_customer + b_.n_customers;
    }
  }

  void step_group() {
    draw_words();
    // Where a horizon ends within a group, its customers stand still for the rest of it.
    std::uint32_t goes_on[n_lanes];
    std::uint32_t all_go_on = ~std::uint32_t{0};
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      goes_on[lane] = group_[lane] == last_group_ ? 0 : ~std::uint32_t{0};
      all_go_on &= goes_on[lane];
    }
    for (std::size_t move = 0; move < 4; ++move) {
      if (all_go_on == 0 && move >= t_.horizon % 4) {
        step<true>(move, goes_on);
      } else {
        step<false>(move, goes_on);
      }
    }
    for (std::size_t lane = 0; lane < n_lanes; ++lane) ++group_[lane];
    if constexpr (traced) write_trace();
    ++b_.group;
  }

  void draw_words() {
    const Vector zero = Vector::all(0);
    for (std::size_t lane = 0; lane < n_lanes; lane += Vector::size) {
      const Vector customer = Vector::load(customer_ + lane);
      Vector words[4];
      philox_words(t_.seed, customer, customer.upper_half(), Vector::load(group_ + lane), zero, words);
      for (int move = 0; move < 4; ++move) words[move].store_lower_halves(words_[move] + lane);
    }
  }

  template <bool masked>
  void step(std::size_t move, const std::uint32_t* goes_on) {
    const std::uint32_t* words = words_[move];
    std::uint32_t at[n_lanes];
    std::uint32_t fraction[n_lanes];
    std::uint32_t threshold[n_lanes];
    std::uint32_t own[n_lanes];
    std::uint32_t alias[n_lanes];
    std::uint32_t next[n_lanes];
    std::uint32_t is_open[n_lanes];
    std::uint32_t is_alias[n_lanes];
    double money[n_lanes];
    if constexpr (traced) {
      for (std::size_t lane = 0; lane < n_lanes; ++lane) path_[move][lane] = state_[lane];
    }
    if constexpr (uniform) {
      const unsigned width = t_.width;
      for (std::size_t lane = 0; lane < n_lanes; ++lane) {
        at[lane] = (state_[lane] << width) + ((words[lane] >> 1) >> (31 - width));
        fraction[lane] = words[lane] << width;
      }
    } else {
      for (std::size_t lane = 0; lane < n_lanes; ++lane) {
        const std::uint64_t row = t_.rows[state_[lane]];
        const auto width = static_cast<unsigned>(row & 0xff);
        at[lane] = static_cast<std::uint32_t>(row >> 8) + ((words[lane] >> 1) >> (31 - width));
        fraction[lane] = words[lane] << width;
      }
    }
    Cells::read(t_, at, threshold, own, alias);
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      is_alias[lane] = fraction[lane] >= threshold[lane] ? ~std::uint32_t{0} : 0;
      is_open[lane] = fraction[lane] == threshold[lane] ? ~std::uint32_t{0} : 0;
      next[lane] = own[lane] ^ ((own[lane] ^ alias[lane]) & is_alias[lane]);
    }
    std::uint32_t some_open = 0;
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      if constexpr (masked) {
        is_open[lane] &= goes_on[lane];
        next[lane] = state_[lane] ^ ((state_[lane] ^ next[lane]) & goes_on[lane]);
      }
      some_open |= is_open[lane];
    }
    if (some_open != 0) [[unlikely]]
      decide(move, is_open, own, next, is_alias);

    for (std::size_t lane = 0; lane < n_lanes; ++lane) money[lane] = t_.state_rewards[state_[lane]];
    if constexpr (masked) {
      for (std::size_t lane = 0; lane < n_lanes; ++lane) money[lane] = goes_on[lane] != 0 ? money[lane] : 0.0;
    }
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      sum_[lane] += discount_[lane] * money[lane];
      discount_[lane] *= t_.factor;
    }
    if constexpr (has_moves) {
      for (std::size_t lane = 0; lane < n_lanes; ++lane) {
        money[lane] = t_.move_rewards[2 * std::size_t{at[lane]} + (is_alias[lane] & 1)];
        if (masked && goes_on[lane] == 0) money[lane] = 0.0;
      }
      for (std::size_t lane = 0; lane < n_lanes; ++lane) sum_[lane] += discount_[lane] * money[lane];
    }
    for (std::size_t lane = 0; lane < n_lanes; ++lane) state_[lane] = next[lane];
  }

  /// What the upper halves of the words left open.
  [[gnu::noinline]] void decide(std::size_t move, const std::uint32_t* is_open, const std::uint32_t* own,
                                std::uint32_t* next, std::uint32_t* is_alias) const {
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      if (is_open[lane] == 0) continue;
      next[lane] = t_.decide(t_.context, state_[lane], customer_[lane], 4 * group_[lane] + move, words_[move][lane]);
      is_alias[lane] = next[lane] == own[lane] ? 0 : 1;
    }
  }

  void write_trace() {
    std::uint64_t* to = b_.trace + b_.group * n_lanes * Cells::trace_words;
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      const std::uint64_t path[4] = {path_[0][lane], path_[1][lane], path_[2][lane], path_[3][lane]};
      if constexpr (Cells::trace_words == 1) {
        to[lane] = path[0] | path[1] << 16 | path[2] << 32 | path[3] << 48;
      } else {
        to[2 * lane] = path[0] | path[1] << 32;
        to[2 * lane + 1] = path[2] | path[3] << 32;
      }
    }
  }

  const WalkTables& t_;
  WalkBlock& b_;
  std::uint64_t all_groups_;
  std::uint64_t last_group_;

  alignas(64) std::uint32_t state_[n_lanes];
  alignas(64) double sum_[n_lanes];
  alignas(64) double discount_[n_lanes];
  alignas(64) std::uint64_t customer_[n_lanes];  // the first after the block = nobody
  alignas(64) std::uint64_t group_[n_lanes];
  alignas(64) std::uint32_t words_[4][n_lanes];
  alignas(64) std::uint32_t path_[4][n_lanes];
  std::size_t n_walking_ = 0;
};

template <class Vector, class Cells, bool uniform, bool has_moves>
WalkEnd walk_lanes(const WalkTables& tables, WalkBlock& block) {
  if (block.trace != nullptr) return LaneWalk<Vector, Cells, uniform, has_moves, true>(tables, block).run();
  return LaneWalk<Vector, Cells, uniform, has_moves, false>(tables, block).run();
}

template <class Vector, class Cells>
WalkEnd walk_lanes(const WalkTables& tables, WalkBlock& block) {
  if (tables.rows == nullptr) {
    if (tables.move_rewards != nullptr) return walk_lanes<Vector, Cells, true, true>(tables, block);
    return walk_lanes<Vector, Cells, true, false>(tables, block);
  }
  if (tables.move_rewards != nullptr) return walk_lanes<Vector, Cells, false, true>(tables, block);
  return walk_lanes<Vector, Cells, false, false>(tables, block);
}

template <class Vector>
void words_of_customers(std::uint64_t seed, std::uint64_t first_customer, std::uint32_t stream, std::uint32_t n,
                        std::uint32_t* to) {
  for (std::uint32_t i = 0; i < n; i += Vector::size) {
    alignas(64) std::uint64_t customers[Vector::size];
    alignas(64) std::uint32_t found[Vector::size];
    for (std::uint32_t k = 0; k < Vector::size; ++k) customers[k] = first_customer + i + k;
    const Vector customer = Vector::load(customers);
    Vector words[4];
    philox_words(seed, customer, customer.upper_half(), Vector::all(0), Vector::all(stream), words);
    words[0].store_lower_halves(found);
    for (std::uint32_t k = 0; k < Vector::size && i + k < n; ++k) to[i + k] = found[k];
  }
}

}  // namespace

}  // namespace sojourn::detail
