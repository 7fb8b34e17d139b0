#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "chain/chain_cases.hpp"
#include "sojourn/chain/structure.hpp"
#include "sojourn/path/absorption.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

Chain chain_of(const nlohmann::json& anchor) {
  return {states_of(anchor.at("states")), matrix_of(anchor.at("transition_matrix"))};
}

Chain two_classes() {
  return {
      StateSpace{"a", "b", "c", "d", "e"},
      matrix({{0, 1. / 3, 0, 2. / 3, 0}, {.5, 0, 0, 0, .5}, {0, 0, .5, .5, 0}, {0, 0, .5, .5, 0}, {0, 0, 0, 0, 1}})};
}

}  // namespace

TEST_CASE("published fundamental matrices come out of absorption") {
  for (const auto& anchor : anchors().at("fundamental_matrices")) {
    INFO(anchor.at("name").get<std::string>());
    const Chain chain = chain_of(anchor);
    const Absorption ends = absorption(chain);
    std::vector<std::string> transient;
    for (const Index i : ends.transient()) transient.push_back(chain.states().name(i));
    CHECK(transient == anchor.at("transient").get<std::vector<std::string>>());
    const Matrix published = matrix_of(anchor.at("expected_visits"));
    CHECK(distance(ends.fundamental_matrix().topRows(published.rows()), published) <=
          anchor.at("tolerance").get<double>());
  }
}

TEST_CASE("published probabilities of an end come out of absorption") {
  for (const auto& anchor : anchors().at("absorption")) {
    INFO(anchor.at("name").get<std::string>());
    CHECK(distance(absorption(chain_of(anchor)).probability(anchor.at("into").get<std::string>()),
                   numbers_of(anchor.at("probability"))) <= anchor.at("tolerance").get<double>());
  }
}

TEST_CASE("published times until the end and their variances come out of absorption") {
  for (const auto& anchor : anchors().at("absorption_times")) {
    INFO(anchor.at("name").get<std::string>());
    const Absorption ends = absorption(chain_of(anchor));
    CHECK(distance(ends.expected_time(), numbers_of(anchor.at("expected_time"))) <=
          anchor.at("tolerance").get<double>());
    if (anchor.contains("time_variance"))
      CHECK(distance(ends.time_variance(), numbers_of(anchor.at("time_variance"))) <=
            anchor.at("tolerance").get<double>());
  }
}

TEST_CASE("a set of states that is never left is one end, under each of its names") {
  const Absorption ends = absorption(two_classes());
  CHECK(ends.transient() == std::vector<Index>{0, 1});
  REQUIRE(ends.ends().size() == 2);
  CHECK(ends.probability("c") == ends.probability("d"));
  // a = 2/3 + b/3, b = a/2
  CHECK(distance(ends.probability("c"), numbers({.8, .4, 1, 1, 0})) < 1e-14);
  CHECK(distance(ends.probability("e"), numbers({.2, .6, 0, 0, 1})) < 1e-14);
}

TEST_CASE("time 0 counts as a visit, and a state that is left at once is visited once") {
  const Absorption ends = absorption(Chain(StateSpace{"a", "b", "end"}, matrix({{0, 1, 0}, {0, 0, 1}, {0, 0, 1}})));
  CHECK(ends.expected_visits() == matrix({{1, 1, 0}, {0, 1, 0}, {0, 0, 0}}));
  CHECK(ends.visits_variance() == Matrix::Zero(3, 3));
  CHECK(ends.expected_time().vector() == numbers({2, 1, 0}));
  CHECK(ends.time_variance().vector() == numbers({0, 0, 0}));
}

TEST_CASE("the visits of a coin that is thrown until heads are geometric") {
  const Absorption ends = absorption(Chain(StateSpace{"tails", "heads"}, matrix({{.75, .25}, {0, 1}})));
  CHECK(ends.expected_visits()(0, 0) == Catch::Approx(4.0));
  CHECK(ends.visits_variance()(0, 0) == Catch::Approx(12.0));
  CHECK(ends.time_variance()["tails"] == Catch::Approx(12.0));
}

TEST_CASE("the answers about ends satisfy their equations on chains of every shape") {
  Dice dice(31);
  int asked = 0;
  for (int k = 0; k < 240; ++k) {
    const Chain chain = random_shape(dice, k);
    const Structure shape = structure(chain);
    if (shape.transient_states().empty()) continue;
    ++asked;
    const Absorption ends = absorption(chain);
    const Index n = chain.n_states();
    const Matrix& P = chain.transition_matrix();
    CHECK(ends.transient() == shape.transient_states());

    Matrix Q = Matrix::Zero(n, n);
    Matrix I = Matrix::Zero(n, n);
    for (const Index i : ends.transient()) {
      I(i, i) = 1.0;
      for (const Index j : ends.transient()) Q(i, j) = P(i, j);
    }
    const Matrix N = ends.expected_visits();
    CHECK(distance(N, I + Q * N) < 1e-12 * size_of(N));
    CHECK(distance(ends.expected_time(), Vector(N.rowwise().sum())) < 1e-12 * size_of(N));

    CHECK(distance(ends.probabilities().rowwise().sum(), Vector::Ones(n)) < 1e-12);
    CHECK(ends.probabilities().minCoeff() >= 0.0);
    CHECK(distance(ends.probabilities(), P * ends.probabilities()) < 1e-12);
    for (std::size_t e = 0; e < ends.ends().size(); ++e) {
      for (const Index j : ends.ends()[e]) {
        CHECK(ends.probabilities()(j, static_cast<Index>(e)) == 1.0);
        CHECK(shape.is_recurrent(j));
      }
    }

    // Second moments: E T² = 1 + 2 Q E T + Q E T², and E v_j² from N (2 diag N - 1).
    const Vector t = ends.expected_time().vector();
    const Vector second = ends.time_variance().vector() + t.cwiseAbs2();
    const Vector ones = I.diagonal();
    CHECK(distance(second, ones + 2.0 * Q * t + Q * second) < 1e-11 * size_of(second));
    const Matrix visits_second = N * (2.0 * N.diagonal() - ones).asDiagonal();
    CHECK(distance(ends.visits_variance() + N.cwiseAbs2(), visits_second) < 1e-12 * size_of(visits_second));
    CHECK(ends.visits_variance().minCoeff() >= 0.0);
    CHECK(ends.time_variance().vector().minCoeff() >= 0.0);
  }
  CHECK(asked > 100);
}

TEST_CASE("a chance of leaving of one in a thousand million keeps its digits") {
  const double churn = 1e-9;
  // active ⇄ idle with even odds, churn from active alone: 2 / churn periods from active, 2 more from idle.
  const Chain chain(StateSpace{"active", "idle", "churn"},
                    matrix({{.5 - churn / 2, .5 - churn / 2, churn}, {.5, .5, 0}, {0, 0, 1}}));
  const Absorption ends = absorption(chain);
  // active: t = 1 + (1 - c) / 2 (t + t + 2), so c t = 2 - c.
  CHECK_THAT(ends.expected_time()["active"], Catch::Matchers::WithinRel((2.0 - churn) / churn, 1e-13));
  CHECK_THAT(ends.expected_visits()(0, 0), Catch::Matchers::WithinRel(1.0 / churn, 1e-13));
  CHECK(ends.probability("churn")["idle"] == Catch::Approx(1.0).epsilon(1e-14));
}

TEST_CASE("four hundred states are answered as exactly as two") {
  Dice dice(32);
  const Chain chain = random_absorbing_chain(dice, 400, 3, .1);
  const Absorption ends = absorption(chain);
  const Vector t = ends.expected_time().vector();
  Vector ones = Vector::Ones(400);
  ones.tail(3).setZero();
  CHECK(distance(t, ones + chain.transition_matrix() * t) < 1e-12 * size_of(t));
  CHECK(distance(ends.probabilities().rowwise().sum(), Vector::Ones(400)) < 1e-12);
}

TEST_CASE("where nothing ends absorption is refused") {
  const Chain round(StateSpace{"a", "b"}, matrix({{0, 1}, {1, 0}}));
  check_refused<std::domain_error>([&] { (void)absorption(round); }, {"absorption", "never ends", "stationary"});
}

TEST_CASE("the probability of an end is asked for an end") {
  const Absorption ends = absorption(two_classes());
  check_refused<std::domain_error>([&] { (void)ends.probability("a"); }, {"'a'", "no journey ends there"});
  check_refused<std::out_of_range>([&] { (void)ends.probability("nowhere"); }, {"'nowhere'"});
}
