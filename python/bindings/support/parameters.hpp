// Parameters that mean the same in many functions, as their docstrings say it, and the sections of a docstring.
#pragma once

#include <initializer_list>
#include <string>

namespace sojourn::python {

inline constexpr const char* start_text =
    R"(start : str, dict {state: probability} or array_like of shape (n_states,), optional
    Without it the observed first states of a fit, or the first state of a chain.)";

inline constexpr const char* seed_text = R"(seed : int
    From 0 to 2^64 - 1.)";

inline constexpr const char* threads_text = R"(threads : int, optional
    None = as many as this process may use. The result does not depend on it.)";

inline std::string lines(std::initializer_list<std::string> texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : "\n") + text;
  return all;
}

inline std::string parameters(std::initializer_list<std::string> texts) {
  return "Parameters\n----------\n" + lines(texts);
}

inline std::string returns(const std::string& text) {
  return "Returns\n-------\n" + text;
}

}  // namespace sojourn::python
