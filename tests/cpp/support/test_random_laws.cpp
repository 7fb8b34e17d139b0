#include <algorithm>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <functional>

#include "support/random_laws.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

/// The largest distance between the empirical law of `draws` and `cdf`, times the root of their number: above 2.23 once
/// in ten thousand times (A. Kolmogorov).
double kolmogorov(std::vector<double> draws, const std::function<double(double)>& cdf) {
  std::sort(draws.begin(), draws.end());
  const auto n = static_cast<double>(draws.size());
  double largest = 0.0;
  for (std::size_t i = 0; i < draws.size(); ++i) {
    const double expected = cdf(draws[i]);
    largest = std::max({largest, expected - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - expected});
  }
  return largest * std::sqrt(n);
}

detail::WordStream words(std::uint32_t item) {
  return {2024, {item, 0, 0, 0}};
}

}  // namespace

TEST_CASE("normal draws have the normal law") {
  detail::WordStream stream = words(1);
  std::vector<double> draws(400'000);
  for (double& x : draws) x = detail::Ziggurat::layers().normal(stream);
  CHECK(kolmogorov(draws, [](double x) { return boost::math::cdf(boost::math::normal(), x); }) < 2.23);
  // Beyond the last layer: 2 (1 - Φ(3.6541…)) = 2.58e-4 of them, 103 expected, standard deviation 10.
  const auto far = std::count_if(draws.begin(), draws.end(), [](double x) { return std::abs(x) > 3.6541528853610088; });
  CHECK(std::abs(static_cast<double>(far) - 103.2) < 40.0);
}

TEST_CASE("gamma draws have the gamma law for small and large shapes") {
  std::uint32_t item = 10;
  for (const double shape : {.05, .3, .9, 1.0, 1.5, 4.0, 80.0, 1e6}) {
    INFO("shape " << shape);
    const detail::GammaLaw law(shape);
    std::vector<double> draws(30'000);
    detail::WordStream stream = words(++item);
    for (double& x : draws) x = law.draw(stream, detail::Ziggurat::layers());
    CHECK(kolmogorov(draws, [&](double x) { return boost::math::cdf(boost::math::gamma_distribution<>(shape), x); }) <
          2.23);
    detail::WordStream one = words(item);
    detail::WordStream same = words(item);
    CHECK(law.draw_logarithm(one, detail::Ziggurat::layers()) ==
          Catch::Approx(std::log(law.draw(same, detail::Ziggurat::layers()))).epsilon(1e-12));
  }
}
