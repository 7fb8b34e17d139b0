#include "sojourn/path/absorption.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "sojourn/chain/structure.hpp"
#include "solve/value_system.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

constexpr Index most_states_squared = 10'000;

void check_squared(const char* where, Index n) {
  if (n <= most_states_squared) return;
  throw std::domain_error(std::string(where) + ": for " + text::grouped(n) + " states this has " +
                          text::grouped(n * n) + " numbers; ask expected_visits_from for one start");
}

}  // namespace

Absorption::Absorption(const Chain& chain, std::vector<Index> transient, std::vector<std::vector<Index>> ends)
    : chain_(chain),
      transient_(std::move(transient)),
      ends_(std::move(ends)),
      system_(std::make_shared<const detail::ValueSystem>(chain, 1.0, transient_)),
      expected_time_(states(), Vector::Zero(chain.n_states())),
      time_variance_(expected_time_) {
  const Index n = chain.n_states();
  const auto n_ends = static_cast<Index>(ends_.size());
  std::vector<Index> end_of(static_cast<std::size_t>(n), -1);
  for (Index e = 0; e < n_ends; ++e) {
    for (const Index j : ends_[static_cast<std::size_t>(e)]) end_of[static_cast<std::size_t>(j)] = e;
  }

  Vector is_transient = Vector::Zero(n);
  for (const Index i : transient_) is_transient[i] = 1.0;
  const Vector time = system_->solve_one(is_transient);
  // Each chance is solved for itself, so that small ones keep their digits; the only end is certain.
  probabilities_ = Matrix::Ones(n, n_ends);
  if (n_ends > 1) {
    Matrix entering = Matrix::Zero(n, n_ends);
    for (const Index i : transient_) {
      chain.for_each_move(i, [&](Index j, double p) {
        const Index e = end_of[static_cast<std::size_t>(j)];
        if (e >= 0) entering(i, e) += p;
      });
    }
    probabilities_ = system_->solve(entering);
    for (Index e = 0; e < n_ends; ++e) {
      for (const Index j : ends_[static_cast<std::size_t>(e)]) probabilities_(j, e) = 1.0;
    }
  }

  Vector spread = Vector::Zero(n);  // the law of total variance
  for (const Index i : transient_) {
    double mean = 0.0;
    chain.for_each_move(i, [&](Index j, double p) { mean += p * time[j]; });
    chain.for_each_move(i, [&](Index j, double p) { spread[i] += p * (time[j] - mean) * (time[j] - mean); });
  }
  time_variance_ = StateValues(states(), system_->solve_one(spread));
  expected_time_ = StateValues(states(), time);
}

StateValues Absorption::probability(std::string_view end) const {
  const Index state = states().index(end);
  for (std::size_t e = 0; e < ends_.size(); ++e) {
    if (std::find(ends_[e].begin(), ends_[e].end(), state) == ends_[e].end()) continue;
    return {states(), probabilities_.col(static_cast<Index>(e))};
  }
  throw std::domain_error("absorption: " + text::quoted(end) +
                          " is left again sooner or later, so no journey ends there");
}

StateValues Absorption::expected_visits_from(const Vector& start) const {
  check_distribution("start", states(), start);
  return {states(), system_->solve_transposed(start)};
}

Matrix Absorption::expected_visits() const {
  const Index n = states().n_states();
  check_squared("expected_visits", n);
  Matrix at_transient = Matrix::Zero(n, n);
  for (const Index i : transient_) at_transient(i, i) = 1.0;
  return system_->solve(at_transient);
}

Matrix Absorption::visits_variance() const {
  const Matrix visits = expected_visits();
  Matrix variance = Matrix::Zero(visits.rows(), visits.cols());
  for (const Index i : transient_) {  // N_ij (2 N_jj - 1) - N_ij²
    for (const Index j : transient_) {
      variance(i, j) = std::max(0.0, visits(i, j) * ((visits(j, j) - 1.0) + (visits(j, j) - visits(i, j))));
    }
  }
  return variance;
}

Matrix Absorption::fundamental_matrix() const {
  const Matrix visits = expected_visits();
  const auto n = static_cast<Index>(transient_.size());
  Matrix N(n, n);
  for (Index a = 0; a < n; ++a) {
    for (Index b = 0; b < n; ++b) {
      N(a, b) = visits(transient_[static_cast<std::size_t>(a)], transient_[static_cast<std::size_t>(b)]);
    }
  }
  return N;
}

Absorption absorption(const Chain& chain) {
  const Structure shape = structure(chain);
  std::vector<Index> transient = shape.transient_states();
  if (transient.empty()) {
    throw std::domain_error(
        "absorption: this chain never ends: no state is left for good; ask for its stationary law instead");
  }
  std::vector<std::vector<Index>> ends;
  for (const CommunicatingClass& c : shape.classes()) {
    if (c.is_recurrent) ends.push_back(c.states);
  }
  return {chain, std::move(transient), std::move(ends)};
}

}  // namespace sojourn
