// Splitting a number of customers over the moves of a row.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "support/binomial.hpp"
#include "support/split_words.hpp"

namespace sojourn::detail {

/// A move out of a state: who of those left makes it, and where it leads.
struct SplitMove {
  BinomialLaw law;
  std::ptrdiff_t to;
};

/// The moves of a row in order, each with its share of what those before it leave.
inline void add_split_row(std::vector<SplitMove>& moves, const std::vector<std::pair<std::ptrdiff_t, double>>& row) {
  const std::size_t first = moves.size();
  double rest = 0.0;
  for (auto move = row.rbegin(); move != row.rend(); ++move) {
    moves.push_back({.law = BinomialLaw(move->second, rest), .to = move->first});
    rest += move->second;
  }
  std::reverse(moves.begin() + static_cast<std::ptrdiff_t>(first), moves.end());
}

/// Splits `count` customers over the moves `first … last - 1` and calls `moved(m, number)` for each that is made. Nobody is
/// left after the last one. Goes on with the words.
template <class Moved>
void split_on(const std::vector<SplitMove>& moves, std::size_t first, std::size_t last, std::int64_t count,
              SplitWords& words, Moved&& moved) {
  auto left = static_cast<double>(count);
  for (std::size_t m = first; m + 1 < last; ++m) {
    const double number = moves[m].law.draw(left, words);
    if (number == 0.0) continue;
    moved(m, static_cast<std::int64_t>(number));
    left -= number;
    if (left == 0.0) return;
  }
  moved(last - 1, static_cast<std::int64_t>(left));
}

/// The same with words of its own.
template <class Moved>
void split(const std::vector<SplitMove>& moves, std::size_t first, std::size_t last, std::int64_t count,
           SplitWords words, Moved&& moved) {
  split_on(moves, first, last, count, words, std::forward<Moved>(moved));
}

}  // namespace sojourn::detail
