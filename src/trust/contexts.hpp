// Moves by the states that came before them, for orders above 1.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trust/move_groups.hpp"

namespace sojourn::detail {

/// The largest order whose contexts can be told apart by one whole number.
Index most_orders(Index n_states);

/// Throws for an order below 1, and for one that no journey is long enough for or whose contexts are too many.
void check_order(const char* where, const Journeys& journeys, Index max_order);

/// Moves whose context holds `order + 1` states: by the last `order` of them, and by the one before. Of a longer context
/// only moves with at least `least` states of past, the present one included.
std::vector<GroupedMove> moves_by_context(const Journeys& journeys, Index order, Index least);

/// The states of a context, the oldest first, without the present one.
std::string context_name(const StateSpace& states, Index order, std::uint64_t pool, std::uint64_t before);

}  // namespace sojourn::detail
