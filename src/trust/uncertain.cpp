#include "sojourn/trust/uncertain.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "support/level.hpp"
#include "support/quantile.hpp"
#include "support/text.hpp"

namespace sojourn {

Uncertain::Uncertain(Vector estimate, Matrix draws, Spread spread, Index n_failed, std::string first_failure)
    : estimate_(std::move(estimate)),
      draws_(std::move(draws)),
      spread_(spread),
      n_failed_(n_failed),
      first_failure_(std::move(first_failure)) {
  if (draws_.rows() < 2 || draws_.cols() != estimate_.size() || spread == Spread::delta) {
    throw std::invalid_argument("Uncertain: expected at least two draws of " +
                                text::plural(estimate_.size(), "number") + ", from a posterior or a bootstrap");
  }
  mean_ = draws_.colwise().mean().transpose();
  const auto n = static_cast<double>(draws_.rows());
  standard_error_ =
      ((draws_.rowwise() - mean_.transpose()).cwiseAbs2().colwise().sum().transpose() / (n - 1.0)).cwiseSqrt();
}

Uncertain::Uncertain(Vector estimate, Vector standard_error)
    : estimate_(std::move(estimate)),
      mean_(estimate_),
      standard_error_(std::move(standard_error)),
      spread_(Spread::delta) {
  if (standard_error_.size() != estimate_.size()) {
    throw std::invalid_argument("Uncertain: expected one standard error for each number of the answer");
  }
}

AnswerInterval Uncertain::interval(double level) const {
  detail::check_level(level);
  AnswerInterval result{level, Vector(estimate_.size()), Vector(estimate_.size())};
  if (spread_ == Spread::delta) {
    const double z = std::sqrt(2.0) * boost::math::erf_inv(level);
    result.lower = estimate_ - z * standard_error_;
    result.upper = estimate_ + z * standard_error_;
    return result;
  }
  for (Index a = 0; a < estimate_.size(); ++a) {
    Vector sorted = draws_.col(a);
    std::sort(sorted.begin(), sorted.end());
    result.lower[a] = detail::quantile(sorted, 0.5 * (1.0 - level));
    result.upper[a] = detail::quantile(sorted, 0.5 * (1.0 + level));
  }
  return result;
}

const Matrix& Uncertain::draws() const {
  if (spread_ == Spread::delta) {
    throw std::domain_error("draws: the delta method makes none; ask posterior or bootstrap");
  }
  return draws_;
}

std::string Uncertain::definition() const {
  std::string words;
  switch (spread_) {
    case Spread::posterior:
      words = "quantiles of " + text::grouped(n_draws()) +
              " chains drawn from the Dirichlet rows after counting (moves taken as independent)";
      break;
    case Spread::bootstrap:
      words = "quantiles of " + text::grouped(n_draws()) + " fits to customers drawn again with replacement";
      break;
    case Spread::delta:
      words = "normal interval by the delta method over Dirichlet rows (moves taken as independent)";
      break;
  }
  if (n_failed_ > 0) {
    words += "; " + text::plural(n_failed_, "draw") + " without an answer left out (" + first_failure_ + ')';
  }
  return words;
}

}  // namespace sojourn
