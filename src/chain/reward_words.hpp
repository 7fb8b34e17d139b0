// The random numbers behind random rewards: a function of seed, customer, period and attempt.
#pragma once

#include <array>
#include <cstdint>

#include "sojourn/chain/reward_law.hpp"
#include "support/philox.hpp"

namespace sojourn::detail {

/// The random rewards of one customer. Philox counter: {customer low, customer high, period + 2^24 attempt, stream 8 + use}.
class RewardWords {
 public:
  static constexpr std::int64_t n_periods = 10'000'000;

  /// `is_mirrored` turns over the bits that an amount rises with, so that it falls where it rose.
  RewardWords(std::uint64_t seed, std::uint64_t customer, bool is_mirrored)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
        customer_{static_cast<std::uint32_t>(customer), static_cast<std::uint32_t>(customer >> 32)},
        mirror_(is_mirrored ? ~std::uint64_t{0} : 0) {}

  /// The amount drawn in a period below `n_periods`.
  double draw(const RewardLaw& law, std::uint32_t period) const;

 private:
  using Words = std::array<std::uint64_t, 2>;

  Words words(std::uint32_t period, std::uint32_t attempt, std::uint32_t use) const {
    const auto block = philox4x32({customer_[0], customer_[1], period + (attempt << 24), 8 + use}, key_);
    return {std::uint64_t{block[1]} << 32 | block[0], std::uint64_t{block[3]} << 32 | block[2]};
  }
  double gamma(const RewardLaw& law, std::uint32_t period) const;

  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 2> customer_;
  std::uint64_t mirror_;
};

}  // namespace sojourn::detail
