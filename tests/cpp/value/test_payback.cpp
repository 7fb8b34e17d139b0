#include "sojourn/value/payback.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

#include "chain/chain_cases.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

const StateSpace two{"active", "churn"};

LifetimeValue stay(double factor = 1.0, double reward = 10.0, std::optional<Index> horizon = std::nullopt) {
  const Chain chain(two, matrix({{.8, .2}, {0, 1}}));
  return lifetime_value(chain, Rewards(two, {{"active", reward}}),
                        {.discount = Discount::factor(factor), .horizon = horizon});
}

/// Every journey over the horizon of the value, with the period in which it first reaches `cost`.
struct Listed {
  const LifetimeValue& value;
  double cost;
  Vector paid;
  double never = 0.0;

  Listed(const LifetimeValue& of, const Vector& start, double needed)
      : value(of), cost(needed), paid(Vector::Zero(*of.horizon())) {
    for (Index i = 0; i < start.size(); ++i) {
      if (start[i] > 0.0) walk(i, 0, 1.0, 0.0, start[i]);
    }
  }

  void walk(Index state, Index t, double discount, double sum, double p) {
    if (t == *value.horizon()) {
      never += p;
      return;
    }
    const Chain& chain = value.chain();
    const Rewards& rewards = value.rewards();
    const double factor = value.discount().factor_per_period(chain.period());
    sum += discount * rewards.per_state()[state];
    if (sum >= cost) {
      paid[t] += p;
      return;
    }
    for (Index j = 0; j < chain.n_states(); ++j) {
      const double q = p * chain.transition_matrix()(state, j);
      if (q == 0.0) continue;
      const double w = rewards.has_move_rewards() ? rewards.per_move()(state, j) : 0.0;
      const double after = sum + discount * factor * w;
      if (after >= cost) {
        paid[t] += q;
      } else {
        walk(j, t + 1, discount * factor, after, q);
      }
    }
  }

  double by(Index t) const { return paid.head(std::min(t + 1, paid.size())).sum(); }
};

double by(const Payback& answer, Index t) {
  return answer.probabilities.head(std::min(t + 1, answer.probabilities.size())).sum();
}

}  // namespace

TEST_CASE("who brings ten a period and costs twenty-five has paid back in his third period") {
  const Payback answer = payback(stay(), "active", 25.0);
  CHECK(answer.cost == 25.0);
  REQUIRE(answer.probabilities.size() == 3);
  CHECK(answer.probabilities[0] == 0.0);
  CHECK(answer.probabilities[1] == 0.0);
  CHECK(answer.probabilities[2] == Catch::Approx(.64).epsilon(1e-14));
  CHECK(answer.probabilities.sum() == Catch::Approx(.64).epsilon(1e-14));
  CHECK(answer.never == Catch::Approx(.36).epsilon(1e-14));
  CHECK(answer.undecided == 0.0);
  CHECK(answer.error_in_cost == 0.0);
  CHECK(answer.error_in_probability == 0.0);
  CHECK(answer.expected_value_period == Index{3});  // 10, 18, 24.4, 29.52
  CHECK(answer.quantile(.5) == Index{2});
  CHECK_FALSE(answer.quantile(.7).has_value());
  CHECK(answer.cumulative()[2] == Catch::Approx(.64));
}

TEST_CASE("a cost that is met at once is paid back in period 0") {
  const Payback answer = payback(stay(), "active", 10.0);
  CHECK(answer.probabilities[0] == 1.0);
  CHECK(answer.never == 0.0);
  CHECK(answer.expected_value_period == Index{0});
}

TEST_CASE("a cost beyond all that can come is proven never to be paid back") {
  // 10 discounted at .5 sums to less than 20.
  const Payback answer = payback(stay(.5), "active", 21.0);
  CHECK(answer.probabilities.sum() == 0.0);
  CHECK(answer.never == 1.0);
  CHECK(answer.undecided == 0.0);
  CHECK_FALSE(answer.expected_value_period.has_value());
  CHECK(payback(stay(), "churn", 1.0).never == 1.0);
}

TEST_CASE("what lies beyond the periods looked at is undecided, not never") {
  const Payback answer = payback(stay(), "active", 45.0, {.horizon = 3});
  CHECK(answer.probabilities.sum() == 0.0);
  CHECK(answer.undecided == Catch::Approx(.512).epsilon(1e-13));
  CHECK(answer.never == Catch::Approx(1.0 - .512).epsilon(1e-13));
  CHECK_FALSE(answer.expected_value_period.has_value());
  // Where the value itself ends, nothing more can come.
  const Payback ended = payback(stay(1.0, 10.0, 3), "active", 45.0);
  CHECK(ended.undecided == 0.0);
  CHECK(ended.never == 1.0);
}

TEST_CASE("journeys listed one by one pay back when the law says so") {
  Dice dice(221);
  for (int k = 0; k < 80; ++k) {
    const Chain chain = random_chain(dice, dice.integer(2, 4), .7);
    const Rewards rewards = random_rewards(dice, chain, k % 2 == 0, false);
    const double factor = k % 3 == 0 ? 1.0 : dice.uniform(.5, 1.0);
    const LifetimeValue value =
        lifetime_value(chain, rewards, {.discount = Discount::factor(factor), .horizon = dice.integer(2, 6)});
    const Vector start = random_distribution(dice, chain.n_states(), .6);
    const double cost = dice.uniform(.5, 60.0);
    const Listed listed(value, start, cost);
    const Payback exact = payback(value, start, cost, {.exact_values = 100'000});
    CHECK(exact.error_in_cost == 0.0);
    CHECK(exact.undecided == 0.0);
    CHECK(exact.probabilities.sum() + exact.never == Catch::Approx(1.0).epsilon(1e-12));
    CHECK(exact.never == Catch::Approx(listed.never).margin(1e-13));
    for (Index t = 0; t < *value.horizon(); ++t) CHECK(by(exact, t) == Catch::Approx(listed.by(t)).margin(1e-13));

    for (const double error : {.1, .005}) {
      const Payback rounded = payback(value, start, cost, {.relative_error = error, .exact_values = 0});
      CHECK(rounded.error_in_cost <= error * cost);
      CHECK(rounded.error_in_probability <= 1e-6);
      const Listed dearer(value, start, cost + rounded.error_in_cost + 1e-9);
      const Listed cheaper(value, start, cost - rounded.error_in_cost - 1e-9);
      const double delta = rounded.error_in_probability + 1e-12;
      for (Index t = 0; t < *value.horizon(); ++t) {
        CHECK(by(rounded, t) >= dearer.by(t) - delta);
        CHECK(by(rounded, t) <= cheaper.by(t) + delta);
      }
    }
  }
}

TEST_CASE("for life, simulated customers pay back when the law says so") {
  constexpr std::int64_t customers = 40'000;
  const double d = std::sqrt(std::log(2e6) / (2.0 * static_cast<double>(customers)));
  Dice dice(222);
  for (int k = 0; k < 4; ++k) {
    const double factor = k % 2 == 0 ? 1.0 : .9;
    const Chain chain = random_absorbing_chain(dice, 6);
    const Rewards rewards = random_rewards(dice, chain, false, true);
    const LifetimeValue value = lifetime_value(chain, rewards, {.discount = Discount::factor(factor)});
    const double cost = 40.0;
    const Payback answer = payback(value, "s0", cost);
    const Simulation run = simulate(
        chain, rewards,
        {.customers = customers, .seed = static_cast<std::uint64_t>(k), .outputs = {.value = false, .journeys = true}});
    // Reached for `cost + ε` and for `cost - ε`, by period.
    constexpr Index looked = 400;
    Vector dearer = Vector::Zero(looked);
    Vector cheaper = Vector::Zero(looked);
    const Journeys& journeys = run.journeys();
    for (std::int64_t c = 0; c < journeys.n_journeys(); ++c) {
      double sum = 0.0;
      double discount = 1.0;
      bool is_cheaper = false;
      bool is_dearer = false;
      Index t = 0;
      const std::span<const double> values = journeys[c].values;
      for (std::size_t e = 0; e < values.size() && t < looked; ++e, ++t, discount *= factor) {
        sum += discount * values[e];
        if (!is_cheaper && sum >= cost - answer.error_in_cost - 1e-9) cheaper[t] += 1.0;
        is_cheaper = is_cheaper || sum >= cost - answer.error_in_cost - 1e-9;
        if (!is_dearer && sum >= cost + answer.error_in_cost + 1e-9) dearer[t] += 1.0;
        is_dearer = is_dearer || sum >= cost + answer.error_in_cost + 1e-9;
      }
    }
    for (Index t = 0; t < 60; ++t) {
      CHECK(by(answer, t) >= dearer.head(t + 1).sum() / static_cast<double>(customers) - d);
      CHECK(by(answer, t) <= cheaper.head(t + 1).sum() / static_cast<double>(customers) + d);
    }
    CHECK(answer.probabilities.sum() + answer.never + answer.undecided == Catch::Approx(1.0).epsilon(1e-12));
    CHECK(answer.undecided <= 1e-6);
  }
}

TEST_CASE("the expected money reaches the cost in its own period") {
  Dice dice(223);
  for (int k = 0; k < 40; ++k) {
    const Chain chain = random_absorbing_chain(dice, dice.integer(2, 6));
    const Rewards rewards = random_rewards(dice, chain, k % 2 == 0, true);
    const double factor = k % 3 == 0 ? 1.0 : dice.uniform(.5, 1.0);
    const LifetimeValue value = lifetime_value(chain, rewards, {.discount = Discount::factor(factor)});
    const double cost = dice.uniform(1.0, 60.0);
    std::optional<Index> first;
    for (Index t = 0; t < 120 && !first; ++t) {
      double so_far = 0.0;
      if (t > 0) {
        so_far = lifetime_value(chain, rewards, {.discount = Discount::factor(factor), .horizon = t}).mean()["s0"];
      }
      const Vector law = chain.after(t).row(0).transpose();
      const double at_start = so_far + std::pow(factor, t) * law.dot(rewards.per_state());
      const double at_end =
          lifetime_value(chain, rewards, {.discount = Discount::factor(factor), .horizon = t + 1}).mean()["s0"];
      if (std::max(at_start, at_end) >= cost) first = t;
    }
    CHECK(payback(value, "s0", cost).expected_value_period == first);
  }
}

TEST_CASE("a period in which the money falls back does not undo a payback") {
  const StateSpace states{"sale", "refund", "end"};
  const Chain chain(states, matrix({{0, 1, 0}, {0, 0, 1}, {0, 0, 1}}));
  const LifetimeValue value =
      lifetime_value(chain, Rewards(states, numbers({50, -45, 0})), {.discount = Discount::none()});
  const Payback answer = payback(value, "sale", 40.0);
  CHECK(answer.probabilities[0] == 1.0);
  CHECK(value.mean()["sale"] == 5.0);
}

TEST_CASE("a payback time that cannot be said is refused with advice") {
  const LifetimeValue value = stay();
  for (const double cost : {0.0, -1.0, not_a_number, infinity})
    check_refused<std::invalid_argument>([&] { (void)payback(value, "active", cost); }, {"cost:", "above 0"});
  check_refused<std::invalid_argument>([&] { (void)payback(value, "active", 1.0, {.horizon = 0}); }, {"horizon"});
  check_refused<std::invalid_argument>([&] { (void)payback(value, "active", 1.0, {.error_in_cost = -1.0}); },
                                       {"error_in_cost"});
  check_refused<std::invalid_argument>([&] { (void)payback(value, "active", 1.0, {.relative_error = 0.0}); },
                                       {"relative_error"});
  check_refused<std::invalid_argument>([&] { (void)payback(value, "active", 1.0, {.error_in_probability = 1.0}); },
                                       {"error_in_probability"});
  check_refused<std::invalid_argument>([&] { (void)payback(value, "active", 1.0, {.exact_values = -1}); },
                                       {"exact_values"});
  check_refused<std::invalid_argument>([&] { (void)payback(value, "active", 1.0, {.most_points = 0}); },
                                       {"most_points"});
  check_refused<std::out_of_range>([&] { (void)payback(value, "nowhere", 1.0); }, {"'nowhere'"});
  check_refused<std::invalid_argument>([&] { (void)payback(value, numbers({1, 1}), 1.0); }, {"start", "sums to 2"});
  check_refused<std::invalid_argument>([&] { (void)payback(value, "active", 25.0).quantile(1.0); },
                                       {"p:", "between 0 and 1"});
  Dice dice(224);
  const Chain chain = random_absorbing_chain(dice, 5);
  const LifetimeValue rough =
      lifetime_value(chain, random_rewards(dice, chain, true, true), {.discount = Discount::factor(.97)});
  check_refused<std::domain_error>(
      [&] { (void)payback(rough, "s0", 50.0, {.error_in_cost = 1e-3, .exact_values = 10, .most_points = 1000}); },
      {"too small to reach", "is within reach"});
  check_refused<std::domain_error>(
      [&] { (void)payback(rough, "s0", 50.0, {.error_in_cost = 1e-13, .exact_values = 10}); },
      {"too small to reach", "rounding"});
}
