#include "binomial.hpp"

namespace sojourn::detail {

namespace {

constexpr double pi = 3.14159265358979323846;

/// `log k! - ((k + 1/2) log k - k + log(2 π) / 2)`, 0 for `k = 0`, where the height is told otherwise.
double stirling_error(std::int64_t k) {
  static constexpr std::array<double, 10> first{0.0,
                                                0.08106146679532726,
                                                0.04134069595540929,
                                                0.02767792568499834,
                                                0.02079067210376509,
                                                0.01664469118982119,
                                                0.01387612882307075,
                                                0.01189670994589177,
                                                0.01041126526197210,
                                                0.009255462182712733};
  if (k < 10) return first[static_cast<std::size_t>(k)];
  const double inverse = 1.0 / static_cast<double>(k);
  const double square = inverse * inverse;
  return inverse *
         (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680 - square * (1.0 / 1188)))));
}

/// `(1 + t) log(1 + t) - t` without loss of digits for small `t >= -1`.
double excess(double t) {
  if (std::abs(t) < 0.03) {
    // t² (1/2 - t/6 + t²/12 - …), the term of t^m having the coefficient 1 / (m (m - 1))
    const double square = t * t;
    const double even = 1.0 / 2 + square * (1.0 / 12 + square * (1.0 / 30 + square * (1.0 / 56 + square * (1.0 / 90))));
    const double odd = 1.0 / 6 + square * (1.0 / 20 + square * (1.0 / 42 + square * (1.0 / 72)));
    return square * (even - t * odd);
  }
  return t <= -1.0 ? 1.0 : (1.0 + t) * std::log1p(t) - t;
}

/// The height is `exp(exponent / 2) / sqrt(ratio)`.
struct Height {
  double ratio;
  double exponent;
};

Height height(std::int64_t n, std::int64_t k, double mean) {
  const std::int64_t others = n - k;
  const double mean_of_others = static_cast<double>(n) - mean;
  const double x = static_cast<double>(k) - mean;
  // k! and (n - k)! by Stirling's formula, which has no 0.
  const auto size = [](std::int64_t m) { return m == 0 ? 0.5 / pi : static_cast<double>(m); };
  return {.ratio = size(k) / mean * (size(others) / mean_of_others),
          .exponent = 2.0 * (stirling_error(n) - stirling_error(k) - stirling_error(others) - mean * excess(x / mean) -
                             mean_of_others * excess(-x / mean_of_others))};
}

}  // namespace

BinomialLaw::BinomialLaw(double part, double rest) : is_flipped_(part > rest) {
  const double total = part + rest;
  p_ = std::min(part, rest) / total;
  const double q = std::max(part, rest) / total;
  odds_ = p_ / q;
  log_q_ = std::log1p(-p_);
  deviation_ = std::sqrt(p_ * q);
}

std::int64_t BinomialLaw::by_inversion(std::int64_t n, double u) const {
  // P(k) = P(k - 1) (n - k + 1) / k · p / q
  double probability = std::exp(static_cast<double>(n) * log_q_);
  std::int64_t k = 0;
  while (u > probability && k < n) {
    u -= probability;
    ++k;
    probability *= static_cast<double>(n - k + 1) * odds_ / static_cast<double>(k);
    if (probability < 0x1p-80 && static_cast<double>(k) > 2.0 * least_mean) break;  // far beyond any uniform number
  }
  return k;
}

bool BinomialLaw::is_under_law(std::int64_t n, std::int64_t k, double mean, double v) const {
  const Height law = height(n, k, mean);
  return std::log(v * v * law.ratio) <= law.exponent;
}

double BinomialLaw::log_height(std::int64_t n, std::int64_t k) const {
  const Height law = height(n, k, static_cast<double>(n) * p_);
  return 0.5 * (law.exponent - std::log(law.ratio));
}

}  // namespace sojourn::detail
