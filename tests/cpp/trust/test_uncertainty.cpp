#include <algorithm>
#include <atomic>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <functional>
#include <stdexcept>

#include "sojourn/trust/uncertainty.hpp"
#include "support/random_laws.hpp"
#include "support/support.hpp"
#include "trust/fit_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

/// The largest distance between the empirical law of `draws` and `cdf`, times the root of their number: above 2.23 once
/// in ten thousand times (A. Kolmogorov).
double kolmogorov(std::vector<double> draws, const std::function<double(double)>& cdf) {
  std::sort(draws.begin(), draws.end());
  const auto n = static_cast<double>(draws.size());
  double largest = 0.0;
  for (std::size_t i = 0; i < draws.size(); ++i) {
    const double expected = cdf(draws[i]);
    largest = std::max({largest, expected - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - expected});
  }
  return largest * std::sqrt(n);
}

detail::WordStream words(std::uint32_t item) {
  return {2024, {item, 0, 0, 0}};
}

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

Vector mean_values(const Chain& chain, const Rewards& rewards) {
  return lifetime_value(chain, rewards, {.discount = Discount::factor(.9)}).mean().vector();
}

}  // namespace

TEST_CASE("normal draws have the normal law") {
  detail::WordStream stream = words(1);
  std::vector<double> draws(400'000);
  for (double& x : draws) x = detail::Ziggurat::layers().normal(stream);
  CHECK(kolmogorov(draws, [](double x) { return boost::math::cdf(boost::math::normal(), x); }) < 2.23);
  // Beyond the last layer: 2 (1 - Φ(3.6541…)) = 2.58e-4 of them, 103 expected, standard deviation 10.
  const auto far = std::count_if(draws.begin(), draws.end(), [](double x) { return std::abs(x) > 3.6541528853610088; });
  CHECK(std::abs(static_cast<double>(far) - 103.2) < 40.0);
}

TEST_CASE("gamma draws have the gamma law for small and large shapes") {
  std::uint32_t item = 10;
  for (const double shape : {.05, .3, .9, 1.0, 1.5, 4.0, 80.0, 1e6}) {
    INFO("shape " << shape);
    const detail::GammaLaw law(shape);
    std::vector<double> draws(30'000);
    detail::WordStream stream = words(++item);
    for (double& x : draws) x = law.draw(stream, detail::Ziggurat::layers());
    CHECK(kolmogorov(draws, [&](double x) { return boost::math::cdf(boost::math::gamma_distribution<>(shape), x); }) <
          2.23);
    detail::WordStream one = words(item);
    detail::WordStream same = words(item);
    CHECK(law.draw_logarithm(one, detail::Ziggurat::layers()) ==
          Catch::Approx(std::log(law.draw(same, detail::Ziggurat::layers()))).epsilon(1e-12));
  }
}

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

TEST_CASE("mean, standard error and quantiles are those of the draws") {
  const Matrix draws = matrix({{3, 1}, {1, 1}, {2, 1}, {4, 1}, {5, 1}});
  const Uncertain answer(numbers({2.5, 1}), draws, Spread::posterior);
  CHECK(answer.mean() == numbers({3, 1}));
  CHECK(answer.standard_error() == numbers({std::sqrt(2.5), 0}));
  const AnswerInterval half = answer.interval(.5);
  CHECK(half.level == .5);
  CHECK(half.lower == numbers({2, 1}));
  CHECK(half.upper == numbers({4, 1}));
  CHECK(answer.interval(.75).lower[0] == 1.5);  // between neighbours
  CHECK(answer.estimate() == numbers({2.5, 1}));
  const Uncertain normal(numbers({10}), numbers({2}));
  CHECK(normal.interval(.9).upper[0] == Catch::Approx(10 + 2 * 1.6448536269514722).epsilon(1e-14));
  check_refused<std::domain_error>([&] { (void)normal.draws(); }, {"draws", "delta method"});
}

TEST_CASE("the delta method of any answer is that of the value where the answer is the value") {
  Dice dice(32);
  for (int turn = 0; turn < 12; ++turn) {
    const FitResult fit = random_fit(dice, dice.integer(2, 7), 1, 40);
    const Uncertain exact = delta_method(lifetime_value(fit, {.discount = Discount::factor(.9)}));
    const Uncertain by_differences = delta_method(fit, mean_values);
    CHECK(distance(by_differences.estimate(), exact.estimate()) < 1e-12 * size_of(exact.estimate()));
    CHECK(distance(by_differences.standard_error(), exact.standard_error()) <
          1e-6 * std::max(1e-9, exact.standard_error().maxCoeff()));
    CHECK(exact.standard_error() ==
          lifetime_value(fit, {.discount = Discount::factor(.9)}).interval(.9).standard_error.vector());
  }
}

TEST_CASE("the delta method of a passage time is its closed form, however slow the passage") {
  for (const double churned : {5.0, 5e-7}) {
    const FitResult fit = fit_chain(
        counts_of(three_states(), counts({{100, 0, 0}, {0, 0, 0}, {0, 0, 0}})),
        {.prior = matrix({{0, 0, churned}, {1, 0, 1}, {0, 0, 0}}), .rows_without_data = RowsWithoutData::prior});
    // T = 1 / p, p ~ Beta(c, 100): dT = dp / p².
    const double p = churned / (100 + churned);
    const double error = std::sqrt(p * (1 - p) / (101 + churned)) / (p * p);
    const Uncertain time =
        delta_method(fit, [](const Chain& chain) { return hitting(chain, {"churn"}).expected_time(); });
    CHECK(time.estimate()[0] == Catch::Approx(1 / p).epsilon(1e-9));
    CHECK(time.standard_error()[0] == Catch::Approx(error).epsilon(1e-6));
  }
}

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

TEST_CASE("the bootstrap sees that customers differ, the posterior does not") {
  // Half of the customers stay nine periods, half leave at once: the moves of one customer are far from independent.
  std::vector<std::string> journeys;
  for (int i = 0; i < 200; ++i) journeys.push_back(i % 2 == 0 ? "aaaaaaaaab" : "ab");
  const Journeys all = journeys_from(journeys, Lifecycle(StateSpace{"a", "b"}, {"b"}), Period::months(1));
  const Answer churn = [](const Chain& chain) { return chain.probability("a", "b"); };
  const double naive = posterior(fit_chain(count(all)), churn).standard_error()[0];
  const Uncertain boot = bootstrap(all, churn);
  // p = n / (9 X + (n - X)), X ~ Binomial(200, 1/2): the standard error is 8 p² sqrt(n/4) / n.
  CHECK(boot.estimate()[0] == .2);
  CHECK(boot.standard_error()[0] == Catch::Approx(8 * .04 * std::sqrt(50.0) / 200).epsilon(.12));
  CHECK(naive == Catch::Approx(std::sqrt(.2 * .8 / 1001)).epsilon(.06));
}

TEST_CASE("a bootstrap of two customers is one of three samples") {
  const Journeys two = journeys_from({"aaab", "ab"}, Lifecycle(StateSpace{"a", "b"}, {"b"}), Period::step(), 2.0);
  const Uncertain boot = bootstrap(two, [](const Chain& c) { return c.probability("a", "b"); }, {.draws = 4'000});
  Index slow = 0;
  Index mixed = 0;
  Index fast = 0;
  for (Index k = 0; k < boot.n_draws(); ++k) {
    const double p = boot.draws()(k, 0);
    slow += std::abs(p - 2.0 / 6.0) < 1e-12;
    mixed += std::abs(p - 2.0 / 4.0) < 1e-12;
    fast += std::abs(p - 1.0) < 1e-12;
  }
  CHECK(slow + mixed + fast == 4'000);
  CHECK(std::abs(static_cast<double>(mixed) - 2'000) < 5 * std::sqrt(1'000.0));
  CHECK(std::abs(static_cast<double>(slow) - 1'000) < 5 * std::sqrt(750.0));
}

TEST_CASE("a bootstrap draws customers with all their journeys, values and gaps") {
  JourneyColumns columns;
  columns.customers = {7, 7, 9, 4};
  columns.offsets = {0, 3, 5, 8, 10};
  columns.states = {0, 1, 2, 0, 1, 0, 0, 2, 1, 1};
  columns.times = {0, 1, 2, 5, 6, 0, 1, 2, 0, 1};
  columns.values = {1, 2, -3, 4, 5, 6, 7, 8, 9, 10};
  columns.is_continuation = {false, true, true, false};
  const Journeys journeys(three_states(), Period::months(1), TimeUnit::day, columns);
  const auto everything = [](const Chain& chain, const Rewards& rewards) {
    const Matrix& P = chain.transition_matrix();
    return numbers({P(0, 0), P(0, 1), P(0, 2), P(1, 1), P(1, 2), rewards.per_state()[0], rewards.per_state()[1],
                    rewards.has_move_rewards() ? rewards.per_move()(0, 2) : 0.0});
  };
  const BootstrapOptions options{.draws = 400, .seed = 2, .fit = {.rows_without_data = RowsWithoutData::absorb}};
  const Uncertain boot = bootstrap(journeys, everything, options);
  // Every sample is one of the ten ways to draw three customers, fitted by hand.
  std::vector<Vector> possible;
  const std::vector<std::vector<std::size_t>> own = {{0, 1}, {2}, {3}};  // journeys of each customer
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = a; b < 3; ++b) {
      for (std::size_t c = b; c < 3; ++c) {
        JourneyColumns sample;
        std::int64_t code = 0;
        for (const std::size_t who : {a, b, c}) {
          for (const std::size_t j : own[who]) {
            sample.customers.push_back(code);
            sample.is_continuation.push_back(columns.is_continuation[j]);
            for (auto e = columns.offsets[j]; e < columns.offsets[j + 1]; ++e) {
              const auto at = static_cast<std::size_t>(e);
              sample.states.push_back(columns.states[at]);
              sample.times.push_back(columns.times[at]);
              sample.values.push_back(columns.values[at]);
            }
            sample.offsets.push_back(static_cast<std::int64_t>(sample.states.size()));
          }
          ++code;
        }
        const FitResult fit =
            fit_chain(count(Journeys(three_states(), Period::months(1), TimeUnit::day, sample)), options.fit);
        const Vector answer = everything(fit.chain, fit.counts.mean_rewards());
        const bool is_new = std::none_of(possible.begin(), possible.end(),
                                         [&](const Vector& known) { return distance(known, answer) < 1e-12; });
        if (is_new) possible.push_back(answer);
      }
    }
  }
  std::vector<int> found(possible.size(), 0);
  for (Index k = 0; k < boot.n_draws(); ++k) {
    for (std::size_t p = 0; p < possible.size(); ++p) {
      found[p] += distance(boot.draws().row(k).transpose(), possible[p]) < 1e-12;
    }
  }
  int total = 0;
  for (const int n : found) {
    CHECK(n > 0);
    total += n;
  }
  CHECK(total == 400);
}

TEST_CASE("a draw without an answer is refused with its sentence, or dropped and counted") {
  // Three moves out of 'a', one of them to the exit: a third of the samples has none.
  const Lifecycle life(StateSpace{"a", "b"}, {"b"});
  const Journeys journeys = journeys_from({"ab", "aa", "aa"}, life);
  const Answer time = [](const Chain& chain) { return hitting(chain, {"b"}).expected_time(); };
  check_refused<std::domain_error>([&] { bootstrap(journeys, time); }, {"bootstrap: draw", "'a'", "failed = drop"});
  const Uncertain boot = bootstrap(journeys, time, {.draws = 2'000, .failed = FailedDraws::drop});
  CHECK(boot.n_draws() + boot.n_failed() == 2'000);
  // No "ab" among three: (2/3)³.
  CHECK(std::abs(static_cast<double>(boot.n_failed()) - 2'000 * 8.0 / 27.0) < 5 * std::sqrt(2'000 * 8.0 * 19.0) / 27.0);
  CHECK_THAT(boot.first_failure(), Catch::Matchers::ContainsSubstring("'a'"));
  CHECK_THAT(boot.definition(), Catch::Matchers::ContainsSubstring("without an answer left out"));
  CHECK(boot.draws().allFinite());
  const auto with_threads = [&](int threads) {
    return bootstrap(journeys, time, {.draws = 500, .threads = threads, .failed = FailedDraws::drop});
  };
  CHECK(with_threads(1).draws() == with_threads(3).draws());
  CHECK(with_threads(1).first_failure() == with_threads(3).first_failure());
  const auto message = [&](int threads) {
    return refusal<std::domain_error>([&] { bootstrap(journeys, time, {.draws = 5'000, .threads = threads}); });
  };
  CHECK(message(1) == message(4));

  const FitResult fit = small_fit();
  std::atomic<int> calls{0};
  const Answer moody = [&](const Chain&) { return calls++ == 0 ? 1.0 : not_a_number; };
  check_refused<std::domain_error>([&] { posterior(fit, moody, {.failed = FailedDraws::drop}); },
                                   {"posterior", "4,000 of 4,000", "not a finite number"});
}

TEST_CASE("an exit that draws may lose makes a value without discount fail by name, and no number that is none") {
  // p(exit) is Beta(.002, 1): below the smallest number in about a fifth of the draws.
  const FitResult fit = fit_chain(counts_of(three_states(), counts({{1, 0, 0}, {0, 1, 0}, {0, 0, 0}})),
                                  {.prior = matrix({{0, 0, .002}, {0, 0, 1}, {0, 0, 0}})});
  const LifetimeValue value =
      lifetime_value(fit, {.discount = Discount::none()}, Rewards(fit.states(), {{"new", 1.0}, {"loyal", 1.0}}));
  check_refused<std::domain_error>([&] { posterior(value); }, {"posterior: draw", "failed = drop"});
  const Uncertain kept = posterior(value, {.failed = FailedDraws::drop});
  CHECK(kept.n_failed() > 0);
  CHECK(kept.draws().allFinite());
  CHECK(kept.draws().minCoeff() >= 0.0);
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
