#include <cmath>
#include <stdexcept>

#include "sojourn/trust/information.hpp"
#include "trust/fit_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

LifetimeValue value_of(const FitResult& fit, std::optional<Index> horizon = std::nullopt,
                       const std::optional<Rewards>& rewards = std::nullopt) {
  return lifetime_value(fit, {.discount = Discount::factor(.95), .horizon = horizon}, rewards);
}

double variance_of(const ValueOfInformation& told) {
  double sum = 0.0;
  for (const StateInformation& row : told.ranking()) sum += row.move_variance + row.reward_variance;
  return sum;
}

const StateInformation& of_state(const ValueOfInformation& told, const std::string& state) {
  for (const StateInformation& row : told.ranking()) {
    if (told.states().name(row.state) == state) return row;
  }
  throw std::out_of_range(state);
}

}  // namespace

TEST_CASE("what the states add sums to the variance of the value, for life and over a horizon") {
  Dice dice(41);
  for (int turn = 0; turn < 30; ++turn) {
    const FitResult fit = random_fit(dice, dice.integer(2, 8), 1, 40);
    const std::optional<Index> horizon = turn % 3 == 0 ? std::optional(dice.integer(1, 12)) : std::nullopt;
    const std::optional<Rewards> given =
        turn % 2 == 0 ? std::optional(random_rewards(dice, fit.chain, true, true)) : std::nullopt;
    const LifetimeValue value = value_of(fit, horizon, given);
    const Vector start = random_distribution(dice, fit.chain.n_states());
    const ValueOfInformation told = value_of_information(value, start);
    const double error = *value.start_value(start).standard_error;
    CHECK(told.standard_error() == Catch::Approx(error).epsilon(1e-10));
    CHECK(told.mean() == Catch::Approx(value.start_value(start).mean).epsilon(1e-12));
    CHECK(variance_of(told) == Catch::Approx(error * error).epsilon(1e-10));
    double shares = 0.0;
    for (const StateInformation& row : told.ranking()) {
      CHECK(row.share > 0.0);
      if (given) CHECK(row.reward_variance == 0.0);
      shares += row.share;
    }
    CHECK(shares == Catch::Approx(1.0).epsilon(1e-12));
    for (std::size_t k = 1; k < told.ranking().size(); ++k) {
      CHECK(told.ranking()[k - 1].narrowing >= told.ranking()[k].narrowing);
    }
  }
}

TEST_CASE("the predicted standard error is that of a fit to so much more data") {
  const Rewards rewards(three_states().states(), {{"new", 10.0}, {"loyal", 30.0}});
  const auto fit_of = [](std::int64_t new_times, std::int64_t loyal_times) {
    CountMatrix moves = counts({{40, 30, 10}, {5, 80, 15}, {0, 0, 0}});
    moves.row(0) *= new_times;
    moves.row(1) *= loyal_times;
    return fit_chain(counts_of(three_states(), moves));
  };
  const Vector start = start_in(three_states().states(), "new");
  const ValueOfInformation told = value_of_information(value_of(fit_of(1, 1), std::nullopt, rewards), start);
  for (const std::int64_t times : {2, 5, 40}) {
    CHECK(told.standard_error_after("new", 80.0 * static_cast<double>(times - 1)) ==
          Catch::Approx(*value_of(fit_of(times, 1), std::nullopt, rewards).start_value(start).standard_error)
              .epsilon(1e-10));
    CHECK(told.standard_error_after("loyal", 100.0 * static_cast<double>(times - 1)) ==
          Catch::Approx(*value_of(fit_of(1, times), std::nullopt, rewards).start_value(start).standard_error)
              .epsilon(1e-10));
  }
  CHECK(told.standard_error_after("churn", 1'000.0) == told.standard_error());
  CHECK(told.standard_error_after("new", 0.0) == Catch::Approx(told.standard_error()).epsilon(1e-14));
}

TEST_CASE("more data narrows what is not known about mean money, too") {
  const CountMatrix once = counts({{40, 30, 10}, {5, 80, 15}, {0, 0, 0}});
  const Vector money = numbers({10, 30, -6});
  const auto value_with = [&](std::int64_t times) {
    CountMatrix moves = once;
    moves.row(1) *= times;
    return value_of(fit_chain(counts_of(three_states(), moves, money)));
  };
  const Vector start = start_in(three_states().states(), "new");
  const ValueOfInformation told = value_of_information(value_with(1), start);
  const StateInformation& loyal = of_state(told, "loyal");
  CHECK(loyal.reward_variance > 0.0);
  CHECK(of_state(told, "churn").move_variance == 0.0);
  CHECK(of_state(told, "churn").observations == 25.0);  // entries
  CHECK(loyal.observations == 100.0);
  // Three times the data in 'loyal' brings three times its entries into 'churn', a small part of the whole; and a
  // sample variance divides by one less than it counts.
  const double predicted = told.standard_error_after("loyal", 200.0);
  const double refitted = *value_with(3).start_value(start).standard_error;
  CHECK(predicted == Catch::Approx(refitted).epsilon(.01));
  CHECK(predicted < .8 * told.standard_error());
}

TEST_CASE("the narrowing is the derivative of the standard error") {
  const ValueOfInformation told = value_of_information(value_of(small_fit()), "new");
  REQUIRE(told.ranking().size() == 3);
  for (const StateInformation& row : told.ranking()) {
    const std::string& state = told.states().name(row.state);
    const double h = 1e-4;
    const double slope = (told.standard_error() - told.standard_error_after(state, h)) / h;
    CHECK(row.narrowing == Catch::Approx(slope).epsilon(1e-4));
  }
}

TEST_CASE("the data that reach a standard error are found, and what cannot be reached is refused") {
  const ValueOfInformation told = value_of_information(value_of(small_fit()), "new");
  const double target = .8 * told.standard_error() + .2 * told.standard_error_after("loyal", 1e12);
  const double periods = told.periods_to_reach("loyal", target);
  CHECK(told.standard_error_after("loyal", periods) == Catch::Approx(target).epsilon(1e-9));
  CHECK(told.periods_to_reach("loyal", 2.0 * told.standard_error()) == 0.0);
  check_refused<std::domain_error>([&] { (void)told.periods_to_reach("loyal", 1e-3 * told.standard_error()); },
                                   {"periods_to_reach", "'loyal'", "stays above"});
  check_refused<std::invalid_argument>([&] { (void)told.periods_to_reach("loyal", 0.0); }, {"target"});
  check_refused<std::invalid_argument>([&] { (void)told.standard_error_after("new", -1.0); }, {"periods"});
  check_refused<std::invalid_argument>([&] { (void)told.standard_error_after("new", not_a_number); }, {"periods"});
  check_refused<std::out_of_range>([&] { (void)told.standard_error_after("nowhere", 1.0); }, {"nowhere"});
}

TEST_CASE("information is refused for a chain that nobody fitted") {
  const FitResult fit = small_fit();
  const LifetimeValue bare = lifetime_value(fit.chain, fit.counts.mean_rewards(), {.discount = Discount::factor(.9)});
  check_refused<std::domain_error>([&] { value_of_information(bare, "new"); }, {"value_of_information", "not fitted"});
  check_refused<std::invalid_argument>([&] { value_of_information(value_of(fit), numbers({1, 1, 0})); }, {"start"});
}

TEST_CASE("where everything is known there is nothing to learn") {
  const FitResult fit = fit_chain(counts_of(three_states(), counts({{0, 5, 0}, {0, 0, 7}, {0, 0, 0}})));
  const ValueOfInformation told =
      value_of_information(value_of(fit, std::nullopt, Rewards(fit.states(), {{"new", 1.0}})), "new");
  CHECK(told.standard_error() == 0.0);
  CHECK(told.ranking().empty());
}
