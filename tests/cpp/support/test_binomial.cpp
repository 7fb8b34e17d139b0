#include <algorithm>
#include <cmath>
#include <numeric>

#include "support/binomial.hpp"
#include "support/split_words.hpp"
#include "support/support.hpp"
#include "support/tails.hpp"

using namespace sojourn;
using namespace sojourn::test;
using detail::BinomialLaw;
using detail::SplitWords;

namespace {

/// Of rare outcomes among very many trials by Poisson's law, right but for a share k² / n: lgamma has lost its digits there.
double log_probability(double n, double p, double k) {
  if (n >= 1e9) return k * std::log(n * p) - n * p - std::lgamma(k + 1);
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(p) + (n - k) * std::log1p(-p);
}

double normal_cdf(double z) {
  return 0.5 * std::erfc(-z / std::sqrt(2.0));
}

/// The upper tail of the chi-squared statistic of counts against expected ones; neighbours are taken together until 10 are
/// expected.
double chi_squared_p(const std::vector<double>& seen, const std::vector<double>& expected) {
  double statistic = 0.0;
  Index groups = 0;
  double some = 0.0;
  double expected_some = 0.0;
  double left = std::accumulate(expected.begin(), expected.end(), 0.0);
  for (std::size_t k = 0; k < seen.size(); ++k) {
    some += seen[k];
    expected_some += expected[k];
    left -= expected[k];
    if ((expected_some < 10.0 || left < 10.0) && k + 1 < seen.size()) continue;
    statistic += (some - expected_some) * (some - expected_some) / expected_some;
    ++groups;
    some = expected_some = 0.0;
  }
  return groups < 2 ? 1.0 : detail::chi_squared_tail(statistic, groups - 1);
}

struct BinomialCase {
  double n;
  double p;
};

/// Both ways of drawing, their boundary (a mean of 10), both halves of p.
const std::vector<BinomialCase> binomial_cases{
    {1, .3},       {2, .5},      {5, .9},         {17, .5},      {19, .5},      {20, .5},      {21, .5},
    {30, 1.0 / 3}, {31, .36},    {99, .1},        {100, .1},     {101, .1},     {200, .05},    {205, .95},
    {1000, .3},    {1000, .009}, {1000, .02},     {1000, .999},  {10'000, .98}, {30'000, .25}, {1e9, 9e-9},
    {1e9, 1e-8},   {1e9, 3e-8},  {1e12, 2.5e-10}, {1e15, 5e-16}, {1e15, 1e-14},
};

}  // namespace

TEST_CASE("the height of a binomial law is its probability in units of the normal peak") {
  constexpr double pi = 3.14159265358979323846;
  for (const double n : {1.0, 2.0, 7.0, 25.0, 120.0, 1000.0}) {
    for (const double p : {.5, .4, .1, .003}) {
      CAPTURE(n, p);
      const BinomialLaw law(p, 1.0 - p);
      const double peak = 0.5 * std::log(2.0 * pi * n * p * (1.0 - p));
      double worst = 0.0;
      double sum = 0.0;
      for (double k = 0.0; k <= n; k += 1.0) {
        const double found = law.log_height(n, k) - peak;
        sum += std::exp(found);
        const double exact = log_probability(n, p, k);
        worst = std::max(worst, std::abs(found - exact) / std::max(1.0, std::abs(exact)));
      }
      CHECK(worst < 2e-12);
      CHECK(sum == Catch::Approx(1.0).epsilon(1e-11));
    }
  }
}

TEST_CASE("the height of a law of many trials is the normal one with its skewness, to the digits that are left") {
  for (const double n : {1e12, 1e15, BinomialLaw::most_trials}) {
    for (const double p : {.5, .3, .01}) {
      CAPTURE(n, p);
      const BinomialLaw law(p, 1.0 - p);
      const double mean = n * p;
      const double deviation = std::sqrt(mean * (1.0 - p));
      for (const double z : {-6.0, -1.0, 0.0, .5, 2.0, 6.0}) {
        const double k = std::round(mean + z * deviation);
        const double x = (k - mean) / deviation;
        const double skewed = -x * x / 2 + (1.0 - 2.0 * p) * (x * x * x - 3.0 * x) / (6.0 * deviation);
        CHECK(std::abs(law.log_height(n, k) - skewed) < 1e-6);
      }
    }
  }
}

TEST_CASE("the hat of a binomial law lies over it and the squeeze under it") {
  for (const double mean : {10.0, 10.3, 10.5, 10.9, 11.4, 12.5, 14.0, 17.5, 20.5, 31.0, 57.5, 100.0, 1e3, 1e5, 1e10}) {
    for (const double p : {.5, .47, .35, .2, .1, .02, 1e-5}) {
      const double n = std::ceil(mean / p);
      CAPTURE(n, p);
      const BinomialLaw law(p, 1.0 - p);
      const auto hat = law.hat(n);
      double highest = 0.0;
      bool is_inside = true;
      bool is_squeezed = true;
      for (int i = 1; i < 2000; ++i) {
        const double u = i / 2000.0 - 0.5;
        const double s = 0.5 - std::abs(u);
        const double k = std::floor(n * p + hat.place(u, s) + 0.5);
        const bool is_possible = k >= 0.0 && k <= n;
        is_inside = is_inside && (is_possible || !hat.is_surely_under(1e-9, s));
        if (!is_possible) continue;
        const double share = std::exp(law.log_height(n, k)) / hat.scale(s);
        highest = std::max(highest, share);
        is_squeezed = is_squeezed && !hat.is_surely_under(share + 1e-9, s);
      }
      CHECK(is_inside);
      CHECK(highest <= 1.0);
      CHECK(is_squeezed);
    }
  }
}

TEST_CASE("binomial variates follow their law, drawn by inversion and by rejection") {
  // 24 tests at 1e-6 each: a right sampler fails once in some 40,000 choices of the seed.
  const int draws = 60'000;
  std::uint64_t number = 0;
  for (const auto& [n, p] : binomial_cases) {
    CAPTURE(n, p);
    const BinomialLaw law(p, 1.0 - p);
    const double mean = n * p;
    const double deviation = std::sqrt(mean * (1.0 - p));
    const double low = std::max(0.0, std::floor(mean - 9.0 * deviation - 9.0));
    const double high = std::min(n, std::ceil(mean + 9.0 * deviation + 9.0));
    std::vector<double> seen(static_cast<std::size_t>(high - low) + 1, 0.0);
    std::vector<double> expected(seen.size());
    for (std::size_t k = 0; k < seen.size(); ++k) {
      expected[k] = draws * std::exp(log_probability(n, p, low + static_cast<double>(k)));
    }
    SplitWords words(1234, 0, number++);
    bool is_in_range = true;
    for (int i = 0; i < draws; ++i) {
      const double k = law.draw(n, words);
      is_in_range = is_in_range && k >= low && k <= high && k == std::floor(k);
      if (is_in_range) ++seen[static_cast<std::size_t>(k - low)];
    }
    REQUIRE(is_in_range);
    CHECK(chi_squared_p(seen, expected) > 1e-6);
  }
}

TEST_CASE("binomial variates of very many trials follow the normal law that they are near to") {
  const int draws = 100'000;
  const int cells = 120;  // over ±6 standard deviations
  for (const double n : {1e10, 1e15, BinomialLaw::most_trials}) {
    for (const double p : {.5, .3, .9, 1e-4}) {
      CAPTURE(n, p);
      const BinomialLaw law(p, 1.0 - p);
      const double mean = n * p;
      const double deviation = std::sqrt(mean * (1.0 - p));
      const double skewness = (1.0 - 2.0 * p) / deviation;
      // Edgeworth's first term; the next is of the order of 1 / (n p), which no number of draws here could see.
      const auto cdf = [&](double z) {
        const double density = std::exp(-z * z / 2) / std::sqrt(2.0 * 3.14159265358979323846);
        return normal_cdf(z) - skewness / 6.0 * (z * z - 1.0) * density;
      };
      std::vector<double> seen(cells, 0.0);
      std::vector<double> expected(cells);
      for (int c = 0; c < cells; ++c)
        expected[static_cast<std::size_t>(c)] = draws * (cdf(c / 10.0 - 5.9) - cdf(c / 10.0 - 6.0));
      SplitWords words(99, 7, static_cast<std::uint64_t>(n));
      for (int i = 0; i < draws; ++i) {
        const double z = (law.draw(n, words) - mean) / deviation;
        ++seen[static_cast<std::size_t>(std::clamp(z * 10.0 + 60.0, 0.0, cells - 1.0))];
      }
      CHECK(chi_squared_p(seen, expected) > 1e-6);
    }
  }
}

TEST_CASE("the end of a binomial law is reached by rejection too") {
  // None at all of a mean of 10.5 has the chance exp(-10.5); within 5 standard errors, on both sides.
  const double n = 1e9;
  const int draws = 1'000'000;
  SplitWords words(3, 1, 4);
  const BinomialLaw rare(10.5, n - 10.5);
  const BinomialLaw usual(n - 10.5, 10.5);
  int none = 0;
  for (int i = 0; i < draws / 2; ++i) {
    none += rare.draw(n, words) == 0.0 ? 1 : 0;
    none += usual.draw(n, words) == n ? 1 : 0;
  }
  const double expected = draws * std::exp(-10.5);
  CHECK(std::abs(none - expected) < 5.0 * std::sqrt(expected));
}

TEST_CASE("a binomial law of nobody, of no chance and of certainty needs no luck") {
  SplitWords words(5, 0, 0);
  const BinomialLaw never(0.0, 1.0);
  const BinomialLaw always(1.0, 0.0);
  const BinomialLaw half(1.0, 1.0);
  for (const double n : {0.0, 1.0, 10.0, 1e6, BinomialLaw::most_trials}) {
    for (int i = 0; i < 20; ++i) {
      CHECK(never.draw(n, words) == 0.0);
      CHECK(always.draw(n, words) == n);
    }
  }
  CHECK(half.draw(0.0, words) == 0.0);
}

TEST_CASE("a chance below all rounding still has its mean, on both sides") {
  SplitWords words(6, 0, 0);
  const double churn = 1e-12;
  double leaving = 0.0;
  double staying = 0.0;
  for (int i = 0; i < 2000; ++i) {
    leaving += BinomialLaw(churn, 1.0).draw(4e12, words);
    staying += 4e12 - BinomialLaw(1.0, churn).draw(4e12, words);
  }
  CHECK(std::abs(leaving - 8000.0) < 5.0 * std::sqrt(8000.0));
  CHECK(std::abs(staying - 8000.0) < 5.0 * std::sqrt(8000.0));
}
