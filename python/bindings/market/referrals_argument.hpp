// Newcomers as Python says them: a dict of states and moves, or numbers per state.
#pragma once

#include "sojourn/market/referrals.hpp"
#include "support/by_state_and_move.hpp"

SOJOURN_ARGUMENT(ReferralsArgument,
                 "Referrals | Mapping[str, float] | Mapping[str | tuple[str, str], float] | ArrayLike");

namespace sojourn::python {

inline Referrals to_referrals(py::handle object, const StateSpace& states, const char* argument = "referrals") {
  if (py::isinstance<Referrals>(object)) return object.cast<Referrals>();
  if (py::isinstance<StateValues>(object) || !py::hasattr(object, "items")) {
    return {states, to_amounts(object, states, argument)};
  }
  const ByStateAndMove said = to_states_and_moves(object, states, argument);
  return {states, said.per_state, said.per_move()};
}

}  // namespace sojourn::python
