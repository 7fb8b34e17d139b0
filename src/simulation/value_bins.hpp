// Counts of values that agree in their leading bits: what a summary knows of quantiles.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "simulation/simulated_value_access.hpp"

namespace sojourn::detail {

using Bin = SimulatedValueAccess::Bin;
using BinList = SimulatedValueAccess::BinList;

inline constexpr int rounded_bits = 12;    // of 52 bits of the mantissa; values that agree in the others count as equal
inline constexpr int coarsest_level = 40;  // one bin for each power of two
inline constexpr auto most_bins = static_cast<std::size_t>(SimulatedValue::most_bins);

/// The rounded value as a whole number, in the order of the values. At level `l` a bin holds the values whose keys agree
/// but for their last `l` bits.
inline std::int64_t key_of(double x) {
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const auto size = ((bits & ~sign) + (std::uint64_t{1} << (rounded_bits - 1))) >> rounded_bits;
  const auto key = static_cast<std::int64_t>(size);
  const std::int64_t turn = -static_cast<std::int64_t>(bits >> 63);
  return (key ^ turn) - turn;
}

/// Bins that are found by a hash of their keys. At work there may be more of them than in a summary, never coarser ones.
class Bins {
 public:
  void add(std::span<const double> values);
  BinList list() const;

 private:
  static constexpr std::int64_t no_key = std::numeric_limits<std::int64_t>::min();
  static constexpr Bin no_bin{no_key, 0, std::numeric_limits<double>::infinity(),
                              -std::numeric_limits<double>::infinity()};

  std::size_t home_of(std::int64_t key) const;
  /// Where this key is, or the free place where it belongs.
  std::size_t place_of(std::int64_t key) const;
  Bin& slot_of(std::int64_t key);
  std::vector<Bin> used() const;
  void make_room();
  void resize(std::size_t n_slots);
  void fill(const std::vector<Bin>& bins);

  int level_ = 0;
  int shift_ = 64;
  std::size_t n_bins_ = 0;
  std::vector<Bin> slots_;  // a power of two, at least twice as many as bins
};

/// The bins of both, as few as a summary may hold.
BinList added(BinList a, BinList b);

/// How many customers of a bin a quantile inside it may be off.
std::int64_t ranks_off(const Bin& bin);

}  // namespace sojourn::detail
