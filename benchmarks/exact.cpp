// How fast are values for life? The library beside Eigen: LU for full chains, BiCGSTAB for chains of few moves per state.
// Contestants take turns and the best of their rounds counts, so that ratios hold on a busy machine.
#include <sojourn/sojourn.hpp>

#include <Eigen/IterativeLinearSolvers>
#include <Eigen/LU>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace sojourn;

constexpr int rounds = 15;
constexpr double factor = 0.95;

std::vector<std::string> names(Index n) {
  std::vector<std::string> result;
  for (Index i = 0; i < n; ++i) result.push_back(std::to_string(i));
  return result;
}

/// Every move possible, two to ten percent of churn into the last state.
Chain full_chain(Index n, std::mt19937_64& random) {
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  Matrix P = Matrix::Zero(n, n);
  P(n - 1, n - 1) = 1.0;
  for (Index i = 0; i + 1 < n; ++i) {
    const double churn = 0.02 + 0.08 * uniform(random);
    for (Index j = 0; j + 1 < n; ++j) P(i, j) = uniform(random);
    P.row(i) *= (1.0 - churn) / P.row(i).sum();
    P(i, n - 1) = churn;
  }
  return {StateSpace(names(n)), std::move(P), Period::months(1)};
}

/// Eight moves per state to anywhere, and the same churn.
Chain sparse_chain(Index n, std::mt19937_64& random) {
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  std::uniform_int_distribution<int> anywhere(0, static_cast<int>(n) - 2);
  const int exit = static_cast<int>(n) - 1;
  std::vector<Eigen::Triplet<double>> moves = {{exit, exit, 1.0}};
  for (int i = 0; i < exit; ++i) {
    const double churn = 0.02 + 0.08 * uniform(random);
    for (int move = 0; move < 8; ++move) moves.emplace_back(i, anywhere(random), (1.0 - churn) / 8.0);
    moves.emplace_back(i, exit, churn);
  }
  SparseMatrix P(n, n);
  P.setFromTriplets(moves.begin(), moves.end());
  return {StateSpace(names(n)), std::move(P), Period::months(1)};
}

/// The best seconds per call of two contestants, who take turns.
template <class Ours, class Theirs>
std::pair<double, double> best_seconds(int calls, const Ours& ours, const Theirs& theirs) {
  const auto timed = [calls](const auto& work) {
    const auto start = std::chrono::steady_clock::now();
    for (int call = 0; call < calls; ++call) work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / calls;
  };
  std::pair<double, double> best{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  for (int round = 0; round < rounds; ++round) {
    best.first = std::min(best.first, timed(ours));
    best.second = std::min(best.second, timed(theirs));
  }
  return best;
}

/// One line: our time, theirs, ours as a share of theirs, the goal for it and the largest relative difference.
void compare(const char* peer, const Chain& chain, double goal, const auto& theirs) {
  const Index n = chain.n_states();
  Vector r = Vector::LinSpaced(n, 1.0, 10.0);
  r[n - 1] = 0.0;
  const Rewards rewards(chain.states(), r);
  const auto ours = [&] { return lifetime_value(chain, rewards, {.discount = Discount::factor(factor)}); };
  const Vector answer = ours().mean().vector();
  const double apart = (answer - theirs(r)).cwiseAbs().maxCoeff() / answer.cwiseAbs().maxCoeff();
  const int calls = static_cast<int>(std::clamp<Index>(4'000'000 / (n * n), 1, 4000));
  const auto [mine, other] = best_seconds(calls, ours, [&] { return theirs(r); });
  std::printf("%-16s %6lld states  ours %10.2f us  %10.2f us  %6.2f of its time", peer, static_cast<long long>(n),
              1e6 * mine, 1e6 * other, mine / other);
  if (goal > 0.0) std::printf("  goal %.2f %s", goal, mine <= goal * other ? "met" : "MISSED");
  std::printf("  difference %.0e\n", apart);
}

}  // namespace

int main() {
  std::mt19937_64 random(7);
  std::printf("value for life, best of %d rounds\n", rounds);
  for (const Index n : {8, 12, 16, 32, 48, 64, 256, 1000}) {
    const Chain chain = full_chain(n, random);
    compare("Eigen LU", chain, n <= 64 ? 1.1 : 0.0, [&](const Vector& r) -> Vector {
      const Eigen::MatrixXd A = Eigen::MatrixXd::Identity(n, n) - factor * chain.transition_matrix();
      return A.partialPivLu().solve(r);
    });
  }
  for (const Index n : {5'000, 100'000}) {
    const Chain chain = sparse_chain(n, random);
    const SparseMatrix P = chain.sparse_transition_matrix();
    compare("Eigen BiCGSTAB", chain, 1.5, [&](const Vector& r) -> Vector {
      SparseMatrix A(n, n);
      A.setIdentity();
      A -= factor * P;
      Eigen::BiCGSTAB<SparseMatrix> solver;
      solver.setTolerance(1e-12);
      solver.compute(A);
      return solver.solve(r);
    });
  }
}
