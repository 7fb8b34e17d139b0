// How many of n customers make a move of probability p: exact binomial variates at a cost that does not depend on n.
//
// Where a mean below 10 is left to count, by inversion: k = 0, 1, 2, … until the sum of their probabilities has passed a
// uniform number. Otherwise by transformed rejection (W. Hörmann, "The generation of binomial random variates", Journal of
// Statistical Computation and Simulation 46, 1993, algorithm BTRS), the law itself in the saddle-point form of C. Loader
// ("Fast and accurate computation of binomial probabilities", 2000), which keeps its digits for any n up to 2^51.
#pragma once

#include <cmath>
#include <cstdint>

namespace sojourn::detail {

/// The binomial laws of one probability, ready for drawing.
class BinomialLaw {
 public:
  /// Of `p = part / (part + rest)`: given as two parts, both `p` and `1 - p` keep their digits. Both at least 0, one
  /// positive.
  BinomialLaw(double part, double rest);

  /// One variate of `n` trials, a whole number from 0 to `most_trials`, as is what comes out.
  template <class Words>
  double draw(double n, Words& words) const {
    const double mean = n * p_;
    const double k = mean < least_mean ? by_inversion(n, words.uniform()) : by_rejection(n, mean, words);
    return is_flipped_ ? n - k : k;
  }

  /// So many that sums with the rounding constant below stay exact.
  static constexpr double most_trials = 0x1p51;

  /// `log(sqrt(2 π n p q) P(k))` of the less probable outcome, `p <= 1/2`; `0 <= k <= n`.
  double log_height(double n, double k) const;

  /// Below this mean of the less probable outcome by inversion.
  static constexpr double least_mean = 10.0;

  /// A hat over the law of `n` trials. With `u` uniform in (-1/2, 1/2) and `s = 1/2 - |u|` a place `mean + place(u, s)` is
  /// proposed; the height of the law there is never above `scale(s)`.
  struct Hat {
    Hat(double deviation_of_law, double p)
        : deviation(deviation_of_law), b(1.15 + 2.53 * deviation), a(-0.0873 + 0.0248 * b + 0.01 * p) {}
    double place(double u, double s) const { return (2.0 * a / s + b) * u; }
    /// What a uniform number is multiplied by before it is held against the height.
    double scale(double s) const { return (2.83 * b + 5.1) * deviation * s * s / (b * (a + b * s * s)); }
    /// `v <= 0.92 - 4.2 / b` lies under the law wherever `s >= 0.07`.
    bool is_surely_under(double v, double s) const { return s >= 0.07 && (0.92 - v) * b >= 4.2; }

    double deviation;
    double b;
    double a;
  };
  Hat hat(double n) const { return {std::sqrt(n) * deviation_, p_}; }

 private:
  double by_inversion(double n, double u) const;
  bool is_under_law(double n, double k, double mean, double v) const;

  template <class Words>
  double by_rejection(double n, double mean, Words& words) const {
    const Hat over = hat(n);
    for (;;) {
      // The upper 52 bits of a word are the place, the lower 12 the first of the height, which mostly decide.
      const std::uint64_t word = words.next();
      const double u = Words::fraction(word) - 0.5;
      const auto coarse = static_cast<double>(static_cast<std::int64_t>(word & 0xFFF));
      const double s = 0.5 - std::abs(u);
      const double place = mean + over.place(u, s);
      const double k = (place + 0x1.8p52) - 0x1.8p52;  // the nearest whole number
      if (over.is_surely_under((coarse + 1.0) * 0x1p-12, s)) return k;
      const double v = (coarse + words.uniform()) * 0x1p-12;
      if (place > -0.5 && k <= n && is_under_law(n, k, mean, v * over.scale(s))) return k;
    }
  }

  double p_;          // of the less probable outcome
  double odds_;       // p / q
  double log_q_;      // log(1 - p)
  double deviation_;  // sqrt(p q)
  bool is_flipped_;   // the outcome asked for is the more probable one
};

}  // namespace sojourn::detail
