#include "sojourn/market/branching.hpp"

#include <algorithm>
#include <cmath>

#include "market/referral_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

constexpr OffspringLaw every_law[] = {OffspringLaw::poisson, OffspringLaw::bernoulli, OffspringLaw::geometric};

/// One draw of an offspring law.
int draw(Dice& dice, OffspringLaw law, double b) {
  if (law == OffspringLaw::bernoulli) return dice.uniform() < b ? 1 : 0;
  int k = 0;
  if (law == OffspringLaw::geometric) {
    while (dice.uniform() < b / (1.0 + b)) ++k;
    return k;
  }
  for (double left = -std::log(1.0 - dice.uniform()); left < b; left -= std::log(1.0 - dice.uniform())) ++k;
  return k;
}

Index next_state(Dice& dice, const Chain& chain, Index i) {
  double u = dice.uniform();
  Index to = chain.n_states() - 1;
  bool found = false;
  chain.for_each_move(i, [&](Index j, double p) {
    if (found) return;
    to = j;
    found = u < p;
    u -= p;
  });
  return to;
}

}  // namespace

TEST_CASE("the chance to die out is the least root of its fixed-point equation") {
  Dice dice(513);
  for (int k = 0; k < 45; ++k) {
    const ReferralCase c = random_case(dice, k, k % 3 == 0 ? .9 : dice.uniform(1.3, 2.5));
    const Index n = c.chain.n_states();
    const OffspringLaw law = every_law[k % 3];
    if (law == OffspringLaw::bernoulli &&
        (c.referrals.per_state().maxCoeff() > 1.0 || Matrix(c.referrals.per_move()).maxCoeff() > 1.0)) {
      continue;
    }
    const Extinction end = extinction(c.chain, c.referrals, {.arrives_at = c.options.arrives_at, .offspring = law});
    // Generation by generation: the chance that the tree has ended after that many rounds.
    const Structure shape = structure(c.chain);
    Vector q = Vector::Zero(n);
    for (const Index i : shape.recurrent_states()) q[i] = 1.0;
    const auto generating = [law](double b, double z) {
      if (law == OffspringLaw::poisson) return std::exp(-b * (1.0 - z));
      if (law == OffspringLaw::bernoulli) return 1.0 - b * (1.0 - z);
      return 1.0 / (1.0 + b * (1.0 - z));
    };
    for (int round = 0; round < 4000; ++round) {
      const double z = c.options.arrives_at.dot(q);
      Vector next = q;
      for (const Index i : shape.transient_states()) {
        double sum = 0.0;
        c.chain.for_each_move(
            i, [&](Index j, double p) { sum += p * generating(c.referrals.move_referrals(i, j), z) * q[j]; });
        next[i] = generating(c.referrals.per_state()[i], z) * sum;
      }
      q = next;
    }
    CHECK(distance(end.probability.vector(), q) < 1e-8);
    CHECK(std::abs(end.newcomer_probability - c.options.arrives_at.dot(end.probability.vector())) < 1e-12);
  }
}

TEST_CASE("every tree dies out just when a newcomer brings one at most") {
  Dice dice(514);
  for (int k = 0; k < 60; ++k) {
    const bool ends = k % 2 == 0;
    const ReferralCase c = random_case(dice, k, ends ? dice.uniform(.3, 1.0) : dice.uniform(1.001, 1.8));
    for (const OffspringLaw law : {OffspringLaw::poisson, OffspringLaw::geometric}) {
      const Extinction end = extinction(c.chain, c.referrals, {.arrives_at = c.options.arrives_at, .offspring = law});
      if (end.R0 == 0.0) continue;
      CHECK((end.newcomer_probability == 1.0) == ends);
      CHECK((end.probability.vector().minCoeff() == 1.0) == ends);
    }
  }
}

TEST_CASE("a tree that just feeds itself survives with a small chance that keeps its digits") {
  const Chain chain = two_states();
  const double extra = 1e-9;
  const Extinction end = extinction(chain, Referrals(chain.states(), {{"active", .2 * (1.0 + extra)}}));
  // Near R0 = 1 the chance to go on is 2 (R0 - 1) over the second factorial moment, .2² times that of the 5 periods
  // of a life on average: .04 · 45 = 1.8.
  const Vector survival = Vector::Ones(2) - end.probability.vector();
  CHECK(end.newcomer_probability < 1.0);
  CHECK(std::abs(survival[0] / (2.0 * extra / 1.8) - 1.0) < 1e-5);
}

TEST_CASE("a tree in which everybody brings exactly one never dies out, though R0 is 1") {
  const Chain chain(StateSpace{"active", "churn"}, matrix({{0, 1}, {0, 1}}));
  const Referrals referrals(chain.states(), {{"active", 1.0}});
  CHECK(extinction(chain, referrals, {.offspring = OffspringLaw::bernoulli}).newcomer_probability == 0.0);
  CHECK(extinction(chain, referrals, {.offspring = OffspringLaw::poisson}).newcomer_probability == 1.0);
}

TEST_CASE("the mean progeny of a newcomer is one over one less R0") {
  Dice dice(515);
  for (int k = 0; k < 60; ++k) {
    const ReferralCase c = random_case(dice, k, dice.uniform(.1, .95));
    const Progeny tree = progeny(c.chain, c.referrals, {.arrives_at = c.options.arrives_at});
    const double reproduction = extinction(c.chain, c.referrals, {.arrives_at = c.options.arrives_at}).R0;
    CHECK(std::abs(tree.newcomer_mean * (1.0 - reproduction) - 1.0) < 1e-12);
    // n = 1 + (I - Q)⁻¹ b n_s
    CHECK(std::abs(c.options.arrives_at.dot(tree.mean.vector()) - tree.newcomer_mean) < 1e-10 * tree.newcomer_mean);
    const double second = c.options.arrives_at.dot(
        Vector(tree.variance.vector().array() + (tree.mean.vector().array() - tree.newcomer_mean).square()));
    CHECK(std::abs(second - tree.newcomer_variance) <= 1e-9 * tree.newcomer_variance);
  }
}

TEST_CASE("simulated trees have the mean, variance, extinction and value that were worked out") {
  const Chain chain(StateSpace{"trial", "loyal", "churn"}, matrix({{.5, .2, .3}, {.1, .6, .3}, {0, 0, 1}}));
  const Rewards rewards(chain.states(), {{"trial", 3.0}, {"loyal", 10.0}});
  const Referrals referrals =
      Referrals(chain.states(), {{"trial", .05}, {"loyal", .2}}).with_move("trial", "loyal", .3);
  const Vector arrives = numbers({.7, .3, 0});
  const Vector delay = numbers({.6, 0, .4});
  const double factor = .9;
  const ReferralValue value = referral_value(chain, rewards, referrals,
                                             {.discount = Discount::factor(factor),
                                              .arrives_at = arrives,
                                              .delay = delay,
                                              .acquisition_cost = 4.0,
                                              .first_reward = 1.0});
  Dice dice(516);
  constexpr int trees = 40'000;
  for (const OffspringLaw law : every_law) {
    const Progeny exact = progeny(chain, referrals, {.arrives_at = arrives, .offspring = law});
    double people = 0.0;
    double squares = 0.0;
    double money = 0.0;
    double money_squares = 0.0;
    for (int t = 0; t < trees; ++t) {
      std::vector<std::pair<Index, int>> open{{0, 0}};  // state and time of those who have yet to live
      double size = 0.0;
      double worth = 0.0;
      while (!open.empty()) {
        auto [state, time] = open.back();
        open.pop_back();
        size += 1.0;
        while (state != 2) {
          worth += std::pow(factor, time) * rewards.per_state()[state];
          const Index to = next_state(dice, chain, state);
          const int brought =
              draw(dice, law, referrals.per_state()[state]) + draw(dice, law, referrals.move_referrals(state, to));
          for (int k = 0; k < brought; ++k) {
            const int when = time + (dice.uniform() < .6 ? 1 : 3);
            worth -= 3.0 * std::pow(factor, when);
            open.emplace_back(dice.uniform() < .7 ? 0 : 1, when);
          }
          state = to;
          ++time;
        }
      }
      people += size;
      squares += size * size;
      money += worth;
      money_squares += worth * worth;
    }
    // Fixed seed; a right answer would fail once in 30,000 draws of the seed at four standard errors.
    const double mean = people / trees;
    const double variance = squares / trees - mean * mean;
    CHECK(std::abs(mean - exact.mean["trial"]) < 4.0 * std::sqrt(exact.variance["trial"] / trees));
    CHECK(std::abs(variance / exact.variance["trial"] - 1.0) < .1);
    const double worth = money / trees;
    const double error = std::sqrt((money_squares / trees - worth * worth) / trees);
    CHECK(std::abs(worth - value.total()["trial"]) < 4.0 * error);
  }
}

TEST_CASE("descendants without end are refused by name") {
  const Chain chain = two_states();
  check_refused<std::domain_error>([&] { (void)progeny(chain, Referrals(chain.states(), {{"active", .2}})); },
                                   {"progeny: a newcomer brings R0 = 1 others", "infinite"});
}

TEST_CASE("trees that cannot be are refused with advice") {
  const Chain chain(StateSpace{"active", "a", "b", "churn"},
                    matrix({{.6, .1, 0, .3}, {0, .5, .5, 0}, {0, .5, .5, 0}, {0, 0, 0, 1}}));
  const StateSpace& states = chain.states();
  const Referrals good(states, {{"active", .1}});
  check_refused<std::invalid_argument>(
      [&] { (void)extinction(chain, good.with_state("active", 1.5), {.offspring = OffspringLaw::bernoulli}); },
      {"offspring: 'active' brings 1.5", "bernoulli"});
  check_refused<std::domain_error>([&] { (void)extinction(chain, good.with_state("b", 1.0)); }, {"extinction: 'b'"});
}
