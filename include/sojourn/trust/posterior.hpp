/// \file posterior.hpp
/// How sure we are, by many chains drawn from the Dirichlet laws of the rows after counting.
#pragma once

#include <cstdint>
#include <memory>

#include "sojourn/data/fit.hpp"
#include "sojourn/trust/answer.hpp"
#include "sojourn/trust/uncertain.hpp"
#include "sojourn/value/lifetime_value.hpp"

namespace sojourn {

namespace detail {
class DirichletRows;
class RewardDraws;
}  // namespace detail

struct PosteriorOptions {
  Index draws = 4'000;     ///< from 2 to ten million
  std::uint64_t seed = 0;  ///< any 64-bit number
  int threads = 0;         ///< 0 = as many as this process may use; the result does not depend on it
  FailedDraws failed = FailedDraws::refuse;
};

/// Chains and mean rewards drawn from what a fit knows: draw `k` is a function of the seed and `k` alone.
class ChainDraws {
 public:
  explicit ChainDraws(const FitResult& fit, std::uint64_t seed = 0);

  /// Each row that was counted, drawn from its Dirichlet law; a known row as it is. `draw >= 0`.
  Chain chain(Index draw) const;
  /// The mean rewards of the fit, drawn as normals around their means with their standard errors.
  Rewards rewards(Index draw) const;

 private:
  StateSpace states_;
  Period period_;
  std::shared_ptr<const detail::DirichletRows> rows_;
  std::shared_ptr<const detail::RewardDraws> rewards_;
};

/// Asks the answer of chains (and mean rewards) drawn from the fit. Throws `invalid_argument` for options out of range
/// or an answer whose size changes, and `domain_error` when a draw has no finite answer, unless told to drop it.
Uncertain posterior(const FitResult& fit, const Answer& answer, const PosteriorOptions& options = {});

/// The value per state of chains drawn from its fit: the draws of `posterior` with `lifetime_value` as the answer, to
/// rounding, many systems at a time. Mean rewards vary where they come from the fit. Throws `domain_error` for a value
/// of a chain that was not fitted.
Uncertain posterior(const LifetimeValue& value, const PosteriorOptions& options = {});

}  // namespace sojourn
