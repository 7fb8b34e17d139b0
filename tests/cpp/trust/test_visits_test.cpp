#include "sojourn/trust/visits_test.hpp"
#include "trust/fit_test_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("departures in money sum to what the chain misstates on the next move") {
  Dice dice(21);
  const Journeys seen = walk(dice, letters(4), 300, 12, by_rows(with_exit));
  const FitResult fit = fit_chain(count(seen));
  const Rewards rewards = random_rewards(dice, fit.chain, true, true);
  const LifetimeValue value = lifetime_value(fit.chain, rewards, {.discount = Discount::factor(.95)});
  const RowsTest test = visits_test(seen, {.value = value});
  REQUIRE(!test.departures.empty());
  for (std::size_t k = 0; k < test.departures.size();) {
    const Departure& first = test.departures[k];
    double told = 0.0;
    double in_group = 0.0;
    double in_all = 0.0;
    for (;
         k < test.departures.size() && test.departures[k].from == first.from && test.departures[k].group == first.group;
         ++k) {
      const Departure& d = test.departures[k];
      const double worth = .95 * (rewards.per_move()(d.from, d.to) + value.mean()[d.to]);
      told += d.amount.value();
      in_group += d.probability * worth;
      in_all += d.pooled_probability * worth;
    }
    CHECK_THAT(told, Catch::Matchers::WithinAbs(in_group - in_all, 1e-9));
  }
  CHECK(!visits_test(seen).departures[0].amount);
}
