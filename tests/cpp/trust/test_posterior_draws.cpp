#include <algorithm>
#include <cmath>

#include "sojourn/trust/uncertainty.hpp"
#include "support/support.hpp"
#include "trust/fit_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("drawn rows have the mean and the covariance of their Dirichlet laws") {
  const FitResult fit = small_fit();
  const ChainDraws draws(fit, 5);
  constexpr Index n_draws = 40'000;
  for (Index i = 0; i < 2; ++i) {
    Matrix rows(n_draws, 3);
    for (Index k = 0; k < n_draws; ++k) rows.row(k) = draws.chain(k).transition_matrix().row(i);
    const Vector alpha = fit.posterior.row(i).transpose();
    const Matrix expected = dirichlet_covariance(alpha);
    const Eigen::RowVectorXd mean = rows.colwise().mean();
    const Matrix centered = rows.rowwise() - mean;
    const Matrix found = centered.transpose() * centered / (n_draws - 1.0);
    for (Index j = 0; j < 3; ++j) {
      // Five standard errors: passed by all but one in a million fair draws.
      CHECK(std::abs(mean[j] - alpha[j] / alpha.sum()) < 5.0 * std::sqrt(expected(j, j) / n_draws));
      for (Index l = 0; l < 3; ++l) {
        CHECK(std::abs(found(j, l) - expected(j, l)) <
              5.0 * std::sqrt(3.0 * expected(j, j) * expected(l, l) / n_draws));
      }
    }
  }
}

TEST_CASE("rows of one draw are independent of each other, and so are draws") {
  const ChainDraws draws(small_fit(), 6);
  constexpr Index n_draws = 40'000;
  Vector first(n_draws);
  Vector second(n_draws);
  for (Index k = 0; k < n_draws; ++k) {
    const Chain chain = draws.chain(k);
    first[k] = chain.transition_matrix()(0, 2);
    second[k] = chain.transition_matrix()(1, 2);
  }
  const auto correlation = [](const Eigen::ArrayXd& a, const Eigen::ArrayXd& b) {
    const Eigen::ArrayXd x = a - a.mean();
    const Eigen::ArrayXd y = b - b.mean();
    return (x * y).sum() / std::sqrt(x.square().sum() * y.square().sum());
  };
  CHECK(std::abs(correlation(first.array(), second.array())) < 5.0 / std::sqrt(n_draws));
  CHECK(std::abs(correlation(first.head(n_draws - 1).array(), first.tail(n_draws - 1).array())) <
        5.0 / std::sqrt(n_draws));
}

TEST_CASE("mean rewards are drawn around their means with their standard errors, an exit's once for all moves") {
  const FitResult fit = small_fit();
  const ChainDraws draws(fit, 7);
  const Vector error = fit.counts.mean_rewards_error().vector();
  constexpr Index n_draws = 20'000;
  Matrix drawn(n_draws, 3);
  for (Index k = 0; k < n_draws; ++k) {
    const Rewards rewards = draws.rewards(k);
    REQUIRE(rewards.per_move()(0, 2) == rewards.per_move()(1, 2));
    REQUIRE(rewards.per_state()[2] == 0.0);
    drawn.row(k) << rewards.per_state()[0], rewards.per_state()[1], rewards.per_move()(0, 2);
  }
  const Vector expected = numbers({10, 30, -6});
  for (Index i = 0; i < 3; ++i) {
    REQUIRE(error[i] > 0.0);
    const double mean = drawn.col(i).mean();
    const double deviation = std::sqrt((drawn.col(i).array() - mean).square().sum() / (n_draws - 1.0));
    CHECK(std::abs(mean - expected[i]) < 5.0 * error[i] / std::sqrt(n_draws));
    CHECK(std::abs(deviation / error[i] - 1.0) < 5.0 / std::sqrt(2.0 * n_draws));
  }
}

TEST_CASE("a draw is a function of the seed and its number alone") {
  const FitResult fit = small_fit();
  const ChainDraws draws(fit, 11);
  const ChainDraws again(fit, 11);
  CHECK(draws.chain(1'000'000'000'000) == again.chain(1'000'000'000'000));
  CHECK_FALSE(draws.chain(0) == draws.chain(1));
  CHECK_FALSE(draws.chain(0) == ChainDraws(fit, 12).chain(0));
  CHECK(draws.rewards(3) == again.rewards(3));
  const LifetimeValue value = lifetime_value(fit, {.discount = Discount::factor(.9)});
  const auto some = posterior(value, {.draws = 201, .seed = 11, .threads = 1});
  for (const int threads : {0, 2, 3}) {
    CHECK(posterior(value, {.draws = 201, .seed = 11, .threads = threads}).draws() == some.draws());
    CHECK(posterior(fit, mean_values, {.draws = 201, .seed = 11, .threads = threads}).draws() ==
          posterior(fit, mean_values, {.draws = 201, .seed = 11, .threads = 1}).draws());
  }
  CHECK(posterior(value, {.draws = 1'000, .seed = 11}).draws().topRows(201) == some.draws());
}

TEST_CASE("known rows stay as they are in every draw") {
  Lifecycle life(StateSpace{"a", "b", "c", "end"}, {"end"});
  const FitResult fit =
      fit_chain(counts_of(life, counts({{3, 4, 2, 1}, {0, 0, 0, 0}, {0, 6, 0, 0}, {0, 0, 0, 0}})),
                {.rows_without_data = RowsWithoutData::parent,
                 .parent = Chain(life.states(), matrix({{1, 0, 0, 0}, {.1, .2, .3, .4}, {0, 0, 1, 0}, {0, 0, 0, 1}}),
                                 Period::months(1))});
  const ChainDraws draws(fit);
  for (Index k = 0; k < 50; ++k) {
    const Matrix P = draws.chain(k).transition_matrix();
    CHECK(P.row(1) == fit.chain.transition_matrix().row(1));
    CHECK(P(2, 1) == 1.0);  // the one move that was ever seen
    CHECK(P(3, 3) == 1.0);
  }
}

TEST_CASE("rows of next to no data are drawn as chains all the same") {
  const FitResult fit = fit_chain(counts_of(three_states(), counts({{0, 0, 0}, {0, 0, 0}, {0, 0, 0}})),
                                  {.smoothing = 1e-4, .rows_without_data = RowsWithoutData::prior});
  const ChainDraws draws(fit);
  Vector corners = Vector::Zero(3);
  for (Index k = 0; k < 3'000; ++k) {
    const Matrix P = draws.chain(k).transition_matrix();  // it is a chain, or this throws
    corners += P.row(0).transpose();
  }
  // Dirichlet(1e-4, 1e-4, 1e-4) stands in its corners, a third of the time in each.
  for (Index j = 0; j < 3; ++j) CHECK(std::abs(corners[j] / 3'000 - 1.0 / 3.0) < 5.0 * std::sqrt(2.0 / 9.0 / 3'000));
}

TEST_CASE("values drawn side by side are those of lifetime_value asked one by one") {
  Dice dice(31);
  for (int turn = 0; turn < 24; ++turn) {
    const Index n = turn == 23 ? 70 : dice.integer(2, 13);  // 70 are too many to be solved side by side
    const FitResult fit = random_fit(dice, n, dice.integer(1, std::min<Index>(2, n - 1)), 20);
    LifetimeValueOptions options{.discount = turn % 3 == 0 ? Discount::none() : Discount::factor(.93)};
    if (turn % 4 == 1) options.horizon = dice.integer(1, 15);
    std::optional<Rewards> rewards;
    if (turn % 2 == 1) rewards = random_rewards(dice, fit.chain, turn % 4 == 1, true);
    const LifetimeValue value = lifetime_value(fit, options, rewards);
    const PosteriorOptions how{.draws = 37, .seed = static_cast<std::uint64_t>(turn)};
    const Uncertain together = posterior(value, how);
    const Uncertain alone = posterior(
        fit,
        [&](const Chain& chain, const Rewards& drawn) {
          return lifetime_value(chain, rewards ? *rewards : drawn, options).mean();
        },
        how);
    CHECK(together.estimate() == value.mean().vector());
    CHECK(distance(together.draws(), alone.draws()) < 1e-11 * size_of(alone.draws()));
    CHECK(distance(together.mean(), alone.mean()) < 1e-11 * size_of(alone.draws()));
  }
}
