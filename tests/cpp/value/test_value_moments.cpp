#include <cmath>

#include "chain/chain_cases.hpp"
#include "sojourn/value/value_moments.hpp"
#include "support/support.hpp"
#include "value/value_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("moments are those of the journeys, listed one by one") {
  Dice dice(201);
  for (int k = 0; k < 60; ++k) {
    const Chain chain = random_chain(dice, dice.integer(1, 4), .7);
    const Rewards rewards = random_rewards(dice, chain, k % 2 == 0, false);
    const double factor = k % 3 == 0 ? 1.0 : dice.uniform(.3, 1.0);
    const Index horizon = dice.integer(1, 6);
    const LifetimeValue value =
        lifetime_value(chain, rewards, {.discount = Discount::factor(factor), .horizon = horizon});
    const ValueMoments moments = value_moments(value);
    for (Index i = 0; i < chain.n_states(); ++i) {
      const auto listed = listed_values(value, start_in(chain.states(), chain.states().name(i)));
      double mean = 0.0;
      for (const auto& [x, p] : listed) mean += p * x;
      double c[5] = {};
      double raw[5] = {};
      for (const auto& [x, p] : listed) {
        for (int order = 1; order <= 4; ++order) {
          c[order] += p * std::pow(x - mean, order);
          raw[order] += p * std::pow(x, order);
        }
      }
      const double size = 1.0 + 35.0 * static_cast<double>(horizon);
      CHECK(moments.mean()[i] == Catch::Approx(mean).margin(1e-11));
      CHECK(std::abs(moments.variance()[i] - c[2]) < 1e-12 * std::pow(size, 2));
      CHECK(std::abs(moments.third_central()[i] - c[3]) < 1e-12 * std::pow(size, 3));
      CHECK(std::abs(moments.fourth_central()[i] - c[4]) < 1e-12 * std::pow(size, 4));
      for (int order = 1; order <= 4; ++order)
        CHECK(std::abs(moments.raw(order)[i] - raw[order]) < 1e-12 * std::pow(size, order));
    }
  }
}

TEST_CASE("moments for life solve the equations of the raw moments") {
  Dice dice(202);
  for (int k = 0; k < 60; ++k) {
    const bool undiscounted = k % 3 == 0;
    const Index n = dice.integer(2, 12);
    const Chain chain = undiscounted ? random_absorbing_chain(dice, n) : random_chain(dice, n, .5);
    const Rewards rewards = random_rewards(dice, chain, k % 2 == 0, undiscounted);
    const double factor = undiscounted ? 1.0 : dice.uniform(.1, .98);
    const ValueMoments moments = value_moments(lifetime_value(chain, rewards, {.discount = Discount::factor(factor)}));
    // E X_i^k = Σ_j p_ij E (r_i + γ w_ij + γ X_j)^k, by the binomial theorem.
    const double choose[5][5] = {{1}, {1, 1}, {1, 2, 1}, {1, 3, 3, 1}, {1, 4, 6, 4, 1}};
    for (int order = 1; order <= 4; ++order) {
      const double size = size_of(moments.raw(order).vector()) + std::pow(size_of(moments.mean().vector()), order);
      for (Index i = 0; i < n; ++i) {
        double sum = 0.0;
        for (Index j = 0; j < n; ++j) {
          const double p = chain.transition_matrix()(i, j);
          if (p == 0.0) continue;
          const double w = rewards.has_move_rewards() ? rewards.per_move()(i, j) : 0.0;
          for (int m = 0; m <= order; ++m) {
            const double later = m == 0 ? 1.0 : std::pow(factor, m) * moments.raw(m)[j];
            sum += p * choose[order][m] * std::pow(rewards.per_state()[i] + factor * w, order - m) * later;
          }
        }
        CHECK(std::abs(sum - moments.raw(order)[i]) < 1e-10 * size);
      }
    }
  }
}

TEST_CASE("the mean and the standard deviation are those of the value") {
  Dice dice(203);
  for (int k = 0; k < 60; ++k) {
    const Chain chain = random_shape(dice, k);
    const Rewards rewards = random_rewards(dice, chain, k % 2 == 0, false);
    std::optional<Index> horizon;
    if (k % 3 == 0) horizon = dice.integer(1, 40);
    const LifetimeValue value =
        lifetime_value(chain, rewards, {.discount = Discount::factor(dice.uniform(.2, .9999)), .horizon = horizon});
    const ValueMoments moments = value_moments(value);
    CHECK(distance(moments.mean(), value.mean()) == 0.0);
    const double size = size_of(value.mean().vector()) + size_of(value.standard_deviation().vector());
    CHECK(distance(moments.standard_deviation(), value.standard_deviation()) < 1e-9 * size);
    const Vector start = random_distribution(dice, chain.n_states());
    const StartMoments mixed = moments.from_start(start);
    CHECK(mixed.mean == Catch::Approx(value.start_value(start).mean).margin(1e-9));
    CHECK(std::abs(mixed.standard_deviation() - value.start_value(start).standard_deviation) < 1e-9 * size);
  }
}

TEST_CASE("the moments of a mixture are those of its parts, mixed") {
  Dice dice(204);
  for (int k = 0; k < 30; ++k) {
    const Chain chain = random_absorbing_chain(dice, dice.integer(2, 6));
    const LifetimeValue value =
        lifetime_value(chain, random_rewards(dice, chain, true, true), {.discount = Discount::none()});
    const ValueMoments moments = value_moments(value);
    const Vector start = random_distribution(dice, chain.n_states());
    const StartMoments mixed = moments.from_start(start);
    for (int order = 1; order <= 4; ++order) {
      const double size = size_of(moments.raw(order).vector());
      CHECK(std::abs(mixed.raw(order) - start.dot(moments.raw(order).vector())) < 1e-11 * size);
    }
    CHECK(moments.from_start("s0").variance == moments.variance()["s0"]);
  }
}

TEST_CASE("the length of a stay is geometric, and so are its skewness and kurtosis") {
  const StateSpace states{"active", "churn"};
  const Chain chain(states, matrix({{.8, .2}, {0, 1}}));
  const ValueMoments moments =
      value_moments(lifetime_value(chain, Rewards(states, {{"active", 10.0}}), {.discount = Discount::none()}));
  const double q = .2;
  CHECK(moments.skewness()["active"] == Catch::Approx((2 - q) / std::sqrt(1 - q)).epsilon(1e-12));
  CHECK(moments.excess_kurtosis()["active"] == Catch::Approx(6 + q * q / (1 - q)).epsilon(1e-12));
  CHECK(moments.from_start("active").skewness() == moments.skewness()["active"]);
}

TEST_CASE("central moments keep their digits where the value is large against its spread") {
  const StateSpace states{"a", "b"};
  const Chain chain(states, matrix({{.5, .5}, {.5, .5}}));
  const Rewards rewards(states, numbers({1e7 - 1.0, 1e7 + 1.0}));
  const ValueMoments moments =
      value_moments(lifetime_value(chain, rewards, {.discount = Discount::factor(.5), .horizon = 40}));
  // ±1 per later period, each with the discount of its period: independent, so that cumulants add up.
  double variance = 0.0;
  double fourth_cumulant = 0.0;
  for (int t = 1; t < 40; ++t) {
    variance += std::pow(.25, t);
    fourth_cumulant -= 2.0 * std::pow(.0625, t);
  }
  CHECK(moments.variance()["a"] == Catch::Approx(variance).epsilon(1e-7));
  CHECK(std::abs(moments.skewness()["a"]) < 1e-6);
  CHECK(moments.excess_kurtosis()["a"] == Catch::Approx(fourth_cumulant / variance / variance).epsilon(1e-6));
}

TEST_CASE("a value that is certain has no shape, and no number is made up for it") {
  const StateSpace states{"active", "churn"};
  const Chain chain(states, matrix({{1, 0}, {0, 1}}));
  const ValueMoments moments =
      value_moments(lifetime_value(chain, Rewards(states, {{"active", 10.0}}), {.discount = Discount::factor(.9)}));
  CHECK(moments.variance()["active"] == 0.0);
  CHECK(moments.skewness()["active"] == 0.0);
  CHECK(moments.excess_kurtosis()["active"] == 0.0);
  check_refused<std::domain_error>([&] { (void)moments.from_start("active").skewness(); }, {"skewness", "certain"});
  check_refused<std::domain_error>([&] { (void)moments.from_start("churn").excess_kurtosis(); },
                                   {"excess_kurtosis", "certain"});
}

TEST_CASE("prospects that are equal but for rounding are certain") {
  Dice dice(205);
  for (int k = 0; k < 30; ++k) {
    const Chain chain = random_irreducible_chain(dice, dice.integer(2, 9));
    const Rewards rewards(chain.states(), Vector::Constant(chain.n_states(), 7.3));
    const ValueMoments moments =
        value_moments(lifetime_value(chain, rewards, {.discount = Discount::factor(dice.uniform(.5, .999))}));
    CHECK(moments.variance().vector().isZero(0.0));
    CHECK(moments.skewness().vector().isZero(0.0));
  }
}

TEST_CASE("moments that do not exist or do not fit are refused by name") {
  const StateSpace states{"active", "churn"};
  const Chain chain(states, matrix({{.8, .2}, {0, 1}}));
  const Rewards rewards(states, {{"active", 10.0}});
  const LifetimeValue value = lifetime_value(chain, rewards, {.discount = Discount::none()});
  const ValueMoments moments = value_moments(value);
  check_refused<std::invalid_argument>([&] { (void)moments.raw(0); }, {"raw", "1 to 4", "0"});
  check_refused<std::invalid_argument>([&] { (void)moments.from_start("active").raw(5); }, {"raw", "5"});
  check_refused<std::out_of_range>([&] { (void)moments.from_start("nowhere"); }, {"'nowhere'"});
  check_refused<std::invalid_argument>([&] { (void)moments.from_start(numbers({1, 1})); }, {"start", "sums to 2"});
  const LifetimeValue huge = lifetime_value(chain, Rewards(states, {{"active", 1e90}}), {.discount = Discount::none()});
  check_refused<std::domain_error>([&] { (void)value_moments(huge); }, {"too large", "smaller rewards"});
  const LifetimeValue tiny =
      lifetime_value(chain, Rewards(states, {{"active", 1e-90}}), {.discount = Discount::none()});
  check_refused<std::domain_error>([&] { (void)value_moments(tiny); }, {"too small", "larger rewards"});
  // Endless rewards have no value to ask about.
  check_refused<std::domain_error>(
      [&] {
        (void)value_moments(lifetime_value(chain, Rewards(states, {{"churn", 1.0}}), {.discount = Discount::none()}));
      },
      {"'churn'", "never ends"});
}
