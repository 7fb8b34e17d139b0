#include "sojourn/trust/chain_test.hpp"

#include <cmath>

#include "chain/state_words.hpp"
#include "support/text.hpp"
#include "trust/journey_moves.hpp"
#include "trust/test_sum.hpp"

namespace sojourn {

using detail::cannot;
using detail::move_name;
using detail::refuse;
using detail::TestSum;

TestResult chain_test(const CountMatrix& moves, const Chain& chain, const ChainTestOptions& options) {
  const Index n = chain.n_states();
  if (moves.rows() != n || moves.cols() != n) {
    refuse("chain_test: moves: shape (" + std::to_string(moves.rows()) + ", " + std::to_string(moves.cols()) +
           "), expected (" + std::to_string(n) + ", " + std::to_string(n) + ")");
  }
  const Matrix& P = chain.transition_matrix();
  TestSum sum(options.method);
  bool has_data = false;
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) {
      if (moves(i, j) < 0) {
        refuse("chain_test: moves: " + move_name(chain.states(), i, j) + " has " + std::to_string(moves(i, j)) +
               "; a number of moves is at least 0");
      }
      if (moves(i, j) > 0 && P(i, j) == 0.0) {
        cannot("chain_test: the move " + move_name(chain.states(), i, j) + " was observed " +
               text::plural(moves(i, j), "time") +
               ", but has probability 0 in the chain: it cannot be the chain of these moves");
      }
    }
    const std::int64_t total = moves.row(i).sum();
    if (total == 0) continue;
    has_data = true;
    const auto size = static_cast<double>(total);
    double distance = 0.0;
    Index possible = 0;
    for (Index j = 0; j < n; ++j) {
      if (P(i, j) == 0.0) continue;
      ++possible;
      distance += 0.5 * std::abs(static_cast<double>(moves(i, j)) / size - P(i, j));
    }
    if (possible == 1) {
      sum.moves(total, 0.0, 0.0);
      continue;
    }
    for (Index j = 0; j < n; ++j) {
      if (P(i, j) > 0.0) sum.cell(moves(i, j), size * P(i, j));
    }
    sum.degrees(possible - 1);
    sum.moves(total, distance, detail::distance_by_chance(P.row(i), size, 1.0));
  }
  if (!has_data) cannot("chain_test: no move has been observed, so there is nothing to test");
  return sum.result("the given chain against any other");
}

TestResult chain_test(const Counts& counts, const Chain& chain, const ChainTestOptions& options) {
  if (!(counts.states() == chain.states())) {
    refuse("chain_test: the counts have states " + text::list(counts.states().names()) + ", the chain " +
           text::list(chain.states().names()) + "; test like with like");
  }
  if (!(counts.period() == chain.period())) {
    refuse("chain_test: the counts are per " + counts.period().name() + ", the chain moves per " +
           chain.period().name() + "; test like with like");
  }
  return chain_test(counts.moves(), chain, options);
}

}  // namespace sojourn
