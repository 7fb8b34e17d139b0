#include "simulation/value_bins.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace sojourn::detail {
namespace {

/// At a coarser level than the list's own.
void coarsen(BinList& list, int level) {
  const int step = level - list.level;
  list.level = level;
  if (step == 0 || list.bins.empty()) return;
  auto last = list.bins.begin();
  last->key >>= step;
  for (auto bin = last + 1; bin != list.bins.end(); ++bin) {
    bin->key >>= step;
    if (bin->key != last->key) {
      *++last = *bin;
    } else {
      last->count += bin->count;
      last->high = bin->high;
    }
  }
  list.bins.erase(last + 1, list.bins.end());
}

/// Joins bins in order until they are few enough: at the finest level at which they are.
void settle(BinList& list) {
  std::vector<Bin>& bins = list.bins;
  if (bins.size() <= most_bins) return;
  // Neighbours become one bin at the level at which the highest bit in which they differ is dropped.
  std::array<std::size_t, 65> joined_at{};
  for (std::size_t k = 1; k < bins.size(); ++k) {
    ++joined_at[static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(bins[k].key ^ bins[k - 1].key)))];
  }
  int step = 0;
  for (std::size_t left = bins.size(); left > most_bins;) left -= joined_at[static_cast<std::size_t>(++step)];
  coarsen(list, list.level + step);
}

/// Bins in the order of their keys, by digits.
std::vector<Bin> sorted(std::vector<Bin> bins) {
  constexpr int digit_bits = 11;
  constexpr std::size_t n_digits = std::size_t{1} << digit_bits;
  constexpr std::uint64_t offset = std::uint64_t{1} << 52;  // makes keys positive
  std::vector<Bin> other(bins.size());
  for (int shift = 0; shift < 55; shift += digit_bits) {
    const auto digit = [shift](const Bin& bin) {
      return ((static_cast<std::uint64_t>(bin.key) + offset) >> shift) % n_digits;
    };
    std::array<std::size_t, n_digits> place{};
    for (const Bin& bin : bins) ++place[digit(bin)];
    std::size_t before = 0;
    for (std::size_t& count : place) before += std::exchange(count, before);
    for (const Bin& bin : bins) other[place[digit(bin)]++] = bin;
    bins.swap(other);
  }
  return bins;
}

/// Asks for memory that is needed soon.
inline void fetch_early([[maybe_unused]] const void* place) {
#ifdef __GNUC__
  __builtin_prefetch(place, 1);
#endif
}

}  // namespace

inline std::size_t Bins::home_of(std::int64_t key) const {
  return (static_cast<std::uint64_t>(key) * 0x9e3779b97f4a7c15U) >> shift_;
}

inline std::size_t Bins::place_of(std::int64_t key) const {
  std::size_t at = home_of(key);
  while (slots_[at].key != key && slots_[at].key != no_key) at = (at + 1) & (slots_.size() - 1);
  return at;
}

void Bins::fill(const std::vector<Bin>& bins) {
  n_bins_ = 0;
  for (const Bin& bin : bins) {
    if (bin.key == no_key) continue;
    slots_[place_of(bin.key)] = bin;
    ++n_bins_;
  }
}

void Bins::resize(std::size_t n_slots) {
  const std::vector<Bin> before = std::exchange(slots_, std::vector<Bin>(n_slots, no_bin));
  shift_ = 64 - std::countr_zero(n_slots);
  fill(before);
}

std::vector<Bin> Bins::used() const {
  std::vector<Bin> bins;
  bins.reserve(n_bins_);
  std::copy_if(slots_.begin(), slots_.end(), std::back_inserter(bins), [](const Bin& bin) { return bin.count > 0; });
  return sorted(std::move(bins));
}

BinList Bins::list() const {
  BinList result{.level = level_, .bins = used()};
  settle(result);
  return result;
}

void Bins::make_room() {
  const BinList few = list();
  level_ = few.level;
  slots_.assign(slots_.size(), no_bin);
  fill(few.bins);
}

inline Bin& Bins::slot_of(std::int64_t key) {
  std::size_t at = place_of(key >> level_);
  if (slots_[at].key == no_key) {
    if (n_bins_ == most_bins + most_bins / 2) {
      make_room();
    } else if (2 * (n_bins_ + 1) > slots_.size()) {
      resize(2 * slots_.size());
    }
    at = place_of(key >> level_);
    if (slots_[at].key == no_key) {
      slots_[at].key = key >> level_;
      ++n_bins_;
    }
  }
  return slots_[at];
}

void Bins::add(std::span<const double> values) {
  if (slots_.empty()) resize(std::size_t{1} << 10);
  std::array<std::int64_t, 256> keys;  // some at a time: the first loop becomes vector instructions
  while (!values.empty()) {
    const std::span<const double> some = values.first(std::min(values.size(), keys.size()));
    values = values.subspan(some.size());
    for (std::size_t i = 0; i < some.size(); ++i) keys[i] = key_of(some[i]);
    for (std::size_t i = 0; i < some.size(); ++i) fetch_early(&slots_[home_of(keys[i] >> level_)]);
    for (std::size_t i = 0; i < some.size(); ++i) {
      const double x = some[i] + 0.0;  // one zero
      Bin& bin = slot_of(keys[i]);
      ++bin.count;
      bin.low = x < bin.low ? x : bin.low;  // without a branch
      bin.high = x > bin.high ? x : bin.high;
    }
  }
}

BinList added(BinList a, BinList b) {
  const int level = std::max(a.level, b.level);
  coarsen(a, level);
  coarsen(b, level);
  BinList result{.level = level};
  result.bins.reserve(a.bins.size() + b.bins.size());
  auto i = a.bins.begin();
  auto j = b.bins.begin();
  while (i != a.bins.end() && j != b.bins.end()) {
    if (i->key < j->key) {
      result.bins.push_back(*i++);
    } else if (j->key < i->key) {
      result.bins.push_back(*j++);
    } else {
      result.bins.push_back({i->key, i->count + j->count, std::min(i->low, j->low), std::max(i->high, j->high)});
      ++i, ++j;
    }
  }
  result.bins.insert(result.bins.end(), i, a.bins.end());
  result.bins.insert(result.bins.end(), j, b.bins.end());
  settle(result);
  return result;
}

std::int64_t ranks_off(const Bin& bin) {
  return key_of(bin.low) < key_of(bin.high) ? bin.count - 2 : 0;  // the smallest and the largest are known
}

}  // namespace sojourn::detail
