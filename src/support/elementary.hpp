// exp, log and the normal quantile by +, -, *, / and sqrt alone, so that their bits are the same on every machine. The
// system's library promises no bits. Needs arithmetic without fused multiply-add.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace sojourn::detail {

// ln 2 in two parts; the first has so few digits that a whole number up to 2^11 times it is exact.
inline constexpr double ln2_high = 0x1.62e42feep-1;
inline constexpr double ln2_low = 0x1.a39ef35793c76p-33;

/// 2^k for -1022 <= k <= 1023.
inline double power_of_two(std::int64_t k) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52);
}

/// e^x of a finite x, within 1 ulp. With `x = k ln 2 + r` it is `2^k e^r`, and `e^r` is its series. Infinite above
/// 709.78, 0 below -745.
inline double exponential(double x) {
  if (x > 709.782712893384) return std::numeric_limits<double>::infinity();
  if (x < -745.2) return 0.0;
  const double turns = x * 1.4426950408889634;
  const auto k = static_cast<std::int64_t>(turns + (turns < 0.0 ? -0.5 : 0.5));
  const auto whole = static_cast<double>(k);
  const double r = (x - whole * ln2_high) - whole * ln2_low;
  double series = 1.0 / 6227020800.0;  // 1 / 13!
  static constexpr double inverse_factorials[] = {1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0,
                                                  1.0 / 40320.0,     1.0 / 5040.0,     1.0 / 720.0,     1.0 / 120.0,
                                                  1.0 / 24.0,        1.0 / 6.0};
  for (const double term : inverse_factorials) series = series * r + term;
  const double power = 1.0 + (r + r * r * (0.5 + r * series));
  // In two steps, as 2^1024 and powers below 2^-1022 are no normal numbers.
  const std::int64_t half = k / 2;
  return power * power_of_two(half) * power_of_two(k - half);
}

/// ln x of a positive finite x, within 1 ulp. With `x = 2^k (1 + f)` and `s = f / (2 + f)`, `ln (1 + f) = 2 artanh s =
/// f - s (f - R)`, `R = 2/3 s² + 2/5 s⁴ + …`.
inline double logarithm(double x) {
  std::int64_t k = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= 0x1p54;
    k = -54;
  }
  const auto bits = std::bit_cast<std::uint64_t>(x);
  k += static_cast<std::int64_t>(bits >> 52) - 1023;
  double mantissa = std::bit_cast<double>((bits & 0x000fffffffffffffU) | 0x3ff0000000000000U);
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    ++k;
  }
  const auto whole = static_cast<double>(k);
  const double f = mantissa - 1.0;
  const double s = f / (2.0 + f);
  const double square = s * s;
  double series = 2.0 / 25.0;
  static constexpr double terms[] = {2.0 / 23.0, 2.0 / 21.0, 2.0 / 19.0, 2.0 / 17.0, 2.0 / 15.0, 2.0 / 13.0,
                                     2.0 / 11.0, 2.0 / 9.0,  2.0 / 7.0,  2.0 / 5.0,  2.0 / 3.0};
  for (const double term : terms) series = series * square + term;
  return whole * ln2_high + (f - (s * (f - square * series) - whole * ln2_low));
}

/// ln (1 + x) of a finite x > -1, also where x is small.
inline double logarithm_of_one_plus(double x) {
  const double u = 1.0 + x;
  return u == 1.0 ? x : logarithm(u) - ((u - 1.0) - x) / u;
}

/// The normal quantile of `p` in (0, 1/2], which is not positive. M. J. Wichura, "Algorithm AS 241", Applied Statistics
/// 37, 1988, PPND16; relative error below 2e-15.
inline double lower_normal_quantile(double p) {
  const auto ratio = [](double r, const double (&above)[8], const double (&below)[8]) {
    double numerator = above[7];
    double denominator = below[7];
    for (int i = 6; i >= 0; --i) {
      numerator = numerator * r + above[i];
      denominator = denominator * r + below[i];
    }
    return numerator / denominator;
  };
  static constexpr double a[8] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                  1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                  3.3430575583588128105e4, 2.5090809287301226727e3};
  static constexpr double b[8] = {1.0,
                                  4.2313330701600911252e1,
                                  6.8718700749205790830e2,
                                  5.3941960214247511077e3,
                                  2.1213794301586595867e4,
                                  3.9307895800092710610e4,
                                  2.8729085735721942674e4,
                                  5.2264952788528545610e3};
  static constexpr double c[8] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                  3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                  2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double d[8] = {1.0,
                                  2.05319162663775882187e0,
                                  1.67638483018380384940e0,
                                  6.89767334985100004550e-1,
                                  1.48103976427480074590e-1,
                                  1.51986665636164571966e-2,
                                  5.47593808499534494600e-4,
                                  1.05075007164441684324e-9};
  static constexpr double e[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                  2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                  2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double f[8] = {1.0,
                                  5.99832206555887937690e-1,
                                  1.36929880922735805310e-1,
                                  1.48753612908506148525e-2,
                                  7.86869131145613259100e-4,
                                  1.84631831751005468180e-5,
                                  1.42151175831644588870e-7,
                                  2.04426310338993978564e-15};
  const double q = p - 0.5;
  if (q >= -0.425) return q * ratio(0.180625 - q * q, a, b);
  const double r = std::sqrt(-logarithm(p));
  return r <= 5.0 ? -ratio(r - 1.6, c, d) : -ratio(r - 5.0, e, f);
}

/// A normal number from 64 random bits: rising in them, and its negative for their complement. Within 8.4.
inline double normal_of(std::uint64_t word) {
  constexpr std::uint64_t middle = std::uint64_t{1} << 63;
  const bool is_upper = word >= middle;
  const std::uint64_t lower = is_upper ? ~word : word;
  const double z = lower_normal_quantile((static_cast<double>(lower >> 10) + 0.5) * 0x1p-54);
  return is_upper ? -z : z;
}

/// In (0, 1), from 64 random bits.
inline double uniform_of(std::uint64_t word) {
  return (static_cast<double>(word >> 11) + 0.5) * 0x1p-53;
}

}  // namespace sojourn::detail
