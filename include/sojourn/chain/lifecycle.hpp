/// \file lifecycle.hpp
/// What a customer's life can look like before any number is known: states, allowed moves, exits, roles, and the
/// moments of truth at which each state is decided.
///
/// A lifecycle gives the fit its structural zeros and the pictures their order. The presets are the stages of a
/// customer's life (engagement, satisfaction, re-purchase, curiosity, loyalty, recommendation, churn) and the moments
/// of truth around them: less-than-zero (the need appears), stimulus, ZMOT (the search; J. Lecinski, "Winning the Zero
/// Moment of Truth", Google, 2011), FMOT (the first contact) and SMOT (living with it; A. G. Lafley, Procter & Gamble,
/// 2005), UMOT (the shared experience; B. Solis, "WTF: What's the Future of Business", 2013).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sojourn/chain/chain.hpp"
#include "sojourn/chain/state_space.hpp"

namespace sojourn {

/// Where a state stands in the life of a customer.
enum class Role { prospect, purchase, customer, advocate, at_risk, exit };

/// A moment of truth.
enum class Moment { less_than_zero, stimulus, zmot, fmot, smot, umot };

std::string_view name(Role role);
std::string_view name(Moment moment);

/// One state of a lifecycle and what is known of it before any data.
struct LifecycleState {
  std::string name;
  Role role = Role::customer;
  std::vector<Moment> moments = {};  ///< the moments of truth at which this state is decided or shared

  bool operator==(const LifecycleState&) const = default;
};

namespace detail {
struct AllowedMoves;
}

/// States with their allowed moves, exits, roles and moments of truth. An exit is a state that is never left.
class Lifecycle {
 public:
  /// States with role `Role::exit` allow only to stay. `moves` are the allowed moves (from, to); staying is allowed
  /// only where it is listed. Throws `invalid_argument` for unknown or repeated names, a move out of an exit, or a
  /// state that allows no move.
  Lifecycle(std::string name, std::vector<LifecycleState> states,
            const std::vector<std::pair<std::string, std::string>>& moves);

  /// Every move allowed, except out of the named exits.
  explicit Lifecycle(StateSpace states, const std::vector<std::string>& exits = {});

  const std::string& name() const { return name_; }
  const StateSpace& states() const { return states_; }
  Index n_states() const { return states_.n_states(); }
  /// Shape (n_states, n_states): true where a move is possible.
  const Mask& allowed() const;
  bool allows(std::string_view from, std::string_view to) const;
  bool is_exit(Index state) const { return role(state) == Role::exit; }
  /// Positions of the exits.
  std::vector<Index> exits() const;
  Role role(Index state) const { return details_.at(static_cast<std::size_t>(state)).role; }
  const std::vector<Moment>& moments(Index state) const { return details_.at(static_cast<std::size_t>(state)).moments; }
  const std::vector<LifecycleState>& details() const { return details_; }

  /// A made-up chain that moves only where it is allowed: for pictures, tests and first steps. It was estimated from
  /// nothing. Throws `domain_error` for a lifecycle that is not one of the presets.
  Chain illustrative_chain() const;
  bool has_illustration() const { return illustration_.size() != 0; }

  bool operator==(const Lifecycle& other) const;

 private:
  friend Lifecycle with_illustration(Lifecycle lifecycle, Matrix transition_matrix, Period period);

  std::string name_;
  StateSpace states_;
  std::vector<LifecycleState> details_;
  std::shared_ptr<detail::AllowedMoves> allowed_;  // shared by copies, and never changed
  Matrix illustration_;                            // empty where there is none
  Period illustration_period_ = Period::months(1);
};

/// A changed copy: the same lifecycle with an illustrative chain of its own.
Lifecycle with_illustration(Lifecycle lifecycle, Matrix transition_matrix, Period period);

/// Each preset can end in several exits ("switched" and "lapsed" instead of "churn"); wherever one is allowed, all are.
///
/// engagement, satisfaction, dissatisfaction, repurchase, curiosity, loyalty, recommendation; period: month.
Lifecycle six_stages(const std::vector<std::string>& exits = {"churn"});

/// less_than_zero, stimulus, zmot, fmot, purchase, smot, umot, and back to zmot; period: month.
Lifecycle moments_of_truth(const std::vector<std::string>& exits = {"churn"});

/// less_than_zero → stimulus → zmot → fmot → purchase → the six stages, tagged SMOT and UMOT; a shared experience leads
/// the same customer back to zmot before he buys again; period: month.
Lifecycle full_journey(const std::vector<std::string>& exits = {"churn"});

/// trial, onboarding (SMOT), active, renewal, upgrade, downgrade, win_back (has given notice, can be won back); period:
/// month.
Lifecycle subscription(const std::vector<std::string>& exits = {"churn"});

/// active, silent_1 … silent_R, churn: how many periods ago a customer last ordered. From every state an order leads
/// back to active; without one, one step further; after `churn_after = R >= 1` silent periods, to churn.
Lifecycle recency(Index churn_after);

}  // namespace sojourn
