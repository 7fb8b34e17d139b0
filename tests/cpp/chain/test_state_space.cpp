#include <stdexcept>
#include <type_traits>

#include "sojourn/chain/state_space.hpp"
#include "support/support.hpp"

using namespace sojourn;
using sojourn::test::check_refused;

static_assert(std::is_copy_constructible_v<StateSpace> && std::is_nothrow_destructible_v<StateSpace>);

TEST_CASE("states keep the order in which they are given") {
  const StateSpace states{"trial", "active", "churn"};
  CHECK(states.n_states() == 3);
  CHECK(states.names() == std::vector<std::string>{"trial", "active", "churn"});
  CHECK(states.name(1) == "active");
  CHECK(states.index("churn") == 2);
}

TEST_CASE("state spaces with the same names in the same order are equal") {
  CHECK(StateSpace{"a", "b"} == StateSpace{"a", "b"});
  CHECK_FALSE(StateSpace{"a", "b"} == StateSpace{"b", "a"});
  CHECK_FALSE(StateSpace{"a", "b"} == StateSpace{"a"});
}

TEST_CASE("a copied state space outlives the first") {
  StateSpace copy{"x"};
  {
    const StateSpace first{"a", "b"};
    copy = first;
  }
  CHECK(copy.index("b") == 1);
  CHECK(copy.name(0) == "a");
}

TEST_CASE("an unknown state is refused with the states that exist") {
  const StateSpace states{"trial", "active", "churn"};
  check_refused<std::out_of_range>([&] { (void)states.index("loyal"); }, {"'loyal'", "'trial', 'active' and 'churn'"});
  CHECK_FALSE(states.find("loyal").has_value());
  CHECK(states.find("trial") == Index{0});
}

TEST_CASE("a position outside the states is refused") {
  const StateSpace states{"a", "b"};
  check_refused<std::out_of_range>([&] { (void)states.name(2); }, {"2", "from 0 to 1"});
  check_refused<std::out_of_range>([&] { (void)states.name(-1); }, {"-1"});
}

TEST_CASE("state names must be there, distinct and UTF-8") {
  check_refused<std::invalid_argument>([] { StateSpace(std::vector<std::string>{}); }, {"states", "at least one"});
  check_refused<std::invalid_argument>([] { StateSpace({"a", ""}); }, {"position 1", "empty"});
  check_refused<std::invalid_argument>([] { StateSpace({"a", "b", "a"}); }, {"'a'", "0 and 2", "distinct"});
  check_refused<std::invalid_argument>([] { StateSpace({std::string("\xff\xfe")}); }, {"position 0", "UTF-8"});
  check_refused<std::invalid_argument>([] { StateSpace({std::string("caf\xc3")}); }, {"UTF-8"});
  check_refused<std::invalid_argument>([] { StateSpace({std::string("\xed\xa0\x80")}); }, {"UTF-8"});
  check_refused<std::invalid_argument>([] { StateSpace({std::string("\xc0\xaf")}); }, {"UTF-8"});
}

TEST_CASE("a state name may hold any UTF-8 text") {
  const StateSpace states{"Empfehlung – größer", "推薦", "<script>alert(1)</script>", "a\"b'c", "line\nbreak", "🎉"};
  for (Index i = 0; i < states.n_states(); ++i) CHECK(states.index(states.name(i)) == i);
}

TEST_CASE("a state name with a zero inside is kept whole") {
  const std::string with_zero("a\0b", 3);
  const StateSpace states(std::vector<std::string>{"a", with_zero});
  CHECK(states.index(with_zero) == 1);
}

TEST_CASE("a message shows a strange state name without control characters and not at full length") {
  const StateSpace states{"a"};
  check_refused<std::out_of_range>([&] { (void)states.index("x\ny"); }, {"x\\x0ay"});
  const std::string message =
      sojourn::test::refusal<std::out_of_range>([&] { (void)states.index(std::string(100'000, 'z')); });
  CHECK(message.size() < 300);
}

TEST_CASE("a state space of ten thousand names finds each of them") {
  std::vector<std::string> names;
  for (int i = 0; i < 10'000; ++i) names.push_back("state " + std::to_string(i));
  const StateSpace states(names);
  CHECK(states.index("state 9999") == 9999);
  CHECK(states.index("state 0") == 0);
}

TEST_CASE("a value per state is found by name and by position") {
  const StateValues values(StateSpace{"a", "b"}, test::numbers({1.5, -2.0}));
  CHECK(values["b"] == -2.0);
  CHECK(values[0] == 1.5);
  CHECK(values.at(1) == -2.0);
  CHECK(values.size() == 2);
}

TEST_CASE("a value of a state that does not exist is refused") {
  const StateValues values(StateSpace{"a", "b"}, test::numbers({1.5, -2.0}));
  check_refused<std::out_of_range>([&] { (void)values["c"]; }, {"'c'", "'a' and 'b'"});
  check_refused<std::out_of_range>([&] { (void)values[2]; }, {"2"});
  check_refused<std::out_of_range>([&] { (void)values.at(-1); }, {"-1"});
}

TEST_CASE("values must be as many as states") {
  check_refused<std::invalid_argument>([] { StateValues(StateSpace{"a", "b"}, test::numbers({1.0})); },
                                       {"2 states", "found 1"});
}
