/// \file reward_law.hpp
/// Rewards that differ from customer to customer and from period to period.
///
/// Law of the amount that a customer brings in one period spent in a state. Draws are independent of each other and of
/// the moves. A draw is a function of (seed, customer, period) alone, computed by arithmetic that gives the same bits on
/// every machine: the lognormal by the normal quantile (M. J. Wichura, Applied Statistics 37, 1988), the gamma by
/// rejection (G. Marsaglia & W. W. Tsang, ACM Transactions on Mathematical Software 26, 2000).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sojourn {

namespace detail {
class RewardWords;
}

/// The law of an amount, in currency.
class RewardLaw {
 public:
  enum class Kind { fixed, lognormal, gamma, empirical };

  /// Always the same amount, any finite number.
  static RewardLaw fixed(double amount);
  /// Mean and standard deviation of the amount itself, not of its logarithm. Throws `invalid_argument` for a mean that is
  /// not above 0, or a standard deviation that is negative or not 0 and beyond 1e-6 to 1e6 times the mean.
  static RewardLaw lognormal(double mean, double standard_deviation);
  /// Mean and standard deviation of the amount. Throws as `lognormal` does.
  static RewardLaw gamma(double mean, double standard_deviation);
  /// One of these amounts, each as likely as the next: at least one, all finite.
  static RewardLaw empirical(std::vector<double> values);

  Kind kind() const { return kind_; }
  /// Currency.
  double mean() const { return mean_; }
  /// Of the law itself: of observed amounts with their number in the denominator. Currency.
  double standard_deviation() const { return standard_deviation_; }
  /// The observed amounts in rising order; none for another law.
  std::span<const double> values() const;

  /// The amount for a customer in a period, both counted from 0. The same for every call, and for every law of the same
  /// kind made of the same random numbers, so that customers of two scenarios can be compared. Throws `invalid_argument`
  /// for a negative customer, or a period not from 0 to 9,999,999.
  double draw(std::uint64_t seed, std::int64_t customer, std::int64_t period) const;

  /// "lognormal (mean 20, standard deviation 5)", "one of 120 observed amounts (mean 20, standard deviation 5)".
  std::string describe() const;

  bool operator==(const RewardLaw& other) const;

 private:
  friend class detail::RewardWords;

  RewardLaw(Kind kind, double mean, double standard_deviation)
      : kind_(kind), mean_(mean), standard_deviation_(standard_deviation) {}

  Kind kind_;
  double mean_;
  double standard_deviation_;
  // Lognormal: mean and standard deviation of the logarithm. Gamma: see the source.
  double first_ = 0.0;
  double second_ = 0.0;
  double third_ = 0.0;
  std::shared_ptr<const std::vector<double>> values_;
};

}  // namespace sojourn
