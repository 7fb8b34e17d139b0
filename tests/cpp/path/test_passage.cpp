#include <cmath>
#include <stdexcept>

#include "chain/chain_cases.hpp"
#include "sojourn/chain/structure.hpp"
#include "sojourn/path/passage.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

Chain chain_of(const nlohmann::json& anchor) {
  return {states_of(anchor.at("states")), matrix_of(anchor.at("transition_matrix"))};
}

std::vector<std::string> names_of(const nlohmann::json& list) {
  return list.get<std::vector<std::string>>();
}

/// trial → active or churn; active → loyal, churn or itself.
Chain funnel() {
  return {StateSpace{"trial", "active", "loyal", "churn"},
          matrix({{0, .5, 0, .5}, {0, .5, .25, .25}, {0, 0, .9, .1}, {0, 0, 0, 1}})};
}

/// Between one and all of the states.
std::vector<Index> random_set(Dice& dice, Index n) {
  std::vector<Index> set;
  for (Index i = 0; i < n; ++i) {
    if (dice.uniform() < .3) set.push_back(i);
  }
  if (set.empty()) set.push_back(dice.integer(0, n - 1));
  return set;
}

std::vector<std::string> names_at(const Chain& chain, const std::vector<Index>& set) {
  std::vector<std::string> names;
  for (const Index i : set) names.push_back(chain.states().name(i));
  return names;
}

}  // namespace

TEST_CASE("published laws of a first passage come out, to a state and to a set") {
  for (const auto& anchor : anchors().at("first_passages")) {
    INFO(anchor.at("name").get<std::string>());
    const Chain chain = chain_of(anchor);
    const Vector published = numbers_of(anchor.at("probabilities"));
    const FirstPassage passage = first_passage(chain, names_of(anchor.at("targets")), published.size());
    const Index from = chain.states().index(anchor.at("from").get<std::string>());
    CHECK(distance(passage.probabilities.col(from), published) <= anchor.at("tolerance").get<double>());
  }
}

TEST_CASE("published committors come out") {
  for (const auto& anchor : anchors().at("committors")) {
    INFO(anchor.at("name").get<std::string>());
    const StateValues first = committor(chain_of(anchor), names_of(anchor.at("goal")), names_of(anchor.at("other")));
    CHECK(distance(first, numbers_of(anchor.at("probability"))) <= anchor.at("tolerance").get<double>());
  }
}

TEST_CASE("time 0 counts for a hit and not for a first passage") {
  const Chain chain(StateSpace{"a", "b"}, matrix({{.5, .5}, {.5, .5}}));
  CHECK(hitting(chain, {"a"}).probability["a"] == 1.0);
  CHECK(hitting(chain, {"a"}).expected_time()["a"] == 0.0);
  CHECK(hitting(chain, {"a"}).expected_time()["b"] == Catch::Approx(2.0));
  const FirstPassage back = first_passage(chain, {"a"}, 3);
  CHECK(distance(back.probabilities.col(0), numbers({.5, .25, .125})) < 1e-15);
}

TEST_CASE("a hit that some journeys miss has a time among those that do not") {
  const Hitting hit = hitting(funnel(), {"loyal"});
  CHECK(distance(hit.probability, numbers({.25, .5, 1, 0})) < 1e-15);
  CHECK(distance(hit.expected_time_if_hit, numbers({3, 2, 0, 0})) < 1e-14);
  CHECK(hit.is_certain == std::vector<bool>{false, false, true, false});
  check_refused<std::domain_error>([&] { (void)hit.expected_time(); },
                                   {"'trial', 'active' and 'churn'", "never get there", "expected_time_if_hit"});
}

TEST_CASE("a certain hit has probability one exactly, whatever the rounding") {
  const Hitting hit = hitting(funnel(), {"churn"});
  CHECK(hit.probability.vector() == Vector::Ones(4));
  CHECK(hit.is_certain == std::vector<bool>(4, true));
  CHECK(hit.expected_time()["loyal"] == Catch::Approx(10.0));
}

TEST_CASE("hitting satisfies its equations on chains of every shape") {
  Dice dice(41);
  for (int k = 0; k < 240; ++k) {
    const Chain chain = random_shape(dice, k);
    const Index n = chain.n_states();
    const Matrix& P = chain.transition_matrix();
    const std::vector<Index> targets = random_set(dice, n);
    const Hitting hit = hitting(chain, names_at(chain, targets));
    const Vector& h = hit.probability.vector();
    const Vector until = h.cwiseProduct(hit.expected_time_if_hit.vector());  // E[T; hit]
    Vector is_target = Vector::Zero(n);
    for (const Index i : targets) is_target[i] = 1.0;
    const Structure shape = structure(chain);
    CHECK(h.minCoeff() >= 0.0);
    CHECK(h.maxCoeff() <= 1.0);
    for (Index i = 0; i < n; ++i) {
      if (is_target[i] > 0.0) {
        CHECK(h[i] == 1.0);
        CHECK(until[i] == 0.0);
        continue;
      }
      CHECK(std::abs(h[i] - P.row(i).dot(h)) < 1e-12);
      CHECK(std::abs(until[i] - h[i] - P.row(i).dot(until)) < 1e-11 * size_of(until));
      // The least solution: nothing where no target can be reached.
      bool reaches = false;
      for (const Index j : targets) reaches = reaches || shape.reachable()(i, j);
      CHECK((h[i] > 0.0) == reaches);
      CHECK((hit.is_certain[static_cast<std::size_t>(i)]) == (h[i] == 1.0));
    }
  }
}

TEST_CASE("a first passage happens at some time up to the horizon or later") {
  Dice dice(42);
  for (int k = 0; k < 120; ++k) {
    const Chain chain = random_shape(dice, k);
    const Index n = chain.n_states();
    const FirstPassage passage = first_passage(chain, names_at(chain, random_set(dice, n)), dice.integer(1, 60));
    CHECK(passage.probabilities.minCoeff() >= 0.0);
    CHECK(passage.tail.vector().minCoeff() >= 0.0);
    CHECK(distance(passage.probabilities.colwise().sum().transpose() + passage.tail.vector(), Vector::Ones(n)) < 1e-12);
    const Matrix sums = passage.cumulative();
    CHECK(distance(sums.row(sums.rows() - 1).transpose() + passage.tail.vector(), Vector::Ones(n)) < 1e-12);
    CHECK(sums.row(0) == passage.probabilities.row(0));
  }
}

TEST_CASE("the law of the first passage adds up to the probability and the time of the hit") {
  Dice dice(43);
  for (int k = 0; k < 30; ++k) {
    const Chain chain = random_absorbing_chain(dice, dice.integer(3, 9), 2, .8);
    const std::string target = chain.states().name(dice.integer(0, chain.n_states() - 1));
    const Hitting hit = hitting(chain, {target});
    const FirstPassage passage = first_passage(chain, {target}, 2000);
    Vector times(2000);
    for (Index t = 0; t < 2000; ++t) times[t] = static_cast<double>(t + 1);
    for (Index i = 0; i < chain.n_states(); ++i) {
      if (chain.states().name(i) == target) continue;  // there the passage is the return
      const Vector law = passage.probabilities.col(i);
      CHECK(law.sum() == Catch::Approx(hit.probability.at(i)).margin(1e-11));
      CHECK(law.dot(times) ==
            Catch::Approx(hit.probability.at(i) * hit.expected_time_if_hit.at(i)).margin(1e-9).epsilon(1e-9));
    }
  }
}

TEST_CASE("a goal that comes first or does not: the committors of both sum to the chance of either") {
  Dice dice(44);
  for (int k = 0; k < 120; ++k) {
    const Chain chain = random_shape(dice, k);
    const Index n = chain.n_states();
    if (n < 2) continue;
    const Index a = dice.integer(0, n - 1);
    const Index b = (a + dice.integer(1, n - 1)) % n;
    const auto goal = names_at(chain, {a});
    const auto other = names_at(chain, {b});
    const Vector q = committor(chain, goal, other).vector();
    const Vector reverse = committor(chain, other, goal).vector();
    CHECK(distance(q + reverse, hitting(chain, names_at(chain, {a, b})).probability.vector()) < 1e-12);
    CHECK(q[a] == 1.0);
    CHECK(q[b] == 0.0);
    for (Index i = 0; i < n; ++i) {
      if (i != a && i != b) CHECK(std::abs(q[i] - chain.transition_matrix().row(i).dot(q)) < 1e-12);
    }
  }
}

TEST_CASE("a target that cannot be reached is hit with probability 0") {
  const Hitting hit = hitting(funnel(), {"trial"});
  CHECK(hit.probability.vector() == numbers({1, 0, 0, 0}));
  CHECK(first_passage(funnel(), {"trial"}, 5).probabilities == Matrix::Zero(5, 4));
  CHECK(first_passage(funnel(), {"trial"}, 5).tail.vector() == Vector::Ones(4));
}

TEST_CASE("questions of passage without a known target are refused") {
  check_refused<std::out_of_range>([] { (void)hitting(funnel(), {"loyal", "fan"}); }, {"'fan'", "'loyal'"});
  check_refused<std::out_of_range>([] { (void)first_passage(funnel(), {"fan"}, 3); }, {"'fan'"});
  check_refused<std::invalid_argument>([] { (void)hitting(funnel(), {}); }, {"targets", "at least one state"});
  check_refused<std::invalid_argument>([] { (void)first_passage(funnel(), {}, 3); }, {"targets"});
  check_refused<std::invalid_argument>([] { (void)committor(funnel(), {}, {"churn"}); }, {"goal"});
  check_refused<std::invalid_argument>([] { (void)committor(funnel(), {"churn"}, {}); }, {"other"});
  check_refused<std::invalid_argument>([] { (void)committor(funnel(), {"loyal", "churn"}, {"churn"}); },
                                       {"committor", "'churn'", "must not share"});
}

TEST_CASE("a horizon below one period or beyond all use is refused") {
  check_refused<std::invalid_argument>([] { (void)first_passage(funnel(), {"loyal"}, 0); },
                                       {"horizon", "at least 1", "0"});
  check_refused<std::invalid_argument>([] { (void)first_passage(funnel(), {"loyal"}, -3); }, {"horizon", "-3"});
  check_refused<std::invalid_argument>([] { (void)first_passage(funnel(), {"loyal"}, Index{1} << 60); }, {"horizon"});
}
