/// \file uncertain.hpp
/// An answer with its uncertainty: standard errors, intervals, and the draws that they come from.
#pragma once

#include <string>

#include "sojourn/chain/types.hpp"

namespace sojourn {

/// What to do with draws whose chain has no answer (a state that cannot be left, a row without data).
enum class FailedDraws {
  refuse,  ///< an error with the sentence of the first such draw
  drop     ///< left out and counted: the interval is then one among the chains that have an answer
};

/// Where the spread of an answer comes from.
enum class Spread { posterior, bootstrap, delta };

/// An interval for each number of an answer.
struct AnswerInterval {
  double level;
  Vector lower;
  Vector upper;
};

/// An answer with its uncertainty. Everything has one entry per number of the answer, in the answer's own unit.
class Uncertain {
 public:
  /// From draws, shape (n_draws, n_answers), at least two.
  Uncertain(Vector estimate, Matrix draws, Spread spread, Index n_failed = 0, std::string first_failure = {});
  /// From standard errors.
  Uncertain(Vector estimate, Vector standard_error);

  /// The answer for the fitted chain itself.
  const Vector& estimate() const { return estimate_; }
  /// Mean over the draws; by the delta method the estimate.
  const Vector& mean() const { return mean_; }
  /// Standard deviation over the draws, or the standard error by the delta method.
  const Vector& standard_error() const { return standard_error_; }
  /// Between the quantiles `(1 - level) / 2` and `(1 + level) / 2` of the draws, interpolated linearly; by the delta
  /// method a normal interval. `level` in (0, 1).
  AnswerInterval interval(double level) const;

  Spread spread() const { return spread_; }
  /// Shape (n_draws, n_answers). Throws `domain_error` for the delta method, which makes none.
  const Matrix& draws() const;
  Index n_draws() const { return draws_.rows(); }
  /// Draws without an answer that were left out, and what the first of them said.
  Index n_failed() const { return n_failed_; }
  const std::string& first_failure() const { return first_failure_; }

  /// Where the interval comes from, in words.
  std::string definition() const;

 private:
  Vector estimate_;
  Vector mean_;
  Vector standard_error_;
  Matrix draws_;
  Spread spread_;
  Index n_failed_ = 0;
  std::string first_failure_;
};

}  // namespace sojourn
