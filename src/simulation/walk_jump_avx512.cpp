// The walk by stays in four vectors of eight customers: the same words, tables and sums as walk_jump_lanes.hpp.
#include <immintrin.h>

#include "simulation/walk_jump.hpp"

namespace sojourn::detail {

namespace {

constexpr int n_vectors = 4;
constexpr std::uint64_t groups_between_looks = 1024;

struct Words {
  __m512i word[4];  // of 32 bits in lanes of 64
};

/// Philox4x32-10 (see philox.hpp) of eight counters. The upper halves of the lanes are noise until the end: a multiplication of
/// 32 bits does not see them.
inline Words philox(std::uint64_t seed, __m512i c0, __m512i c1, __m512i c2, __m512i c3) {
  const __m512i multiplier_0 = _mm512_set1_epi64(0xD2511F53);
  const __m512i multiplier_1 = _mm512_set1_epi64(0xCD9E8D57);
  auto low = static_cast<std::uint32_t>(seed);
  auto high = static_cast<std::uint32_t>(seed >> 32);
#pragma GCC unroll 10
  for (int round = 0; round < 10; ++round) {
    const __m512i product_0 = _mm512_mul_epu32(c0, multiplier_0);
    const __m512i product_1 = _mm512_mul_epu32(c2, multiplier_1);
    c0 = _mm512_ternarylogic_epi64(_mm512_srli_epi64(product_1, 32), c1, _mm512_set1_epi64(low), 0x96);
    c1 = product_1;
    c2 = _mm512_ternarylogic_epi64(_mm512_srli_epi64(product_0, 32), c3, _mm512_set1_epi64(high), 0x96);
    c3 = product_0;
    low += 0x9E3779B9U;
    high += 0xBB67AE85U;
  }
  const __m512i mask = _mm512_set1_epi64(0xffffffff);
  return {
      {_mm512_and_si512(c0, mask), _mm512_and_si512(c1, mask), _mm512_and_si512(c2, mask), _mm512_and_si512(c3, mask)}};
}

template <bool few_states>
class JumpVectors {
 public:
  JumpVectors(const JumpTables& tables, const JumpBlock& block)
      : t_(tables), b_(block), few_rows_(_mm512_loadu_si512(tables.rows)) {
    const __m512i nobody = _mm512_set1_epi64(t_.n_states);
    for (int v = 0; v < n_vectors; ++v) {
      state_[v] = nobody;
      sum_[v] = _mm512_setzero_pd();
      discount_[v] = _mm512_set1_pd(1.0);
      left_[v] = _mm512_set1_epi64(static_cast<long long>(t_.horizon));
      offset_[v] = _mm512_set1_epi64(b_.n_customers);
      group_[v] = _mm512_setzero_si512();
    }
  }

  bool run() {
    for (std::uint64_t looks = 1; refill(); ++looks) {
      if (looks % groups_between_looks == 0 && t_.is_stopped(t_.context)) return false;
      draw_group();
    }
    return true;
  }

 private:
  /// Takes those who have ended out of their lanes and puts the next in. False when nobody is left.
  bool refill() {
    const __m512i n = _mm512_set1_epi64(b_.n_customers);
    const __m512i live = _mm512_set1_epi64(t_.n_live);
    unsigned anybody = 0;
    for (int v = 0; v < n_vectors; ++v) {
      const __mmask8 has_ended = _mm512_cmpge_epu64_mask(state_[v], live);
      if (has_ended) change(v, has_ended);
      anybody |= _mm512_cmplt_epu64_mask(offset_[v], n);
    }
    return anybody != 0;
  }

  void change(int v, __mmask8 has_ended) {
    const __m512i n = _mm512_set1_epi64(b_.n_customers);
    const auto was_somebody = static_cast<__mmask8>(has_ended & _mm512_cmplt_epu64_mask(offset_[v], n));
    if (was_somebody) {
      finish(v, was_somebody);
    } else if (begun_ == b_.n_customers) {
      return;
    }
    const __m512i order = _mm512_add_epi64(_mm512_set1_epi64(begun_), _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0));
    const __m512i next = _mm512_min_epu64(order, n);
    offset_[v] = _mm512_mask_expand_epi64(offset_[v], has_ended, next);
    const auto wanted = static_cast<std::uint32_t>(__builtin_popcount(has_ended));
    begun_ = b_.n_customers - begun_ < wanted ? b_.n_customers : begun_ + wanted;
    const auto is_somebody = static_cast<__mmask8>(has_ended & _mm512_cmplt_epu64_mask(offset_[v], n));
    const __m512i nobody = _mm512_set1_epi64(t_.n_states);
    __m512i start = nobody;
    if (b_.starts == nullptr) {
      start = _mm512_mask_set1_epi64(nobody, is_somebody, b_.start);
    } else {
      const __m256i found = _mm512_mask_i64gather_epi32(_mm256_setzero_si256(), is_somebody, offset_[v], b_.starts, 4);
      start = _mm512_mask_cvtepu32_epi64(nobody, is_somebody, found);
    }
    state_[v] = _mm512_mask_mov_epi64(state_[v], has_ended, start);
    sum_[v] = _mm512_mask_mov_pd(sum_[v], has_ended, _mm512_setzero_pd());
    discount_[v] = _mm512_mask_mov_pd(discount_[v], has_ended, _mm512_set1_pd(1.0));
    left_[v] = _mm512_mask_set1_epi64(left_[v], has_ended, static_cast<long long>(t_.horizon));
    group_[v] = _mm512_mask_mov_epi64(group_[v], has_ended, _mm512_setzero_si512());
  }

  void finish(int v, __mmask8 who) {
    const __mmask8 is_absorbed = _mm512_mask_cmplt_epu64_mask(who, state_[v], _mm512_set1_epi64(t_.n_states));
    const __m512d money = _mm512_mask_i64gather_pd(_mm512_setzero_pd(), is_absorbed, state_[v], t_.stay_money, 8);
    const auto goes_on =
        static_cast<__mmask8>(is_absorbed & _mm512_cmp_pd_mask(money, _mm512_setzero_pd(), _CMP_NEQ_UQ));
    if (goes_on) add_rest(v, goes_on);
    _mm512_mask_i64scatter_pd(b_.values, who, offset_[v], sum_[v], 8);
    if (b_.end_times == nullptr) return;
    const __m512i time = _mm512_sub_epi64(_mm512_set1_epi64(static_cast<long long>(t_.horizon)), left_[v]);
    const __m512i end = _mm512_mask_mov_epi64(_mm512_set1_epi64(-1), is_absorbed, time);
    _mm512_mask_i64scatter_epi64(b_.end_times, who, offset_[v], end, 8);
  }

  [[gnu::noinline]] void add_rest(int v, unsigned who) {
    alignas(64) std::uint64_t states[8];
    alignas(64) std::uint64_t left[8];
    alignas(64) double discounts[8];
    alignas(64) double sums[8];
    _mm512_store_si512(states, state_[v]);
    _mm512_store_si512(left, left_[v]);
    _mm512_store_pd(discounts, discount_[v]);
    _mm512_store_pd(sums, sum_[v]);
    for (; who != 0; who &= who - 1) {
      const int lane = __builtin_ctz(who);
      sums[lane] += discounts[lane] * t_.rest(t_.context, static_cast<std::uint32_t>(states[lane]), left[lane]);
    }
    sum_[v] = _mm512_load_pd(sums);
  }

  void draw_group() {
    Words words[n_vectors];
    const __m512i first = _mm512_set1_epi64(static_cast<long long>(b_.first_customer));
#pragma GCC unroll 4
    for (int v = 0; v < n_vectors; ++v) {
      const __m512i customer = _mm512_add_epi64(first, offset_[v]);
      words[v] = philox(t_.seed, customer, _mm512_srli_epi64(customer, 32), group_[v], _mm512_set1_epi64(stay_high));
    }
#pragma GCC unroll 4
    for (unsigned draw = 0; draw < 4; ++draw) {
#pragma GCC unroll 4
      for (int v = 0; v < n_vectors; ++v) step(v, draw, words[v].word[draw]);
    }
#pragma GCC unroll 4
    for (int v = 0; v < n_vectors; ++v) group_[v] = _mm512_add_epi64(group_[v], _mm512_set1_epi64(1));
  }

  inline void step(int v, unsigned draw, __m512i word) {
    const __m512i state = state_[v];
    const __m512i row =
        few_states ? _mm512_permutexvar_epi64(state, few_rows_) : _mm512_i64gather_epi64(state, t_.rows, 8);
    const __m512i width = _mm512_and_si512(row, _mm512_set1_epi64(0xff));
    const __m512i at = _mm512_add_epi64(_mm512_srli_epi64(row, 8),
                                        _mm512_srlv_epi64(word, _mm512_sub_epi64(_mm512_set1_epi64(32), width)));
    const __m512i fraction = _mm512_sllv_epi64(word, _mm512_add_epi64(width, _mm512_set1_epi64(32)));
    const __m512i cell = _mm512_i64gather_epi64(at, t_.cells, 8);
    const __m512i low = _mm512_set1_epi64(0xffffffff);
    const __mmask8 is_alias = _mm512_cmpge_epu64_mask(fraction, cell);
    const __mmask8 is_open = _mm512_cmple_epu64_mask(_mm512_xor_si512(fraction, cell), low);
    __m512i drawn = _mm512_mask_and_epi64(at, is_alias, cell, low);
    if (__builtin_expect(is_open, 0)) drawn = decided(v, draw, is_open, row, drawn, word);
    const __m512i place = _mm512_slli_epi64(drawn, 2);  // outcomes have four words each
    const __m512d money = _mm512_i64gather_pd(place, &t_.outcomes->money, 8);
    const __m512d discount = _mm512_i64gather_pd(place, &t_.outcomes->discount, 8);
    const __m512i move = _mm512_i64gather_epi64(place, &t_.outcomes->length, 8);
    const __m512i length = _mm512_and_si512(move, low);
    const __mmask8 is_cut = _mm512_cmpgt_epu64_mask(length, left_[v]);
    if (is_cut) [[unlikely]] {
      cut(v, is_cut);
      const auto goes_on = static_cast<__mmask8>(~is_cut);
      sum_[v] = _mm512_mask_add_pd(sum_[v], goes_on, sum_[v], _mm512_mul_pd(discount_[v], money));
      left_[v] = _mm512_mask_sub_epi64(_mm512_setzero_si512(), goes_on, left_[v], length);
      state_[v] = _mm512_mask_srli_epi64(_mm512_set1_epi64(t_.n_states), goes_on, move, 32);
    } else {
      sum_[v] = _mm512_add_pd(sum_[v], _mm512_mul_pd(discount_[v], money));
      left_[v] = _mm512_sub_epi64(left_[v], length);
      state_[v] = _mm512_srli_epi64(move, 32);
    }
    discount_[v] = _mm512_mul_pd(discount_[v], discount);
  }

  /// The stays that the horizon cuts.
  void cut(int v, __mmask8 who) {
    const __m512d zero = _mm512_setzero_pd();
    const __m512d money = _mm512_mask_i64gather_pd(zero, who, state_[v], t_.stay_money, 8);
    const __m512d sums = _mm512_mask_i64gather_pd(zero, who, _mm512_slli_epi64(left_[v], 1), &t_.series->sum, 8);
    sum_[v] = _mm512_mask_add_pd(sum_[v], who, sum_[v], _mm512_mul_pd(discount_[v], _mm512_mul_pd(money, sums)));
  }

  [[gnu::noinline]] __m512i decided(int v, unsigned draw, unsigned open, __m512i row, __m512i drawn,
                                    __m512i word) const {
    alignas(64) std::uint64_t rows[8];
    alignas(64) std::uint64_t found[8];
    alignas(64) std::uint64_t words[8];
    alignas(64) std::uint64_t offsets[8];
    alignas(64) std::uint64_t groups[8];
    _mm512_store_si512(rows, row);
    _mm512_store_si512(found, drawn);
    _mm512_store_si512(words, word);
    _mm512_store_si512(offsets, offset_[v]);
    _mm512_store_si512(groups, group_[v]);
    for (; open != 0; open &= open - 1) {
      const int lane = __builtin_ctz(open);
      found[lane] = t_.decide(t_.context, rows[lane], b_.first_customer + offsets[lane], 4 * groups[lane] + draw,
                              static_cast<std::uint32_t>(words[lane]));
    }
    return _mm512_load_si512(found);
  }

  const JumpTables& t_;
  const JumpBlock& b_;
  __m512i few_rows_;
  std::uint32_t begun_ = 0;
  __m512i state_[n_vectors];
  __m512d sum_[n_vectors];
  __m512d discount_[n_vectors];
  __m512i left_[n_vectors];  // moves until the horizon
  __m512i offset_[n_vectors];
  __m512i group_[n_vectors];
};

}  // namespace

bool walk_jumps_avx512(const JumpTables& tables, const JumpBlock& block) {
  // Times of passage are looked for one customer after another.
  if (block.passage_times != nullptr) return walk_jumps(tables, block);
  if (tables.n_states < 8) return JumpVectors<true>(tables, block).run();
  return JumpVectors<false>(tables, block).run();
}

}  // namespace sojourn::detail
