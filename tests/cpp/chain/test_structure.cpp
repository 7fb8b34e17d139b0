#include <algorithm>
#include <stdexcept>

#include "sojourn/chain/structure.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

/// trial → active ⇄ paused, both → churn or switched; loyal is apart and circles with fan.
Chain branching() {
  return {StateSpace{"loyal", "trial", "churn", "active", "fan", "paused", "switched"},
          matrix({{0, 0, 0, 0, 1, 0, 0},
                  {0, 0, 0, 1, 0, 0, 0},
                  {0, 0, 1, 0, 0, 0, 0},
                  {.1, 0, .1, .5, 0, .3, 0},
                  {1, 0, 0, 0, 0, 0, 0},
                  {0, 0, 0, .6, 0, 0, .4},
                  {0, 0, 0, 0, 0, 0, 1}}),
          Period::months(1)};
}

}  // namespace

TEST_CASE("states that can reach each other form a class") {
  const Structure shape = structure(branching());
  REQUIRE(shape.classes().size() == 5);
  std::vector<std::vector<Index>> sets;
  for (const auto& c : shape.classes()) sets.push_back(c.states);
  std::sort(sets.begin(), sets.end());
  CHECK(sets == std::vector<std::vector<Index>>{{0, 4}, {1}, {2}, {3, 5}, {6}});
}

TEST_CASE("each state knows its class") {
  const Structure shape = structure(branching());
  for (Index i = 0; i < 7; ++i) {
    const auto& states =
        shape.classes().at(static_cast<std::size_t>(shape.class_of().at(static_cast<std::size_t>(i)))).states;
    CHECK(std::find(states.begin(), states.end(), i) != states.end());
  }
}

TEST_CASE("a class comes before the classes it can reach") {
  const Structure shape = structure(branching());
  for (Index i = 0; i < 7; ++i) {
    for (Index j = 0; j < 7; ++j) {
      if (shape.reachable()(i, j))
        CHECK(shape.class_of()[static_cast<std::size_t>(i)] <= shape.class_of()[static_cast<std::size_t>(j)]);
    }
  }
}

TEST_CASE("a class that is never left is recurrent, and absorbing when it is one state") {
  const Structure shape = structure(branching());
  CHECK(shape.recurrent_states() == std::vector<Index>{0, 2, 4, 6});
  CHECK(shape.transient_states() == std::vector<Index>{1, 3, 5});
  CHECK(shape.absorbing_states() == std::vector<Index>{2, 6});
  CHECK(shape.is_recurrent(0));
  CHECK_FALSE(shape.is_absorbing(0));
  CHECK(shape.is_transient(3));
}

TEST_CASE("a chain is absorbing when every recurrent class is one state") {
  CHECK_FALSE(structure(branching()).is_absorbing_chain());
  CHECK(structure(six_stages().illustrative_chain()).is_absorbing_chain());
}

TEST_CASE("a chain of one class is irreducible") {
  CHECK(structure(Chain(StateSpace{"a", "b"}, matrix({{0, 1}, {1, 0}}))).is_irreducible());
  CHECK_FALSE(structure(branching()).is_irreducible());
}

TEST_CASE("the period of a class is the greatest common divisor of its cycles") {
  const Structure shape = structure(branching());
  for (const auto& c : shape.classes()) {
    if (c.states == std::vector<Index>{0, 4}) CHECK(c.period == 2);
    if (c.states == std::vector<Index>{3, 5}) CHECK(c.period == 1);
    if (c.states == std::vector<Index>{2}) CHECK(c.period == 1);
    if (c.states == std::vector<Index>{1}) CHECK(c.period == 0);
  }
}

TEST_CASE("a state reaches itself and what its moves lead to") {
  const Structure shape = structure(branching());
  CHECK(shape.reaches("trial", "trial"));
  CHECK(shape.reaches("trial", "fan"));
  CHECK(shape.reaches("paused", "churn"));
  CHECK_FALSE(shape.reaches("loyal", "trial"));
  CHECK_FALSE(shape.reaches("churn", "active"));
  check_refused<std::out_of_range>([&] { (void)shape.reaches("trial", "nowhere"); }, {"'nowhere'"});
}

TEST_CASE("in canonical order the transient part stands before blocks that are never left") {
  const Chain chain = branching();
  const Structure shape = structure(chain);
  const std::vector<Index> order = shape.canonical_order();
  std::vector<Index> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  CHECK(sorted == std::vector<Index>{0, 1, 2, 3, 4, 5, 6});
  for (std::size_t a = 0; a < order.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      const bool same_class =
          shape.class_of()[static_cast<std::size_t>(order[a])] == shape.class_of()[static_cast<std::size_t>(order[b])];
      if (!same_class) CHECK(chain.transition_matrix()(order[a], order[b]) == 0.0);
      if (shape.is_transient(order[a])) CHECK(shape.is_transient(order[b]));
    }
  }
}

TEST_CASE("the most probable path is the likeliest of all paths") {
  const Chain chain = branching();
  const Path path = most_probable_path(chain, "trial", "switched");
  CHECK(path.states == std::vector<Index>{1, 3, 5, 6});
  CHECK(path.probability == Catch::Approx(.3 * .4));
}

TEST_CASE("a longer path may be more probable than a direct move") {
  const Chain chain(StateSpace{"a", "b", "c"}, matrix({{0, .9, .1}, {0, 0, 1}, {0, 0, 1}}));
  const Path path = most_probable_path(chain, "a", "c");
  CHECK(path.states == std::vector<Index>{0, 1, 2});
  CHECK(path.probability == Catch::Approx(.9));
}

TEST_CASE("the most probable path from a state to itself is to be there") {
  const Path path = most_probable_path(branching(), "trial", "trial");
  CHECK(path.states == std::vector<Index>{1});
  CHECK(path.probability == 1.0);
}

TEST_CASE("where there is no path the two states are named") {
  check_refused<std::domain_error>([] { (void)most_probable_path(branching(), "loyal", "churn"); },
                                   {"'churn'", "'loyal'"});
  check_refused<std::out_of_range>([] { (void)most_probable_path(branching(), "loyal", "nowhere"); }, {"'nowhere'"});
}

TEST_CASE("a move of slightly more than probability one, within the tolerance, still has a path") {
  const Chain chain(StateSpace{"a", "b"}, matrix({{0, 1.0 + 5e-10}, {0, 1}}));
  CHECK(most_probable_path(chain, "a", "b").states == std::vector<Index>{0, 1});
}

TEST_CASE("a long line of states is walked to its end") {
  const Index n = 3000;
  std::vector<std::string> names;
  Matrix P = Matrix::Zero(n, n);
  for (Index i = 0; i < n; ++i) {
    names.push_back("s" + std::to_string(i));
    P(i, std::min(i + 1, n - 1)) = 1.0;
  }
  const Chain chain(StateSpace(names), P);
  const Structure shape = structure(chain);
  CHECK(shape.classes().size() == static_cast<std::size_t>(n));
  CHECK(shape.canonical_order().front() == 0);
  CHECK(shape.canonical_order().back() == n - 1);
  CHECK(most_probable_path(chain, "s0", "s2999").states.size() == static_cast<std::size_t>(n));
}

TEST_CASE("a structure must place every state in a class") {
  check_refused<std::invalid_argument>([] { Structure(StateSpace{"a", "b"}, {{{0}, true, 1}}, {{}}); }, {"structure"});
  check_refused<std::invalid_argument>(
      [] { Structure(StateSpace{"a", "b"}, {{{0, 1}, true, 1}, {{1}, true, 1}}, {{}, {}}); }, {"every state once"});
}

TEST_CASE("a position outside the states has no structure") {
  const Structure shape = structure(branching());
  CHECK_THROWS_AS(shape.is_recurrent(7), std::out_of_range);
  CHECK_THROWS_AS(shape.is_absorbing(-1), std::out_of_range);
}
