/// \file fit_tests.hpp
/// Does a chain fit? Tests of what a chain takes for granted, each with its effect beside its p-value.
///
/// A chain says that the next move depends on the present state alone, in the same way for all customers and at all
/// times. Each test sorts the moves out of a state into groups (by what came before, by calendar time, by age, by
/// segment, by time spent) and compares the groups with the row they share, by `G² = 2 Σ n log(n / e)` or `X² = Σ (n -
/// e)² / e` (T. W. Anderson & L. A. Goodman, Annals of Mathematical Statistics 28, 1957; P. Billingsley, ibid. 32, 1961;
/// S. Kullback, M. Kupperman & H. H. Ku, Technometrics 4, 1962). Degrees of freedom are counted from the groups with
/// data and the moves seen in the shared row: moves that never happen carry none. With many customers everything is
/// significant, so every result also says by how much probabilities shift. A rejection does not say why: customers who
/// remember and customers who differ from each other look alike in a log.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sojourn/data/counts.hpp"
#include "sojourn/data/fit.hpp"
#include "sojourn/data/journey.hpp"
#include "sojourn/value/lifetime_value.hpp"
#include "sojourn/value/what_if.hpp"

namespace sojourn {

/// `likelihood_ratio` is G², for a given chain Kullback's statistic; `pearson` is X².
enum class TestMethod { likelihood_ratio, pearson };

/// How several p-values are read at once: `holm` bounds the chance of even one false finding (S. Holm, Scandinavian
/// Journal of Statistics 6, 1979), `benjamini_hochberg` the share of false ones among the findings (Journal of the
/// Royal Statistical Society B 57, 1995).
enum class Adjustment { holm, benjamini_hochberg };

/// What a test found, and what it rests on.
struct TestResult {
  std::string question;      ///< what was tested against what, in words
  std::string method;        ///< "likelihood ratio (G²)" or "Pearson (X²)"
  double statistic;          ///< compared with a chi-squared law
  Index degrees_of_freedom;  ///< 0 = the groups leave nothing to compare; the p-value is then 1
  double p_value;            ///< upper tail; 0 only below the smallest double, printed as "< 1e-300"
  std::int64_t moves;        ///< observed moves behind it
  Index cells;               ///< compared numbers of moves
  /// Of these, with fewer than 5 moves expected; where they are many the p-value is rough
  Index sparse_cells;
  /// How far the probabilities of the next move lie from the shared row: total variation, averaged over moves, 0 to 1
  double effect;
  double effect_by_chance;  ///< what sampling alone would make of `effect`

  /// All of it as one sentence.
  std::string sentence() const;
};

/// The text of a p-value: "0.368", "1.2e-15", "< 1e-300".
std::string p_value_text(double p_value);

struct ChainTestOptions {
  TestMethod method = TestMethod::likelihood_ratio;
};

/// Are these moves those of a given chain? `moves` has shape (n_states, n_states). Rows without data and moves of
/// probability 0 carry no degrees of freedom. Throws `invalid_argument` for another shape or a negative number, and
/// `domain_error` without a move or for an observed move of probability 0, which no chance explains.
TestResult chain_test(const CountMatrix& moves, const Chain& chain, const ChainTestOptions& options = {});
/// The same for counts; throws `invalid_argument` when their states or period are others than those of the chain.
TestResult chain_test(const Counts& counts, const Chain& chain, const ChainTestOptions& options = {});

/// One move in one group, beside the same move in the row that all groups share.
struct Departure {
  Index from;
  std::string group;  ///< in words: "coming from 'silent_1'", "for the 2nd time", "in segment 'web'"
  Index to;
  std::int64_t moves;         ///< seen in the group
  std::int64_t of;            ///< all moves from the state in the group
  double probability;         ///< `moves / of`
  double pooled_probability;  ///< what the shared row says
  double p_value;             ///< of the difference, two-sided and adjusted for the number of comparisons
  /// What the difference is worth on this one move, currency per customer of the group; sums over `to` to what the chain
  /// misstates. Nothing without a value.
  std::optional<double> amount;
};

/// The test of one state's row.
struct StateTest {
  Index state;
  TestResult test;
  double adjusted_p_value;  ///< adjusted for the number of states
};

/// Are the rows of a chain the same in several groups of its moves? Overall, per state, and located to the moves.
struct RowsTest {
  StateSpace states;
  TestResult overall;
  std::vector<StateTest> by_state;  ///< states with anything to compare, by position
  /// Every comparison that was made, by state, group and move
  std::vector<Departure> departures;
  Adjustment adjustment;

  /// The departures with an adjusted p-value below `level`, those that touch most customers first.
  std::vector<Departure> located(double level = 0.05) const;
  /// The overall result and where it lies.
  std::string sentence() const;
};

struct OrderTestOptions {
  Index max_order = 2;  ///< states that the longest context holds, at least 1
  TestMethod method = TestMethod::likelihood_ratio;
  Adjustment adjustment = Adjustment::holm;
  Forbidden forbidden = Forbidden::refuse;            ///< observed moves that the lifecycle does not allow
  std::optional<LifetimeValue> value = std::nullopt;  ///< a value for life, to say departures in money
};

/// How many states of the past the next move depends on.
struct OrderTest {
  std::vector<RowsTest> steps;  ///< `steps[k]`: order `k` against order `k + 1`

  /// The lowest order that is not rejected in favour of the next one; `steps.size()` when all are.
  Index order(double level = 0.05) const;
  /// Plain words for every step.
  std::string sentence() const;
};

/// Order 0 against 1, 1 against 2, … up to `max_order`, each step on all moves that have enough past within their own
/// journey (a gap or an exit cuts it). Under order 0 the next state does not depend on the present one but for the moves
/// that the lifecycle forbids (quasi-independence: L. A. Goodman, Journal of the American Statistical Association 63,
/// 1968). Throws `invalid_argument` for an order below 1 and `domain_error` when no journey is long enough or moves are
/// forbidden.
OrderTest order_test(const Journeys& journeys, const OrderTestOptions& options = {});

struct VisitsTestOptions {
  Index groups = 3;  ///< for the 1st, 2nd, … time; the last group holds all later times too; at least 2
  TestMethod method = TestMethod::likelihood_ratio;
  Adjustment adjustment = Adjustment::holm;
  Forbidden forbidden = Forbidden::refuse;
  std::optional<LifetimeValue> value = std::nullopt;  ///< a value for life, to say departures in money
};

/// Does it matter how many periods (or events) of his journey a customer has spent in his present state, this one
/// included? It finds a memory that no fixed number of last states holds. Journeys that begin after a gap are left out,
/// for their past is not known. Throws as `order_test` does.
RowsTest visits_test(const Journeys& journeys, const VisitsTestOptions& options = {});

/// The likelihood of one order.
struct OrderLikelihood {
  Index order;
  double log_likelihood;
  Index n_parameters;  ///< free probabilities
  double aic;          ///< `2 n_parameters - 2 log_likelihood`
  double bic;          ///< `log(moves) n_parameters - 2 log_likelihood`
};

/// Orders weighed by how well they fit and what they cost in parameters.
struct InformationCriteria {
  std::vector<OrderLikelihood> orders;  ///< 0 to the largest order
  std::int64_t moves;                   ///< the same for all orders: those with enough past for the largest

  Index best_by_aic() const;
  Index best_by_bic() const;
  std::string sentence() const;
};

struct InformationCriteriaOptions {
  Index max_order = 2;
  Forbidden forbidden = Forbidden::refuse;
};

/// AIC (H. Akaike, IEEE Transactions on Automatic Control 19, 1974) and BIC (G. Schwarz, Annals of Statistics 6, 1978;
/// R. W. Katz, Technometrics 23, 1981, for chains) of orders 0 to `max_order`. Throws as `order_test` does.
InformationCriteria information_criteria(const Journeys& journeys, const InformationCriteriaOptions& options = {});

/// `calendar`: the date of the move. `age`: its number within the journey.
enum class Timing { calendar, age };

struct HomogeneityTestOptions {
  Timing by = Timing::calendar;
  /// Parts of the log, equal in time; or ages, the last of which holds all later ones too; at least 2
  Index parts = 4;
  std::optional<Period> period = std::nullopt;  ///< calendar parts of this length instead of `parts`
  TestMethod method = TestMethod::likelihood_ratio;
  Adjustment adjustment = Adjustment::holm;
  Forbidden forbidden = Forbidden::refuse;
  std::optional<LifetimeValue> value = std::nullopt;  ///< a value for life, to say departures in money
};

/// Are the rows the same at all times? By age, journeys that begin after a gap are left out. Throws `invalid_argument`
/// for fewer than two parts or a calendar that the journeys do not have, `domain_error` without a move or when all moves
/// fall into one part.
RowsTest homogeneity_test(const Journeys& journeys, const HomogeneityTestOptions& options = {});

/// Counts of some customers, under a name.
struct Segment {
  std::string name;
  Counts counts;
};

struct SegmentTestOptions {
  TestMethod method = TestMethod::likelihood_ratio;
  Adjustment adjustment = Adjustment::holm;
  Forbidden forbidden = Forbidden::refuse;
  std::optional<Discount> discount = std::nullopt;  ///< with one the difference is said in money too
  std::optional<Rewards> rewards = std::nullopt;    ///< for all segments alike; unset = mean values of all together
  std::optional<Vector> start = std::nullopt;       ///< for all segments alike; unset = first states of all together
};

/// What one segment is worth beside another, because its customers move otherwise.
struct SegmentValue {
  std::string segment;
  std::string against;  ///< another segment, or "all"
  WhatIf difference;    ///< `value` is that of `against`; its moves sum to the difference
};

/// Do segments move alike?
struct SegmentTest {
  RowsTest rows;
  /// With a discount: of two segments the second beside the first, of more each beside all together
  std::vector<SegmentValue> values;

  std::string sentence() const;
};

/// Compares two or more segments, with the difference located to rows and moves. A state that a segment never left
/// takes the row of all together in its value. Throws `invalid_argument` for fewer than two segments, a name given
/// twice, or other states or another period, `domain_error` for a segment without a move.
SegmentTest segment_test(const std::vector<Segment>& segments, const SegmentTestOptions& options = {});

/// How the chance of leaving a state changes with the time spent in it.
enum class Leaving { even, falls, rises, uneven };

/// Stays that have lasted `from` to `to` periods (or events).
struct StayLength {
  std::int64_t from;
  std::int64_t to;
  std::int64_t at_risk;  ///< periods after which it is known whether the stay went on
  std::int64_t left;     ///< of these, stays that ended there
  double leaving;        ///< `left / at_risk`
};

/// Time spent in one state against the geometric law of a chain.
struct StateDwellTest {
  Index state;
  TestResult test;
  double adjusted_p_value;          ///< adjusted for the number of states
  double leaving;                   ///< chance of leaving per period by the chain, whatever the time spent
  double trend;                     ///< standard normal score: below 0 = leaving grows rarer with time spent
  std::vector<StayLength> lengths;  ///< neighbouring lengths are put together until 5 of either kind are expected
  Leaving direction(double level = 0.05) const;  ///< in words; `even` where the test does not reject
};

/// Does the time spent in a state change the chance of leaving it?
struct DwellTest {
  StateSpace states;
  TestResult overall;
  std::vector<StateDwellTest> by_state;  ///< states with anything to compare, by position
  Adjustment adjustment;

  std::string sentence() const;
};

struct DwellTestOptions {
  TestMethod method = TestMethod::likelihood_ratio;
  Adjustment adjustment = Adjustment::holm;
};

/// Dwell times against the geometric law that a chain gives them, stays still open included for as long as they were
/// seen. The trend is that of P. Armitage (Biometrics 11, 1955). Throws `domain_error` when no stay has been seen to go
/// on or to end.
DwellTest dwell_test(const Counts& counts, const DwellTestOptions& options = {});

struct FitTestsOptions {
  Index max_order = 2;
  Forbidden forbidden = Forbidden::refuse;
  std::optional<LifetimeValue> value = std::nullopt;  ///< a value for life, to say departures in money
  double level = 0.01;                                ///< p-values below this are findings
  /// Smallest shift of probabilities in a state, chance taken off, that is worth a warning
  double material = 0.02;
};

/// All tests that a set of journeys allows.
struct FitTests {
  OrderTest order;
  InformationCriteria criteria;
  RowsTest visits;
  std::optional<RowsTest> by_calendar;  ///< nothing when the journeys have no calendar, or all moves fall together
  std::optional<RowsTest> by_age;       ///< nothing when no journey has a second move
  std::optional<DwellTest> dwell;       ///< nothing when no stay can be compared
  Period period;                        ///< the clock of the journeys
  double level;
  double material;

  /// Sentences for a reader who must decide: what the chain does not know, where, and by how much. Empty when no test
  /// finds a shift that matters.
  std::vector<std::string> warnings() const;
  /// One sentence per test.
  std::vector<std::string> sentences() const;
};

/// Order, visits so far, calendar, age, dwell: everything that can be asked of these journeys. Orders that no journey is
/// long enough for are left out. Throws `domain_error` without a move or for forbidden ones.
FitTests fit_tests(const Journeys& journeys, const FitTestsOptions& options = {});

}  // namespace sojourn
