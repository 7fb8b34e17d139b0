#include "sojourn/path/stationary.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <utility>

#include "sojourn/chain/structure.hpp"
#include "solve/elimination.hpp"
#include "solve/full_matrix.hpp"
#include "solve/value_system.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

constexpr Index most_taken_out = 512;  // states of a class that are eliminated in full

/// GTH: states are taken out one by one, their moves passed on to the rest; going back, each gets its share.
Vector stationary_law(Matrix P) {
  const Index n = P.rows();
  for (Index k = n - 1; k > 0; --k) {
    const double leaves = P.row(k).head(k).sum();
    P.col(k).head(k) /= leaves;
    P.topLeftCorner(k, k).noalias() += P.col(k).head(k) * P.row(k).head(k);
  }
  Vector law = Vector::Zero(n);
  law[0] = 1.0;
  for (Index k = 1; k < n; ++k) law[k] = law.head(k).dot(P.col(k).head(k));
  return law / law.sum();
}

Matrix submatrix(const Matrix& P, const std::vector<Index>& states) {
  const auto n = static_cast<Index>(states.size());
  Matrix part(n, n);
  for (Index a = 0; a < n; ++a) {
    for (Index b = 0; b < n; ++b)
      part(a, b) = P(states[static_cast<std::size_t>(a)], states[static_cast<std::size_t>(b)]);
  }
  return part;
}

/// The law of one recurrent class, shape (n,). In a large one the visits to every other state between two visits to the
/// first are in proportion to it.
Vector law_of_class(const Chain& chain, const std::vector<Index>& states) {
  const auto n = static_cast<Index>(states.size());
  if (!chain.is_sparse() && n <= most_taken_out) return stationary_law(submatrix(chain.transition_matrix(), states));
  const Index first = states.front();
  const detail::ValueSystem others(chain, 1.0, {states.begin() + 1, states.end()});
  Vector leaving = Vector::Zero(chain.n_states());
  chain.for_each_move(first, [&](Index j, double p) {
    if (j != first) leaving[j] = p;
  });
  const Vector visits = others.solve_transposed(leaving);
  Vector law(n);
  law[0] = 1.0;
  for (Index a = 1; a < n; ++a) law[a] = visits[states[static_cast<std::size_t>(a)]];
  return law / law.sum();
}

std::vector<CommunicatingClass> recurrent_classes(const Chain& chain) {
  std::vector<CommunicatingClass> found;
  const Structure shape = structure(chain);
  for (const CommunicatingClass& c : shape.classes()) {
    if (c.is_recurrent) found.push_back(c);
  }
  return found;
}

/// All states but one, and `(I - Q)` over them.
struct Others {
  Others(const Matrix& P, Index target) {
    for (Index i = 0; i < P.rows(); ++i) {
      if (i != target) states.push_back(i);
    }
    Vector slack(P.rows() - 1);
    for (Index a = 0; a < slack.size(); ++a) slack[a] = P(states[static_cast<std::size_t>(a)], target);
    system.emplace(submatrix(P, states), std::move(slack));
  }

  std::vector<Index> states;
  std::optional<detail::Elimination> system;
};

constexpr Index most_times_one_by_one = 64;  // n eliminations; beyond it one must do

/// One elimination for each target: every entry keeps its relative accuracy.
Matrix times_one_by_one(const Matrix& P) {
  const Index n = P.rows();
  Matrix times = Matrix::Zero(n, n);
  for (Index target = 0; n > 1 && target < n; ++target) {
    const Others others(P, target);
    const Matrix t = others.system->solve(Matrix::Ones(n - 1, 1));
    for (Index a = 0; a < n - 1; ++a) times(others.states[static_cast<std::size_t>(a)], target) = t(a, 0);
  }
  return times;
}

/// From the visits `N_ij` to `j` before the state `r`: `N_ij = π_j (m_ir + m_rj - m_ij)`. An entry is as accurate as
/// the time by way of `r`, the state that is visited most.
Matrix times_at_once(const Chain& chain) {
  const Index n = chain.n_states();
  std::vector<Index> others(static_cast<std::size_t>(n));
  std::iota(others.begin(), others.end(), Index{0});
  const Vector law = law_of_class(chain, others);
  Index r = 0;
  law.maxCoeff(&r);
  others.erase(others.begin() + r);
  Matrix at_others = Matrix::Identity(n, n);
  at_others(r, r) = 0.0;
  const Matrix N = detail::ValueSystem(chain, 1.0, others).solve(at_others);
  const Vector to_r = N.rowwise().sum();
  Matrix times = Matrix::Zero(n, n);
  for (const Index j : others) {
    const double from_r = N(j, j) / law[j] - to_r[j];
    for (Index i = 0; i < n; ++i) {
      if (i != j) times(i, j) = i == r ? from_r : to_r[i] + from_r - N(i, j) / law[j];
    }
    times(j, r) = to_r[j];
  }
  return times;
}

/// The stationary law of a chain with one recurrent class; `who` opens the message otherwise.
Vector only_law(const char* who, const Chain& chain) {
  const std::vector<CommunicatingClass> classes = recurrent_classes(chain);
  if (classes.size() != 1) {
    throw std::domain_error(std::string(who) + ": this chain can settle in " + std::to_string(classes.size()) +
                            " separate sets of states, and where depends on the start; ask about one of them");
  }
  const Vector part = law_of_class(chain, classes.front().states);
  Vector law = Vector::Zero(chain.n_states());
  for (Index a = 0; a < part.size(); ++a) law[classes.front().states[static_cast<std::size_t>(a)]] = part[a];
  return law;
}

}  // namespace

Stationary::Stationary(StateSpace states, std::vector<StationaryLaw> laws, Matrix ending)
    : states_(std::move(states)), laws_(std::move(laws)), ending_(std::move(ending)) {}

const StateValues& Stationary::distribution() const {
  if (laws_.size() != 1) {
    throw std::domain_error(
        "stationary: there are " + std::to_string(laws_.size()) +
        " stationary laws, one per set of states that is never left; ask for limit(start) or look at laws");
  }
  return laws_.front().distribution;
}

StateValues Stationary::limit(const Vector& start) const {
  check_distribution("start", states_, start);
  Vector law = Vector::Zero(states_.n_states());
  const Vector weights = ending_.transpose() * start;
  for (std::size_t c = 0; c < laws_.size(); ++c) law += weights[static_cast<Index>(c)] * laws_[c].distribution.vector();
  return {states_, std::move(law)};
}

double Stationary::expected_return_time(std::string_view state) const {
  const Index i = states_.index(state);
  for (const StationaryLaw& law : laws_) {
    if (law.distribution.vector()[i] > 0.0) return 1.0 / law.distribution.vector()[i];
  }
  throw std::domain_error("expected_return_time: " + text::quoted(state) +
                          " is left for good sooner or later, so it has none");
}

Stationary stationary(const Chain& chain) {
  const std::vector<CommunicatingClass> classes = recurrent_classes(chain);
  const Index n = chain.n_states();
  std::vector<StationaryLaw> laws;
  std::vector<Index> class_of(static_cast<std::size_t>(n), -1);  // -1 where transient
  Matrix entering = Matrix::Zero(n, static_cast<Index>(classes.size()));
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const Vector part = law_of_class(chain, classes[c].states);
    Vector law = Vector::Zero(n);
    for (Index a = 0; a < part.size(); ++a) {
      const Index j = classes[c].states[static_cast<std::size_t>(a)];
      law[j] = part[a];
      class_of[static_cast<std::size_t>(j)] = static_cast<Index>(c);
    }
    laws.push_back({classes[c].states, StateValues(chain.states(), std::move(law)), classes[c].period});
  }
  for (Index i = 0; i < n; ++i) {
    if (class_of[static_cast<std::size_t>(i)] >= 0) continue;
    chain.for_each_move(i, [&](Index j, double p) {
      const Index c = class_of[static_cast<std::size_t>(j)];
      if (c >= 0) entering(i, c) += p;
    });
  }
  Matrix ending = detail::ValueSystem(chain, 1.0).solve(entering);
  for (std::size_t c = 0; c < classes.size(); ++c) {
    for (const Index j : classes[c].states) ending(j, static_cast<Index>(c)) = 1.0;
  }
  return {chain.states(), std::move(laws), std::move(ending)};
}

Matrix mean_passage_times(const Chain& chain) {
  const Structure shape = structure(chain);
  if (!shape.is_irreducible()) {
    throw std::domain_error(
        "mean_passage_times: some states cannot be reached from some others, so these times are infinite; ask hitting "
        "for "
        "the targets that you mean");
  }
  const Matrix& P = chain.transition_matrix();
  return chain.n_states() <= most_times_one_by_one ? times_one_by_one(P) : times_at_once(chain);
}

double kemeny_constant(const Chain& chain) {
  const Vector law = only_law("kemeny_constant", chain);
  if (!structure(chain).is_irreducible()) {
    throw std::domain_error(
        "kemeny_constant: some states are left for good, so the time depends on the start; ask absorption for the time "
        "until then");
  }
  // The trace of the deviation matrix Z - 1π, with Z = (I - P + 1π)⁻¹.
  const Index n = chain.n_states();
  const Eigen::MatrixXd A = Eigen::MatrixXd::Identity(n, n) - Eigen::MatrixXd(chain.transition_matrix()) +
                            Eigen::VectorXd::Ones(n) * law.transpose();
  return detail::trace_of_inverse(A) - 1.0;
}

double spectral_gap(const Chain& chain) {
  const std::vector<CommunicatingClass> classes = recurrent_classes(chain);
  if (classes.size() > 1 || classes.front().period > 1) return 0.0;
  const Eigen::MatrixXd P = chain.transition_matrix();
  Eigen::VectorXd sizes = detail::eigenvalues(P).cwiseAbs();
  std::sort(sizes.data(), sizes.data() + sizes.size(), [](double a, double b) { return a > b; });
  return sizes.size() < 2 ? 1.0 : std::max(0.0, 1.0 - sizes[1]);
}

Index mixing_time(const Chain& chain, double distance) {
  if (!(distance > 0.0 && distance < 1.0)) {
    throw std::invalid_argument("distance: must be between 0 and 1, found " + text::number(distance));
  }
  const Vector law = only_law("mixing_time", chain);
  if (recurrent_classes(chain).front().period != 1) {
    throw std::domain_error("mixing_time: this chain is periodic and goes round for ever; it never mixes");
  }
  const auto is_mixed = [&](const Matrix& powers) {
    return 0.5 * (powers.rowwise() - law.transpose()).cwiseAbs().rowwise().sum().maxCoeff() <= distance;
  };
  std::vector<Matrix> powers{chain.transition_matrix()};
  const Index n = chain.n_states();
  if (is_mixed(Matrix::Identity(n, n))) return 0;
  // The distance never grows, so powers of two bracket the time and bisection finds it.
  constexpr std::size_t most_doublings = 40;
  while (!is_mixed(powers.back())) {
    if (powers.size() > most_doublings) throw std::domain_error("mixing_time: more than 2^40 periods");
    Matrix square = powers.back() * powers.back();
    for (Index i = 0; i < n; ++i) square.row(i) /= square.row(i).sum();  // rounding would double with each squaring
    powers.push_back(std::move(square));
  }
  if (powers.size() == 1) return 1;
  powers.pop_back();
  Matrix reached = powers.back();
  Index time = Index{1} << (powers.size() - 1);
  for (std::size_t k = powers.size() - 1; k-- > 0;) {
    Matrix further = reached * powers[k];
    if (is_mixed(further)) continue;
    reached = std::move(further);
    time += Index{1} << k;
  }
  return time + 1;
}

}  // namespace sojourn
