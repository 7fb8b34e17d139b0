#include "sojourn/market/referral_sensitivity.hpp"

#include <algorithm>
#include <cmath>

#include "market/referral_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("every derivative of total value and of R0 is its difference quotient") {
  Dice dice(510);
  for (int k = 0; k < 60; ++k) {
    const ReferralCase c = random_case(dice, k, .6);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, c.options);
    const Index n = c.chain.n_states();
    const Vector start = random_distribution(dice, n);
    const ReferralSensitivity why = sensitivity(value, start);
    const FreeReferrals free(value, start);
    const auto total = [](const FreeReferrals& f) { return f.total(); };
    const auto reproduction = [](const FreeReferrals& f) { return f.reproduction(); };
    const Structure shape = structure(c.chain);
    const Matrix partial = why.partial();
    const Matrix reproduction_partial = why.R0_partial();
    const double size = size_of(partial) + size_of(value.total().vector());
    for (Index i = 0; i < n; ++i) {
      const bool is_left = shape.is_transient(i);
      if (is_left) {
        CHECK(std::abs(why.by_referrals().at(i) - free.slope(total, [&](FreeReferrals& f, Long h) { f.b[i] += h; })) <
              1e-8 * size);
        CHECK(std::abs(why.visits().at(i) - free.slope(total, [&](FreeReferrals& f, Long h) { f.r[i] += h; })) <
              1e-8 * size);
      }
      CHECK(std::abs(why.R0_by_referrals().at(i) -
                     free.slope(reproduction, [&](FreeReferrals& f, Long h) { f.b[i] += h; })) < 1e-7);
      for (Index j = 0; j < n; ++j) {
        const auto change = [&](FreeReferrals& f, Long h) { f.P(i, j) += h; };
        if (is_left || free.factor < 1.0L) {
          CHECK(std::abs(partial(i, j) - free.slope(total, change)) < 1e-7 * size);
        }
        if (is_left) {
          CHECK(std::abs(reproduction_partial(i, j) - free.slope(reproduction, change)) <
                1e-7 * size_of(reproduction_partial));
        } else {
          CHECK(reproduction_partial(i, j) == 0.0);
        }
      }
    }
  }
}

TEST_CASE("every lift is the difference quotient of answers whose rows sum to one") {
  Dice dice(511);
  int compared = 0;
  for (int k = 0; k < 60; ++k) {
    const ReferralCase c = random_case(dice, k, .6);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, c.options);
    const Index n = c.chain.n_states();
    const Vector start = random_distribution(dice, n);
    const ReferralSensitivity why = sensitivity(value, start);
    const FreeReferrals free(value, start);
    const Matrix lift = why.lift();
    const Matrix reproduction_lift = why.R0_lift();
    const Structure shape = structure(c.chain);
    for (const ReferralLever& lever : why.levers()) {
      const Index i = lever.from;
      const Index j = lever.to;
      CHECK(lever.probability == c.chain.probability(i, j));
      CHECK(std::abs(lever.own_value_of_a_point - why.own().lift()(i, j) / 100.0) < 1e-12 * size_of(lift));
      CHECK(std::abs(lever.total_value_of_a_point - lift(i, j) / 100.0) < 1e-12 * size_of(lift));
      CHECK(std::abs(lever.R0_of_a_point - reproduction_lift(i, j) / 100.0) < 1e-12);
      if (!shape.is_transient(i)) continue;
      ++compared;
      const auto change = [&](FreeReferrals& f, Long h) {
        const Long p = f.P(i, j);
        const Long rest = f.P.row(i).sum() - p;
        for (Index m = 0; m < n; ++m) f.P(i, m) = m == j ? p + h : f.P(i, m) * (1.0L - h / rest);
      };
      const double size = size_of(lift) + size_of(value.total().vector());
      CHECK(std::abs(lift(i, j) - free.slope([](const FreeReferrals& f) { return f.total(); }, change)) < 1e-6 * size);
      CHECK(std::abs(reproduction_lift(i, j) - free.slope([](const FreeReferrals& f) { return f.reproduction(); },
                                                          change)) < 1e-6 * size_of(reproduction_lift));
    }
  }
  CHECK(compared > 500);
}

TEST_CASE("levers are sorted by total value and need not be in the order of own value") {
  const Chain chain(StateSpace{"satisfaction", "loyalty", "spree", "churn"},
                    matrix({{.4, .1, .1, .4}, {0, .8, 0, .2}, {0, 0, .5, .5}, {0, 0, 0, 1}}));
  const ReferralValue value =
      referral_value(chain, Rewards(chain.states(), {{"satisfaction", 5.0}, {"loyalty", 5.0}, {"spree", 15.0}}),
                     Referrals(chain.states(), {{"loyalty", .15}}), {.discount = Discount::none()});
  const std::vector<ReferralLever> levers = sensitivity(value, "satisfaction").levers();
  CHECK(std::is_sorted(levers.begin(), levers.end(), [](const ReferralLever& a, const ReferralLever& b) {
    return a.total_value_of_a_point > b.total_value_of_a_point;
  }));
  const auto lever_to = [&](Index to) {
    return *std::find_if(levers.begin(), levers.end(),
                         [to](const ReferralLever& l) { return l.from == 0 && l.to == to; });
  };
  CHECK(lever_to(2).own_value_of_a_point > lever_to(1).own_value_of_a_point);
  CHECK(lever_to(1).total_value_of_a_point > lever_to(2).total_value_of_a_point);
  CHECK(lever_to(1).R0_of_a_point > 0.0);
  CHECK(lever_to(2).R0_of_a_point < 0.0);
}

TEST_CASE("the change of a move that brings R0 to a target does bring it there") {
  Dice dice(512);
  int reached = 0;
  for (int k = 0; k < 60; ++k) {
    const ReferralCase c = random_case(dice, k, .8);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, c.options);
    if (value.R0() == 0.0) continue;
    const ReferralSensitivity why = sensitivity(value, value.arrives_at());
    for (const ReferralLever& lever : why.levers()) {
      const StateSpace& states = c.chain.states();
      const std::string& from = states.name(lever.from);
      const std::string& to = states.name(lever.to);
      const double target = value.R0() * dice.uniform(.95, 1.05);
      double change = 0.0;
      try {
        change = why.change_to_reach_R0(from, to, target);
      } catch (const std::domain_error&) {
        continue;
      }
      const double p = lever.probability;
      Vector row(c.chain.n_states());
      for (Index j = 0; j < row.size(); ++j) {
        row[j] = j == lever.to ? p + change : c.chain.probability(lever.from, j) * (1.0 - change / (1.0 - p));
      }
      row = row.cwiseMax(0.0);
      const Chain changed = c.chain.with_row(from, row);
      if (structure(changed).recurrent_states() != structure(c.chain).recurrent_states()) continue;
      ++reached;
      const Extinction after = extinction(changed, c.referrals, {.arrives_at = value.arrives_at()});
      CHECK(std::abs(after.R0 - target) < 1e-9);
    }
  }
  CHECK(reached > 100);
}

TEST_CASE("an R0 out of reach of a move is refused with the reach") {
  const Chain chain(StateSpace{"active", "loyal", "churn"}, matrix({{.5, .1, .4}, {0, .8, .2}, {0, 0, 1}}));
  const ReferralValue value =
      referral_value(chain, Rewards(chain.states(), {{"active", 1.0}}), Referrals(chain.states(), {{"loyal", .1}}),
                     {.discount = Discount::none()});
  const ReferralSensitivity why = sensitivity(value, "active");
  check_refused<std::domain_error>(
      [&] { (void)why.change_to_reach_R0("active", "loyal"); },
      {"change_to_reach_R0: no probability of 'active' → 'loyal' brings R0 to 1", "from 0 to 0.5"});
  CHECK(std::abs(why.change_to_reach_R0("active", "loyal", .25) - (4.0 / 13.0 - .1)) < 1e-13);
  check_refused<std::domain_error>([&] { (void)why.change_to_reach_R0("churn", "active"); }, {"forbidden"});
  check_refused<std::invalid_argument>([&] { (void)why.change_to_reach_R0("active", "loyal", -1.0); },
                                       {"target", "-1"});
  check_refused<std::out_of_range>([&] { (void)why.change_to_reach_R0("active", "nowhere"); }, {"nowhere"});
}
