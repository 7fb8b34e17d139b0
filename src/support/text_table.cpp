#include "support/text_table.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "support/text.hpp"

namespace sojourn::text {

std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string Table::text() const {
  // A long table is cut in the middle.
  constexpr std::size_t most_rows = 200;
  constexpr std::size_t shown_rows = 20;  // at either end
  const bool is_cut = rows_.size() > most_rows;
  const auto is_shown = [&](std::size_t r) { return !is_cut || r <= shown_rows || r + shown_rows >= rows_.size(); };
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    for (std::size_t c = 0; is_shown(r) && c < rows_[r].size(); ++c)
      widths[c] = std::max(widths[c], width(rows_[r][c]));
  }
  std::string out;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const auto& row = rows_[r];
    if (is_cut && r == shown_rows + 1)
      out += "… " + grouped(static_cast<std::int64_t>(rows_.size() - 1 - 2 * shown_rows)) + " more rows …\n";
    if (!is_shown(r)) continue;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string padding(widths[c] - width(row[c]), ' ');
      if (c > 0) out += "  ";
      const bool last = c + 1 == row.size();
      out += c < n_left_ ? row[c] + (last ? "" : padding) : padding + row[c];
    }
    out += '\n';
  }
  return out;
}

std::string amount(double x, double largest) {
  const double size = std::abs(largest);
  if (!(size < 1e12) || (size != 0.0 && size < 1e-4)) return number(x, 6);
  const int before_point = size < 1.0 ? 1 : static_cast<int>(std::floor(std::log10(size))) + 1;
  const int digits = std::clamp(6 - before_point, before_point > 4 ? 0 : 2, 4);
  char buffer[64];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, x == 0.0 ? 0.0 : x, std::chars_format::fixed, digits).ptr;
  std::string out(buffer, end);
  // No minus sign on what is printed as zero.
  if (out.front() == '-' && out.find_first_of("123456789") == std::string::npos) out.erase(0, 1);
  return out;
}

std::string plain(const std::string& name) {
  constexpr char hex[] = "0123456789abcdef";
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace sojourn::text
