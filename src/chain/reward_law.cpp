#include "sojourn/chain/reward_law.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "chain/reward_words.hpp"
#include "support/elementary.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

constexpr double largest_amount = 1e100;
constexpr double widest_ratio = 1e6;  // of standard deviation and mean, or its inverse

void check_amount(const char* law, const char* argument, double amount) {
  if (std::abs(amount) <= largest_amount) return;
  throw std::invalid_argument(std::string(law) + ": " + argument + " must be a finite amount of at most 1e100, found " +
                              text::number(amount));
}

/// Throws unless both fit a law of positive amounts.
void check_moments(const char* law, double mean, double standard_deviation) {
  check_amount(law, "mean", mean);
  check_amount(law, "standard_deviation", standard_deviation);
  if (!(mean >= 1.0 / largest_amount)) {
    throw std::invalid_argument(std::string(law) + ": mean must be above 0 (at least 1e-100), found " +
                                text::number(mean) +
                                "; amounts of either sign can be given as observed ones, empirical");
  }
  if (standard_deviation == 0.0) return;
  if (standard_deviation >= mean / widest_ratio && standard_deviation <= mean * widest_ratio) return;
  throw std::invalid_argument(std::string(law) +
                              ": standard_deviation must be 0, or from a millionth of the mean to a million times it, "
                              "found " +
                              text::number(standard_deviation) + " beside a mean of " + text::number(mean));
}

}  // namespace

RewardLaw RewardLaw::fixed(double amount) {
  check_amount("fixed", "amount", amount);
  return {Kind::fixed, amount, 0.0};
}

RewardLaw RewardLaw::lognormal(double mean, double standard_deviation) {
  check_moments("lognormal", mean, standard_deviation);
  RewardLaw law(Kind::lognormal, mean, standard_deviation);
  const double ratio = standard_deviation / mean;
  const double variance = detail::logarithm_of_one_plus(ratio * ratio);
  law.first_ = detail::logarithm(mean) - 0.5 * variance;
  law.second_ = std::sqrt(variance);
  return law;
}

RewardLaw RewardLaw::gamma(double mean, double standard_deviation) {
  check_moments("gamma", mean, standard_deviation);
  RewardLaw law(Kind::gamma, mean, standard_deviation);
  if (standard_deviation == 0.0) return law;
  const double root_of_shape = mean / standard_deviation;
  const double shape = root_of_shape * root_of_shape;
  // Below shape 1 it is a gamma of shape + 1 times u^(1 / shape).
  law.first_ = (shape < 1.0 ? shape + 1.0 : shape) - 1.0 / 3.0;
  law.second_ = mean / shape;  // scale
  law.third_ = shape < 1.0 ? 1.0 / shape : 0.0;
  return law;
}

RewardLaw RewardLaw::empirical(std::vector<double> values) {
  if (values.empty()) throw std::invalid_argument("empirical: values must hold at least one amount");
  if (values.size() > 0xffffffffU) throw std::invalid_argument("empirical: values must be fewer than 2^32");
  for (std::size_t i = 0; i < values.size(); ++i) {
    check_amount("empirical", ("values[" + std::to_string(i) + "]").c_str(), values[i]);
  }
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double mean = 0.0;
  for (const double x : values) mean += x;
  mean /= n;
  double squares = 0.0;
  for (const double x : values) squares += (x - mean) * (x - mean);
  RewardLaw law(Kind::empirical, mean, std::sqrt(squares / n));
  law.values_ = std::make_shared<const std::vector<double>>(std::move(values));
  return law;
}

std::span<const double> RewardLaw::values() const {
  return values_ ? std::span<const double>(*values_) : std::span<const double>();
}

double RewardLaw::draw(std::uint64_t seed, std::int64_t customer, std::int64_t period) const {
  if (customer < 0) {
    throw std::invalid_argument("customer: must be at least 0, found " + std::to_string(customer));
  }
  if (period < 0 || period >= detail::RewardWords::n_periods) {
    throw std::invalid_argument("period: must be from 0 to " + text::grouped(detail::RewardWords::n_periods - 1) +
                                ", found " + std::to_string(period));
  }
  const detail::RewardWords words(seed, static_cast<std::uint64_t>(customer), false);
  return words.draw(*this, static_cast<std::uint32_t>(period));
}

std::string RewardLaw::describe() const {
  const std::string moments =
      " (mean " + text::number(mean_, 6) + ", standard deviation " + text::number(standard_deviation_, 6) + ")";
  switch (kind_) {
    case Kind::fixed:
      return "fixed " + text::number(mean_, 6);
    case Kind::lognormal:
      return "lognormal" + moments;
    case Kind::gamma:
      return "gamma" + moments;
    case Kind::empirical:
      break;
  }
  const auto n = static_cast<std::int64_t>(values_->size());
  return (n == 1 ? "the 1 observed amount" : "one of " + text::grouped(n) + " observed amounts") + moments;
}

bool RewardLaw::operator==(const RewardLaw& other) const {
  const auto mine = values();
  const auto theirs = other.values();
  return kind_ == other.kind_ && mean_ == other.mean_ && standard_deviation_ == other.standard_deviation_ &&
         std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end());
}

namespace detail {

double RewardWords::draw(const RewardLaw& law, std::uint32_t period) const {
  if (law.standard_deviation_ == 0.0) return law.mean_;
  switch (law.kind_) {
    case RewardLaw::Kind::fixed:
      return law.mean_;
    case RewardLaw::Kind::lognormal:
      return exponential(law.first_ + law.second_ * normal_of(words(period, 0, 0)[0] ^ mirror_));
    case RewardLaw::Kind::gamma:
      return gamma(law, period);
    case RewardLaw::Kind::empirical:
      break;
  }
  // ⌊n word / 2^64⌋, without 128-bit numbers.
  const std::uint64_t word = words(period, 0, 0)[0] ^ mirror_;
  const std::uint64_t n = law.values_->size();
  const std::uint64_t place = ((word >> 32) * n + ((word & 0xffffffffU) * n >> 32)) >> 32;
  return (*law.values_)[place];
}

double RewardWords::gamma(const RewardLaw& law, std::uint32_t period) const {
  const double d = law.first_;
  const double c = 1.0 / std::sqrt(9.0 * d);
  double amount = d * law.second_;
  // More than 95 of 100 attempts are accepted, so that the last of 256 is never reached.
  for (std::uint32_t attempt = 0; attempt < 256; ++attempt) {
    const Words block = words(period, attempt, 0);
    const double x = normal_of(block[0] ^ mirror_);
    const double root = 1.0 + c * x;
    if (!(root > 0.0)) continue;
    const double v = root * root * root;
    const double u = uniform_of(block[1]);
    const double square = x * x;
    if (u < 1.0 - 0.0331 * square * square || logarithm(u) < 0.5 * square + d * (1.0 - v + logarithm(v))) {
      amount *= v;
      break;
    }
  }
  if (law.third_ == 0.0) return amount;
  return amount * exponential(law.third_ * logarithm(uniform_of(words(period, 0, 1)[0] ^ mirror_)));
}

}  // namespace detail

}  // namespace sojourn
