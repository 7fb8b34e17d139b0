/// \file simulated_value.hpp
/// What numbered customers are worth: every value, or a summary of bounded size. Parts add up to exactly the whole.
///
/// Several threads: each gives its customers to a `SimulatedValueBuilder` of its own, in any order; whole blocks of
/// `SimulatedValue::block_size` customers from a multiple of it on cost least. In the end `SimulatedValue::merge` joins
/// their `summary()`. Who did which customers leaves no trace: the same customers give the same bits.
///
/// Moments are taken per block (mean, then squared deviations from it), and over the blocks in the order of their
/// numbers; values of blocks that are not yet complete are kept until merging completes them (T. F. Chan, G. H. Golub
/// and R. J. LeVeque, "Algorithms for computing the sample variance", The American Statistician 37, 1983). Quantiles
/// come from counts of values that agree in their leading bits, each count with its smallest and largest value, kept as
/// fine as `SimulatedValue::most_bins` counts allow: up to so many different values every quantile is exact. Bins of
/// relative width and counts that add up follow C. Masson, J. E. Rim and H. K. Lee, "DDSketch", PVLDB 12, 2019; the
/// width is here a power of two that the values themselves decide, so it does not depend on the order of merging.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace sojourn {

/// Two values between which a quantile of the customers surely lies.
struct QuantileBounds {
  double low;   ///< currency
  double high;  ///< currency; equal to `low` where the quantile is exact
};

/// Discounted values of simulated customers, in currency. Copies share what they hold.
class SimulatedValue {
 public:
  /// Customers `k * block_size … (k + 1) * block_size - 1` are summarized together.
  static constexpr std::int64_t block_size = 4096;
  /// Counts that a summary keeps for its quantiles, at most.
  static constexpr std::int64_t most_bins = 32768;

  /// All values are kept: at least one, every one finite, of customers `first_customer`, `first_customer + 1`, …
  SimulatedValue(std::int64_t first_customer, std::vector<double> values);
  /// Values of customers numbered from 0.
  explicit SimulatedValue(std::vector<double> values) : SimulatedValue(0, std::move(values)) {}

  /// How many customers there are.
  std::int64_t customers() const;

  /// Mean over the customers. Throws `domain_error` where the values are too large for it.
  double mean() const;
  /// Standard deviation between customers (n - 1 in the denominator; 0 for one customer). Throws `domain_error` where
  /// the values are too large for it.
  double standard_deviation() const;
  /// Standard error of the mean.
  double standard_error() const;

  /// The smallest simulated value that at least a share `p` in [0, 1] of the customers do not exceed. A summary
  /// answers with a value between `quantile_bounds`: the quantile of a share at most `rank_error` away from `p`.
  double quantile(double p) const;
  std::vector<double> quantiles(std::span<const double> p) const;
  /// Where the quantile of these customers surely lies; both ends are values of customers.
  QuantileBounds quantile_bounds(double p) const;
  /// The quantile at `p` is that of a share at most this far from `p`; 0 where it is exact. Values that agree to twelve
  /// digits count as equal.
  double rank_error(double p) const;
  /// The largest `rank_error` of any share; 0 where all values are kept.
  double rank_error() const;

  /// False for a summary, which has no values of single customers.
  bool has_values() const;
  /// Value of each customer, in the order of their numbers. Throws `domain_error` for a summary.
  std::span<const double> values() const;

  /// The same customers in bounded memory: about 16 bytes per block, and up to 1 MB for quantiles.
  SimulatedValue summary() const;

  /// All customers of the parts, whose numbers need not follow each other. Values are kept if every part has them;
  /// otherwise a summary comes out. Throws `invalid_argument` for no parts, or for a customer that is in two of them.
  static SimulatedValue merge(std::span<const SimulatedValue> parts);
  friend SimulatedValue operator+(const SimulatedValue& a, const SimulatedValue& b);
  /// True for the same customers with the same values, or with the same summary.
  friend bool operator==(const SimulatedValue& a, const SimulatedValue& b);

 private:
  friend struct SimulatedValueAccess;
  struct Content;
  explicit SimulatedValue(std::shared_ptr<const Content> content) : content_(std::move(content)) {}

  std::shared_ptr<const Content> content_;
};

}  // namespace sojourn
