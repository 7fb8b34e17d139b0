#include "sojourn/value/sensitivity.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "chain/chain_cases.hpp"
#include "sojourn/chain/structure.hpp"
#include "support/support.hpp"
#include "value/lever_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

/// A value by the book and in more digits, for any numbers in the place of probabilities, so that differences can be
/// taken in every direction.
struct Free {
  LongMatrix P;
  LongVector r;
  LongMatrix W;
  Long factor;
  std::optional<Index> horizon;
  LongVector start;
  std::vector<Index> never_left;  // without discount and horizon: worth 0

  explicit Free(const LifetimeValue& value, const Vector& from)
      : P(value.chain().transition_matrix().cast<Long>()),
        r(value.rewards().per_state().cast<Long>()),
        W(value.rewards().has_move_rewards() ? LongMatrix(value.rewards().per_move().cast<Long>())
                                             : LongMatrix(LongMatrix::Zero(P.rows(), P.cols()))),
        factor(value.discount().factor_per_period(value.chain().period())),
        horizon(value.horizon()),
        start(from.cast<Long>()) {
    if (factor == 1.0L && !horizon) never_left = structure(value.chain()).recurrent_states();
  }

  Long operator()() const {
    const LongVector once = r + factor * P.cwiseProduct(W).rowwise().sum();
    LongVector V = LongVector::Zero(r.size());
    if (horizon) {
      for (Index t = 0; t < *horizon; ++t) V = once + factor * (P * V);
      return start.dot(V);
    }
    LongMatrix A = LongMatrix::Identity(r.size(), r.size()) - factor * P;
    LongVector b = once;
    for (const Index i : never_left) {
      A.row(i).setZero();
      A(i, i) = 1.0L;
      b[i] = 0.0L;
    }
    V = A.partialPivLu().solve(b);
    return start.dot(V);
  }

  /// The central difference of the value along a change of the numbers.
  template <class Change>
  double slope(const Change& change, Long step = 1e-6L) const {
    Free up = *this;
    Free down = *this;
    change(up, step);
    change(down, -step);
    return static_cast<double>((up() - down()) / (2.0L * step));
  }
};

/// The value after a change of one row.
double value_with_row(const LifetimeValue& value, Index i, const Vector& row, const Vector& start) {
  const Chain changed = value.chain().with_row(value.chain().states().name(i), row);
  return lifetime_value(changed, value.rewards(), {.discount = value.discount(), .horizon = value.horizon()})
      .start_value(start)
      .mean;
}

}  // namespace

TEST_CASE("published derivatives come out of sensitivity") {
  for (const auto& anchor : anchors().at("derivatives")) {
    INFO(anchor.at("name").get<std::string>());
    const Chain chain(states_of(anchor.at("states")), matrix_of(anchor.at("transition_matrix")));
    const LifetimeValue value =
        lifetime_value(chain, Rewards(chain.states(), numbers_of(anchor.at("per_state"))),
                       {.discount = Discount::per_period_rate(anchor.at("discount_rate_per_period").get<double>())});
    const Matrix published = matrix_of(anchor.at("partial"));
    const Sensitivity why = sensitivity(value, anchor.at("start").get<std::string>());
    CHECK(distance(why.partial().topRows(published.rows()), published) <= anchor.at("tolerance").get<double>());
  }
}

TEST_CASE("every derivative is the difference quotient of the value") {
  Dice dice(61);
  for (int k = 0; k < 96; ++k) {
    const auto [value, start] = random_value(dice, k);
    const Sensitivity why = sensitivity(value, start);
    const Free free(value, start);
    const Index n = value.chain().n_states();
    const double size = size_of(why.partial());
    REQUIRE(std::abs(static_cast<double>(free()) - value.start_value(start).mean) < 1e-10 * size);
    std::vector<bool> kept(static_cast<std::size_t>(n), true);
    for (const Index i : free.never_left) kept[static_cast<std::size_t>(i)] = false;
    for (Index i = 0; i < n; ++i) {
      if (kept[static_cast<std::size_t>(i)])
        CHECK(std::abs(why.visits().at(i) - free.slope([&](Free& f, Long h) { f.r[i] += h; })) < 1e-9 * size);
      CHECK(std::abs(why.by_start().at(i) - free.slope([&](Free& f, Long h) { f.start[i] += h; })) < 1e-9 * size);
      for (Index j = 0; j < n; ++j) {
        if (!kept[static_cast<std::size_t>(i)]) {
          CHECK(why.lift()(i, j) == 0.0);
          continue;
        }
        CHECK(std::abs(why.partial()(i, j) - free.slope([&](Free& f, Long h) { f.P(i, j) += h; })) < 1e-8 * size);
        CHECK(std::abs(why.moves()(i, j) - free.slope([&](Free& f, Long h) { f.W(i, j) += h; })) < 1e-9 * size);
      }
    }
    CHECK(std::abs(why.by_discount_factor() - free.slope([](Free& f, Long h) { f.factor += h; })) <
          1e-8 * std::max(size, std::abs(why.by_discount_factor())));
  }
}

TEST_CASE("every lift is the difference quotient of a value whose rows sum to one") {
  Dice dice(62);
  int compared = 0;
  for (int k = 0; k < 96; ++k) {
    const auto [value, start] = random_value(dice, k);
    const Sensitivity why = sensitivity(value, start);
    const Free free(value, start);
    const Matrix& P = value.chain().transition_matrix();
    const double size = size_of(why.lift());
    for (Index i = 0; i < P.rows(); ++i) {
      for (Index j = 0; j < P.cols(); ++j) {
        if (!why.is_lever()(i, j)) {
          CHECK(why.lift()(i, j) == 0.0);
          continue;
        }
        ++compared;
        const double slope = free.slope([&](Free& f, Long h) {
          const Long before = f.P(i, j);
          f.P.row(i) *= (1.0L - before - h) / (1.0L - before);
          f.P(i, j) = before + h;
        });
        CHECK(std::abs(why.lift()(i, j) - slope) < 1e-8 * size);
        // The same through chains of their own, where there is room on both sides.
        const double h = 1e-5;
        if (P(i, j) < 2 * h || P(i, j) > 1.0 - 2 * h) continue;
        const auto moved = [&](double by) {
          Vector row = P.row(i).transpose() * ((1.0 - P(i, j) - by) / (1.0 - P(i, j)));
          row[j] = P(i, j) + by;
          return value_with_row(value, i, row, start);
        };
        CHECK(std::abs(why.lift()(i, j) - (moved(h) - moved(-h)) / (2 * h)) < 1e-5 * size);
      }
    }
  }
  CHECK(compared > 1000);
}

TEST_CASE("a lift that one named move pays for is the difference quotient of the two") {
  Dice dice(63);
  for (int k = 0; k < 48; ++k) {
    const auto [value, start] = random_value(dice, k);
    const Sensitivity why = sensitivity(value, start);
    const Matrix& P = value.chain().transition_matrix();
    const auto& names = value.chain().states().names();
    const double size = size_of(why.partial());
    const double h = 1e-5;
    for (Index i = 0; i < P.rows(); ++i) {
      for (Index j = 0; j < P.cols(); ++j) {
        const Index other = (j + 1) % P.cols();
        if (other == j || P(i, j) < 2 * h || P(i, other) < 2 * h) continue;
        const auto moved = [&](double by) {
          Vector row = P.row(i).transpose();
          row[j] += by;
          row[other] -= by;
          return value_with_row(value, i, row, start);
        };
        CHECK(std::abs(why.lift(names[static_cast<std::size_t>(i)], names[static_cast<std::size_t>(j)],
                                names[static_cast<std::size_t>(other)]) -
                       (moved(h) - moved(-h)) / (2 * h)) < 1e-5 * size);
      }
    }
  }
}

TEST_CASE("a lever keeps its digits where next to nobody leaves") {
  const double churn = 1e-9;
  const Chain chain(StateSpace{"active", "churn"}, matrix({{1.0 - churn, churn}, {0, 1}}), Period::months(1));
  const LifetimeValue value =
      lifetime_value(chain, Rewards(chain.states(), {{"active", 10.0}}), {.discount = Discount::none()});
  const Sensitivity why = sensitivity(value, "active");
  // V = 10 / c
  CHECK_THAT(why.lift()(0, 1), Catch::Matchers::WithinRel(-10.0 / (churn * churn), 1e-12));
  CHECK_THAT(why.lift()(0, 0), Catch::Matchers::WithinRel(10.0 / (churn * churn), 1e-12));
  REQUIRE(why.leaks().size() == 1);
  CHECK_THAT(why.leaks().front().amount, Catch::Matchers::WithinRel(10.0 / churn, 1e-12));
  CHECK_THAT(why.change_to_reach("active", "churn", 5.0 / churn), Catch::Matchers::WithinRel(churn, 1e-12));
}

TEST_CASE("the start law may be any, and the derivatives are its mixture") {
  const LifetimeValue value = loyalty_value();
  const Matrix mixed = sensitivity(value, numbers({.25, .75, 0})).lift();
  CHECK(distance(mixed, Matrix(.25 * sensitivity(value, "active").lift() + .75 * sensitivity(value, "loyal").lift())) <
        1e-12);
}

TEST_CASE("elasticity is percent per percent") {
  const LifetimeValue value = loyalty_value();
  const Sensitivity why = sensitivity(value, "active");
  const double V = value.mean()["active"];
  CHECK(why.elasticity()(0, 1) == Catch::Approx(.2 * why.lift()(0, 1) / V));
  const LifetimeValue nothing =
      lifetime_value(value.chain(), Rewards(value.chain().states()), {.discount = Discount::factor(.9)});
  check_refused<std::domain_error>([&] { (void)sensitivity(nothing, "active").elasticity(); }, {"elasticity", "lift"});
}

TEST_CASE("levers are ranked, the one worth most first, in currency per percentage point") {
  const Sensitivity why = sensitivity(loyalty_value(), "active");
  const std::vector<Lever> levers = why.levers();
  REQUIRE(levers.size() == 6);  // all moves but those out of the exit
  for (std::size_t k = 0; k < levers.size(); ++k) {
    const Lever& lever = levers[k];
    CHECK(lever.value_of_a_point == Catch::Approx(why.lift()(lever.from, lever.to) / 100.0));
    CHECK(lever.probability == loyalty_value().chain().transition_matrix()(lever.from, lever.to));
    if (k > 0) CHECK(levers[k - 1].value_of_a_point >= lever.value_of_a_point);
  }
}

TEST_CASE("a move that is ruled out or certain is no lever") {
  const LifetimeValue value = loyalty_value();
  Mask allowed = Mask::Constant(3, 3, true);
  allowed(0, 1) = false;
  const Sensitivity why = sensitivity(value, "active", allowed);
  CHECK_FALSE(why.is_lever()(0, 1));
  CHECK(why.lift()(0, 1) == 0.0);
  CHECK_FALSE(why.is_lever()(2, 2));
  CHECK(why.is_lever()(1, 0));
  check_refused<std::invalid_argument>([&] { (void)sensitivity(value, "active", Mask::Constant(2, 3, true)); },
                                       {"allowed", "(3, 3)", "(2, 3)"});
}

TEST_CASE("the way back from an exit is a lever only where it is asked for and later money is discounted") {
  const LifetimeValue value = loyalty_value(.2, 1.0);
  const Mask all = Mask::Constant(3, 3, true);
  const Sensitivity why = sensitivity(value, "active", all);
  CHECK_FALSE(why.is_lever()(2, 0));
  CHECK(why.is_lever()(0, 2));
  CHECK_FALSE(sensitivity(loyalty_value(), "active").is_lever()(2, 0));
  CHECK(sensitivity(loyalty_value(), "active", all).is_lever()(2, 0));
  check_refused<std::domain_error>([&] { (void)why.change_to_reach("churn", "active", 1e9); },
                                   {"'churn' → 'active'", "never left"});
}

TEST_CASE("a leak is what the exit costs: minus its probability times its lift") {
  Dice dice(64);
  for (int k = 0; k < 60; ++k) {
    const Index n = dice.integer(3, 9);
    const Chain chain = random_absorbing_chain(dice, n, 2, .7);
    const Matrix& P = chain.transition_matrix();
    const Rewards rewards = random_rewards(dice, chain, k % 2 == 0, true);
    const double factor = dice.uniform(.5, .99);
    const LifetimeValue value = lifetime_value(chain, rewards, {.discount = Discount::factor(factor)});
    const Sensitivity why = sensitivity(value, random_distribution(dice, n));
    const std::vector<Leak> leaks = why.leaks();
    std::size_t expected = 0;
    for (Index i = 0; i < n - 2; ++i) {
      for (Index c = n - 2; c < n; ++c) expected += P(i, c) > 0.0 && P(i, c) < 1.0 ? 1 : 0;
    }
    CHECK(leaks.size() == expected);
    for (std::size_t l = 0; l < leaks.size(); ++l) {
      const auto [i, c, amount] = leaks[l];
      if (l > 0) CHECK(leaks[l - 1].amount >= amount);
      CHECK(amount == Catch::Approx(-P(i, c) * why.lift()(i, c)).margin(1e-10));
      double stay = 0.0;
      for (Index j = 0; j < n; ++j) {
        const double u = value.mean().at(j) + (rewards.has_move_rewards() ? rewards.per_move()(i, j) : 0.0);
        stay += j == c ? 0.0 : P(i, j) * u;
      }
      const double out =
          value.mean().at(c) + (rewards.has_move_rewards() ? rewards.per_move()(i, c) : 0.0);  // an exit is worth 0
      CHECK(amount ==
            Catch::Approx(why.visits().at(i) * factor * P(i, c) * (stay / (1.0 - P(i, c)) - out)).margin(1e-9));
    }
  }
}

TEST_CASE("a state that always leaves at once has nobody who stays, and no leak") {
  const Chain chain(StateSpace{"trial", "active", "churn"}, matrix({{0, 0, 1}, {.5, .4, .1}, {0, 0, 1}}));
  const Sensitivity why = sensitivity(
      lifetime_value(chain, Rewards(chain.states(), {{"active", 1.0}}), {.discount = Discount::factor(.9)}), "active");
  REQUIRE(why.leaks().size() == 1);
  CHECK(why.leaks().front().from == 1);
}

TEST_CASE("a leak shows even where the way out is no lever") {
  const LifetimeValue value = loyalty_value();
  Mask allowed = Mask::Constant(3, 3, true);
  allowed.col(2).setConstant(false);
  const Sensitivity all = sensitivity(value, "active");
  const Sensitivity inner = sensitivity(value, "active", allowed);
  CHECK_FALSE(inner.is_lever()(0, 2));
  REQUIRE(inner.leaks().size() == 2);
  for (std::size_t k = 0; k < 2; ++k) {
    CHECK(inner.leaks()[k].from == all.leaks()[k].from);
    CHECK(inner.leaks()[k].amount == all.leaks()[k].amount);
  }
}

TEST_CASE("leaks add up per moment of truth, a state with two moments under both") {
  const Lifecycle life = six_stages({"switched", "lapsed"});
  const Chain chain = life.illustrative_chain();
  const LifetimeValue value = lifetime_value(chain, Rewards(chain.states(), {{"repurchase", 40.0}, {"loyalty", 25.0}}),
                                             {.discount = Discount::annual_rate(.1)});
  const Sensitivity why = sensitivity(value, "engagement");
  const std::vector<MomentLeak> moments = why.leaks_by_moment(life);
  REQUIRE(moments.size() == 2);
  CHECK(moments[0].amount >= moments[1].amount);
  for (const MomentLeak& group : moments) {
    REQUIRE(group.moment.has_value());
    double sum = 0.0;
    std::vector<bool> seen(static_cast<std::size_t>(life.n_states()), false);
    for (const Leak& leak : why.leaks()) {
      const auto& tags = life.moments(leak.from);
      if (std::find(tags.begin(), tags.end(), *group.moment) == tags.end()) continue;
      sum += leak.amount;
      seen[static_cast<std::size_t>(leak.from)] = true;
    }
    CHECK(group.amount == Catch::Approx(sum));
    CHECK(group.states.size() == static_cast<std::size_t>(std::count(seen.begin(), seen.end(), true)));
    for (const Index i : group.states) CHECK(seen[static_cast<std::size_t>(i)]);
  }
}

TEST_CASE("states without a moment of truth leak under none") {
  const LifetimeValue value = loyalty_value();
  const Sensitivity why = sensitivity(value, "active");
  const std::vector<MomentLeak> moments = why.leaks_by_moment(Lifecycle(value.chain().states(), {"churn"}));
  REQUIRE(moments.size() == 1);
  CHECK_FALSE(moments[0].moment.has_value());
  CHECK(moments[0].states == std::vector<Index>{why.leaks()[0].from, why.leaks()[1].from});
  CHECK(moments[0].amount == Catch::Approx(why.leaks()[0].amount + why.leaks()[1].amount));
  check_refused<std::invalid_argument>([&] { (void)why.leaks_by_moment(six_stages()); },
                                       {"leaks_by_moment", "other states"});
}

TEST_CASE("the change that reaches a value reaches it exactly") {
  Dice dice(65);
  int reached = 0;
  for (int k = 0; k < 120; ++k) {
    const bool undiscounted = k % 3 == 0;
    const Chain chain = undiscounted ? random_absorbing_chain(dice, dice.integer(3, 8), 1, .7)
                                     : random_chain(dice, dice.integer(2, 8), .7);
    const Rewards rewards = random_rewards(dice, chain, k % 2 == 0, undiscounted);
    const LifetimeValue value = lifetime_value(
        chain, rewards, {.discount = undiscounted ? Discount::none() : Discount::factor(dice.uniform(.5, .98))});
    const Vector start = random_distribution(dice, chain.n_states());
    const Sensitivity why = sensitivity(value, start);
    const Matrix& P = chain.transition_matrix();
    const Index i = dice.integer(0, chain.n_states() - 1);
    const Index j = dice.integer(0, chain.n_states() - 1);
    if (!why.is_lever()(i, j) || std::abs(why.lift()(i, j)) < 1e-6) continue;
    // A value that some probability between 0 and 1 reaches for sure.
    const double wanted = dice.uniform(0.0, .95);
    Vector row = P.row(i).transpose() * ((1.0 - wanted) / (1.0 - P(i, j)));
    row[j] = wanted;
    const double target = value_with_row(value, i, row, start);
    const auto& names = chain.states().names();
    const double change =
        why.change_to_reach(names[static_cast<std::size_t>(i)], names[static_cast<std::size_t>(j)], target);
    CHECK(P(i, j) + change == Catch::Approx(wanted).margin(1e-8));
    ++reached;
  }
  CHECK(reached > 60);
}

TEST_CASE("a value that is reached already needs no change") {
  const LifetimeValue value = loyalty_value();
  CHECK(sensitivity(value, "active").change_to_reach("active", "loyal", value.mean()["active"]) == 0.0);
}

TEST_CASE("a value out of reach is refused with the reach") {
  const LifetimeValue value = loyalty_value();
  const Sensitivity why = sensitivity(value, "active");
  // All to loyal: 10 + .9 · 30 / (1 - .81); none: 10 / (1 - .9 · .75), as the rest of the row is .6 and .2.
  check_refused<std::domain_error>([&] { (void)why.change_to_reach("active", "loyal", 1000.0); },
                                   {"'active' → 'loyal'", "1000", "from 30.7692", "to 152.105"});
  check_refused<std::domain_error>([&] { (void)why.change_to_reach("active", "loyal", 5.0); }, {"no probability", "5"});
  // The exit brings nothing whatever it does to itself: the value does not move at all.
  const Sensitivity loyal = sensitivity(value, "loyal");
  check_refused<std::domain_error>([&] { (void)loyal.change_to_reach("active", "churn", 200.0); }, {"no probability"});
}

TEST_CASE("a move that the start never comes to reaches no other value") {
  for (const double churn : {.1, .3, .7, 1e-3}) {
    const Chain chain(StateSpace{"active", "churn"}, matrix({{1.0 - churn, churn}, {0, 1}}));
    const LifetimeValue value =
        lifetime_value(chain, Rewards(chain.states(), {{"active", 1.0}}), {.discount = Discount::none()});
    check_refused<std::domain_error>([&] { (void)sensitivity(value, "churn").change_to_reach("active", "churn", 5.0); },
                                     {"no probability", "from 0 to 0"});
  }
}

TEST_CASE("a change that makes the chain never end is no answer") {
  const Chain chain(StateSpace{"active", "churn"}, matrix({{.8, .2}, {0, 1}}));
  const LifetimeValue value =
      lifetime_value(chain, Rewards(chain.states(), {{"active", 1.0}}), {.discount = Discount::none()});
  const Sensitivity why = sensitivity(value, "active");
  CHECK(why.change_to_reach("active", "churn", 1e6) == Catch::Approx(1e-6 - .2).epsilon(1e-12));
  check_refused<std::domain_error>([&] { (void)why.change_to_reach("active", "churn", -1.0); },
                                   {"no probability", "from inf to 1"});
}

TEST_CASE("a change is asked for with known states, a finite target, a free move and for life") {
  const LifetimeValue value = loyalty_value();
  const Sensitivity why = sensitivity(value, "active");
  check_refused<std::out_of_range>([&] { (void)why.change_to_reach("active", "nowhere", 50.0); }, {"'nowhere'"});
  check_refused<std::invalid_argument>([&] { (void)why.change_to_reach("active", "loyal", not_a_number); }, {"target"});
  check_refused<std::domain_error>([&] { (void)why.change_to_reach("churn", "churn", 50.0); }, {"already certain"});
  const LifetimeValue year =
      lifetime_value(value.chain(), value.rewards(), {.discount = Discount::factor(.9), .horizon = 12});
  check_refused<std::domain_error>([&] { (void)sensitivity(year, "active").change_to_reach("active", "loyal", 50.0); },
                                   {"for life", "horizon"});
  check_refused<std::out_of_range>([&] { (void)why.lift("active", "loyal", "nowhere"); }, {"'nowhere'"});
  check_refused<std::out_of_range>([&] { (void)sensitivity(value, "nowhere"); }, {"'nowhere'"});
  check_refused<std::invalid_argument>([&] { (void)sensitivity(value, numbers({1, 1, 0})); }, {"start", "sums to 2"});
}

TEST_CASE("a fit rules out what its lifecycle forbids") {
  const Lifecycle life("letters", {{"a"}, {"b"}, {"e", Role::exit}}, {{"a", "b"}, {"b", "a"}, {"b", "e"}});
  const FitResult fit = fit_chain(count(journeys_from({"ababe", "abe"}, life, Period::months(1), 1.0)));
  const Sensitivity why = sensitivity(lifetime_value(fit, {.discount = Discount::annual_rate(.1)}), "a");
  CHECK_FALSE(why.is_lever()(0, 2));
  CHECK(why.is_lever()(1, 2));
  CHECK_FALSE(why.is_lever()(0, 1));  // allowed, and certain
  for (const Lever& lever : why.levers()) CHECK(life.allowed()(lever.from, lever.to));
}
