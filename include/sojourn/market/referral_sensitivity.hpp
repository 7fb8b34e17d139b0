/// \file referral_sensitivity.hpp
/// Why a customer is worth that with all whom he brings: every move and every rate of referrals as a lever on own value,
/// total value and `R0`.
///
/// Newcomers come back to the law of arrival, so a lever acts on the customer and on every generation after him: visits are
/// those of all of them, and `∂V/∂p_ij = γ visits_i (w_ij + V_j) + c_ij ∂V/∂b_i` with `V` total value. `R0` is a ratio of
/// linear functions of one row, so the change that brings it to a target is exact.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "sojourn/market/referral_value.hpp"
#include "sojourn/value/sensitivity.hpp"

namespace sojourn {

/// One move as a lever on own value, total value and `R0`: one more percentage point, the row's other moves shrinking in
/// proportion.
struct ReferralLever {
  Index from;
  Index to;
  double probability;             ///< today
  double own_value_of_a_point;    ///< currency per customer, his own value alone
  double total_value_of_a_point;  ///< currency per customer, with all whom he brings
  double R0_of_a_point;           ///< change of `R0`
};

/// The derivatives of total value from one start law and of `R0`. Matrices of shape (n_states, n_states) are refused for a
/// sparse chain by `domain_error`; it has levers among the moves that it makes.
class ReferralSensitivity {
 public:
  const StateSpace& states() const { return own_.states(); }
  /// The value that was asked.
  const ReferralValue& value() const { return value_; }
  /// The derivatives of the own value alone.
  const Sensitivity& own() const { return own_; }
  /// Shape (n_states, n_states): `∂V/∂p_ij` of total value, each probability by itself, currency per unit of probability.
  Matrix partial() const;
  /// Shape (n_states, n_states): `i → j` gains, the row's other moves shrink in proportion. 0 where the move is no lever.
  Matrix lift() const;
  /// The same two of `R0`, per unit of probability. 0 in rows of states that are never left.
  Matrix R0_partial() const;
  Matrix R0_lift() const;
  /// `∂V/∂b_i`: total value per newcomer more per period in a state. Currency.
  const StateValues& by_referrals() const { return by_referrals_; }
  /// `∂R0/∂b_i`: the periods that a newcomer spends in each state, in his life.
  const StateValues& R0_by_referrals() const { return reproduction_visits_; }
  /// Discounted visits to each state of the customer and all whom he brings: `∂V/∂r_i`.
  const StateValues& visits() const { return visits_; }

  /// Every lever, the one that is worth most in total first.
  std::vector<ReferralLever> levers() const;

  /// The smallest change of `p(from → to)`, the row's other moves in proportion, that brings `R0` to `target`. Exact,
  /// since `R0` is a ratio of linear functions of one row. Throws `domain_error` when no probability in [0, 1] does, with
  /// the reach, and `invalid_argument` for a target that is negative or not finite.
  double change_to_reach_R0(std::string_view from, std::string_view to, double target = 1.0) const;

 private:
  friend ReferralSensitivity sensitivity(const ReferralValue&, const Vector&, const std::optional<Mask>&);

  ReferralSensitivity(const ReferralValue& value, const Vector& start, const std::optional<Mask>& allowed);
  double partial_at(Index i, Index j) const;
  double reproduction_partial_at(Index i, Index j) const;
  template <class PartialAt>
  Matrix of_moves(PartialAt&& partial_of) const;
  template <class PartialAt>
  Matrix lifted(PartialAt&& partial_of) const;

  ReferralValue value_;
  Sensitivity own_;
  StateValues visits_;
  StateValues by_referrals_;
  StateValues reproduction_visits_;
};

/// From a law over the states, shape (n_states,). Moves that `allowed` rules out are no levers; without it these are as in
/// `sensitivity` of a lifetime value.
ReferralSensitivity sensitivity(const ReferralValue& value, const Vector& start,
                                const std::optional<Mask>& allowed = std::nullopt);
ReferralSensitivity sensitivity(const ReferralValue& value, std::string_view start,
                                const std::optional<Mask>& allowed = std::nullopt);

}  // namespace sojourn
