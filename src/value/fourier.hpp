// The discrete Fourier transform.
#pragma once

#include <cstdint>
#include <vector>

namespace sojourn::detail {

struct Complex {
  double re;
  double im;
};

inline Complex operator*(Complex a, Complex b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

/// In place, length a power of two (J. W. Cooley and J. W. Tukey, Mathematics of Computation 19, 1965); `roots[k] =
/// exp(∓2πi k / length)`.
void transform(std::vector<Complex>& x, const std::vector<Complex>& roots);

/// `exp(sign 2πi k / n)` for the first half of `k`.
std::vector<Complex> roots_of_unity(std::size_t n, double sign);

Complex power(Complex x, std::int64_t n);

}  // namespace sojourn::detail
