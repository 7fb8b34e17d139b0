#include "value/sum_law.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "value/fourier.hpp"

namespace sojourn::detail {

namespace {

constexpr std::size_t most_listed = 20'000;  // sums that are kept one by one
constexpr double most_pairs = 2e7;           // sums formed to list them

double count_of(const std::vector<Kind>& kinds) {
  double n = 0.0;
  for (const Kind& kind : kinds) n += static_cast<double>(kind.count);
  return n;
}

/// One more value of a kind added to each sum; sums that differ by rounding alone are one.
std::vector<Mass> one_more(const std::vector<Mass>& sums, const Kind& kind, double tolerance) {
  std::vector<Mass> next;
  next.reserve(sums.size() * kind.law.atoms().size());
  for (const Mass& sum : sums) {
    for (const ValueAtom& atom : kind.law.atoms())
      next.push_back({sum.value + atom.value - kind.received, sum.probability * atom.probability});
  }
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
  return next;
}

/// The transform of the law of one value on the grid; every amount is split between two points, which keeps its mean.
std::vector<Complex> transformed(const Kind& kind, double h, std::size_t points, const std::vector<Complex>& roots) {
  std::vector<Complex> one(points, {0.0, 0.0});
  const double first = kind.law.atoms().front().value;
  for (const ValueAtom& atom : kind.law.atoms()) {
    const double place = (atom.value - first) / h;
    const double cell = std::floor(place);
    const auto k = static_cast<std::size_t>(std::fmod(cell, static_cast<double>(points)));
    one[k].re += atom.probability * (1.0 - (place - cell));
    one[(k + 1) % points].re += atom.probability * (place - cell);
  }
  transform(one, roots);
  return one;
}

}  // namespace

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
      sums = one_more(sums, kind, 1e-14 * size * static_cast<double>(k + 2));
      if (sums.size() > most_listed) return {};
    }
  }
  return sums;
}

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

Window window_of(const std::vector<Kind>& kinds, double h, double variance, double delta) {
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
  const double spread = variance * 1.01 + count_of(kinds) * h * h;
  const double reach =
      widest * logarithm / 3.0 + std::sqrt(widest * widest * logarithm * logarithm / 9.0 + 2.0 * spread * logarithm);
  const double width = std::min(support, 2.0 * reach);
  if (support > width) left_out += 0.25 * delta;
  return {width, support, left_out};
}

std::vector<Mass> summed(const std::vector<Kind>& kinds, double h, std::size_t points, double error, Window& window) {
  const double n = count_of(kinds);
  std::vector<Complex> product(points, {1.0, 0.0});
  const std::vector<Complex> forward = roots_of_unity(points, -1.0);
  double origin = 0.0;
  for (const Kind& kind : kinds) {
    const std::vector<Complex> one = transformed(kind, h, points, forward);
    for (std::size_t k = 0; k < points; ++k) product[k] = product[k] * power(one[k], kind.count);
    origin += static_cast<double>(kind.count) * (kind.law.atoms().front().value - kind.received);
  }
  transform(product, roots_of_unity(points, 1.0));

  // The sum is known up to whole windows; the one around its mean is the one that it does not leave.
  double center = 0.0;
  for (const Kind& kind : kinds) center += static_cast<double>(kind.count) * (kind.law.mean() - kind.received);
  const double low = window.support <= window.width ? origin : center - 0.5 * static_cast<double>(points) * h;
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
  const double rounding =
      epsilon * (n + 4.0 * std::log2(static_cast<double>(points))) * std::sqrt(static_cast<double>(points) * largest);
  // Points whose probability is lost in rounding would only carry its noise.
  const double noise = epsilon * n * largest;
  std::erase_if(sums, [&](const Mass& mass) { return mass.probability <= 0.1 * noise; });
  window.left_out += rounding;
  return sums;
}

}  // namespace sojourn::detail
