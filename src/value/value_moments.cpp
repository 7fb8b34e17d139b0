#include "sojourn/value/value_moments.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "solve/value_system.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

constexpr double smallest = 1e-150;  // variance whose square still has its digits
constexpr double certain = 1e-13;    // prospects that differ by less than this share of themselves are the same

/// What one period adds to the central moments of orders 2 to 4 beyond `Σ_j p_ij c_kj`; `others` holds those of lower
/// order in the next state.
struct Onward {
  const Matrix& P;
  Matrix deviation;  // d_ij, 0 where there is no move

  Onward(const Matrix& probabilities, const Rewards& rewards, const Vector& V)
      : P(probabilities), deviation(Matrix::Zero(P.rows(), P.cols())) {
    for (Index i = 0; i < P.rows(); ++i) {
      Eigen::RowVectorXd u = V.transpose();
      if (rewards.has_move_rewards()) u += rewards.per_move().row(i);
      const double mean = P.row(i).dot(u) / P.row(i).sum();
      double size = 0.0;
      for (Index j = 0; j < P.cols(); ++j) {
        if (P(i, j) > 0.0) size = std::max(size, std::abs(u[j]));
      }
      for (Index j = 0; j < P.cols(); ++j) {
        if (P(i, j) > 0.0 && std::abs(u[j] - mean) > certain * size) deviation(i, j) = u[j] - mean;
      }
    }
  }

  Vector second() const { return weighted(deviation.array().square()); }
  Vector third(const Vector& c2) const {
    return weighted(deviation.array().cube() + 3.0 * (deviation.array().rowwise() * c2.transpose().array()));
  }
  Vector fourth(const Vector& c2, const Vector& c3) const {
    const Eigen::Array<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> square = deviation.array().square();
    return weighted(square.square() + 6.0 * (square.rowwise() * c2.transpose().array()) +
                    4.0 * (deviation.array().rowwise() * c3.transpose().array()));
  }

  template <class Terms>
  Vector weighted(const Terms& terms) const {
    return (P.array() * terms).rowwise().sum().matrix();
  }
};

double power(double x, int k) {
  double product = 1.0;
  for (int n = 0; n < k; ++n) product *= x;
  return product;
}

void check_order(int k) {
  if (k < 1 || k > 4) throw std::invalid_argument("raw: k must be from 1 to 4, found " + std::to_string(k));
}

void check_uncertain(const char* who, double variance) {
  if (variance > 0.0) return;
  throw std::domain_error(std::string(who) + ": this value is certain (its variance is 0), so it has no shape");
}

}  // namespace

double StartMoments::standard_deviation() const {
  return std::sqrt(variance);
}

double StartMoments::skewness() const {
  check_uncertain("skewness", variance);
  return third_central / variance / std::sqrt(variance);
}

double StartMoments::excess_kurtosis() const {
  check_uncertain("excess_kurtosis", variance);
  return fourth_central / variance / variance - 3.0;
}

double StartMoments::raw(int k) const {
  check_order(k);
  const double m = mean;
  if (k == 1) return m;
  if (k == 2) return variance + m * m;
  if (k == 3) return third_central + 3.0 * m * variance + m * m * m;
  return fourth_central + 4.0 * m * third_central + 6.0 * m * m * variance + m * m * m * m;
}

ValueMoments::ValueMoments(const StateSpace& states, const std::array<Vector, 4>& moments)
    : mean_(states, moments[0]),
      variance_(states, moments[1].cwiseMax(0.0)),
      third_central_(states, moments[2]),
      fourth_central_(states, moments[3].cwiseMax(0.0)) {}

StartMoments ValueMoments::at(Index i) const {
  return {mean_[i], variance_[i], third_central_[i], fourth_central_[i]};
}

template <class Question>
StateValues ValueMoments::each(const Question& question) const {
  Vector answers(mean_.size());
  for (Index i = 0; i < answers.size(); ++i) answers[i] = question(at(i));
  return {mean_.states(), answers};
}

StateValues ValueMoments::standard_deviation() const {
  return each([](const StartMoments& m) { return m.standard_deviation(); });
}

StateValues ValueMoments::skewness() const {
  return each([](const StartMoments& m) { return m.variance > 0.0 ? m.skewness() : 0.0; });
}

StateValues ValueMoments::excess_kurtosis() const {
  return each([](const StartMoments& m) { return m.variance > 0.0 ? m.excess_kurtosis() : 0.0; });
}

StateValues ValueMoments::raw(int k) const {
  check_order(k);
  return each([k](const StartMoments& m) { return m.raw(k); });
}

StartMoments ValueMoments::from_start(const Vector& start) const {
  check_distribution("start", mean_.states(), start);
  StartMoments mixed{start.dot(mean_.vector()), 0.0, 0.0, 0.0};
  for (Index i = 0; i < start.size(); ++i) {
    const StartMoments m = at(i);
    double d = m.mean - mixed.mean;
    if (std::abs(d) <= certain * std::abs(mixed.mean)) d = 0.0;
    mixed.variance += start[i] * (d * d + m.variance);
    mixed.third_central += start[i] * (d * d * d + 3.0 * d * m.variance + m.third_central);
    mixed.fourth_central +=
        start[i] * (d * d * d * d + 6.0 * d * d * m.variance + 4.0 * d * m.third_central + m.fourth_central);
  }
  return mixed;
}

StartMoments ValueMoments::from_start(std::string_view state) const {
  return at(mean_.states().index(state));
}

ValueMoments value_moments(const LifetimeValue& value) {
  const Chain& chain = value.chain();
  const Matrix& P = chain.transition_matrix();
  const Index n = chain.n_states();
  const double factor = value.discount().factor_per_period(chain.period());
  std::array<Vector, 4> c{value.mean().vector(), Vector::Zero(n), Vector::Zero(n), Vector::Zero(n)};

  if (value.horizon()) {
    const Rewards& rewards = value.rewards();
    Vector mean = Vector::Zero(n);  // with 0, 1, … periods to go
    for (Index left = 0; left < *value.horizon(); ++left) {
      const Onward onward(P, rewards, mean);
      const Vector c4 = onward.fourth(c[1], c[2]) + P * c[3];
      const Vector c3 = onward.third(c[1]) + P * c[2];
      const Vector c2 = onward.second() + P * c[1];
      Vector next = P * mean;
      if (rewards.has_move_rewards()) next += P.cwiseProduct(rewards.per_move()).rowwise().sum();
      mean = rewards.per_state() + factor * next;
      c[1] = power(factor, 2) * c2;
      c[2] = power(factor, 3) * c3;
      c[3] = power(factor, 4) * c4;
    }
  } else {
    const Onward onward(P, value.rewards(), value.mean().vector());
    const auto solve = [&](int k, const Vector& added) {
      const double discount = power(factor, k);
      return Vector(detail::ValueSystem(chain, discount).solve(discount * added));
    };
    c[1] = solve(2, onward.second());
    c[2] = solve(3, onward.third(c[1]));
    c[3] = solve(4, onward.fourth(c[1], c[2]));
  }
  for (const Vector& moments : c) {
    if (moments.allFinite()) continue;
    throw std::domain_error("value_moments: a moment is too large for a floating-point number; use smaller rewards");
  }
  for (const double variance : c[1]) {
    if (!(variance > 0.0 && variance < smallest)) continue;
    throw std::domain_error("value_moments: a moment is too small for a floating-point number; use larger rewards");
  }
  return {chain.states(), c};
}

}  // namespace sojourn
