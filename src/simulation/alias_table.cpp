#include "simulation/alias_table.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

namespace sojourn::detail {

namespace {

constexpr std::uint64_t most_alias_cells = std::uint64_t{1} << 31;
constexpr std::uint64_t room_for_one_width = 4096;  // cells that need no better reason

/// `q · 2^64`, with `q` in [0, 1).
std::uint64_t fixed_point(double q) {
  return q <= 0.0 ? 0 : static_cast<std::uint64_t>(std::ldexp(q, 64));
}

unsigned width_for(std::size_t n_entries) {
  return static_cast<unsigned>(std::bit_width(std::max<std::size_t>(n_entries, 1) - 1));
}

}  // namespace

AliasTable::AliasTable(const Chain& chain, const std::vector<std::uint32_t>& number_of) {
  const auto n = static_cast<std::size_t>(chain.n_states());
  std::vector<Index> state_of(n);
  std::vector<unsigned> widths(n);
  std::uint64_t total = 0;
  unsigned widest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t n_entries = 0;
    chain.for_each_move(static_cast<Index>(i), [&](Index, double) { ++n_entries; });
    const unsigned width = width_for(n_entries);
    state_of[number_of[i]] = static_cast<Index>(i);
    widths[number_of[i]] = width;
    widest = std::max(widest, width);
    total += std::uint64_t{1} << width;
  }
  const std::uint64_t of_one_width = std::uint64_t{n} << widest;
  is_uniform_ = of_one_width <= std::max(room_for_one_width, 4 * total);
  if ((is_uniform_ ? of_one_width : total) > most_alias_cells) {
    throw std::length_error("simulate: the chain has more than 2^30 moves");
  }
  rows_.reserve(n);
  std::vector<Entry> entries;
  for (std::size_t row = 0; row < n; ++row) {
    entries.clear();
    chain.for_each_move(state_of[row], [&](Index j, double p) {
      entries.push_back({.state = number_of[static_cast<std::size_t>(j)], .probability = p});
    });
    add_row(entries, is_uniform_ ? widest : widths[row]);
  }
}

AliasTable::AliasTable(const Vector& law) {
  std::vector<Entry> entries;
  for (Index j = 0; j < law.size(); ++j) {
    if (law[j] > 0.0) entries.push_back({.state = static_cast<std::uint32_t>(j), .probability = law[j]});
  }
  add_row(entries, width_for(entries.size()));
}

void AliasTable::add_row(const std::vector<Entry>& entries, unsigned width) {
  const std::size_t first = cells_.size();
  const std::size_t n_cells = std::size_t{1} << width;
  double total = 0.0;
  Entry largest = entries.front();
  for (const Entry& entry : entries) {
    total += entry.probability;
    if (entry.probability > largest.probability) largest = entry;
  }
  const double scale = static_cast<double>(n_cells) / total;
  std::vector<double> share(n_cells, 0.0);  // of a cell, still to be placed
  std::vector<std::uint32_t> small;
  std::vector<std::uint32_t> large;
  for (std::uint32_t c = 0; c < n_cells; ++c) {
    const std::uint32_t own = c < entries.size() ? entries[c].state : largest.state;
    cells_.push_back({.threshold = 0, .own = own, .alias = own});
    if (c < entries.size()) share[c] = entries[c].probability * scale;
    (share[c] < 1.0 ? small : large).push_back(c);
  }
  thresholds_.resize(cells_.size(), 0);
  // Cells without a share come last in `small` and are filled first.
  while (!small.empty() && !large.empty()) {
    const std::uint32_t poor = small.back();
    const std::uint32_t rich = large.back();
    small.pop_back();
    thresholds_[first + poor] = fixed_point(share[poor]);
    cells_[first + poor].threshold = static_cast<std::uint32_t>((thresholds_[first + poor] >> (32 + width)) << width);
    cells_[first + poor].alias = cells_[first + rich].own;
    share[rich] -= 1.0 - share[poor];
    if (share[rich] < 1.0) {
      large.pop_back();
      small.push_back(rich);
    }
  }
  // What is left is full up to rounding: own and alias are the same state there.
  rows_.push_back(std::uint64_t{first} << 8 | width);
}

std::uint32_t AliasTable::draw_exactly(std::size_t row, std::uint32_t high, std::uint32_t low) const {
  const auto width = static_cast<unsigned>(rows_[row] & 0xff);
  const std::size_t at = (rows_[row] >> 8) + (std::uint64_t{high} >> (32 - width));
  const std::uint64_t fraction = (std::uint64_t{high} << 32 | low) << width;
  return fraction < thresholds_[at] ? cells_[at].own : cells_[at].alias;
}

}  // namespace sojourn::detail
