// Four vectors of eight customers at once.
#include <immintrin.h>

#include "simulation/walk.hpp"

namespace sojourn::detail {

namespace {

constexpr int n_vectors = 4;
constexpr std::size_t n_lanes = 8 * n_vectors;
constexpr std::uint64_t groups_between_looks = 1024;

struct Key {
  std::uint64_t round[10][2];
};

Key key_of(std::uint64_t seed) {
  Key key;
  auto low = static_cast<std::uint32_t>(seed);
  auto high = static_cast<std::uint32_t>(seed >> 32);
  for (auto& round : key.round) {
    round[0] = low;
    round[1] = high;
    low += 0x9E3779B9U;
    high += 0xBB67AE85U;
  }
  return key;
}

struct Words {
  __m512i word[4];  // of 32 bits in lanes of 64
};

/// Philox4x32-10 of eight counters. The upper halves of the lanes are noise until the end: a multiplication of 32 bits does
/// not see them.
inline Words philox(const Key& key, __m512i c0, __m512i c1, __m512i c2, __m512i c3) {
  const __m512i multiplier_0 = _mm512_set1_epi64(0xD2511F53);
  const __m512i multiplier_1 = _mm512_set1_epi64(0xCD9E8D57);
#pragma GCC unroll 10
  for (int round = 0; round < 10; ++round) {
    const __m512i product_0 = _mm512_mul_epu32(c0, multiplier_0);
    const __m512i product_1 = _mm512_mul_epu32(c2, multiplier_1);
    const __m512i key_0 = _mm512_set1_epi64(static_cast<long long>(key.round[round][0]));
    const __m512i key_1 = _mm512_set1_epi64(static_cast<long long>(key.round[round][1]));
    c0 = _mm512_ternarylogic_epi64(_mm512_srli_epi64(product_1, 32), c1, key_0, 0x96);
    c1 = product_1;
    c2 = _mm512_ternarylogic_epi64(_mm512_srli_epi64(product_0, 32), c3, key_1, 0x96);
    c3 = product_0;
  }
  const __m512i low = _mm512_set1_epi64(0xffffffff);
  return {{_mm512_and_si512(c0, low), _mm512_and_si512(c1, low), _mm512_and_si512(c2, low), _mm512_and_si512(c3, low)}};
}

/// Where rows begin: in a table of at most 64 cells, each `2^width` cells after the one before, or as listed.
enum class Rows { few, uniform, listed };
/// Where rewards are found: of at most 8 or 32 states, of more, or of states and moves.
enum class Money { of_8, of_32, of_states, of_moves };

/// The walk, compiled for what is asked of it. The lanes are kept in registers; `WalkBlock` has them as they were when the
/// group of moves began, for the rare group in which a word does not decide.
template <Rows rows, Money money, bool traced>
class Walk {
 public:
  Walk(const WalkTables& tables, WalkBlock& block)
      : t_(tables), b_(block), key_(key_of(tables.seed)), last_group_(tables.horizon / 4), rest_(tables.horizon % 4) {}

  WalkEnd run() {
    Lanes lanes[n_vectors];
    load(lanes);
    for (std::uint64_t looks = 1; refill(lanes); ++looks) {
      if (traced && b_.group == b_.trace_groups) {
        store(lanes);
        return WalkEnd::out_of_room;
      }
      if (looks % groups_between_looks == 0 && t_.is_stopped(t_.context)) {
        store(lanes);
        return WalkEnd::stopped;
      }
      store(lanes);
      if (!step_group(lanes)) [[unlikely]] {
        for (std::size_t lane = 0; lane < n_lanes; ++lane) step_lane(lane);
        load(lanes);
      }
      for (Lanes& each : lanes) each.group = _mm512_add_epi64(each.group, _mm512_set1_epi64(1));
      ++b_.group;
    }
    store(lanes);
    return WalkEnd::all_ended;
  }

 private:
  struct Lanes {
    __m512i state;
    __m512d sum;
    __m512d discount;
    __m512i offset;
    __m512i group;
  };

  [[gnu::always_inline]] void load(Lanes* lanes) const {
#pragma GCC unroll 4
    for (int v = 0; v < n_vectors; ++v) {
      lanes[v] = {_mm512_load_si512(b_.states + 8 * v), _mm512_load_pd(b_.sums + 8 * v),
                  _mm512_load_pd(b_.discounts + 8 * v), _mm512_load_si512(b_.offsets + 8 * v),
                  _mm512_load_si512(b_.groups + 8 * v)};
    }
  }

  [[gnu::always_inline]] void store(const Lanes* lanes) const {
#pragma GCC unroll 4
    for (int v = 0; v < n_vectors; ++v) {
      _mm512_store_si512(b_.states + 8 * v, lanes[v].state);
      _mm512_store_pd(b_.sums + 8 * v, lanes[v].sum);
      _mm512_store_pd(b_.discounts + 8 * v, lanes[v].discount);
      _mm512_store_si512(b_.offsets + 8 * v, lanes[v].offset);
      _mm512_store_si512(b_.groups + 8 * v, lanes[v].group);
    }
  }

  /// Takes those who have ended out of their lanes and puts the next in. False when nobody is left.
  [[gnu::always_inline]] bool refill(Lanes* lanes) const {
    const __m512i n = _mm512_set1_epi64(b_.n_customers);
    const __m512i live = _mm512_set1_epi64(t_.n_live);
    const __m512i all_groups = _mm512_set1_epi64(static_cast<long long>((t_.horizon + 3) / 4));
    __mmask8 anybody = 0;
#pragma GCC unroll 4
    for (int v = 0; v < n_vectors; ++v) {
      const __mmask8 has_ended =
          _mm512_cmpge_epu64_mask(lanes[v].state, live) | _mm512_cmpge_epu64_mask(lanes[v].group, all_groups);
      if (has_ended) change(v, lanes[v], has_ended, n);
      anybody |= _mm512_cmplt_epu64_mask(lanes[v].offset, n);
    }
    return anybody != 0;
  }

  [[gnu::always_inline]] void change(int v, Lanes& lanes, __mmask8 has_ended, __m512i n) const {
    const __mmask8 was_somebody = has_ended & _mm512_cmplt_epu64_mask(lanes.offset, n);
    _mm512_mask_i64scatter_pd(b_.values, was_somebody, lanes.offset, lanes.sum, 8);
    if (traced && was_somebody != 0) note(v, was_somebody, lanes.state, lanes.offset, lanes.group);
    const __m512i order = _mm512_add_epi64(_mm512_set1_epi64(b_.begun), _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0));
    lanes.offset = _mm512_mask_expand_epi64(lanes.offset, has_ended, _mm512_min_epu64(order, n));
    const auto wanted = static_cast<std::uint32_t>(__builtin_popcount(has_ended));
    b_.begun = b_.n_customers - b_.begun < wanted ? b_.n_customers : b_.begun + wanted;
    const __mmask8 is_somebody = has_ended & _mm512_cmplt_epu64_mask(lanes.offset, n);
    __m512i start = _mm512_set1_epi64(b_.start);
    if (b_.starts != nullptr) {
      start = _mm512_cvtepu32_epi64(
          _mm512_mask_i64gather_epi32(_mm256_setzero_si256(), is_somebody, lanes.offset, b_.starts, 4));
    }
    const __m512i nobody = _mm512_set1_epi64(t_.n_states);
    lanes.state = _mm512_mask_mov_epi64(lanes.state, has_ended, _mm512_mask_mov_epi64(nobody, is_somebody, start));
    lanes.sum = _mm512_mask_mov_pd(lanes.sum, has_ended, _mm512_setzero_pd());
    lanes.discount = _mm512_mask_mov_pd(lanes.discount, has_ended, _mm512_set1_pd(1.0));
    lanes.group = _mm512_mask_mov_epi64(lanes.group, has_ended, _mm512_setzero_si512());
  }

  [[gnu::noinline]] void note(int v, unsigned who, __m512i state, __m512i offset, __m512i group) const {
    alignas(64) std::uint64_t states[8];
    alignas(64) std::uint64_t offsets[8];
    alignas(64) std::uint64_t groups[8];
    _mm512_store_si512(states, state);
    _mm512_store_si512(offsets, offset);
    _mm512_store_si512(groups, group);
    for (; who != 0; who &= who - 1) {
      const int lane = __builtin_ctz(who);
      const std::uint64_t customer = offsets[lane];
      b_.trace_begin[customer] =
          static_cast<std::uint32_t>((b_.group - groups[lane]) * n_lanes + static_cast<std::uint64_t>(8 * v + lane));
      b_.trace_length[customer] = static_cast<std::uint32_t>(groups[lane]);
      b_.last_states[customer] = static_cast<std::uint32_t>(states[lane]);
    }
  }

  /// False when a word did not decide; then nothing counts that was done.
  [[gnu::always_inline]] bool step_group(Lanes* lanes) const {
    Words words[n_vectors];
    const __m512i first = _mm512_set1_epi64(static_cast<long long>(b_.first_customer));
#pragma GCC unroll 4
    for (int v = 0; v < n_vectors; ++v) {
      const __m512i customer = _mm512_add_epi64(first, lanes[v].offset);
      words[v] = philox(key_, customer, _mm512_srli_epi64(customer, 32), lanes[v].group, _mm512_setzero_si512());
    }
    // Where a horizon ends within a group, its customers stand still for the rest of it.
    __mmask8 goes_on[n_vectors] = {0xff, 0xff, 0xff, 0xff};
    __mmask8 all_go_on = 0xff;
    if (rest_ != 0) {
      const __m512i last = _mm512_set1_epi64(static_cast<long long>(last_group_));
#pragma GCC unroll 4
      for (int v = 0; v < n_vectors; ++v) {
        goes_on[v] = _mm512_cmpneq_epi64_mask(lanes[v].group, last);
        all_go_on &= goes_on[v];
      }
    }
    __m512i trace[n_vectors];
    unsigned open = 0;
    if (all_go_on == 0xff) {
#pragma GCC unroll 4
      for (int move = 0; move < 4; ++move) open |= step<false>(move, lanes, words, goes_on, trace);
    } else {
      for (int move = 0; move < 4; ++move) open |= step<true>(move, lanes, words, goes_on, trace);
    }
    if constexpr (traced) {
      std::uint64_t* to = b_.trace + b_.group * n_lanes;
#pragma GCC unroll 4
      for (int v = 0; v < n_vectors; ++v) _mm512_storeu_si512(to + 8 * v, trace[v]);
    }
    return open == 0;
  }

  /// Lanes whose word did not decide.
  template <bool masked>
  [[gnu::always_inline]] unsigned step(int move, Lanes* lanes, const Words* words, const __mmask8* goes_on,
                                       __m512i* trace) const {
    unsigned open = 0;
#pragma GCC unroll 4
    for (int v = 0; v < n_vectors; ++v) {
      const __mmask8 who = masked && static_cast<std::uint64_t>(move) >= rest_ ? goes_on[v] : __mmask8{0xff};
      const __m512i state = lanes[v].state;
      if constexpr (traced) {
        const __m512i shifted = _mm512_slli_epi64(state, 16 * static_cast<unsigned>(move));
        trace[v] = move == 0 ? state : _mm512_or_si512(trace[v], shifted);
      }
      const __m512i word = words[v].word[move];
      __m512i at;
      __m512i fraction;  // in the upper half
      if constexpr (rows == Rows::listed) {
        const __m512i row = _mm512_i64gather_epi64(state, t_.rows, 8);
        const __m512i width = _mm512_and_si512(row, _mm512_set1_epi64(0xff));
        at = _mm512_add_epi64(_mm512_srli_epi64(row, 8),
                              _mm512_srlv_epi64(word, _mm512_sub_epi64(_mm512_set1_epi64(32), width)));
        fraction = _mm512_sllv_epi64(word, _mm512_add_epi64(width, _mm512_set1_epi64(32)));
      } else {
        const auto width = static_cast<int>(t_.width);
        at = _mm512_add_epi64(_mm512_sll_epi64(state, _mm_cvtsi32_si128(width)),
                              _mm512_srl_epi64(word, _mm_cvtsi32_si128(32 - width)));
        fraction = _mm512_sll_epi64(word, _mm_cvtsi32_si128(32 + width));
      }
      const __m512i cell = rows == Rows::few ? few_cells(at) : _mm512_i64gather_epi64(at, t_.packed, 8);
      const __mmask8 is_alias = _mm512_cmpge_epu64_mask(fraction, cell);
      open |= who & _mm512_cmple_epu64_mask(_mm512_xor_si512(fraction, cell), _mm512_set1_epi64(0xffffffff));
      const __m512i next =
          _mm512_and_si512(_mm512_mask_srli_epi64(cell, is_alias, cell, 16), _mm512_set1_epi64(0xffff));
      lanes[v].sum =
          _mm512_mask_add_pd(lanes[v].sum, who, lanes[v].sum, _mm512_mul_pd(lanes[v].discount, reward(state)));
      lanes[v].discount = _mm512_mul_pd(lanes[v].discount, _mm512_set1_pd(t_.factor));
      if constexpr (money == Money::of_moves) {
        const __m512i twice = _mm512_slli_epi64(at, 1);
        const __m512i which = _mm512_mask_add_epi64(twice, is_alias, twice, _mm512_set1_epi64(1));
        const __m512d of_move = _mm512_i64gather_pd(which, t_.move_rewards, 8);
        lanes[v].sum = _mm512_mask_add_pd(lanes[v].sum, who, lanes[v].sum, _mm512_mul_pd(lanes[v].discount, of_move));
      }
      lanes[v].state = masked ? _mm512_mask_mov_epi64(state, who, next) : next;
    }
    return open;
  }

  /// A cell of at most 64. A lane without anybody may find any cell: nobody sees where he goes.
  [[gnu::always_inline]] __m512i few_cells(__m512i at) const {
    const auto sixteen = [&](int first) {
      return _mm512_permutex2var_epi64(_mm512_loadu_si512(t_.packed + first), at,
                                       _mm512_loadu_si512(t_.packed + first + 8));
    };
    const __mmask8 upper_16 = _mm512_test_epi64_mask(at, _mm512_set1_epi64(16));
    const __mmask8 upper_32 = _mm512_test_epi64_mask(at, _mm512_set1_epi64(32));
    return _mm512_mask_blend_epi64(upper_32, _mm512_mask_blend_epi64(upper_16, sixteen(0), sixteen(16)),
                                   _mm512_mask_blend_epi64(upper_16, sixteen(32), sixteen(48)));
  }

  [[gnu::always_inline]] __m512d reward(__m512i state) const {
    if constexpr (money == Money::of_8) {
      return _mm512_permutexvar_pd(state, _mm512_loadu_pd(t_.state_rewards));
    } else if constexpr (money == Money::of_32) {
      const auto sixteen = [&](int first) {
        return _mm512_permutex2var_pd(_mm512_loadu_pd(t_.state_rewards + first), state,
                                      _mm512_loadu_pd(t_.state_rewards + first + 8));
      };
      return _mm512_mask_blend_pd(_mm512_test_epi64_mask(state, _mm512_set1_epi64(16)), sixteen(0), sixteen(16));
    } else {
      return _mm512_i64gather_pd(state, t_.state_rewards, 8);
    }
  }

  /// The same group for one lane of the block, with the word's lower half where it is needed.
  void step_lane(std::size_t lane) const {
    const std::uint64_t customer = b_.first_customer + b_.offsets[lane];
    const std::uint64_t group = b_.groups[lane];
    if (b_.offsets[lane] >= b_.n_customers) return;
    alignas(64) std::uint64_t words[4][8];
    const __m512i number = _mm512_set1_epi64(static_cast<long long>(customer));
    const Words drawn = philox(key_, number, _mm512_srli_epi64(number, 32),
                               _mm512_set1_epi64(static_cast<long long>(group)), _mm512_setzero_si512());
    for (int move = 0; move < 4; ++move) _mm512_store_si512(words[move], drawn.word[move]);
    std::uint64_t path = 0;
    std::uint64_t state = b_.states[lane];
    for (std::uint64_t move = 0; move < 4; ++move) {
      path |= state << (16 * move);
      if (4 * group + move >= t_.horizon) continue;
      const auto word = static_cast<std::uint32_t>(words[move][0]);
      const std::uint64_t row = rows == Rows::listed ? t_.rows[state] : state << (8 + t_.width) | t_.width;
      const auto width = static_cast<unsigned>(row & 0xff);
      const std::uint64_t at = (row >> 8) + (std::uint64_t{word} >> (32 - width));
      const std::uint64_t cell = t_.packed[at];
      const std::uint32_t fraction = static_cast<std::uint32_t>(std::uint64_t{word} << width);
      const auto threshold = static_cast<std::uint32_t>(cell >> 32);
      std::uint64_t next = fraction < threshold ? cell & 0xffff : cell >> 16 & 0xffff;
      if (fraction == threshold) {
        next = t_.decide(t_.context, static_cast<std::uint32_t>(state), customer, 4 * group + move, word);
      }
      b_.sums[lane] += b_.discounts[lane] * t_.state_rewards[state];
      b_.discounts[lane] *= t_.factor;
      if constexpr (money == Money::of_moves) {
        const bool is_alias = fraction != threshold ? fraction > threshold : next != (cell & 0xffff);
        b_.sums[lane] += b_.discounts[lane] * t_.move_rewards[2 * at + (is_alias ? 1 : 0)];
      }
      state = next;
    }
    b_.states[lane] = state;
    if constexpr (traced) b_.trace[b_.group * n_lanes + lane] = path;
  }

  const WalkTables& t_;
  WalkBlock& b_;
  const Key key_;
  const std::uint64_t last_group_;
  const std::uint64_t rest_;
};

template <Rows rows, Money money>
WalkEnd walk_for(const WalkTables& tables, WalkBlock& block) {
  if (block.trace != nullptr) return Walk<rows, money, true>(tables, block).run();
  return Walk<rows, money, false>(tables, block).run();
}

template <Rows rows>
WalkEnd walk_for(const WalkTables& tables, WalkBlock& block) {
  if (tables.move_rewards != nullptr) return walk_for<rows, Money::of_moves>(tables, block);
  if (tables.n_states <= 8) return walk_for<rows, Money::of_8>(tables, block);
  if (tables.n_states <= 32) return walk_for<rows, Money::of_32>(tables, block);
  return walk_for<rows, Money::of_states>(tables, block);
}

WalkEnd walk(const WalkTables& tables, WalkBlock& block) {
  if (tables.rows != nullptr) return walk_for<Rows::listed>(tables, block);
  if (tables.n_states << tables.width <= 64) return walk_for<Rows::few>(tables, block);
  return walk_for<Rows::uniform>(tables, block);
}

void words(std::uint64_t seed, std::uint64_t first_customer, std::uint32_t stream, std::uint32_t n, std::uint32_t* to) {
  const Key key = key_of(seed);
  const __m512i order = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
  for (std::uint32_t i = 0; i < n; i += 8) {
    const std::uint64_t first = first_customer + i;
    const __m512i customer = _mm512_add_epi64(_mm512_set1_epi64(static_cast<long long>(first)), order);
    const Words found =
        philox(key, customer, _mm512_srli_epi64(customer, 32), _mm512_setzero_si512(), _mm512_set1_epi64(stream));
    const __mmask8 who = n - i >= 8 ? 0xff : static_cast<__mmask8>((1U << (n - i)) - 1);
    _mm512_mask_cvtepi64_storeu_epi32(to + i, who, found.word[0]);
  }
}

}  // namespace

const Walker& avx512_walker() {
  static constexpr Walker walker{.name = "avx512", .lanes = n_lanes, .walk = walk, .words = words};
  return walker;
}

}  // namespace sojourn::detail
