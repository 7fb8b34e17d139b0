// Four vectors of eight customers at once.
#include <immintrin.h>

#include "walk.hpp"

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

enum class Money { few_states, states, moves };

/// The walk, compiled for what is asked of it: where rows begin, where rewards are found, and whether a trace is kept.
template <bool uniform, Money money, bool traced>
class Walk {
 public:
  Walk(const WalkTables& tables, WalkBlock& block)
      : t_(tables),
        b_(block),
        key_(key_of(tables.seed)),
        few_rewards_(_mm512_loadu_pd(tables.state_rewards)),
        factor_(_mm512_set1_pd(tables.factor)),
        last_group_(tables.horizon / 4),
        rest_(tables.horizon % 4) {}

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
    for (int v = 0; v < n_vectors; ++v) {
      state_[v] = _mm512_load_si512(b_.states + 8 * v);
      sum_[v] = _mm512_load_pd(b_.sums + 8 * v);
      discount_[v] = _mm512_load_pd(b_.discounts + 8 * v);
      offset_[v] = _mm512_load_si512(b_.offsets + 8 * v);
      group_[v] = _mm512_load_si512(b_.groups + 8 * v);
    }
  }

  void store() {
    for (int v = 0; v < n_vectors; ++v) {
      _mm512_store_si512(b_.states + 8 * v, state_[v]);
      _mm512_store_pd(b_.sums + 8 * v, sum_[v]);
      _mm512_store_pd(b_.discounts + 8 * v, discount_[v]);
      _mm512_store_si512(b_.offsets + 8 * v, offset_[v]);
      _mm512_store_si512(b_.groups + 8 * v, group_[v]);
    }
  }

  /// Takes those who have ended out of their lanes and puts the next in. False when nobody is left.
  bool refill() {
    const __m512i n = _mm512_set1_epi64(b_.n_customers);
    const __m512i live = _mm512_set1_epi64(t_.n_live);
    const __m512i all_groups = _mm512_set1_epi64(static_cast<long long>((t_.horizon + 3) / 4));
    __mmask8 anybody = 0;
    for (int v = 0; v < n_vectors; ++v) {
      const __mmask8 has_ended =
          _mm512_cmpge_epu64_mask(state_[v], live) | _mm512_cmpge_epu64_mask(group_[v], all_groups);
      if (has_ended) change(v, has_ended);
      anybody |= _mm512_cmplt_epu64_mask(offset_[v], n);
    }
    return anybody != 0;
  }

  void change(int v, __mmask8 has_ended) {
    const __m512i n = _mm512_set1_epi64(b_.n_customers);
    const __mmask8 was_somebody = has_ended & _mm512_cmplt_epu64_mask(offset_[v], n);
    if (was_somebody) {
      _mm512_mask_i64scatter_pd(b_.values, was_somebody, offset_[v], sum_[v], 8);
      if constexpr (traced) note(v, was_somebody);
    } else if (b_.begun == b_.n_customers) {
      return;
    }
    const __m512i order = _mm512_add_epi64(_mm512_set1_epi64(b_.begun), _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0));
    const __m512i next = _mm512_min_epu64(order, n);
    offset_[v] = _mm512_mask_expand_epi64(offset_[v], has_ended, next);
    const auto wanted = static_cast<std::uint32_t>(__builtin_popcount(has_ended));
    b_.begun = b_.n_customers - b_.begun < wanted ? b_.n_customers : b_.begun + wanted;
    const __mmask8 is_somebody = has_ended & _mm512_cmplt_epu64_mask(offset_[v], n);
    const __m512i nobody = _mm512_set1_epi64(t_.n_states);
    __m512i start = _mm512_set1_epi64(t_.n_states);
    if (b_.starts == nullptr) {
      start = _mm512_mask_set1_epi64(nobody, is_somebody, b_.start);
    } else {
      const __m256i found = _mm512_mask_i64gather_epi32(_mm256_setzero_si256(), is_somebody, offset_[v], b_.starts, 4);
      start = _mm512_mask_cvtepu32_epi64(nobody, is_somebody, found);
    }
    state_[v] = _mm512_mask_mov_epi64(state_[v], has_ended, start);
    sum_[v] = _mm512_mask_mov_pd(sum_[v], has_ended, _mm512_setzero_pd());
    discount_[v] = _mm512_mask_mov_pd(discount_[v], has_ended, _mm512_set1_pd(1.0));
    group_[v] = _mm512_mask_mov_epi64(group_[v], has_ended, _mm512_setzero_si512());
  }

  void note(int v, __mmask8 who) {
    alignas(64) std::uint64_t states[8];
    alignas(64) std::uint64_t offsets[8];
    alignas(64) std::uint64_t groups[8];
    _mm512_store_si512(states, state_[v]);
    _mm512_store_si512(offsets, offset_[v]);
    _mm512_store_si512(groups, group_[v]);
    for (unsigned left = who; left != 0; left &= left - 1) {
      const int lane = __builtin_ctz(left);
      const std::uint64_t customer = offsets[lane];
      b_.trace_begin[customer] =
          static_cast<std::uint32_t>((b_.group - groups[lane]) * n_lanes + static_cast<std::uint64_t>(8 * v + lane));
      b_.trace_length[customer] = static_cast<std::uint32_t>(groups[lane]);
      b_.last_states[customer] = static_cast<std::uint32_t>(states[lane]);
    }
  }

  void step_group() {
    Words words[n_vectors];
    const __m512i first = _mm512_set1_epi64(static_cast<long long>(b_.first_customer));
#pragma GCC unroll 4
    for (int v = 0; v < n_vectors; ++v) {
      const __m512i customer = _mm512_add_epi64(first, offset_[v]);
      words[v] = philox(key_, customer, _mm512_srli_epi64(customer, 32), group_[v], _mm512_setzero_si512());
    }
    // Where a horizon ends within a group, its customers stand still for the rest of it.
    __mmask8 goes_on[n_vectors] = {0xff, 0xff, 0xff, 0xff};
    __mmask8 all_go_on = 0xff;
    if (rest_ != 0) {
      const __m512i last = _mm512_set1_epi64(static_cast<long long>(last_group_));
      for (int v = 0; v < n_vectors; ++v) {
        goes_on[v] = _mm512_cmplt_epu64_mask(group_[v], last);
        all_go_on &= goes_on[v];
      }
    }
    __m512i trace[n_vectors];
    if (all_go_on == 0xff) {
#pragma GCC unroll 4
      for (int move = 0; move < 4; ++move) step<false>(move, words, goes_on, trace);
    } else {
      for (int move = 0; move < 4; ++move) step<true>(move, words, goes_on, trace);
    }
#pragma GCC unroll 4
    for (int v = 0; v < n_vectors; ++v) {
      group_[v] = _mm512_add_epi64(group_[v], _mm512_set1_epi64(1));
      if constexpr (traced)
        _mm512_storeu_si512(b_.trace + b_.group * n_lanes + 8 * static_cast<std::size_t>(v), trace[v]);
    }
    ++b_.group;
  }

  template <bool masked>
  inline void step(int move, const Words* words, const __mmask8* goes_on, __m512i* trace) {
    const __mmask8 all = 0xff;
#pragma GCC unroll 4
    for (int v = 0; v < n_vectors; ++v) {
      const __mmask8 who = masked && static_cast<std::uint64_t>(move) >= rest_ ? goes_on[v] : all;
      const __m512i state = state_[v];
      if constexpr (traced) {
        trace[v] =
            move == 0 ? state : _mm512_or_si512(trace[v], _mm512_slli_epi64(state, 16 * static_cast<unsigned>(move)));
      }
      const __m512i word = words[v].word[move];
      __m512i at;
      __m512i fraction;  // in the upper half
      if constexpr (uniform) {
        at = _mm512_add_epi64(_mm512_sll_epi64(state, _mm_cvtsi32_si128(static_cast<int>(t_.width))),
                              _mm512_srl_epi64(word, _mm_cvtsi32_si128(static_cast<int>(32 - t_.width))));
        fraction = _mm512_sll_epi64(word, _mm_cvtsi32_si128(static_cast<int>(32 + t_.width)));
      } else {
        const __m512i row = _mm512_i64gather_epi64(state, t_.rows, 8);
        const __m512i width = _mm512_and_si512(row, _mm512_set1_epi64(0xff));
        at = _mm512_add_epi64(_mm512_srli_epi64(row, 8),
                              _mm512_srlv_epi64(word, _mm512_sub_epi64(_mm512_set1_epi64(32), width)));
        fraction = _mm512_sllv_epi64(word, _mm512_add_epi64(width, _mm512_set1_epi64(32)));
      }
      const __m512i cell = _mm512_i64gather_epi64(at, t_.packed, 8);
      const __mmask8 is_alias = _mm512_cmpge_epu64_mask(fraction, cell);
      const __m512i difference = _mm512_xor_si512(fraction, cell);
      const __mmask8 is_open = _mm512_cmple_epu64_mask(difference, _mm512_set1_epi64(0xffffffff));
      __m512i next = _mm512_and_si512(_mm512_mask_srli_epi64(cell, is_alias, cell, 16), _mm512_set1_epi64(0xffff));
      if (__builtin_expect(is_open & who, 0)) next = decided(v, move, is_open & who, state, next, word);
      const __m512d reward = money == Money::few_states ? _mm512_permutexvar_pd(state, few_rewards_)
                                                        : _mm512_i64gather_pd(state, t_.state_rewards, 8);
      sum_[v] = _mm512_mask_add_pd(sum_[v], who, sum_[v], _mm512_mul_pd(discount_[v], reward));
      discount_[v] = _mm512_mask_mul_pd(discount_[v], who, discount_[v], factor_);
      if constexpr (money == Money::moves) {
        // Own and alias have their own rewards; where both are one state, so are they.
        const __m512i which =
            _mm512_mask_add_epi64(_mm512_slli_epi64(at, 1), is_alias, _mm512_slli_epi64(at, 1), _mm512_set1_epi64(1));
        __m512d of_move = _mm512_i64gather_pd(which, t_.move_rewards, 8);
        if (__builtin_expect(is_open & who, 0)) of_move = of_open(is_open & who, at, next, of_move);
        sum_[v] = _mm512_mask_add_pd(sum_[v], who, sum_[v], _mm512_mul_pd(discount_[v], of_move));
      }
      state_[v] = masked ? _mm512_mask_mov_epi64(state, who, next) : next;
    }
  }

  [[gnu::noinline]] __m512i decided(int v, int move, unsigned open, __m512i state, __m512i next, __m512i word) const {
    alignas(64) std::uint64_t states[8];
    alignas(64) std::uint64_t found[8];
    alignas(64) std::uint64_t words[8];
    alignas(64) std::uint64_t offsets[8];
    alignas(64) std::uint64_t groups[8];
    _mm512_store_si512(states, state);
    _mm512_store_si512(found, next);
    _mm512_store_si512(words, word);
    _mm512_store_si512(offsets, offset_[v]);
    _mm512_store_si512(groups, group_[v]);
    for (; open != 0; open &= open - 1) {
      const int lane = __builtin_ctz(open);
      found[lane] =
          t_.decide(t_.context, static_cast<std::uint32_t>(states[lane]), b_.first_customer + offsets[lane],
                    4 * groups[lane] + static_cast<std::uint64_t>(move), static_cast<std::uint32_t>(words[lane]));
    }
    return _mm512_load_si512(found);
  }

  /// Rewards of moves that were decided late.
  [[gnu::noinline]] __m512d of_open(unsigned open, __m512i at, __m512i next, __m512d rewards) const {
    alignas(64) std::uint64_t cells[8];
    alignas(64) std::uint64_t states[8];
    alignas(64) double found[8];
    _mm512_store_si512(cells, at);
    _mm512_store_si512(states, next);
    _mm512_store_pd(found, rewards);
    for (; open != 0; open &= open - 1) {
      const int lane = __builtin_ctz(open);
      const std::uint64_t cell = cells[lane];
      found[lane] = t_.move_rewards[2 * cell + ((t_.packed[cell] & 0xffff) == states[lane] ? 0 : 1)];
    }
    return _mm512_load_pd(found);
  }

  const WalkTables& t_;
  WalkBlock& b_;
  Key key_;
  __m512d few_rewards_;
  __m512d factor_;
  std::uint64_t last_group_;
  std::uint64_t rest_;

  __m512i state_[n_vectors];
  __m512d sum_[n_vectors];
  __m512d discount_[n_vectors];
  __m512i offset_[n_vectors];
  __m512i group_[n_vectors];
};

template <bool uniform, Money money>
WalkEnd walk_for(const WalkTables& tables, WalkBlock& block) {
  if (block.trace != nullptr) return Walk<uniform, money, true>(tables, block).run();
  return Walk<uniform, money, false>(tables, block).run();
}

template <bool uniform>
WalkEnd walk_for(const WalkTables& tables, WalkBlock& block) {
  if (tables.move_rewards != nullptr) return walk_for<uniform, Money::moves>(tables, block);
  if (tables.n_states < 8) return walk_for<uniform, Money::few_states>(tables, block);
  return walk_for<uniform, Money::states>(tables, block);
}

WalkEnd walk(const WalkTables& tables, WalkBlock& block) {
  return tables.rows == nullptr ? walk_for<true>(tables, block) : walk_for<false>(tables, block);
}

void words(std::uint64_t seed, std::uint64_t first_customer, std::uint32_t stream, std::uint32_t n, std::uint32_t* to) {
  const Key key = key_of(seed);
  const __m512i order = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
  for (std::uint32_t i = 0; i < n; i += 8) {
    const __m512i customer = _mm512_add_epi64(_mm512_set1_epi64(static_cast<long long>(first_customer + i)), order);
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
