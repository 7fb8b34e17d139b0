/// \file catch.hpp
/// The one way to include Catch2 in a test: the same words on versions 2.13 and 3.
///
/// Use `Catch::Approx`, and `WithinAbs`, `WithinRel`, `ContainsSubstring`, `StartsWith`, `Equals` from `Catch::Matchers`.
/// A test that cannot run here says so and returns; ctest then lists it as skipped, and it may stand at any place in a test:
///
///     const char* logs = std::getenv("SOJOURN_DATA");
///     if (logs == nullptr) SOJOURN_SKIP("SOJOURN_DATA is not set");
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>

namespace Catch {

using Detail::Approx;

namespace Matchers {

/// The name that version 3 gave to `Contains` for text.
inline auto ContainsSubstring(const std::string& text, CaseSensitive::Choice sensitivity = CaseSensitive::Yes) {
  return Contains(text, sensitivity);
}

}  // namespace Matchers
}  // namespace Catch
#endif

/// Leaves the test (a function that returns nothing), printing why; not a failure.
#define SOJOURN_SKIP(reason)     \
  do {                           \
    WARN("skipped: " << reason); \
    return;                      \
  } while (false)
