#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>
#include <thread>

#include "chain/chain_cases.hpp"
#include "simulation/simulate_cases.hpp"
#include "sojourn/data/fit.hpp"
#include "sojourn/path/forecast.hpp"
#include "sojourn/simulation/cohorts.hpp"
#include "sojourn/simulation/simulate.hpp"
#include "support/support.hpp"
#include "support/tails.hpp"

using namespace sojourn;
using namespace sojourn::test;
using namespace sojourn::test::simulate_cases;

namespace {

CountVector whole(const std::vector<std::int64_t>& list) {
  return Eigen::Map<const CountVector>(list.data(), static_cast<Index>(list.size()));
}

bool same_path(const CohortSimulation& a, Index path, const CohortSimulation& b, Index other) {
  return a.occupancy(path) == b.occupancy(other) && a.closing_stock(path) == b.closing_stock(other) &&
         a.move_counts(path) == b.move_counts(other) && a.revenue(path) == b.revenue(other) &&
         a.value()[path] == b.value()[other];
}

}  // namespace

TEST_CASE("nobody is lost or won: customers and arrivals are somewhere in every period") {
  Dice dice(1);
  for (int turn = 0; turn < 60; ++turn) {
    CAPTURE(turn);
    const Chain chain = random_shape(dice, turn);
    const Index n = chain.n_states();
    const Index horizon = dice.integer(1, 9);
    CountVector stock(n);
    for (Index i = 0; i < n; ++i) stock[i] = dice.integer(0, 1) * dice.integer(0, 100'000);
    stock[0] += 1;
    CountMatrix arrivals = CountMatrix::Zero(horizon - 1, n);
    for (std::int64_t& x : arrivals.reshaped()) x = dice.integer(0, 50);
    const auto sim = simulate_cohort(chain, random_rewards(dice, chain, true, false),
                                     {.horizon = horizon, .stock = stock, .arrivals = arrivals, .seed = dice.bits()});
    std::int64_t total = stock.sum();
    const auto occupancy = sim.occupancy();
    CHECK(occupancy.row(0).transpose() == stock);
    for (Index t = 0; t < horizon; ++t) {
      if (t > 0) total += arrivals.row(t - 1).sum();
      CHECK(occupancy.row(t).sum() == total);
    }
    CHECK(sim.customers() == total);
    CHECK(sim.closing_stock().sum() == total);
    CHECK(occupancy.minCoeff() >= 0);
    const CountMatrix moves = sim.moves();
    CHECK(CountVector(moves.rowwise().sum()) == CountVector(occupancy.colwise().sum().transpose()));
    const CountVector entered = moves.colwise().sum().transpose();
    CountVector there = occupancy.bottomRows(horizon - 1).colwise().sum().transpose();
    there += sim.closing_stock();
    if (horizon > 1) there -= CountVector(arrivals.colwise().sum().transpose());
    CHECK(entered == there);
    CHECK(((chain.transition_matrix().array() > 0.0) || (moves.array() == 0)).all());
  }
}

TEST_CASE("the mean and the covariance of the numbers are those of independent customers") {
  // Each customer stands in state j at t with probability (s P^t)_j, apart from all others: n (diag(q) - q qᵀ). Every
  // difference is held against 5 of its standard errors; some 60 of them: a right one fails once in 30,000 seeds.
  const Chain chain = small();
  const std::int64_t customers = 40;
  const Index paths = 20'000;
  const Vector start = numbers({.6, .3, .1});
  const auto sim = simulate_cohort(chain, money(),
                                   {.customers = customers, .horizon = 7, .start = start, .seed = 3, .paths = paths});
  for (const Index t : {0, 1, 3, 6}) {
    CAPTURE(t);
    const Vector q = chain.after(t).transpose() * start;
    Matrix seen(paths, 3);
    for (Index p = 0; p < paths; ++p) seen.row(p) = sim.occupancy(p).row(t).cast<double>();
    const Vector mean = static_cast<double>(customers) * q;
    const Matrix exact = static_cast<double>(customers) * (Matrix(q.asDiagonal()) - q * q.transpose());
    for (Index i = 0; i < 3; ++i) {
      CHECK(std::abs(seen.col(i).mean() - mean[i]) < 5.0 * std::sqrt(exact(i, i) / static_cast<double>(paths)));
      for (Index j = 0; j < 3; ++j) {
        const Vector products = (seen.col(i).array() - mean[i]) * (seen.col(j).array() - mean[j]);
        const double spread = std::sqrt((products.array() - products.mean()).square().mean());
        CHECK(std::abs(products.mean() - exact(i, j)) < 5.0 * spread / std::sqrt(static_cast<double>(paths)));
      }
    }
  }
}

TEST_CASE("the mean of a base with arrivals is its forecast") {
  const CountVector stock = whole({300, 500, 20});
  const CountVector arrivals = whole({40, 0, 0});
  const Index paths = 4000;
  const auto sim = simulate_cohort(small(), money(),
                                   {.horizon = 6, .stock = stock, .arrivals = arrivals, .seed = 8, .paths = paths});
  const Matrix expected = forecast(small(), stock.cast<double>(), {.periods = 5, .arrivals = arrivals.cast<double>()});
  Matrix sum = Matrix::Zero(6, 3);
  Matrix squares = Matrix::Zero(6, 3);
  for (Index p = 0; p < paths; ++p) {
    const Matrix seen = sim.occupancy(p).cast<double>();
    sum += seen;
    squares += (seen - expected).cwiseAbs2();
  }
  const auto n = static_cast<double>(paths);
  for (Index t = 0; t < 6; ++t) {
    for (Index i = 0; i < 3; ++i) {
      CAPTURE(t, i);
      CHECK(std::abs(sum(t, i) / n - expected(t, i)) <= 5.0 * std::sqrt(squares(t, i) / n / n));
    }
  }
}

TEST_CASE("small cohorts have the law of the same customers simulated one by one") {
  // Numbers at two periods together, so that the course of a path is compared and not only its days. One test at 1e-6.
  const std::int64_t size = 4;
  const Index cohorts = 30'000;
  const SimulateOptions one_by_one{
      .customers = size * cohorts, .horizon = 4, .seed = 21, .outputs = {.value = false, .journeys = true}};
  const Journeys journeys = simulate(small(), money(), one_by_one).journeys();
  const auto sim = simulate_cohort(small(), money(), {.customers = size, .horizon = 4, .seed = 22, .paths = cohorts});
  std::map<std::array<std::int64_t, 3>, std::array<double, 2>> table;
  for (Index c = 0; c < cohorts; ++c) {
    std::array<std::int64_t, 3> seen{};
    for (Index j = c * size; j < (c + 1) * size; ++j) {
      const auto states = journeys[j].states;
      const auto at = [&](std::size_t t) { return states[std::min(t, states.size() - 1)]; };
      seen[0] += at(1) == 1 ? 1 : 0;
      seen[1] += at(3) == 1 ? 1 : 0;
      seen[2] += at(3) == 2 ? 1 : 0;
    }
    ++table[seen][0];
    const auto occupancy = sim.occupancy(c);
    ++table[{occupancy(1, 1), occupancy(3, 1), occupancy(3, 2)}][1];
  }
  double statistic = 0.0;
  Index groups = 0;
  std::array<double, 2> rare{};
  const auto add = [&](const std::array<double, 2>& pair) {
    if (pair[0] + pair[1] == 0.0) return;
    statistic += (pair[0] - pair[1]) * (pair[0] - pair[1]) / (pair[0] + pair[1]);
    ++groups;
  };
  for (const auto& [seen, pair] : table) {
    if (pair[0] + pair[1] >= 20.0) {
      add(pair);
    } else {
      rare = {rare[0] + pair[0], rare[1] + pair[1]};
    }
  }
  add(rare);
  CHECK(groups > 30);
  CHECK(detail::chi_squared_tail(statistic, groups - 1) > 1e-6);
}

TEST_CASE("revenue and value follow from the numbers, rewards of moves and of absorbing states included") {
  Dice dice(4);
  for (int turn = 0; turn < 24; ++turn) {
    CAPTURE(turn);
    const Chain chain = random_shape(dice, turn);
    const Rewards rewards = random_rewards(dice, chain, turn % 3 != 0, false);
    const Discount discount = Discount::factor(.9);
    const Index horizon = 5;
    const std::uint64_t seed = dice.bits();
    const auto sim =
        simulate_cohort(chain, rewards, {.customers = 5000, .horizon = horizon, .discount = discount, .seed = seed});
    double value = 0.0;
    double factor = 1.0;
    double size = 1.0;
    CountMatrix before = CountMatrix::Zero(chain.n_states(), chain.n_states());
    for (Index t = 0; t < horizon; ++t) {
      // A shorter horizon is the beginning of the same path, so the moves of one period are a difference.
      const CountMatrix until =
          simulate_cohort(chain, rewards, {.customers = 5000, .horizon = t + 1, .seed = seed}).moves();
      double of_moves = 0.0;
      for (Index i = 0; i < chain.n_states(); ++i) {
        for (Index j = 0; j < chain.n_states(); ++j) {
          of_moves += static_cast<double>(until(i, j) - before(i, j)) * rewards.move_reward(i, j);
        }
      }
      before = until;
      const double of_states = sim.occupancy().row(t).cast<double>().dot(rewards.per_state());
      size += std::abs(of_states) + std::abs(of_moves);
      CHECK(std::abs(sim.revenue()[t] - of_states - of_moves) < 1e-11 * size);
      value += factor * of_states + factor * .9 * of_moves;
      factor *= .9;
    }
    CHECK(std::abs(sim.value()[0] - value) < 1e-11 * size);
    CHECK(sim.value_per_customer()[0] == sim.value()[0] / 5000.0);
  }
}

TEST_CASE("the value per customer of many is the expected one") {
  const auto expected =
      lifetime_value(small(), money(), {.discount = Discount::annual_rate(.1), .horizon = 24}).mean()["trial"];
  const auto sim = simulate_cohort(
      small(), money(),
      {.customers = 1'000'000'000'000, .horizon = 24, .discount = Discount::annual_rate(.1), .seed = 5});
  CHECK(sim.value_per_customer()[0] == Catch::Approx(expected).epsilon(1e-4));
}

TEST_CASE("a path is the same for any number of threads and in any part") {
  const Chain chain = six_stages().illustrative_chain();
  const Rewards rewards(chain.states(), {{"repurchase", 40.0}});
  CohortOptions options{.customers = 12'345, .horizon = 20, .seed = 42, .paths = 37, .threads = 1};
  const auto all = simulate_cohort(chain, rewards, options);
  for (const int threads : {0, 2, 5}) {
    CAPTURE(threads);
    options.threads = threads;
    const auto again = simulate_cohort(chain, rewards, options);
    bool is_same = true;
    for (Index p = 0; p < 37; ++p) is_same = is_same && same_path(again, p, all, p);
    CHECK(is_same);
  }
  for (const auto& [first, n] : {std::pair<Index, Index>{0, 1}, {1, 5}, {6, 31}, {36, 1}}) {
    CAPTURE(first, n);
    options.first_path = first;
    options.paths = n;
    const auto part = simulate_cohort(chain, rewards, options);
    bool is_same = true;
    for (Index p = 0; p < n; ++p) is_same = is_same && same_path(part, p, all, first + p);
    CHECK(is_same);
  }
}

TEST_CASE("paths, and seeds, are different") {
  const auto sim = simulate_cohort(small(), money(), {.customers = 1000, .horizon = 5, .seed = 1, .paths = 2});
  const auto other = simulate_cohort(small(), money(), {.customers = 1000, .horizon = 5, .seed = 2});
  CHECK(sim.occupancy(0) != sim.occupancy(1));
  CHECK(sim.occupancy(0) != other.occupancy());
}

TEST_CASE("a longer horizon continues the same path") {
  const auto short_run = simulate_cohort(small(), money(), {.customers = 1000, .horizon = 5, .seed = 1});
  const auto long_run = simulate_cohort(small(), money(), {.customers = 1000, .horizon = 30, .seed = 1});
  CHECK(long_run.occupancy().topRows(5) == short_run.occupancy());
  CHECK(CountVector(long_run.occupancy().row(5).transpose()) == short_run.closing_stock());
}

TEST_CASE("a sparse chain has the paths of the same full one") {
  Dice dice(9);
  const Chain full = random_chain(dice, 40, .1);
  const Rewards rewards = random_rewards(dice, full, true, false);
  const CohortOptions options{.customers = 100'000, .horizon = 12, .seed = 4, .paths = 2};
  const auto dense = simulate_cohort(full, rewards, options);
  const auto sparse = simulate_cohort(full.to_sparse(), rewards, options);
  CHECK(same_path(dense, 1, sparse, 1));
  check_refused<std::domain_error>([&] { (void)sparse.moves(); }, {"moves", "sparse", "move_counts"});
  check_refused<std::domain_error>([&] { (void)sparse.counts(); }, {"sparse"});
  CHECK(dense.moves().sum() == dense.move_counts().sum());
}

TEST_CASE("the moves of a cohort give the chain back, and its money") {
  // Every probability within 5 standard errors, 25 of them.
  const Chain chain = six_stages().illustrative_chain();
  const Rewards rewards(chain.states(), {{"repurchase", 40.0}, {"loyalty", 3.0}});
  const auto sim = simulate_cohort(chain, rewards, {.customers = 1'000'000, .horizon = 40, .seed = 11});
  const Counts counts = sim.counts();
  const FitResult fit = fit_chain(counts);
  for (Index i = 0; i < chain.n_states(); ++i) {
    for (Index j = 0; j < chain.n_states(); ++j) {
      CAPTURE(i, j);
      CHECK(std::abs(fit.chain.probability(i, j) - chain.probability(i, j)) <=
            5.0 * std::max(fit.standard_errors(i, j), 0.0) + 1e-12);
    }
  }
  CHECK(distance(counts.mean_rewards().per_state(), rewards.per_state()) < 1e-9);
  CHECK(counts.n_customers() == 1'000'000);
}

TEST_CASE("counts of a cohort are those of its journeys, but for the lengths of stays") {
  // Where nothing is left to chance both simulations must say the same.
  const StateSpace states{"a", "b", "c", "end"};
  const Chain chain(states, matrix({{0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}, {0, 0, 0, 1}}), Period::months(1));
  const Rewards rewards = Rewards(states, {{"a", 1.5}, {"c", -2.0}, {"end", 7.0}}).with_move("b", "c", 5.0);
  for (const Index horizon : {1, 2, 3, 4, 6}) {
    CAPTURE(horizon);
    const Counts expected = count(
        simulate(chain, rewards, {.customers = 9, .horizon = horizon, .outputs = {.value = false, .journeys = true}})
            .journeys());
    const Counts found = simulate_cohort(chain, rewards, {.customers = 9, .horizon = horizon}).counts();
    CHECK(found.moves() == expected.moves());
    CHECK(found.visits() == expected.visits());
    CHECK(found.starts() == expected.starts());
    CHECK(found.lasts() == expected.lasts());
    CHECK(found.values() == expected.values());
    CHECK(found.squared_values() == expected.squared_values());
    CHECK(found.n_journeys() == expected.n_journeys());
    CHECK(found.n_customers() == expected.n_customers());
    CHECK(found.period() == expected.period());
    CHECK(found.lifecycle() == expected.lifecycle());
  }
}

TEST_CASE("survivors are those not in an absorbing state") {
  const auto sim = simulate_cohort(small(), money(), {.customers = 500, .horizon = 8, .seed = 2, .paths = 2});
  CHECK(sim.survivors(1) == CountVector(sim.occupancy(1).col(0) + sim.occupancy(1).col(1)));
  CHECK(sim.survivors(1)[0] == 500);
}

TEST_CASE("a thousand million million customers are no more work than one") {
  const std::int64_t customers = 1'000'000'000'000'000;
  const auto sim = simulate_cohort(small(), money(), {.customers = customers, .horizon = 60, .seed = 6});
  const Matrix expected = forecast(small(), numbers({1e15, 0, 0}), {.periods = 59});
  for (Index t = 0; t < 60; ++t) {
    CHECK(sim.occupancy().row(t).sum() == customers);
    for (Index i = 0; i < 3; ++i) {
      const double q = expected(t, i) / 1e15;
      const double error = std::sqrt(1e15 * q * (1.0 - q));
      CHECK(std::abs(static_cast<double>(sim.occupancy()(t, i)) - expected(t, i)) <= 6.0 * error + 1.0);
    }
  }
}

TEST_CASE("a churn of 1e-9 keeps its digits") {
  const Chain slow(three, matrix({{.6, .4 - 1e-9, 1e-9}, {.3, .7 - 1e-9, 1e-9}, {0, 0, 1}}));
  const auto sim =
      simulate_cohort(slow, Rewards(three), {.customers = 1'000'000'000'000, .horizon = 2, .seed = 3, .paths = 400});
  double left = 0.0;
  for (Index p = 0; p < 400; ++p) left += static_cast<double>(sim.occupancy(p)(1, 2));
  CHECK(std::abs(left - 400'000.0) < 5.0 * std::sqrt(400'000.0));
}

TEST_CASE("rows that sum to slightly under one keep everybody among their moves") {
  const double under = 1.0 - 1e-12;
  const Chain chain(three, matrix({{.5 * under, .5 * under, 0}, {0, .8, .2 - 5e-10}, {0, 0, under}}));
  const auto sim = simulate_cohort(chain, Rewards(three), {.customers = 1'000'000'000'000'000, .horizon = 50});
  for (Index t = 0; t < 50; ++t) CHECK(sim.occupancy().row(t).sum() == 1'000'000'000'000'000);
  CHECK(sim.moves()(0, 2) == 0);
}

TEST_CASE("arrivals of one row each period or one for all are the same") {
  const CountVector same = whole({7, 0, 1});
  CountMatrix rows(4, 3);
  rows.rowwise() = same.transpose();
  const CohortOptions options{.customers = 10, .horizon = 5, .seed = 3};
  CohortOptions with_rows = options;
  with_rows.arrivals = rows;
  CohortOptions with_same = options;
  with_same.arrivals = same;
  const auto a = simulate_cohort(small(), money(), with_rows);
  const auto b = simulate_cohort(small(), money(), with_same);
  CHECK(same_path(a, 0, b, 0));
  CHECK(a.customers() == 42);
  CHECK(a.counts().starts() == b.counts().starts());
  CHECK(b.counts().starts() == whole({38, 0, 4}));
}

TEST_CASE("a cohort says what was simulated") {
  const auto sim = simulate_cohort(small(), money(), {.customers = 1000, .horizon = 12, .seed = 7, .paths = 3});
  for (const char* word : {"1,000 customers", "'trial'", "12 periods", "month", "3 paths", "undiscounted", "seed 7"}) {
    CHECK_THAT(sim.definition(), Catch::Matchers::ContainsSubstring(word));
  }
  CHECK(sim.n_paths() == 3);
  CHECK(sim.horizon() == 12);
  CHECK(sim.seed() == 7);
}

TEST_CASE("progress of paths is told from the calling thread and may stop the run") {
  const auto caller = std::this_thread::get_id();
  std::int64_t last = 0;
  bool same_thread = true;
  CohortOptions options{.customers = 100'000, .horizon = 60, .seed = 1, .paths = 300, .threads = 2};
  options.progress = [&](std::int64_t done) {
    same_thread = same_thread && std::this_thread::get_id() == caller;
    CHECK(done >= last);
    last = done;
  };
  (void)simulate_cohort(small(), money(), options);
  CHECK(same_thread);
  CHECK(last == 300);
  options.progress = [](std::int64_t) { throw std::runtime_error("enough"); };
  check_refused<std::runtime_error>([&] { (void)simulate_cohort(small(), money(), options); }, {"enough"});
}

TEST_CASE("one long path can be stopped") {
  std::atomic<bool> cancel{false};
  CohortOptions options{.customers = 1'000'000'000, .horizon = 2'000'000, .paths = 3, .threads = 2};
  options.cancel = &cancel;
  options.progress = [&](std::int64_t) { cancel = true; };
  check_refused<Cancelled>([&] { (void)simulate_cohort(small(), money(), options); }, {"simulate_cohort", "stopped"});
}

TEST_CASE("cohort options out of range are refused by name") {
  struct Bad {
    CohortOptions options;
    std::vector<std::string> words;
  };
  const auto most = std::numeric_limits<std::int64_t>::max();
  const std::vector<Bad> table{
      {{.horizon = 3}, {"customers", "stock"}},
      {{.customers = 0, .horizon = 3}, {"customers", "found 0"}},
      {{.customers = -4, .horizon = 3}, {"customers", "found -4"}},
      {{.customers = most, .horizon = 3}, {"customers", "2,251,799,813,685,248"}},
      {{.customers = 5}, {"horizon", "at least 1", "found 0"}},
      {{.customers = 5, .horizon = -1}, {"horizon", "found -1"}},
      {{.customers = 5, .horizon = most}, {"horizon", "10,000,000"}},
      {{.customers = 5, .horizon = 3, .start = numbers({.5, .5})}, {"start", "3 states"}},
      {{.customers = 5, .horizon = 3, .start = numbers({.5, .4, 0})}, {"start", "0.9"}},
      {{.customers = 5, .horizon = 3, .stock = whole({1, 2, 3})}, {"stock", "customers", "one of the two"}},
      {{.horizon = 3, .start = numbers({1, 0, 0}), .stock = whole({1, 2, 3})}, {"start", "stock"}},
      {{.horizon = 3, .stock = whole({1, 2})}, {"stock", "3 states", "found 2"}},
      {{.horizon = 3, .stock = whole({1, -2, 3})}, {"stock", "-2", "'active'"}},
      {{.horizon = 3, .stock = whole({0, 0, 0})}, {"stock", "nobody"}},
      {{.customers = 5, .horizon = 3, .arrivals = whole({1, 2})}, {"arrivals", "(2, 1)", "(3,)", "(2, 3)"}},
      {{.customers = 5, .horizon = 3, .arrivals = whole({1, 2, -3})}, {"arrivals", "-3", "'churn'"}},
      {{.customers = 5, .horizon = 5, .arrivals = CountMatrix::Zero(3, 3)}, {"arrivals", "(3, 3)", "(4, 3)"}},
      {{.customers = 5, .horizon = 3, .paths = 0}, {"paths", "found 0"}},
      {{.customers = 5, .horizon = 3, .paths = most}, {"paths", "2^32"}},
      {{.customers = 5, .horizon = 3, .paths = 2, .first_path = (std::int64_t{1} << 32) - 1}, {"paths", "4294967295"}},
      {{.customers = 5, .horizon = 3, .first_path = -1}, {"first_path", "found -1"}},
      {{.customers = 5, .horizon = 3, .threads = -1}, {"threads", "found -1"}},
  };
  for (const Bad& bad : table) {
    const std::string message =
        refusal<std::invalid_argument>([&] { (void)simulate_cohort(small(), money(), bad.options); });
    for (const std::string& word : bad.words) CHECK_THAT(message, Catch::Matchers::ContainsSubstring(word));
  }
  check_refused<std::invalid_argument>(
      [] { (void)simulate_cohort(small(), Rewards(StateSpace{"a"}), {.customers = 5, .horizon = 3}); },
      {"rewards", "'a'", "'trial', 'active' and 'churn'"});
}

TEST_CASE("cohorts beyond whole numbers, floating point or memory are refused before they are begun") {
  const std::int64_t many = std::int64_t{1} << 50;
  const auto run = [](const CohortOptions& options, const Rewards& rewards = money()) {
    return [options, rewards] { (void)simulate_cohort(small(), rewards, options); };
  };
  check_refused<std::domain_error>(run({.horizon = 3, .stock = whole({many, many, 1})}),
                                   {"simulate_cohort", "2,251,799,813,685,248", "thousands"});
  check_refused<std::domain_error>(run({.customers = many, .horizon = 4, .arrivals = whole({many, 0, 0})}),
                                   {"simulate_cohort", "arrivals"});
  check_refused<std::domain_error>(run({.customers = many, .horizon = 5000}), {"simulate_cohort", "moves"});
  check_refused<std::invalid_argument>(run({.customers = 10, .horizon = 10'000'000, .paths = 4'000'000'000}),
                                       {"simulate_cohort", "memory", "GB", "first_path"});
  check_refused<std::domain_error>(run({.customers = many, .horizon = 3}, Rewards(three, {{"trial", 1e300}})),
                                   {"simulate_cohort", "too large"});
  const Chain events(three, small().transition_matrix());
  check_refused<std::domain_error>(
      [&] {
        (void)simulate_cohort(events, money(), {.customers = 5, .horizon = 3, .discount = Discount::annual_rate(.1)});
      },
      {"annual_discount_rate"});
}

TEST_CASE("a path that was not simulated cannot be looked at") {
  const auto sim = simulate_cohort(small(), money(), {.customers = 5, .horizon = 3, .paths = 2});
  for (const Index path : {Index{-1}, Index{2}}) {
    check_refused<std::out_of_range>([&] { (void)sim.occupancy(path); }, {"path", "2 paths"});
    check_refused<std::out_of_range>([&] { (void)sim.counts(path); }, {"path", "2 paths"});
  }
}
