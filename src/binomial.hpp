// How many of n customers make a move of probability p: exact binomial variates at a cost that does not depend on n.
//
// Where a mean below 10 is left to count, by inversion: k = 0, 1, 2, … until the sum of their probabilities has passed a
// uniform number. Otherwise by transformed rejection (W. Hörmann, "The generation of binomial random variates", Journal of
// Statistical Computation and Simulation 46, 1993, algorithm BTRS), the law itself in the saddle-point form of C. Loader
// ("Fast and accurate computation of binomial probabilities", 2000), which keeps its digits for any n up to 2^53.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "philox.hpp"

namespace sojourn::detail {

/// The binomial laws of one probability, ready for drawing.
class BinomialLaw {
 public:
  /// Of `p = part / (part + rest)`: given as two parts, both `p` and `1 - p` keep their digits. Both at least 0, one
  /// positive.
  BinomialLaw(double part, double rest);

  /// One variate of `n <= 2^53` trials; `words.uniform()` lies in (0, 1).
  template <class Words>
  std::int64_t draw(std::int64_t n, Words& words) const {
    const auto trials = static_cast<double>(n);
    const double mean = trials * p_;
    const std::int64_t k = mean < least_mean ? by_inversion(n, words.uniform()) : by_rejection(n, mean, words);
    return is_flipped_ ? n - k : k;
  }

  /// `log(sqrt(2 π n p q) P(k))` of the less probable outcome, `p <= 1/2`; `0 <= k <= n`.
  double log_height(std::int64_t n, std::int64_t k) const;

  /// Below this mean of the less probable outcome by inversion.
  static constexpr double least_mean = 10.0;

  /// A hat over the law of `n` trials: with `u` uniform in (-1/2, 1/2) and `s = 1/2 - |u|`, `place(u, s)` falls on `k` with a
  /// density that is at least `exp(log_height) / scale(s)`, and so at least `squeeze` of that near the middle.
  struct Hat {
    Hat(double deviation_of_law, double p)
        : deviation(deviation_of_law), b(1.15 + 2.53 * deviation), a(-0.0873 + 0.0248 * b + 0.01 * p) {}
    double place(double u, double s) const { return (2.0 * a / s + b) * u; }
    /// What a uniform number is multiplied by before it is held against the height.
    double scale(double s) const { return (2.83 + 5.1 / b) * deviation / (a / (s * s) + b); }
    /// `v <= 0.92 - 4.2 / b` lies under the law wherever `s >= 0.07`.
    bool is_surely_under(double v, double s) const { return s >= 0.07 && (0.92 - v) * b >= 4.2; }

    double deviation;
    double b;
    double a;
  };
  Hat hat(std::int64_t n) const { return Hat(std::sqrt(static_cast<double>(n)) * deviation_, p_); }

 private:
  std::int64_t by_inversion(std::int64_t n, double u) const;
  bool is_under_law(std::int64_t n, std::int64_t k, double mean, double v) const;

  template <class Words>
  std::int64_t by_rejection(std::int64_t n, double mean, Words& words) const {
    const Hat over = hat(n);
    const auto middle = static_cast<std::int64_t>(mean);
    const double offset = mean - static_cast<double>(middle) + 0.5;
    for (;;) {
      const double u = words.uniform() - 0.5;
      const double v = words.uniform();
      const double s = 0.5 - std::abs(u);
      const double x = over.place(u, s) + offset;
      if (!(std::abs(x) < 0x1p62)) continue;  // beyond all counts
      auto step = static_cast<std::int64_t>(x);
      step -= static_cast<double>(step) > x ? 1 : 0;
      const std::int64_t k = middle + step;
      if (over.is_surely_under(v, s)) return k;
      if (k < 0 || k > n) continue;
      if (is_under_law(n, k, mean, v * over.scale(s))) return k;
    }
  }

  double p_;          // of the less probable outcome
  double odds_;       // p / q
  double log_q_;      // log(1 - p)
  double deviation_;  // sqrt(p q)
  bool is_flipped_;   // the outcome asked for is the more probable one
};

/// The random words of one split: a function of seed, path and cell alone, a cell being `t n_states + state`. The counter
/// of Philox holds the path, the cell (40 bits), and the number of the block in what is left (24 bits), which is carried on
/// into the stream number, 16 to 30; the start has stream 31.
class SplitWords {
 public:
  SplitWords(std::uint64_t seed, std::uint32_t path, std::uint64_t cell)
      : SplitWords(seed, {path, static_cast<std::uint32_t>(cell), static_cast<std::uint32_t>(cell >> 32) << 24, 16}) {}
  static SplitWords of_start(std::uint64_t seed, std::uint32_t path) { return SplitWords(seed, {path, 0, 0, 31}); }

  /// In (0, 1).
  double uniform() {
    if (place_ == uniforms_.size()) refill();
    return uniforms_[place_++];
  }

 private:
  SplitWords(std::uint64_t seed, std::array<std::uint32_t, 4> counter)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}, counter_(counter) {}

  void refill() {
    for (std::size_t i = 0; i < uniforms_.size(); i += 2) {
      const std::array<std::uint32_t, 4> block = philox4x32(counter_, key_);
      ++counter_[2];
      if ((counter_[2] & 0xFFFFFF) == 0) {
        counter_[2] -= 1U << 24;
        ++counter_[3];
      }
      uniforms_[i] = number(block[0], block[1]);
      uniforms_[i + 1] = number(block[2], block[3]);
    }
    place_ = 0;
  }
  static double number(std::uint32_t low, std::uint32_t high) {
    const std::uint64_t word = static_cast<std::uint64_t>(high) << 32 | low;
    return (static_cast<double>(static_cast<std::int64_t>(word >> 12)) + 0.5) * 0x1p-52;
  }

  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<double, 4> uniforms_{};
  std::size_t place_ = 4;
};

}  // namespace sojourn::detail
