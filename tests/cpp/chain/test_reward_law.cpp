#include "sojourn/chain/reward_law.hpp"

#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/lognormal.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>

#include "chain/reward_words.hpp"
#include "support/elementary.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

/// How many units in the last place `x` is off.
double ulps(double x, long double exact) {
  const double near = std::abs(static_cast<double>(exact));
  const double unit = std::nextafter(near, infinity) - near;
  return static_cast<double>(std::abs(static_cast<long double>(x) - exact)) / unit;
}

std::vector<RewardLaw> laws() {
  return {RewardLaw::fixed(-3.5),
          RewardLaw::lognormal(20.0, 5.0),
          RewardLaw::lognormal(20.0, 60.0),
          RewardLaw::gamma(20.0, 5.0),
          RewardLaw::gamma(20.0, 20.0),
          RewardLaw::gamma(20.0, 45.0),
          RewardLaw::empirical({5, -2, 9, 9, 40})};
}

std::vector<double> draws(const RewardLaw& law, std::int64_t customers, std::uint64_t seed) {
  std::vector<double> result;
  for (std::int64_t c = 0; c < customers; ++c) result.push_back(law.draw(seed, c, 3));
  return result;
}

/// The largest distance between the share of draws below an amount and its probability.
template <class Law>
double kolmogorov(std::vector<double> x, const Law& law) {
  std::sort(x.begin(), x.end());
  const auto n = static_cast<double>(x.size());
  double largest = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double p = cdf(law, x[i]);
    largest =
        std::max({largest, std::abs(p - static_cast<double>(i) / n), std::abs(p - static_cast<double>(i + 1) / n)});
  }
  return largest;
}

}  // namespace

TEST_CASE("exp and log of our own are within one unit in the last place") {
  Dice dice(1);
  double worst_exponential = 0.0;
  double worst_logarithm = 0.0;
  for (int i = 0; i < 100'000; ++i) {
    for (const double range : {1.0, 30.0, 700.0}) {
      const double x = dice.uniform(-range, range);
      worst_exponential =
          std::max(worst_exponential, ulps(detail::exponential(x), std::exp(static_cast<long double>(x))));
      const double y = std::exp(x);
      if (y != 1.0)
        worst_logarithm = std::max(worst_logarithm, ulps(detail::logarithm(y), std::log(static_cast<long double>(y))));
    }
  }
  CHECK(worst_exponential < 1.0);
  CHECK(worst_logarithm < 1.0);
}

TEST_CASE("exp and log of our own know the ends of their range") {
  CHECK(detail::exponential(0.0) == 1.0);
  CHECK(ulps(detail::exponential(1.0), std::exp(1.0L)) < 1.0);
  CHECK(detail::exponential(710.0) == infinity);
  CHECK(detail::exponential(-750.0) == 0.0);
  CHECK(detail::exponential(-740.0) == Catch::Approx(std::exp(-740.0)).epsilon(1e-2));
  CHECK(detail::exponential(709.7) == Catch::Approx(std::exp(709.7)).epsilon(1e-15));
  CHECK(detail::logarithm(1.0) == 0.0);
  CHECK(detail::logarithm(5e-324) == Catch::Approx(std::log(5e-324)).epsilon(1e-15));
  CHECK(detail::logarithm(1.7976931348623157e308) == Catch::Approx(709.782712893384).epsilon(1e-15));
  CHECK(detail::logarithm_of_one_plus(1e-20) == 1e-20);
  CHECK(detail::logarithm_of_one_plus(1e-7) == Catch::Approx(std::log1p(1e-7)).epsilon(1e-14));
}

TEST_CASE("the normal quantile agrees with the one of Boost, far into the tail") {
  Dice dice(2);
  for (int i = 0; i < 5'000; ++i) {
    const double p = std::exp(dice.uniform(-38.0, -0.6931472));
    const double expected = -std::sqrt(2.0) * boost::math::erfc_inv(2.0 * p);
    REQUIRE(detail::lower_normal_quantile(p) == Catch::Approx(expected).epsilon(5e-15).margin(1e-15));
  }
}

TEST_CASE("the complement of random bits gives the normal number of the other sign") {
  Dice dice(3);
  double last = -9.0;
  for (std::uint64_t word = 0; word < std::numeric_limits<std::uint64_t>::max() - (std::uint64_t{1} << 55);
       word += std::uint64_t{1} << 54) {
    const double z = detail::normal_of(word);
    CHECK(detail::normal_of(~word) == -z);
    CHECK(z >= last);
    last = z;
  }
  CHECK(std::abs(detail::normal_of(0)) < 8.4);
}

TEST_CASE("a reward law says its moments and what it is") {
  CHECK(RewardLaw::fixed(7.5).mean() == 7.5);
  CHECK(RewardLaw::fixed(7.5).standard_deviation() == 0.0);
  const RewardLaw lognormal = RewardLaw::lognormal(20.0, 5.0);
  CHECK(lognormal.mean() == 20.0);
  CHECK(lognormal.standard_deviation() == 5.0);
  const RewardLaw observed = RewardLaw::empirical({4.0, 1.0, 1.0});
  CHECK(observed.mean() == 2.0);
  CHECK(observed.standard_deviation() == Catch::Approx(std::sqrt(2.0)));
  CHECK(std::vector<double>(observed.values().begin(), observed.values().end()) == std::vector<double>{1, 1, 4});
  CHECK(RewardLaw::gamma(1.0, 2.0).values().empty());

  CHECK(RewardLaw::fixed(-2.0).describe() == "fixed -2");
  CHECK(lognormal.describe() == "lognormal (mean 20, standard deviation 5)");
  CHECK(observed.describe() == "one of 3 observed amounts (mean 2, standard deviation 1.41421)");
  CHECK(lognormal == RewardLaw::lognormal(20.0, 5.0));
  CHECK_FALSE(lognormal == RewardLaw::gamma(20.0, 5.0));
  CHECK_FALSE(observed == RewardLaw::empirical({4.0, 1.0, 1.0, 1.0}));
}

TEST_CASE("a draw is a function of seed, customer and period") {
  for (const RewardLaw& law : laws()) {
    CHECK(law.draw(1, 2, 3) == law.draw(1, 2, 3));
    if (law.standard_deviation() == 0.0) continue;
    const auto differ = [&](std::uint64_t seed, std::int64_t customer, std::int64_t period) {
      int n = 0;
      for (std::int64_t c = 0; c < 50; ++c) n += law.draw(1, c, 3) != law.draw(seed, c + customer, 3 + period);
      return n > 10;
    };
    CHECK(differ(2, 0, 0));
    CHECK(differ(1, 1, 0));
    CHECK(differ(1, std::int64_t{1} << 40, 0));
    CHECK(differ(1, 0, 1));
  }
}

// Bits promised to be the same on every machine.
TEST_CASE("draws have the bits they always had") {
  CHECK(RewardLaw::lognormal(20.0, 5.0).draw(1, 2, 3) == 0x1.984b0d61c5526p+4);
  CHECK(RewardLaw::gamma(20.0, 5.0).draw(1, 2, 3) == 0x1.99ee8668ed83cp+4);
  CHECK(RewardLaw::gamma(20.0, 45.0).draw(1, 2, 3) == 0x1.1cbc05b29674p+5);
  CHECK(RewardLaw::empirical({1, 2, 3, 4, 5, 6, 7, 8, 9}).draw(1, 2, 3) == 8.0);
}

// Kolmogorov's statistic times √n exceeds 2.9 once in 1e7.
TEST_CASE("draws of a lognormal and a gamma law follow it") {
  const double root_n = std::sqrt(40'000.0);
  for (const auto& [mean, spread] : std::vector<std::pair<double, double>>{{20, 5}, {20, 20}, {20, 45}, {3, .01}}) {
    const double variance = std::log(1.0 + spread * spread / mean / mean);
    const boost::math::lognormal_distribution<> lognormal(std::log(mean) - .5 * variance, std::sqrt(variance));
    CHECK(root_n * kolmogorov(draws(RewardLaw::lognormal(mean, spread), 40'000, 5), lognormal) < 2.9);
    const boost::math::gamma_distribution<> gamma(mean * mean / spread / spread, spread * spread / mean);
    CHECK(root_n * kolmogorov(draws(RewardLaw::gamma(mean, spread), 40'000, 6), gamma) < 2.9);
  }
}

// Means are within 5 standard errors: by chance not once in 1e6 each.
TEST_CASE("draws of every law have its mean and standard deviation") {
  for (const RewardLaw& law : laws()) {
    const std::vector<double> x = draws(law, 40'000, 9);
    double sum = 0.0;
    double squares = 0.0;
    double fourths = 0.0;
    for (const double amount : x) {
      const double off = amount - law.mean();
      sum += off;
      squares += off * off;
      fourths += off * off * off * off;
    }
    const auto n = static_cast<double>(x.size());
    const double variance = law.standard_deviation() * law.standard_deviation();
    CHECK(std::abs(sum / n) <= 5.0 * law.standard_deviation() / std::sqrt(n));
    CHECK(std::abs(squares / n - variance) <= 5.0 * std::sqrt(fourths) / n);
  }
}

TEST_CASE("mirrored draws fall where plain ones rise, and follow the same law") {
  for (const RewardLaw& law : laws()) {
    if (law.standard_deviation() == 0.0) continue;
    double product = 0.0;
    double sum = 0.0;
    const int n = 20'000;
    for (std::uint64_t c = 0; c < n; ++c) {
      const double plain = detail::RewardWords(1, c, false).draw(law, 0) - law.mean();
      const double mirrored = detail::RewardWords(1, c, true).draw(law, 0) - law.mean();
      product += plain * mirrored;
      sum += mirrored;
    }
    CHECK(product < 0.0);
    CHECK(std::abs(sum / n) < 5.0 * law.standard_deviation() / std::sqrt(static_cast<double>(n)));
  }
}

TEST_CASE("observed amounts are drawn equally often") {
  std::vector<double> amounts;
  for (int i = 0; i < 7; ++i) amounts.push_back(i);
  const RewardLaw law = RewardLaw::empirical(amounts);
  std::vector<double> count(7, 0.0);
  const int n = 70'000;
  for (int c = 0; c < n; ++c) count[static_cast<std::size_t>(law.draw(4, c, 0))] += 1.0;
  double statistic = 0.0;
  for (const double k : count) statistic += (k - n / 7.0) * (k - n / 7.0) / (n / 7.0);
  CHECK(statistic < 44.0);  // 6 degrees of freedom, 1 - 1e-7
}

TEST_CASE("a law that cannot be is refused with the argument and the amount") {
  const auto refuse = [](auto call, std::initializer_list<std::string_view> words) {
    check_refused<std::invalid_argument>(call, words);
  };
  refuse([] { RewardLaw::fixed(not_a_number); }, {"fixed", "amount", "nan"});
  refuse([] { RewardLaw::fixed(infinity); }, {"fixed", "amount", "inf"});
  refuse([] { RewardLaw::lognormal(0.0, 1.0); }, {"lognormal", "mean", "above 0", "found 0"});
  refuse([] { RewardLaw::lognormal(-3.0, 1.0); }, {"lognormal", "mean", "-3", "empirical"});
  refuse([] { RewardLaw::gamma(3.0, -1.0); }, {"gamma", "standard_deviation", "-1"});
  refuse([] { RewardLaw::gamma(3.0, not_a_number); }, {"gamma", "standard_deviation", "nan"});
  refuse([] { RewardLaw::gamma(3.0, 1e9); }, {"gamma", "a million times", "1000000000"});
  refuse([] { RewardLaw::lognormal(3.0, 1e-9); }, {"lognormal", "a millionth"});
  refuse([] { RewardLaw::empirical({}); }, {"empirical", "at least one"});
  refuse([] { RewardLaw::empirical({1.0, not_a_number}); }, {"empirical", "values[1]", "nan"});
  refuse([] { (void)RewardLaw::gamma(3.0, 1.0).draw(0, -1, 0); }, {"customer", "-1"});
  refuse([] { (void)RewardLaw::gamma(3.0, 1.0).draw(0, 0, -1); }, {"period", "-1"});
  refuse([] { (void)RewardLaw::gamma(3.0, 1.0).draw(0, 0, 10'000'000); }, {"period", "10000000"});
}

TEST_CASE("a law without spread always draws its mean") {
  CHECK(RewardLaw::lognormal(3.0, 0.0).draw(1, 2, 3) == 3.0);
  CHECK(RewardLaw::gamma(3.0, 0.0).draw(1, 2, 3) == 3.0);
  CHECK(RewardLaw::empirical({3.0, 3.0}).draw(1, 2, 3) == 3.0);
}

TEST_CASE("laws at the ends of what is allowed draw finite amounts") {
  for (const double ratio : {2e-6, 1e-3, 1e3, 9e5}) {
    for (const double mean : {1e-100, 1.0, 1e90}) {
      for (std::int64_t c = 0; c < 200; ++c) {
        CHECK(std::isfinite(RewardLaw::lognormal(mean, ratio * mean).draw(1, c, 0)));
        const double amount = RewardLaw::gamma(mean, ratio * mean).draw(1, c, 0);
        CHECK(std::isfinite(amount));
        CHECK(amount >= 0.0);
      }
    }
  }
}
