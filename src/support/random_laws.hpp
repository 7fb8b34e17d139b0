// Normal and gamma variates from counted random words.
//
// Normals by the ziggurat of 256 layers (G. Marsaglia & W. W. Tsang, Journal of Statistical Software 5(8), 2000; layer
// and place from different bits, J. A. Doornik, 2005). Gammas of shape at least 1 by G. Marsaglia & W. W. Tsang, ACM
// Transactions on Mathematical Software 26, 2000; of a smaller shape `a` as `gamma(a + 1) u^(1/a)`, same place.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "support/philox.hpp"

namespace sojourn::detail {

/// Random words in order: a function of key and counter alone. The last word of the counter numbers the blocks, from 0
/// in its lower 24 bits.
class WordStream {
 public:
  WordStream(std::uint64_t seed, std::array<std::uint32_t, 4> counter)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}, counter_(counter) {}

  std::uint64_t next() {
    if (place_ == words_.size()) {
      for (std::size_t i = 0; i < words_.size(); i += 2) {
        const std::array<std::uint32_t, 4> block = philox4x32(counter_, key_);
        ++counter_[3];
        words_[i] = join(block[0], block[1]);
        words_[i + 1] = join(block[2], block[3]);
      }
      place_ = 0;
    }
    return words_[place_++];
  }
  /// In (0, 1).
  double uniform() { return (static_cast<double>(next() >> 12) + 0.5) * 0x1p-52; }

 private:
  static std::uint64_t join(std::uint32_t low, std::uint32_t high) {
    return static_cast<std::uint64_t>(high) << 32 | low;
  }

  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint64_t, 4> words_{};
  std::size_t place_ = 4;
};

/// The layers of the ziggurat: their right ends and the density (without its factor) there.
class Ziggurat {
 public:
  static const Ziggurat& layers() {
    static const Ziggurat one;
    return one;
  }

  double normal(WordStream& words) const { return normal(words.next(), words); }
  /// The same from a word already drawn, and more where it does not decide.
  double normal(std::uint64_t word, WordStream& words) const {
    for (;; word = words.next()) {
      const auto layer = static_cast<std::size_t>(word & 255);
      const double z = static_cast<double>(static_cast<std::int64_t>(word) >> 8) * 0x1p-55 * right_[layer];
      if (std::abs(z) < right_[layer + 1]) return z;
      if (layer == 0) return std::copysign(tail(words), z);
      const double height = density_[layer] + words.uniform() * (density_[layer + 1] - density_[layer]);
      if (height < std::exp(-0.5 * z * z)) return z;
    }
  }

 private:
  static constexpr double edge = 3.6541528853610088;  // where the tail begins

  Ziggurat() {
    constexpr double half_root_two_pi = 1.2533141373155002512;
    const double at_edge = std::exp(-0.5 * edge * edge);
    const double area = edge * at_edge + half_root_two_pi * std::erfc(edge / std::sqrt(2.0));
    right_[0] = area / at_edge;
    right_[1] = edge;
    density_[0] = 0.0;
    density_[1] = at_edge;
    for (std::size_t i = 2; i < 256; ++i) {
      density_[i] = density_[i - 1] + area / right_[i - 1];
      right_[i] = std::sqrt(-2.0 * std::log(density_[i]));
    }
    right_[256] = 0.0;
    density_[256] = 1.0;
  }

  static double tail(WordStream& words) {
    for (;;) {
      const double x = -std::log(words.uniform()) / edge;
      const double y = -std::log(words.uniform());
      if (2.0 * y > x * x) return edge + x;
    }
  }

  std::array<double, 257> right_{};
  std::array<double, 257> density_{};
};

/// A gamma law of scale 1, ready for drawing.
class GammaLaw {
 public:
  explicit GammaLaw(double shape)
      : d_((shape < 1.0 ? shape + 1.0 : shape) - 1.0 / 3.0),
        c_(1.0 / std::sqrt(9.0 * d_)),
        squeeze_(least_squeeze / d_),
        inverse_shape_(shape < 1.0 ? 1.0 / shape : 0.0) {}

  double draw(WordStream& words, const Ziggurat& layers) const {
    const double g = of_shape_one_up(words, layers);
    return inverse_shape_ == 0.0 ? g : g * std::pow(words.uniform(), inverse_shape_);
  }
  /// The logarithm of the same draw, where it is too small for a number.
  double draw_logarithm(WordStream& words, const Ziggurat& layers) const {
    const double g = std::log(of_shape_one_up(words, layers));
    return inverse_shape_ == 0.0 ? g : g + std::log(words.uniform()) * inverse_shape_;
  }

 private:
  // `1 - 0.0331 x⁴` lies below the acceptance `exp(h(x))` for every `d >= 2/3`. As `h = d g(c x)` with `c² = 1 / (9 d)`, and
  // `(1 - exp(d g)) / d` falls in `d`, so does `1 - 0.0331 (2/3 / d) x⁴`, which accepts nearly all where the shape is large.
  static constexpr double least_squeeze = 0.0331 * 2.0 / 3.0;
  static constexpr std::uint64_t middle = 0xFFFF00;  // of a word: the 16 bits between the layer and the place

  /// One word gives the normal and the first 16 bits of the uniform, which nearly always decide.
  double of_shape_one_up(WordStream& words, const Ziggurat& layers) const {
    for (;;) {
      const std::uint64_t word = words.next();
      const auto coarse = static_cast<double>((word & middle) >> 8);
      const double x = layers.normal(word & ~middle, words);
      const double root = 1.0 + c_ * x;
      if (!(root > 0.0)) continue;
      const double v = root * root * root;
      const double square = x * x;
      if ((coarse + 1.0) * 0x1p-16 <= 1.0 - squeeze_ * square * square) return d_ * v;
      const double u = (coarse + words.uniform()) * 0x1p-16;
      if (std::log(u) < 0.5 * square + d_ * (1.0 - v + std::log(v))) return d_ * v;
    }
  }

  double d_;
  double c_;
  double squeeze_;
  double inverse_shape_;
};

}  // namespace sojourn::detail
