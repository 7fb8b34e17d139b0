#include <cmath>
#include <functional>
#include <stdexcept>

#include "data/counts_access.hpp"
#include "data/log_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

const double third = 1.0 / 3.0;

Counts counted(const std::vector<std::string>& words, const Lifecycle& life) {
  return count(journeys_from(words, life));
}

// a → b or c; b → a or c; c → c.
Lifecycle triangle() {
  return Lifecycle("triangle", {{.name = "a"}, {.name = "b"}, {.name = "c", .role = Role::exit}},
                   {{"a", "b"}, {"a", "c"}, {"b", "a"}, {"b", "c"}, {"c", "c"}});
}

}  // namespace

TEST_CASE("the maximum likelihood estimate is the share of each move") {
  const FitResult fit = fit_chain(counted({"abcce", "abde", "acbcd", "abbdbcde", "accdd", "acddbbe"}, letters(5)));
  CHECK(distance(fit.chain.transition_matrix(), matrix({{0, .5, .5, 0, 0},
                                                        {0, .25, .375, .25, .125},
                                                        {0, .125, .25, .5, .125},
                                                        {0, third, 0, third, third},
                                                        {0, 0, 0, 0, 1}})) < 1e-15);
  CHECK(fit.report.moves_used == 28);
  CHECK(fit.report.rows_without_data.empty());
  CHECK(fit.report.n_parameters == 16);
  CHECK(fit.states() == letters(5).states());
  CHECK(fit.posterior.row(4).sum() == 0.0);
  CHECK(fit.posterior.row(0) == numbers({0, 3, 3, 0, 0}).transpose());
}

TEST_CASE("one sequence gives its own shares") {
  const FitResult fit = fit_chain(counted({"abbbbacb"}, letters(3, false)));
  CHECK(fit.chain.transition_matrix() == matrix({{0, .5, .5}, {.25, .75, 0}, {0, 1, 0}}));
}

TEST_CASE("the mode under a Dirichlet prior is the published one") {
  const FitOptions options = {.prior = matrix({{2, 4, 2}, {1, 5, 2}, {3, 2, 1}}), .estimate = Estimate::mode};
  const FitResult fit = fit_chain(counted({"abacababcbbab"}, letters(3, false)), options);
  CHECK(distance(fit.chain.transition_matrix(), matrix({{.1, .7, .2}, {.3, .5, .2}, {.6, .4, 0}})) < 1e-15);
  CHECK(fit.report.has_prior);
  CHECK(fit.report.estimate == Estimate::mode);
}

TEST_CASE("the log-likelihood of given moves is the published one") {
  CountMatrix moves(3, 3);
  moves << 58, 7, 0, 6, 0, 4, 0, 3, 21;
  const Chain chain(letters(3).states(), matrix({{.9, .1, 0}, {.5, 0, .5}, {0, .1, .9}}));
  CHECK(std::abs(log_likelihood(moves, chain) + 38.2808034725) < 5e-11);
}

TEST_CASE("the covariance of a Dirichlet law is the published one") {
  const Matrix expected = matrix({{3, -2, -1}, {-2, 4, -2}, {-1, -2, 3}}) / 80.0;
  CHECK(distance(dirichlet_covariance(numbers({1, 2, 1})), expected) < 1e-17);
}

TEST_CASE("a pseudo-count is added to each allowed move and to no other") {
  const FitResult fit = fit_chain(counted({"abac", "bc"}, triangle()), {.smoothing = 0.5});
  // a: one move to b, one to c; b: one to a, one to c.
  CHECK(fit.chain.transition_matrix() == matrix({{0, .5, .5}, {.5, 0, .5}, {0, 0, 1}}));
  CHECK(fit.posterior == matrix({{0, 1.5, 1.5}, {1.5, 0, 1.5}, {0, 0, 0}}));
  CHECK(fit.report.smoothing == 0.5);
}

TEST_CASE("a prior is ignored where a move is forbidden") {
  const FitResult fit = fit_chain(counted({"abac", "bc"}, triangle()), {.prior = Matrix::Constant(3, 3, 7.0)});
  CHECK(fit.posterior == matrix({{0, 8, 8}, {8, 0, 8}, {0, 0, 0}}));
}

TEST_CASE("standard errors are those of the Dirichlet rows") {
  const FitResult fit =
      fit_chain(counted({"abcce", "abde", "acbcd", "abbdbcde", "accdd", "acddbbe"}, letters(5)), {.smoothing = 0.25});
  for (Index i = 0; i < 4; ++i) {
    const Vector expected = dirichlet_covariance(fit.posterior.row(i).transpose()).diagonal().cwiseSqrt();
    CHECK(distance(fit.standard_errors.row(i).transpose(), expected) < 1e-15);
  }
  CHECK(fit.standard_errors.row(4).sum() == 0.0);
}

TEST_CASE("rows without data are refused with their names, smoothing or not") {
  const Counts counts = counted({"abd"}, letters(4));
  for (const double smoothing : {0.0, 1.0}) {
    check_refused<std::domain_error>([&] { fit_chain(counts, {.smoothing = smoothing}); },
                                     {"fit_chain: no move out of 'c' was observed", "set rows_without_data"});
  }
}

TEST_CASE("rows without data are filled as said, and named") {
  const Counts counts = counted({"abd"}, letters(4));
  const FitResult prior = fit_chain(counts, {.smoothing = 0.5, .rows_without_data = RowsWithoutData::prior});
  CHECK(prior.chain.transition_matrix().row(2) == numbers({.25, .25, .25, .25}).transpose());
  CHECK(prior.posterior.row(2).sum() == 2.0);
  CHECK(prior.report.rows_without_data == std::vector<std::string>{"c"});
  CHECK(prior.report.filled_by == RowsWithoutData::prior);
  CHECK(prior.report.n_parameters == 6);

  const FitResult absorbed = fit_chain(counts, {.rows_without_data = RowsWithoutData::absorb});
  CHECK(absorbed.chain.is_absorbing(2));
  CHECK(absorbed.posterior.row(2).sum() == 0.0);
  CHECK(absorbed.report.filled_by == RowsWithoutData::absorb);

  Matrix P = matrix({{1, 0, 0, 0}, {0, 1, 0, 0}, {.1, .2, .3, .4}, {0, 0, 0, 1}});
  const FitResult parent = fit_chain(
      counts, {.rows_without_data = RowsWithoutData::parent, .parent = Chain(counts.states(), P, counts.period())});
  CHECK(parent.chain.transition_matrix().row(2) == P.row(2));
  CHECK(parent.standard_errors.row(2).sum() == 0.0);

  const FitResult none_needed =
      fit_chain(counted({"abac", "bc"}, triangle()), {.rows_without_data = RowsWithoutData::absorb});
  CHECK(none_needed.report.filled_by == RowsWithoutData::refuse);
}

TEST_CASE("forbidden moves are refused with their counts, or dropped and counted") {
  const Counts counts = counted({"aabac", "bbc", "bbc"}, triangle());
  check_refused<std::domain_error>(
      [&] { fit_chain(counts); },
      {"the lifecycle 'triangle' forbids observed moves: 'a' → 'a' 1 time, 'b' → 'b' 2 times",
       "allow them, or drop them"});
  const FitResult fit = fit_chain(counts, {.forbidden = Forbidden::drop});
  CHECK(fit.report.moves_dropped == 3);
  CHECK(fit.report.moves_used == 5);
  CHECK(fit.chain.probability("a", "a") == 0.0);
  CHECK(fit.counts == counts);
}

TEST_CASE("options that contradict each other or the counts are refused") {
  const Counts counts = counted({"abac", "bc"}, triangle());
  const Chain other(StateSpace{"x", "y"}, matrix({{.5, .5}, {0, 1}}));
  const Chain monthly(triangle().states(), matrix({{0, .5, .5}, {0, 0, 1}, {0, 0, 1}}), Period::months(1));
  Matrix negative = Matrix::Ones(3, 3);
  negative(0, 1) = -1;
  struct Case {
    std::string why;
    FitOptions options;
  };
  const std::vector<Case> cases = {
      {"smoothing: -0.5 events per allowed move", {.smoothing = -0.5}},
      {"smoothing: nan", {.smoothing = not_a_number}},
      {"prior: shape (2, 2), expected (3, 3)", {.prior = Matrix::Ones(2, 2)}},
      {"prior: 'a' → 'b' has -1", {.prior = negative}},
      {"prior: the row of 'a' is too large to add up", {.prior = Matrix::Constant(3, 3, 1.7e308)}},
      {"the mode needs a prior of at least 1 per allowed move; give one", {.estimate = Estimate::mode}},
      {"the mode needs a prior of at least 1 per allowed move, but 'a' → 'b' has 0.5",
       {.smoothing = .5, .estimate = Estimate::mode}},
      {"the prior is to fill them, but there is none", {.rows_without_data = RowsWithoutData::prior}},
      {"parent: rows without data are to come from a parent chain", {.rows_without_data = RowsWithoutData::parent}},
      {"parent: it fills rows without data only where", {.parent = other}},
      {"parent: its states are 'x' and 'y', expected 'a', 'b' and 'c'",
       {.rows_without_data = RowsWithoutData::parent, .parent = other}},
      {"parent: it moves per month, the counts per step",
       {.rows_without_data = RowsWithoutData::parent, .parent = monthly}}};
  for (const Case& c : cases) {
    CAPTURE(c.why);
    check_refused<std::invalid_argument>([&] { fit_chain(counts, c.options); }, {"fit_chain: ", c.why});
  }
}

TEST_CASE("a row that has nothing to rest on is refused by name") {
  const Counts counts = counted({"ac"}, triangle());
  Matrix prior = Matrix::Zero(3, 3);
  prior(0, 1) = 1;
  check_refused<std::domain_error>(
      [&] { fit_chain(counts, {.prior = prior, .rows_without_data = RowsWithoutData::prior}); },
      {"the row of 'b' has neither data nor a prior"});
  check_refused<std::domain_error>(
      [&] {
        fit_chain(counts, {.smoothing = 1, .estimate = Estimate::mode, .rows_without_data = RowsWithoutData::prior});
      },
      {"the row of 'b' has a flat prior and no data"});
  const Chain parent(counts.states(), matrix({{0, .5, .5}, {0, .5, .5}, {0, 0, 1}}));
  check_refused<std::invalid_argument>(
      [&] { fit_chain(counts, {.rows_without_data = RowsWithoutData::parent, .parent = parent}); },
      {"parent: it moves 'b' → 'b' with probability 0.5, which the lifecycle forbids"});
}

TEST_CASE("a likelihood of zero is refused with the move") {
  CountMatrix moves = CountMatrix::Zero(2, 2);
  moves(0, 1) = 12;
  const Chain chain(StateSpace{"a", "b"}, matrix({{1, 0}, {0, 1}}));
  check_refused<std::domain_error>([&] { log_likelihood(moves, chain); }, {"'a' → 'b' was observed 12 times"});
  moves(0, 1) = -1;
  check_refused<std::invalid_argument>([&] { log_likelihood(moves, chain); }, {"'a' → 'b' has -1"});
  check_refused<std::invalid_argument>([&] { log_likelihood(CountMatrix::Zero(3, 2), chain); },
                                       {"shape (3, 2), expected (2, 2)"});
}

TEST_CASE("parameters that are no Dirichlet law are refused") {
  for (const Vector& alpha :
       {Vector(), numbers({0, 0}), numbers({1, -1}), numbers({1, not_a_number}), numbers({infinity, 1})}) {
    check_refused<std::invalid_argument>([&] { dirichlet_covariance(alpha); }, {"dirichlet_covariance: alpha"});
  }
}

TEST_CASE("every row of a fitted chain sums to one, and data pull it from the prior") {
  Dice dice(51);
  for (int trial = 0; trial < 200; ++trial) {
    const LogCase log = dirty_log(dice, 60, 6, 40, 4);
    const Counts counts = count(sojourn::journeys(log.view(), letters(4)));
    const double smoothing = dice.uniform(0.01, 2.0);
    const FitResult fit = fit_chain(counts, {.smoothing = smoothing, .rows_without_data = RowsWithoutData::prior});
    for (Index i = 0; i < 4; ++i) CHECK(std::abs(fit.chain.transition_matrix().row(i).sum() - 1.0) < 1e-14);
    CHECK(fit.report.moves_used == counts.n_moves());
    CHECK(fit.report.log_likelihood <= 0.0);
    CHECK(fit == fit_chain(counts, {.smoothing = smoothing, .rows_without_data = RowsWithoutData::prior}));
  }
}

TEST_CASE("no other chain has a higher likelihood than the fitted one") {
  Dice dice(52);
  for (int trial = 0; trial < 100; ++trial) {
    const LogCase log = dirty_log(dice, 80, 6, 40, 3);
    const Counts counts = count(sojourn::journeys(log.view(), letters(3)));
    const FitResult fit = fit_chain(counts, {.rows_without_data = RowsWithoutData::absorb});
    Matrix P = fit.chain.transition_matrix();
    for (Index i = 0; i < 2; ++i) P.row(i) = 0.9 * P.row(i) + 0.1 * random_distribution(dice, 3).transpose();
    CHECK(log_likelihood(counts.moves(), Chain(counts.states(), P)) <= fit.report.log_likelihood + 1e-12);
  }
}
