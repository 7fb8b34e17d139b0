// Words for messages: numbers, quoted names and lists, the same in every error and every printed form.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sojourn::text {

/// A number in at most `digits` significant digits, without trailing zeros: "0.97", "1e-09", "nan".
std::string number(double x, int digits = 12);

/// A name in single quotes, control characters shown as \xNN and long names cut.
std::string quoted(std::string_view name);

/// "'a', 'b' and 'c'"; after `most` names "and 12 more".
std::string list(const std::vector<std::string>& names, std::size_t most = 12);

/// "1 row", "2 rows".
std::string plural(std::int64_t n, std::string_view noun);

/// "1,234,567".
std::string grouped(std::int64_t n);

/// True for well-formed UTF-8.
bool is_utf8(std::string_view text);

}  // namespace sojourn::text
