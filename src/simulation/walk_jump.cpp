#include <string_view>

#include "simulation/walk.hpp"
#include "simulation/walk_jump_lanes.hpp"
#include "support/philox.hpp"

namespace sojourn::detail {

namespace {

struct ScalarPhilox {
  static constexpr std::size_t n_lanes = 64;

  static void words(std::uint64_t seed, std::uint64_t first_customer, const std::uint64_t (&offsets)[n_lanes],
                    const std::uint64_t (&groups)[n_lanes], std::uint32_t stream, std::uint32_t (&words)[4][n_lanes]) {
    for (std::size_t lane = 0; lane < n_lanes; ++lane) {
      const std::uint64_t customer = first_customer + offsets[lane];
      const auto found = philox4x32({static_cast<std::uint32_t>(customer), static_cast<std::uint32_t>(customer >> 32),
                                     static_cast<std::uint32_t>(groups[lane]), stream},
                                    {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
      for (std::size_t k = 0; k < 4; ++k) words[k][lane] = found[k];
    }
  }
};

}  // namespace

bool walk_jumps(const JumpTables& tables, const JumpBlock& block) {
  return walk_jump_lanes<ScalarPhilox>(tables, block);
}

JumpWalk best_jump_walk() {
#if defined(SOJOURN_X86_WALKERS)
  if (std::string_view(best_walker().name) == "avx512") return walk_jumps_avx512;
#endif
  return walk_jumps;
}

}  // namespace sojourn::detail
