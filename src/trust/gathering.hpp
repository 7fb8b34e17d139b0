// Draws of an answer gathered from several threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sojourn/trust/uncertain.hpp"
#include "support/text.hpp"
#include "support/threads.hpp"

namespace sojourn::detail {

inline constexpr Index draws_at_once = 64;  // handed to a thread, a multiple of ValueDraws::lanes

/// Throws `invalid_argument` for a number of draws or threads out of range.
void check_draws(Index draws, int threads);

/// Throws `domain_error`.
void check_finite(const Vector& answer);

/// Rows of draws as they come, and those that have no answer.
class Gathering {
 public:
  Gathering(std::string who, Vector estimate, Index draws, FailedDraws policy)
      : who_(std::move(who)),
        estimate_(std::move(estimate)),
        draws_(Matrix::Zero(draws, estimate_.size())),
        failed_(static_cast<std::size_t>(draws), 0),
        policy_(policy) {}

  Matrix& draws() { return draws_; }

  /// Throws, or notes that the draw has no answer.
  void fail(Index draw, const std::string& why);

  /// Asks for one draw; `ask()` returns the answer.
  template <class Ask>
  void take(Index draw, const Ask& ask) {
    try {
      const Vector answer = ask();
      if (answer.size() != estimate_.size()) {
        throw std::invalid_argument(who_ + ": the answer has " + text::plural(estimate_.size(), "number") +
                                    " for the fitted chain and " + std::to_string(answer.size()) + " for draw " +
                                    std::to_string(draw) + "; it must always have equally many");
      }
      check_finite(answer);
      draws_.row(draw) = answer.transpose();
    } catch (const std::domain_error& error) {
      fail(draw, error.what());
    }
  }

  /// The draws that have an answer. Throws `domain_error` where fewer than two have one.
  Uncertain result(Spread spread) &&;

 private:
  std::string who_;
  Vector estimate_;
  Matrix draws_;
  std::vector<char> failed_;
  FailedDraws policy_;
  std::mutex mutex_;
  Index first_failed_ = std::numeric_limits<Index>::max();
  std::string first_failure_;
};

/// `work(draw)` for every draw, in blocks.
template <class Work>
void for_each_draw(Index draws, int threads, const Work& work) {
  for_each_block((draws + draws_at_once - 1) / draws_at_once, threads, [&](std::int64_t block) {
    const Index first = block * draws_at_once;
    for (Index k = first; k < std::min(first + draws_at_once, draws); ++k) work(k);
  });
}

}  // namespace sojourn::detail
