// How fast are posterior draws of a value? 10 000 chains of 12 states drawn from their Dirichlet rows and valued for
// life: the library, on one thread and on all, beside std::gamma_distribution and Eigen's LU one at a time. Rounds are
// interleaved and the best of nine counts, so that ratios hold on a busy machine.
#include <sojourn/sojourn.hpp>

#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace sojourn;

constexpr int rounds = 9;
constexpr Index n_states = 12;
constexpr Index n_draws = 10'000;
constexpr double factor = 0.95;

/// Simulated customers of a dense chain of twelve states, the last of them an exit, fitted again.
FitResult fitted_chain() {
  std::vector<std::string> names;
  for (Index i = 0; i < n_states; ++i) names.push_back(std::to_string(i));
  Matrix P = Matrix::Identity(n_states, n_states);
  for (Index i = 0; i + 1 < n_states; ++i) {
    for (Index j = 0; j < n_states; ++j) P(i, j) = 1.0 + static_cast<double>((7 * i + 5 * j) % 11);
    P.row(i) /= P.row(i).sum();
  }
  const Chain chain(StateSpace(names), P, Period::months(1));
  Vector start = Vector::Constant(n_states, 1.0 / static_cast<double>(n_states - 1));
  start[n_states - 1] = 0.0;
  const Simulation sim =
      simulate(chain, Rewards(chain.states()),
               {.customers = 2'000, .start = start, .seed = 1, .outputs = {.value = false, .journeys = true}});
  return fit_chain(count(sim.journeys()), {.smoothing = 0.5});
}

/// What a user would write.
double one_at_a_time(const FitResult& fit, const Vector& r) {
  std::mt19937_64 random(7);
  Eigen::MatrixXd A(n_states, n_states);
  double sum = 0.0;
  for (Index k = 0; k < n_draws; ++k) {
    A.setIdentity();
    for (Index i = 0; i + 1 < n_states; ++i) {
      std::array<double, n_states> g{};
      double total = 0.0;
      for (Index j = 0; j < n_states; ++j) {
        std::gamma_distribution<double> law(fit.posterior(i, j), 1.0);
        g[static_cast<std::size_t>(j)] = law(random);
        total += g[static_cast<std::size_t>(j)];
      }
      for (Index j = 0; j < n_states; ++j) A(i, j) -= factor * g[static_cast<std::size_t>(j)] / total;
    }
    A(n_states - 1, n_states - 1) -= factor;
    sum += A.partialPivLu().solve(r)[0];
  }
  return sum / static_cast<double>(n_draws);
}

}  // namespace

int main() {
  const FitResult fit = fitted_chain();
  Vector r = Vector::LinSpaced(n_states, 1.0, 12.0);
  r[n_states - 1] = 0.0;
  const LifetimeValue value = lifetime_value(fit, {.discount = Discount::factor(factor)}, Rewards(fit.states(), r));

  std::array<double, 4> best{};
  std::array<double, 4> mean{};
  best.fill(std::numeric_limits<double>::infinity());
  const auto timed = [&](std::size_t which, const auto& work) {
    const auto start = std::chrono::steady_clock::now();
    mean[which] = work();
    best[which] =
        std::min(best[which], std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  };
  for (int round = 0; round < rounds; ++round) {
    timed(0, [&] { return one_at_a_time(fit, r); });
    timed(1, [&] { return posterior(value, {.draws = n_draws, .seed = 7, .threads = 1}).mean()[0]; });
    timed(2, [&] { return posterior(value, {.draws = n_draws, .seed = 7}).mean()[0]; });
    timed(3, [&] {
      const auto answer = [&](const Chain& chain) {
        return lifetime_value(chain, value.rewards(), {.discount = value.discount()}).mean();
      };
      return posterior(fit, answer, {.draws = n_draws, .seed = 7, .threads = 1}).mean()[0];
    });
  }
  const std::array<const char*, 4> names = {"std::gamma_distribution + Eigen LU, one at a time",
                                            "posterior(value), 1 thread", "posterior(value), all threads",
                                            "posterior(fit, lifetime_value as any answer), 1 thread"};
  std::printf("%lld draws of a chain of %lld states, best of %d rounds\n", static_cast<long long>(n_draws),
              static_cast<long long>(n_states), rounds);
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::printf("%-56s %8.2f ms %8.2f us each  %6.2f x   mean value %.5f\n", names[i], 1e3 * best[i],
                1e6 * best[i] / static_cast<double>(n_draws), best[0] / best[i], mean[i]);
  }
}
