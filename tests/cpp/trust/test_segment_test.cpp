#include <cmath>

#include "sojourn/trust/segment_test.hpp"
#include "trust/fit_test_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("where the model holds hardly any departure is located") {
  // Holm: a chance of at most 1 in 20 of any false finding in 400 replications, plus 3.3 standard deviations.
  const Lifecycle life = letters(4);
  Dice dice(14);
  constexpr int n = 400;
  int found = 0;
  for (int k = 0; k < n; ++k) {
    const std::vector<Segment> segments{{"web", count(walk(dice, life, 150, 12, by_rows(with_exit)))},
                                        {"shop", count(walk(dice, life, 150, 12, by_rows(with_exit)))}};
    found += !segment_test(segments).rows.located(0.05).empty();
  }
  CAPTURE(found);
  CHECK(found <= n * .05 + 3.3 * std::sqrt(n * .05 * .95));
}

TEST_CASE("a segment that makes one move more often is found there, and its worth said exactly") {
  Dice dice(20);
  const Lifecycle life = letters(4);
  Matrix other = with_exit;
  other(1, 0) += .12;
  other(1, 1) -= .12;
  const std::vector<Segment> segments{{"web", count(walk(dice, life, 1500, 15, by_rows(with_exit)))},
                                      {"shop", count(walk(dice, life, 1500, 15, by_rows(other)))}};
  const Rewards rewards(life.states(), {{"a", 20.0}, {"b", 5.0}});
  const SegmentTestOptions options = {
      .discount = Discount::factor(.98), .rewards = rewards, .start = start_in(life.states(), "a")};
  const SegmentTest test = segment_test(segments, options);
  CHECK(test.rows.overall.p_value < 1e-12);
  const std::vector<Departure> located = test.rows.located();
  REQUIRE(located.size() >= 2);
  CHECK(located[0].from == 1);
  CHECK(located[1].from == 1);
  CHECK(located[0].to <= 1);

  REQUIRE(test.values.size() == 1);
  CHECK(test.values[0].segment == "shop");
  CHECK(test.values[0].against == "web");
  const WhatIf& split = test.values[0].difference;
  double sum = 0.0;
  for (const MoveDifference& m : split.moves) sum += m.amount;
  CHECK_THAT(sum, Catch::Matchers::WithinAbs(split.other_value - split.value, 1e-9));
  const Counts all = segments[0].counts + segments[1].counts;
  const auto worth = [&](const Counts& counts) {
    return lifetime_value(fit_chain(counts).chain, rewards, {.discount = options.discount})
        .start_value(*options.start)
        .mean;
  };
  CHECK_THAT(split.value, Catch::Matchers::WithinRel(worth(segments[0].counts), 1e-12));
  CHECK_THAT(split.other_value, Catch::Matchers::WithinRel(worth(segments[1].counts), 1e-12));
  CHECK(split.moves[0].from == 1);

  const std::vector<Segment> three{
      segments[0], segments[1], {"phone", count(walk(dice, life, 300, 15, by_rows(with_exit)))}};
  const SegmentTest more = segment_test(three, options);
  REQUIRE(more.values.size() == 3);
  for (const SegmentValue& v : more.values) CHECK(v.against == "all");
  CHECK_THAT(more.values[2].difference.value, Catch::Matchers::WithinRel(worth(all + three[2].counts), 1e-12));
  CHECK_THAT(more.sentence(), Catch::Matchers::ContainsSubstring("'shop'"));
}

TEST_CASE("a state that a segment never left takes the row of all together") {
  const std::vector<Segment> segments{{"web", counts_of({"abab", "abc", "bcac", "ca"})},
                                      {"shop", counts_of({"abab", "aab"})}};
  const SegmentTest test = segment_test(
      segments, {.discount = Discount::factor(.9), .rewards = Rewards(segments[0].counts.states(), {{"a", 1.0}})});
  double sum = 0.0;
  for (const MoveDifference& m : test.values[0].difference.moves) {
    sum += m.amount;
    CHECK(m.from != 2);
  }
  CHECK(sum == Catch::Approx(test.values[0].difference.other_value - test.values[0].difference.value));
}
