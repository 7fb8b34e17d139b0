#include "sojourn/value/fleet.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/text.hpp"
#include "value/value_walk.hpp"

namespace sojourn {

using detail::Mass;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t most_listed = 20'000;  // sums that are kept one by one
constexpr double most_pairs = 2e7;           // sums formed to list them

void check_level(double level) {
  if (level > 0.0 && level < 1.0) return;
  throw std::invalid_argument("level: must be between 0 and 1 (0.9 = ninety percent), found " + text::number(level));
}

struct Complex {
  double re;
  double im;
};

Complex operator*(Complex a, Complex b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

/// The discrete Fourier transform in place, length a power of two (J. W. Cooley and J. W. Tukey, Mathematics of
/// Computation 19, 1965); `roots[k] = exp(∓2πi k / length)`.
void transform(std::vector<Complex>& x, const std::vector<Complex>& roots) {
  const std::size_t n = x.size();
  for (std::size_t i = 1, j = 0; i < n; ++i) {
    std::size_t bit = n >> 1U;
    for (; (j & bit) != 0; bit >>= 1U) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(x[i], x[j]);
  }
  for (std::size_t half = 1; half < n; half *= 2) {
    const std::size_t stride = n / (2 * half);
    for (std::size_t begin = 0; begin < n; begin += 2 * half) {
      for (std::size_t k = 0; k < half; ++k) {
        const Complex a = x[begin + k];
        const Complex b = x[begin + k + half] * roots[k * stride];
        x[begin + k] = {a.re + b.re, a.im + b.im};
        x[begin + k + half] = {a.re - b.re, a.im - b.im};
      }
    }
  }
}

std::vector<Complex> roots_of_unity(std::size_t n, double sign) {
  std::vector<Complex> roots(std::max<std::size_t>(n / 2, 1));
  for (std::size_t k = 0; k < roots.size(); ++k) {
    const double angle = sign * 2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n);
    roots[k] = {std::cos(angle), std::sin(angle)};
  }
  return roots;
}

Complex power(Complex x, std::int64_t n) {
  Complex product{1.0, 0.0};
  for (; n > 0; n /= 2) {
    if (n % 2 == 1) product = product * x;
    x = x * x;
  }
  return product;
}

/// Customers of one kind and the law of what one of them brings, less `received`.
struct Kind {
  std::int64_t count;
  ValueLaw law;
  double received;
};

/// Every sum one by one; nothing when there are too many of them.
std::vector<Mass> listed(const std::vector<Kind>& kinds) {
  std::vector<Mass> sums{{0.0, 1.0}};
  double pairs = 0.0;
  for (const Kind& kind : kinds) {
    if (!kind.law.is_exact()) return {};
    double size = 0.0;
    for (const ValueAtom& atom : kind.law.atoms()) size = std::max(size, std::abs(atom.value - kind.received));
    for (std::int64_t k = 0; k < kind.count; ++k) {
      pairs += static_cast<double>(sums.size()) * static_cast<double>(kind.law.atoms().size());
      if (pairs > most_pairs) return {};
      std::vector<Mass> next;
      next.reserve(sums.size() * kind.law.atoms().size());
      for (const Mass& sum : sums) {
        for (const ValueAtom& atom : kind.law.atoms())
          next.push_back({sum.value + atom.value - kind.received, sum.probability * atom.probability});
      }
      const double tolerance = 1e-14 * size * static_cast<double>(k + 2);
      std::sort(next.begin(), next.end(), [](const Mass& a, const Mass& b) { return a.value < b.value; });
      std::size_t kept = 0;
      for (const Mass& mass : next) {
        if (kept > 0 && mass.value - next[kept - 1].value <= tolerance) {
          next[kept - 1].probability += mass.probability;
        } else {
          next[kept++] = mass;
        }
      }
      next.resize(kept);
      sums = std::move(next);
      if (sums.size() > most_listed) return {};
    }
  }
  return sums;
}

/// How far a sum may be off but for a probability of `share`, when amounts are off by mean 0 (G. Bennett, Journal of the
/// American Statistical Association 57, 1962), and when every amount is off by its most.
double error_of_sum(const std::vector<Kind>& kinds, double h, double share) {
  double variance = 0.0;
  double bound = 0.0;
  double most = 0.0;
  double stated = 0.0;
  for (const Kind& kind : kinds) {
    const auto n = static_cast<double>(kind.count);
    variance += n * (kind.law.typical_slip() * kind.law.typical_slip() + 0.25 * h * h);
    bound = std::max(bound, kind.law.largest_slip() + h);
    most += n * (kind.law.largest_slip() + h);
    stated += n * (kind.law.error_in_value() + h);
  }
  const double logarithm = std::log(2.0 / share);
  const double likely = std::sqrt(2.0 * variance * logarithm) + bound * logarithm / 3.0;
  return std::min({likely, most, stated});
}

}  // namespace

FleetValue::FleetValue(LifetimeValue value, StateValues customers, StateValues mean_by_state,
                       const FleetOptions& options)
    : value_(std::move(value)),
      customers_(std::move(customers)),
      mean_by_state_(std::move(mean_by_state)),
      options_(options),
      mean_(mean_by_state_.vector().sum()),
      variance_(customers_.vector().dot(value_.standard_deviation().vector().cwiseAbs2())) {}

double FleetValue::standard_deviation() const {
  return std::sqrt(variance_);
}

FleetInterval FleetValue::interval(double level) const {
  check_level(level);
  const double half = std::sqrt(2.0) * boost::math::erf_inv(level) * standard_deviation();
  return {level, mean_ - half, mean_ + half, 0.0, 0.0};
}

FleetInterval FleetValue::exact_interval(double level, const FleetLawOptions& options) const {
  check_level(level);
  const ValueLaw sum = law(options);
  return {level, sum.quantile(0.5 - 0.5 * level), sum.quantile(0.5 + 0.5 * level), sum.error_in_value(),
          sum.error_in_probability()};
}

ValueLaw FleetValue::law(const FleetLawOptions& options) const {
  if (!(options.relative_error > 0.0 && options.relative_error <= 1.0)) {
    throw std::invalid_argument(
        "relative_error: must be above 0 and at most 1 (a share of the standard deviation of the sum), found " +
        text::number(options.relative_error));
  }
  if (!(options.error_in_probability > 0.0 && options.error_in_probability < 0.5)) {
    throw std::invalid_argument("error_in_probability: must be above 0 and below 0.5, found " +
                                text::number(options.error_in_probability));
  }
  if (options.most_points < 2 || options.most_points > (Index{1} << 26U)) {
    throw std::invalid_argument("most_points: must be from 2 to 67,108,864, found " +
                                std::to_string(options.most_points));
  }
  const StateSpace& states = customers_.states();
  for (Index i = 0; i < customers_.size(); ++i) {
    if (customers_[i] == std::floor(customers_[i]) && customers_[i] <= 9e15) continue;
    throw std::domain_error("law: " + text::quoted(states.name(i)) + " has " + text::number(customers_[i]) +
                            " customers; a law needs whole customers, interval does not");
  }
  const std::string words = value_.definition();
  const std::string definition = "law of the value of " + text::grouped(static_cast<std::int64_t>(n_customers())) +
                                 " customers" + (basis() == FleetBasis::residual ? ", still to come" : "") +
                                 words.substr(words.find(" (", words.find("per customer")));
  const double delta = options.error_in_probability;
  const double target = options.relative_error * standard_deviation();
  if (!(target > 0.0)) return {{{mean_, 1.0}}, 0.0, definition};

  const auto too_large = [&](double error) {
    return std::domain_error("law: " + text::grouped(static_cast<std::int64_t>(n_customers())) +
                             " customers are too many for an error of " + text::number(target, 3) +
                             "; use interval (normal), or allow a relative_error of about " +
                             text::number(error / standard_deviation(), 2));
  };
  // Laws of the kinds fine enough for their sum, which is known to h per customer.
  std::vector<Kind> kinds;
  double h = 0.0;
  double error = infinity;
  double fineness = std::min(0.01, options.relative_error / 3.0);
  for (int attempt = 0; attempt < 6; ++attempt, fineness *= 0.4) {
    kinds.clear();
    for (Index i = 0; i < customers_.size(); ++i) {
      if (customers_[i] == 0.0) continue;
      ValueLawOptions one;
      one.relative_error = fineness;
      one.error_in_probability = 0.25 * delta / n_customers();
      const double received = basis() == FleetBasis::residual ? value_.rewards().per_state()[i] : 0.0;
      kinds.push_back({static_cast<std::int64_t>(customers_[i]), value_law(value_, states.name(i), one), received});
    }
    if (std::vector<Mass> sums = listed(kinds); !sums.empty()) return {std::move(sums), 0.0, definition};
    const double from_laws = error_of_sum(kinds, 0.0, 0.25 * delta);
    if (from_laws > 0.75 * target) continue;
    h = 0.5 * target / std::sqrt(0.5 * n_customers() * std::log(8.0 / delta));
    for (int finer = 0; finer < 40 && (error = error_of_sum(kinds, h, 0.25 * delta)) > target; ++finer) h *= 0.8;
    if (error <= target) break;
  }
  if (!(error <= target)) throw too_large(3.0 * target);

  // A window that the sum leaves with a probability of at most δ/4, or never.
  double widest = 0.0;
  double support = 0.0;
  double left_out = 0.25 * delta;  // by roundings
  for (const Kind& kind : kinds) {
    const auto n = static_cast<double>(kind.count);
    const std::vector<ValueAtom>& atoms = kind.law.atoms();
    widest = std::max({widest, atoms.back().value - kind.law.mean(), kind.law.mean() - atoms.front().value});
    support += n * (atoms.back().value - atoms.front().value + 2.0 * h);
    left_out += n * kind.law.error_in_probability();
  }
  widest += h;
  const double logarithm = std::log(8.0 / delta);
  const double spread = variance_ * 1.01 + n_customers() * h * h;
  const double reach =
      widest * logarithm / 3.0 + std::sqrt(widest * widest * logarithm * logarithm / 9.0 + 2.0 * spread * logarithm);
  const double width = std::min(support, 2.0 * reach);
  if (support > width) left_out += 0.25 * delta;
  std::size_t points = 2;
  while (static_cast<double>(points) * h < width + 4.0 * h) {
    points *= 2;
    if (points > static_cast<std::size_t>(options.most_points))
      throw too_large(target * std::max(1.5, 1.5 * width / h / static_cast<double>(options.most_points)));
  }

  // The product of the transforms; every amount is split between two points, which keeps its mean.
  std::vector<Complex> product(points, {1.0, 0.0});
  const std::vector<Complex> forward = roots_of_unity(points, -1.0);
  double origin = 0.0;
  for (const Kind& kind : kinds) {
    std::vector<Complex> one(points, {0.0, 0.0});
    const double first = kind.law.atoms().front().value;
    for (const ValueAtom& atom : kind.law.atoms()) {
      const double place = (atom.value - first) / h;
      const double cell = std::floor(place);
      const auto k = static_cast<std::size_t>(std::fmod(cell, static_cast<double>(points)));
      one[k].re += atom.probability * (1.0 - (place - cell));
      one[(k + 1) % points].re += atom.probability * (place - cell);
    }
    transform(one, forward);
    for (std::size_t k = 0; k < points; ++k) product[k] = product[k] * power(one[k], kind.count);
    origin += static_cast<double>(kind.count) * (first - kind.received);
  }
  transform(product, roots_of_unity(points, 1.0));

  // The sum is known up to whole windows; the one around its mean is the one that it does not leave.
  double center = 0.0;
  for (const Kind& kind : kinds) center += static_cast<double>(kind.count) * (kind.law.mean() - kind.received);
  const double low = support <= width ? origin : center - 0.5 * static_cast<double>(points) * h;
  const double first = std::ceil((low - origin) / h - 1e-9);
  std::vector<Mass> sums;
  double largest = 0.0;
  for (std::size_t k = 0; k < points; ++k) {
    const double cell = first + static_cast<double>(k);
    double wrapped = std::fmod(cell, static_cast<double>(points));
    if (wrapped < 0.0) wrapped += static_cast<double>(points);
    const double probability = product[static_cast<std::size_t>(wrapped) % points].re / static_cast<double>(points);
    largest = std::max(largest, probability);
    if (probability > 0.0) sums.push_back({origin + cell * h, probability, error});
  }
  // Rounding of the transforms and their powers, as a probability.
  const double epsilon = std::numeric_limits<double>::epsilon();
  const double rounding = epsilon * (n_customers() + 4.0 * std::log2(static_cast<double>(points))) *
                          std::sqrt(static_cast<double>(points) * largest);
  // Points whose probability is lost in rounding would only carry its noise.
  const double noise = epsilon * n_customers() * largest;
  std::erase_if(sums, [&](const Mass& mass) { return mass.probability <= 0.1 * noise; });
  return {std::move(sums), left_out + rounding, definition};
}

FleetValue fleet_value(const LifetimeValue& value, const Vector& customers, const FleetOptions& options) {
  const StateSpace& states = value.chain().states();
  if (customers.size() != states.n_states()) {
    throw std::invalid_argument("customers: expected shape (" + std::to_string(states.n_states()) + ",), found (" +
                                std::to_string(customers.size()) + ",)");
  }
  for (Index i = 0; i < customers.size(); ++i) {
    if (customers[i] >= 0.0 && std::isfinite(customers[i])) continue;
    throw std::invalid_argument("customers: must be at least 0 and finite, found " + text::number(customers[i]) +
                                " in " + text::quoted(states.name(i)));
  }
  if (!(customers.sum() > 0.0)) throw std::invalid_argument("customers: there is none; give the numbers per state");
  const Vector& each = options.basis == FleetBasis::residual ? value.residual().vector() : value.mean().vector();
  const Vector means = customers.cwiseProduct(each);
  if (!std::isfinite(customers.sum()) || !means.allFinite()) {
    throw std::domain_error("fleet_value: the value is too large for a floating-point number");
  }
  return {value, StateValues(states, customers), StateValues(states, means), options};
}

}  // namespace sojourn
