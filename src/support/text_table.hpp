// Aligned tables for printed forms.
#pragma once

#include <string>
#include <vector>

namespace sojourn::text {

/// A table in plain text: the first `n_left` columns to the left, the others to the right, two blanks between.
class Table {
 public:
  explicit Table(std::vector<std::string> header, std::size_t n_left = 1) : n_left_(n_left) {
    rows_.push_back(std::move(header));
  }

  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string text() const;

 private:
  std::size_t n_left_;
  std::vector<std::vector<std::string>> rows_;
};

/// Characters of a UTF-8 text.
std::size_t width(const std::string& text);

/// A number for a table: so many digits after the point that numbers of size `largest` keep about six in all.
std::string amount(double x, double largest);

/// A name for one line: control characters shown as \xNN.
std::string plain(const std::string& name);

}  // namespace sojourn::text
