#include "sojourn/market/quadrants.hpp"

#include <algorithm>
#include <cmath>

#include "market/referral_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("customers fall into quadrants by own and by referred value") {
  const Chain chain(
      StateSpace{"rich", "talker", "both", "none", "churn"},
      matrix({{.8, 0, 0, 0, .2}, {0, .8, 0, 0, .2}, {0, 0, .8, 0, .2}, {0, 0, 0, .8, .2}, {0, 0, 0, 0, 1}}));
  const ReferralValue value =
      referral_value(chain, Rewards(chain.states(), {{"rich", 10.0}, {"talker", 1.0}, {"both", 10.0}, {"none", 1.0}}),
                     Referrals(chain.states(), {{"talker", .05}, {"both", .05}}), {.discount = Discount::none()});
  const ReferralQuadrants split = referral_quadrants(value, {0, 1, 2, 3, 0});
  CHECK(split.quadrant == std::vector<Quadrant>{Quadrant::misers, Quadrant::advocates, Quadrant::advocates,
                                                Quadrant::misers, Quadrant::misers});
  const ReferralQuadrants at = referral_quadrants(value, {0, 1, 2, 3, 0}, {.own_threshold = 20.0});
  CHECK(at.quadrant == std::vector<Quadrant>{Quadrant::affluents, Quadrant::advocates, Quadrant::champions,
                                             Quadrant::misers, Quadrant::affluents});
  CHECK(at.totals[0].customers == 1);
  CHECK(at.totals[1].customers == 2);
  CHECK(std::abs(at.own[0] - 40.0) < 1e-12);  // still to come: the reward of today is in hand
  CHECK(std::abs(at.totals[1].own - 80.0) < 1e-12);
  CHECK(std::abs(at.totals[0].referred - value.referred()["both"]) < 1e-12);
}

TEST_CASE("the sums of the quadrants are those of the base") {
  Dice dice(519);
  const ReferralCase c = random_case(dice, 0);
  const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, c.options);
  std::vector<Index> states;
  Vector brought(200);
  Vector expected(200);
  for (Index k = 0; k < 200; ++k) {
    states.push_back(dice.integer(0, c.chain.n_states() - 1));
    brought[k] = static_cast<double>(dice.integer(0, 3));
    expected[k] = dice.uniform(0.0, 2.0);
  }
  const ReferralQuadrants split =
      referral_quadrants(value, states, {.brought = brought, .expected = expected, .strength = 2.0});
  Index customers = 0;
  double own = 0.0;
  double referred = 0.0;
  for (const QuadrantTotal& total : split.totals) {
    customers += total.customers;
    own += total.own;
    referred += total.referred;
  }
  CHECK(customers == 200);
  CHECK(std::abs(own - split.own.sum()) < 1e-9 * size_of(split.own) * 200);
  CHECK(std::abs(referred - split.referred.sum()) < 1e-9 * size_of(split.referred) * 200);
  CHECK(std::abs(split.multiplier[7] - (2.0 + brought[7]) / (2.0 + expected[7])) < 1e-15);
}

TEST_CASE("quadrants that make no sense are refused with advice") {
  const Chain chain = two_states();
  const ReferralValue value =
      referral_value(chain, Rewards(chain.states(), {{"active", 10.0}}), Referrals(chain.states(), {{"active", .1}}),
                     {.discount = Discount::none()});
  check_refused<std::invalid_argument>([&] { (void)referral_quadrants(value, {}); }, {"customer_states", "nobody"});
  check_refused<std::out_of_range>([&] { (void)referral_quadrants(value, {0, 9}); }, {"customer 1 stands in state 9"});
  check_refused<std::invalid_argument>([&] { (void)referral_quadrants(value, {0}, {.brought = numbers({1})}); },
                                       {"brought: needs expected"});
  check_refused<std::invalid_argument>(
      [&] { (void)referral_quadrants(value, {0}, {.brought = numbers({-1}), .expected = numbers({1})}); },
      {"brought: holds -1 for customer 0"});
  check_refused<std::invalid_argument>([&] { (void)referral_quadrants(value, {0}, {.strength = 0.0}); }, {"strength"});
  check_refused<std::invalid_argument>([&] { (void)referral_quadrants(value, {0}, {.own_threshold = not_a_number}); },
                                       {"own_threshold"});
}
