// Who, of many: random numbers below a bound.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace sojourn::detail {

// What the last word of a counter says that the others are used for.
inline constexpr std::uint32_t person_stream = 64;

/// Who: numbers below a bound, all equally likely, in the order in which they are asked for (D. Lemire, "Fast random integer
/// generation in an interval", ACM Transactions on Modeling and Computer Simulation 29, 2019).
class Picks {
 public:
  Picks(std::uint64_t seed, std::uint64_t cell)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
        cell_{static_cast<std::uint32_t>(cell), static_cast<std::uint32_t>(cell >> 32)} {}

  std::uint32_t below(std::uint32_t bound) {
    std::uint64_t product = std::uint64_t{word()} * bound;
    if (static_cast<std::uint32_t>(product) < bound) {
      const std::uint32_t least = (0U - bound) % bound;
      while (static_cast<std::uint32_t>(product) < least) product = std::uint64_t{word()} * bound;
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

 private:
  static constexpr std::size_t n = 16;  // blocks of Philox made at once

  std::uint32_t word() {
    if (place_ == words_.size()) refill();
    return words_[place_++];
  }

  /// Philox4x32-10 as in philox.hpp, of many counters at once.
  void refill() {
    std::uint32_t c0[n];
    std::uint32_t c1[n];
    std::uint32_t c2[n];
    std::uint32_t c3[n];
    for (std::size_t i = 0; i < n; ++i) {
      c0[i] = block_ + static_cast<std::uint32_t>(i);
      c1[i] = cell_[0];
      c2[i] = cell_[1];
      c3[i] = person_stream;
    }
    std::uint32_t low = key_[0];
    std::uint32_t high = key_[1];
    for (int round = 0; round < 10; ++round) {
      for (std::size_t i = 0; i < n; ++i) {
        const std::uint64_t product_0 = std::uint64_t{0xD2511F53} * c0[i];
        const std::uint64_t product_1 = std::uint64_t{0xCD9E8D57} * c2[i];
        c0[i] = static_cast<std::uint32_t>(product_1 >> 32) ^ c1[i] ^ low;
        c1[i] = static_cast<std::uint32_t>(product_1);
        c2[i] = static_cast<std::uint32_t>(product_0 >> 32) ^ c3[i] ^ high;
        c3[i] = static_cast<std::uint32_t>(product_0);
      }
      low += 0x9E3779B9U;
      high += 0xBB67AE85U;
    }
    for (std::size_t i = 0; i < n; ++i) {
      words_[i] = c0[i];
      words_[n + i] = c1[i];
      words_[2 * n + i] = c2[i];
      words_[3 * n + i] = c3[i];
    }
    block_ += n;
    place_ = 0;
  }

  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 2> cell_;
  std::uint32_t block_ = 0;
  std::array<std::uint32_t, 4 * n> words_{};
  std::size_t place_ = 4 * n;
};

}  // namespace sojourn::detail
