// A difference between two chains as Python holds it: with the names of the states.
#pragma once

#include <string>
#include <vector>

#include "sojourn/value/what_if.hpp"

namespace sojourn::python {

struct NamedDifference {
  std::string from_state;
  std::string to_state;
  double amount;
};

struct NamedWhatIf {
  double value;
  double other_value;
  std::vector<NamedDifference> moves;
};

inline NamedWhatIf named(const WhatIf& split, const StateSpace& states) {
  NamedWhatIf out{split.value, split.other_value, {}};
  for (const MoveDifference& d : split.moves) out.moves.push_back({states.name(d.from), states.name(d.to), d.amount});
  return out;
}

}  // namespace sojourn::python
