#include <cmath>
#include <stdexcept>

#include "sojourn/value/lifetime_value.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

const StateSpace three{"trial", "active", "churn"};

Chain small() {
  return {three, matrix({{.5, .4, .1}, {0, .8, .2}, {0, 0, 1}}), Period::months(1)};
}

/// Counted from words over a, b and the exit e, a month per entry, 7 in every entry that is not the exit.
FitResult small_fit() {
  const Lifecycle life(StateSpace{"a", "b", "e"}, {"e"});
  return fit_chain(count(journeys_from({"aabbe", "abae", "bbbe", "abbabb", "aae"}, life, Period::months(1), 7.0)));
}

}  // namespace

TEST_CASE("over one period a customer brings what his state brings, and what his first move brings") {
  const Rewards rewards = Rewards(three, {{"trial", 5.0}, {"active", 40.0}}).with_move("trial", "active", 100.0);
  const auto value = lifetime_value(small(), rewards, {.discount = Discount::factor(.5), .horizon = 1});
  CHECK(value.mean()["trial"] == Catch::Approx(5.0 + .5 * .4 * 100.0));
  CHECK(value.mean()["active"] == 40.0);
  CHECK(value.standard_deviation()["active"] == 0.0);
  CHECK(value.standard_deviation()["trial"] == Catch::Approx(.5 * 100.0 * std::sqrt(.4 * .6)));
}

TEST_CASE("a reward per period is received at its start, the first one undiscounted") {
  const Chain stays(StateSpace{"active"}, matrix({{1}}), Period::years(1));
  const Rewards ten(stays.states(), {{"active", 10.0}});
  CHECK(lifetime_value(stays, ten, {.discount = Discount::annual_rate(1.0), .horizon = 3}).mean()[0] ==
        Catch::Approx(10 + 5 + 2.5));
  CHECK(lifetime_value(stays, ten, {.discount = Discount::annual_rate(1.0)}).mean()[0] == Catch::Approx(20.0));
}

TEST_CASE("a reward per move is received at the end of the period") {
  const Chain stays(StateSpace{"active"}, matrix({{1}}), Period::years(1));
  const Rewards ten = Rewards(stays.states()).with_move("active", "active", 10.0);
  CHECK(lifetime_value(stays, ten, {.discount = Discount::annual_rate(1.0), .horizon = 3}).mean()[0] ==
        Catch::Approx(5 + 2.5 + 1.25));
  CHECK(lifetime_value(stays, ten, {.discount = Discount::annual_rate(1.0)}).mean()[0] == Catch::Approx(10.0));
}

TEST_CASE("a geometric stay brings its expected length") {
  const Rewards one(three, {{"active", 1.0}});
  const auto value = lifetime_value(small(), one, {.discount = Discount::none()});
  CHECK(value.mean()["active"] == Catch::Approx(5.0).epsilon(1e-14));
  CHECK(value.standard_deviation()["active"] == Catch::Approx(std::sqrt(.8) / .2).epsilon(1e-13));
}

TEST_CASE("what is still to come leaves out what is received at once") {
  const Rewards rewards(three, {{"trial", -3.0}, {"active", 40.0}});
  const auto value = lifetime_value(small(), rewards, {.discount = Discount::annual_rate(.1)});
  for (Index i = 0; i < 3; ++i)
    CHECK(value.residual()[i] == Catch::Approx(value.mean()[i] - rewards.per_state()[i]).epsilon(1e-15));
}

TEST_CASE("a value needs a discount said aloud") {
  check_refused<std::invalid_argument>([] { (void)lifetime_value(small(), Rewards(three), {}); },
                                       {"lifetime_value", "discount", "annual"});
}

TEST_CASE("a horizon is at least one period") {
  for (const Index horizon : {Index{0}, Index{-1}}) {
    check_refused<std::invalid_argument>(
        [&] { (void)lifetime_value(small(), Rewards(three), {.discount = Discount::none(), .horizon = horizon}); },
        {"horizon", "at least 1", std::to_string(horizon)});
  }
}

TEST_CASE("a value for life without discount is refused where a state that is never left brings money") {
  const Chain chain(StateSpace{"trial", "loyalty"}, matrix({{.5, .5}, {0, 1}}));
  const Rewards rewards(chain.states(), {{"loyalty", 1.0}});
  check_refused<std::domain_error>([&] { (void)lifetime_value(chain, rewards, {.discount = Discount::none()}); },
                                   {"lifetime_value", "'loyalty' never ends", "discount factor below 1 or a horizon"});
  CHECK(std::isfinite(lifetime_value(chain, rewards, {.discount = Discount::factor(.999)}).mean()[0]));
  CHECK(lifetime_value(chain, rewards, {.discount = Discount::none(), .horizon = 2}).mean()[0] == Catch::Approx(.5));
}

TEST_CASE("a value for life without discount is refused where states that never end bring money by their moves") {
  const Chain chain(StateSpace{"trial", "here", "there"}, matrix({{.5, .5, 0}, {0, 0, 1}, {0, 1, 0}}));
  const Rewards rewards = Rewards(chain.states()).with_move("here", "there", 1.0);
  check_refused<std::domain_error>([&] { (void)lifetime_value(chain, rewards, {.discount = Discount::none()}); },
                                   {"'here' and 'there'", "never end"});
}

TEST_CASE("a value for life without discount stands where nobody who stays for ever brings money") {
  const Chain chain(StateSpace{"trial", "here", "there"}, matrix({{.5, .5, 0}, {0, 0, 1}, {0, 1, 0}}));
  const Rewards rewards = Rewards(chain.states(), {{"trial", 3.0}}).with_move("trial", "here", 10.0);
  const auto value = lifetime_value(chain, rewards, {.discount = Discount::none()});
  CHECK(value.mean()["trial"] == Catch::Approx(16.0));
  CHECK(value.mean()["here"] == 0.0);
}

TEST_CASE("a small chance of leaving keeps its digits") {
  const double leave = 1e-12;
  const Chain chain(StateSpace{"active", "churn"}, matrix({{1.0 - leave, leave}, {0, 1}}));
  const auto value = lifetime_value(chain, Rewards(chain.states(), {{"active", 1.0}}), {.discount = Discount::none()});
  CHECK(value.mean()["active"] == Catch::Approx(1e12).epsilon(1e-12));
}

TEST_CASE("a value too large for a number is refused") {
  const Chain chain(StateSpace{"active", "churn"}, matrix({{.5, .5}, {0, 1}}));
  const Rewards huge(chain.states(), {{"active", 1.5e308}});
  check_refused<std::domain_error>([&] { (void)lifetime_value(chain, huge, {.discount = Discount::none()}); },
                                   {"too large"});
  check_refused<std::domain_error>(
      [&] { (void)lifetime_value(chain, huge, {.discount = Discount::none(), .horizon = 50}); }, {"too large"});
}

TEST_CASE("rewards of other states are refused") {
  check_refused<std::invalid_argument>(
      [] { (void)lifetime_value(small(), Rewards(StateSpace{"a", "b", "c"}), {.discount = Discount::none()}); },
      {"rewards", "'a', 'b' and 'c'", "'trial', 'active' and 'churn'"});
}

TEST_CASE("a rate per year is refused for a chain whose clock is the event") {
  const Chain events(three, small().transition_matrix());
  check_refused<std::domain_error>(
      [&] { (void)lifetime_value(events, Rewards(three), {.discount = Discount::annual_rate(.1)}); },
      {"annual_discount_rate", "event"});
  CHECK_NOTHROW(lifetime_value(events, Rewards(three), {.discount = Discount::per_period_rate(.1)}));
}

TEST_CASE("the value from a law of first states mixes means and spreads") {
  const Rewards rewards(three, {{"trial", 5.0}, {"active", 40.0}});
  const auto value = lifetime_value(small(), rewards, {.discount = Discount::annual_rate(.1)});
  const Vector start = numbers({.25, .5, .25});
  const StartValue mixed = value.start_value(start);
  CHECK(mixed.mean == Catch::Approx(start.dot(value.mean().vector())));
  CHECK(mixed.residual == Catch::Approx(start.dot(value.residual().vector())));
  double second = 0.0;
  for (Index i = 0; i < 3; ++i)
    second += start[i] * (std::pow(value.standard_deviation()[i], 2) + std::pow(value.mean()[i], 2));
  CHECK(mixed.standard_deviation == Catch::Approx(std::sqrt(second - mixed.mean * mixed.mean)));
  CHECK_FALSE(mixed.standard_error.has_value());
  CHECK(value.start_value("active").mean == value.mean()["active"]);
}

TEST_CASE("a law of first states is checked") {
  const auto value = lifetime_value(small(), Rewards(three), {.discount = Discount::none()});
  check_refused<std::invalid_argument>([&] { (void)value.start_value(numbers({.5, .2, .2})); }, {"start", "0.9"});
  check_refused<std::invalid_argument>([&] { (void)value.start_value(numbers({1})); }, {"start", "3 states"});
  check_refused<std::out_of_range>([&] { (void)value.start_value("loyal"); }, {"'loyal'"});
}

TEST_CASE("a value says what it is, for how long, and its discount per year and per period") {
  const Rewards rewards = Rewards(three, {{"active", 40.0}}).with_label("margin");
  const std::string words = lifetime_value(small(), rewards, {.discount = Discount::annual_rate(.1)}).definition();
  for (const char* word : {"lifetime value", "margin", "for life", "month", "10 % per year", "0.797414 % per month"}) {
    CHECK_THAT(words, Catch::Matchers::ContainsSubstring(word));
  }
  const std::string short_words =
      lifetime_value(small(), rewards, {.discount = Discount::none(), .horizon = 24}).definition();
  CHECK_THAT(short_words, Catch::Matchers::ContainsSubstring("24 periods"));
  CHECK_THAT(short_words, Catch::Matchers::ContainsSubstring("none"));
}

TEST_CASE("a value on the clock of the event says so") {
  const Chain events(three, small().transition_matrix());
  const std::string words = lifetime_value(events, Rewards(three), {.discount = Discount::none()}).definition();
  CHECK_THAT(words, Catch::Matchers::ContainsSubstring("event"));
}

TEST_CASE("a value keeps the question beside the answer") {
  const Rewards rewards(three, {{"active", 40.0}});
  const auto value = lifetime_value(small(), rewards, {.discount = Discount::annual_rate(.1), .horizon = 24});
  CHECK(value.chain() == small());
  CHECK(value.rewards() == rewards);
  CHECK(value.discount() == Discount::annual_rate(.1));
  CHECK(value.horizon() == Index{24});
  CHECK_FALSE(value.is_fitted());
}

TEST_CASE("an interval is refused for a chain that nobody fitted") {
  const auto value = lifetime_value(small(), Rewards(three), {.discount = Discount::none()});
  check_refused<std::domain_error>([&] { (void)value.interval(.9); }, {"interval", "not fitted", "fit"});
}

TEST_CASE("a level lies between nothing and everything") {
  const auto value = lifetime_value(small_fit(), {.discount = Discount::annual_rate(.1)});
  for (const double level : {0.0, 1.0, -.1, 90.0, not_a_number}) {
    CAPTURE(level);
    check_refused<std::invalid_argument>([&] { (void)value.interval(level); }, {"level", "between 0 and 1"});
  }
}

TEST_CASE("a fitted value takes the mean money per period as its rewards and has an interval around its mean") {
  const FitResult fit = small_fit();
  const auto value = lifetime_value(fit, {.discount = Discount::annual_rate(.1)});
  CHECK(value.is_fitted());
  CHECK(value.rewards() == fit.counts.mean_rewards());
  const ValueInterval interval = value.interval(.9);
  CHECK(interval.level == .9);
  for (const char* state : {"a", "b"}) {
    CAPTURE(state);
    CHECK(interval.lower[state] < value.mean()[state]);
    CHECK(value.mean()[state] < interval.upper[state]);
    CHECK(interval.upper[state] - value.mean()[state] ==
          Catch::Approx(1.6448536269514722 * interval.standard_error[state]).epsilon(1e-12));
  }
}

TEST_CASE("a higher level gives a wider interval") {
  const auto value = lifetime_value(small_fit(), {.discount = Discount::annual_rate(.1)});
  CHECK(value.interval(.99).lower["a"] < value.interval(.5).lower["a"]);
  CHECK(value.interval(.99).upper["a"] > value.interval(.5).upper["a"]);
}

TEST_CASE("the standard error of a value follows the delta method, worked by differences") {
  const FitResult fit = small_fit();
  const Rewards rewards =
      Rewards(fit.states(), {{"a", 7.0}, {"b", 3.0}}).with_move("a", "e", -2.0).with_move("b", "a", 4.0);
  for (const std::optional<Index> horizon : {std::optional<Index>{}, std::optional<Index>{4}}) {
    CAPTURE(horizon.has_value());
    const LifetimeValueOptions options{.discount = Discount::per_period_rate(.05), .horizon = horizon};
    const auto value = lifetime_value(fit, options, rewards);
    const Matrix& P = fit.chain.transition_matrix();
    Vector variance = Vector::Zero(3);
    for (Index i = 0; i < 2; ++i) {
      // Along the simplex: mass h is taken from the other moves of the row in proportion.
      const double h = 1e-5;
      Matrix gradient(3, 3);
      for (Index j = 0; j < 3; ++j) {
        Vector up = P.row(i).transpose() * (1.0 - h);
        Vector down = P.row(i).transpose() * (1.0 + h);
        up[j] += h;
        down[j] -= h;
        const auto at = [&](const Vector& row) {
          return lifetime_value(fit.chain.with_row(fit.states().name(i), row), rewards, options).mean().vector();
        };
        gradient.col(j) = (at(up) - at(down)) / (2.0 * h);
      }
      const Matrix covariance = dirichlet_covariance(fit.posterior.row(i).transpose());
      variance += (gradient * covariance * gradient.transpose()).diagonal();
    }
    const Vector expected = variance.cwiseSqrt();
    const ValueInterval interval = value.interval(.5);
    for (Index i = 0; i < 2; ++i) CHECK(interval.standard_error[i] == Catch::Approx(expected[i]).epsilon(1e-6));
  }
}

TEST_CASE("the sampling error of mean rewards widens the interval") {
  const Lifecycle life(StateSpace{"a", "e"}, {"e"});
  JourneyColumns columns = journeys_from({"aae", "ae", "aaae"}, life, Period::months(1)).columns();
  columns.values = {10, 20, 0, 30, 0, 5, 15, 25, 0};
  const FitResult fit = fit_chain(count(Journeys(life, Period::months(1), TimeUnit::day, columns)));
  const LifetimeValueOptions options{.discount = Discount::none()};
  const double with = lifetime_value(fit, options).interval(.9).standard_error["a"];
  const double without = lifetime_value(fit, options, fit.counts.mean_rewards()).interval(.9).standard_error["a"];
  const double visits = 2.0;  // expected entries in a: 1 / (3 moves out of 6)
  const double error = fit.counts.mean_rewards_error()["a"];
  CHECK(with > without);
  CHECK(with * with - without * without == Catch::Approx(visits * visits * error * error).epsilon(1e-9));
}

TEST_CASE("a start law of a fitted value has a standard error") {
  const auto value = lifetime_value(small_fit(), {.discount = Discount::annual_rate(.1)});
  const StartValue start = value.start_value("a");
  REQUIRE(start.standard_error.has_value());
  CHECK(*start.standard_error == Catch::Approx(value.interval(.9).standard_error["a"]).epsilon(1e-12));
}
