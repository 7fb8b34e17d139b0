#include "chain/state_words.hpp"

#include <stdexcept>

#include "support/text.hpp"

namespace sojourn::detail {

namespace {

[[noreturn]] void refuse(const NumberRule& rule, const std::string& of, double number) {
  throw std::invalid_argument(std::string(rule.table) + ": " + of + " brings " + rule.refusal(number));
}

void check_square(const NumberRule& rule, Index n, Index rows, Index cols) {
  if (rows == n && cols == n) return;
  const std::string size = std::to_string(n);
  throw std::invalid_argument(std::string(rule.table) + ": per move, expected shape (" + size + ", " + size +
                              "), found (" + std::to_string(rows) + ", " + std::to_string(cols) + ')');
}

}  // namespace

std::string move_name(const StateSpace& states, Index from, Index to) {
  return text::quoted(states.name(from)) + " → " + text::quoted(states.name(to));
}

void check_same_states(const char* what, const StateSpace& given, const StateSpace& of_chain) {
  if (given == of_chain) return;
  throw std::invalid_argument(std::string(what) + ": are for the states " + text::list(given.names()) +
                              ", the chain has " + text::list(of_chain.names()));
}

void check_state_number(const NumberRule& rule, std::string_view state, double number) {
  if (!rule.holds(number)) refuse(rule, text::quoted(state), number);
}

void check_move_number(const NumberRule& rule, const StateSpace& states, Index from, Index to, double number) {
  if (!rule.holds(number)) refuse(rule, "the move " + move_name(states, from, to), number);
}

void check_per_state(const NumberRule& rule, const StateSpace& states, const Vector& per_state) {
  const Index n = states.n_states();
  if (per_state.size() != n) {
    throw std::invalid_argument(std::string(rule.table) + ": expected one " + rule.number + " for each of " +
                                text::plural(n, "state") + ", found " + std::to_string(per_state.size()));
  }
  for (Index i = 0; i < n; ++i) check_state_number(rule, states.name(i), per_state[i]);
}

void check_per_move(const NumberRule& rule, const StateSpace& states, const Matrix& per_move) {
  check_square(rule, states.n_states(), per_move.rows(), per_move.cols());
  for (Index i = 0; i < per_move.rows(); ++i) {
    for (Index j = 0; j < per_move.cols(); ++j) check_move_number(rule, states, i, j, per_move(i, j));
  }
}

void check_per_move(const NumberRule& rule, const StateSpace& states, const SparseMatrix& per_move) {
  check_square(rule, states.n_states(), per_move.rows(), per_move.cols());
  for (Index i = 0; i < per_move.rows(); ++i) {
    for (SparseMatrix::InnerIterator move(per_move, i); move; ++move) {
      check_move_number(rule, states, i, move.col(), move.value());
    }
  }
}

}  // namespace sojourn::detail
