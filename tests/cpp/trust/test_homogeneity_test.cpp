#include "sojourn/trust/homogeneity_test.hpp"
#include "trust/fit_test_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("a chain that changes with the calendar or with age is found where it changes") {
  Dice dice(19);
  const Lifecycle life = letters(3, false);
  const Journeys aging = walk(dice, life, 800, 12, [&](Dice& die, const Word& past) {
    if (past.size() == 1 && past.back() == 2) return draw(die, Eigen::RowVector3d(.9, .05, .05));
    return draw(die, three_rows.row(past.back()));
  });
  const RowsTest by_age = homogeneity_test(aging, {.by = Timing::age});
  CHECK(by_age.overall.p_value < 1e-12);
  CHECK(by_age.located().front().from == 2);
  CHECK(by_age.located().front().group == "in the 1st period of the journey");

  LogCase log;
  for (std::int64_t who = 0; who < 400; ++who) {
    std::int32_t state = static_cast<std::int32_t>(dice.integer(0, 2));
    for (Day day = date("2024-01-01"); day <= date("2024-12-31"); day += 15) {
      log.add(who, day, state);
      const bool is_summer = day >= date("2024-07-01");
      state = draw(
          dice, state == 0 && is_summer ? Eigen::RowVector3d(.1, .7, .2) : Eigen::RowVector3d(three_rows.row(state)));
    }
  }
  const Journeys dated = journeys(log.view(), life);
  const RowsTest quarters = homogeneity_test(dated, {.period = Period::quarters(1)});
  CHECK(quarters.overall.p_value < 1e-12);
  const Departure worst = quarters.located().front();
  CHECK(worst.from == 0);
  CHECK(worst.to == 1);
  std::vector<std::string> parts;
  for (const Departure& d : quarters.departures) {
    if (d.from != 0 || d.to != 1) continue;
    parts.push_back(d.group);
    CHECK_THAT(d.probability, Catch::Matchers::WithinAbs(parts.size() < 3 ? .3 : .7, .06));
  }
  CHECK(parts == std::vector<std::string>{"from 2024-01-01 to 2024-03-31", "from 2024-04-01 to 2024-06-30",
                                          "from 2024-07-01 to 2024-09-30", "from 2024-10-01 to 2024-12-31"});
  REQUIRE(quarters.by_state.size() == 3);
  CHECK(quarters.by_state[0].adjusted_p_value < 1e-12);
  CHECK(quarters.by_state[1].adjusted_p_value > 1e-3);
  CHECK(quarters.by_state[2].adjusted_p_value > 1e-3);
  CHECK(homogeneity_test(dated, {.parts = 2}).overall.degrees_of_freedom == 6);
}
