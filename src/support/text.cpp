#include "support/text.hpp"

#include <charconv>
#include <cmath>

namespace sojourn::text {

std::string number(double x, int digits) {
  if (std::isnan(x)) return "nan";
  if (std::isinf(x)) return x > 0 ? "inf" : "-inf";
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, x, std::chars_format::general, digits).ptr;
  return {buffer, end};
}

std::string quoted(std::string_view name) {
  constexpr std::size_t longest = 80;
  constexpr char hex[] = "0123456789abcdef";
  std::string out = "'";
  std::size_t i = 0;
  for (; i < name.size() && out.size() < longest; ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    if (c < 0x20 || c == 0x7f) {
      out += "\\x";
      out += hex[c >> 4];
      out += hex[c & 15];
    } else {
      out += name[i];
    }
  }
  // A cut must not fall inside a character of several bytes.
  if (i < name.size()) {
    while (i > 0 && (static_cast<unsigned char>(name[i]) & 0xc0) == 0x80) {
      out.pop_back();
      --i;
    }
    out += "…";
  }
  return out + "'";
}

std::string list(const std::vector<std::string>& names, std::size_t most) {
  const std::size_t shown = names.size() <= most ? names.size() : most;
  std::string out;
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) out += i + 1 == names.size() ? " and " : ", ";
    out += text::quoted(names[i]);
  }
  if (shown < names.size()) out += " and " + std::to_string(names.size() - shown) + " more";
  return out;
}

std::string plural(std::int64_t n, std::string_view noun) {
  return grouped(n) + ' ' + std::string(noun) + (n == 1 ? "" : "s");
}

std::string grouped(std::int64_t n) {
  std::string out = std::to_string(n);
  const std::size_t sign = n < 0 ? 1 : 0;
  for (std::size_t end = out.size(); end > sign + 3; end -= 3) out.insert(end - 3, 1, ',');
  return out;
}

bool is_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    std::size_t more = 0;
    char32_t point = 0;
    if (lead < 0x80) {
      point = lead;
    } else if (lead >= 0xc2 && lead < 0xe0) {
      more = 1;
      point = lead & 0x1fU;
    } else if (lead >= 0xe0 && lead < 0xf0) {
      more = 2;
      point = lead & 0x0fU;
    } else if (lead >= 0xf0 && lead < 0xf5) {
      more = 3;
      point = lead & 0x07U;
    } else {
      return false;
    }
    if (i + more >= text.size()) return false;
    for (std::size_t k = 1; k <= more; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0) != 0x80) return false;
      point = (point << 6) | (next & 0x3fU);
    }
    const bool overlong = (more == 2 && point < 0x800) || (more == 3 && point < 0x10000);
    if (overlong || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return false;
    i += more + 1;
  }
  return true;
}

}  // namespace sojourn::text
