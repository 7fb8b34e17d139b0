#include <cmath>
#include <map>
#include <stdexcept>

#include "sojourn/trust/fit_tests.hpp"
#include "sojourn/trust/homogeneity_test.hpp"
#include "sojourn/trust/information_criteria.hpp"
#include "sojourn/trust/order_test.hpp"
#include "sojourn/trust/visits_test.hpp"
#include "trust/fit_test_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

/// Log-likelihood and free parameters of contexts of `order` states, over the moves with at least `past` states behind
/// them: by brute force over maps.
struct Likelihood {
  double log_likelihood = 0.0;
  std::map<Word, std::map<std::int32_t, double>> contexts = {};
};

Likelihood brute_force(const Journeys& journeys, std::size_t order, std::size_t past) {
  Likelihood out;
  for (Index j = 0; j < journeys.n_journeys(); ++j) {
    const auto states = journeys[j].states;
    for (std::size_t i = 0; i + 1 < states.size(); ++i) {
      if (i + 1 < past) continue;
      const auto end = states.begin() + static_cast<std::ptrdiff_t>(i) + 1;
      ++out.contexts[Word(end - static_cast<std::ptrdiff_t>(order), end)][states[i + 1]];
    }
  }
  for (const auto& [context, moves] : out.contexts) {
    double total = 0.0;
    for (const auto& [to, n] : moves) total += n;
    for (const auto& [to, n] : moves) out.log_likelihood += n * std::log(n / total);
  }
  return out;
}

/// Degrees of freedom of `longer` against `shorter` contexts.
Index brute_degrees(const Likelihood& shorter, const Likelihood& longer) {
  std::map<Word, Index> children;
  for (const auto& [context, moves] : longer.contexts) ++children[Word(context.begin() + 1, context.end())];
  Index degrees = 0;
  for (const auto& [context, moves] : shorter.contexts) {
    degrees += (children.at(context) - 1) * (static_cast<Index>(moves.size()) - 1);
  }
  return degrees;
}

Journeys cut_by_gap(const std::vector<std::string>& words, const Lifecycle& life) {
  LogCase log;
  std::int64_t who = 0;
  for (const std::string& word : words) log.word(who++, word);
  return journeys(log.view(), life);
}

}  // namespace

TEST_CASE("each step of the order is twice a difference of log-likelihoods, by brute force, gaps and exits respected") {
  Dice dice(2);
  for (int turn = 0; turn < 60; ++turn) {
    const Index n = dice.integer(2, 5);
    const Lifecycle life = letters(n);
    std::vector<std::string> words;
    for (int c = 0; c < 25; ++c) {
      std::string word;
      for (Index length = dice.integer(1, 14); length > 0; --length) {
        word += dice.uniform() < .08 ? '.' : static_cast<char>('a' + dice.integer(0, n - 1));
      }
      words.push_back(word);
    }
    const Journeys seen = cut_by_gap(words, life);
    const OrderTest test = order_test(seen, {.max_order = 3});
    for (std::size_t k = 1; k < 3; ++k) {
      const Likelihood shorter = brute_force(seen, k, k + 1);
      const Likelihood longer = brute_force(seen, k + 1, k + 1);
      const TestResult& found = test.steps[k].overall;
      CHECK_THAT(found.statistic,
                 Catch::Matchers::WithinAbs(2.0 * (longer.log_likelihood - shorter.log_likelihood), 1e-8));
      CHECK(found.degrees_of_freedom == brute_degrees(shorter, longer));
      double by_state = 0.0;
      Index degrees = 0;
      for (const StateTest& s : test.steps[k].by_state) {
        by_state += s.test.statistic;
        degrees += s.test.degrees_of_freedom;
      }
      CHECK_THAT(by_state, Catch::Matchers::WithinAbs(found.statistic, 1e-8));
      CHECK(degrees == found.degrees_of_freedom);
    }
    const InformationCriteria criteria = information_criteria(seen, {.max_order = 3});
    for (std::size_t k = 1; k <= 3; ++k) {
      CHECK_THAT(criteria.orders[k].log_likelihood,
                 Catch::Matchers::WithinAbs(brute_force(seen, k, 3).log_likelihood, 1e-8));
    }
    CHECK(criteria.moves == test.steps[2].overall.moves);
  }
}

TEST_CASE("order 0 against 1 is the test of independence when every move is allowed") {
  Dice dice(3);
  for (int turn = 0; turn < 30; ++turn) {
    const Index n = dice.integer(2, 6);
    const Journeys seen =
        walk(dice, letters(n, false), 15, 20, by_rows(random_chain(dice, n, 1.0).transition_matrix()));
    const Matrix moves = count(seen).moves().cast<double>();
    double statistic = 0.0;
    Index rows = 0;
    Index columns = 0;
    for (Index i = 0; i < n; ++i) {
      rows += moves.row(i).sum() > 0;
      columns += moves.col(i).sum() > 0;
      for (Index j = 0; j < n; ++j) {
        if (moves(i, j) == 0) continue;
        statistic += 2 * moves(i, j) * std::log(moves(i, j) * moves.sum() / (moves.row(i).sum() * moves.col(j).sum()));
      }
    }
    const TestResult found = order_test(seen, {.max_order = 1}).steps[0].overall;
    CHECK_THAT(found.statistic, Catch::Matchers::WithinAbs(statistic, 1e-8));
    CHECK(found.degrees_of_freedom == (rows - 1) * (columns - 1));
  }
}

TEST_CASE("moves that the lifecycle forbids carry no degrees of freedom under order 0") {
  // Of 3 × 3 moves a → c is forbidden: 2 + 1 free probabilities per row less, by columns, 3 - 1.
  const Lifecycle life(
      "", {{.name = "a"}, {.name = "b"}, {.name = "c"}},
      {{"a", "a"}, {"a", "b"}, {"b", "a"}, {"b", "b"}, {"b", "c"}, {"c", "a"}, {"c", "b"}, {"c", "c"}});
  const Journeys seen = journeys_from({"aabbccabbcbabccbaabcc", "bbcaabccbaab"}, life);
  const RowsTest step = order_test(seen, {.max_order = 1}).steps[0];
  CHECK(step.overall.degrees_of_freedom == (1 + 2 + 2) - 2);
  // The fitted law keeps the number of moves into every state.
  const CountMatrix moves = count(seen).moves();
  Vector into = Vector::Zero(3);
  for (const Departure& d : step.departures) into[d.to] += static_cast<double>(d.of) * d.pooled_probability;
  CHECK(distance(into, moves.colwise().sum().transpose()) < 1e-8);

  // Recency states leave order 0 and order 1 the same thing: each row has one state of its own.
  const Journeys recent =
      journeys_from({"ababca", "abcd", "aabcd"},
                    Lifecycle("", {{.name = "a"}, {.name = "b"}, {.name = "c"}, {.name = "d", .role = Role::exit}},
                              {{"a", "a"}, {"a", "b"}, {"b", "a"}, {"b", "c"}, {"c", "a"}, {"c", "d"}}));
  const TestResult none = order_test(recent, {.max_order = 1}).steps[0].overall;
  CHECK(none.degrees_of_freedom == 0);
  CHECK(none.p_value == 1.0);
}

TEST_CASE("degrees of freedom come out as by hand") {
  // Into b from a and from b; of b's moves only b → a and b → b are seen: one degree. Into a only from b, so none.
  const OrderTest test = order_test(journeys_from({"abba", "bba", "abb"}, letters(3, false)));
  CHECK(test.steps[1].overall.degrees_of_freedom == 1);
  REQUIRE(test.steps[1].by_state.size() == 1);
  CHECK(test.steps[1].by_state[0].state == 1);
  CHECK(test.steps[1].overall.cells == 4);
  REQUIRE(test.steps[1].departures.size() == 4);
  CHECK(test.steps[1].departures[0].group == "coming from 'a'");
}

TEST_CASE("no context reaches over a gap, an exit or another journey") {
  const Lifecycle life = letters(3);
  const Journeys whole = cut_by_gap({"abab", "ba"}, life);
  const Journeys cut = cut_by_gap({"ab.ab", "ba"}, life);
  CHECK(order_test(whole, {.max_order = 2}).steps[1].overall.moves == 2);
  check_refused<std::domain_error>([&] { (void)order_test(cut, {.max_order = 2}); },
                                   {"order 2 needs journeys of at least 3 entries", "longest has 2"});
  // What a customer did before a gap is not known, so his later visits are left out.
  CHECK(visits_test(cut).overall.moves == 2);
  CHECK(homogeneity_test(whole, {.by = Timing::age}).overall.moves == 4);
}

TEST_CASE("where the model holds the p-value of the order is uniform") {
  const Lifecycle life = letters(4);
  check_uniform(
      [&](Dice& dice) { return order_test(walk(dice, life, 600, 12, by_rows(with_exit))).steps[1].overall.p_value; },
      5);
  check_uniform(
      [&](Dice& dice) {
        const Matrix same = matrix({{.5, .3, .2}, {.5, .3, .2}, {.5, .3, .2}});
        return order_test(walk(dice, letters(3, false), 100, 12, by_rows(same)), {.max_order = 1})
            .steps[0]
            .overall.p_value;
      },
      6);
  check_uniform(
      [&](Dice& dice) {
        return order_test(walk(dice, life, 600, 12, by_rows(with_exit)), {.method = TestMethod::pearson})
            .steps[1]
            .overall.p_value;
      },
      7);
}

TEST_CASE("a second-order chain is found, located and told") {
  Dice dice(15);
  const Matrix P = three_rows;
  const Step second = [&](Dice& die, const Word& past) {
    Eigen::RowVector3d row = P.row(past.back());
    if (past.size() > 1 && past.back() == 1 && past[past.size() - 2] == 0) row = Eigen::RowVector3d(.7, .1, .2);
    return draw(die, row);
  };
  const Journeys seen = walk(dice, letters(3, false), 600, 20, second);
  const OrderTest test = order_test(seen, {.max_order = 3});
  CHECK(test.steps[0].overall.p_value < 1e-12);
  CHECK(test.steps[1].overall.p_value < 1e-12);
  CHECK(test.steps[2].overall.p_value > 1e-3);
  CHECK(test.order(1e-3) == 2);
  CHECK(information_criteria(seen, {.max_order = 3}).best_by_bic() == 2);
  const Departure worst = test.steps[1].located().front();
  CHECK(worst.from == 1);
  CHECK(worst.group == "coming from 'a'");
  CHECK_THAT(worst.probability, Catch::Matchers::WithinAbs(worst.to == 0 ? .7 : .1, .05));
  const std::vector<std::string> warnings = fit_tests(seen).warnings();
  REQUIRE(!warnings.empty());
  CHECK_THAT(warnings[0],
             Catch::Matchers::StartsWith("One state is not memory enough: of those in 'b' coming from 'a'"));
}
