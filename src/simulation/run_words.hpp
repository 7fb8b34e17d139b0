// Words that every kind of simulation says of itself.
#pragma once

#include <optional>
#include <string>

#include "sojourn/chain/chain.hpp"
#include "sojourn/chain/discount.hpp"

namespace sojourn::detail {

/// "starting in 'a'", "starting among 'a' and 'b'".
std::string start_words(const StateSpace& states, const Vector& start);

/// ", over 12 periods (one period = 1 month)", ", until each has reached an absorbing state (one period = 1 month)".
std::string horizon_words(const std::optional<Index>& horizon, const Period& period);

/// "; value (profit), discount: 1 % per month", with what is said of the money.
std::string value_words(const std::string& money, const std::optional<Discount>& discount, const Period& period);

}  // namespace sojourn::detail
