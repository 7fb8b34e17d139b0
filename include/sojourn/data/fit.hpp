/// \file fit.hpp
/// Counts → chain, with a report.
///
/// Without a prior the estimate is the maximum likelihood one, `p_ij = n_ij / n_i` (T. W. Anderson & L. A. Goodman,
/// Annals of Mathematical Statistics 28, 1957). With pseudo-counts or a Dirichlet prior `α`, row `i` after counting is
/// Dirichlet(n_i + α_i), and the estimate is its mean `(n_ij + α_ij) / Σ_k (n_ik + α_ik)` or its mode `(n_ij + α_ij -
/// 1) / Σ_k (n_ik + α_ik - 1)`. Moves that the lifecycle forbids have probability 0 and no prior. Moves of one customer
/// depend on each other, so intervals built on these rows alone are, if anything, too narrow.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sojourn/chain/chain.hpp"
#include "sojourn/data/counts.hpp"

namespace sojourn {

enum class Estimate { mean, mode };
/// What to do with a row that has no observed move and is not an exit.
enum class RowsWithoutData {
  refuse,  ///< an error that names the states
  prior,   ///< the prior (or pseudo-counts) alone; refused where there is none
  absorb,  ///< the customer stays for good
  parent   ///< the row of `FitOptions::parent`
};
/// What to do with observed moves that the lifecycle does not allow.
enum class Forbidden { refuse, drop };

struct FitOptions {
  double smoothing = 0.0;  ///< pseudo-count added to each allowed move (events), at least 0
  /// Dirichlet parameters per move, shape (n_states, n_states); empty = none; ignored where a move is forbidden
  Matrix prior = {};
  Estimate estimate = Estimate::
      mean;  ///< mean or mode of the rows after counting; the mode needs a prior of at least 1 per allowed move
  RowsWithoutData rows_without_data = RowsWithoutData::refuse;
  Forbidden forbidden = Forbidden::refuse;
  std::optional<Chain> parent = std::nullopt;  ///< where rows without data may come from (a larger segment)
};

/// What the estimate rests on.
struct FitReport {
  std::int64_t moves_used = 0;
  std::int64_t moves_dropped = 0;  ///< forbidden moves dropped on request
  double log_likelihood = 0.0;     ///< of the used moves under the fitted chain (first states are taken as given)
  Index n_parameters = 0;          ///< free probabilities: allowed moves less one per row with data
  std::vector<std::string>
      rows_without_data;  ///< states whose row rests on no observed move; when not empty, look at what filled them
  RowsWithoutData filled_by = RowsWithoutData::refuse;  ///< what those rows hold
  double smoothing = 0.0;                               ///< pseudo-count per allowed move
  bool has_prior = false;                               ///< a Dirichlet prior was given
  Estimate estimate = Estimate::mean;

  bool operator==(const FitReport&) const = default;
};

/// A chain with the counts it comes from.
struct FitResult {
  Chain chain;
  Counts counts;
  /// Dirichlet parameters of each row after counting, shape (n_states, n_states); a row of zeros is taken as known
  Matrix posterior;
  Matrix standard_errors;  ///< of each probability, shape (n_states, n_states)
  FitReport report;

  const StateSpace& states() const { return chain.states(); }
  const Period& period() const { return chain.period(); }

  bool operator==(const FitResult&) const;
};

/// Estimates the chain. Throws `invalid_argument` for options that contradict each other or the counts, `domain_error`
/// for forbidden moves (with their counts) and rows without data (with their states), unless the options say what to
/// do.
FitResult fit_chain(const Counts& counts, const FitOptions& options = {});

/// The log-likelihood of moves under a chain: `Σ n_ij log p_ij`. Throws `domain_error` naming an observed move of
/// probability 0, where it would be minus infinity.
double log_likelihood(const CountMatrix& moves, const Chain& chain);

/// The covariance of a Dirichlet law: `(diag(p) - p pᵀ) / (A + 1)`, `p = α / A`, `A = Σ α`; shape (n, n).
/// Throws `invalid_argument` unless every parameter is at least 0 and their sum is positive.
Matrix dirichlet_covariance(const Vector& alpha);

}  // namespace sojourn
