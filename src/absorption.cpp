#include "sojourn/absorption.hpp"

#include <algorithm>
#include <stdexcept>

#include "sojourn/structure.hpp"
#include "text.hpp"
#include "value_system.hpp"

namespace sojourn {

Matrix Absorption::fundamental_matrix() const {
  const auto n = static_cast<Index>(transient.size());
  Matrix N(n, n);
  for (Index a = 0; a < n; ++a) {
    for (Index b = 0; b < n; ++b) {
      N(a, b) = expected_visits(transient[static_cast<std::size_t>(a)], transient[static_cast<std::size_t>(b)]);
    }
  }
  return N;
}

StateValues Absorption::probability(std::string_view end) const {
  const Index state = states.index(end);
  for (std::size_t e = 0; e < ends.size(); ++e) {
    if (std::find(ends[e].begin(), ends[e].end(), state) == ends[e].end()) continue;
    return {states, probabilities.col(static_cast<Index>(e))};
  }
  throw std::domain_error("absorption: " + text::quoted(end) +
                          " is left again sooner or later, so no journey ends there");
}

Absorption absorption(const Chain& chain) {
  const Structure shape = structure(chain);
  const Index n = chain.n_states();
  std::vector<Index> transient = shape.transient_states();
  if (transient.empty()) {
    throw std::domain_error(
        "absorption: this chain never ends: no state is left for good; ask for its stationary law instead");
  }
  const Matrix& P = chain.transition_matrix();
  const detail::ValueSystem system(chain, 1.0);

  Matrix at_transient = Matrix::Zero(n, n);
  Vector is_transient = Vector::Zero(n);
  for (const Index i : transient) at_transient(i, i) = is_transient[i] = 1.0;
  const Matrix visits = system.solve(at_transient);
  const Vector time = system.solve(is_transient);

  // N_ij (2 N_jj - 1) - N_ij², and the law of total variance for the time.
  Matrix visits_variance = Matrix::Zero(n, n);
  Vector spread = Vector::Zero(n);
  for (const Index i : transient) {
    for (const Index j : transient) {
      visits_variance(i, j) = std::max(0.0, visits(i, j) * ((visits(j, j) - 1.0) + (visits(j, j) - visits(i, j))));
    }
    const double mean = P.row(i).dot(time);
    spread[i] = (P.row(i).array() * (time.transpose().array() - mean).square()).sum();
  }

  std::vector<std::vector<Index>> ends;
  for (const CommunicatingClass& c : shape.classes()) {
    if (c.is_recurrent) ends.push_back(c.states);
  }
  Matrix entering = Matrix::Zero(n, static_cast<Index>(ends.size()));
  for (std::size_t e = 0; e < ends.size(); ++e) {
    for (const Index i : transient) {
      for (const Index j : ends[e]) entering(i, static_cast<Index>(e)) += P(i, j);
    }
  }
  Matrix probabilities = system.solve(entering);
  for (std::size_t e = 0; e < ends.size(); ++e) {
    for (const Index j : ends[e]) probabilities(j, static_cast<Index>(e)) = 1.0;
  }
  return {.states = chain.states(),
          .transient = std::move(transient),
          .ends = std::move(ends),
          .expected_visits = visits,
          .visits_variance = std::move(visits_variance),
          .probabilities = std::move(probabilities),
          .expected_time = {chain.states(), time},
          .time_variance = {chain.states(), system.solve(spread)}};
}

}  // namespace sojourn
