// How messages speak of states and moves, and the checks that come back with every table of numbers over them.
#pragma once

#include <string>
#include <string_view>

#include "sojourn/chain/state_space.hpp"

namespace sojourn::detail {

/// "'from' → 'to'".
std::string move_name(const StateSpace& states, Index from, Index to);

/// Throws `invalid_argument` where `what` ("rewards", "referrals") are for other states than the chain has.
void check_same_states(const char* what, const StateSpace& given, const StateSpace& of_chain);

/// What holds for every number of a table.
struct NumberRule {
  const char* table;   // "rewards"
  const char* number;  // what one of its numbers is: "amount"
  bool (*holds)(double number);
  std::string (*refusal)(double number);  // what else is said where it does not: "the state brings …"
};

/// Throws `invalid_argument` unless the rule holds for the number of a state.
void check_state_number(const NumberRule& rule, std::string_view state, double number);
/// The same for a move.
void check_move_number(const NumberRule& rule, const StateSpace& states, Index from, Index to, double number);
/// The same for one number for each state, shape (n_states,), and for all moves, shape (n_states, n_states).
void check_per_state(const NumberRule& rule, const StateSpace& states, const Vector& per_state);
void check_per_move(const NumberRule& rule, const StateSpace& states, const Matrix& per_move);
void check_per_move(const NumberRule& rule, const StateSpace& states, const SparseMatrix& per_move);

}  // namespace sojourn::detail
