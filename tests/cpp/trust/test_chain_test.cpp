#include <cmath>
#include <stdexcept>

#include "sojourn/trust/chain_test.hpp"
#include "trust/fit_test_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("Kullback's and Pearson's published test of a given chain comes out") {
  const auto& anchor = anchors().at("chain_test");
  const Chain chain(states_of(anchor.at("states")), matrix_of(anchor.at("transition_matrix")));
  const CountMatrix moves = matrix_of(anchor.at("moves")).cast<std::int64_t>();
  for (const auto& [name, method] :
       {std::pair{"likelihood_ratio", TestMethod::likelihood_ratio}, std::pair{"pearson", TestMethod::pearson}}) {
    const TestResult found = chain_test(moves, chain, {.method = method});
    const auto& expected = anchor.at(name);
    CHECK_THAT(found.statistic, Catch::Matchers::WithinAbs(expected.at("statistic"), expected.at("tolerance")));
    CHECK_THAT(found.p_value, Catch::Matchers::WithinAbs(expected.at("p_value"), expected.at("p_tolerance")));
    CHECK(found.degrees_of_freedom == anchor.at("degrees_of_freedom").get<Index>());
    CHECK(found.moves == 149);
    CHECK(found.cells == 9);
    CHECK(found.sparse_cells == 0);
  }
}

TEST_CASE("the likelihood ratio of a given chain is twice the log-likelihood that it loses to the fitted one") {
  Dice dice(1);
  for (int turn = 0; turn < 50; ++turn) {
    const Index n = dice.integer(2, 6);
    const Chain chain = random_chain(dice, n, 1.0);
    const Journeys seen = walk(dice, Lifecycle(chain.states()), 20, 30, by_rows(chain.transition_matrix()));
    CountMatrix moves = count(seen).moves();
    const Chain fitted = fit_chain(count(seen), {.smoothing = 1e-12}).chain;
    const double lost = log_likelihood(moves, Chain(chain.states(), fitted.transition_matrix())) -
                        log_likelihood(moves, Chain(chain.states(), chain.transition_matrix()));
    CHECK_THAT(chain_test(moves, chain).statistic, Catch::Matchers::WithinAbs(2.0 * lost, 1e-6));
  }
}

TEST_CASE("moves of probability 0 and rows without data carry no degrees of freedom") {
  const Chain chain(StateSpace{"a", "b", "c", "d"},
                    matrix({{.5, .5, 0, 0}, {0, .2, .3, .5}, {1, 0, 0, 0}, {0, 0, 0, 1}}));
  CountMatrix moves = CountMatrix::Zero(4, 4);
  moves(0, 0) = 6;
  moves(0, 1) = 4;
  moves(2, 0) = 7;  // one way only: nothing to test
  const TestResult found = chain_test(moves, chain);
  CHECK(found.degrees_of_freedom == 1);
  CHECK(found.moves == 17);
  CHECK_THAT(found.statistic, Catch::Matchers::WithinAbs(2.0 * (6 * std::log(6 / 5.0) + 4 * std::log(4 / 5.0)), 1e-12));
  CHECK_THAT(found.effect, Catch::Matchers::WithinAbs(0.1 * 10 / 17, 1e-12));
  moves.setZero();
  moves(2, 0) = 7;
  const TestResult nothing = chain_test(moves, chain);
  CHECK(nothing.degrees_of_freedom == 0);
  CHECK(nothing.p_value == 1.0);
  CHECK_THAT(nothing.sentence(), Catch::Matchers::ContainsSubstring("nothing to tell apart"));
}

TEST_CASE("a result is one plain sentence") {
  const Chain chain(StateSpace{"a", "b"}, matrix({{.5, .5}, {.25, .75}}));
  CountMatrix moves(2, 2);
  moves << 6, 2, 1, 3;
  CHECK(
      chain_test(moves, chain).sentence() ==
      "the given chain against any other: likelihood ratio (G²) 2.09299 on 2 degrees of freedom, p = 0.351, from 12 "
      "moves; the probabilities of the next move shift by 17 points on average, where chance alone would give 15; 4 of "
      "4 numbers compared are expected below 5, so the p-value is rough.");
}
