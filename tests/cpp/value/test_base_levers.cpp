#include "sojourn/value/base_levers.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "value/lever_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("a lever on a base is worth what its customers gain together") {
  Dice dice(68);
  for (int k = 0; k < 40; ++k) {
    const LifetimeValue value = random_value(dice, k).value;
    const Index n = value.chain().n_states();
    Vector stock = 1000.0 * random_distribution(dice, n);
    stock[0] += 1.0;
    const std::vector<BaseLever> levers = base_levers(value, stock);
    Matrix together = Matrix::Zero(n, n);
    for (Index i = 0; i < n; ++i) {
      together +=
          stock[i] * sensitivity(value, start_in(value.chain().states(), value.chain().states().name(i))).lift();
    }
    const double size = size_of(together);
    for (std::size_t l = 0; l < levers.size(); ++l) {
      const BaseLever& lever = levers[l];
      CHECK(std::abs(lever.value_for_base - together(lever.from, lever.to) / 100.0) < 1e-10 * size);
      CHECK(lever.value_of_a_point == Catch::Approx(lever.value_for_base / stock.sum()));
      const double room = lever.value_for_base > 0.0 ? 1.0 - lever.probability : lever.probability;
      CHECK(lever.break_even_cost ==
            Catch::Approx(std::abs(lever.value_for_base) * std::min(1.0, 100.0 * room)).margin(1e-9 * size));
      if (l > 0) CHECK(levers[l - 1].break_even_cost >= lever.break_even_cost);
    }
    CHECK(levers.size() == sensitivity(value, stock / stock.sum()).levers().size());
  }
}

TEST_CASE("a point that cannot be taken away may cost nothing") {
  const Chain chain(StateSpace{"active", "trouble", "churn"}, matrix({{.8, 0, .2}, {0, .5, .5}, {0, 0, 1}}));
  const LifetimeValue value =
      lifetime_value(chain, Rewards(chain.states(), {{"active", 10.0}}), {.discount = Discount::factor(.9)});
  for (const BaseLever& lever : base_levers(value, numbers({100, 0, 0}))) {
    if (lever.from != 0 || lever.to != 1) continue;
    CHECK(lever.value_for_base < 0.0);
    CHECK(lever.break_even_cost == 0.0);
  }
}

TEST_CASE("a base is a number of customers per state") {
  const LifetimeValue value = loyalty_value();
  check_refused<std::invalid_argument>([&] { (void)base_levers(value, numbers({1, 2})); }, {"stock", "3 states", "2"});
  check_refused<std::invalid_argument>([&] { (void)base_levers(value, numbers({1, -2, 0})); },
                                       {"stock", "-2", "'loyal'"});
  check_refused<std::invalid_argument>([&] { (void)base_levers(value, numbers({1, not_a_number, 0})); },
                                       {"stock", "nan", "'loyal'"});
  check_refused<std::invalid_argument>([&] { (void)base_levers(value, numbers({0, 0, 0})); }, {"stock", "above 0"});
}
