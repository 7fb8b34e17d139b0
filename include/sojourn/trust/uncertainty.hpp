/// \file uncertainty.hpp
/// How sure we are: any answer about a chain, carried from the data to an interval.
///
/// Three ways. *Posterior*: after counting, row `i` of the chain is Dirichlet(`posterior` row `i`), rows independent,
/// and mean rewards are normal with their standard errors; the answer is asked of many such chains. *Delta method*: the
/// same laws, the answer taken as linear near the estimate; no draws, a normal interval. *Bootstrap*: customers are
/// drawn again with replacement and everything is fitted anew; for data in which the moves of one customer depend on
/// each other more than a chain says (customers differ), where the other two are too narrow. None of them sees what no
/// customer of the log did: where a few customers spend most of the money, all three lie too low until some of these
/// are in the log. (A. Gelman et al., "Bayesian Data Analysis", 2013, 3.4; B. Efron & R. J. Tibshirani, "An
/// Introduction to the Bootstrap", 1993, chapters 6 and 13.)
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sojourn/data/fit.hpp"
#include "sojourn/data/journey.hpp"
#include "sojourn/value/lifetime_value.hpp"

namespace sojourn {

namespace detail {
class DirichletRows;
class RewardDraws;
inline Vector as_vector(double answer) {
  return Vector::Constant(1, answer);
}
inline Vector as_vector(const StateValues& answer) {
  return answer.vector();
}
inline Vector as_vector(const Vector& answer) {
  return answer;
}
inline Vector as_vector(const Matrix& answer) {
  return Eigen::Map<const Vector>(answer.data(), answer.size());
}
}  // namespace detail

/// A question to a chain that is answered in numbers, always equally many: a function of the chain, or of the chain and
/// the rewards, that returns a number, `StateValues`, a `Vector` or a `Matrix` (taken row by row). It may be called
/// from several threads at once.
class Answer {
 public:
  template <class Function>
    requires(!std::same_as<std::remove_cvref_t<Function>, Answer> &&
             (std::invocable<const Function&, const Chain&> ||
              std::invocable<const Function&, const Chain&, const Rewards&>))
  Answer(Function function)
      : function_([asked = std::move(function)](const Chain& chain, const Rewards& rewards) {
          if constexpr (std::invocable<const Function&, const Chain&, const Rewards&>) {
            return detail::as_vector(asked(chain, rewards));
          } else {
            return detail::as_vector(asked(chain));
          }
        }) {}

  Vector operator()(const Chain& chain, const Rewards& rewards) const { return function_(chain, rewards); }

 private:
  std::function<Vector(const Chain&, const Rewards&)> function_;
};

/// What to do with draws whose chain has no answer (a state that cannot be left, a row without data).
enum class FailedDraws {
  refuse,  ///< an error with the sentence of the first such draw
  drop     ///< left out and counted: the interval is then one among the chains that have an answer
};

struct PosteriorOptions {
  Index draws = 4'000;     ///< from 2 to ten million
  std::uint64_t seed = 0;  ///< any 64-bit number
  int threads = 0;         ///< 0 = as many as this process may use; the result does not depend on it
  FailedDraws failed = FailedDraws::refuse;
};

struct BootstrapOptions {
  Index draws = 1'000;     ///< samples of the customers, from 2 to ten million
  std::uint64_t seed = 0;  ///< any 64-bit number
  int threads = 0;         ///< 0 = as many as this process may use; the result does not depend on it
  FailedDraws failed = FailedDraws::refuse;
  FitOptions fit = {};  ///< how each sample is fitted
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

/// Draws as many customers as there are, with replacement, with all their journeys, fits a chain and mean rewards and
/// asks the answer of them; percentile intervals. Throws as `posterior` and `fit_chain` do, and `invalid_argument` for
/// fewer than two customers.
Uncertain bootstrap(const Journeys& journeys, const Answer& answer, const BootstrapOptions& options = {});

/// The delta method: derivatives along each row (towards each of its moves, the others in proportion) and along each
/// mean reward by central differences, with the covariance of Dirichlet rows. Takes two answers per counted move. What
/// the answer throws is passed on.
Uncertain delta_method(const FitResult& fit, const Answer& answer);

/// The same for a value, exactly, by one adjoint solve: the numbers behind `LifetimeValue::interval`.
Uncertain delta_method(const LifetimeValue& value);

}  // namespace sojourn
