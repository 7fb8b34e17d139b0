// What every machine has: vectors of two lanes on x86-64, single numbers elsewhere.
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "simulation/walk_lanes.hpp"

namespace sojourn::detail {

namespace {

#if defined(__SSE2__)
struct Vector {
  static constexpr std::uint32_t size = 2;

  __m128i lanes;

  static Vector all(std::uint64_t x) { return {_mm_set1_epi64x(static_cast<long long>(x))}; }
  static Vector load(const std::uint64_t* from) { return {_mm_load_si128(reinterpret_cast<const __m128i*>(from))}; }
  /// Of the lower halves.
  Vector times(Vector other) const { return {_mm_mul_epu32(lanes, other.lanes)}; }
  Vector plus(Vector other) const { return {_mm_add_epi64(lanes, other.lanes)}; }
  Vector upper_half() const { return {_mm_srli_epi64(lanes, 32)}; }
  friend Vector operator^(Vector a, Vector b) { return {_mm_xor_si128(a.lanes, b.lanes)}; }
  void store_lower_halves(std::uint32_t* to) const {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_shuffle_epi32(lanes, _MM_SHUFFLE(3, 1, 2, 0)));
  }
};
#else
struct Vector {
  static constexpr std::uint32_t size = 1;

  std::uint64_t lane;

  static Vector all(std::uint64_t x) { return {x}; }
  static Vector load(const std::uint64_t* from) { return {*from}; }
  /// Of the lower halves.
  Vector times(Vector other) const { return {(lane & 0xffffffff) * (other.lane & 0xffffffff)}; }
  Vector plus(Vector other) const { return {lane + other.lane}; }
  Vector upper_half() const { return {lane >> 32}; }
  friend Vector operator^(Vector a, Vector b) { return {a.lane ^ b.lane}; }
  void store_lower_halves(std::uint32_t* to) const { *to = static_cast<std::uint32_t>(lane); }
};
#endif

}  // namespace

const Walker& plain_walker() {
  static constexpr Walker walker{
      .name = "plain", .lanes = n_lanes, .walk = walk_lanes<Vector, PackedCells>, .words = words_of_customers<Vector>};
  return walker;
}

const Walker& wide_walker() {
  static constexpr Walker walker{
      .name = "plain", .lanes = n_lanes, .walk = walk_lanes<Vector, WideCells>, .words = words_of_customers<Vector>};
  return walker;
}

}  // namespace sojourn::detail
