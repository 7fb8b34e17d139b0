// Tables with a column per state.
#pragma once

#include "support/arguments.hpp"

namespace sojourn::python {

// Under the name of the state or, where that is taken, with an underscore added.
template <class Column>
void add_states(py::dict& table, const StateSpace& states, const Column& column) {
  for (Index i = 0; i < states.n_states(); ++i) {
    std::string name = states.name(i);
    while (table.contains(name)) name += "_";
    table[py::str(name)] = column(i);
  }
}

}  // namespace sojourn::python
