#include <cmath>
#include <functional>
#include <map>
#include <stdexcept>

#include "data/log_cases.hpp"
#include "sojourn/trust/fit_tests.hpp"
#include "support/support.hpp"
#include "trust/move_groups.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

using Word = std::vector<std::int32_t>;

/// The state after a past of at least one state.
using Step = std::function<std::int32_t(Dice&, const Word&)>;

/// Journeys of `n` customers in days from `first_day` on, cut at an exit or after `length` entries.
Journeys walk(Dice& dice, const Lifecycle& life, int n, std::size_t length, const Step& step, Day spread = 0) {
  JourneyColumns columns;
  for (int c = 0; c < n; ++c) {
    const Day begin = spread > 0 ? dice.integer(0, spread) : 0;
    Word past{static_cast<std::int32_t>(dice.integer(0, life.n_states() - 1))};
    while (past.size() < length && !life.is_exit(past.back())) past.push_back(step(dice, past));
    for (std::size_t i = 0; i < past.size(); ++i) {
      columns.states.push_back(past[i]);
      columns.times.push_back(begin + static_cast<Day>(i));
      columns.values.push_back(1.0);
    }
    columns.customers.push_back(c);
    columns.offsets.push_back(static_cast<std::int64_t>(columns.states.size()));
  }
  return {life, Period::days(1), TimeUnit::day, std::move(columns)};
}

std::int32_t draw(Dice& dice, const Eigen::Ref<const Eigen::RowVectorXd>& row) {
  double u = dice.uniform();
  for (Index j = 0; j + 1 < row.size(); ++j) {
    if ((u -= row[j]) < 0.0) return static_cast<std::int32_t>(j);
  }
  return static_cast<std::int32_t>(row.size() - 1);
}

/// First-order moves by the rows of `P`.
Step by_rows(const Matrix& P) {
  return [P](Dice& dice, const Word& past) { return draw(dice, P.row(past.back())); };
}

const Matrix three_rows = matrix({{.5, .3, .2}, {.2, .6, .2}, {.4, .1, .5}});
const Matrix with_exit = matrix({{.5, .3, .1, .1}, {.2, .5, .2, .1}, {.4, .1, .3, .2}, {0, 0, 0, 1}});

/// Rejections among `n` tests that hold, each rejecting with probability `p`: a test of this can fail by chance less than
/// once in a thousand (3.3 standard deviations).
void check_rate(int rejected, int n, double p) {
  const double spread = 3.3 * std::sqrt(n * p * (1.0 - p));
  CAPTURE(rejected, n);
  CHECK(rejected <= n * p + spread);
  CHECK(rejected >= n * p - spread);
}

/// Runs a test 400 times where the model holds: p-values must be about uniform.
void check_uniform(const std::function<double(Dice&)>& p_value, std::uint64_t seed) {
  constexpr int n = 400;
  Dice dice(seed);
  int twentieth = 0;
  int half = 0;
  for (int k = 0; k < n; ++k) {
    const double p = p_value(dice);
    REQUIRE(p >= 0.0);
    REQUIRE(p <= 1.0);
    twentieth += p < 0.05;
    half += p < 0.5;
  }
  check_rate(twentieth, n, 0.05);
  check_rate(half, n, 0.5);
}

/// Log-likelihood and free parameters of contexts of `order` states, over the moves with at least `past` states behind
/// them: by brute force over maps.
struct Likelihood {
  double log_likelihood = 0.0;
  std::map<Word, std::map<std::int32_t, double>> contexts = {};
};

Likelihood brute_force(const Journeys& journeys, std::size_t order, std::size_t past) {
  Likelihood out;
  for (Index j = 0; j < journeys.n_journeys(); ++j) {
    const auto states = journeys[j].states;
    for (std::size_t i = 0; i + 1 < states.size(); ++i) {
      if (i + 1 < past) continue;
      const auto end = states.begin() + static_cast<std::ptrdiff_t>(i) + 1;
      ++out.contexts[Word(end - static_cast<std::ptrdiff_t>(order), end)][states[i + 1]];
    }
  }
  for (const auto& [context, moves] : out.contexts) {
    double total = 0.0;
    for (const auto& [to, n] : moves) total += n;
    for (const auto& [to, n] : moves) out.log_likelihood += n * std::log(n / total);
  }
  return out;
}

/// Degrees of freedom of `longer` against `shorter` contexts.
Index brute_degrees(const Likelihood& shorter, const Likelihood& longer) {
  std::map<Word, Index> children;
  for (const auto& [context, moves] : longer.contexts) ++children[Word(context.begin() + 1, context.end())];
  Index degrees = 0;
  for (const auto& [context, moves] : shorter.contexts) {
    degrees += (children.at(context) - 1) * (static_cast<Index>(moves.size()) - 1);
  }
  return degrees;
}

Journeys cut_by_gap(const std::vector<std::string>& words, const Lifecycle& life) {
  LogCase log;
  std::int64_t who = 0;
  for (const std::string& word : words) log.word(who++, word);
  return journeys(log.view(), life);
}

Counts counts_of(const std::vector<std::string>& words, Index n = 3) {
  return count(journeys_from(words, letters(n, false), Period::months(1)));
}

}  // namespace

TEST_CASE("Kullback's and Pearson's published test of a given chain comes out") {
  const auto& anchor = anchors().at("chain_test");
  const Chain chain(states_of(anchor.at("states")), matrix_of(anchor.at("transition_matrix")));
  const CountMatrix moves = matrix_of(anchor.at("moves")).cast<std::int64_t>();
  for (const auto& [name, method] :
       {std::pair{"likelihood_ratio", TestMethod::likelihood_ratio}, std::pair{"pearson", TestMethod::pearson}}) {
    const TestResult found = chain_test(moves, chain, {.method = method});
    const auto& expected = anchor.at(name);
    CHECK_THAT(found.statistic, Catch::Matchers::WithinAbs(expected.at("statistic"), expected.at("tolerance")));
    CHECK_THAT(found.p_value, Catch::Matchers::WithinAbs(expected.at("p_value"), expected.at("p_tolerance")));
    CHECK(found.degrees_of_freedom == anchor.at("degrees_of_freedom").get<Index>());
    CHECK(found.moves == 149);
    CHECK(found.cells == 9);
    CHECK(found.sparse_cells == 0);
  }
}

TEST_CASE("the likelihood ratio of a given chain is twice the log-likelihood that it loses to the fitted one") {
  Dice dice(1);
  for (int turn = 0; turn < 50; ++turn) {
    const Index n = dice.integer(2, 6);
    const Chain chain = random_chain(dice, n, 1.0);
    const Journeys seen = walk(dice, Lifecycle(chain.states()), 20, 30, by_rows(chain.transition_matrix()));
    CountMatrix moves = count(seen).moves();
    const Chain fitted = fit_chain(count(seen), {.smoothing = 1e-12}).chain;
    const double lost = log_likelihood(moves, Chain(chain.states(), fitted.transition_matrix())) -
                        log_likelihood(moves, Chain(chain.states(), chain.transition_matrix()));
    CHECK_THAT(chain_test(moves, chain).statistic, Catch::Matchers::WithinAbs(2.0 * lost, 1e-6));
  }
}

TEST_CASE("moves of probability 0 and rows without data carry no degrees of freedom") {
  const Chain chain(StateSpace{"a", "b", "c", "d"},
                    matrix({{.5, .5, 0, 0}, {0, .2, .3, .5}, {1, 0, 0, 0}, {0, 0, 0, 1}}));
  CountMatrix moves = CountMatrix::Zero(4, 4);
  moves(0, 0) = 6;
  moves(0, 1) = 4;
  moves(2, 0) = 7;  // one way only: nothing to test
  const TestResult found = chain_test(moves, chain);
  CHECK(found.degrees_of_freedom == 1);
  CHECK(found.moves == 17);
  CHECK_THAT(found.statistic, Catch::Matchers::WithinAbs(2.0 * (6 * std::log(6 / 5.0) + 4 * std::log(4 / 5.0)), 1e-12));
  CHECK_THAT(found.effect, Catch::Matchers::WithinAbs(0.1 * 10 / 17, 1e-12));
  moves.setZero();
  moves(2, 0) = 7;
  const TestResult nothing = chain_test(moves, chain);
  CHECK(nothing.degrees_of_freedom == 0);
  CHECK(nothing.p_value == 1.0);
  CHECK_THAT(nothing.sentence(), Catch::Matchers::ContainsSubstring("nothing to tell apart"));
}

TEST_CASE("the upper tail of the chi-squared law keeps small p-values small") {
  for (const double x : {0.1, 3.0, 50.0, 600.0}) {
    CHECK_THAT(detail::chi_squared_tail(x, 2), Catch::Matchers::WithinRel(std::exp(-x / 2), 1e-12));
    CHECK_THAT(detail::chi_squared_tail(x, 1), Catch::Matchers::WithinRel(std::erfc(std::sqrt(x / 2)), 1e-12));
  }
  CHECK(detail::chi_squared_tail(1e6, 4) == 0.0);
  CHECK(p_value_text(detail::chi_squared_tail(1e6, 4)) == "< 1e-300");
  CHECK(p_value_text(0.36769) == "0.368");
}

TEST_CASE("p-values of several tests are adjusted by Holm and by Benjamini and Hochberg as by hand") {
  const std::vector<double> p{.01, .04, .03, .9};
  const auto near = [](const std::vector<double>& a, const std::vector<double>& b) {
    return distance(numbers(a), numbers(b)) < 1e-15;
  };
  CHECK(near(detail::adjusted(p, Adjustment::holm), {.04, .09, .09, .9}));
  CHECK(near(detail::adjusted(p, Adjustment::benjamini_hochberg), {.04, .16 / 3, .16 / 3, .9}));
  CHECK(detail::adjusted({}, Adjustment::holm).empty());
}

TEST_CASE("each step of the order is twice a difference of log-likelihoods, by brute force, gaps and exits respected") {
  Dice dice(2);
  for (int turn = 0; turn < 60; ++turn) {
    const Index n = dice.integer(2, 5);
    const Lifecycle life = letters(n);
    std::vector<std::string> words;
    for (int c = 0; c < 25; ++c) {
      std::string word;
      for (Index length = dice.integer(1, 14); length > 0; --length) {
        word += dice.uniform() < .08 ? '.' : static_cast<char>('a' + dice.integer(0, n - 1));
      }
      words.push_back(word);
    }
    const Journeys seen = cut_by_gap(words, life);
    const OrderTest test = order_test(seen, {.max_order = 3});
    for (std::size_t k = 1; k < 3; ++k) {
      const Likelihood shorter = brute_force(seen, k, k + 1);
      const Likelihood longer = brute_force(seen, k + 1, k + 1);
      const TestResult& found = test.steps[k].overall;
      CHECK_THAT(found.statistic,
                 Catch::Matchers::WithinAbs(2.0 * (longer.log_likelihood - shorter.log_likelihood), 1e-8));
      CHECK(found.degrees_of_freedom == brute_degrees(shorter, longer));
      double by_state = 0.0;
      Index degrees = 0;
      for (const StateTest& s : test.steps[k].by_state) {
        by_state += s.test.statistic;
        degrees += s.test.degrees_of_freedom;
      }
      CHECK_THAT(by_state, Catch::Matchers::WithinAbs(found.statistic, 1e-8));
      CHECK(degrees == found.degrees_of_freedom);
    }
    const InformationCriteria criteria = information_criteria(seen, {.max_order = 3});
    for (std::size_t k = 1; k <= 3; ++k) {
      CHECK_THAT(criteria.orders[k].log_likelihood,
                 Catch::Matchers::WithinAbs(brute_force(seen, k, 3).log_likelihood, 1e-8));
    }
    CHECK(criteria.moves == test.steps[2].overall.moves);
  }
}

TEST_CASE("order 0 against 1 is the test of independence when every move is allowed") {
  Dice dice(3);
  for (int turn = 0; turn < 30; ++turn) {
    const Index n = dice.integer(2, 6);
    const Journeys seen =
        walk(dice, letters(n, false), 15, 20, by_rows(random_chain(dice, n, 1.0).transition_matrix()));
    const Matrix moves = count(seen).moves().cast<double>();
    double statistic = 0.0;
    Index rows = 0;
    Index columns = 0;
    for (Index i = 0; i < n; ++i) {
      rows += moves.row(i).sum() > 0;
      columns += moves.col(i).sum() > 0;
      for (Index j = 0; j < n; ++j) {
        if (moves(i, j) == 0) continue;
        statistic += 2 * moves(i, j) * std::log(moves(i, j) * moves.sum() / (moves.row(i).sum() * moves.col(j).sum()));
      }
    }
    const TestResult found = order_test(seen, {.max_order = 1}).steps[0].overall;
    CHECK_THAT(found.statistic, Catch::Matchers::WithinAbs(statistic, 1e-8));
    CHECK(found.degrees_of_freedom == (rows - 1) * (columns - 1));
  }
}

TEST_CASE("moves that the lifecycle forbids carry no degrees of freedom under order 0") {
  // Of 3 × 3 moves a → c is forbidden: 2 + 1 free probabilities per row less, by columns, 3 - 1.
  const Lifecycle life(
      "", {{.name = "a"}, {.name = "b"}, {.name = "c"}},
      {{"a", "a"}, {"a", "b"}, {"b", "a"}, {"b", "b"}, {"b", "c"}, {"c", "a"}, {"c", "b"}, {"c", "c"}});
  const Journeys seen = journeys_from({"aabbccabbcbabccbaabcc", "bbcaabccbaab"}, life);
  const RowsTest step = order_test(seen, {.max_order = 1}).steps[0];
  CHECK(step.overall.degrees_of_freedom == (1 + 2 + 2) - 2);
  // The fitted law keeps the number of moves into every state.
  const CountMatrix moves = count(seen).moves();
  Vector into = Vector::Zero(3);
  for (const Departure& d : step.departures) into[d.to] += static_cast<double>(d.of) * d.pooled_probability;
  CHECK(distance(into, moves.colwise().sum().transpose()) < 1e-8);

  // Recency states leave order 0 and order 1 the same thing: each row has one state of its own.
  const Journeys recent =
      journeys_from({"ababca", "abcd", "aabcd"},
                    Lifecycle("", {{.name = "a"}, {.name = "b"}, {.name = "c"}, {.name = "d", .role = Role::exit}},
                              {{"a", "a"}, {"a", "b"}, {"b", "a"}, {"b", "c"}, {"c", "a"}, {"c", "d"}}));
  const TestResult none = order_test(recent, {.max_order = 1}).steps[0].overall;
  CHECK(none.degrees_of_freedom == 0);
  CHECK(none.p_value == 1.0);
}

TEST_CASE("degrees of freedom come out as by hand") {
  // Into b from a and from b; of b's moves only b → a and b → b are seen: one degree. Into a only from b, so none.
  const OrderTest test = order_test(journeys_from({"abba", "bba", "abb"}, letters(3, false)));
  CHECK(test.steps[1].overall.degrees_of_freedom == 1);
  REQUIRE(test.steps[1].by_state.size() == 1);
  CHECK(test.steps[1].by_state[0].state == 1);
  CHECK(test.steps[1].overall.cells == 4);
  REQUIRE(test.steps[1].departures.size() == 4);
  CHECK(test.steps[1].departures[0].group == "coming from 'a'");
}

TEST_CASE("no context reaches over a gap, an exit or another journey") {
  const Lifecycle life = letters(3);
  const Journeys whole = cut_by_gap({"abab", "ba"}, life);
  const Journeys cut = cut_by_gap({"ab.ab", "ba"}, life);
  CHECK(order_test(whole, {.max_order = 2}).steps[1].overall.moves == 2);
  check_refused<std::domain_error>([&] { (void)order_test(cut, {.max_order = 2}); },
                                   {"order 2 needs journeys of at least 3 entries", "longest has 2"});
  // What a customer did before a gap is not known, so his later visits are left out.
  CHECK(visits_test(cut).overall.moves == 2);
  CHECK(homogeneity_test(whole, {.by = Timing::age}).overall.moves == 4);
}

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

TEST_CASE("where the model holds the p-value of the order is uniform") {
  const Lifecycle life = letters(4);
  check_uniform(
      [&](Dice& dice) { return order_test(walk(dice, life, 600, 12, by_rows(with_exit))).steps[1].overall.p_value; },
      5);
  check_uniform(
      [&](Dice& dice) {
        const Matrix same = matrix({{.5, .3, .2}, {.5, .3, .2}, {.5, .3, .2}});
        return order_test(walk(dice, letters(3, false), 100, 12, by_rows(same)), {.max_order = 1})
            .steps[0]
            .overall.p_value;
      },
      6);
  check_uniform(
      [&](Dice& dice) {
        return order_test(walk(dice, life, 600, 12, by_rows(with_exit)), {.method = TestMethod::pearson})
            .steps[1]
            .overall.p_value;
      },
      7);
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

TEST_CASE("a second-order chain is found, located and told") {
  Dice dice(15);
  const Matrix P = three_rows;
  const Step second = [&](Dice& die, const Word& past) {
    Eigen::RowVector3d row = P.row(past.back());
    if (past.size() > 1 && past.back() == 1 && past[past.size() - 2] == 0) row = Eigen::RowVector3d(.7, .1, .2);
    return draw(die, row);
  };
  const Journeys seen = walk(dice, letters(3, false), 600, 20, second);
  const OrderTest test = order_test(seen, {.max_order = 3});
  CHECK(test.steps[0].overall.p_value < 1e-12);
  CHECK(test.steps[1].overall.p_value < 1e-12);
  CHECK(test.steps[2].overall.p_value > 1e-3);
  CHECK(test.order(1e-3) == 2);
  CHECK(information_criteria(seen, {.max_order = 3}).best_by_bic() == 2);
  const Departure worst = test.steps[1].located().front();
  CHECK(worst.from == 1);
  CHECK(worst.group == "coming from 'a'");
  CHECK_THAT(worst.probability, Catch::Matchers::WithinAbs(worst.to == 0 ? .7 : .1, .05));
  const std::vector<std::string> warnings = fit_tests(seen).warnings();
  REQUIRE(!warnings.empty());
  CHECK_THAT(warnings[0],
             Catch::Matchers::StartsWith("One state is not memory enough: of those in 'b' coming from 'a'"));
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

TEST_CASE("a result is one plain sentence") {
  const Chain chain(StateSpace{"a", "b"}, matrix({{.5, .5}, {.25, .75}}));
  CountMatrix moves(2, 2);
  moves << 6, 2, 1, 3;
  CHECK(
      chain_test(moves, chain).sentence() ==
      "the given chain against any other: likelihood ratio (G²) 2.09299 on 2 degrees of freedom, p = 0.351, from 12 "
      "moves; the probabilities of the next move shift by 17 points on average, where chance alone would give 15; 4 of "
      "4 numbers compared are expected below 5, so the p-value is rough.");
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
