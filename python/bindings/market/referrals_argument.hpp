// Newcomers as Python says them: a dict of states and moves, or numbers per state.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sojourn/market/referrals.hpp"
#include "support/arguments.hpp"

SOJOURN_ARGUMENT(ReferralsArgument,
                 "Referrals | Mapping[str, float] | Mapping[str | tuple[str, str], float] | ArrayLike");

namespace sojourn::python {

inline Referrals to_referrals(py::handle object, const StateSpace& states, const char* argument = "referrals") {
  if (py::isinstance<Referrals>(object)) return object.cast<Referrals>();
  if (py::isinstance<StateValues>(object) || !py::hasattr(object, "items")) {
    return {states, to_amounts(object, states, argument)};
  }
  Vector per_state = Vector::Zero(states.n_states());
  std::vector<Eigen::Triplet<double>> per_move;
  for (const py::handle item : object.attr("items")()) {
    const auto pair = item.cast<py::tuple>();
    const py::object key = pair[0];
    const std::string where = std::string(argument) + "[" + std::string(py::repr(key)) + "]";
    const double newcomers = to_number(pair[1], where.c_str());
    if (!py::isinstance<py::tuple>(key)) {
      per_state[known_state(states, key, argument)] = newcomers;
      continue;
    }
    if (py::len(key) != 2) throw py::value_error(where + ": a move is a pair (from, to)");
    const auto move = key.cast<py::tuple>();
    per_move.emplace_back(static_cast<int>(known_state(states, move[0], argument)),
                          static_cast<int>(known_state(states, move[1], argument)), newcomers);
  }
  SparseMatrix moves(states.n_states(), states.n_states());
  moves.setFromTriplets(per_move.begin(), per_move.end());
  return {states, std::move(per_state), moves};
}

}  // namespace sojourn::python
