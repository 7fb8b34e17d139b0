// Random words by vectors of four lanes. Cells are loaded one by one: gathers are no faster here, and slow on many machines.
#include <immintrin.h>

#include "simulation/walk_lanes.hpp"

namespace sojourn::detail {

namespace {

struct Vector {
  static constexpr std::uint32_t size = 4;

  __m256i lanes;

  static Vector all(std::uint64_t x) { return {_mm256_set1_epi64x(static_cast<long long>(x))}; }
  static Vector load(const std::uint64_t* from) { return {_mm256_load_si256(reinterpret_cast<const __m256i*>(from))}; }
  /// Of the lower halves.
  Vector times(Vector other) const { return {_mm256_mul_epu32(lanes, other.lanes)}; }
  Vector plus(Vector other) const { return {_mm256_add_epi64(lanes, other.lanes)}; }
  Vector upper_half() const { return {_mm256_srli_epi64(lanes, 32)}; }
  friend Vector operator^(Vector a, Vector b) { return {_mm256_xor_si256(a.lanes, b.lanes)}; }
  void store_lower_halves(std::uint32_t* to) const {
    const __m256i order = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(lanes, order)));
  }
};

}  // namespace

const Walker& avx2_walker() {
  static constexpr Walker walker{
      .name = "avx2", .lanes = n_lanes, .walk = walk_lanes<Vector, PackedCells>, .words = words_of_customers<Vector>};
  return walker;
}

}  // namespace sojourn::detail
