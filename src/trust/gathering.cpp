#include "trust/gathering.hpp"

namespace sojourn::detail {

void check_draws(Index draws, int threads) {
  constexpr Index most_draws = 10'000'000;
  if (draws < 2 || draws > most_draws) {
    throw std::invalid_argument("draws: must be from 2 to " + text::grouped(most_draws) + ", found " +
                                text::grouped(draws));
  }
  check_threads(threads);
}

void check_finite(const Vector& answer) {
  if (!answer.allFinite()) throw std::domain_error("the answer is not a finite number");
}

void Gathering::fail(Index draw, const std::string& why) {
  if (policy_ == FailedDraws::refuse) {
    throw std::domain_error(who_ + ": draw " + std::to_string(draw) + " has no answer: " + why +
                            " (failed = drop leaves such draws out and counts them)");
  }
  failed_[static_cast<std::size_t>(draw)] = 1;
  const std::lock_guard lock(mutex_);
  if (draw < first_failed_) {
    first_failed_ = draw;
    first_failure_ = why;
  }
}

Uncertain Gathering::result(Spread spread) && {
  Index kept = 0;
  for (Index k = 0; k < draws_.rows(); ++k) {
    if (failed_[static_cast<std::size_t>(k)]) continue;
    if (kept != k) draws_.row(kept) = draws_.row(k);
    ++kept;
  }
  const Index n_failed = draws_.rows() - kept;
  if (kept < 2) {
    throw std::domain_error(who_ + ": " + text::grouped(n_failed) + " of " + text::grouped(draws_.rows()) +
                            " draws have no answer, the first because " + first_failure_);
  }
  if (n_failed > 0) draws_.conservativeResize(kept, draws_.cols());
  return {std::move(estimate_), std::move(draws_), spread, n_failed, std::move(first_failure_)};
}

}  // namespace sojourn::detail
