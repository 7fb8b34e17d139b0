// The keywords that tests share, in words.
#pragma once

#include <optional>
#include <string>
#include <tuple>

#include "data/fit_keywords.hpp"
#include "sojourn/trust/fit_tests.hpp"
#include "support/arguments.hpp"
#include "support/keywords.hpp"
#include "value/bound_value.hpp"

SOJOURN_ARGUMENT(ValueArgument, "LifetimeValue | None");

namespace sojourn::python {

inline constexpr Words<TestMethod> test_methods = {{"likelihood_ratio", TestMethod::likelihood_ratio},
                                                   {"pearson", TestMethod::pearson}};
inline constexpr Words<Adjustment> adjustments = {{"holm", Adjustment::holm},
                                                  {"benjamini_hochberg", Adjustment::benjamini_hochberg}};
inline constexpr auto& forbidden_policies = FitKeywords::forbidden_policies;

inline constexpr const char* journeys_text = "journeys : Journeys";
inline constexpr const char* adjustment_text = R"("holm" or "benjamini_hochberg".)";
inline constexpr const char* forbidden_text = R"(forbidden : {"refuse", "drop"}
    What to do with observed moves that the lifecycle does not allow.)";
inline constexpr const char* value_text = R"(value : LifetimeValue, optional
    A value for life of the fitted chain: departures are then said in money too.)";

struct TestKeywords {
  using Keywords = std::tuple<std::string, std::string, std::string>;

  std::string method;
  std::string adjustment;
  std::string forbidden;

  template <class Options>
  static auto arguments(const Options& defaults) {
    return std::make_tuple(py::arg("method") = to_word(defaults.method, test_methods),
                           py::arg("adjustment") = to_word(defaults.adjustment, adjustments),
                           py::arg("forbidden") = to_word(defaults.forbidden, forbidden_policies));
  }

  template <class Options>
  Options read() const {
    Options options;
    options.method = to_choice(method, "method", test_methods);
    options.adjustment = to_choice(adjustment, "adjustment", adjustments);
    options.forbidden = to_choice(forbidden, "forbidden", forbidden_policies);
    return options;
  }

  static std::string text() {
    return std::string(R"(method : {"likelihood_ratio", "pearson"}
    G² or X².
adjustment : {"holm", "benjamini_hochberg"}
    How the p-values of several states or moves are read at once.
)") + forbidden_text;
  }
};

inline std::optional<LifetimeValue> to_value(py::handle object) {
  if (object.is_none()) return std::nullopt;
  return to_instance<BoundValue>(object, "value", "a LifetimeValue").value;
}

}  // namespace sojourn::python
