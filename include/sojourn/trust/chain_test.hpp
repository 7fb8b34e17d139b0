/// \file chain_test.hpp
/// Are these moves those of a given chain?
#pragma once

#include "sojourn/data/counts.hpp"
#include "sojourn/trust/test_result.hpp"

namespace sojourn {

struct ChainTestOptions {
  TestMethod method = TestMethod::likelihood_ratio;
};

/// Are these moves those of a given chain? `moves` has shape (n_states, n_states). Rows without data and moves of
/// probability 0 carry no degrees of freedom. Throws `invalid_argument` for another shape or a negative number, and
/// `domain_error` without a move or for an observed move of probability 0, which no chance explains.
TestResult chain_test(const CountMatrix& moves, const Chain& chain, const ChainTestOptions& options = {});
/// The same for counts; throws `invalid_argument` when their states or period are others than those of the chain.
TestResult chain_test(const Counts& counts, const Chain& chain, const ChainTestOptions& options = {});

}  // namespace sojourn
