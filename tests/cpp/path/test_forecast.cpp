#include <stdexcept>

#include "sojourn/path/forecast.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

Chain small() {
  return {StateSpace{"new", "active", "churn"}, matrix({{0, .7, .3}, {0, .8, .2}, {0, 0, 1}}), Period::months(1)};
}

}  // namespace

TEST_CASE("a forecast begins with today's customers") {
  CHECK(forecast(small(), numbers({10, 20, 0})).row(0).transpose() == numbers({10, 20, 0}));
}

TEST_CASE("each row of a forecast is the row before moved on by one period") {
  const Chain chain = small();
  const Matrix path = forecast(chain, numbers({10, 20, 3}), {.periods = 6});
  REQUIRE(path.rows() == 7);
  for (Index t = 1; t < path.rows(); ++t)
    CHECK(distance(path.row(t), path.row(t - 1) * chain.transition_matrix()) < 1e-12);
  CHECK(distance(path.row(6), path.row(0) * chain.after(6)) < 1e-12);
}

TEST_CASE("a forecast without arrivals keeps the number of customers") {
  const Matrix path = forecast(small(), numbers({10, 20, 3}), {.periods = 50});
  CHECK(distance(path.rowwise().sum(), Vector::Constant(51, 33.0)) < 1e-10);
}

TEST_CASE("newcomers arrive at the start of each later period") {
  const Matrix path = forecast(small(), numbers({10, 20, 0}), {.periods = 2, .arrivals = numbers({5, 0, 0})});
  CHECK(distance(path.row(1), numbers({5, 7 + 16, 3 + 4}).transpose()) < 1e-12);
  CHECK(path.row(2).sum() == Catch::Approx(40.0));
}

TEST_CASE("a forecast looks twelve periods ahead unless told otherwise") {
  CHECK(forecast(small(), numbers({1, 0, 0})).rows() == 13);
}

TEST_CASE("a forecast of nobody stays at nobody") {
  CHECK(forecast(small(), Vector::Zero(3)).isZero());
}

TEST_CASE("a stock that cannot be is refused by the name of the state") {
  check_refused<std::invalid_argument>([] { (void)forecast(small(), numbers({1, 2})); },
                                       {"stock", "3 states", "found 2"});
  check_refused<std::invalid_argument>([] { (void)forecast(small(), numbers({1, -2, 0})); },
                                       {"stock", "'active'", "-2"});
  check_refused<std::invalid_argument>([] { (void)forecast(small(), numbers({1, not_a_number, 0})); },
                                       {"stock", "'active'", "nan"});
  check_refused<std::invalid_argument>([] { (void)forecast(small(), numbers({1, 2, 0}), {.arrivals = numbers({1})}); },
                                       {"arrivals", "3 states"});
  check_refused<std::invalid_argument>(
      [] { (void)forecast(small(), numbers({1, 2, 0}), {.arrivals = numbers({0, infinity, 0})}); },
      {"arrivals", "'active'", "inf"});
}

TEST_CASE("a forecast reaches at least one period ahead") {
  check_refused<std::invalid_argument>([] { (void)forecast(small(), numbers({1, 2, 0}), {.periods = 0}); },
                                       {"periods", "at least 1", "0"});
  check_refused<std::invalid_argument>([] { (void)forecast(small(), numbers({1, 2, 0}), {.periods = -3}); },
                                       {"periods", "-3"});
}

TEST_CASE("a forecast beyond floating point or too far ahead is refused") {
  const Chain chain(StateSpace{"a", "b"}, matrix({{.5, .5}, {0, 1}}));
  const Vector many = numbers({1e308, 0});
  check_refused<std::domain_error>([&] { (void)forecast(chain, many, {.periods = 9, .arrivals = many}); },
                                   {"forecast", "too large"});
  check_refused<std::invalid_argument>([&] { (void)forecast(chain, many, {.periods = 1'000'000'000'000}); },
                                       {"periods", "10,000,000"});
}
