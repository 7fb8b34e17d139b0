/// \file chain_cases.hpp
/// Random chains of every shape that an exact answer has to stand: reducible, ending, going round, nearly never ending.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "support/support.hpp"

namespace sojourn::test {

// Numbers with more digits than the library has, for answers by the book.
using Long = long double;
using LongMatrix = Eigen::Matrix<Long, Eigen::Dynamic, Eigen::Dynamic>;
using LongVector = Eigen::Matrix<Long, Eigen::Dynamic, 1>;

inline Chain numbered_chain(const Matrix& P) {
  std::vector<std::string> names;
  for (Index i = 0; i < P.rows(); ++i) names.push_back("s" + std::to_string(i));
  return {StateSpace(names), P, Period::months(1)};
}

/// `n` states in `period` groups; each move leads from one group into the next.
inline Chain random_periodic_chain(Dice& dice, Index n, Index period) {
  Matrix P = Matrix::Zero(n, n);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) {
      if (j % period == (i + 1) % period) P(i, j) = dice.uniform(.1, 1.0);
    }
    P.row(i) /= P.row(i).sum();
  }
  return numbered_chain(P);
}

/// A chain whose one exit, the last state, is entered from the first state only, with probability `churn`.
inline Chain random_slow_chain(Dice& dice, Index n, double churn) {
  Matrix P = Matrix::Zero(n, n);
  for (Index i = 0; i < n - 1; ++i) P.row(i).head(n - 1) = random_distribution(dice, n - 1).transpose();
  P.row(0) *= 1.0 - churn;
  P(0, n - 1) = churn;
  P(n - 1, n - 1) = 1.0;
  return numbered_chain(P);
}

/// Transient states first, then two closed sets of two states and one exit.
inline Chain random_chain_of_classes(Dice& dice, Index n_transient) {
  const Index n = n_transient + 5;
  Matrix P = Matrix::Zero(n, n);
  for (Index i = 0; i < n_transient; ++i) P.row(i) = random_distribution(dice, n, .7).transpose();
  P(0, n - 1) += .2;
  P.row(0) /= P.row(0).sum();
  for (Index i = 1; i < n_transient; ++i) {  // each can go back towards the first, so that none is closed
    P(i, i - 1) += .2;
    P.row(i) /= P.row(i).sum();
  }
  for (Index first : {n_transient, n_transient + 2}) {
    for (Index i = first; i < first + 2; ++i) P.row(i).segment(first, 2) = random_distribution(dice, 2).transpose();
    P(first, first + 1) += .1;
    P(first + 1, first) += .1;
    for (Index i = first; i < first + 2; ++i) P.row(i) /= P.row(i).sum();
  }
  P(n - 1, n - 1) = 1.0;
  return numbered_chain(P);
}

/// Any state can be reached from any other.
inline Chain random_irreducible_chain(Dice& dice, Index n, double density = .5) {
  Matrix P = random_chain(dice, n, density).transition_matrix();
  for (Index i = 0; i < n; ++i) {
    P(i, (i + 1) % n) += .2;
    P.row(i) /= P.row(i).sum();
  }
  return numbered_chain(P);
}

/// One of all of these shapes, by turns.
inline Chain random_shape(Dice& dice, int turn) {
  switch (turn % 6) {
    case 0:
      return random_chain(dice, dice.integer(1, 12), .25);
    case 1: {
      const Index n = dice.integer(2, 12);
      return random_absorbing_chain(dice, n, dice.integer(1, std::min<Index>(3, n - 1)));
    }
    case 2: {
      const Index period = dice.integer(2, 4);
      return random_periodic_chain(dice, period * dice.integer(1, 3), period);
    }
    case 3:
      return random_slow_chain(dice, dice.integer(3, 9), 1e-9);
    case 4:
      return random_chain_of_classes(dice, dice.integer(1, 6));
    default:
      return random_irreducible_chain(dice, dice.integer(1, 12));
  }
}

/// The largest number by size, at least 1: what a tolerance is a share of.
template <class A>
double size_of(const Eigen::MatrixBase<A>& numbers) {
  return numbers.size() == 0 ? 1.0 : std::max(1.0, static_cast<double>(numbers.cwiseAbs().maxCoeff()));
}

}  // namespace sojourn::test
