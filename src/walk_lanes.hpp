// The walk for instruction sets without a fast gather: random words by vectors, moves one lane after another, with nothing
// in the loop for the processor to guess or to wait for.
#pragma once

#include "walk.hpp"

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

  const WalkTables& t;

  struct Drawn {
    std::uint32_t next;
    std::uint32_t is_alias;
    bool is_open;
  };
  Drawn draw(std::uint64_t at, std::uint32_t fraction) const {
    const std::uint64_t cell = t.packed[at];
    const std::uint64_t high = std::uint64_t{fraction} << 32;
    const std::uint32_t is_alias = high >= cell ? 1 : 0;
    return {static_cast<std::uint32_t>(cell >> (is_alias << 4)) & 0xffff, is_alias, (high ^ cell) >> 32 == 0};
  }
  std::uint32_t own(std::uint64_t at) const { return t.packed[at] & 0xffff; }
};

struct WideCells {
  static constexpr std::size_t trace_words = 2;

  const WalkTables& t;

  PackedCells::Drawn draw(std::uint64_t at, std::uint32_t fraction) const {
    const std::uint32_t* cell = t.wide + 3 * at;
    const std::uint32_t is_alias = fraction >= cell[0] ? 1 : 0;
    return {cell[1 + is_alias], is_alias, fraction == cell[0]};
  }
  std::uint32_t own(std::uint64_t at) const { return t.wide[3 * at + 1]; }
};

template <class Vector, class Cells, bool uniform, bool has_moves, bool traced>
class LaneWalk {
 public:
  LaneWalk(const WalkTables& tables, WalkBlock& block)
      : t_(tables), b_(block), all_groups_((tables.horizon + 3) / 4), last_group_(tables.horizon / 4) {}

  WalkEnd run() {
    for (std::uint64_t looks = 1; refill(); ++looks) {
      if (traced && b_.group == b_.trace_groups) return WalkEnd::out_of_room;
      if (looks % groups_between_looks == 0 && t_.is_stopped(t_.context)) return WalkEnd::stopped;
      draw_words();
      const bool is_last_for_some = t_.horizon % 4 != 0 && reaches_horizon();
      for (std::uint64_t move = 0; move < 4; ++move) {
        if (is_last_for_some && move >= t_.horizon % 4) {
          step<true>(move);
        } else {
          step<false>(move);
        }
      }
      for (std::size_t lane = 0; lane < n_lanes; ++lane) ++b_.groups[lane];
      ++b_.group;
    }
    return WalkEnd::all_ended;
  }

 private:
  /// Takes those who have ended out of their lanes and puts the next in. False when nobody is left.
  bool refill() {
    std::size_t n_somebody = 0;
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      if (b_.states[lane] >= t_.n_live || b_.groups[lane] >= all_groups_) change(lane);
      n_somebody += b_.offsets[lane] < b_.n_customers ? 1 : 0;
    }
    return n_somebody != 0;
  }

  void change(std::size_t lane) {
    const std::uint64_t customer = b_.offsets[lane];
    if (customer < b_.n_customers) {
      b_.values[customer] = b_.sums[lane];
      if constexpr (traced) {
        b_.trace_begin[customer] = static_cast<std::uint32_t>((b_.group - b_.groups[lane]) * n_lanes + lane);
        b_.trace_length[customer] = static_cast<std::uint32_t>(b_.groups[lane]);
        b_.last_states[customer] = static_cast<std::uint32_t>(b_.states[lane]);
      }
    }
    b_.sums[lane] = 0.0;
    b_.discounts[lane] = 1.0;
    b_.groups[lane] = 0;
    if (b_.begun < b_.n_customers) {
      b_.states[lane] = b_.starts == nullptr ? b_.start : b_.starts[b_.begun];
      b_.offsets[lane] = b_.begun++;
    } else {
      b_.states[lane] = t_.n_states;
      b_.offsets[lane] = b_.n_customers;
    }
  }

  bool reaches_horizon() const {
    bool some = false;
    for (std::size_t lane = 0; lane < n_lanes; ++lane) some |= b_.groups[lane] == last_group_;
    return some;
  }

  void draw_words() {
    const Vector first = Vector::all(b_.first_customer);
    const Vector zero = Vector::all(0);
    for (std::size_t lane = 0; lane < n_lanes; lane += Vector::size) {
      const Vector customer = first.plus(Vector::load(b_.offsets + lane));
      Vector words[4];
      philox_words(t_.seed, customer, customer.upper_half(), Vector::load(b_.groups + lane), zero, words);
      for (int move = 0; move < 4; ++move) words[move].store_lower_halves(words_[move] + lane);
    }
  }

  template <bool masked>
  void step(std::uint64_t move) {
    const Cells cells{t_};
    const std::uint32_t* words = words_[move];
    const unsigned width = t_.width;
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      const std::uint64_t state = b_.states[lane];
      if constexpr (traced) note(lane, move, state);
      if (masked && b_.groups[lane] == last_group_) continue;
      const std::uint64_t row = uniform ? state << (8 + width) | width : t_.rows[state];
      const auto row_width = static_cast<unsigned>(row & 0xff);
      const std::uint64_t at = (row >> 8) + (std::uint64_t{words[lane]} >> (32 - row_width));
      const auto drawn = cells.draw(at, static_cast<std::uint32_t>(std::uint64_t{words[lane]} << row_width));
      std::uint32_t next = drawn.next;
      std::uint32_t which = drawn.is_alias;
      if (drawn.is_open) [[unlikely]] {
        next = t_.decide(t_.context, static_cast<std::uint32_t>(state), b_.first_customer + b_.offsets[lane],
                         4 * b_.groups[lane] + move, words[lane]);
        which = cells.own(at) == next ? 0 : 1;
      }
      b_.sums[lane] += b_.discounts[lane] * t_.state_rewards[state];
      b_.discounts[lane] *= t_.factor;
      if constexpr (has_moves) b_.sums[lane] += b_.discounts[lane] * t_.move_rewards[2 * at + which];
      b_.states[lane] = next;
    }
  }

  void note(std::size_t lane, std::uint64_t move, std::uint64_t state) {
    std::uint64_t* words = b_.trace + (b_.group * n_lanes + lane) * Cells::trace_words;
    if constexpr (Cells::trace_words == 1) {
      words[0] = move == 0 ? state : words[0] | state << (16 * move);
    } else {
      std::uint64_t& word = words[move / 2];
      word = move % 2 == 0 ? state : word | state << 32;
    }
  }

  const WalkTables& t_;
  WalkBlock& b_;
  std::uint64_t all_groups_;
  std::uint64_t last_group_;
  alignas(64) std::uint32_t words_[4][n_lanes];
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
