// Laws that hold for every chain, tried on random ones.

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>

#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

double factor_of(const LifetimeValue& value) {
  return value.discount().factor_per_period(value.chain().period());
}

/// `r + γ (P∘W) 1 + γ P V`.
Vector right_side(const Chain& chain, const Rewards& rewards, double factor, const Vector& V) {
  const Matrix& P = chain.transition_matrix();
  Vector out = rewards.per_state() + factor * (P * V);
  if (rewards.has_move_rewards()) out += factor * P.cwiseProduct(rewards.per_move()).rowwise().sum();
  return out;
}

/// Mean and variance of the discounted rewards over `horizon` periods from one state, path by path.
std::pair<double, double> by_enumeration(const Chain& chain, const Rewards& rewards, double factor, Index from,
                                         Index horizon) {
  double mean = 0.0;
  double square = 0.0;
  const std::function<void(Index, Index, double, double, double)> walk = [&](Index state, Index t, double p,
                                                                             double value, double discount) {
    if (t == horizon) {
      mean += p * value;
      square += p * value * value;
      return;
    }
    for (Index next = 0; next < chain.n_states(); ++next) {
      const double q = chain.transition_matrix()(state, next);
      if (q == 0.0) continue;
      const double w = rewards.has_move_rewards() ? rewards.per_move()(state, next) : 0.0;
      walk(next, t + 1, p * q, value + discount * (rewards.per_state()[state] + factor * w), discount * factor);
    }
  };
  walk(from, 0, 1.0, 0.0, 1.0);
  return {mean, square - mean * mean};
}

/// The same chain with its states in another order.
struct Permuted {
  Chain chain;
  Rewards rewards;
};

Permuted permuted(const Chain& chain, const Rewards& rewards, const std::vector<Index>& order) {
  const Index n = chain.n_states();
  std::vector<std::string> names;
  Matrix P(n, n);
  Vector r(n);
  Matrix W = rewards.has_move_rewards() ? Matrix(n, n) : Matrix();
  for (Index i = 0; i < n; ++i) {
    const Index from = order[static_cast<std::size_t>(i)];
    names.push_back(chain.states().name(from));
    r[i] = rewards.per_state()[from];
    for (Index j = 0; j < n; ++j) {
      const Index to = order[static_cast<std::size_t>(j)];
      P(i, j) = chain.transition_matrix()(from, to);
      if (W.size() != 0) W(i, j) = rewards.per_move()(from, to);
    }
  }
  const StateSpace states(names);
  return {{states, P, chain.period()}, {states, r, W}};
}

std::vector<Index> random_order(Dice& dice, Index n) {
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  for (Index i = n - 1; i > 0; --i)
    std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(dice.integer(0, i))]);
  return order;
}

}  // namespace

TEST_CASE("every row of a chain sums to one after any number of periods") {
  Dice dice(1);
  for (int k = 0; k < 50; ++k) {
    const Chain chain = random_chain(dice, dice.integer(1, 12));
    const Index n = dice.integer(0, 1000);
    CHECK(distance(chain.after(n).rowwise().sum(), Vector::Ones(chain.n_states())) < 1e-11);
  }
}

TEST_CASE("after m and then n periods is after m + n periods") {
  Dice dice(2);
  for (int k = 0; k < 30; ++k) {
    const Chain chain = random_chain(dice, dice.integer(1, 8));
    const Index m = dice.integer(0, 20);
    const Index n = dice.integer(0, 20);
    CHECK(distance(chain.after(m) * chain.after(n), chain.after(m + n)) < 1e-12);
  }
}

TEST_CASE("a discounted value satisfies its own equation") {
  Dice dice(3);
  for (int k = 0; k < 60; ++k) {
    const Chain chain = random_chain(dice, dice.integer(1, 12));
    const Rewards rewards = random_rewards(dice, chain, k % 2 == 0, false);
    const auto value = lifetime_value(chain, rewards, {.discount = Discount::factor(dice.uniform(.05, .995))});
    const Vector& V = value.mean().vector();
    CHECK(distance(V, right_side(chain, rewards, factor_of(value), V)) < 1e-10 * (1.0 + V.cwiseAbs().maxCoeff()));
  }
}

TEST_CASE("an undiscounted value of a chain that ends satisfies its own equation") {
  Dice dice(4);
  for (int k = 0; k < 60; ++k) {
    const Index n = dice.integer(2, 12);
    const Chain chain = random_absorbing_chain(dice, n, dice.integer(1, std::min<Index>(3, n - 1)));
    const Rewards rewards = random_rewards(dice, chain, k % 2 == 0, true);
    const auto value = lifetime_value(chain, rewards, {.discount = Discount::none()});
    const Vector& V = value.mean().vector();
    CHECK(distance(V, right_side(chain, rewards, 1.0, V)) < 1e-10 * (1.0 + V.cwiseAbs().maxCoeff()));
  }
}

TEST_CASE("a value over one period more is one period and then the value over the rest") {
  Dice dice(5);
  for (int k = 0; k < 40; ++k) {
    const Chain chain = random_chain(dice, dice.integer(1, 8));
    const Rewards rewards = random_rewards(dice, chain, k % 2 == 0, false);
    const Discount discount = Discount::factor(dice.uniform(.1, 1.0));
    const Index T = dice.integer(1, 30);
    const auto shorter = lifetime_value(chain, rewards, {.discount = discount, .horizon = T});
    const auto longer = lifetime_value(chain, rewards, {.discount = discount, .horizon = T + 1});
    CHECK(distance(longer.mean().vector(), right_side(chain, rewards, factor_of(longer), shorter.mean().vector())) <
          1e-9);
  }
}

TEST_CASE("a value over a long horizon comes to the value for life, in mean and spread") {
  Dice dice(6);
  for (int k = 0; k < 30; ++k) {
    const bool ends = k % 3 == 0;
    const Chain chain =
        ends ? random_absorbing_chain(dice, dice.integer(2, 8)) : random_chain(dice, dice.integer(1, 8));
    const Rewards rewards = random_rewards(dice, chain, k % 2 == 0, ends);
    const Discount discount = ends ? Discount::none() : Discount::factor(.9);
    const auto life = lifetime_value(chain, rewards, {.discount = discount});
    const auto years = lifetime_value(chain, rewards, {.discount = discount, .horizon = 3000});
    CHECK(distance(life.mean(), years.mean()) < 1e-8 * (1.0 + life.mean().vector().cwiseAbs().maxCoeff()));
    CHECK(distance(life.standard_deviation(), years.standard_deviation()) <
          1e-6 * (1.0 + life.standard_deviation().vector().maxCoeff()));
  }
}

TEST_CASE("mean and spread are those of all paths, one by one") {
  Dice dice(7);
  for (int k = 0; k < 25; ++k) {
    const Index n = dice.integer(2, 4);
    const Index horizon = dice.integer(1, n == 4 ? 5 : 7);
    const Chain chain = random_chain(dice, n);
    const Rewards rewards = random_rewards(dice, chain, k % 2 == 0, false);
    const Discount discount = k % 3 == 0 ? Discount::none() : Discount::factor(dice.uniform(.3, .99));
    const auto value = lifetime_value(chain, rewards, {.discount = discount, .horizon = horizon});
    for (Index i = 0; i < n; ++i) {
      const auto [mean, variance] = by_enumeration(chain, rewards, factor_of(value), i, horizon);
      CHECK(value.mean()[i] == Catch::Approx(mean).margin(1e-9));
      CHECK(std::pow(value.standard_deviation()[i], 2) == Catch::Approx(variance).margin(1e-7));
    }
  }
}

TEST_CASE("a value is linear in its rewards") {
  Dice dice(8);
  for (int k = 0; k < 30; ++k) {
    const Chain chain = random_chain(dice, dice.integer(1, 8));
    const Rewards a = random_rewards(dice, chain, true, false);
    const Rewards b = random_rewards(dice, chain, true, false);
    const double x = dice.uniform(-2.0, 2.0);
    const Rewards sum(chain.states(), a.per_state() + x * b.per_state(), a.per_move() + x * b.per_move());
    LifetimeValueOptions options{.discount = Discount::factor(.95)};
    if (k % 2 == 0) options.horizon = dice.integer(1, 40);
    const Vector expected =
        lifetime_value(chain, a, options).mean().vector() + x * lifetime_value(chain, b, options).mean().vector();
    CHECK(distance(lifetime_value(chain, sum, options).mean(), expected) < 1e-8);
  }
}

TEST_CASE("twice the money is twice the spread, and a sure sum at once is none") {
  Dice dice(9);
  for (int k = 0; k < 20; ++k) {
    const Chain chain = random_chain(dice, dice.integer(2, 8));
    const Rewards once = random_rewards(dice, chain, true, false);
    const Rewards twice(chain.states(), -2.0 * once.per_state(), -2.0 * once.per_move());
    const LifetimeValueOptions options{.discount = Discount::factor(.9)};
    CHECK(distance(lifetime_value(chain, twice, options).standard_deviation().vector(),
                   2.0 * lifetime_value(chain, once, options).standard_deviation().vector()) < 1e-7);
    const Rewards same(chain.states(), Vector::Constant(chain.n_states(), 5.0));
    CHECK(lifetime_value(chain, same, options).standard_deviation().vector().maxCoeff() < 1e-5);
  }
}

TEST_CASE("what is still to come is the mean less the reward at once") {
  Dice dice(10);
  for (int k = 0; k < 20; ++k) {
    const Chain chain = random_chain(dice, dice.integer(1, 8));
    const Rewards rewards = random_rewards(dice, chain, k % 2 == 0, false);
    const auto value = lifetime_value(chain, rewards, {.discount = Discount::factor(.9)});
    CHECK(distance(value.residual().vector(), value.mean().vector() - rewards.per_state()) < 1e-11);
  }
}

TEST_CASE("the same discount said per year, per period or as a factor gives the same value") {
  Dice dice(11);
  for (const Period& period :
       {Period::days(7), Period::weeks(2), Period::months(1), Period::quarters(1), Period::years(2)}) {
    const Chain chain = random_chain(dice, 5, .6, period);
    const Rewards rewards = random_rewards(dice, chain, true, false);
    const double factor = std::pow(1.12, -period.in_years());
    const auto value = lifetime_value(chain, rewards, {.discount = Discount::annual_rate(.12)});
    const double size = value.mean().vector().cwiseAbs().maxCoeff();
    CHECK(distance(value.mean(), lifetime_value(chain, rewards, {.discount = Discount::factor(factor)}).mean()) <
          1e-9 * size);
    CHECK(distance(value.mean(),
                   lifetime_value(chain, rewards, {.discount = Discount::per_period_rate(1.0 / factor - 1.0)}).mean()) <
          1e-9 * size);
  }
}

TEST_CASE("the order of the states only orders the answers") {
  Dice dice(12);
  for (int k = 0; k < 30; ++k) {
    const Index n = dice.integer(2, 9);
    const Chain chain = random_chain(dice, n, .4);
    const Rewards rewards = random_rewards(dice, chain, k % 2 == 0, false);
    const auto [other, other_rewards] = permuted(chain, rewards, random_order(dice, n));
    LifetimeValueOptions options{.discount = Discount::factor(.95)};
    if (k % 3 == 0) options.horizon = 12;
    const auto a = lifetime_value(chain, rewards, options);
    const auto b = lifetime_value(other, other_rewards, options);
    const Structure shape = structure(chain);
    const Structure other_shape = structure(other);
    CHECK(shape.classes().size() == other_shape.classes().size());
    for (const std::string& state : chain.states().names()) {
      CHECK(a.mean()[state] == Catch::Approx(b.mean()[state]).margin(1e-8));
      CHECK(a.standard_deviation()[state] == Catch::Approx(b.standard_deviation()[state]).margin(1e-6));
      const Index i = chain.states().index(state);
      const Index j = other.states().index(state);
      CHECK(shape.is_recurrent(i) == other_shape.is_recurrent(j));
      CHECK(
          shape.classes()[static_cast<std::size_t>(shape.class_of()[static_cast<std::size_t>(i)])].period ==
          other_shape.classes()[static_cast<std::size_t>(other_shape.class_of()[static_cast<std::size_t>(j)])].period);
    }
  }
}

TEST_CASE("other names for the states change nothing but the names") {
  Dice dice(13);
  const Chain chain = random_absorbing_chain(dice, 6);
  const Rewards rewards = random_rewards(dice, chain, true, true);
  const StateSpace renamed{"<b>", "two words", "推薦", "d\"", "e'", "f,g"};
  const Chain other(renamed, chain.transition_matrix(), chain.period());
  const Rewards other_rewards(renamed, rewards.per_state(), rewards.per_move());
  const LifetimeValueOptions options{.discount = Discount::annual_rate(.1)};
  CHECK(lifetime_value(chain, rewards, options).mean().vector() ==
        lifetime_value(other, other_rewards, options).mean().vector());
  CHECK(structure(chain).canonical_order() == structure(other).canonical_order());
  const SimulateOptions run{.customers = 3000, .horizon = 24, .seed = 5};
  CHECK(simulate(chain, rewards, run).value().mean() == simulate(other, other_rewards, run).value().mean());
}

TEST_CASE("what can be reached is what a power of the chain reaches") {
  Dice dice(14);
  for (int k = 0; k < 60; ++k) {
    const Index n = dice.integer(1, 9);
    const Chain chain = random_chain(dice, n, dice.uniform(.05, .5));
    const Mask moves = (chain.transition_matrix().array() > 0.0).matrix();
    Mask reach = Mask::Identity(n, n);
    for (Index step = 0; step < n; ++step) {
      Mask further = reach;
      for (Index i = 0; i < n; ++i) {
        for (Index j = 0; j < n; ++j) {
          for (Index m = 0; m < n; ++m) further(i, j) = further(i, j) || (reach(i, m) && moves(m, j));
        }
      }
      reach = further;
    }
    const Structure shape = structure(chain);
    CHECK(shape.reachable() == reach);
    for (Index i = 0; i < n; ++i) {
      bool recurrent = true;
      for (Index j = 0; j < n; ++j) {
        CHECK((shape.class_of()[static_cast<std::size_t>(i)] == shape.class_of()[static_cast<std::size_t>(j)]) ==
              (reach(i, j) && reach(j, i)));
        if (reach(i, j) && !reach(j, i)) recurrent = false;
      }
      CHECK(shape.is_recurrent(i) == recurrent);
      CHECK(shape.is_absorbing(i) == (chain.transition_matrix()(i, i) > 1.0 - 1e-9));
    }
  }
}

TEST_CASE("the period of a state is the divisor of the times at which it can be back") {
  Dice dice(15);
  for (int k = 0; k < 60; ++k) {
    const Index n = dice.integer(1, 7);
    const Chain chain = random_chain(dice, n, dice.uniform(.02, .35));
    const Structure shape = structure(chain);
    std::vector<Index> divisor(static_cast<std::size_t>(n), 0);
    Mask now = Mask::Identity(n, n);
    const Mask moves = (chain.transition_matrix().array() > 0.0).matrix();
    for (Index t = 1; t <= 3 * n * n; ++t) {
      Mask next = Mask::Constant(n, n, false);
      for (Index i = 0; i < n; ++i) {
        for (Index m = 0; m < n; ++m) {
          if (!now(i, m)) continue;
          for (Index j = 0; j < n; ++j) next(i, j) = next(i, j) || moves(m, j);
        }
      }
      now = next;
      for (Index i = 0; i < n; ++i) {
        if (now(i, i)) divisor[static_cast<std::size_t>(i)] = std::gcd(divisor[static_cast<std::size_t>(i)], t);
      }
    }
    for (Index i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      CHECK(shape.classes()[static_cast<std::size_t>(shape.class_of()[at])].period == divisor[at]);
    }
  }
}

TEST_CASE("no path is more probable than the most probable path") {
  Dice dice(16);
  for (int k = 0; k < 40; ++k) {
    const Index n = dice.integer(2, 7);
    const Chain chain = random_chain(dice, n, .4);
    // The best product over paths of at most n - 1 moves.
    Matrix best = Matrix::Identity(n, n);
    for (Index step = 1; step < n; ++step) {
      Matrix next = best;
      for (Index i = 0; i < n; ++i) {
        for (Index m = 0; m < n; ++m) {
          for (Index j = 0; j < n; ++j) next(i, j) = std::max(next(i, j), best(i, m) * chain.transition_matrix()(m, j));
        }
      }
      best = next;
    }
    for (Index i = 0; i < n; ++i) {
      for (Index j = 0; j < n; ++j) {
        const std::string from = chain.states().name(i);
        const std::string to = chain.states().name(j);
        if (best(i, j) == 0.0) {
          CHECK_THROWS_AS(most_probable_path(chain, from, to), std::domain_error);
          continue;
        }
        const Path path = most_probable_path(chain, from, to);
        CHECK(path.probability == Catch::Approx(best(i, j)).epsilon(1e-12));
        double product = 1.0;
        for (std::size_t s = 1; s < path.states.size(); ++s)
          product *= chain.transition_matrix()(path.states[s - 1], path.states[s]);
        CHECK(product == Catch::Approx(path.probability).epsilon(1e-12));
        CHECK(path.states.front() == i);
        CHECK(path.states.back() == j);
      }
    }
  }
}

TEST_CASE("the simulated mean lies within four standard errors of the formula, and the spread beside its own") {
  Dice dice(17);
  for (int k = 0; k < 12; ++k) {
    const Index n = dice.integer(2, 8);
    const bool ends = k % 3 == 0;
    const Chain chain = ends ? random_absorbing_chain(dice, n) : random_chain(dice, n);
    const Rewards rewards = random_rewards(dice, chain, k % 2 == 0, ends);
    const Discount discount = Discount::annual_rate(dice.uniform(0.0, .5));
    const Vector start = random_distribution(dice, n);
    SimulateOptions options{
        .customers = 40'000, .start = start, .discount = discount, .seed = static_cast<std::uint64_t>(k)};
    if (!ends) options.horizon = dice.integer(1, 40);
    const auto sim = simulate(chain, rewards, options);
    const StartValue formula =
        lifetime_value(chain, rewards, {.discount = discount, .horizon = options.horizon}).start_value(start);
    CHECK(std::abs(sim.value().mean() - formula.mean) <= 4.0 * sim.value().standard_error() + 1e-9);
    CHECK(sim.value().standard_deviation() == Catch::Approx(formula.standard_deviation).epsilon(.05).margin(1e-6));
  }
}

TEST_CASE("a chain simulated, counted and fitted comes back within its sampling error") {
  Dice dice(18);
  for (int k = 0; k < 6; ++k) {
    const Index n = dice.integer(3, 7);
    const Chain chain = random_absorbing_chain(dice, n, 1, 1.0);
    const auto sim = simulate(chain, Rewards(chain.states()),
                              {.customers = 30'000,
                               .start = random_distribution(dice, n),
                               .seed = static_cast<std::uint64_t>(100 + k),
                               .outputs = {.value = false, .journeys = true}});
    const FitResult fit = fit_chain(count(sim.journeys()));
    CHECK(fit.period() == chain.period());
    for (Index i = 0; i < n; ++i) {
      if (chain.is_absorbing(i)) continue;
      const auto moves = static_cast<double>(fit.counts.moves().row(i).sum());
      for (Index j = 0; j < n; ++j) {
        const double p = chain.transition_matrix()(i, j);
        const double error = std::sqrt(p * (1.0 - p) / moves);
        CHECK(std::abs(fit.chain.transition_matrix()(i, j) - p) <= 4.5 * error + 1e-12);
      }
    }
  }
}

TEST_CASE("the interval of a fitted value holds the true value about as often as its level says") {
  Dice dice(19);
  const Chain chain = random_absorbing_chain(dice, 4, 1, 1.0);
  const Rewards rewards = random_rewards(dice, chain, true, true);
  const LifetimeValueOptions options{.discount = Discount::annual_rate(.2)};
  const double truth = lifetime_value(chain, rewards, options).mean()[Index{0}];
  int held = 0;
  const int n = 300;
  for (int k = 0; k < n; ++k) {
    const auto sim = simulate(
        chain, rewards,
        {.customers = 400, .seed = static_cast<std::uint64_t>(k), .outputs = {.value = false, .journeys = true}});
    const auto interval = lifetime_value(fit_chain(count(sim.journeys())), options, rewards).interval(.8);
    if (interval.lower[Index{0}] <= truth && truth <= interval.upper[Index{0}]) ++held;
  }
  // 240 expected; four standard errors of a share of .8 among 300 are 28.
  CHECK(held > 240 - 28);
  CHECK(held < 240 + 28);
}

TEST_CASE("counts of parts add up to the counts of the whole, in any order and grouping") {
  const Chain chain = six_stages().illustrative_chain();
  Dice dice(20);
  const Rewards rewards = random_rewards(dice, chain, false, true);
  const auto part = [&](Index first, Index n) {
    return count(
        simulate(chain, rewards,
                 {.customers = n, .seed = 3, .first_customer = first, .outputs = {.value = false, .journeys = true}})
            .journeys());
  };
  const Counts whole = part(0, 3000);
  const Counts a = part(0, 1000);
  const Counts b = part(1000, 1);
  const Counts c = part(1001, 1999);
  CHECK((a + b) + c == whole);
  CHECK(a + (b + c) == whole);
  CHECK(c + b + a == whole);
  CHECK(fit_chain(c + a + b).chain == fit_chain(whole).chain);
}

TEST_CASE("the order of the customers in a log changes no count") {
  const Chain chain = six_stages().illustrative_chain();
  const auto sim = simulate(chain, Rewards(chain.states(), {{"repurchase", 40.1}, {"loyalty", .3}}),
                            {.customers = 500, .seed = 3, .outputs = {.value = false, .journeys = true}});
  const JourneyColumns& columns = sim.journeys().columns();
  std::vector<std::int64_t> customer;
  std::vector<std::int64_t> time;
  std::vector<std::int32_t> state;
  std::vector<double> value;
  for (Index j = 0; j < sim.journeys().n_journeys(); ++j) {
    const JourneyView journey = sim.journeys()[j];
    for (std::size_t t = 0; t < journey.states.size(); ++t) {
      customer.push_back(journey.customer);
      time.push_back(journey.times[t]);
      state.push_back(journey.states[t]);
      value.push_back(journey.values[t]);
    }
  }
  const Lifecycle life = sim.journeys().lifecycle();
  const auto counts_of = [&] {
    return count(journeys({.customer = customer, .time = time, .state = state, .value = value, .unit = TimeUnit::step},
                          life, {.duplicates = Duplicates::keep}));
  };
  const Counts first = counts_of();
  CHECK(first.moves() == count(sim.journeys()).moves());
  Dice dice(21);
  for (std::size_t i = customer.size() - 1; i > 0; --i) {
    const auto j = static_cast<std::size_t>(dice.integer(0, static_cast<Index>(i)));
    std::swap(customer[i], customer[j]);
    std::swap(time[i], time[j]);
    std::swap(state[i], state[j]);
    std::swap(value[i], value[j]);
  }
  for (std::int64_t& id : customer) id = 1'000'000 - 7 * id;  // other numbers for the same customers
  CHECK(counts_of() == first);
  CHECK(columns.offsets.size() == 501);
}

TEST_CASE("a forecast from a simulated start is the expected occupancy") {
  Dice dice(22);
  const Chain chain = random_absorbing_chain(dice, 5);
  const Vector start = random_distribution(dice, 5);
  const Index n = 100'000;
  const auto sim = simulate(
      chain, Rewards(chain.states()),
      {.customers = n, .horizon = 8, .start = start, .seed = 8, .outputs = {.value = false, .occupancy = true}});
  const Matrix expected = forecast(chain, static_cast<double>(n) * start, {.periods = 7});
  for (Index t = 0; t < 8; ++t) {
    for (Index i = 0; i < 5; ++i) {
      const double e = expected(t, i);
      CHECK(std::abs(static_cast<double>(sim.occupancy()(t, i)) - e) <= 4.5 * std::sqrt(e) + 1e-6);
    }
  }
}
