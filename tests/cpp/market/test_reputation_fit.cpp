#include "sojourn/market/reputation_fit.hpp"

#include <cmath>
#include <stdexcept>

#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

double log_odds(double p) {
  return std::log(p / (1.0 - p));
}

Index binomial(Dice& dice, Index n, double p) {
  Index k = 0;
  for (Index i = 0; i < n; ++i) k += dice.uniform() < p ? 1 : 0;
  return k;
}

/// Searchers of `n_periods` periods who follow a law; `spread` adds noise of a period to the log-odds (its standard deviation).
ReputationPeriods simulated(Dice& dice, Index n_periods, Index searchers, double sensitivity, double spread = 0.0) {
  const ReputationLaw law{.sensitivity = sensitivity, .reference = 0.5};
  ReputationPeriods out{.searchers = Vector::Constant(n_periods, static_cast<double>(searchers)),
                        .conversions = Vector::Zero(n_periods),
                        .reputation = Vector::Zero(n_periods)};
  for (Index t = 0; t < n_periods; ++t) {
    out.reputation[t] = dice.uniform(0.3, 0.9);
    double p = go_on_probability(law, 0.3, out.reputation[t]);
    // Two equal jumps up or down have the standard deviation `spread`.
    const double odds = log_odds(p) + (dice.uniform() < 0.5 ? -spread : spread);
    p = 1.0 / (1.0 + std::exp(-odds));
    out.conversions[t] = static_cast<double>(binomial(dice, searchers, p));
  }
  return out;
}

}  // namespace

TEST_CASE("two periods are fitted exactly") {
  const ReputationFit fit = fit_reputation(
      {.searchers = numbers({100, 200}), .conversions = numbers({20, 100}), .reputation = numbers({0.4, 0.8})},
      {.reference = 0.4});
  CHECK(fit.law.sensitivity == Catch::Approx((log_odds(0.5) - log_odds(0.2)) / 0.4).epsilon(1e-10));
  CHECK(fit.probability == Catch::Approx(0.2).epsilon(1e-10));
  CHECK(fit.deviance == Catch::Approx(0.0).margin(1e-9));
  // The variance of a log-odds is 1 / (n p (1 - p)).
  CHECK(fit.standard_error == Catch::Approx(std::sqrt(1.0 / 16.0 + 1.0 / 50.0) / 0.4).epsilon(1e-8));
  CHECK(fit.log_odds_error == Catch::Approx(0.25).epsilon(1e-8));
  CHECK(fit.degrees_of_freedom == 0);
  CHECK_FALSE(fit.is_overdispersed);
  CHECK(fit.p_value < 1e-4);
}

TEST_CASE("the estimate solves the likelihood equations and does not depend on the reference") {
  Dice dice(3);
  for (int turn = 0; turn < 40; ++turn) {
    const ReputationPeriods periods = simulated(dice, dice.integer(3, 30), 60, dice.uniform(-4.0, 4.0));
    const ReputationFit fit = fit_reputation(periods);
    double level = 0.0;
    double slope = 0.0;
    for (Index t = 0; t < periods.searchers.size(); ++t) {
      const double p = go_on_probability(fit.law, fit.probability, periods.reputation[t]);
      level += periods.conversions[t] - periods.searchers[t] * p;
      slope += (periods.conversions[t] - periods.searchers[t] * p) * periods.reputation[t];
    }
    CHECK(std::abs(level) < 1e-7);
    CHECK(std::abs(slope) < 1e-7);
    CHECK(fit.deviance <= fit.null_deviance);
    const ReputationFit other = fit_reputation(periods, {.reference = 0.2});
    CHECK(other.law.sensitivity == Catch::Approx(fit.law.sensitivity).epsilon(1e-9));
    CHECK(other.probability == Catch::Approx(go_on_probability(fit.law, fit.probability, 0.2)).epsilon(1e-9));
  }
}

TEST_CASE("turning good into bad turns the sign of the sensitivity") {
  Dice dice(4);
  ReputationPeriods periods = simulated(dice, 12, 80, 2.0);
  const double sensitivity = fit_reputation(periods).law.sensitivity;
  periods.reputation = 1.0 - periods.reputation.array();
  CHECK(fit_reputation(periods).law.sensitivity == Catch::Approx(-sensitivity).epsilon(1e-9));
}

TEST_CASE("a period split in two gives the same estimate and error") {
  const ReputationFit whole = fit_reputation({.searchers = numbers({100, 80, 60}),
                                              .conversions = numbers({20, 32, 33}),
                                              .reputation = numbers({0.3, 0.5, 0.8})});
  const ReputationFit split = fit_reputation({.searchers = numbers({60, 40, 80, 0, 60}),
                                              .conversions = numbers({12, 8, 32, 0, 33}),
                                              .reputation = numbers({0.3, 0.3, 0.5, 0.9, 0.8})});
  CHECK(split.law.sensitivity == Catch::Approx(whole.law.sensitivity).epsilon(1e-10));
  CHECK(split.standard_error == Catch::Approx(whole.standard_error).epsilon(1e-9));
  CHECK(split.n_periods == 4);  // the one without searchers tells nothing
  CHECK(split.highest_reputation == 0.8);
}

TEST_CASE("good and bad experiences give the reputation by the law") {
  const Vector good = numbers({5, 3, 9, 1, 6, 2});
  const Vector bad = numbers({1, 4, 2, 6, 1, 3});
  const ReputationFitOptions options{.retention = 0.6, .prior_good = 2.0, .prior_bad = 3.0};
  ReputationPeriods periods{.searchers = Vector::Constant(6, 50.0), .conversions = numbers({10, 18, 12, 20, 9, 14})};
  periods.good = good;
  periods.bad = bad;
  const ReputationFit by_counts = fit_reputation(periods, options);
  periods.good = periods.bad = Vector();
  periods.reputation = reputation_path({.retention = 0.6, .prior_good = 2.0, .prior_bad = 3.0}, good, bad);
  const ReputationFit by_share = fit_reputation(periods);
  CHECK(by_counts.law.sensitivity == by_share.law.sensitivity);
  CHECK(by_counts.law.retention == 0.6);
  CHECK(by_counts.law.prior_bad == 3.0);
}

TEST_CASE("intervals cover the truth as often as they say") {
  // 1,000 seeds at level 0.9: a share outside 0.9 ± 0.035 comes up once in 4,500 (3.7 standard errors).
  Dice dice(5);
  int sensitivity = 0;
  int probability = 0;
  constexpr int n = 1'000;
  for (int turn = 0; turn < n; ++turn) {
    const ReputationFit fit = fit_reputation(simulated(dice, 12, 80, 1.5), {.reference = 0.5});
    const NumberInterval about_sensitivity = fit.sensitivity_interval(0.9);
    const NumberInterval about_probability = fit.probability_interval(0.9);
    sensitivity += about_sensitivity.lower < 1.5 && 1.5 < about_sensitivity.upper ? 1 : 0;
    probability += about_probability.lower < 0.3 && 0.3 < about_probability.upper ? 1 : 0;
  }
  CHECK(std::abs(sensitivity / double{n} - 0.9) < 0.035);
  CHECK(std::abs(probability / double{n} - 0.9) < 0.035);
}

TEST_CASE("without an effect the test says so 95 times in 100") {
  // 1,000 seeds: a share outside 0.05 ± 0.026 comes up once in 6,000 (3.8 standard errors).
  Dice dice(6);
  int found = 0;
  for (int turn = 0; turn < 1'000; ++turn) found += fit_reputation(simulated(dice, 12, 80, 0.0)).can_tell() ? 1 : 0;
  CHECK(std::abs(found / 1'000.0 - 0.05) < 0.026);
}

TEST_CASE("noise of whole periods is found, and widens the intervals to the right cover") {
  // 1,000 seeds at level 0.9, likewise.
  Dice dice(7);
  int covered = 0;
  int found = 0;
  for (int turn = 0; turn < 1'000; ++turn) {
    const ReputationFit fit = fit_reputation(simulated(dice, 20, 400, 1.5, 0.4));
    const NumberInterval ends = fit.sensitivity_interval(0.9);
    covered += ends.lower < 1.5 && 1.5 < ends.upper ? 1 : 0;
    found += fit.is_overdispersed ? 1 : 0;
  }
  CHECK(found == 1'000);
  CHECK(std::abs(covered / 1'000.0 - 0.9) < 0.035);
}

TEST_CASE("where conversions vary too much, intervals are those of Student's law") {
  const ReputationFit fit = fit_reputation({.searchers = numbers({1000, 1000, 1000}),
                                            .conversions = numbers({100, 700, 300}),
                                            .reputation = numbers({0.3, 0.5, 0.7})});
  CHECK(fit.is_overdispersed);
  const NumberInterval ends = fit.sensitivity_interval(0.9);
  CHECK((ends.upper - ends.lower) / (2.0 * fit.standard_error) == Catch::Approx(6.313751514675043).epsilon(1e-9));
  CHECK_FALSE(fit.can_tell());
}

TEST_CASE("a sensitivity that the data are said to tell from 0 is told four times in five") {
  // 600 seeds: a share outside 0.8 ± 0.06 comes up once in 4,000.
  Dice dice(8);
  const double detectable = fit_reputation(simulated(dice, 200, 80, 0.0)).detectable_sensitivity() * std::sqrt(10.0);
  int told = 0;
  for (int turn = 0; turn < 600; ++turn) {
    told += fit_reputation(simulated(dice, 20, 80, detectable)).can_tell() ? 1 : 0;
  }
  CHECK(std::abs(told / 600.0 - 0.8) < 0.06);
}

TEST_CASE("the notes say what the data cannot tell") {
  Dice dice(9);
  const auto said = [](const ReputationFit& fit) {
    std::string all;
    for (const std::string& note : fit.notes()) all += note + '\n';
    return all;
  };
  using Catch::Matchers::ContainsSubstring;
  ReputationPeriods periods{.searchers = Vector::Constant(4, 100.0),
                            .conversions = numbers({40, 42, 41, 39}),
                            .reputation = numbers({0.61, 0.62, 0.63, 0.64})};
  CHECK_THAT(said(fit_reputation(periods)), ContainsSubstring("cannot tell") && ContainsSubstring("hardly varies"));
  CHECK_THAT(said(fit_reputation(periods, {.reference = 0.2})), ContainsSubstring("outside the reputations seen"));
  const std::string clear = said(fit_reputation(simulated(dice, 30, 300, 3.0)));
  CHECK_THAT(clear, !ContainsSubstring("cannot tell") && !ContainsSubstring("hardly varies"));
  CHECK_THAT(said(fit_reputation(simulated(dice, 20, 400, 1.5, 0.6))), ContainsSubstring("times as much"));
}

TEST_CASE("periods that reputation separates are refused by name") {
  const auto fit = [](const std::vector<double>& conversions) {
    return [=] {
      fit_reputation({.searchers = numbers({10, 10, 10, 10}),
                      .conversions = numbers(conversions),
                      .reputation = numbers({0.2, 0.4, 0.6, 0.8})});
    };
  };
  check_refused<std::domain_error>(fit({0, 0, 10, 10}), {"separates", "below it none went on", "0.6"});
  check_refused<std::domain_error>(fit({10, 10, 0, 0}), {"separates", "below it all went on", "0.6"});
  check_refused<std::domain_error>(fit({0, 0, 5, 10}), {"separates"});  // they touch in one period only
  check_refused<std::domain_error>(fit({0, 0, 0, 0}), {"none of 40 searchers"});
  check_refused<std::domain_error>(fit({10, 10, 10, 10}), {"all of 40 searchers"});
  CHECK_NOTHROW(fit({0, 1, 5, 10})());
}

TEST_CASE("columns that contradict each other are refused by name") {
  const auto refused = [](const ReputationPeriods& periods, std::initializer_list<std::string_view> words) {
    check_refused<std::invalid_argument>([&] { fit_reputation(periods); }, words);
  };
  const Vector n = numbers({10, 10});
  const Vector k = numbers({3, 5});
  const Vector rho = numbers({0.4, 0.6});
  refused({}, {"searchers", "no periods"});
  refused({.searchers = n, .conversions = numbers({3}), .reputation = rho}, {"conversions", "1 period"});
  refused({.searchers = n, .conversions = k}, {"reputation", "missing"});
  refused({.searchers = n, .conversions = k, .reputation = rho, .good = rho, .bad = rho}, {"either"});
  refused({.searchers = n, .conversions = k, .good = rho}, {"bad"});
  refused({.searchers = n, .conversions = numbers({3, 11}), .reputation = rho}, {"conversions", "period 1", "11"});
  refused({.searchers = numbers({10, -1}), .conversions = k, .reputation = rho}, {"searchers", "period 1"});
  refused({.searchers = numbers({10, 9.5}), .conversions = k, .reputation = rho}, {"searchers", "whole"});
  refused({.searchers = n, .conversions = numbers({3, not_a_number}), .reputation = rho}, {"conversions"});
  refused({.searchers = n, .conversions = k, .reputation = numbers({0.4, 1.2})}, {"reputation", "period 1", "[0, 1]"});
  check_refused<std::invalid_argument>(
      [&] { fit_reputation({.searchers = n, .conversions = k, .reputation = rho}, {.reference = 2.0}); },
      {"reference"});
  check_refused<std::domain_error>(
      [&] { fit_reputation({.searchers = n, .conversions = k, .reputation = numbers({0.5, 0.5})}); },
      {"0.5 in every period"});
  check_refused<std::domain_error>(
      [&] { fit_reputation({.searchers = numbers({10, 0}), .conversions = numbers({4, 0}), .reputation = rho}); },
      {"only 1 period"});
  const ReputationFit fit = fit_reputation({.searchers = n, .conversions = k, .reputation = rho});
  check_refused<std::invalid_argument>([&] { fit.sensitivity_interval(1.0); }, {"level"});
  check_refused<std::invalid_argument>([&] { fit.can_tell(0.0); }, {"level"});
}
