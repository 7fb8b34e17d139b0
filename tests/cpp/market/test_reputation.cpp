#include "sojourn/market/reputation.hpp"

#include <cmath>
#include <stdexcept>

#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

double log_odds(double p) {
  return std::log(p / (1.0 - p));
}

}  // namespace

TEST_CASE("a reputation is the share of good experiences, those to begin with included") {
  const ReputationLaw law{.prior_good = 3.0, .prior_bad = 1.0};
  CHECK(reputation(law, 0.0, 0.0) == 0.75);
  CHECK(reputation(law, 5.0, 1.0) == Catch::Approx(0.8).epsilon(1e-15));
  CHECK(reputation(law, 1e308, 1e308) == Catch::Approx(0.5).epsilon(1e-12));
  CHECK(reputation(law, 0.0, 1e9) > 0.0);
}

TEST_CASE("more good experiences raise a reputation and more bad ones lower it") {
  Dice dice(1);
  for (int turn = 0; turn < 200; ++turn) {
    const ReputationLaw law{.prior_good = dice.uniform(0.1, 5.0), .prior_bad = dice.uniform(0.1, 5.0)};
    const double good = dice.uniform(0.0, 100.0);
    const double bad = dice.uniform(0.0, 100.0);
    const double rho = reputation(law, good, bad);
    CHECK(rho > 0.0);
    CHECK(rho < 1.0);
    CHECK(reputation(law, good + 1.0, bad) > rho);
    CHECK(reputation(law, good, bad + 1.0) < rho);
  }
}

TEST_CASE("the chance to go on is the chain's own at the reference and moves by the sensitivity in log-odds") {
  Dice dice(2);
  for (int turn = 0; turn < 200; ++turn) {
    const ReputationLaw law{.sensitivity = dice.uniform(-6.0, 6.0), .reference = dice.uniform()};
    const double p0 = dice.uniform(0.01, 0.99);
    const double rho = dice.uniform();
    CHECK(go_on_probability(law, p0, law.reference) == Catch::Approx(p0).epsilon(1e-14));
    const double p = go_on_probability(law, p0, rho);
    CHECK(log_odds(p) - log_odds(p0) == Catch::Approx(law.sensitivity * (rho - law.reference)).margin(1e-11));
  }
}

TEST_CASE("a sure move and an impossible one stay so at any reputation") {
  const ReputationLaw law{.sensitivity = 1e6};
  CHECK(go_on_probability(law, 0.0, 1.0) == 0.0);
  CHECK(go_on_probability(law, 1.0, 0.0) == 1.0);
  CHECK(go_on_probability(law, 0.4, 1.0) == 1.0);
  CHECK(go_on_probability(law, 0.4, 0.0) == 0.0);
}

TEST_CASE("experiences act from the period after, and fade") {
  const ReputationLaw law{.retention = 0.5, .prior_good = 1.0, .prior_bad = 1.0};
  const Vector met = reputation_path(law, numbers({2, 0, 0, 8}), numbers({0, 4, 0, 0}));
  CHECK(met[0] == 0.5);                                              // nothing shared yet
  CHECK(met[1] == Catch::Approx(3.0 / 4.0).epsilon(1e-15));          // G = 2, B = 0
  CHECK(met[2] == Catch::Approx(2.0 / (2.0 + 5.0)).epsilon(1e-15));  // G = 1, B = 4
  CHECK(met[3] == Catch::Approx(1.5 / (1.5 + 3.0)).epsilon(1e-15));  // G = 0.5, B = 2; the last eight act later
}

TEST_CASE("a reputation law outside its range is refused with the way out") {
  const auto law = [](const ReputationLaw& given) { return [given] { check_reputation_law(given); }; };
  check_refused<std::invalid_argument>(law({.retention = 1.0}), {"retention", "[0, 1)", "found 1"});
  check_refused<std::invalid_argument>(law({.retention = -0.1}), {"retention"});
  check_refused<std::invalid_argument>(law({.retention = not_a_number}), {"retention", "nan"});
  check_refused<std::invalid_argument>(law({.prior_good = 0.0}), {"prior_good", "above 0"});
  check_refused<std::invalid_argument>(law({.prior_bad = -1.0}), {"prior_bad"});
  check_refused<std::invalid_argument>(law({.prior_bad = infinity}), {"prior_bad"});
  check_refused<std::invalid_argument>(law({.sensitivity = infinity}), {"sensitivity", "finite"});
  check_refused<std::invalid_argument>(law({.reference = 1.5}), {"reference", "[0, 1]"});
  const ReputationLaw good;
  check_refused<std::invalid_argument>([&] { reputation(good, -1.0, 0.0); }, {"good", "-1"});
  check_refused<std::invalid_argument>([&] { reputation(good, 0.0, infinity); }, {"bad", "inf"});
  check_refused<std::invalid_argument>([&] { go_on_probability(good, 1.1, 0.5); }, {"probability", "1.1"});
  check_refused<std::invalid_argument>([&] { go_on_probability(good, 0.5, not_a_number); }, {"reputation", "nan"});
  check_refused<std::invalid_argument>([&] { reputation_path(good, numbers({1, -2}), numbers({0, 0})); },
                                       {"good", "period 1"});
  check_refused<std::invalid_argument>([&] { reputation_path(good, numbers({1}), numbers({0, 0})); },
                                       {"bad", "2 periods"});
}
