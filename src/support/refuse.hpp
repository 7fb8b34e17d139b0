// Refusals by name: what Python sees as a ValueError.
#pragma once

#include <stdexcept>
#include <string>

namespace sojourn::detail {

/// Of arguments that no chain could answer: `invalid_argument`.
[[noreturn]] inline void refuse(const std::string& what) {
  throw std::invalid_argument(what);
}

/// The same, opened with the name of what was asked.
[[noreturn]] inline void refuse(const char* where, const std::string& what) {
  refuse(std::string(where) + ": " + what);
}

/// Of a question that this chain or log cannot answer: `domain_error`.
[[noreturn]] inline void cannot(const std::string& what) {
  throw std::domain_error(what);
}

}  // namespace sojourn::detail
