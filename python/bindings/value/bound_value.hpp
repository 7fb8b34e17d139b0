// A value as Python holds it: with the law that a question takes when no start is said.
#pragma once

#include <optional>

#include "sojourn/value/lifetime_value.hpp"
#include "support/arguments.hpp"

namespace sojourn::python {

template <class Value>
struct WithStart {
  Value value;
  std::optional<Vector> observed_start;

  // The law that is said; else the observed first states of a fit, or the first state of a chain.
  Vector start_law(py::handle start) const {
    const StateSpace& states = value.chain().states();
    if (!start.is_none()) return to_law(start, states, "start");
    return observed_start ? *observed_start : start_in(states, states.name(0));
  }
};

using BoundValue = WithStart<LifetimeValue>;

}  // namespace sojourn::python
