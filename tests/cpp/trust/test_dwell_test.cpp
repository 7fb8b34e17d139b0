#include <cmath>

#include "sojourn/trust/dwell_test.hpp"
#include "trust/fit_test_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("times spent that are not geometric are found, with their direction") {
  Dice dice(18);
  const auto leaving = [&](double first, double later) {
    return count(walk(dice, letters(3), 3000, 25, [=](Dice& die, const Word& past) {
      std::size_t stay = 0;
      while (stay < past.size() && past[past.size() - 1 - stay] == past.back()) ++stay;
      const double p = past.back() == 1 ? .3 : stay < 3 ? first : later;
      if (die.uniform() >= p) return past.back();
      return die.uniform() < .2 ? 2 : 1 - past.back();
    }));
  };
  const DwellTest falls = dwell_test(leaving(.5, .2));
  REQUIRE(falls.by_state.size() == 2);
  CHECK(falls.by_state[0].direction() == Leaving::falls);
  CHECK(falls.by_state[0].test.p_value < 1e-12);
  CHECK(falls.by_state[1].adjusted_p_value > 1e-3);
  CHECK_THAT(falls.by_state[0].lengths[0].leaving, Catch::Matchers::WithinAbs(.5, .03));
  CHECK_THAT(falls.sentence(), Catch::Matchers::ContainsSubstring("leaving 'a' falls"));
  CHECK(dwell_test(leaving(.2, .5)).by_state[0].direction() == Leaving::rises);
}

TEST_CASE("open stays count for as long as they were seen") {
  // Of a: stays of 1, 1, 2 and 3 that ended, and one of 2 still open.
  const Counts counts = counts_of({"abab", "aab", "aaab", "aa"}, 2);
  std::vector<std::string> words;
  for (int k = 0; k < 8; ++k) words.insert(words.end(), {"abab", "aab", "aaab", "aa"});
  CHECK(counts.dwell()[0].open == std::vector<std::int64_t>{0, 1});
  const DwellTest test = dwell_test(counts_of(words, 2));
  REQUIRE(test.by_state.size() == 1);
  const std::vector<StayLength>& lengths = test.by_state[0].lengths;
  REQUIRE(lengths.size() == 2);  // the third period alone is too rare
  CHECK(lengths[0].at_risk == 40);
  CHECK(lengths[0].left == 16);
  CHECK(lengths[1].from == 2);
  CHECK(lengths[1].to == 3);
  CHECK(lengths[1].at_risk == 16 + 8);
  CHECK(lengths[1].left == 16);
  const double p = 32.0 / 64;
  const auto part = [&](double left, double n) {
    return 2 * (left * std::log(left / (n * p)) + (n - left) * std::log((n - left) / (n * (1 - p))));
  };
  CHECK_THAT(test.overall.statistic, Catch::Matchers::WithinAbs(part(16, 40) + part(16, 24), 1e-10));
  CHECK(test.overall.degrees_of_freedom == 1);
}
