#include "sojourn/market/referral_value.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <sstream>

#include "market/referral_cases.hpp"
#include "sojourn/model/io.hpp"
#include "trust/fit_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

/// The largest eigenvalue by size of `Q + b sᵀ`, newcomers who are on their way counted as states.
double radius(const ReferralValue& value) {
  const Structure shape = structure(value.chain());
  const std::vector<Index> inside = shape.transient_states();
  const Vector b = value.referrals().per_period(value.chain());
  const auto n = static_cast<Index>(inside.size());
  const Index waits = value.delay().size() - 1;
  Eigen::MatrixXd M = Eigen::MatrixXd::Zero(n + waits, n + waits);
  for (Index i = 0; i < n; ++i) {
    const Index from = inside[static_cast<std::size_t>(i)];
    for (Index j = 0; j < n; ++j) {
      const Index to = inside[static_cast<std::size_t>(j)];
      M(i, j) = value.chain().probability(from, to) + b[from] * value.delay()[0] * value.arrives_at()[to];
    }
    for (Index k = 0; k < waits; ++k) M(i, n + k) = b[from] * value.delay()[k + 1];
  }
  for (Index k = 0; k < waits; ++k) {
    if (k > 0) {
      M(n + k, n + k - 1) = 1.0;
    } else {
      for (Index j = 0; j < n; ++j) M(n, j) = value.arrives_at()[inside[static_cast<std::size_t>(j)]];
    }
  }
  return M.eigenvalues().cwiseAbs().maxCoeff();
}

}  // namespace

TEST_CASE("computed numbers of two small bases come out of referral_value") {
  for (const auto& anchor : anchors().at("word_of_mouth")) {
    INFO(anchor.at("name").get<std::string>());
    const double tolerance = anchor.at("tolerance").get<double>();
    const Chain chain(states_of(anchor.at("states")), matrix_of(anchor.at("transition_matrix")));
    const Rewards rewards(chain.states(), numbers_of(anchor.at("per_state")));
    const Referrals referrals(chain.states(), numbers_of(anchor.at("referrals")));
    const bool is_growing = anchor.contains("critical_discount_rate");
    const ReferralValue value = referral_value(
        chain, rewards, referrals,
        {.discount = is_growing ? Discount::factor(.5) : Discount::factor(anchor.at("discount_factor").get<double>())});
    CHECK(std::abs(value.R0() - anchor.at("R0").get<double>()) < tolerance);
    CHECK(std::abs(value.growth_factor() - anchor.at("growth_factor").get<double>()) < tolerance);
    if (is_growing) {
      CHECK(std::abs(*value.critical_discount_rate() - anchor.at("critical_discount_rate").get<double>()) < tolerance);
      const std::pair<const char*, OffspringLaw> laws[] = {{"poisson", OffspringLaw::poisson},
                                                           {"bernoulli", OffspringLaw::bernoulli},
                                                           {"geometric", OffspringLaw::geometric}};
      for (const auto& [name, law] : laws) {
        INFO(name);
        const Extinction end = extinction(chain, referrals, {.offspring = law});
        CHECK(std::abs(end.newcomer_probability - anchor.at("extinction").at(name).get<double>()) < tolerance);
        CHECK(std::abs(end.probability["active"] - end.newcomer_probability) < 1e-14);
        CHECK(end.probability["churn"] == 1.0);
      }
    } else {
      CHECK(std::abs(value.own()["active"] - anchor.at("own").get<double>()) < tolerance);
      CHECK(std::abs(value.total()["active"] - anchor.at("total").get<double>()) < tolerance);
      const Progeny tree = progeny(chain, referrals);
      CHECK(std::abs(tree.newcomer_mean - anchor.at("progeny_mean").get<double>()) < tolerance);
      CHECK(std::abs(tree.newcomer_variance - anchor.at("progeny_variance_poisson").get<double>()) < tolerance);
    }
  }
}

TEST_CASE("total value solves its own equation by plain elimination") {
  Dice dice(501);
  for (int k = 0; k < 120; ++k) {
    const ReferralCase c = random_case(dice, k);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, c.options);
    const LongVector plain = FreeReferrals(value, value.arrives_at()).values();
    const double size = size_of(value.total().vector()) + size_of(value.referred().vector());
    CHECK(distance(value.total().vector(), plain) < 1e-11 * size);
  }
}

TEST_CASE("own and referred value sum to the total, and the own part is the lifetime value") {
  Dice dice(502);
  for (int k = 0; k < 60; ++k) {
    const ReferralCase c = random_case(dice, k);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, c.options);
    CHECK(distance(value.total().vector(), value.own().vector() + value.referred().vector()) <=
          1e-12 * size_of(value.total().vector()));
    CHECK(value.own() == lifetime_value(c.chain, c.rewards, {.discount = c.options.discount}).mean());
    const Vector start = random_distribution(dice, c.chain.n_states());
    const ReferralStartValue at = value.start_value(start);
    CHECK(std::abs(at.total - start.dot(value.total().vector())) < 1e-11 * size_of(value.total().vector()));
    CHECK(at.total == at.own + at.referred);
  }
}

TEST_CASE("generations and what is beyond them sum to the total") {
  Dice dice(503);
  for (int k = 0; k < 40; ++k) {
    const ReferralCase c = random_case(dice, k);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, c.options);
    for (const Index n : {0, 1, 7}) {
      const Generations parts = value.generations(n);
      REQUIRE(parts.value.cols() == n + 1);
      CHECK(distance(parts.value.rowwise().sum() + parts.beyond.vector(), value.total().vector()) <
            1e-11 * size_of(value.total().vector()));
      CHECK(distance(parts.value.col(0), value.own().vector()) == 0.0);
    }
  }
}

TEST_CASE("the first generation is what direct newcomers are worth themselves") {
  const Chain chain = two_states();
  const ReferralValue value =
      referral_value(chain, Rewards(chain.states(), {{"active", 10.0}}), Referrals(chain.states(), {{"active", .1}}),
                     {.discount = Discount::none(), .acquisition_cost = 8.0, .first_reward = 3.0});
  const Generations parts = value.generations(3);
  CHECK(std::abs(parts.value(0, 1) - .5 * 45.0) < 1e-12);  // half a newcomer, worth 50 and 5 dearer
  CHECK(std::abs(parts.value(0, 2) - .25 * 45.0) < 1e-12);
  CHECK(std::abs(parts.value(0, 3) - .125 * 45.0) < 1e-12);
  CHECK(std::abs(parts.beyond["active"] - .125 * 45.0) < 1e-12);
}

TEST_CASE("newcomers of moves count as much as the same newcomers of states") {
  Dice dice(504);
  for (int k = 0; k < 30; ++k) {
    ReferralCase c = random_case(dice, 2 * k + 1);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, c.options);
    const Referrals flat(c.chain.states(), c.referrals.per_period(c.chain));
    const ReferralValue same = referral_value(c.chain, c.rewards, flat, c.options);
    CHECK(distance(value.total(), same.total()) < 1e-12 * size_of(value.total().vector()));
    CHECK(std::abs(value.R0() - same.R0()) < 1e-13);
  }
}

TEST_CASE("the growth factor is the spectral radius of moves and newcomers together") {
  Dice dice(505);
  for (int k = 0; k < 120; ++k) {
    const ReferralCase c = random_case(dice, k, k % 2 == 0 ? dice.uniform(.05, .95) : dice.uniform(1.05, 3.0));
    ReferralValueOptions options = c.options;
    options.discount = Discount::factor(.2);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, options);
    CHECK(std::abs(value.growth_factor() - radius(value)) < 1e-10);
  }
}

TEST_CASE("a base grows by exactly one when every newcomer brings one") {
  Dice dice(506);
  for (int k = 0; k < 60; ++k) {
    const ReferralCase c = random_case(dice, k, 1.0);
    ReferralValueOptions options = c.options;
    options.discount = Discount::factor(.5);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, options);
    if (value.R0() == 0.0) continue;
    CHECK(std::abs(value.growth_factor() - 1.0) < 1e-12);
    CHECK(!value.doubling_time());
    CHECK(!value.halving_time());
    CHECK(std::abs(*value.critical_discount_factor() - 1.0) < 1e-12);
  }
}

TEST_CASE("a base grows just when a newcomer brings more than one") {
  Dice dice(507);
  for (int k = 0; k < 60; ++k) {
    const bool grows = k % 2 == 0;
    const ReferralCase c = random_case(dice, k, grows ? 1.02 : .98);
    ReferralValueOptions options = c.options;
    options.discount = Discount::factor(.5);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, options);
    if (value.R0() == 0.0) continue;
    CHECK((value.growth_factor() > 1.0) == grows);
    CHECK(value.doubling_time().has_value() == grows);
    CHECK(value.halving_time().has_value() == !grows);
    CHECK(value.critical_discount_rate().has_value() == grows);
  }
}

TEST_CASE("doubling and halving times are those of the growth factor") {
  const Chain chain = two_states();
  const Rewards rewards(chain.states(), {{"active", 10.0}});
  const auto with = [&](double b) {
    return referral_value(chain, rewards, Referrals(chain.states(), {{"active", b}}),
                          {.discount = Discount::factor(.5)});
  };
  CHECK(std::abs(std::pow(1.2, *with(.4).doubling_time()) - 2.0) < 1e-12);
  CHECK(std::abs(std::pow(.9, *with(.1).halving_time()) - .5) < 1e-12);
}

TEST_CASE("the stable mix is kept by moves and newcomers together") {
  Dice dice(508);
  int compared = 0;
  for (int k = 0; k < 80; ++k) {
    const ReferralCase c = random_case(dice, k, dice.uniform(.9, 2.5));
    ReferralValueOptions options = c.options;
    options.discount = Discount::factor(.2);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, options);
    if (value.R0() == 0.0) continue;
    Vector mix;
    try {
      mix = value.stable_mix().vector();
    } catch (const std::domain_error&) {
      continue;  // customers pile up in states without newcomers
    }
    ++compared;
    CHECK(std::abs(mix.sum() - 1.0) < 1e-13);
    CHECK(mix.minCoeff() >= 0.0);
    const double growth = value.growth_factor();
    double due = 0.0;  // newcomers who arrive in a period, when the base grew by `growth` since they were brought
    for (Index d = 0; d < value.delay().size(); ++d)
      due += value.delay()[d] * std::pow(growth, -static_cast<double>(d));
    const double arriving = due * mix.dot(value.referrals().per_period(c.chain));
    Vector later = c.chain.next(mix) + arriving * value.arrives_at();
    const Structure shape = structure(c.chain);
    for (const Index i : shape.recurrent_states()) later[i] = growth * mix[i];
    CHECK(distance(later, growth * mix) < 1e-10);
  }
  CHECK(compared > 40);
}

TEST_CASE("states without newcomers that empty slowly are the growth of the base, and leave it no mix") {
  const Chain chain(StateSpace{"active", "dormant", "churn"}, matrix({{.5, .2, .3}, {0, .95, .05}, {0, 0, 1}}));
  const ReferralValue value =
      referral_value(chain, Rewards(chain.states(), {{"active", 1.0}}), Referrals(chain.states(), {{"active", .3}}),
                     {.discount = Discount::none()});
  CHECK(std::abs(value.growth_factor() - .95) < 1e-15);
  check_refused<std::domain_error>([&] { (void)value.stable_mix(); }, {"stable_mix", "'dormant'"});
}

TEST_CASE("a base whose newcomers bring nobody has no mix and shrinks as its chain does") {
  const Chain chain(StateSpace{"new", "loyal", "churn"}, matrix({{.5, 0, .5}, {0, .9, .1}, {0, 0, 1}}));
  const ReferralValue value =
      referral_value(chain, Rewards(chain.states(), {{"loyal", 1.0}}), Referrals(chain.states(), {{"loyal", .3}}),
                     {.discount = Discount::none()});
  CHECK(value.R0() == 0.0);
  CHECK(std::abs(value.lifetime_referrals()["loyal"] - 3.0) < 1e-12);
  CHECK(std::abs(value.growth_factor() - .9) < 1e-15);
  check_refused<std::domain_error>([&] { (void)value.stable_mix(); }, {"stable_mix", "R0 = 0"});
}

TEST_CASE("total value is finite just above the critical discount and refused at it") {
  Dice dice(509);
  for (int k = 0; k < 40; ++k) {
    ReferralCase c = random_case(dice, k, dice.uniform(1.2, 3.0));
    c.options.discount = Discount::factor(.1);
    const ReferralValue found = referral_value(c.chain, c.rewards, c.referrals, c.options);
    if (found.R0() == 0.0) continue;
    const double rate = *found.critical_discount_rate();
    CHECK(std::abs(*found.critical_discount_factor() * (1.0 + rate) - 1.0) < 1e-14);
    c.options.discount = Discount::per_period_rate(rate * 1.0001);
    CHECK(referral_value(c.chain, c.rewards, c.referrals, c.options).total().vector().allFinite());
    c.options.discount = Discount::per_period_rate(rate * .9999);
    check_refused<std::domain_error>([&] { (void)referral_value(c.chain, c.rewards, c.referrals, c.options); },
                                     {"referral_value", "R0 = ", "infinite", "rate above"});
  }
}

TEST_CASE("a base that grows is refused without discount, with the discount that would do") {
  const Chain chain = two_states();
  check_refused<std::domain_error>(
      [&] {
        (void)referral_value(chain, Rewards(chain.states(), {{"active", 10.0}}),
                             Referrals(chain.states(), {{"active", .4}}), {.discount = Discount::none()});
      },
      {"referral_value: a newcomer brings R0 = 2 others", "factor of 1.2 per period", "rate above 20 % per period",
       "below 0.833333"});
}

TEST_CASE("newcomers who come later are worth less, and slow a growing base") {
  const Chain chain = two_states();
  const Rewards rewards(chain.states(), {{"active", 10.0}});
  const Referrals referrals(chain.states(), {{"active", .4}});
  const ReferralValue soon = referral_value(chain, rewards, referrals, {.discount = Discount::factor(.7)});
  const ReferralValue late =
      referral_value(chain, rewards, referrals, {.discount = Discount::factor(.7), .delay = numbers({0, .5, .5})});
  CHECK(late.total()["active"] < soon.total()["active"]);
  CHECK(late.growth_factor() < soon.growth_factor());
  CHECK(late.growth_factor() > 1.0);
  CHECK(late.R0() == soon.R0());
  const double growth = late.growth_factor();
  CHECK(std::abs((.5 / growth + .5 / (growth * growth)) * .4 / (growth - .8) - 1.0) < 1e-12);
}

TEST_CASE("a sparse chain has the same referral value as its full twin") {
  Dice dice(517);
  for (int k = 0; k < 24; ++k) {
    const ReferralCase c = random_case(dice, k, 1.3);
    ReferralValueOptions options = c.options;
    options.discount = Discount::factor(.4);
    const ReferralValue full = referral_value(c.chain, c.rewards, c.referrals, options);
    const ReferralValue sparse = referral_value(c.chain.to_sparse(), c.rewards, c.referrals, options);
    const double size = size_of(full.total().vector());
    CHECK(distance(full.total(), sparse.total()) < 1e-11 * size);
    CHECK(std::abs(full.growth_factor() - sparse.growth_factor()) < 1e-11);
    const ReferralSensitivity why = sensitivity(full, full.arrives_at());
    const ReferralSensitivity same = sensitivity(sparse, sparse.arrives_at());
    for (const ReferralLever& lever : same.levers()) {
      CHECK(std::abs(lever.total_value_of_a_point - why.lift()(lever.from, lever.to) / 100.0) < 1e-10 * size);
    }
    check_refused<std::domain_error>([&] { (void)same.lift(); }, {"sparse"});
  }
}

TEST_CASE("a base of many states is valued, grows and settles as its equations say") {
  Dice dice(518);
  constexpr Index n = 3000;
  std::vector<Eigen::Triplet<double>> moves;
  for (Index i = 0; i + 1 < n; ++i) {
    moves.emplace_back(i, i + 1, .5);
    moves.emplace_back(i, dice.integer(0, i), .3);
    moves.emplace_back(i, n - 1, .2);
  }
  moves.emplace_back(n - 1, n - 1, 1.0);
  SparseMatrix P(n, n);
  P.setFromTriplets(moves.begin(), moves.end());
  std::vector<std::string> names;
  for (Index i = 0; i < n; ++i) names.push_back("s" + std::to_string(i));
  const Chain chain(StateSpace(names), P);
  Vector reward = Vector::Ones(n);
  Vector brought = Vector::Constant(n, .3);
  reward[n - 1] = brought[n - 1] = 0.0;
  const ReferralValue value = referral_value(chain, Rewards(chain.states(), reward), Referrals(chain.states(), brought),
                                             {.discount = Discount::factor(.8)});
  const Vector V = value.total().vector();
  const Vector due = reward + .8 * chain.expected_next(V) + .8 * V[0] * brought;
  CHECK(distance(due, V) < 1e-9 * size_of(V));
  CHECK(std::abs(value.growth_factor() - 1.1) < 1e-9);  // everybody leaves with .2 and brings .3
  Vector mix = value.stable_mix().vector();
  Vector later = chain.next(mix);
  later[0] += .3;
  later[n - 1] = 0.0;
  CHECK(distance(later, 1.1 * mix) < 1e-9);
}

TEST_CASE("a referral value from a fit takes the money that was seen, and its own part has an interval") {
  const FitResult fit = small_fit();
  const Referrals referrals(fit.chain.states(), {{"loyal", .05}});
  const ReferralValueOptions options{.discount = Discount::factor(.9)};
  const ReferralValue value = referral_value(fit, referrals, options);
  CHECK(value.own() == lifetime_value(fit, {.discount = options.discount}).mean());
  CHECK(value.own_value().interval(.9).standard_error["new"] > 0.0);
  CHECK(value.total() == referral_value(fit.chain, fit.counts.mean_rewards(), referrals, options).total());
  const Rewards other(fit.chain.states(), {{"new", 1.0}});
  CHECK(referral_value(fit, referrals, options, other).total() ==
        referral_value(fit.chain, other, referrals, options).total());
}

TEST_CASE("referrals are a value: changed copies, comparison, printing") {
  const Referrals none(StateSpace{"a", "b"});
  const Referrals some = none.with_state("a", .2).with_move("a", "b", .5);
  CHECK(!none.has_move_referrals());
  CHECK(some.move_referrals(0, 1) == .5);
  CHECK(!(none == some));
  CHECK(none.with_move("a", "b", .5).with_move("a", "b", 0.0) == none);
  const Chain chain = two_states();
  std::ostringstream out;
  out << referral_value(chain, Rewards(chain.states(), {{"active", 10.0}}), Referrals(chain.states(), {{"active", .1}}),
                        {.discount = Discount::none()});
  CHECK_THAT(out.str(), Catch::Matchers::ContainsSubstring("with all whom he brings (reward), for life") &&
                            Catch::Matchers::ContainsSubstring("newcomers arrive in 'active' after 1 period") &&
                            Catch::Matchers::ContainsSubstring("R0 = 0.5") &&
                            Catch::Matchers::ContainsSubstring("halves in 6.579 periods"));
}

TEST_CASE("bad referrals are refused with advice") {
  const Chain chain(StateSpace{"active", "a", "b", "churn"},
                    matrix({{.6, .1, 0, .3}, {0, .5, .5, 0}, {0, .5, .5, 0}, {0, 0, 0, 1}}));
  const StateSpace& states = chain.states();
  const Rewards rewards(states, {{"active", 10.0}});
  const Referrals good(states, {{"active", .1}});
  const auto ask = [&](const Referrals& referrals, ReferralValueOptions options) {
    if (!options.discount) options.discount = Discount::none();
    (void)referral_value(chain, rewards, referrals, options);
  };
  check_refused<std::invalid_argument>([&] { (void)referral_value(chain, rewards, good, {}); }, {"no discount given"});
  check_refused<std::invalid_argument>([&] { Referrals(states, {{"active", -.1}}); },
                                       {"'active' brings -0.1", "at least 0"});
  check_refused<std::invalid_argument>([&] { Referrals(states, {{"active", not_a_number}}); }, {"'active' brings nan"});
  check_refused<std::invalid_argument>([&] { Referrals(states, {{"active", infinity}}); }, {"'active' brings inf"});
  check_refused<std::out_of_range>([&] { Referrals(states, {{"fan", .1}}); }, {"fan"});
  check_refused<std::invalid_argument>([&] { Referrals(states, numbers({1, 2})); }, {"4 states", "found 2"});
  check_refused<std::invalid_argument>([&] { (void)good.with_move("active", "churn", -1.0); },
                                       {"'active' → 'churn'", "-1"});
  check_refused<std::invalid_argument>([&] { ask(Referrals(StateSpace{"x"}), {}); }, {"referrals", "'x'"});
  check_refused<std::domain_error>([&] { ask(good.with_state("churn", .1), {}); },
                                   {"referral_value: 'churn' brings 0.1 newcomers per period and is never left"});
  check_refused<std::domain_error>([&] { ask(good.with_move("a", "b", .1), {}); }, {"'a' brings 0.05"});
  check_refused<std::invalid_argument>([&] { ask(good, {.arrives_at = start_in(states, "churn")}); },
                                       {"arrives_at", "'churn'", "exit"});
  check_refused<std::invalid_argument>([&] { ask(good, {.arrives_at = numbers({.5, 0, 0, 0})}); },
                                       {"arrives_at", "0.5"});
  check_refused<std::invalid_argument>([&] { ask(good, {.arrives_at = numbers({1})}); }, {"arrives_at"});
  check_refused<std::invalid_argument>([&] { ask(good, {.delay = numbers({.5, .4})}); }, {"delay: sums to 0.9"});
  check_refused<std::invalid_argument>([&] { ask(good, {.delay = numbers({1.5, -.5})}); },
                                       {"delay", "-0.5", "2 periods"});
  check_refused<std::invalid_argument>([&] { ask(good, {.acquisition_cost = infinity}); }, {"acquisition_cost", "inf"});
  check_refused<std::invalid_argument>([&] { ask(good, {.first_reward = not_a_number}); }, {"first_reward", "nan"});

  const ReferralValue value = referral_value(chain, rewards, good, {.discount = Discount::none()});
  check_refused<std::invalid_argument>([&] { (void)value.generations(-1); }, {"generations", "-1"});
  check_refused<std::invalid_argument>([&] { (void)value.start_value(numbers({1, 1, 0, 0})); }, {"start"});
}
