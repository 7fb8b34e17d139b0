#include "sojourn/simulation/simulated_value.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "simulation/simulated_value_access.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

using Range = SimulatedValueAccess::Range;
using Moments = SimulatedValueAccess::Moments;
using Bin = SimulatedValueAccess::Bin;
using Fields = SimulatedValueAccess::Fields;

constexpr std::int64_t block_size = SimulatedValue::block_size;
constexpr std::int64_t most_customers = std::int64_t{1} << 59;

constexpr std::int64_t length(const Range& range) {
  return range.end - range.first;
}

constexpr std::int64_t end_of_block(std::int64_t customer) {
  return (customer / block_size + 1) * block_size;
}

std::string numbered(const Range& customers) {
  return length(customers) == 1
             ? "customer " + std::to_string(customers.first)
             : "customers " + std::to_string(customers.first) + " to " + std::to_string(customers.end - 1);
}

// ---- Checks

constexpr std::uint64_t exponent_bits = std::uint64_t{0x7ff} << 52;

bool is_finite(std::uint64_t bits) {
  return (bits & exponent_bits) != exponent_bits;
}

Range checked_range(std::int64_t first_customer, std::span<const double> values) {
  if (first_customer < 0 || first_customer > most_customers) {
    throw std::invalid_argument("first_customer: must be from 0 to 2^59, found " + std::to_string(first_customer));
  }
  const auto size = static_cast<std::int64_t>(values.size());
  if (size > most_customers - first_customer) {
    throw std::invalid_argument("values: the numbers of their customers end above " + std::to_string(most_customers) +
                                "; begin at a smaller first_customer");
  }
  // One pass without a branch; only a refusal looks for the place.
  std::uint64_t refused = 0;
  for (const double x : values) refused += is_finite(std::bit_cast<std::uint64_t>(x)) ? 0U : 1U;
  if (refused != 0) {
    const auto found = std::find_if(values.begin(), values.end(), [](double x) { return !std::isfinite(x); });
    throw std::invalid_argument("values: must be finite, found " + text::number(*found) + " for customer " +
                                std::to_string(first_customer + (found - values.begin())) +
                                "; leave such customers out or use smaller rewards");
  }
  return {first_customer, first_customer + size};
}

double checked_share(double p) {
  if (p >= 0.0 && p <= 1.0) return p;
  throw std::invalid_argument("quantile: p must be from 0 to 1 (0.5 = the median), found " + text::number(p));
}

/// The ranges in order, touching ones joined. A customer in two of them is refused.
std::vector<Range> joined(std::vector<Range> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.first < b.first; });
  std::vector<Range> result;
  for (const Range& range : ranges) {
    if (result.empty() || range.first > result.back().end) {
      result.push_back(range);
    } else if (range.first < result.back().end) {
      throw std::invalid_argument("merge: " + numbered({range.first, std::min(range.end, result.back().end)}) +
                                  " would be counted twice; give each part customers of its own (first_customer)");
    } else {
      result.back().end = range.end;
    }
  }
  return result;
}

/// Calls `visit(first, end)` for the pieces into which the edges of blocks cut a range.
template <class Visit>
void each_piece(const Range& range, Visit&& visit) {
  for (std::int64_t first = range.first; first < range.end;) {
    const std::int64_t end = std::min(range.end, end_of_block(first));
    visit(Range{first, end});
    first = end;
  }
}

/// Calls `visit(n)` with the number of customers of each block, in order.
template <class Visit>
void each_block(const std::vector<Range>& ranges, Visit&& visit) {
  std::int64_t block = -1;
  std::int64_t customers = 0;
  for (const Range& range : ranges) {
    each_piece(range, [&](const Range& piece) {
      if (piece.first / block_size != block) {
        if (customers > 0) visit(customers);
        customers = 0;
        block = piece.first / block_size;
      }
      customers += length(piece);
    });
  }
  if (customers > 0) visit(customers);
}

// ---- Moments

/// Sum of `term(x)` in eight lanes: the same order of additions on every machine, whatever the compiler makes of it.
template <class Term>
double lane_sum(std::span<const double> values, Term&& term) {
  std::array<double, 8> lanes{};
  std::size_t i = 0;
  for (; i + 8 <= values.size(); i += 8) {
    for (std::size_t k = 0; k < 8; ++k) lanes[k] += term(values[i + k]);
  }
  for (std::size_t k = 0; i + k < values.size(); ++k) lanes[k] += term(values[i + k]);
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

/// Moments of the values of one block: deviations from its first value give the mean, those from the mean its last
/// digits and the squares.
Moments moments_of(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  const double first = values.front();
  const double mean = first + lane_sum(values, [first](double x) { return x - first; }) / n;
  const double rest = lane_sum(values, [mean](double x) { return x - mean; });
  const double squares = lane_sum(values, [mean](double x) { return (x - mean) * (x - mean); });
  return {mean + rest / n, std::max(squares - rest * rest / n, 0.0)};
}

struct Total {
  double mean = 0.0;
  double standard_deviation = 0.0;
};

/// Mean and standard deviation over blocks in the order of their numbers.
Total total(const Fields& fields) {
  struct Part {
    double customers;
    Moments moments;
  };
  std::vector<Part> parts;
  std::int64_t customers = 0;
  auto value = fields.values.begin();
  auto block = fields.blocks.begin();
  each_block(fields.ranges, [&](std::int64_t n) {
    const bool is_summarized = !fields.has_values && n == block_size;
    parts.push_back({static_cast<double>(n), is_summarized ? *block++ : moments_of(std::span(value, value + n))});
    if (!is_summarized) value += n;
    customers += n;
  });
  const auto n = static_cast<double>(customers);
  double mean = parts.front().moments.mean;
  double rest = 0.0;
  for (const Part& part : parts) rest += part.customers * (part.moments.mean - mean);
  mean += rest / n;
  rest = 0.0;
  double squares = 0.0;
  for (const Part& part : parts) {
    const double off = part.moments.mean - mean;
    rest += part.customers * off;
    squares += part.moments.squares + part.customers * (off * off);
  }
  squares = std::max(squares - rest * rest / n, 0.0);
  return {mean + rest / n, customers > 1 ? std::sqrt(squares / (n - 1.0)) : 0.0};
}

// ---- Bins

using BinList = SimulatedValueAccess::BinList;

constexpr int rounded_bits = 12;    // of 52 bits of the mantissa; values that agree in the others count as equal
constexpr int coarsest_level = 40;  // one bin for each power of two
constexpr auto most_bins = static_cast<std::size_t>(SimulatedValue::most_bins);

/// The rounded value as a whole number, in the order of the values. At level `l` a bin holds the values whose keys agree
/// but for their last `l` bits.
std::int64_t key_of(double x) {
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const auto size = ((bits & ~sign) + (std::uint64_t{1} << (rounded_bits - 1))) >> rounded_bits;
  const auto key = static_cast<std::int64_t>(size);
  const std::int64_t turn = -static_cast<std::int64_t>(bits >> 63);
  return (key ^ turn) - turn;
}

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

/// Bins that are found by a hash of their keys. At work there may be more of them than in a summary, never coarser ones.
class Bins {
 public:
  void add(std::span<const double> values) {
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

  BinList list() const {
    BinList result{.level = level_, .bins = used()};
    settle(result);
    return result;
  }

 private:
  static constexpr std::int64_t no_key = std::numeric_limits<std::int64_t>::min();
  static constexpr Bin no_bin{no_key, 0, std::numeric_limits<double>::infinity(),
                              -std::numeric_limits<double>::infinity()};

  std::size_t home_of(std::int64_t key) const {
    return (static_cast<std::uint64_t>(key) * 0x9e3779b97f4a7c15U) >> shift_;
  }

  /// Where this key is, or the free place where it belongs.
  std::size_t place_of(std::int64_t key) const {
    std::size_t at = home_of(key);
    while (slots_[at].key != key && slots_[at].key != no_key) at = (at + 1) & (slots_.size() - 1);
    return at;
  }

  Bin& slot_of(std::int64_t key) {
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

  std::vector<Bin> used() const {
    std::vector<Bin> bins;
    bins.reserve(n_bins_);
    std::copy_if(slots_.begin(), slots_.end(), std::back_inserter(bins), [](const Bin& bin) { return bin.count > 0; });
    return sorted(std::move(bins));
  }

  void make_room() {
    const BinList few = list();
    level_ = few.level;
    slots_.assign(slots_.size(), no_bin);
    fill(few.bins);
  }

  void resize(std::size_t n_slots) {
    const std::vector<Bin> before = std::exchange(slots_, std::vector<Bin>(n_slots, no_bin));
    shift_ = 64 - std::countr_zero(n_slots);
    fill(before);
  }

  void fill(const std::vector<Bin>& bins) {
    n_bins_ = 0;
    for (const Bin& bin : bins) {
      if (bin.key == no_key) continue;
      slots_[place_of(bin.key)] = bin;
      ++n_bins_;
    }
  }

  int level_ = 0;
  int shift_ = 64;
  std::size_t n_bins_ = 0;
  std::vector<Bin> slots_;  // a power of two, at least twice as many as bins
};

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

/// How many customers of a bin a quantile inside it may be off.
std::int64_t ranks_off(const Bin& bin) {
  return key_of(bin.low) < key_of(bin.high) ? bin.count - 2 : 0;  // the smallest and the largest are known
}

// ---- Summaries

/// Consecutive customers of one block: all of it, as moments, or some values.
struct Piece {
  std::int64_t first = 0;
  Moments moments = {};
  std::span<const double> values = {};
};

/// The pieces of a summary, in order.
void append_pieces(const Fields& fields, std::vector<Piece>& pieces) {
  auto value = fields.values.begin();
  auto block = fields.blocks.begin();
  for (const Range& range : fields.ranges) {
    each_piece(range, [&](const Range& piece) {
      const std::int64_t n = length(piece);
      if (n == block_size) {
        pieces.push_back({.first = piece.first, .moments = *block++});
      } else {
        pieces.push_back({.first = piece.first, .values = std::span(value, value + n)});
        value += n;
      }
    });
  }
}

/// The summary of pieces in any order; blocks that they complete are reduced to their moments.
Fields summarized(std::vector<Range> ranges, std::vector<Piece> pieces, BinList bins) {
  Fields fields{.has_values = false, .ranges = std::move(ranges), .bins = std::move(bins)};
  std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.first < b.first; });
  auto piece = pieces.begin();
  each_block(fields.ranges, [&](std::int64_t n) {
    if (piece->values.empty()) {
      fields.blocks.push_back((piece++)->moments);
      return;
    }
    const auto begin = static_cast<std::ptrdiff_t>(fields.values.size());
    for (std::int64_t found = 0; found < n; ++piece) {
      fields.values.insert(fields.values.end(), piece->values.begin(), piece->values.end());
      found += static_cast<std::int64_t>(piece->values.size());
    }
    if (n < block_size) return;
    fields.blocks.push_back(moments_of(std::span(fields.values.begin() + begin, fields.values.end())));
    fields.values.resize(static_cast<std::size_t>(begin));
  });
  return fields;
}

/// All values of parts without a common customer.
Fields concatenated(std::vector<Range> ranges, std::span<const SimulatedValue> parts) {
  std::vector<Piece> pieces;
  for (const SimulatedValue& part : parts) {
    std::span<const double> rest = part.values();
    for (const Range& range : SimulatedValueAccess::fields(part).ranges) {
      const auto n = static_cast<std::size_t>(length(range));
      pieces.push_back({.first = range.first, .values = rest.first(n)});
      rest = rest.subspan(n);
    }
  }
  std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.first < b.first; });
  Fields fields{.ranges = std::move(ranges)};
  std::size_t n = 0;
  for (const Piece& piece : pieces) n += piece.values.size();
  fields.values.reserve(n);
  for (const Piece& piece : pieces) {
    fields.values.insert(fields.values.end(), piece.values.begin(), piece.values.end());
  }
  return fields;
}

/// The place, from 0, of the quantile among `n` values in order.
std::int64_t place_of(double p, std::int64_t n) {
  // A share such as 0.55 is a hair more than it says: it must not cost a rank.
  const double rank = std::ceil(p * static_cast<double>(n) * (1.0 - 1e-14));
  return std::clamp(static_cast<std::int64_t>(rank) - 1, std::int64_t{0}, n - 1);
}

std::vector<std::size_t> in_order(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  for (std::size_t k = 0; k < p.size(); ++k) order[k] = k;
  std::sort(order.begin(), order.end(), [&p](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  return order;
}

/// A place within a bin, both counted from 0.
struct BinPlace {
  std::vector<Bin>::const_iterator bin;
  std::int64_t below;  // customers in lower bins

  /// Moves on to the bin that holds this place.
  void advance_to(std::int64_t place) {
    while (place >= below + bin->count) below += (bin++)->count;
  }
  QuantileBounds bounds(std::int64_t place) const {
    if (place == below) return {bin->low, bin->low};
    if (place == below + bin->count - 1) return {bin->high, bin->high};
    return {bin->low, bin->high};
  }
};

}  // namespace

struct SimulatedValue::Content {
  Fields fields;
  std::int64_t customers;
  Total total;
};

SimulatedValue SimulatedValueAccess::trusted(Fields fields) {
  std::int64_t customers = 0;
  for (const Range& range : fields.ranges) customers += length(range);
  const Total moments = total(fields);
  return SimulatedValue(std::make_shared<const SimulatedValue::Content>(
      SimulatedValue::Content{.fields = std::move(fields), .customers = customers, .total = moments}));
}

const SimulatedValueAccess::Fields& SimulatedValueAccess::fields(const SimulatedValue& value) {
  return value.content_->fields;
}

SimulatedValue SimulatedValueAccess::make(Fields fields) {
  const auto refuse_unless = [](bool holds) {
    if (!holds) throw std::invalid_argument("SimulatedValue: these fields belong to no customers");
  };
  refuse_unless(!fields.ranges.empty());
  std::int64_t end = -1;
  std::int64_t customers = 0;
  for (const Range& range : fields.ranges) {
    refuse_unless(range.first > end && range.end > range.first && range.end <= most_customers);
    customers += length(range);
    end = range.end;
  }
  for (const double x : fields.values) refuse_unless(std::isfinite(x));
  std::int64_t complete = 0;
  if (!fields.has_values) each_block(fields.ranges, [&](std::int64_t n) { complete += n == block_size ? 1 : 0; });
  refuse_unless(static_cast<std::int64_t>(fields.blocks.size()) == complete &&
                static_cast<std::int64_t>(fields.values.size()) == customers - complete * block_size);
  const auto& [level, bins] = fields.bins;
  refuse_unless(level >= 0 && level <= coarsest_level && bins.size() <= most_bins);
  std::int64_t counted = 0;
  for (std::size_t k = 0; k < bins.size(); ++k) {
    const Bin& bin = bins[k];
    refuse_unless(std::isfinite(bin.low) && std::isfinite(bin.high) && bin.low <= bin.high &&
                  key_of(bin.low) >> level == bin.key && key_of(bin.high) >> level == bin.key &&
                  (k == 0 || bin.key > bins[k - 1].key));
    refuse_unless(bin.count >= (bin.low < bin.high ? 2 : 1) && bin.count <= customers - counted);
    counted += bin.count;
  }
  refuse_unless(counted == (fields.has_values ? 0 : customers));
  return trusted(std::move(fields));
}

SimulatedValue::SimulatedValue(std::int64_t first_customer, std::vector<double> values) {
  if (values.empty()) throw std::invalid_argument("values: at least one is needed");
  const Range range = checked_range(first_customer, values);
  *this = SimulatedValueAccess::trusted({.ranges = {range}, .values = std::move(values)});
}

std::int64_t SimulatedValue::customers() const {
  return content_->customers;
}

double SimulatedValue::mean() const {
  if (std::isfinite(content_->total.mean)) return content_->total.mean;
  throw std::domain_error("mean: the values are too large to be added as floating-point numbers; use a larger unit");
}

double SimulatedValue::standard_deviation() const {
  if (std::isfinite(content_->total.standard_deviation)) return content_->total.standard_deviation;
  throw std::domain_error(
      "standard_deviation: the values are too large to be squared as floating-point numbers; use a larger unit");
}

double SimulatedValue::standard_error() const {
  return standard_deviation() / std::sqrt(static_cast<double>(customers()));
}

double SimulatedValue::quantile(double p) const {
  return quantiles(std::span(&p, 1)).front();
}

std::vector<double> SimulatedValue::quantiles(std::span<const double> p) const {
  for (const double share : p) checked_share(share);
  std::vector<double> found(p.size());
  if (has_values()) {
    std::vector<double> values = content_->fields.values;
    auto sorted_to = values.begin();
    for (const std::size_t k : in_order(p)) {
      const auto place = values.begin() + static_cast<std::ptrdiff_t>(place_of(p[k], customers()));
      std::nth_element(std::min(sorted_to, place), place, values.end());
      sorted_to = place;
      found[k] = *place + 0.0;  // one zero
    }
    return found;
  }
  BinPlace at{content_->fields.bins.bins.begin(), 0};
  for (const std::size_t k : in_order(p)) {
    const std::int64_t place = place_of(p[k], customers());
    at.advance_to(place);
    const QuantileBounds bounds = at.bounds(place);
    // Between the smallest and the largest value of the bin, by rank.
    const double share = bounds.low == bounds.high
                             ? 0.0
                             : static_cast<double>(place - at.below) / static_cast<double>(at.bin->count - 1);
    found[k] = std::min(bounds.high, bounds.low + share * (bounds.high - bounds.low));
  }
  return found;
}

QuantileBounds SimulatedValue::quantile_bounds(double p) const {
  if (has_values()) {
    const double value = quantile(p);
    return {value, value};
  }
  const std::int64_t place = place_of(checked_share(p), customers());
  BinPlace at{content_->fields.bins.bins.begin(), 0};
  at.advance_to(place);
  return at.bounds(place);
}

double SimulatedValue::rank_error(double p) const {
  const std::int64_t place = place_of(checked_share(p), customers());
  if (has_values()) return 0.0;
  BinPlace at{content_->fields.bins.bins.begin(), 0};
  at.advance_to(place);
  const QuantileBounds bounds = at.bounds(place);
  return bounds.low == bounds.high ? 0.0 : static_cast<double>(ranks_off(*at.bin)) / static_cast<double>(customers());
}

double SimulatedValue::rank_error() const {
  std::int64_t most = 0;
  for (const Bin& bin : content_->fields.bins.bins) most = std::max(most, ranks_off(bin));
  return static_cast<double>(most) / static_cast<double>(customers());
}

bool SimulatedValue::has_values() const {
  return content_->fields.has_values;
}

std::span<const double> SimulatedValue::values() const {
  if (has_values()) return content_->fields.values;
  throw std::domain_error("values: only a summary was kept of " + text::plural(customers(), "customer") +
                          "; ask for all values, or for mean, standard_deviation and quantile");
}

SimulatedValue SimulatedValue::summary() const {
  if (!has_values()) return *this;
  SimulatedValueBuilder builder;
  std::span<const double> rest = values();
  for (const Range& range : content_->fields.ranges) {
    const auto n = static_cast<std::size_t>(length(range));
    builder.add(range.first, rest.first(n));
    rest = rest.subspan(n);
  }
  return builder.summary();
}

SimulatedValue SimulatedValue::merge(std::span<const SimulatedValue> parts) {
  if (parts.empty()) throw std::invalid_argument("merge: at least one part is needed");
  if (parts.size() == 1) return parts.front();
  std::vector<Range> ranges;
  bool has_values = true;
  for (const SimulatedValue& part : parts) {
    const Fields& fields = part.content_->fields;
    ranges.insert(ranges.end(), fields.ranges.begin(), fields.ranges.end());
    has_values = has_values && fields.has_values;
  }
  ranges = joined(std::move(ranges));
  if (has_values) return SimulatedValueAccess::trusted(concatenated(std::move(ranges), parts));

  std::vector<SimulatedValue> summaries;
  summaries.reserve(parts.size());
  std::vector<Piece> pieces;
  BinList bins;
  for (const SimulatedValue& part : parts) {
    summaries.push_back(part.summary());
    const Fields& fields = summaries.back().content_->fields;
    append_pieces(fields, pieces);
    bins = added(std::move(bins), fields.bins);
  }
  return SimulatedValueAccess::trusted(summarized(std::move(ranges), std::move(pieces), std::move(bins)));
}

SimulatedValue operator+(const SimulatedValue& a, const SimulatedValue& b) {
  const std::array<SimulatedValue, 2> both{a, b};
  return SimulatedValue::merge(both);
}

bool operator==(const SimulatedValue& a, const SimulatedValue& b) {
  return a.content_ == b.content_ || a.content_->fields == b.content_->fields;
}

struct SimulatedValueBuilder::Work {
  /// Refuses customers who are there already; `room_for` changes nothing.
  std::map<std::int64_t, std::int64_t>::iterator room_for(const Range& range) {
    const auto after = ranges.upper_bound(range.first);
    const auto refuse = [](const Range& common) {
      throw std::invalid_argument("add: " + numbered(common) + " were added already; add each customer once");
    };
    if (after != ranges.end() && after->first < range.end) refuse({after->first, std::min(range.end, after->second)});
    if (after != ranges.begin() && std::prev(after)->second > range.first) {
      refuse({range.first, std::min(range.end, std::prev(after)->second)});
    }
    return after;
  }

  void occupy(Range range, std::map<std::int64_t, std::int64_t>::iterator after) {
    customers += length(range);
    if (after != ranges.end() && after->first == range.end) {
      range.end = after->second;
      after = ranges.erase(after);
    }
    if (after != ranges.begin() && std::prev(after)->second == range.first) {
      std::prev(after)->second = range.end;
    } else {
      ranges.emplace_hint(after, range.first, range.end);
    }
  }

  /// Keeps customers of one block, and makes one piece of those that touch.
  void keep(std::int64_t first, std::span<const double> values) {
    const auto end_of = [](const auto& piece) {
      return piece->first + static_cast<std::int64_t>(piece->second.size());
    };
    auto piece = pieces.upper_bound(first);
    const bool continues = piece != pieces.begin() && end_of(std::prev(piece)) == first && first % block_size != 0;
    if (continues) {
      --piece;
      piece->second.insert(piece->second.end(), values.begin(), values.end());
    } else {
      piece = pieces.emplace_hint(piece, first, std::vector<double>(values.begin(), values.end()));
    }
    const auto next = std::next(piece);
    if (next != pieces.end() && next->first == end_of(piece) && next->first % block_size != 0) {
      piece->second.insert(piece->second.end(), next->second.begin(), next->second.end());
      pieces.erase(next);
    }
    if (static_cast<std::int64_t>(piece->second.size()) < block_size) return;
    blocks.push_back({.first = piece->first, .moments = moments_of(piece->second)});
    pieces.erase(piece);
  }

  std::int64_t customers = 0;
  std::map<std::int64_t, std::int64_t> ranges;         // first → end; none touches the next
  std::vector<Piece> blocks;                           // complete ones
  std::map<std::int64_t, std::vector<double>> pieces;  // first → values, within a block; none touches the next
  Bins bins;
};

SimulatedValueBuilder::SimulatedValueBuilder() : work_(std::make_unique<Work>()) {}
SimulatedValueBuilder::~SimulatedValueBuilder() = default;
SimulatedValueBuilder::SimulatedValueBuilder(SimulatedValueBuilder&& other) noexcept = default;
SimulatedValueBuilder& SimulatedValueBuilder::operator=(SimulatedValueBuilder&& other) noexcept = default;

void SimulatedValueBuilder::add(std::int64_t first_customer, std::span<const double> values) {
  const Range range = checked_range(first_customer, values);
  if (values.empty()) return;
  work_->occupy(range, work_->room_for(range));
  each_piece(range, [&](const Range& piece) {
    const std::span<const double> part =
        values.subspan(static_cast<std::size_t>(piece.first - range.first), static_cast<std::size_t>(length(piece)));
    if (length(piece) == block_size) {
      work_->blocks.push_back({.first = piece.first, .moments = moments_of(part)});
    } else {
      work_->keep(piece.first, part);
    }
    work_->bins.add(part);
  });
}

std::int64_t SimulatedValueBuilder::customers() const {
  return work_->customers;
}

SimulatedValue SimulatedValueBuilder::summary() const {
  if (work_->customers == 0) throw std::invalid_argument("summary: no customer was added");
  std::vector<Range> ranges;
  for (const auto& [first, end] : work_->ranges) ranges.push_back({first, end});
  std::vector<Piece> pieces = work_->blocks;
  for (const auto& [first, values] : work_->pieces) pieces.push_back({.first = first, .values = values});
  return SimulatedValueAccess::trusted(summarized(std::move(ranges), std::move(pieces), work_->bins.list()));
}

}  // namespace sojourn
