#include "simulation/walk.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

#include "support/text.hpp"

namespace sojourn::detail {

namespace {

constexpr const char* variable = "SOJOURN_SIMD";

const Walker& named_walker(std::string_view name) {
#if defined(SOJOURN_X86_WALKERS)
  const bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                          __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  const bool has_avx2 = __builtin_cpu_supports("avx2");
#else
  const bool has_avx512 = false;
  const bool has_avx2 = false;
#endif
  if (!name.empty() && name != "plain" && name != "avx2" && name != "avx512") {
    throw std::invalid_argument(std::string(variable) + ": expected plain, avx2 or avx512, found " +
                                text::quoted(std::string(name)));
  }
  if ((name == "avx512" && !has_avx512) || (name == "avx2" && !has_avx2)) {
    throw std::invalid_argument(std::string(variable) + ": this machine has no " + std::string(name) +
                                "; take plain, or leave the variable unset");
  }
#if defined(SOJOURN_X86_WALKERS)
  if (has_avx512 && (name.empty() || name == "avx512")) return avx512_walker();
  if (has_avx2 && (name.empty() || name == "avx2")) return avx2_walker();
#endif
  return plain_walker();
}

}  // namespace

const Walker& best_walker() {
  const char* name = std::getenv(variable);
  return named_walker(name == nullptr ? "" : name);
}

}  // namespace sojourn::detail
