// Derivatives as Python holds them, and which moves count as levers.
#pragma once

#include <optional>

#include "sojourn/chain/lifecycle.hpp"
#include "sojourn/value/sensitivity.hpp"
#include "support/arguments.hpp"

SOJOURN_ARGUMENT(AllowedArgument, "Lifecycle | ArrayLike | None");

namespace sojourn::python {

inline std::optional<Mask> to_allowed(py::handle object, const StateSpace& states) {
  if (object.is_none()) return std::nullopt;
  if (py::isinstance<Lifecycle>(object)) {
    const auto& life = object.cast<const Lifecycle&>();
    if (!(life.states() == states)) throw py::value_error("allowed: the lifecycle has other states than the chain");
    return life.allowed();
  }
  return Mask((to_matrix(object, "allowed", states.n_states(), states.n_states()).array() != 0.0).matrix());
}

inline constexpr const char* allowed_text =
    R"(allowed : Lifecycle or array_like of bool of shape (n_states, n_states), optional
    Moves that can be changed; without it those that the lifecycle of a fit allows, or all.)";

// The lifecycle that is said, else that of the fit behind the value.
struct BoundSensitivity {
  Sensitivity why;
  std::optional<Lifecycle> lifecycle;
};

}  // namespace sojourn::python
