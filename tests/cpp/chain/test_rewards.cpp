#include <stdexcept>

#include "sojourn/chain/rewards.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

const StateSpace three{"trial", "active", "churn"};

}  // namespace

TEST_CASE("rewards begin at nothing") {
  const Rewards none(three);
  CHECK(none.per_state() == Vector::Zero(3));
  CHECK_FALSE(none.has_move_rewards());
  CHECK(none.per_move().size() == 0);
  CHECK(none.label() == "reward");
}

TEST_CASE("rewards of named states leave the others at nothing") {
  const Rewards rewards(three, {{"active", 40.0}});
  CHECK(rewards.per_state() == numbers({0, 40, 0}));
}

TEST_CASE("rewards may be negative, per state and per move") {
  const Rewards rewards = Rewards(three, {{"trial", -4.0}}).with_move("active", "churn", -10.0);
  CHECK(rewards.per_state()[0] == -4.0);
  CHECK(rewards.per_move()(1, 2) == -10.0);
  CHECK(rewards.per_move()(0, 1) == 0.0);
  CHECK(rewards.has_move_rewards());
}

TEST_CASE("a changed reward gives a changed copy") {
  const Rewards first(three, {{"active", 40.0}});
  const Rewards changed = first.with_state("active", 50.0).with_label("margin");
  CHECK(first.per_state()[1] == 40.0);
  CHECK(first.label() == "reward");
  CHECK(changed.per_state()[1] == 50.0);
  CHECK(changed.label() == "margin");
}

TEST_CASE("rewards are equal when states, amounts and label are") {
  const Rewards rewards(three, {{"active", 40.0}});
  CHECK(rewards == Rewards(three, numbers({0, 40, 0})));
  CHECK_FALSE(rewards == rewards.with_label("revenue"));
  CHECK_FALSE(rewards == rewards.with_state("trial", 1.0));
  CHECK_FALSE(rewards == rewards.with_move("trial", "active", 1.0));
  CHECK_FALSE(rewards == Rewards(StateSpace{"a", "b"}, {{"a", 40.0}}));
}

TEST_CASE("rewards of an unknown state are refused") {
  check_refused<std::out_of_range>([] { Rewards(three, {{"loyal", 1.0}}); },
                                   {"'loyal'", "'trial', 'active' and 'churn'"});
  check_refused<std::out_of_range>([] { (void)Rewards(three).with_move("trial", "loyal", 1.0); }, {"'loyal'"});
}

TEST_CASE("rewards of another shape are refused") {
  check_refused<std::invalid_argument>([] { Rewards(three, numbers({1, 2})); }, {"rewards", "3 states", "found 2"});
  check_refused<std::invalid_argument>([] { Rewards(three, numbers({1, 2, 3}), Matrix::Zero(2, 3)); },
                                       {"rewards", "(3, 3)", "(2, 3)"});
}

TEST_CASE("rewards that are not finite are refused by the name of their state or move") {
  check_refused<std::invalid_argument>([] { Rewards(three, numbers({1, not_a_number, 3})); },
                                       {"rewards", "'active'", "nan"});
  check_refused<std::invalid_argument>([] { Rewards(three, {{"churn", infinity}}); }, {"rewards", "'churn'", "inf"});
  Matrix W = Matrix::Zero(3, 3);
  W(1, 2) = -infinity;
  check_refused<std::invalid_argument>([&] { Rewards(three, Vector::Zero(3), W); },
                                       {"rewards", "'active'", "'churn'", "-inf"});
  check_refused<std::invalid_argument>([] { (void)Rewards(three).with_move("trial", "churn", not_a_number); },
                                       {"'trial'", "'churn'", "nan"});
}

TEST_CASE("a label is a word") {
  check_refused<std::invalid_argument>([] { (void)Rewards(three).with_label(""); }, {"label"});
}
