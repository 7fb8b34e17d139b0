#include "sojourn/simulation/simulated_value.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "simulation/block_moments.hpp"
#include "simulation/customer_ranges.hpp"
#include "simulation/simulated_value_access.hpp"
#include "simulation/value_bins.hpp"
#include "simulation/value_pieces.hpp"
#include "sojourn/simulation/simulated_value_builder.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

using detail::Bin;
using detail::BinList;
using detail::length;
using Fields = SimulatedValueAccess::Fields;
using Range = detail::CustomerRange;

double checked_share(double p) {
  if (p >= 0.0 && p <= 1.0) return p;
  throw std::invalid_argument("quantile: p must be from 0 to 1 (0.5 = the median), found " + text::number(p));
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
  detail::Total total;
};

SimulatedValue SimulatedValueAccess::trusted(Fields fields) {
  std::int64_t customers = 0;
  for (const Range& range : fields.ranges) customers += length(range);
  const detail::Total moments = detail::total(fields);
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
    refuse_unless(range.first > end && range.end > range.first && range.end <= detail::most_numbered_customers);
    customers += length(range);
    end = range.end;
  }
  for (const double x : fields.values) refuse_unless(std::isfinite(x));
  std::int64_t complete = 0;
  if (!fields.has_values)
    detail::each_block(fields.ranges, [&](std::int64_t n) { complete += n == detail::customers_in_block ? 1 : 0; });
  refuse_unless(static_cast<std::int64_t>(fields.blocks.size()) == complete &&
                static_cast<std::int64_t>(fields.values.size()) == customers - complete * detail::customers_in_block);
  const auto& [level, bins] = fields.bins;
  refuse_unless(level >= 0 && level <= detail::coarsest_level && bins.size() <= detail::most_bins);
  std::int64_t counted = 0;
  for (std::size_t k = 0; k < bins.size(); ++k) {
    const Bin& bin = bins[k];
    refuse_unless(std::isfinite(bin.low) && std::isfinite(bin.high) && bin.low <= bin.high &&
                  detail::key_of(bin.low) >> level == bin.key && detail::key_of(bin.high) >> level == bin.key &&
                  (k == 0 || bin.key > bins[k - 1].key));
    refuse_unless(bin.count >= (bin.low < bin.high ? 2 : 1) && bin.count <= customers - counted);
    counted += bin.count;
  }
  refuse_unless(counted == (fields.has_values ? 0 : customers));
  return trusted(std::move(fields));
}

SimulatedValue::SimulatedValue(std::int64_t first_customer, std::vector<double> values) {
  if (values.empty()) throw std::invalid_argument("values: at least one is needed");
  const Range range = detail::checked_range(first_customer, values);
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
  return bounds.low == bounds.high ? 0.0
                                   : static_cast<double>(detail::ranks_off(*at.bin)) / static_cast<double>(customers());
}

double SimulatedValue::rank_error() const {
  std::int64_t most = 0;
  for (const Bin& bin : content_->fields.bins.bins) most = std::max(most, detail::ranks_off(bin));
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
  ranges = detail::joined(std::move(ranges));
  if (has_values) return SimulatedValueAccess::trusted(detail::concatenated(std::move(ranges), parts));

  std::vector<SimulatedValue> summaries;
  summaries.reserve(parts.size());
  std::vector<detail::ValuePiece> pieces;
  BinList bins;
  for (const SimulatedValue& part : parts) {
    summaries.push_back(part.summary());
    const Fields& fields = summaries.back().content_->fields;
    detail::append_pieces(fields, pieces);
    bins = detail::added(std::move(bins), fields.bins);
  }
  return SimulatedValueAccess::trusted(detail::summarized(std::move(ranges), std::move(pieces), std::move(bins)));
}

SimulatedValue operator+(const SimulatedValue& a, const SimulatedValue& b) {
  const std::array<SimulatedValue, 2> both{a, b};
  return SimulatedValue::merge(both);
}

bool operator==(const SimulatedValue& a, const SimulatedValue& b) {
  return a.content_ == b.content_ || a.content_->fields == b.content_->fields;
}

}  // namespace sojourn
