/// \file word_of_mouth.hpp
/// What a customer brings by bringing others: referral value, growth of a base that feeds itself, and how the tree of
/// newcomers from one customer ends.
///
/// A customer brings `b_i` newcomers per period in state `i` and `c_ij` with a move, so `b_i + Σ_j p_ij c_ij` per period.
/// They arrive with law `s` over the states, `k` periods later with probability `d_k` (one period later unless said
/// otherwise), and are customers like any other. With `D = Σ d_k γ^k` and what a newcomer costs less what he brings at
/// once, `a`, the total value solves `V = r + γ (P∘W) 1 + γ P V + D b (sᵀ V - a)`. The customer's own part is his lifetime
/// value, the referred part the rest. `R0 = sᵀ (I - Q)⁻¹ b` is how many a newcomer brings in his life, the growth factor
/// the spectral radius of `Q + b sᵀ`, or with delays the root of `Σ d_k λ^(1-k) sᵀ (λI - Q)⁻¹ b = 1`. (T. E. Harris, "The
/// Theory of Branching Processes", 1963, chapters I and II; H. Caswell, "Matrix Population Models", 2001, chapter 5.)
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sojourn/market/offspring_law.hpp"
#include "sojourn/market/referrals.hpp"
#include "sojourn/value/lifetime_value.hpp"
#include "sojourn/value/sensitivity.hpp"

namespace sojourn {

struct ReferralValueOptions {
  std::optional<Discount> discount = std::nullopt;  ///< must be given; `Discount::none()` for no discounting
  Vector arrives_at =
      Vector();             ///< law over the states in which newcomers arrive, shape (n_states,); empty = the first
  Vector delay = Vector();  ///< chance of arriving 1, 2, … periods after being brought; empty = 1 for certain
  double acquisition_cost = 0.0;  ///< currency per newcomer brought, paid when he arrives
  double first_reward = 0.0;      ///< currency per newcomer brought, received when he arrives
};

/// The value from a law over the states, with its two parts. Currency.
struct ReferralStartValue {
  double total;
  double own;
  double referred;
};

/// Value by generation of newcomers.
struct Generations {
  /// Shape (n_states, n + 1): own value, then that of the 1st, …, nth generation, less what it costs; currency.
  Matrix value;
  /// What all later generations are worth, currency.
  StateValues beyond;
};

/// The value of a customer with all whom he brings, and whom those bring.
class ReferralValue {
 public:
  /// `own + referred`, per state in which a customer starts. Currency.
  const StateValues& total() const;
  /// His lifetime value: what he brings himself, the reward at `t = 0` included. Currency.
  const StateValues& own() const;
  /// What those are worth whom he brings, whom they bring, and so on, less what they cost. Currency.
  const StateValues& referred() const;
  /// The same from a law over the states, shape (n_states,). Throws `invalid_argument` when it is not one.
  ReferralStartValue start_value(const Vector& start) const;
  ReferralStartValue start_value(std::string_view state) const;
  /// The value split into `n >= 0` generations of newcomers and the rest. Throws `invalid_argument` for a negative number
  /// or one above 10,000.
  Generations generations(Index n) const;

  /// Newcomers whom a customer brings himself in his life, per state, undiscounted.
  const StateValues& lifetime_referrals() const;
  /// Newcomers whom a newcomer brings himself in his life, undiscounted: above 1 the base feeds itself.
  double R0() const;
  /// The factor by which the base grows or shrinks per period in the long run.
  double growth_factor() const;
  /// Periods until the base has doubled; nothing unless it grows.
  std::optional<double> doubling_time() const;
  /// Periods until the base has halved; nothing unless it shrinks, or when all are gone after some periods.
  std::optional<double> halving_time() const;
  /// The law over the states that a self-feeding base tends to, states that are never left apart. Throws `domain_error`
  /// when nobody is brought who brings others, or when customers pile up in states that bring nobody.
  const StateValues& stable_mix() const;
  /// The discount factor per period at and above which total value is infinite, in (0, 1]; nothing when `R0 < 1` and so
  /// no discount is needed.
  std::optional<double> critical_discount_factor() const;
  /// The same as a rate per period: a discount has to be above it.
  std::optional<double> critical_discount_rate() const;

  const Chain& chain() const;
  const Rewards& rewards() const;
  const Referrals& referrals() const;
  const Discount& discount() const;
  /// The own value as an answer of its own, with its spread and, from a fit, its interval.
  const LifetimeValue& own_value() const;
  /// The law of arrival, shape (n_states,).
  const Vector& arrives_at() const;
  /// Chance of arriving 1, 2, … periods after being brought.
  const Vector& delay() const;
  double acquisition_cost() const;
  double first_reward() const;

  /// What was computed, in words.
  std::string definition() const;

 private:
  friend ReferralValue referral_value(const Chain&, const Rewards&, const Referrals&, const ReferralValueOptions&);
  friend ReferralValue referral_value(const FitResult&, const Referrals&, const ReferralValueOptions&,
                                      const std::optional<Rewards>&);
  friend class ReferralSensitivity;

  /// The question and its answer, shared by copies.
  struct Solution;

  explicit ReferralValue(std::shared_ptr<const Solution> solution);
  static ReferralValue solved(const LifetimeValue& own, const Referrals& referrals,
                              const ReferralValueOptions& options);

  std::shared_ptr<const Solution> solution_;
};

/// The value for life of a customer in each state, with all whom he brings. Throws `invalid_argument` without a discount,
/// for referrals over other states, an arrival law that is none or leads into an exit, a delay law that does not sum to
/// 1, or amounts that are not finite; `domain_error` for newcomers brought by those who have left for good or never leave,
/// where the own value is infinite, and where the total is: newcomers then come faster than money is discounted, and the
/// message holds the discount that would do.
ReferralValue referral_value(const Chain& chain, const Rewards& rewards, const Referrals& referrals,
                             const ReferralValueOptions& options);

/// The same from a fit. Without `rewards`, they are the mean values per period observed in each state.
ReferralValue referral_value(const FitResult& fit, const Referrals& referrals, const ReferralValueOptions& options,
                             const std::optional<Rewards>& rewards = std::nullopt);

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

struct BranchingOptions {
  Vector arrives_at =
      Vector();  ///< law over the states in which newcomers arrive, shape (n_states,); empty = the first
  OffspringLaw offspring = OffspringLaw::poisson;  ///< of the newcomers of one period and, by itself, of each move
};

/// The chance that a tree of newcomers comes to an end.
struct Extinction {
  StateValues probability;      ///< that the tree from one customer in the state dies out
  double newcomer_probability;  ///< the same for the tree from a newcomer
  double R0;                    ///< newcomers whom a newcomer brings himself: at 1 and below, every tree dies out
};

/// The chance that the tree from one customer dies out: the least root of `q_i = f_i(Σ_k s_k q_k) Σ_j p_ij q_j`, with `f_i`
/// the generating function of the newcomers of one period and `q = 1` in states that are never left. Newcomers of a move
/// `i → j` are a law of the same kind with mean `c_ij`, and a factor of that term. How late newcomers arrive does not
/// matter. Throws as `referral_value` does for referrals and arrivals, and `invalid_argument` for more than one newcomer
/// per period or move with `OffspringLaw::bernoulli`.
Extinction extinction(const Chain& chain, const Referrals& referrals, const BranchingOptions& options = {});

/// How many people a customer leads to, himself included, over all generations.
struct Progeny {
  StateValues mean;             ///< from one customer in the state
  StateValues variance;         ///< of that number
  double newcomer_mean;         ///< `1 / (1 - R0)`
  double newcomer_variance;     ///< of the number from a newcomer
  StateValues direct_mean;      ///< newcomers whom he brings himself
  StateValues direct_variance;  ///< of that number
};

/// The law of the whole tree by its mean and variance (T. E. Harris, 1963, chapter I). Throws as `extinction` does, and
/// `domain_error` when `R0 >= 1`: the mean is infinite.
Progeny progeny(const Chain& chain, const Referrals& referrals, const BranchingOptions& options = {});

/// Customers by own and by referred value (V. Kumar, J. A. Petersen & R. P. Leone, "How Valuable Is Word of Mouth?",
/// Harvard Business Review 85(10), 2007).
enum class Quadrant {
  champions,  ///< high own value, high referred value
  affluents,  ///< high own value, low referred value
  advocates,  ///< low own value, high referred value
  misers,     ///< low both
};

struct QuadrantOptions {
  Vector brought = Vector();   ///< newcomers whom each customer has brought so far; empty = not known
  Vector expected = Vector();  ///< how many he should have brought, by periods in each state × `b`; with `brought` only
  /// Weight of what is expected against a customer's own history, above 0: his referred value is multiplied by
  /// `(strength + brought) / (strength + expected)`, the mean of a Gamma law after that history.
  double strength = 1.0;
  std::optional<double> own_threshold = std::nullopt;       ///< currency; unset = the median of the base
  std::optional<double> referred_threshold = std::nullopt;  ///< currency; unset = the median of the base
};

/// One quadrant of a base.
struct QuadrantTotal {
  Quadrant quadrant;
  Index customers;
  double own;       ///< sum of own values, currency
  double referred;  ///< sum of referred values, currency
};

/// A base of customers by own and referred value.
struct ReferralQuadrants {
  Vector own;                         ///< per customer, value still to come from him himself; currency
  Vector referred;                    ///< per customer, value of those whom he will bring; currency
  Vector multiplier;                  ///< per customer, what his own history makes of the rate of his state
  std::vector<Quadrant> quadrant;     ///< per customer
  double own_threshold;               ///< currency; high is above it
  double referred_threshold;          ///< currency; high is above it
  std::vector<QuadrantTotal> totals;  ///< champions, affluents, advocates, misers
};

/// The quadrants of a base whose customers stand in `customer_states`, given by position. Throws `invalid_argument` for no
/// customers, columns of other lengths, one of `brought` and `expected` without the other, or numbers that are negative or
/// not finite; `out_of_range` for a state that does not exist.
ReferralQuadrants referral_quadrants(const ReferralValue& value, const std::vector<Index>& customer_states,
                                     const QuadrantOptions& options = {});

}  // namespace sojourn
