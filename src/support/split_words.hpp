// The random words that cohorts are split by.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "support/philox.hpp"

namespace sojourn::detail {

/// The random words of one split: a function of seed, path and cell alone, a cell being `t n_states + state`. The counter
/// of Philox holds the path, the cell (40 bits), and the number of the block in what is left (24 bits), which is carried on
/// into the stream number, 16 to 30; the start has stream 31.
class SplitWords {
 public:
  SplitWords(std::uint64_t seed, std::uint32_t path, std::uint64_t cell)
      : SplitWords(seed, {path, static_cast<std::uint32_t>(cell), static_cast<std::uint32_t>(cell >> 32) << 24, 16}) {}
  static SplitWords of_start(std::uint64_t seed, std::uint32_t path) { return SplitWords(seed, {path, 0, 0, 31}); }
  /// The same cells from another stream on.
  static SplitWords of_stream(std::uint64_t seed, std::uint32_t path, std::uint64_t cell, std::uint32_t stream) {
    return SplitWords(seed,
                      {path, static_cast<std::uint32_t>(cell), static_cast<std::uint32_t>(cell >> 32) << 24, stream});
  }

  std::uint64_t next() {
    if (place_ == words_.size()) refill();
    return words_[place_++];
  }
  /// The upper 52 bits of a word as a number in (0, 1).
  static double fraction(std::uint64_t word) {
    return (static_cast<double>(static_cast<std::int64_t>(word >> 12)) + 0.5) * 0x1p-52;
  }
  double uniform() { return fraction(next()); }

 private:
  SplitWords(std::uint64_t seed, std::array<std::uint32_t, 4> counter)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}, counter_(counter) {}

  void refill() {
    const std::array<std::uint32_t, 4> block = philox4x32(counter_, key_);
    words_ = {joined(block[0], block[1]), joined(block[2], block[3])};
    place_ = 0;
    ++counter_[2];
    if ((counter_[2] & 0xFFFFFF) != 0) return;
    counter_[2] -= 1U << 24;
    ++counter_[3];
  }
  static std::uint64_t joined(std::uint32_t low, std::uint32_t high) {
    return static_cast<std::uint64_t>(high) << 32 | low;
  }

  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint64_t, 2> words_{};
  std::size_t place_ = 2;
};

}  // namespace sojourn::detail
