#include "sojourn/market/offspring_fit.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "market/word_of_mouth_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("the law of newcomers is found again, and a Bernoulli law is impossible where one brought two") {
  Dice dice(15);
  for (const OffspringLaw law : {OffspringLaw::poisson, OffspringLaw::bernoulli, OffspringLaw::geometric}) {
    CountMatrix table = CountMatrix::Zero(1, 60);
    const double mean = 0.6;
    for (int i = 0; i < 4'000; ++i) {
      Index k = 0;
      switch (law) {
        case OffspringLaw::poisson:
          k = poisson(dice, mean);
          break;
        case OffspringLaw::bernoulli:
          k = dice.uniform() < mean ? 1 : 0;
          break;
        case OffspringLaw::geometric:
          while (dice.uniform() < mean / (1.0 + mean)) ++k;
          break;
      }
      ++table(0, k);
    }
    const OffspringFit fit = offspring_law(table);
    CHECK(fit.best == law);
    CHECK(fit.can_tell());
    CHECK(fit.mean == Catch::Approx(mean).margin(0.08));
    CHECK(fit.candidates.size() == 6);
    CHECK(fit.candidates[2].log_likelihood.has_value() == (law == OffspringLaw::bernoulli));
  }
}

TEST_CASE("likelihoods of the laws are the products of their chances") {
  CountMatrix table(2, 3);
  table << 5, 2, 1, 8, 0, 0;
  const OffspringFit fit = offspring_law(table);
  const double m = 4.0 / 16.0;
  const double each = 4.0 / 8.0;
  const double poisson_common = 4.0 * std::log(m) - 16.0 * m - std::log(2.0);
  const double poisson_each = 4.0 * std::log(each) - 8.0 * each - std::log(2.0);
  const double geometric_common = 4.0 * std::log(m / (1.0 + m)) - 16.0 * std::log(1.0 + m);
  CHECK(*fit.candidates[0].log_likelihood == Catch::Approx(poisson_common).epsilon(1e-12));
  CHECK(*fit.candidates[1].log_likelihood == Catch::Approx(poisson_each).epsilon(1e-12));
  CHECK(*fit.candidates[4].log_likelihood == Catch::Approx(geometric_common).epsilon(1e-12));
  CHECK(*fit.candidates[1].criterion == Catch::Approx(4.0 - 2.0 * poisson_each).epsilon(1e-12));
  CHECK_FALSE(fit.candidates[2].log_likelihood.has_value());
  CHECK(fit.most == 2);
  CHECK(fit.customer_periods == 16);
}

TEST_CASE("too few newcomers cannot tell the laws apart, and none at all neither") {
  CountMatrix table(1, 2);
  table << 500, 3;
  CHECK_FALSE(offspring_law(table).can_tell());
  CHECK_THAT(offspring_law(table).sentence(), Catch::Matchers::ContainsSubstring("cannot tell"));
  table << 500, 0;
  CHECK_FALSE(offspring_law(table).can_tell());
  CHECK(offspring_law(table).difference == 0.0);
  table << 0, 500;  // everyone brings just one
  CHECK(offspring_law(table).best == OffspringLaw::bernoulli);
  CHECK(offspring_law(table).can_tell());
  check_refused<std::domain_error>([] { offspring_law(CountMatrix(CountMatrix::Zero(2, 3))); }, {"no customer-period"});
  table << 3, -1;
  check_refused<std::invalid_argument>([&] { offspring_law(table); }, {"-1", "1 newcomers"});
}
