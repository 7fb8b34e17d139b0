/// \file referral_cases.hpp
/// Chains whose customers bring others, for tests: a small one, random ones, and what they are worth by the book.
#pragma once

#include <Eigen/LU>
#include <vector>

#include "chain/chain_cases.hpp"
#include "sojourn/chain/structure.hpp"
#include "sojourn/market/branching.hpp"
#include "sojourn/market/referral_value.hpp"
#include "support/support.hpp"

namespace sojourn::test {

/// A chain that ends, whose customers bring others in states that are left.
struct ReferralCase {
  Chain chain;
  Rewards rewards;
  Referrals referrals;
  ReferralValueOptions options;
};

inline Referrals random_referrals(Dice& dice, const Chain& chain, bool per_move, double most) {
  const Structure shape = structure(chain);
  const Index n = chain.n_states();
  Vector per_state = Vector::Zero(n);
  Matrix moves = Matrix::Zero(n, n);
  for (const Index i : shape.transient_states()) {
    if (dice.uniform() < .6) per_state[i] = dice.uniform(0.0, most);
    for (Index j = 0; per_move && j < n; ++j) {
      if (dice.uniform() < .3) moves(i, j) = dice.uniform(0.0, most);
    }
  }
  return {chain.states(), per_state, per_move ? moves : Matrix()};
}

inline Vector random_arrival(Dice& dice, const Chain& chain) {
  Vector law = random_distribution(dice, chain.n_states(), .5);
  for (const Index exit : chain.absorbing_states()) law[exit] = 0.0;
  if (law.sum() == 0.0) law[0] = 1.0;
  return law / law.sum();
}

inline Referrals times(const Referrals& referrals, double factor) {
  return {referrals.states(), Vector(factor * referrals.per_state()), SparseMatrix(factor * referrals.per_move())};
}

/// Scaled so that a newcomer brings `reproduction` others, where he brings any.
inline Referrals with_reproduction(const Chain& chain, const Referrals& referrals, const Vector& arrives,
                                   double reproduction) {
  const double found = extinction(chain, referrals, {.arrives_at = arrives}).R0;
  return found > 0.0 ? times(referrals, reproduction / found) : referrals;
}

inline ReferralCase random_case(Dice& dice, int turn, double reproduction = .7) {
  const Chain chain = turn % 3 == 2 ? random_chain_of_classes(dice, dice.integer(1, 6))
                                    : random_absorbing_chain(dice, dice.integer(2, 8), 1, .6);
  const bool undiscounted = turn % 4 == 1 && turn % 3 != 2;
  ReferralCase made{chain,
                    random_rewards(dice, chain, turn % 2 == 0, undiscounted),
                    random_referrals(dice, chain, turn % 2 == 1, .3),
                    {}};
  made.options.discount = undiscounted ? Discount::none() : Discount::factor(dice.uniform(.5, .97));
  made.options.arrives_at = random_arrival(dice, chain);
  made.referrals = with_reproduction(chain, made.referrals, made.options.arrives_at, reproduction);
  if (turn % 5 < 2) made.options.delay = random_distribution(dice, dice.integer(1, 5), .7);
  if (turn % 7 < 3) made.options.acquisition_cost = dice.uniform(0.0, 20.0);
  if (turn % 7 == 1) made.options.first_reward = dice.uniform(0.0, 10.0);
  return made;
}

/// Total value and `R0` by the book and in more digits, for any numbers in the place of probabilities.
struct FreeReferrals {
  LongMatrix P;
  LongVector r;
  LongMatrix W;
  LongVector b;
  LongMatrix C;
  LongVector s;
  LongVector start;
  Long factor;
  Long delayed = 0.0L;
  Long cost;
  std::vector<Index> never_left;

  FreeReferrals(const ReferralValue& value, const Vector& from)
      : P(value.chain().transition_matrix().cast<Long>()),
        r(value.rewards().per_state().cast<Long>()),
        W(LongMatrix::Zero(P.rows(), P.cols())),
        b(value.referrals().per_state().cast<Long>()),
        C(LongMatrix(Matrix(value.referrals().per_move()).cast<Long>())),
        s(value.arrives_at().cast<Long>()),
        start(from.cast<Long>()),
        factor(value.discount().factor_per_period(value.chain().period())),
        cost(Long{value.acquisition_cost()} - Long{value.first_reward()}),
        never_left(structure(value.chain()).recurrent_states()) {
    if (value.rewards().has_move_rewards()) W = value.rewards().per_move().cast<Long>();
    for (Index k = value.delay().size(); k-- > 0;) delayed = factor * (Long{value.delay()[k]} + delayed);
  }

  LongVector brought() const { return b + P.cwiseProduct(C).rowwise().sum(); }

  /// `(I - γP - D b sᵀ)⁻¹ b`, undiscounted states that are never left being worth 0.
  LongVector values() const {
    LongMatrix A = LongMatrix::Identity(r.size(), r.size()) - factor * P - delayed * brought() * s.transpose();
    LongVector once = r + factor * P.cwiseProduct(W).rowwise().sum() - delayed * cost * brought();
    if (factor == 1.0L) {
      for (const Index i : never_left) {
        A.row(i).setZero();
        A(i, i) = 1.0L;
        once[i] = 0.0L;
      }
    }
    return A.partialPivLu().solve(once);
  }
  Long total() const { return start.dot(values()); }

  Long reproduction() const {
    LongMatrix A = LongMatrix::Identity(r.size(), r.size()) - P;
    LongVector once = brought();
    for (const Index i : never_left) {
      A.row(i).setZero();
      A(i, i) = 1.0L;
      once[i] = 0.0L;
    }
    return s.dot(LongVector(A.partialPivLu().solve(once)));
  }

  /// The central difference of a number along a change.
  template <class Number, class Change>
  double slope(const Number& number, const Change& change, Long step = 1e-8L) const {
    FreeReferrals up = *this;
    FreeReferrals down = *this;
    change(up, step);
    change(down, -step);
    return static_cast<double>((number(up) - number(down)) / (2.0L * step));
  }
};

inline Chain two_states() {
  return {StateSpace{"active", "churn"}, matrix({{.8, .2}, {0, 1}}), Period::years(1)};
}

}  // namespace sojourn::test
