#include <cmath>
#include <stdexcept>

#include "chain/chain_cases.hpp"
#include "sojourn/chain/structure.hpp"
#include "sojourn/path/absorption.hpp"
#include "sojourn/path/passage.hpp"
#include "sojourn/path/stationary.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

Chain chain_of(const nlohmann::json& anchor) {
  return {states_of(anchor.at("states")), matrix_of(anchor.at("transition_matrix"))};
}

Chain period_three() {
  for (const auto& anchor : anchors().at("structures")) {
    if (anchor.at("name") == "period 3") return chain_of(anchor);
  }
  throw std::runtime_error("no such anchor");
}

/// a moves on to a closed pair or to an exit.
Chain two_ways() {
  return {StateSpace{"a", "left", "right", "exit"},
          matrix({{.5, .1, .1, .3}, {0, .75, .25, 0}, {0, .5, .5, 0}, {0, 0, 0, 1}})};
}

double farthest(const Matrix& powers, const Vector& law) {
  return 0.5 * (powers.rowwise() - law.transpose()).cwiseAbs().rowwise().sum().maxCoeff();
}

}  // namespace

TEST_CASE("published stationary laws, passage times and constants come out") {
  for (const auto& anchor : anchors().at("stationary")) {
    INFO(anchor.at("name").get<std::string>());
    const Chain chain = chain_of(anchor);
    const double tolerance = anchor.at("tolerance").get<double>();
    const Stationary settled = stationary(chain);
    CHECK(distance(settled.distribution(), numbers_of(anchor.at("distribution"))) <= tolerance);
    CHECK(settled.laws().front().period == anchor.at("period").get<Index>());
    if (anchor.contains("mean_passage_times"))
      CHECK(distance(mean_passage_times(chain), matrix_of(anchor.at("mean_passage_times"))) <= tolerance);
    if (anchor.contains("kemeny_constant"))
      CHECK(std::abs(kemeny_constant(chain) - anchor.at("kemeny_constant").get<double>()) <= tolerance);
  }
}

TEST_CASE("a chain that goes round has a stationary law, and never mixes") {
  const Chain chain = period_three();
  const Stationary settled = stationary(chain);
  REQUIRE(settled.laws().size() == 1);
  CHECK(settled.laws().front().period == 3);
  const Vector& law = settled.distribution().vector();
  CHECK(law.head(2).sum() == Catch::Approx(1.0 / 3).epsilon(1e-14));  // each third of a round in its own states
  CHECK(law.segment(2, 3).sum() == Catch::Approx(1.0 / 3).epsilon(1e-14));
  CHECK(distance(Vector(chain.transition_matrix().transpose() * law), law) < 1e-15);
  CHECK(spectral_gap(chain) == 0.0);
  check_refused<std::domain_error>([&] { (void)mixing_time(chain); }, {"mixing_time", "periodic", "never mixes"});
}

TEST_CASE("each stationary law is invariant and sums to one on chains of every shape") {
  Dice dice(51);
  for (int k = 0; k < 240; ++k) {
    const Chain chain = random_shape(dice, k);
    const Index n = chain.n_states();
    const Structure shape = structure(chain);
    const Stationary settled = stationary(chain);
    std::size_t recurrent = 0;
    for (const auto& c : shape.classes()) recurrent += c.is_recurrent ? 1 : 0;
    REQUIRE(settled.laws().size() == recurrent);
    for (const StationaryLaw& law : settled.laws()) {
      const Vector& pi = law.distribution.vector();
      CHECK(pi.sum() == Catch::Approx(1.0).epsilon(1e-14));
      CHECK(distance(Vector(chain.transition_matrix().transpose() * pi), pi) < 1e-14);
      for (Index i = 0; i < n; ++i) {
        const bool inside = std::find(law.states.begin(), law.states.end(), i) != law.states.end();
        CHECK((pi[i] > 0.0) == inside);
      }
    }
    const Vector start = random_distribution(dice, n);
    const Vector limit = settled.limit(start).vector();
    CHECK(limit.sum() == Catch::Approx(1.0).epsilon(1e-12));
    CHECK(distance(Vector(chain.transition_matrix().transpose() * limit), limit) < 1e-13);
  }
}

TEST_CASE("the limit from a start is where the powers of the chain go") {
  Dice dice(52);
  for (int k = 0; k < 40; ++k) {
    const Chain chain = k % 2 == 0 ? random_chain_of_classes(dice, dice.integer(1, 6)) : random_chain(dice, 6, .5);
    const Structure shape = structure(chain);
    bool round = false;
    for (const auto& c : shape.classes()) round = round || (c.is_recurrent && c.period != 1);
    if (round) continue;
    const Vector start = random_distribution(dice, chain.n_states());
    const Vector later = chain.after(4096).transpose() * start;
    CHECK(distance(stationary(chain).limit(start), later) < 1e-10);
  }
}

TEST_CASE("the limit of a class that goes round is the average over a round") {
  const Chain chain = period_three();
  const Vector start = start_in(chain.states(), "1");
  Vector average = Vector::Zero(7);
  for (Index t = 600; t < 603; ++t) average += chain.after(t).transpose() * start / 3.0;
  CHECK(distance(stationary(chain).limit(start), average) < 1e-12);
}

TEST_CASE("a chain with two ways to settle has two laws and a limit for each start") {
  const Stationary settled = stationary(two_ways());
  REQUIRE(settled.laws().size() == 2);
  CHECK(distance(settled.limit(numbers({1, 0, 0, 0})), numbers({0, .4 * 2 / 3, .4 / 3, .6})) < 1e-15);
  CHECK(distance(settled.limit(numbers({0, 1, 0, 0})), numbers({0, 2. / 3, 1. / 3, 0})) < 1e-15);
  CHECK(settled.expected_return_time("left") == Catch::Approx(1.5));
  CHECK(settled.expected_return_time("exit") == 1.0);
  check_refused<std::domain_error>([&] { (void)settled.distribution(); }, {"2 stationary laws", "limit"});
  check_refused<std::domain_error>([&] { (void)settled.expected_return_time("a"); }, {"'a'", "left for good"});
  check_refused<std::out_of_range>([&] { (void)settled.expected_return_time("b"); }, {"'b'"});
  check_refused<std::invalid_argument>([&] { (void)settled.limit(numbers({1, 0, 0, 1})); }, {"start", "sums to 2"});
  check_refused<std::invalid_argument>([&] { (void)settled.limit(numbers({1, 0})); }, {"start"});
}

TEST_CASE("a small share of time keeps its digits") {
  // π_k falls by 10⁻⁴ a state: up with 1e-4, down with 1.
  Matrix P = Matrix::Zero(8, 8);
  for (Index i = 0; i < 8; ++i) {
    if (i < 7) P(i, i + 1) = i == 0 ? 1e-4 : 1e-4 / 2;
    if (i > 0) P(i, i - 1) = .5;
    P(i, i) = 1.0 - P.row(i).sum();
  }
  const Vector law = stationary(numbered_chain(P)).distribution().vector();
  double expected = 1.0;
  for (Index i = 1; i < 8; ++i) {
    expected *= P(i - 1, i) / P(i, i - 1);
    CHECK_THAT(law[i] / law[0], Catch::Matchers::WithinRel(expected, 1e-13));
  }
}

TEST_CASE("mean passage times satisfy M = 1 + P M off the diagonal, and are the times to hit") {
  Dice dice(53);
  for (int k = 0; k < 60; ++k) {
    const Chain chain = random_irreducible_chain(dice, dice.integer(1, 12));
    const Index n = chain.n_states();
    const Matrix M = mean_passage_times(chain);
    const Matrix right = Matrix::Ones(n, n) + chain.transition_matrix() * M;
    for (Index i = 0; i < n; ++i) {
      CHECK(M(i, i) == 0.0);
      for (Index j = 0; j < n; ++j) {
        if (i != j) CHECK(std::abs(M(i, j) - right(i, j)) < 1e-12 * size_of(M));
      }
      CHECK(distance(hitting(chain, {chain.states().name(i)}).expected_time(), Vector(M.col(i))) < 1e-12 * size_of(M));
      // The diagonal of the right side is the time of return.
      CHECK(right(i, i) ==
            Catch::Approx(stationary(chain).expected_return_time(chain.states().name(i))).epsilon(1e-11));
    }
  }
}

TEST_CASE("the mean passage times of two hundred states satisfy the same equations") {
  Dice dice(54);
  const Chain chain = random_irreducible_chain(dice, 200, .05);
  const Matrix M = mean_passage_times(chain);
  Matrix left = M - chain.transition_matrix() * M;
  left.diagonal().setOnes();
  CHECK(distance(left, Matrix::Ones(200, 200)) < 1e-10 * size_of(M));
  CHECK(distance(hitting(chain, {"s7"}).expected_time(), Vector(M.col(7))) < 1e-10 * size_of(M));
}

TEST_CASE("Kemeny's constant is the same from every start") {
  Dice dice(55);
  for (int k = 0; k < 60; ++k) {
    const Chain chain =
        k % 3 == 0 ? random_periodic_chain(dice, 6, 3) : random_irreducible_chain(dice, dice.integer(1, 12));
    const Vector from = mean_passage_times(chain) * stationary(chain).distribution().vector();
    const double constant = kemeny_constant(chain);
    CHECK(distance(from, Vector::Constant(chain.n_states(), constant)) < 1e-10 * (1.0 + std::abs(constant)));
  }
}

TEST_CASE("the mixing time is the first time at which every start is near enough") {
  Dice dice(56);
  for (int k = 0; k < 60; ++k) {
    const Chain chain = k % 2 == 0 ? random_irreducible_chain(dice, dice.integer(2, 8))
                                   : random_absorbing_chain(dice, dice.integer(2, 8));
    const Stationary settled = stationary(chain);
    if (settled.laws().front().period != 1) continue;
    const Vector& law = settled.distribution().vector();
    const double near = dice.uniform(.001, .5);
    const Index time = mixing_time(chain, near);
    CHECK(farthest(chain.after(time), law) <= near + 1e-12);
    if (time > 0) CHECK(farthest(chain.after(time - 1), law) > near - 1e-12);
  }
  CHECK(mixing_time(Chain(StateSpace{"a"}, matrix({{1}}))) == 0);
  CHECK(mixing_time(Chain(StateSpace{"a", "b"}, matrix({{.5, .5}, {.5, .5}}))) == 1);
}

TEST_CASE("a chain that is slow to mix has the mixing time of its geometric law") {
  const double leave = 1e-7;
  const Chain chain(StateSpace{"a", "b"}, matrix({{1.0 - leave, leave}, {0, 1}}));
  // (1 - leave)^t <= 1/4
  const auto expected = static_cast<Index>(std::ceil(std::log(.25) / std::log1p(-leave)));
  CHECK(std::abs(mixing_time(chain) - expected) <= 1);
  check_refused<std::domain_error>(
      [] { (void)mixing_time(Chain(StateSpace{"a", "b"}, matrix({{1.0 - 1e-15, 1e-15}, {0, 1}}))); },
      {"mixing_time", "2^40"});
}

TEST_CASE("the spectral gap of two states is the sum of their ways out") {
  CHECK(spectral_gap(Chain(StateSpace{"a", "b"}, matrix({{.9, .1}, {.3, .7}}))) == Catch::Approx(.4));
  CHECK(spectral_gap(Chain(StateSpace{"a", "b"}, matrix({{.1, .9}, {.7, .3}}))) == Catch::Approx(.4));
  CHECK(spectral_gap(Chain(StateSpace{"a"}, matrix({{1}}))) == 1.0);
  CHECK(spectral_gap(two_ways()) == 0.0);
}

TEST_CASE("questions that need one way to settle are refused where there are two") {
  check_refused<std::domain_error>([] { (void)kemeny_constant(two_ways()); }, {"kemeny_constant", "2 separate sets"});
  check_refused<std::domain_error>([] { (void)mixing_time(two_ways()); }, {"mixing_time", "2 separate sets"});
  check_refused<std::domain_error>([] { (void)mean_passage_times(two_ways()); },
                                   {"mean_passage_times", "cannot be reached", "hitting"});
}

TEST_CASE("Kemeny's constant is refused where a state is left for good, since there it depends on the start") {
  const Chain ends(StateSpace{"a", "b", "end"}, matrix({{.5, .25, .25}, {.5, .25, .25}, {0, 0, 1}}));
  check_refused<std::domain_error>([&] { (void)kemeny_constant(ends); }, {"kemeny_constant", "depends on the start"});
}

TEST_CASE("a mixing distance outside 0 to 1 is refused") {
  const Chain chain(StateSpace{"a", "b"}, matrix({{.5, .5}, {.5, .5}}));
  for (const double wrong : {0.0, 1.0, -.1, not_a_number, infinity})
    check_refused<std::invalid_argument>([&] { (void)mixing_time(chain, wrong); }, {"distance", "between 0 and 1"});
}
