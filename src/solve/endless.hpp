// Which states keep bringing money for ever, so that a question without horizon or discount has no finite answer.
#pragma once

#include <string_view>

#include "sojourn/chain/chain.hpp"
#include "sojourn/chain/rewards.hpp"

namespace sojourn::detail {

/// Throws `domain_error` naming a recurrent class that brings money; `who` opens the message.
void refuse_endless_rewards(std::string_view who, const Chain& chain, const Rewards& rewards);

/// Throws `domain_error` naming a recurrent class of more than one state: a customer in it never comes to rest.
void refuse_endless_journeys(std::string_view who, const Chain& chain);

}  // namespace sojourn::detail
