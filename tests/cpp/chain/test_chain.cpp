#include <stdexcept>

#include "sojourn/chain/chain.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

const StateSpace three{"trial", "active", "churn"};

Chain small() {
  return {three, matrix({{.5, .4, .1}, {0, .8, .2}, {0, 0, 1}}), Period::months(1)};
}

}  // namespace

TEST_CASE("a chain tells its states, its moves and its period") {
  const Chain chain = small();
  CHECK(chain.states() == three);
  CHECK(chain.n_states() == 3);
  CHECK(chain.period() == Period::months(1));
  CHECK(chain.probability("trial", "active") == .4);
  CHECK(chain.transition_matrix()(1, 2) == .2);
}

TEST_CASE("a chain without a period has the event as its clock") {
  CHECK(Chain(three, small().transition_matrix()).period().is_step());
}

TEST_CASE("a transition matrix is kept to the last bit") {
  const Matrix P = matrix({{1.0 / 3.0, 2.0 / 3.0, 0}, {.1, .2, .7}, {0, 0, 1}});
  CHECK(Chain(three, P).transition_matrix() == P);
}

TEST_CASE("a probability of an unknown state is refused") {
  check_refused<std::out_of_range>([] { (void)small().probability("trial", "loyal"); },
                                   {"'loyal'", "'trial', 'active' and 'churn'"});
}

TEST_CASE("a state that is never left is absorbing") {
  const Chain chain = small();
  CHECK(chain.absorbing_states() == std::vector<Index>{2});
  CHECK(chain.is_absorbing(2));
  CHECK_FALSE(chain.is_absorbing(0));
}

TEST_CASE("a state that is never left is absorbing although its row sums to slightly under one") {
  const Chain chain(StateSpace{"a", "b"}, matrix({{.5, .5}, {0, 1.0 - 1e-12}}));
  CHECK(chain.is_absorbing(1));
}

TEST_CASE("after no period everybody is where he was") {
  CHECK(small().after(0) == Matrix::Identity(3, 3));
}

TEST_CASE("after n periods is the product of n transition matrices") {
  const Matrix P = small().transition_matrix();
  Matrix product = Matrix::Identity(3, 3);
  for (Index n = 1; n <= 13; ++n) {
    product = product * P;
    CHECK(distance(small().after(n), product) < 1e-14);
  }
}

TEST_CASE("after many periods every row still sums to one") {
  CHECK(distance(small().after(1'000'000).rowwise().sum(), Vector::Ones(3)) < 1e-9);
  CHECK(small().after(1'000'000'000'000)(0, 2) == Catch::Approx(1.0));
}

TEST_CASE("a negative number of periods is refused") {
  check_refused<std::invalid_argument>([] { (void)small().after(-1); }, {"n_periods", "at least 0", "-1"});
}

TEST_CASE("a changed row gives a changed copy") {
  const Chain first = small();
  const Chain changed = first.with_row("trial", numbers({.2, .2, .6}));
  CHECK(changed.probability("trial", "churn") == .6);
  CHECK(changed.probability("active", "active") == .8);
  CHECK(changed.period() == first.period());
  CHECK(first.probability("trial", "churn") == .1);
  CHECK_FALSE(changed == first);
}

TEST_CASE("a changed row is checked like the first one") {
  check_refused<std::invalid_argument>([] { (void)small().with_row("trial", numbers({.2, .2, .5})); },
                                       {"'trial'", "0.9"});
  check_refused<std::invalid_argument>([] { (void)small().with_row("trial", numbers({.5, .5})); },
                                       {"row", "3 numbers", "found 2"});
  check_refused<std::out_of_range>([] { (void)small().with_row("loyal", numbers({.5, .5, 0})); }, {"'loyal'"});
}

TEST_CASE("chains are equal when states, moves and period are") {
  CHECK(small() == small());
  CHECK_FALSE(small() == Chain(three, small().transition_matrix(), Period::weeks(1)));
  CHECK_FALSE(small() == Chain(StateSpace{"a", "b", "c"}, small().transition_matrix(), Period::months(1)));
  CHECK_FALSE(small() == Chain(StateSpace{"a"}, matrix({{1}}), Period::months(1)));
}

TEST_CASE("a row within the tolerance is taken as it is") {
  CHECK_NOTHROW(Chain(StateSpace{"a", "b"}, matrix({{.5, .5 - 9e-10}, {0, 1}})));
  CHECK_NOTHROW(Chain(StateSpace{"a", "b"}, matrix({{.5, .5 + 9e-10}, {0, 1}})));
  check_refused<std::invalid_argument>([] { Chain(StateSpace{"a", "b"}, matrix({{.5, .5 - 2e-9}, {0, 1}})); },
                                       {"row 'a'", "0.999999998", "tolerance 1e-09"});
}

TEST_CASE("a law over the states is checked as a row is") {
  CHECK_NOTHROW(check_distribution("start", three, numbers({.2, .3, .5})));
  check_refused<std::invalid_argument>([] { check_distribution("start", three, numbers({.5, .5})); },
                                       {"start", "3 states", "found 2"});
  check_refused<std::invalid_argument>([] { check_distribution("start", three, numbers({.5, .2, .2})); },
                                       {"start", "sums to 0.9"});
  check_refused<std::invalid_argument>([] { check_distribution("start", three, numbers({-.5, .5, 1})); },
                                       {"start", "'trial'", "-0.5"});
  check_refused<std::invalid_argument>([] { check_distribution("start", three, numbers({not_a_number, .5, .5})); },
                                       {"start", "'trial'", "nan"});
}

TEST_CASE("who starts in one state is there for certain") {
  CHECK(start_in(three, "active") == numbers({0, 1, 0}));
  check_refused<std::out_of_range>([] { (void)start_in(three, "loyal"); }, {"'loyal'"});
}

TEST_CASE("a chain of one state is a chain") {
  const Chain chain(StateSpace{"forever"}, matrix({{1}}));
  CHECK(chain.is_absorbing(0));
  CHECK(chain.after(5) == matrix({{1}}));
}
