#include "sojourn/market/referral_rates.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "market/word_of_mouth_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

StateRates rates_of(const std::vector<std::int64_t>& referrals, const std::vector<std::int64_t>& periods,
                    const RateOptions& options = {}) {
  return referral_rates(letters(static_cast<Index>(referrals.size())), Period::months(1), whole_numbers(referrals),
                        whole_numbers(periods), options);
}

}  // namespace

TEST_CASE("a rate is the mean of its Gamma law: events and the prior's over customer-periods and the prior's") {
  const StateRates rates = rates_of({3, 0, 0}, {10, 40, 0}, {.prior_shape = 2.0, .prior_periods = 5.0});
  CHECK(rates.mean()["a"] == Catch::Approx(5.0 / 15.0).epsilon(1e-15));
  CHECK(rates.mean()["b"] == Catch::Approx(2.0 / 45.0).epsilon(1e-15));
  CHECK(rates.mean()["c"] == 0.0);  // an exit
  CHECK(rates.standard_error()["a"] == Catch::Approx(std::sqrt(5.0) / 15.0).epsilon(1e-15));
  CHECK(rates_of({3, 0, 0}, {10, 40, 0}).mean()["a"] == Catch::Approx(3.5 / 10.0).epsilon(1e-15));
}

TEST_CASE("the interval of a rate of shape 1 is that of an exponential law") {
  const RateInterval ends = rates_of({0, 0}, {8, 0}, {.prior_shape = 1.0}).interval(0.9);
  CHECK(ends.lower["a"] == Catch::Approx(-std::log(0.95) / 8.0).epsilon(1e-12));
  CHECK(ends.upper["a"] == Catch::Approx(-std::log(0.05) / 8.0).epsilon(1e-12));
  CHECK(ends.lower["b"] == 0.0);
  CHECK(ends.upper["b"] == 0.0);
}

TEST_CASE("draws of rates have the mean, spread and quantiles of their Gamma laws") {
  const StateRates rates = rates_of({3, 0, 250, 0}, {10, 40, 1'000, 0});
  constexpr Index n = 20'000;
  const Matrix drawn = rates.draws(n, 7);
  const RateInterval ends = rates.interval(0.8);
  for (Index i = 0; i < 3; ++i) {
    const double mean = drawn.col(i).mean();
    const double error = rates.standard_error().at(i) / std::sqrt(double{n});
    CHECK(std::abs(mean - rates.mean().at(i)) < 4.5 * error);  // once in 150,000
    const double below = static_cast<double>((drawn.col(i).array() < ends.lower.at(i)).count()) / n;
    const double above = static_cast<double>((drawn.col(i).array() > ends.upper.at(i)).count()) / n;
    CHECK(std::abs(below - 0.1) < 0.0095);  // 4.5 standard errors
    CHECK(std::abs(above - 0.1) < 0.0095);
  }
  CHECK(drawn.col(3).maxCoeff() == 0.0);
}

TEST_CASE("a draw is a function of the seed and its number, and differs between what is counted") {
  const CountVector events = whole_numbers({3, 5, 0});
  const CountVector periods = whole_numbers({10, 40, 0});
  const Lifecycle life = letters(3);
  const StateRates referred = referral_rates(life, Period::months(1), events, periods);
  const SharingRates shared = sharing_rates(life, Period::months(1), events, events, periods);
  CHECK(referred.draw(5, 1) == referred.draw(5, 1));
  CHECK(referred.draws(6, 1).row(5).transpose() == referred.draw(5, 1).vector());
  CHECK_FALSE(referred.draw(5, 1) == referred.draw(5, 2));
  CHECK_FALSE(referred.draw(5, 1) == referred.draw(6, 1));
  CHECK_FALSE(referred.draw(5, 1) == shared.good.draw(5, 1));
  CHECK_FALSE(shared.good.draw(5, 1) == shared.bad.draw(5, 1));
}

TEST_CASE("intervals of rates cover the truth as often as they say") {
  // 1,500 seeds at level 0.9: beyond 0.9 ± 0.03 once in 10,000, and the discreteness of counts costs at most 0.01.
  Dice dice(11);
  int covered = 0;
  constexpr int n = 1'500;
  for (int turn = 0; turn < n; ++turn) {
    const double truth = dice.uniform(0.02, 0.2);
    const Index events = poisson(dice, truth * 400.0);
    const RateInterval ends = rates_of({events, 0}, {400, 0}).interval(0.9);
    covered += ends.lower["a"] < truth && truth < ends.upper["a"] ? 1 : 0;
  }
  CHECK(std::abs(covered / double{n} - 0.9) < 0.04);
}

TEST_CASE("states without data are refused by name, taken as zero, or left to the prior") {
  check_refused<std::domain_error>([] { rates_of({3, 0, 0, 0}, {10, 0, 0, 0}); },
                                   {"'b' and 'c'", "prior_periods", "states_without_data"});
  const StateRates zero = rates_of({3, 0, 0, 0}, {10, 0, 0, 0}, {.states_without_data = StatesWithoutData::zero});
  CHECK(zero.mean()["b"] == 0.0);
  CHECK(zero.interval(0.9).upper["b"] == 0.0);
  CHECK(zero.draw(0)["b"] == 0.0);
  CHECK(zero.unseen() == std::vector<Index>{1, 2});
  CHECK_THAT(zero.definition(), Catch::Matchers::ContainsSubstring("no data in 'b' and 'c': taken as 0"));
  const StateRates prior = rates_of({3, 0, 0, 0}, {10, 0, 0, 0}, {.prior_shape = 1.0, .prior_periods = 20.0});
  CHECK(prior.mean()["b"] == 0.05);
}

TEST_CASE("rates come back from simulated journeys, with intervals that cover them as often as they say") {
  // 200 seeds, two states at level 0.9: 400 intervals, beyond 0.9 ± 0.065 about once in 10,000.
  const Chain chain(StateSpace({"new", "loyal", "churn"}), matrix({{.5, .3, .2}, {.05, .85, .1}, {0, 0, 1}}),
                    Period::months(1));
  const Vector truth = numbers({0.04, 0.15, 0.0});
  Dice dice(14);
  int covered = 0;
  for (int turn = 0; turn < 200; ++turn) {
    const Simulation simulated = simulate(
        chain, Rewards(chain.states()),
        {.customers = 150, .horizon = 12, .seed = static_cast<std::uint64_t>(turn), .outputs = {.journeys = true}});
    const Journeys& seen = simulated.journeys();
    ReferralRows referrals;
    referrals.unit = TimeUnit::step;
    std::int64_t newcomer = 1'000'000;
    for (Index j = 0; j < seen.n_journeys(); ++j) {
      const JourneyView view = seen[j];
      for (std::size_t i = 0; i < view.states.size(); ++i) {
        for (Index k = poisson(dice, truth[view.states[i]]); k > 0; --k)
          referrals.add(view.customer, newcomer++, view.times[i]);
      }
    }
    const ReferralCounts counts = referral_counts(seen, referrals.view(), {.unknown_referred = UnknownReferred::keep});
    CHECK(counts.report.rows_dropped() == 0);
    const RateInterval ends = referral_rates(counts).interval(0.9);
    for (Index i = 0; i < 2; ++i) covered += ends.lower.at(i) < truth[i] && truth[i] < ends.upper.at(i) ? 1 : 0;
  }
  CHECK(std::abs(covered / 400.0 - 0.9) < 0.065);
}

TEST_CASE("bad input to rates from data is refused with the way out") {
  using Bad = std::invalid_argument;
  check_refused<Bad>([] { rates_of({-1, 0}, {10, 0}); }, {"referrals", "'a' has -1"});
  check_refused<Bad>([] { rates_of({1, 0}, {-10, 0}); }, {"periods", "'a' has -10"});
  check_refused<Bad>([] { rates_of({1, 1}, {10, 0}); }, {"'b'", "exit"});
  check_refused<Bad>([] { rates_of({1, 1, 0}, {10, 0, 0}); }, {"'b' has 1", "no customer-period"});
  check_refused<Bad>(
      [] { referral_rates(letters(3), Period::months(1), whole_numbers({1}), whole_numbers({1, 2, 3})); },
      {"1 count", "3 states"});
  check_refused<Bad>([] { rates_of({1, 0}, {10, 0}, {.prior_shape = 0.0}); }, {"prior_shape", "above 0"});
  check_refused<Bad>([] { rates_of({1, 0}, {10, 0}, {.prior_shape = infinity}); }, {"prior_shape"});
  check_refused<Bad>([] { rates_of({1, 0}, {10, 0}, {.prior_periods = -1.0}); }, {"prior_periods"});
  check_refused<Bad>([] { rates_of({1, 0}, {10, 0}, {.prior_periods = not_a_number}); }, {"prior_periods"});
  check_refused<Bad>([] { rates_of({1, 0}, {10, 0}).interval(1.0); }, {"level"});
  check_refused<Bad>([] { rates_of({1, 0}, {10, 0}).draw(-1); }, {"draw"});
  check_refused<Bad>([] { rates_of({1, 0}, {10, 0}).draws(0); }, {"draws"});
}
