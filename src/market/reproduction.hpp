// Who brings whom: the checked laws behind every question about newcomers.
#pragma once

#include <string_view>
#include <vector>

#include "sojourn/chain/chain.hpp"
#include "sojourn/market/referrals.hpp"

namespace sojourn::detail {

/// The laws of a chain whose customers bring others.
struct Reproduction {
  Vector brought;                 ///< newcomers per period in each state, shape (n_states,)
  Vector arrives;                 ///< the law of arrival, shape (n_states,)
  std::vector<char> is_for_ever;  ///< of each state: never left

  /// The states that are left, ascending.
  std::vector<Index> left() const;
};

/// Throws what `referral_value` promises about referrals and arrivals; `who` opens the message. An empty law of arrival is
/// the first state.
Reproduction reproduction(std::string_view who, const Chain& chain, const Referrals& referrals,
                          const Vector& arrives_at);

}  // namespace sojourn::detail
