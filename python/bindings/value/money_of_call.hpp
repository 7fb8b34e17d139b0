// What a value is asked of: a chain with money, or a fit, which may bring its own.
#pragma once

#include <optional>
#include <string>

#include "support/arguments.hpp"

namespace sojourn::python {

// The rewards that are said; without them those of the fit, which are not repeated here.
inline std::optional<Rewards> money_of_call(const char* where, py::handle chain, py::handle rewards) {
  const StateSpace& states = to_chain(chain, where).states();
  if (!rewards.is_none()) return to_rewards(rewards, states);
  if (!to_fit(chain)) {
    throw py::value_error(std::string(where) + ": a chain brings no money of its own; say rewards={'" + states.name(0) +
                          "': amount}, or pass the fit");
  }
  return std::nullopt;
}

}  // namespace sojourn::python
