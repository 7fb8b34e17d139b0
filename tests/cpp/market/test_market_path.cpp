// Against the formula written down anew, closed forms, and the exact answers that the mean field contains.
#include "sojourn/market/market_path.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "market/market_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

/// A market of those who have adopted and those who have not, in steps of `step`.
Market bass(double p, double q, double step) {
  const StateSpace adopted{"adopted"};
  Market market{.chain = {adopted, matrix({{1}})}, .rewards = Rewards(adopted)};
  market.people = 1'000'000'000'000;
  market.referrals = Referrals(market.chain.states(), numbers({q * step}));
  market.advertising = p * step;
  return market;
}

double bass_closed_form(double p, double q, double t) {
  const double left = std::exp(-(p + q) * t);
  return (1.0 - left) / (1.0 + q / p * left);
}

}  // namespace

TEST_CASE("a period of the mean field is what its formula says") {
  Dice dice(11);
  for (int turn = 0; turn < 60; ++turn) {
    CAPTURE(turn);
    const Market market = random_market(dice, 1000);
    const Index n = market.chain.n_states();
    const MarketPath path = market_path(market, {.horizon = 5, .discount = Discount::factor(.9)});
    double profit = 0.0;
    double discount = 1.0;
    for (Index t = 0; t < 5; ++t) {
      CAPTURE(t);
      const Vector now = path.occupancy.row(t).transpose();
      Matrix P = market.chain.transition_matrix();
      if (market.reputation) {
        const MarketReputation& told = *market.reputation;
        const double rho = (told.law.prior_good + path.good[t]) /
                           (told.law.prior_good + told.law.prior_bad + path.good[t] + path.bad[t]);
        CHECK(path.reputation[t] == Catch::Approx(rho).epsilon(1e-13));
        double on = 0.0;
        for (Index j = 1; j < n; ++j) on += market.chain.is_absorbing(j) ? 0.0 : P(0, j);
        if (on < 1.0 - 1e-12) {
          const double odds = on / (1.0 - on) * std::exp(told.law.sensitivity * (rho - told.law.reference));
          for (Index j = 0; j < n; ++j) {
            P(0, j) *=
                j != 0 && !market.chain.is_absorbing(j) ? odds / (1.0 + odds) / on : 1.0 / (1.0 + odds) / (1.0 - on);
          }
        }
        const ExperienceSource& source = told.sources.front();
        CHECK(path.good[t + 1] ==
              Catch::Approx(told.law.retention * path.good[t] + source.weight * source.good.dot(now)).epsilon(1e-12));
        CHECK(path.bad[t + 1] ==
              Catch::Approx(told.law.retention * path.bad[t] + source.weight * source.bad.dot(now)).epsilon(1e-12));
      } else {
        CHECK(path.good[t] == 0.0);
        CHECK(path.reputation.size() == 0);
      }
      double contacts = 0.0;
      double of_moves = 0.0;
      Vector next = Vector::Zero(n);
      for (Index i = 0; i < n; ++i) {
        contacts += now[i] * market.referrals->per_state()[i];
        for (Index j = 0; j < n; ++j) {
          const double moved = now[i] * P(i, j);
          contacts += moved * market.referrals->move_referrals(i, j);
          of_moves += moved * market.rewards.move_reward(i, j);
          next[j] += market.chain.is_absorbing(i) ? moved * (1.0 - market.returns) : moved;
        }
      }
      const double pool = 1000.0 - now.sum();
      const double referred = pool * (1.0 - std::exp(-contacts / 1000.0));
      const double advertised = (pool - referred) * market.advertising;
      next += referred * market.arrives_at;
      next +=
          advertised * (market.advertising_arrives_at.size() != 0 ? market.advertising_arrives_at : market.arrives_at);
      CHECK(distance(path.occupancy.row(t + 1).transpose(), next) < 1e-10);
      CHECK(path.pool[t] == Catch::Approx(pool).margin(1e-10));
      CHECK(path.referred[t] == Catch::Approx(referred).margin(1e-10));
      CHECK(path.advertised[t] == Catch::Approx(advertised).margin(1e-10));
      CHECK(path.pool[t] + path.inside[t] + path.gone[t] == Catch::Approx(1000.0).epsilon(1e-13));
      const double of_states = now.dot(market.rewards.per_state());
      CHECK(path.revenue[t] == Catch::Approx(of_states + of_moves).margin(1e-8));
      const double acquisition = market.referred_cost * referred + market.advertised_cost * advertised;
      CHECK(path.costs[t] == Catch::Approx(market.advertising_cost + acquisition).epsilon(1e-12));
      profit += discount * (of_states - market.advertising_cost) + .9 * discount * (of_moves - acquisition);
      discount *= .9;
    }
    CHECK(path.profit == Catch::Approx(profit).margin(1e-8));
  }
}

TEST_CASE("a market that nobody enters is the forecast of its base, and its profit their lifetime value") {
  Market market = small_market();
  market.referrals.reset();
  market.advertising = market.advertising_cost = market.returns = 0.0;
  market.reputation.reset();
  const MarketPath path = market_path(market, {.horizon = 24, .discount = Discount::annual_rate(.1)});
  CHECK(distance(path.occupancy, forecast(market.chain, market.stock.cast<double>(), {.periods = 24})) < 1e-9);
  const auto value =
      lifetime_value(market.chain, market.rewards, {.discount = Discount::annual_rate(.1), .horizon = 24});
  CHECK(path.profit == Catch::Approx(value.mean().vector().dot(market.stock.cast<double>())).epsilon(1e-12));
  CHECK(path.referred.isZero());
  CHECK(path.advertised.isZero());
}

TEST_CASE("arrivals of Bass form are reached as the period shrinks, with an error in proportion to it") {
  for (const auto& anchor : anchors().at("diffusion")) {
    const double p = anchor.at("innovation");
    const double q = anchor.at("imitation");
    const Vector adopted = numbers_of(anchor.at("adopted"));
    Vector errors(5);
    for (int halving = 0; halving < 5; ++halving) {
      const Index periods = Index{8} << halving;  // per unit of time
      const MarketPath path =
          market_path(bass(p, q, 1.0 / static_cast<double>(periods)), {.horizon = adopted.size() * periods});
      double worst = 0.0;
      for (Index t = 1; t <= adopted.size(); ++t) {
        const double share = path.occupancy(t * periods, 0) / 1e12;
        worst = std::max(worst, std::abs(share - bass_closed_form(p, q, static_cast<double>(t))));
      }
      errors[halving] = worst;
    }
    for (Index k = 1; k < 5; ++k) {
      CAPTURE(k, errors[k - 1], errors[k]);
      CHECK(errors[k - 1] / errors[k] == Catch::Approx(2.0).epsilon(.03));
    }
    // Two periods of half the length take the first order of the error away, and the published numbers are left.
    const Index periods = 2000;
    const MarketPath coarse = market_path(bass(p, q, 1.0 / 2000), {.horizon = adopted.size() * periods});
    const MarketPath fine = market_path(bass(p, q, 1.0 / 4000), {.horizon = 2 * adopted.size() * periods});
    for (Index t = 1; t <= adopted.size(); ++t) {
      CAPTURE(t);
      const double share = (2.0 * fine.occupancy(2 * t * periods, 0) - coarse.occupancy(t * periods, 0)) / 1e12;
      CHECK(std::abs(share - adopted[t - 1]) <= anchor.at("tolerance").get<double>());
      CHECK(std::abs(share - bass_closed_form(p, q, static_cast<double>(t))) < 1e-8);
    }
  }
}

TEST_CASE("adoption peaks when the published formula says") {
  for (const auto& anchor : anchors().at("diffusion")) {
    const double p = anchor.at("innovation");
    const double q = anchor.at("imitation");
    const Index periods = 4000;
    const MarketPath path = market_path(bass(p, q, 1.0 / static_cast<double>(periods)), {.horizon = 10 * periods});
    Index peak = 0;
    (path.referred + path.advertised).maxCoeff(&peak);
    CHECK(static_cast<double>(peak) / static_cast<double>(periods) ==
          Catch::Approx(anchor.at("peak_time").get<double>()).margin(2e-3));
    CHECK(path.occupancy(peak, 0) / 1e12 == Catch::Approx(anchor.at("adopted_at_peak").get<double>()).margin(3e-4));
  }
}

TEST_CASE("better experiences bring more searchers on, from the period after they were shared") {
  Market market = small_market();
  const MarketPath base = market_path(market, {.horizon = 12});
  market.reputation->sources[0].good *= 2.0;
  const MarketPath better = market_path(market, {.horizon = 12});
  CHECK(better.reputation[0] == base.reputation[0]);
  CHECK(better.occupancy.row(1) == base.occupancy.row(1));  // the experiences of period 0 are yet to be read
  CHECK(better.reputation[1] > base.reputation[1]);
  CHECK(better.occupancy(2, 1) > base.occupancy(2, 1));
  CHECK(better.inside[12] > base.inside[12]);
  CHECK(better.profit > base.profit);
  market.reputation->law.sensitivity = -2.0;
  const MarketPath contrary = market_path(market, {.horizon = 12});
  market.reputation->sources[0].good *= .5;
  CHECK(contrary.occupancy(2, 1) < market_path(market, {.horizon = 12}).occupancy(2, 1));
}

TEST_CASE("only the moves that are named go on by reputation") {
  Market market = small_market();
  market.reputation->good = 1000.0;
  const auto row_of = [&] {
    Market searching = market;
    searching.stock = whole_numbers({1000, 0, 0, 0, 0});
    searching.referrals.reset();
    searching.advertising = 0.0;
    return Vector(market_path(searching, {.horizon = 1}).occupancy.row(1).transpose() / 1000.0);
  };
  const Vector by_default = row_of();
  CHECK(by_default[1] > .3);
  CHECK(by_default[0] / by_default[4] == Catch::Approx(.3 / .4).epsilon(1e-12));
  market.reputation->onward = {"fmot", "zmot"};
  const Vector staying_too = row_of();
  CHECK(staying_too[0] == Catch::Approx(staying_too[1]).epsilon(1e-12));
  CHECK(staying_too[4] < .4);
}

TEST_CASE("the delivery gap is the difference of two paths") {
  const Market market = small_market();
  const MarketPathOptions options{.horizon = 36, .discount = Discount::annual_rate(.1)};
  const DeliveryGap gap = delivery_gap(market, "fmot", "satisfied", .8, .08, options);
  CHECK(gap.believed.profit == market_path(with_move(market, "fmot", "satisfied", .8), options).profit);
  CHECK(gap.felt.profit == market_path(with_move(market, "fmot", "satisfied", .08), options).profit);
  CHECK(gap.profit == gap.felt.profit - gap.believed.profit);
  CHECK(gap.profit < 0.0);
  CHECK(gap.felt.reputation[36] < gap.believed.reputation[36]);
  CHECK(delivery_gap(market, "fmot", "satisfied", .5, .5, options).profit == 0.0);
  CHECK_THAT(gap.definition, Catch::Matchers::ContainsSubstring("0.08 instead of 0.8 for 'fmot' → 'satisfied'"));
}

TEST_CASE("a market tells what was followed") {
  const MarketPath path = market_path(small_market(), {.horizon = 3, .discount = Discount::factor(.99)});
  for (const char* words :
       {"mean field", "10,000 people", "advertising 0.01", "reputation at 'zmot'", "3 periods", ".99"}) {
    CHECK_THAT(path.definition, Catch::Matchers::ContainsSubstring(words));
  }
}

TEST_CASE("markets that cannot be are refused with the reason") {
  struct Bad {
    const char* why;
    std::function<void(Market&)> spoil;
    std::vector<std::string_view> words;
  };
  const std::vector<Bad> table{
      {"smaller than its customers",
       [](Market& m) {
         m.people = 100;
         m.stock = whole_numbers({60, 0, 41, 0, 0});
       },
       {"people: the market has 100", "fewer than stand in its states"}},
      {"nobody at all",
       [](Market& m) {
         m.people = 0;
         m.stock = {};
       },
       {"people: must be from 1", "found 0"}},
      {"more people than numbers", [](Market& m) { m.people = std::int64_t{1} << 52; }, {"people: must be from 1"}},
      {"negative stock", [](Market& m) { m.stock[2] = -1; }, {"stock: holds -1 people in 'satisfied'"}},
      {"stock of another length",
       [](Market& m) { m.stock = whole_numbers({1}); },
       {"stock: expected one number for each"}},
      {"referrals of other states",
       [](Market& m) { m.referrals = Referrals(StateSpace{"a", "b"}); },
       {"referrals: are for the states", "the chain has"}},
      {"arrival law", [](Market& m) { m.arrives_at = numbers({.5, .4, 0, 0, 0}); }, {"arrives_at", "0.9"}},
      {"advertising law",
       [](Market& m) { m.advertising_arrives_at = numbers({1, 1, 0, 0, 0}); },
       {"advertising_arrives_at"}},
      {"advertising above 1", [](Market& m) { m.advertising = 1.5; }, {"advertising: must be a probability", "1.5"}},
      {"advertising not a number", [](Market& m) { m.advertising = not_a_number; }, {"advertising:", "nan"}},
      {"advertising cost", [](Market& m) { m.advertising_cost = -1; }, {"advertising_cost", "-1"}},
      {"cost of the referred", [](Market& m) { m.referred_cost = infinity; }, {"referred_cost", "inf"}},
      {"cost of the others", [](Market& m) { m.advertised_cost = -2; }, {"advertised_cost", "-2"}},
      {"returns", [](Market& m) { m.returns = -.1; }, {"returns: must be a probability", "-0.1"}},
      {"rewards of other states",
       [](Market& m) { m.rewards = Rewards(StateSpace{"a"}); },
       {"rewards: are for the states 'a'"}},
      {"prior of 0", [](Market& m) { m.reputation->law.prior_good = 0; }, {"prior_good", "0"}},
      {"negative prior", [](Market& m) { m.reputation->law.prior_bad = -1; }, {"prior_bad", "-1"}},
      {"retention of 1", [](Market& m) { m.reputation->law.retention = 1; }, {"retention", "1"}},
      {"sensitivity", [](Market& m) { m.reputation->law.sensitivity = infinity; }, {"sensitivity"}},
      {"reference", [](Market& m) { m.reputation->law.reference = 1.2; }, {"reference", "1.2"}},
      {"stock of experiences", [](Market& m) { m.reputation->good = -1; }, {"good", "-1"}},
      {"weight", [](Market& m) { m.reputation->sources[1].weight = -1; }, {"source 'reviews': weight", "-1"}},
      {"rate of experiences",
       [](Market& m) { m.reputation->sources[0].bad[3] = -1; },
       {"source 'friends': bad: is -1 in 'unhappy'"}},
      {"no searching state", [](Market& m) { m.reputation->search = ""; }, {"reputation: search: say which"}},
      {"searchers who are gone",
       [](Market& m) { m.reputation->search = "lapsed"; },
       {"search", "'lapsed'", "never left"}},
      {"onward to nowhere", [](Market& m) { m.reputation->onward = {"unhappy"}; }, {"no move 'zmot' → 'unhappy'"}},
      {"nothing onward",
       [](Market& m) { m.chain = m.chain.with_row("zmot", numbers({.5, 0, 0, 0, .5})); },
       {"'zmot' leads only to itself and to absorbing states"}}};
  for (const Bad& bad : table) {
    CAPTURE(bad.why);
    Market market = small_market();
    bad.spoil(market);
    const auto refused = [&](const std::function<void()>& call) {
      const std::string message = refusal<std::invalid_argument>(call);
      for (const std::string_view words : bad.words) {
        CHECK_THAT(message, Catch::Matchers::ContainsSubstring(std::string(words)));
      }
    };
    refused([&] { (void)market_path(market, {.horizon = 3}); });
    refused([&] { (void)simulate_market(market, {.horizon = 3}); });
    refused([&] { (void)market_equilibria(market); });
    refused([&] { (void)market_threshold(market, "fmot", "satisfied"); });
  }
  Market market = small_market();
  market.reputation->search = "search";
  check_refused<std::out_of_range>([&] { (void)market_path(market, {.horizon = 3}); }, {"search"});
  market = small_market();
  market.reputation->onward = {"loyal"};
  check_refused<std::out_of_range>([&] { (void)market_path(market, {.horizon = 3}); }, {"loyal"});
  market = small_market();
  check_refused<std::invalid_argument>([&] { (void)market_path(market, {.horizon = 0}); }, {"horizon", "found 0"});
  check_refused<std::invalid_argument>(
      [&] { (void)delivery_gap(market, "fmot", "satisfied", .8, 1.08, {.horizon = 3}); }, {"felt", "1.08"});
  check_refused<std::invalid_argument>(
      [&] { (void)delivery_gap(market, "fmot", "satisfied", -.8, .08, {.horizon = 3}); }, {"believed", "-0.8"});
  market.rewards = Rewards(market_states, {{"satisfied", 1e307}});
  check_refused<std::domain_error>([&] { (void)market_path(market, {.horizon = 3}); }, {"money is too large"});
}
