#include "value/fourier.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace sojourn::detail {

void transform(std::vector<Complex>& x, const std::vector<Complex>& roots) {
  const std::size_t n = x.size();
  for (std::size_t i = 1, j = 0; i < n; ++i) {
    std::size_t bit = n >> 1U;
    for (; (j & bit) != 0; bit >>= 1U) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(x[i], x[j]);
  }
  for (std::size_t half = 1; half < n; half *= 2) {
    const std::size_t stride = n / (2 * half);
    for (std::size_t begin = 0; begin < n; begin += 2 * half) {
      for (std::size_t k = 0; k < half; ++k) {
        const Complex a = x[begin + k];
        const Complex b = x[begin + k + half] * roots[k * stride];
        x[begin + k] = {a.re + b.re, a.im + b.im};
        x[begin + k + half] = {a.re - b.re, a.im - b.im};
      }
    }
  }
}

std::vector<Complex> roots_of_unity(std::size_t n, double sign) {
  std::vector<Complex> roots(std::max<std::size_t>(n / 2, 1));
  for (std::size_t k = 0; k < roots.size(); ++k) {
    const double angle = sign * 2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n);
    roots[k] = {std::cos(angle), std::sin(angle)};
  }
  return roots;
}

Complex power(Complex x, std::int64_t n) {
  Complex product{1.0, 0.0};
  for (; n > 0; n /= 2) {
    if (n % 2 == 1) product = product * x;
    x = x * x;
  }
  return product;
}

}  // namespace sojourn::detail
