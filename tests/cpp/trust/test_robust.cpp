#include <boost/math/distributions/beta.hpp>
#include <cmath>
#include <stdexcept>

#include "sojourn/trust/robust.hpp"
#include "sojourn/trust/uncertainty.hpp"
#include "trust/fit_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

LifetimeValue value_of(const FitResult& fit, std::optional<Index> horizon = std::nullopt,
                       const std::optional<Rewards>& rewards = std::nullopt, double factor = .95) {
  return lifetime_value(
      fit, {.discount = factor == 1.0 ? Discount::none() : Discount::factor(factor), .horizon = horizon}, rewards);
}

/// A row of the box: from the bounds of a random order of moves, so that corners and edges are met as well.
Eigen::RowVectorXd random_row(Dice& dice, const PossibleChains& possible, Index i) {
  const Index n = possible.lower.cols();
  Eigen::RowVectorXd p = possible.lower.row(i);
  double left = 1.0 - p.sum();
  const Vector order = random_distribution(dice, n);
  std::vector<Index> moves(static_cast<std::size_t>(n));
  for (Index j = 0; j < n; ++j) moves[static_cast<std::size_t>(j)] = j;
  std::sort(moves.begin(), moves.end(), [&](Index a, Index b) { return order[a] < order[b]; });
  const bool to_the_corner = dice.uniform() < .5;
  for (const Index j : moves) {
    const double room = possible.upper(i, j) - possible.lower(i, j);
    const double more = std::min(left, to_the_corner ? room : dice.uniform() * room);
    p[j] += more;
    left -= more;
  }
  for (const Index j : moves) {
    const double more = std::min(left, possible.upper(i, j) - p[j]);
    p[j] += more;
    left -= more;
  }
  return p / p.sum();
}

Chain random_possible_chain(Dice& dice, const PossibleChains& possible) {
  Matrix P(possible.lower.rows(), possible.lower.cols());
  for (Index i = 0; i < P.rows(); ++i) P.row(i) = random_row(dice, possible, i);
  return {possible.states, P, Period::months(1)};
}

}  // namespace

TEST_CASE("the possible chains are the Beta intervals of each probability, all of them at once") {
  const FitResult fit = small_fit(0.0);
  const PossibleChains possible = possible_chains(fit, .9);
  CHECK(possible.n_intervals == 6);
  const double side = .05 / 6;
  // Row 'loyal': 5, 80, 15.
  CHECK(possible.lower(1, 0) == Catch::Approx(boost::math::quantile(boost::math::beta_distribution<>(5, 95), side)));
  CHECK(possible.upper(1, 2) ==
        Catch::Approx(boost::math::quantile(boost::math::beta_distribution<>(15, 85), 1 - side)));
  CHECK(possible.hold(fit.chain));
  CHECK(possible.lower.row(2) == possible.upper.row(2));  // the exit is known
  for (Index i = 0; i < 3; ++i) {
    for (Index j = 0; j < 3; ++j) {
      // What the others must leave can be reached.
      CHECK(possible.lower.row(i).sum() - possible.lower(i, j) + possible.upper(i, j) <= 1.0 + 1e-12);
      CHECK(possible.upper.row(i).sum() - possible.upper(i, j) + possible.lower(i, j) >= 1.0 - 1e-12);
    }
  }
  CHECK_FALSE(possible.hold(fit.chain.with_row("loyal", numbers({.5, .4, .1}))));
}

TEST_CASE("the possible chains hold at least the promised share of the posterior") {
  Dice dice(51);
  for (int turn = 0; turn < 6; ++turn) {
    const FitResult fit = random_fit(dice, dice.integer(2, 6), 1, 30);
    const PossibleChains possible = possible_chains(fit, .8);
    const ChainDraws draws(fit, static_cast<std::uint64_t>(turn));
    int inside = 0;
    for (Index k = 0; k < 2'000; ++k) inside += possible.hold(draws.chain(k));
    CHECK(inside > 2'000 * .8 - 5 * std::sqrt(2'000 * .16));
    CHECK((inside < 2'000) == (possible.n_intervals > 0));  // where all is known there is no other chain
  }
}

TEST_CASE("the bounds hold the value of every possible chain and are attained") {
  Dice dice(52);
  for (int turn = 0; turn < 24; ++turn) {
    const FitResult fit = random_fit(dice, dice.integer(2, 7), 1, 30);
    const double factor = turn % 3 == 0 ? 1.0 : .9;
    const Rewards rewards = random_rewards(dice, fit.chain, turn % 2 == 0, true);
    const LifetimeValue value = value_of(fit, std::nullopt, rewards, factor);
    const ValueBounds bounds = value_bounds(value, .9);
    const LifetimeValueOptions options{.discount = value.discount()};
    const double size = size_of(bounds.upper.vector());
    for (int k = 0; k < 100; ++k) {
      const Chain chain = random_possible_chain(dice, bounds.possible);
      REQUIRE(bounds.possible.hold(chain));
      const Vector V = lifetime_value(chain, rewards, options).mean().vector();
      CHECK((V.array() >= bounds.lower.vector().array() - 1e-9 * size).all());
      CHECK((V.array() <= bounds.upper.vector().array() + 1e-9 * size).all());
    }
    CHECK((value.mean().vector().array() >= bounds.lower.vector().array() - 1e-12 * size).all());
    CHECK((value.mean().vector().array() <= bounds.upper.vector().array() + 1e-12 * size).all());
    CHECK(bounds.possible.hold(bounds.worst_chain));
    CHECK(bounds.possible.hold(bounds.best_chain));
    CHECK(distance(lifetime_value(bounds.worst_chain, bounds.worst_rewards, options).mean(), bounds.lower) <
          1e-10 * size);
    CHECK(distance(lifetime_value(bounds.best_chain, bounds.best_rewards, options).mean(), bounds.upper) <
          1e-10 * size);
  }
}

TEST_CASE("the bounds solve their own equation") {
  Dice dice(53);
  const FitResult fit = random_fit(dice, 6, 2, 25);
  const Rewards rewards = random_rewards(dice, fit.chain, false, true);
  const ValueBounds bounds = value_bounds(value_of(fit, std::nullopt, rewards), .9);
  // No row of the box does better than that of the best chain, as tried at a great many corners.
  const Vector& V = bounds.upper.vector();
  for (Index i = 0; i < 6; ++i) {
    double most = -infinity;
    for (int k = 0; k < 2'000; ++k) most = std::max(most, random_row(dice, bounds.possible, i).dot(V));
    const double claimed = (V[i] - rewards.per_state()[i]) / .95;
    CHECK(most <= claimed + 1e-9);
    CHECK(claimed == Catch::Approx(bounds.best_chain.transition_matrix().row(i).dot(V)).margin(1e-9));
  }
}

TEST_CASE("bounds over a horizon let the chain change from period to period") {
  // Two moves per row: the box of a row has two corners, so every sequence of chains can be tried.
  const Lifecycle life(StateSpace{"a", "b"}, std::vector<std::string>{});
  const FitResult fit = fit_chain(counts_of(life, counts({{6, 4}, {3, 9}})));
  const Rewards rewards(life.states(), numbers({1, -2}), matrix({{0, 3}, {-1, .5}}));
  const LifetimeValue value = value_of(fit, 4, rewards);
  const ValueBounds bounds = value_bounds(value, .9);
  const PossibleChains& box = bounds.possible;
  CHECK(box.n_intervals == 2);
  const auto row = [&](Index i, int corner) {
    const double p = corner == 0 ? box.lower(i, 0) : box.upper(i, 0);
    return Eigen::RowVector2d(p, 1.0 - p);
  };
  Eigen::Vector2d least(infinity, infinity);
  Eigen::Vector2d most(-infinity, -infinity);
  for (int choice = 0; choice < 256; ++choice) {
    Eigen::Vector2d V(0, 0);
    for (int t = 0; t < 4; ++t) {
      Eigen::Matrix2d P;
      P << row(0, choice >> (2 * t) & 1), row(1, choice >> (2 * t + 1) & 1);
      const Eigen::Vector2d moves = P.cwiseProduct(Eigen::Matrix2d(rewards.per_move())).rowwise().sum();
      V = Eigen::Vector2d(rewards.per_state() + .95 * moves + .95 * P * V);
    }
    least = least.cwiseMin(V);
    most = most.cwiseMax(V);
  }
  CHECK(distance(bounds.lower.vector(), least) < 1e-12);
  CHECK(distance(bounds.upper.vector(), most) < 1e-12);
}

TEST_CASE("mean rewards from the fit vary within the bounds, given ones do not") {
  const FitResult fit = small_fit();
  const ValueBounds fitted = value_bounds(value_of(fit), .9);
  const ValueBounds given = value_bounds(value_of(fit, std::nullopt, fit.counts.mean_rewards()), .9);
  CHECK(given.best_rewards == fit.counts.mean_rewards());
  CHECK(fitted.possible.n_intervals == given.possible.n_intervals + 3);
  CHECK(fitted.upper["loyal"] > given.upper["loyal"]);
  CHECK(fitted.lower["loyal"] < given.lower["loyal"]);
  CHECK(fitted.best_rewards.per_move()(0, 2) > -6.0);
  CHECK(fitted.worst_rewards.per_move()(1, 2) < -6.0);
}

TEST_CASE("a higher level gives wider bounds, and much data narrow ones") {
  const LifetimeValue value = value_of(small_fit());
  CHECK(value_bounds(value, .99).lower["new"] < value_bounds(value, .5).lower["new"]);
  CHECK(value_bounds(value, .99).upper["new"] > value_bounds(value, .5).upper["new"]);
  CHECK(value_bounds(value, .9).lower["new"] < value.interval(.9).lower["new"]);
  const CountMatrix many = counts({{40e9, 30e9, 10e9}, {5e9, 80e9, 15e9}, {0, 0, 0}});
  const FitResult known = fit_chain(counts_of(three_states(), many));
  const ValueBounds narrow = value_bounds(value_of(known, std::nullopt, Rewards(known.states(), {{"new", 1.0}})), .9);
  CHECK(narrow.upper["new"] - narrow.lower["new"] < 1e-3);
}

TEST_CASE("bounds that are not there are refused by name") {
  const FitResult fit = small_fit();
  const LifetimeValue bare = lifetime_value(fit.chain, fit.counts.mean_rewards(), {.discount = Discount::factor(.9)});
  check_refused<std::domain_error>([&] { value_bounds(bare, .9); }, {"value_bounds", "not fitted"});
  for (const double level : {0.0, 1.0, not_a_number}) {
    check_refused<std::invalid_argument>([&] { value_bounds(value_of(fit), level); }, {"level", "between 0 and 1"});
    check_refused<std::invalid_argument>([&] { possible_chains(fit, level); }, {"level"});
  }
  // p(exit) is Beta(.002, 2): its lower quantile is below the smallest number.
  const FitResult slow = fit_chain(counts_of(three_states(), counts({{1, 1, 0}, {1, 1, 0}, {0, 0, 0}})),
                                   {.prior = matrix({{0, 0, .002}, {0, 0, .002}, {0, 0, 0}})});
  const Rewards one(slow.states(), {{"new", 1.0}});
  check_refused<std::domain_error>([&] { value_bounds(value_of(slow, std::nullopt, one, 1.0), .9); },
                                   {"value_bounds", "never leaves 'new' and 'loyal'", "discount factor below 1"});
  CHECK(value_bounds(value_of(slow, std::nullopt, one, .9), .9).upper["new"] <= 10.0);
  CHECK(value_bounds(value_of(slow, 12, one, 1.0), .9).upper["new"] <= 12.0);
}
