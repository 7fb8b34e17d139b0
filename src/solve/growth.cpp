#include "solve/growth.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "chain/move_rows.hpp"
#include "sojourn/chain/structure.hpp"
#include "solve/value_system.hpp"
#include "support/numbers.hpp"

namespace sojourn::detail {

namespace {

/// An irreducible non-negative matrix `M = Q + b sᵀ`, `Q` by rows.
struct SelfFeeding {
  std::vector<Index> first{0};
  std::vector<Index> to;
  std::vector<double> weight;
  Vector brought;  // b
  Vector arrives;  // s

  Index size() const { return static_cast<Index>(first.size()) - 1; }
  void move(Index j, double p) {
    to.push_back(j);
    weight.push_back(p);
  }
  void end_row() { first.push_back(static_cast<Index>(to.size())); }

  /// `Q x`
  Vector times(const Vector& x) const {
    Vector y = Vector::Zero(size());
    for (Index i = 0; i < size(); ++i) {
      for (Index e = first[at(i)]; e < first[at(i) + 1]; ++e) y[i] += weight[at(e)] * x[to[at(e)]];
    }
    return y;
  }
};

/// `D⁻¹ (λI - Q) D` with `D = diag(x)`, where `M x <= λ x`: its rows lose `λ - (Q x)_i / x_i`, which is not negative.
Block scaled(const SelfFeeding& matrix, double root, const Vector& x) {
  const Index n = matrix.size();
  const Vector moved = matrix.times(x).cwiseQuotient(x);
  const Vector fed = matrix.brought * matrix.arrives.dot(x);
  Vector slack(n);
  for (Index i = 0; i < n; ++i) {
    const double feeding = fed[i] / x[i];
    slack[i] = std::max(0.0, root - moved[i] - feeding) + feeding;
  }
  MoveRows rows;
  rows.slack = std::move(slack);
  for (Index i = 0; i < n; ++i) {
    for (Index e = matrix.first[at(i)]; e < matrix.first[at(i) + 1]; ++e) {
      const Index j = matrix.to[at(e)];
      if (j == i) continue;
      rows.to.push_back(static_cast<int>(j));
      rows.weight.push_back(matrix.weight[at(e)] * x[j] / x[i]);
    }
    rows.first.push_back(static_cast<Index>(rows.to.size()));
  }
  return block_of(std::move(rows));
}

struct Perron {
  double root;
  Vector right;
};

Perron perron(const SelfFeeding& matrix) {
  const Index n = matrix.size();
  Vector x = Vector::Ones(n);
  Perron best{0.0, x};
  double width = 0.0;
  for (int step = 0; step < 200; ++step) {
    const Vector ratio = (matrix.times(x) + matrix.brought * matrix.arrives.dot(x)).cwiseQuotient(x);
    const double root = ratio.maxCoeff();
    const double new_width = root - ratio.minCoeff();
    // Rounding ends the fall of the bounds.
    if (step > 0 && (!std::isfinite(root) || (new_width >= width && width <= 1e-8 * best.root))) break;
    best = {root, x};
    width = new_width;
    if (width <= 4e-16 * root) break;
    const Block system = scaled(matrix, root, x);
    Matrix b(n, 2);
    b.col(0).setOnes();
    b.col(1) = matrix.brought.cwiseQuotient(x);
    const Matrix solved = system.solve(Side::plain, b);
    const Vector plain = x.cwiseProduct(Vector(solved.col(0)));
    const Vector fed = x.cwiseProduct(Vector(solved.col(1)));
    Vector next = plain * std::max(0.0, 1.0 - matrix.arrives.dot(fed)) + fed * matrix.arrives.dot(plain);
    next /= next.maxCoeff();
    if (!next.allFinite() || !(next.minCoeff() > 0.0)) break;
    x = std::move(next);
  }
  return best;
}

/// Which states can be reached from those that are marked, by moves forward or backward, among `among`.
std::vector<char> reached(const Chain& chain, std::vector<char> marked, const std::vector<char>& among, bool forward) {
  const Index n = chain.n_states();
  std::vector<std::vector<Index>> next(at(n));
  for (Index i = 0; i < n; ++i) {
    if (among[at(i)] == 0) continue;
    chain.for_each_move(i, [&](Index j, double) {
      if (among[at(j)] != 0) next[at(forward ? i : j)].push_back(forward ? j : i);
    });
  }
  std::vector<Index> open;
  for (Index i = 0; i < n; ++i) {
    if (marked[at(i)] != 0) open.push_back(i);
  }
  while (!open.empty()) {
    const Index i = open.back();
    open.pop_back();
    for (const Index j : next[at(i)]) {
      if (marked[at(j)] != 0) continue;
      marked[at(j)] = 1;
      open.push_back(j);
    }
  }
  return marked;
}

/// The moves of a chain among `inside`; nobody is brought.
SelfFeeding moves_among(const Chain& chain, const std::vector<Index>& inside, std::vector<Index>& position) {
  SelfFeeding matrix;
  for (std::size_t a = 0; a < inside.size(); ++a) position[at(inside[a])] = static_cast<Index>(a);
  for (const Index i : inside) {
    chain.for_each_move(i, [&](Index j, double p) {
      if (position[at(j)] >= 0) matrix.move(position[at(j)], p);
    });
    matrix.end_row();
  }
  for (const Index i : inside) position[at(i)] = -1;
  matrix.brought = Vector::Zero(matrix.size());
  matrix.arrives = Vector::Zero(matrix.size());
  return matrix;
}

/// The same with newcomers. Those who arrive after `k > 1` periods wait through the last `k - 1` of these in states of
/// their own, behind the others.
SelfFeeding with_newcomers(const Chain& chain, const std::vector<Index>& inside, std::vector<Index>& position,
                           const Vector& brought, const Vector& arrives, const Vector& delay) {
  SelfFeeding matrix = moves_among(chain, inside, position);
  const Index n = matrix.size();
  const Index waits = delay.size() - 1;
  for (Index k = 0; k < waits; ++k) {
    if (k > 0) {
      matrix.move(n + k - 1, 1.0);
    } else {
      for (Index a = 0; a < n; ++a) {
        if (arrives[inside[at(a)]] > 0.0) matrix.move(a, arrives[inside[at(a)]]);
      }
    }
    matrix.end_row();
  }
  matrix.brought = Vector::Zero(n + waits);
  matrix.arrives = Vector::Zero(n + waits);
  for (Index a = 0; a < n; ++a) {
    matrix.brought[a] = brought[inside[at(a)]];
    matrix.arrives[a] = delay[0] * arrives[inside[at(a)]];
  }
  matrix.arrives.tail(waits) = delay.tail(waits);
  return matrix;
}

}  // namespace

Growth growth(const Chain& chain, const Vector& brought, const Vector& arrives, const Vector& delay) {
  const Index n = chain.n_states();
  const Structure shape = structure(chain);
  std::vector<char> is_transient(at(n), 0);
  for (const Index i : shape.transient_states()) is_transient[at(i)] = 1;
  std::vector<char> bring(at(n), 0);
  std::vector<char> arrive(at(n), 0);
  for (Index i = 0; i < n; ++i) {
    bring[at(i)] = static_cast<char>(is_transient[at(i)] != 0 && brought[i] > 0.0);
    arrive[at(i)] = static_cast<char>(is_transient[at(i)] != 0 && arrives[i] > 0.0);
  }
  const std::vector<char> ahead = reached(chain, arrive, is_transient, true);
  const std::vector<char> behind = reached(chain, bring, is_transient, false);
  std::vector<Index> feeding;
  for (Index i = 0; i < n; ++i) {
    if (ahead[at(i)] != 0 && behind[at(i)] != 0) feeding.push_back(i);
  }

  Growth result;
  std::vector<Index> position(at(n), -1);
  Vector mix = Vector::Zero(n);
  Vector inflow = arrives;  // newcomers, and those who come over from states that are done
  // `(λI - Q)ᵀ u = inflow` among some states, scaled by `x` as above.
  const auto settle = [&](const std::vector<Index>& states, const Block& system, const Vector& x) {
    Matrix b = Matrix::Zero(x.size(), 1);
    for (std::size_t a = 0; a < states.size(); ++a) {
      b(static_cast<Index>(a), 0) = x[static_cast<Index>(a)] * inflow[states[a]];
    }
    const Matrix u = system.solve(Side::transposed, b);
    for (std::size_t a = 0; a < states.size(); ++a) {
      const Index i = states[a];
      mix[i] = std::max(0.0, u(static_cast<Index>(a), 0) / x[static_cast<Index>(a)]);
      chain.for_each_move(i, [&](Index j, double p) { inflow[j] += p * mix[i]; });
    }
  };

  double fed = 0.0;
  if (!feeding.empty()) {
    Vector known = delay;  // up to the last chance of arriving
    Index last = known.size();
    while (last > 1 && known[last - 1] == 0.0) --last;
    known.conservativeResize(last);
    const SelfFeeding matrix = with_newcomers(chain, feeding, position, brought, arrives, known);
    const Perron found = perron(matrix);
    fed = found.root;
    settle(feeding, scaled(matrix, fed, found.right), found.right);
  }
  result.factor = fed;
  for (const CommunicatingClass& c : shape.classes()) {
    if (c.is_recurrent) continue;
    const Index some = c.states.front();
    if (ahead[at(some)] != 0 && behind[at(some)] != 0) continue;
    const SelfFeeding matrix = moves_among(chain, c.states, position);
    const Perron found = perron(matrix);
    result.factor = std::max(result.factor, found.root);
    if (fed == 0.0 || ahead[at(some)] == 0 || !result.piled_up.empty()) continue;
    if (found.root >= fed * (1.0 - 1e-12)) {
      result.piled_up = c.states;
      continue;
    }
    settle(c.states, scaled(matrix, fed, found.right), found.right);
  }
  if (fed > 0.0 && result.piled_up.empty()) result.mix = mix / mix.sum();
  return result;
}

}  // namespace sojourn::detail
