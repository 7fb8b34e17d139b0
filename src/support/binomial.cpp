#include "support/binomial.hpp"

#include <algorithm>

#include "support/saddle_point.hpp"

namespace sojourn::detail {

namespace {

constexpr double pi = 3.14159265358979323846;

/// The height is `exp(exponent / 2) / sqrt(ratio)`.
struct Height {
  double ratio;
  double exponent;
};

Height height(double n, double k, double mean) {
  const double others = n - k;
  const double mean_of_others = n - mean;
  const double distance = k - mean;
  // Stirling's formula has no 0.
  const double size = k == 0.0 ? 0.5 / pi : k;
  const double size_of_others = others == 0.0 ? 0.5 / pi : others;
  const double product = size * size_of_others;
  const double inverse = 1.0 / product;
  const double sum = k + mean;
  const double sum_of_others = others + mean_of_others;
  const double inverse_sums = 1.0 / (sum * sum_of_others);
  const double errors =
      stirling_error(n, 1.0 / n) - stirling_error(k, size_of_others * inverse) - stirling_error(others, size * inverse);
  return {.ratio = product / (mean * mean_of_others),
          .exponent = 2.0 * (errors - deviance(k, mean, distance, distance * sum_of_others * inverse_sums) -
                             deviance(others, mean_of_others, -distance, -distance * sum * inverse_sums))};
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

double BinomialLaw::by_inversion(double n, double u) const {
  // P(k) = P(k - 1) ((n + 1) / k - 1) p / q
  double probability = std::exp(n * log_q_);
  const double factor = (n + 1.0) * odds_;
  double k = 0.0;
  while (u > probability && k < n) {
    u -= probability;
    k += 1.0;
    probability *= factor / k - odds_;
    if (k > 2.0 * least_mean && probability < 0x1p-80) break;  // smaller than any part of a uniform number
  }
  return k;
}

bool BinomialLaw::is_under_law(double n, double k, double mean, double v) const {
  const Height law = height(n, k, mean);
  return std::log(v * v * law.ratio) <= law.exponent;
}

double BinomialLaw::log_height(double n, double k) const {
  const Height law = height(n, k, n * p_);
  return 0.5 * (law.exponent - std::log(law.ratio));
}

}  // namespace sojourn::detail
