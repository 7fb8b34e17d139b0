#include <algorithm>
#include <cmath>

#include "sojourn/trust/delta_method.hpp"
#include "support/support.hpp"
#include "trust/fit_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("the delta method of any answer is that of the value where the answer is the value") {
  Dice dice(32);
  for (int turn = 0; turn < 12; ++turn) {
    const FitResult fit = random_fit(dice, dice.integer(2, 7), 1, 40);
    const Uncertain exact = delta_method(lifetime_value(fit, {.discount = Discount::factor(.9)}));
    const Uncertain by_differences = delta_method(fit, mean_values);
    CHECK(distance(by_differences.estimate(), exact.estimate()) < 1e-12 * size_of(exact.estimate()));
    CHECK(distance(by_differences.standard_error(), exact.standard_error()) <
          1e-6 * std::max(1e-9, exact.standard_error().maxCoeff()));
    CHECK(exact.standard_error() ==
          lifetime_value(fit, {.discount = Discount::factor(.9)}).interval(.9).standard_error.vector());
  }
}

TEST_CASE("the delta method of a passage time is its closed form, however slow the passage") {
  for (const double churned : {5.0, 5e-7}) {
    const FitResult fit = fit_chain(
        counts_of(three_states(), counts({{100, 0, 0}, {0, 0, 0}, {0, 0, 0}})),
        {.prior = matrix({{0, 0, churned}, {1, 0, 1}, {0, 0, 0}}), .rows_without_data = RowsWithoutData::prior});
    // T = 1 / p, p ~ Beta(c, 100): dT = dp / p².
    const double p = churned / (100 + churned);
    const double error = std::sqrt(p * (1 - p) / (101 + churned)) / (p * p);
    const Uncertain time =
        delta_method(fit, [](const Chain& chain) { return hitting(chain, {"churn"}).expected_time(); });
    CHECK(time.estimate()[0] == Catch::Approx(1 / p).epsilon(1e-9));
    CHECK(time.standard_error()[0] == Catch::Approx(error).epsilon(1e-6));
  }
}
