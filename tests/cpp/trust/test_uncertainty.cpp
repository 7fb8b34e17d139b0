#include <atomic>
#include <cmath>
#include <stdexcept>

#include "sojourn/trust/uncertainty.hpp"
#include "support/support.hpp"
#include "trust/fit_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

/// The moves of a plan: so many draws from each row of a chain.
CountMatrix drawn_moves(Dice& dice, const Chain& chain, const std::vector<std::int64_t>& per_row) {
  const Matrix& P = chain.transition_matrix();
  CountMatrix moves = CountMatrix::Zero(P.rows(), P.cols());
  for (Index i = 0; i < P.rows(); ++i) {
    for (std::int64_t k = 0; k < per_row[static_cast<std::size_t>(i)]; ++k) {
      double u = dice.uniform();
      Index j = 0;
      while (j + 1 < P.cols() && u >= P(i, j)) u -= P(i, j++);
      ++moves(i, j);
    }
  }
  return moves;
}

}  // namespace

TEST_CASE("posterior, delta method and bootstrap agree where there is much data and the model holds") {
  const Chain chain(StateSpace{"new", "loyal", "churn"}, matrix({{.6, .2, .2}, {.1, .8, .1}, {0, 0, 1}}),
                    Period::months(1));
  const Rewards rewards(chain.states(), {{"new", 10.0}, {"loyal", 30.0}});
  const Simulation sim =
      simulate(chain, rewards, {.customers = 5'000, .seed = 3, .outputs = {.value = false, .journeys = true}});
  const FitResult fit = fit_chain(count(sim.journeys()));
  const Answer answer = [](const Chain& c, const Rewards& r) {
    const Vector V = mean_values(c, r);
    return numbers({V[0], V[1], hitting(c, {"loyal"}).probability["new"], absorption(c).expected_time()["loyal"]});
  };
  const Uncertain drawn = posterior(fit, answer, {.draws = 2'000});
  const Uncertain delta = delta_method(fit, answer);
  const Uncertain boot = bootstrap(sim.journeys(), answer, {.draws = 2'000});
  CHECK(drawn.estimate() == boot.estimate());
  for (Index a = 0; a < 4; ++a) {
    // A standard deviation of 2 000 draws has a standard error of 1.6 %: 8 % is five of them.
    CHECK(drawn.standard_error()[a] == Catch::Approx(delta.standard_error()[a]).epsilon(.08));
    CHECK(boot.standard_error()[a] == Catch::Approx(delta.standard_error()[a]).epsilon(.08));
    CHECK(std::abs(drawn.mean()[a] - drawn.estimate()[a]) < .2 * drawn.standard_error()[a]);
  }
}

TEST_CASE("questions that cannot be asked of draws are refused") {
  const FitResult fit = small_fit();
  const LifetimeValue value = lifetime_value(fit, {.discount = Discount::factor(.9)});
  const LifetimeValue unfitted = lifetime_value(fit.chain, Rewards(fit.states()), {.discount = Discount::factor(.9)});
  for (const double level : {0.0, 1.0, -1.0, not_a_number}) {
    check_refused<std::invalid_argument>([&] { (void)posterior(value).interval(level); }, {"level", "between 0 and 1"});
    check_refused<std::invalid_argument>([&] { (void)delta_method(value).interval(level); }, {"level"});
  }
  for (const Index draws : {Index{-1}, Index{0}, Index{1}, Index{10'000'001}}) {
    check_refused<std::invalid_argument>([&] { posterior(value, {.draws = draws}); }, {"draws: must be from 2"});
    check_refused<std::invalid_argument>([&] { posterior(fit, mean_values, {.draws = draws}); }, {"draws"});
  }
  check_refused<std::invalid_argument>([&] { posterior(value, {.threads = -1}); }, {"threads"});
  check_refused<std::domain_error>([&] { posterior(unfitted); }, {"posterior", "not fitted"});
  check_refused<std::domain_error>([&] { delta_method(unfitted); }, {"not fitted"});
  const Journeys one = journeys_from({"ab"}, Lifecycle(StateSpace{"a", "b"}, {"b"}));
  check_refused<std::invalid_argument>([&] { bootstrap(one, [](const Chain&) { return 1.0; }); },
                                       {"bootstrap", "at least 2 customers"});
  check_refused<std::out_of_range>([&] { ChainDraws(fit).chain(-1); }, {"numbered from 0"});
  const Answer growing = [n = std::make_shared<std::atomic<int>>(0)](const Chain&) {
    return Vector(Vector::Ones(++*n));
  };
  check_refused<std::invalid_argument>([&] { posterior(fit, growing, {.threads = 1}); }, {"equally many"});
  const Answer wrong = [](const Chain& chain) { return chain.probability("nowhere", "new"); };
  check_refused<std::out_of_range>([&] { posterior(fit, wrong); }, {"nowhere"});
}

TEST_CASE("intervals of nine in ten cover the truth in nine of ten replications where the model holds") {
  const Chain truth(StateSpace{"new", "loyal", "lapsed", "churn"},
                    matrix({{.5, .2, .2, .1}, {.1, .8, .05, .05}, {.05, .05, .6, .3}, {0, 0, 0, 1}}),
                    Period::months(1));
  const Lifecycle life(truth.states(), {"churn"});
  const Rewards rewards(truth.states(), {{"new", 10.0}, {"loyal", 30.0}, {"lapsed", -2.0}});
  const LifetimeValueOptions options{.discount = Discount::factor(.98)};
  const double true_value = lifetime_value(truth, rewards, options).mean()["new"];
  // The time to churn from 'new', without a solver.
  const auto time = [](const Chain& chain) {
    const Matrix& P = chain.transition_matrix();
    const Eigen::Matrix3d A = Eigen::Matrix3d::Identity() - P.topLeftCorner<3, 3>();
    const Eigen::Vector3d x = A.row(0);
    const Eigen::Vector3d y = A.row(1);
    const Eigen::Vector3d z = A.row(2);
    // Cramer's rule with a column of ones
    const Eigen::Matrix3d ones = (Eigen::Matrix3d() << 1, x[1], x[2], 1, y[1], y[2], 1, z[1], z[2]).finished();
    const auto determinant = [](const Eigen::Matrix3d& m) {
      return m(0, 0) * (m(1, 1) * m(2, 2) - m(1, 2) * m(2, 1)) - m(0, 1) * (m(1, 0) * m(2, 2) - m(1, 2) * m(2, 0)) +
             m(0, 2) * (m(1, 0) * m(2, 1) - m(1, 1) * m(2, 0));
    };
    return determinant(ones) / determinant(A);
  };
  const double true_time = absorption(truth).expected_time()["new"];
  REQUIRE(time(truth) == Catch::Approx(true_time).epsilon(1e-12));

  constexpr int replications = 2'000;
  Dice dice(77);
  int value_posterior = 0;
  int value_delta = 0;
  int time_posterior = 0;
  int time_delta = 0;
  for (int k = 0; k < replications; ++k) {
    const FitResult fit = fit_chain(counts_of(life, drawn_moves(dice, truth, {1'000, 1'500, 500, 0})));
    const LifetimeValue value = lifetime_value(fit, options, rewards);
    const PosteriorOptions how{.draws = 600, .seed = static_cast<std::uint64_t>(k), .threads = 1};
    const auto covers = [](const Uncertain& answer, double exact) {
      const AnswerInterval interval = answer.interval(.9);
      return interval.lower[0] <= exact && exact <= interval.upper[0];
    };
    value_posterior += covers(posterior(value, how), true_value);
    value_delta += covers(delta_method(value), true_value);
    time_posterior += covers(posterior(fit, time, how), true_time);
    time_delta += covers(delta_method(fit, time), true_time);
  }
  // One standard error of a share of 2 000 is .67 %: a right interval falls outside three times in a thousand.
  for (const int covered : {value_posterior, value_delta, time_posterior, time_delta}) {
    CAPTURE(value_posterior, value_delta, time_posterior, time_delta);
    CHECK(covered >= .88 * replications);
    CHECK(covered <= .92 * replications);
  }
}
