#include <stdexcept>

#include "sojourn/trust/fit_tests.hpp"
#include "trust/fit_test_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("the order of journeys changes nothing") {
  Dice dice(4);
  const Lifecycle life = letters(4);
  std::vector<std::string> words;
  for (int c = 0; c < 40; ++c) {
    std::string word;
    for (Index k = dice.integer(2, 10); k > 0; --k) word += static_cast<char>('a' + dice.integer(0, 2));
    words.push_back(word);
  }
  const auto other = [&] {
    std::vector<std::string> out;
    for (const std::size_t k : shuffled(dice, words.size())) out.push_back(words[k]);
    return out;
  }();
  const Journeys a = journeys_from(words, life);
  const Journeys b = journeys_from(other, life);
  CHECK(order_test(a).sentence() == order_test(b).sentence());
  CHECK(visits_test(a).sentence() == visits_test(b).sentence());
  CHECK(fit_tests(a).sentences() == fit_tests(b).sentences());
}

TEST_CASE("where the model holds the p-values of visits, age, calendar and dwell are uniform") {
  const Lifecycle life = letters(4);
  const auto seen = [&](Dice& dice) { return walk(dice, life, 300, 12, by_rows(with_exit), 30); };
  check_uniform([&](Dice& dice) { return visits_test(seen(dice)).overall.p_value; }, 8);
  check_uniform([&](Dice& dice) { return homogeneity_test(seen(dice), {.by = Timing::age}).overall.p_value; }, 9);
  check_uniform([&](Dice& dice) { return homogeneity_test(seen(dice)).overall.p_value; }, 10);
  check_uniform([&](Dice& dice) { return dwell_test(count(seen(dice))).overall.p_value; }, 11);
}

TEST_CASE("where the model holds the p-values of a given chain and of segments are uniform") {
  const Lifecycle life = letters(4);
  const Chain chain(life.states(), with_exit, Period::days(1));
  check_uniform(
      [&](Dice& dice) { return chain_test(count(walk(dice, life, 100, 12, by_rows(with_exit))), chain).p_value; }, 12);
  check_uniform(
      [&](Dice& dice) {
        std::vector<Segment> segments;
        for (const char* name : {"web", "shop", "phone"}) {
          segments.push_back({name, count(walk(dice, life, 120, 12, by_rows(with_exit)))});
        }
        return segment_test(segments).rows.overall.p_value;
      },
      13);
}

TEST_CASE("a chain that fits is given no warning") {
  Dice dice(16);
  for (int k = 0; k < 20; ++k) {
    const Journeys seen = walk(dice, letters(4), 2000, 12, by_rows(with_exit), 60);
    CHECK(fit_tests(seen, {.level = 1e-4}).warnings().empty());
  }
}

TEST_CASE("a difference that is certain but too small to matter is no warning") {
  Dice dice(17);
  const Step slightly = [&](Dice& die, const Word& past) {
    Eigen::RowVector3d row = three_rows.row(past.back());
    const double shift = past.size() > 1 && past[past.size() - 2] == 0 ? .012 : -.012;
    row[0] += shift;
    row[1] -= shift;
    return draw(die, row);
  };
  const Journeys seen = walk(dice, letters(3, false), 20'000, 20, slightly);
  const FitTests tests = fit_tests(seen);
  CHECK(tests.order.steps[1].overall.p_value < 1e-6);
  CHECK(tests.order.steps[1].overall.effect < .02);
  CHECK(tests.warnings().empty());
}

TEST_CASE("questions that cannot be asked are refused with advice") {
  const Lifecycle life = letters(3);
  const Journeys good = journeys_from({"abab", "aabc", "bbab"}, life, Period::months(1));
  const Journeys no_move = journeys_from({"a", "b"}, life);
  const Journeys steps = journeys_from({"abab"}, life);
  const Lifecycle strict("strict", {{.name = "a"}, {.name = "b"}, {.name = "c", .role = Role::exit}},
                         {{"a", "b"}, {"b", "b"}});
  const Journeys forbidden = journeys_from({"ab", "aab", "aabb"}, strict);
  const Chain chain(StateSpace{"a", "b", "c"}, matrix({{.5, .5, 0}, {.2, .3, .5}, {0, 0, 1}}), Period::months(1));
  const Counts counts = count(good);
  CountMatrix impossible = CountMatrix::Zero(3, 3);
  impossible(0, 2) = 2;

  check_refused<std::domain_error>([&] { (void)chain_test(impossible, chain); },
                                   {"'a' → 'c'", "observed 2 times", "probability 0"});
  check_refused<std::domain_error>([&] { (void)chain_test(CountMatrix::Zero(3, 3), chain); }, {"no move"});
  check_refused<std::invalid_argument>([&] { (void)chain_test(CountMatrix::Zero(2, 3), chain); },
                                       {"shape (2, 3), expected (3, 3)"});
  check_refused<std::invalid_argument>([&] { (void)chain_test(-impossible, chain); }, {"'a' → 'c' has -2"});
  check_refused<std::invalid_argument>([&] { (void)chain_test(counts_of({"ab"}, 2), chain); }, {"'a', 'b' and 'c'"});
  check_refused<std::invalid_argument>([&] { (void)chain_test(count(steps), chain); }, {"per step", "month"});

  check_refused<std::domain_error>([&] { (void)order_test(no_move, {.max_order = 1}); },
                                   {"max_order: order 1 needs journeys of at least 2 entries; the longest has 1"});
  check_refused<std::domain_error>([&] { (void)order_test(good, {.max_order = 4}); }, {"longest has 4"});
  check_refused<std::invalid_argument>([&] { (void)order_test(good, {.max_order = 0}); }, {"max_order: 0"});
  const Journeys long_ones = journeys_from({std::string(90, 'a')}, life);
  check_refused<std::invalid_argument>([&] { (void)order_test(long_ones, {.max_order = 80}); }, {"too many contexts"});
  check_refused<std::domain_error>([&] { (void)order_test(forbidden); }, {"forbids", "'a' → 'a' 2 times", "drop"});
  CHECK(order_test(forbidden, {.max_order = 1, .forbidden = Forbidden::drop}).steps[0].overall.moves == 4);

  check_refused<std::domain_error>([&] { (void)visits_test(no_move); }, {"no move"});
  check_refused<std::invalid_argument>([&] { (void)visits_test(good, {.groups = 1}); }, {"groups: 1", "from 2"});
  check_refused<std::domain_error>([&] { (void)information_criteria(no_move, {.max_order = 1}); }, {"longest has 1"});
  check_refused<std::domain_error>([&] { (void)fit_tests(no_move); }, {"no move"});
  check_refused<std::invalid_argument>([&] { (void)fit_tests(good, {.level = 0.0}); }, {"level: 0"});
  check_refused<std::invalid_argument>([&] { (void)fit_tests(good, {.material = not_a_number}); }, {"material: nan"});

  check_refused<std::invalid_argument>([&] { (void)homogeneity_test(steps); }, {"no calendar time", "by age"});
  check_refused<std::invalid_argument>([&] { (void)homogeneity_test(good, {.parts = 1}); }, {"parts: 1"});
  check_refused<std::invalid_argument>(
      [&] { (void)homogeneity_test(good, {.by = Timing::age, .period = Period::months(1)}); }, {"period", "ages"});
  check_refused<std::invalid_argument>([&] { (void)homogeneity_test(good, {.period = Period::step()}); },
                                       {"no length in time"});
  check_refused<std::domain_error>([&] { (void)homogeneity_test(good, {.period = Period::years(1)}); },
                                   {"one part", "nothing to compare"});

  check_refused<std::invalid_argument>([&] { (void)segment_test({{"web", counts}}); }, {"at least two"});
  check_refused<std::invalid_argument>([&] { (void)segment_test({}); }, {"0 given"});
  check_refused<std::invalid_argument>([&] { (void)segment_test({{"web", counts}, {"web", counts}}); },
                                       {"'web' is given twice"});
  check_refused<std::invalid_argument>([&] { (void)segment_test({{"web", counts}, {"shop", counts_of({"ab"}, 2)}}); },
                                       {"'shop' has other states than 'web'"});
  check_refused<std::invalid_argument>([&] { (void)segment_test({{"web", counts}, {"shop", count(steps)}}); },
                                       {"'shop' has other periods"});
  check_refused<std::domain_error>(
      [&] { (void)segment_test({{"web", counts}, {"shop", Counts(life, Period::months(1))}}); }, {"'shop': no move"});
  check_refused<std::invalid_argument>(
      [&] { (void)segment_test({{"web", counts}, {"shop", counts}}, {.rewards = Rewards(life.states())}); },
      {"needs a discount"});
  check_refused<std::domain_error>([&] { (void)dwell_test(Counts(life, Period::step())); }, {"no stay"});

  const LifetimeValue other = lifetime_value(Chain(StateSpace{"x"}, matrix({{1.0}})), Rewards(StateSpace{"x"}),
                                             {.discount = Discount::factor(.5)});
  check_refused<std::invalid_argument>([&] { (void)visits_test(good, {.value = other}); }, {"value", "other states"});
  const LifetimeValue short_one =
      lifetime_value(chain, Rewards(chain.states()), {.discount = Discount::none(), .horizon = 3});
  check_refused<std::invalid_argument>([&] { (void)visits_test(good, {.value = short_one}); }, {"value for life"});
}
