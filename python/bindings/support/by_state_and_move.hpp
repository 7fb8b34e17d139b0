// A dict that says something of states and of moves: {"loyal": 0.1, ("loyal", "churn"): 2.0}.
#pragma once

#include <string>
#include <vector>

#include "support/arguments.hpp"

namespace sojourn::python {

struct ByStateAndMove {
  Vector per_state;
  std::vector<Eigen::Triplet<double>> moves;

  SparseMatrix per_move() const {
    SparseMatrix matrix(per_state.size(), per_state.size());
    matrix.setFromTriplets(moves.begin(), moves.end());
    return matrix;
  }
};

inline ByStateAndMove to_states_and_moves(py::handle object, const StateSpace& states, const char* argument) {
  ByStateAndMove said{Vector::Zero(states.n_states()), {}};
  for (const py::handle item : object.attr("items")()) {
    const auto pair = item.cast<py::tuple>();
    const py::object key = pair[0];
    const std::string where = std::string(argument) + "[" + std::string(py::repr(key)) + "]";
    const double amount = to_number(pair[1], where.c_str());
    if (!py::isinstance<py::tuple>(key)) {
      said.per_state[known_state(states, key, argument)] = amount;
      continue;
    }
    if (py::len(key) != 2) throw py::value_error(where + ": a move is a pair (from, to)");
    const auto move = key.cast<py::tuple>();
    said.moves.emplace_back(static_cast<int>(known_state(states, move[0], argument)),
                            static_cast<int>(known_state(states, move[1], argument)), amount);
  }
  return said;
}

}  // namespace sojourn::python
