#include "alias_table.hpp"

#include <cmath>
#include <numeric>
#include <stdexcept>

namespace sojourn::detail {

namespace {

/// `q · 2^64`, with `q` in [0, 1).
std::uint64_t fixed_point(double q) {
  return q <= 0.0 ? 0 : static_cast<std::uint64_t>(std::ldexp(q, 64));
}

}  // namespace

AliasTable::AliasTable(const Chain& chain) {
  std::vector<double> probabilities;
  std::vector<std::uint32_t> states;
  rows_.reserve(static_cast<std::size_t>(chain.n_states()));
  for (Index i = 0; i < chain.n_states(); ++i) {
    probabilities.clear();
    states.clear();
    chain.for_each_move(i, [&](Index j, double p) {
      probabilities.push_back(p);
      states.push_back(static_cast<std::uint32_t>(j));
    });
    add_row(probabilities, states);
  }
}

AliasTable::AliasTable(const Vector& law) {
  std::vector<double> probabilities;
  std::vector<std::uint32_t> states;
  for (Index j = 0; j < law.size(); ++j) {
    if (law[j] <= 0.0) continue;
    probabilities.push_back(law[j]);
    states.push_back(static_cast<std::uint32_t>(j));
  }
  add_row(probabilities, states);
}

void AliasTable::add_row(const std::vector<double>& probabilities, const std::vector<std::uint32_t>& states) {
  const Row row{.first = static_cast<std::uint32_t>(cells_.size()),
                .n_cells = static_cast<std::uint32_t>(states.size())};
  for (const std::uint32_t state : states) cells_.push_back({.threshold = 0, .own = state, .alias = state});
  if (cells_.size() > 0xffffffffU) throw std::length_error("simulate: the chain has more than 2^32 moves");

  const double scale = row.n_cells / std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
  std::vector<double> share;  // of a cell, still to be placed
  std::vector<std::uint32_t> small;
  std::vector<std::uint32_t> large;
  for (std::uint32_t c = 0; c < row.n_cells; ++c) {
    share.push_back(probabilities[c] * scale);
    (share.back() < 1.0 ? small : large).push_back(c);
  }
  while (!small.empty() && !large.empty()) {
    const std::uint32_t poor = small.back();
    const std::uint32_t rich = large.back();
    small.pop_back();
    cells_[row.first + poor].threshold = fixed_point(share[poor]);
    cells_[row.first + poor].alias = cells_[row.first + rich].own;
    share[rich] -= 1.0 - share[poor];
    if (share[rich] < 1.0) {
      large.pop_back();
      small.push_back(rich);
    }
  }
  // What is left is full up to rounding: own and alias are the same state there.
  rows_.push_back(row);
}

std::uint32_t AliasTable::draw_exactly(const Row& row, std::uint64_t product, std::uint32_t low) const {
  const std::uint64_t low_product = std::uint64_t{low} * row.n_cells;
  product += low_product >> 32;
  const Cell& cell = cells_[row.first + (product >> 32)];
  const std::uint64_t fraction = (product << 32) | (low_product & 0xffffffffU);
  return fraction < cell.threshold ? cell.own : cell.alias;
}

}  // namespace sojourn::detail
