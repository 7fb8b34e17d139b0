// Sparse chains: the same answers as full ones, in memory and time that follow the moves.
#include <algorithm>
#include <random>

#include "sojourn/model/model.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

StateSpace numbered(Index n) {
  std::vector<std::string> names;
  for (Index i = 0; i < n; ++i) names.push_back("s" + std::to_string(i));
  return StateSpace(std::move(names));
}

using Entries = std::vector<Eigen::Triplet<double>>;

void add(Entries& entries, Index from, Index to, double p) {
  entries.emplace_back(static_cast<int>(from), static_cast<int>(to), p);
}

SparseMatrix sparse(Index n, const Entries& entries) {
  SparseMatrix matrix(n, n);
  matrix.setFromTriplets(entries.begin(), entries.end());
  return matrix;
}

/// Moves to random states; the last state is an exit.
Chain random_moves(Index n, int moves, double churn, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::exponential_distribution<double> weight(1.0);
  Entries entries;
  for (Index i = 0; i + 1 < n; ++i) {
    std::vector<double> weights;
    double sum = 0.0;
    for (int k = 0; k < moves; ++k) sum += weights.emplace_back(weight(generator));
    for (const double w : weights) {
      add(entries, i, static_cast<Index>(generator() % static_cast<std::uint64_t>(n - 1)), w / sum * (1.0 - churn));
    }
    add(entries, i, n - 1, churn);
  }
  add(entries, n - 1, n - 1, 1.0);
  return {numbered(n), sparse(n, entries), Period::months(1)};
}

/// One step on or back with equal chances, or out; the last state is an exit.
Chain to_and_fro(Index n, double churn) {
  Entries entries;
  for (Index i = 0; i + 1 < n; ++i) {
    if (i == 0) {
      add(entries, 0, 1, 1.0 - churn);
    } else {
      add(entries, i, i - 1, 0.5 * (1.0 - churn));
      add(entries, i, i + 1 < n - 1 ? i + 1 : i, 0.5 * (1.0 - churn));
    }
    add(entries, i, n - 1, churn);
  }
  add(entries, n - 1, n - 1, 1.0);
  return {numbered(n), sparse(n, entries), Period::months(1)};
}

/// A tree in which a customer moves to his parent or to a child.
Chain tree(Index n, double churn) {
  Entries entries;
  for (Index i = 0; i + 1 < n; ++i) {
    std::vector<Index> next;
    if (i > 0) next.push_back((i - 1) / 2);
    for (const Index child : {2 * i + 1, 2 * i + 2}) {
      if (child < n - 1) next.push_back(child);
    }
    for (const Index j : next) add(entries, i, j, (1.0 - churn) / static_cast<double>(next.size()));
    add(entries, i, n - 1, churn);
  }
  add(entries, n - 1, n - 1, 1.0);
  return {numbered(n), sparse(n, entries), Period::months(1)};
}

Rewards some_rewards(const Chain& chain, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::uniform_real_distribution<double> amount(-5.0, 20.0);
  Vector r(chain.n_states());
  for (Index i = 0; i < r.size(); ++i) r[i] = chain.is_absorbing(i) ? 0.0 : amount(generator);
  return {chain.states(), std::move(r)};
}

LifetimeValue value_of(const Chain& chain, const Rewards& rewards, double factor) {
  return lifetime_value(chain, rewards, {.discount = Discount::factor(factor)});
}

/// How far the values are from solving their own equation, as a share of the largest.
double misfit(const LifetimeValue& value, double factor) {
  const Vector& V = value.mean().vector();
  return distance(V, Vector(value.rewards().per_state() + factor * value.chain().expected_next(V))) /
         V.cwiseAbs().maxCoeff();
}

double relative(const Vector& a, const Vector& b) {
  return distance(a, b) / std::max(1e-300, b.cwiseAbs().maxCoeff());
}

}  // namespace

TEST_CASE("a sparse chain is the chain of its full matrix") {
  const Chain chain = random_moves(40, 3, 0.1, 1);
  const Chain full = chain.to_dense();
  CHECK(chain.is_sparse());
  CHECK_FALSE(full.is_sparse());
  CHECK(chain == full);
  CHECK(full.to_sparse() == chain);
  CHECK(full.to_sparse().is_sparse());
  CHECK(chain.n_moves() == full.n_moves());
  CHECK(chain.absorbing_states() == std::vector<Index>{39});
  CHECK(chain.probability("s0", "s39") == Catch::Approx(0.1));
  CHECK(chain.probability(0, 38) == full.transition_matrix()(0, 38));
  const Matrix x = Matrix::Random(40, 2);
  CHECK(distance(chain.expected_next(x), full.transition_matrix() * x) < 1e-15);
  CHECK(distance(chain.next(x), full.transition_matrix().transpose() * x) < 1e-15);
  Vector row = Vector::Zero(40);
  row[39] = 1.0;
  CHECK(chain.with_row("s7", row) == full.with_row("s7", row));
  CHECK_FALSE(chain.with_row("s7", row) == full);
}

TEST_CASE("the full matrix of a sparse chain is not made by accident") {
  const Chain chain = random_moves(40, 3, 0.1, 1);
  check_refused<std::domain_error>([&] { (void)chain.transition_matrix(); }, {"40 states", "sparse", "to_dense"});
  check_refused<std::domain_error>([&] { (void)chain.after(3); }, {"sparse"});
}

TEST_CASE("a sparse matrix is checked as a full one is") {
  const StateSpace states{"a", "b"};
  const auto from = [&](const Entries& entries) { return Chain(states, sparse(2, entries)); };
  check_refused<std::invalid_argument>([&] { from({{0, 0, 0.5}, {1, 1, 1.0}}); }, {"'a'", "0.5"});
  check_refused<std::invalid_argument>([&] { from({{0, 0, 1.5}, {0, 1, -0.5}, {1, 1, 1.0}}); }, {"'a'", "-0.5", "'b'"});
  check_refused<std::invalid_argument>([&] { from({{0, 0, not_a_number}, {1, 1, 1.0}}); }, {"'a'", "nan"});
  check_refused<std::invalid_argument>([&] { Chain(states, SparseMatrix(3, 3)); }, {"(2, 2)", "(3, 3)"});
}

TEST_CASE("dense, sparse and structured solutions agree to ten digits") {
  for (const double factor : {0.9, 0.9999, 1.0}) {
    for (const double churn : {0.2, 1e-4, 1e-9}) {
      for (const Index n : {Index{5}, Index{60}, Index{90}, Index{200}, Index{400}}) {
        CAPTURE(factor, churn, n);
        for (const Chain& chain :
             {random_moves(n, 4, churn, static_cast<unsigned>(n)), to_and_fro(n, churn), tree(n, churn)}) {
          const Rewards rewards = some_rewards(chain, 3);
          const LifetimeValue value = value_of(chain, rewards, factor);
          const LifetimeValue full = value_of(chain.to_dense(), rewards, factor);
          CHECK(misfit(value, factor) < 1e-12);
          CHECK(relative(value.mean().vector(), full.mean().vector()) < 1e-10);
          CHECK(relative(value.standard_deviation().vector(), full.standard_deviation().vector()) < 1e-10);
        }
      }
    }
  }
}

TEST_CASE("ends, passages and laws of a sparse chain are those of the full one") {
  for (const Chain& chain :
       {random_moves(150, 4, 0.05, 9), to_and_fro(150, 0.01), tree(150, 0.02), random_moves(30, 2, 0.3, 2)}) {
    const Chain full = chain.to_dense();
    const Absorption ends = absorption(chain);
    const Absorption full_ends = absorption(full);
    CHECK(relative(ends.expected_time().vector(), full_ends.expected_time().vector()) < 1e-11);
    CHECK(relative(ends.time_variance().vector(), full_ends.time_variance().vector()) < 1e-11);
    CHECK(distance(ends.probabilities(), full_ends.probabilities()) < 1e-11);
    const Matrix visits = ends.expected_visits();
    CHECK(distance(visits, full_ends.expected_visits()) < 1e-10 * visits.maxCoeff());
    const Vector start = start_in(chain.states(), "s3");
    CHECK(distance(ends.expected_visits_from(start), Vector(visits.row(3).transpose())) < 1e-10 * visits.maxCoeff());

    const Hitting hit = hitting(chain, {"s5", "s11"});
    const Hitting full_hit = hitting(full, {"s5", "s11"});
    CHECK(distance(hit.probability, full_hit.probability) < 1e-11);
    CHECK(relative(hit.expected_time_if_hit.vector(), full_hit.expected_time_if_hit.vector()) < 1e-10);
    CHECK(distance(first_passage(chain, {"s5"}, 12).probabilities, first_passage(full, {"s5"}, 12).probabilities) <
          1e-14);
    CHECK(distance(committor(chain, {"s5"}, {"s11"}), committor(full, {"s5"}, {"s11"})) < 1e-11);
    CHECK(distance(forecast(chain, start, {.periods = 7}), forecast(full, start, {.periods = 7})) < 1e-14);
    CHECK(structure(chain).classes() == structure(full).classes());
    CHECK(distance(stationary(chain).limit(start), stationary(full).limit(start)) < 1e-12);
  }
}

TEST_CASE("the stationary law of a large class is the visits between two returns") {
  for (const bool is_ring : {true, false}) {
    const Index n = 700;
    std::mt19937_64 generator(5);
    Entries entries;
    for (Index i = 0; i < n; ++i) {
      add(entries, i, (i + 1) % n, is_ring ? 0.75 : 0.5);
      add(entries, i, is_ring ? i : static_cast<Index>(generator() % static_cast<std::uint64_t>(n)),
          is_ring ? 0.25 : 0.5);
    }
    const Chain chain(numbered(n), sparse(n, entries));
    const Vector law = stationary(chain).distribution().vector();
    CHECK(std::abs(law.sum() - 1.0) < 1e-12);
    CHECK(law.minCoeff() > 0.0);
    CHECK(distance(chain.next(law), law) < 1e-14);
    CHECK(distance(stationary(chain.to_dense()).distribution(), law) < 1e-12);
  }
}

TEST_CASE("a customer is simulated alike in a sparse and in a full chain") {
  const Chain chain = random_moves(90, 4, 0.1, 4);
  const Rewards rewards = some_rewards(chain, 8);
  const SimulateOptions options{.customers = 500, .horizon = 30, .seed = 3};
  const Simulation few = simulate(chain, rewards, options);
  const Simulation full = simulate(chain.to_dense(), rewards, options);
  const auto a = few.value().values();
  const auto b = full.value().values();
  CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end()));
}

TEST_CASE("a hundred thousand states are solved in memory that follows their moves") {
  const Index n = 100'000;
  for (const Chain& chain : {random_moves(n, 8, 0.01, 1), to_and_fro(n, 1e-6), tree(n, 1e-3)}) {
    const Rewards rewards = some_rewards(chain, 2);
    for (const double factor : {1.0, 0.99}) CHECK(misfit(value_of(chain, rewards, factor), factor) < 1e-12);
    const Absorption ends = absorption(chain);
    CHECK(distance(ends.probabilities(), Matrix::Ones(n, 1)) < 1e-10);
    check_refused<std::domain_error>([&] { (void)ends.expected_visits(); }, {"100,000 states", "expected_visits_from"});
  }
}

TEST_CASE("a line of a hundred thousand states has the value of its sum") {
  const Index n = 100'000;
  Entries entries;
  for (Index i = 0; i + 1 < n; ++i) add(entries, i, i + 1, 1.0);
  add(entries, n - 1, n - 1, 1.0);
  const Chain chain(numbered(n), sparse(n, entries));
  Vector r = Vector::Ones(n);
  r[n - 1] = 0.0;
  const LifetimeValue value = value_of(chain, Rewards(chain.states(), r), 1.0);
  CHECK(value.mean().at(0) == static_cast<double>(n - 1));
  CHECK(value.mean().at(n - 2) == 1.0);
  CHECK(value.standard_deviation().at(0) == 0.0);
}

TEST_CASE("a chain on a line agrees with the closed form of a fair walk") {
  // From i among 0 … m with both ends absorbing: i (m - i) periods.
  const Index m = 3000;
  Entries entries;
  add(entries, 0, 0, 1.0);
  add(entries, m, m, 1.0);
  for (Index i = 1; i < m; ++i) {
    add(entries, i, i - 1, 0.5);
    add(entries, i, i + 1, 0.5);
  }
  const Chain chain(numbered(m + 1), sparse(m + 1, entries));
  const Absorption ends = absorption(chain);
  for (const Index i : {Index{1}, Index{7}, m / 2, m - 1}) {
    CHECK_THAT(ends.expected_time().at(i), Catch::Matchers::WithinRel(static_cast<double>(i * (m - i)), 1e-10));
    CHECK_THAT(ends.probability("s" + std::to_string(m)).at(i),
               Catch::Matchers::WithinRel(static_cast<double>(i) / static_cast<double>(m), 1e-10));
  }
}

TEST_CASE("rewards of few moves among many states are kept sparse") {
  const Chain chain = random_moves(5000, 3, 0.1, 6);
  Index to = 0;
  double p = 0.0;
  chain.for_each_move(0, [&](Index j, double q) {
    if (j != 4999) {
      to = j;
      p = q;
    }
  });
  const Rewards rewards = Rewards(chain.states()).with_move("s0", chain.states().name(to), 10.0);
  CHECK(rewards.is_sparse());
  CHECK(rewards.move_reward(0, to) == 10.0);
  CHECK(rewards.move_reward(1, 2) == 0.0);
  check_refused<std::domain_error>([&] { (void)rewards.per_move(); }, {"sparse", "move_reward"});
  const LifetimeValue value = lifetime_value(chain, rewards, {.discount = Discount::factor(0.9), .horizon = 1});
  CHECK_THAT(value.mean()["s0"], Catch::Matchers::WithinRel(0.9 * p * 10.0, 1e-14));
  CHECK(rewards == Rewards(chain.states()).with_move("s0", chain.states().name(to), 10.0));
  CHECK_FALSE(rewards == rewards.with_move("s0", "s1", 3.0));
}

TEST_CASE("a sparse chain and its rewards survive a model file") {
  const Chain chain = random_moves(70, 3, 0.1, 6);
  const Chain back = chain_from_json(to_json(chain));
  CHECK(back == chain);
  CHECK(back.is_sparse());
  const Chain many = random_moves(5000, 3, 0.1, 6);
  const Rewards rewards = Rewards(many.states()).with_move("s0", "s9", 10.0).with_label("margin");
  CHECK(rewards_from_json(to_json(rewards)) == rewards);
  const std::string text = to_json(Chain(StateSpace{"a", "b"}, sparse(2, {{0, 1, 1.0}, {1, 1, 1.0}})));
  const auto with = [&](const std::string& key, const nlohmann::json& value) {
    nlohmann::json document = nlohmann::json::parse(text);
    nlohmann::json* at = &document;
    if (document.contains("chain")) at = &document["chain"];
    (*at)["moves"][key] = value;
    return document.dump();
  };
  check_refused<std::invalid_argument>([&] { chain_from_json(with("to", {1, 2})); }, {"moves.to", "2"});
  check_refused<std::invalid_argument>([&] { chain_from_json(with("to", {1})); }, {"moves"});
  check_refused<std::invalid_argument>([&] { chain_from_json(with("in_row", {1})); }, {"in_row"});
  check_refused<std::invalid_argument>([&] { chain_from_json(with("value", {1.0, 0.5})); }, {"'b'", "0.5"});
}

TEST_CASE("levers, leaks and what-ifs of a sparse chain are those of the full one") {
  const Chain chain = random_moves(80, 4, 0.1, 21);
  const Rewards rewards = some_rewards(chain, 5).with_move("s3", "s79", -7.0);
  for (const std::optional<Index>& horizon : {std::optional<Index>(), std::optional<Index>(9)}) {
    const LifetimeValueOptions options{.discount = Discount::factor(0.95), .horizon = horizon};
    const LifetimeValue value = lifetime_value(chain, rewards, options);
    const Sensitivity why = sensitivity(value, "s3");
    const Sensitivity full = sensitivity(lifetime_value(chain.to_dense(), rewards, options), "s3");
    CHECK(distance(why.visits(), full.visits()) < 1e-10);
    CHECK(why.lift("s3", "s79", "s3") == Catch::Approx(full.lift("s3", "s79", "s3")).epsilon(1e-9));
    const std::vector<Lever> levers = why.levers();
    REQUIRE(static_cast<Index>(levers.size()) == chain.n_moves() - 1);  // the exit's own is no lever
    for (const Lever& lever : levers) {
      CHECK(lever.value_of_a_point == Catch::Approx(full.lift()(lever.from, lever.to) / 100.0).margin(1e-10));
    }
    const std::vector<Leak> leaks = why.leaks();
    const std::vector<Leak> full_leaks = full.leaks();
    REQUIRE(leaks.size() == full_leaks.size());
    for (std::size_t k = 0; k < leaks.size(); ++k)
      CHECK(leaks[k].amount == Catch::Approx(full_leaks[k].amount).margin(1e-10));
    check_refused<std::domain_error>([&] { (void)why.partial(); }, {"partial", "80 states", "levers"});
    check_refused<std::domain_error>([&] { (void)why.lift(); }, {"lift", "sparse"});
    if (horizon) continue;
    const double target = why.by_start()["s3"] + 0.01;
    CHECK(why.change_to_reach("s3", "s79", target) == Catch::Approx(full.change_to_reach("s3", "s79", target)));
    check_refused<std::domain_error>([&] { (void)why.change_to_reach("s3", "s3", target); }, {"'s3'"});

    Vector row = Vector::Zero(80);
    row[79] = 0.5;
    row[4] = 0.5;
    const LifetimeValue other = lifetime_value(chain.with_row("s3", row), rewards, options);
    const WhatIf split = what_if(value, other, start_in(chain.states(), "s3"));
    double sum = 0.0;
    for (const MoveDifference& move : split.moves) {
      CHECK(move.from == 3);
      sum += move.amount;
    }
    CHECK(sum == Catch::Approx(split.other_value - split.value).epsilon(1e-9));
  }
}

TEST_CASE("the proven error bounds the difference between two ways to solve") {
  for (const double factor : {0.95, 0.9999, 1.0}) {
    for (const double churn : {0.1, 1e-6}) {
      for (const Chain& chain : {random_moves(200, 4, churn, 7), to_and_fro(50, churn), tree(300, churn)}) {
        const Rewards rewards = some_rewards(chain, 4);
        const LifetimeValue value = value_of(chain, rewards, factor);
        const LifetimeValue full = value_of(chain.to_dense(), rewards, factor);
        const SolutionAccuracy a = value.accuracy();
        const SolutionAccuracy b = full.accuracy();
        CHECK(a.residual >= 0.0);
        CHECK(a.error_bound >= a.residual * 0.999);
        CHECK(a.error_bound < 1e-9 * value.mean().vector().cwiseAbs().maxCoeff());
        const double rounding = 1e-15 * value.mean().vector().cwiseAbs().maxCoeff();
        CHECK(distance(value.mean(), full.mean()) <= a.error_bound + b.error_bound + rounding);
      }
    }
  }
  const Chain chain = random_moves(70, 3, 0.1, 1);
  check_refused<std::domain_error>(
      [&] {
        (void)lifetime_value(chain, some_rewards(chain, 1), {.discount = Discount::none(), .horizon = 3}).accuracy();
      },
      {"accuracy", "horizon"});
}

TEST_CASE("a nearly closed set of many states keeps its digits") {
  // Every state leaves with the same chance, so the time is 1 / churn from everywhere.
  for (const Index n : {Index{300}, Index{3000}}) {
    for (const double churn : {1e-6, 1e-9}) {
      const Chain chain = random_moves(n, 6, churn, 12);
      const Absorption ends = absorption(chain);
      for (const Index i : {Index{0}, n / 2, n - 2}) {
        CHECK_THAT(ends.expected_time().at(i), Catch::Matchers::WithinRel(1.0 / churn, 1e-9));
      }
      const Vector visits = ends.expected_visits_from(start_in(chain.states(), "s0")).vector();
      CHECK_THAT(visits.sum(), Catch::Matchers::WithinRel(1.0 / churn, 1e-9));
    }
  }
}
