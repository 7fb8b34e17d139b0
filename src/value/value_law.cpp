#include "sojourn/value/value_law.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "support/level.hpp"
#include "support/text.hpp"
#include "value/value_law_builder.hpp"

namespace sojourn {

using detail::check_share;
using detail::Mass;

namespace {

constexpr double same = 1e-14;  // values closer than this share of the largest are one, twice rounded

/// Every value at one side of its error, in rising order; those within `tolerance` as one.
std::vector<ValueAtom> sorted(const std::vector<Mass>& masses, double side, double tolerance) {
  std::vector<ValueAtom> atoms;
  atoms.reserve(masses.size());
  for (const Mass& mass : masses) atoms.push_back({mass.value + side * mass.error, mass.probability});
  const auto lower = [](const ValueAtom& a, const ValueAtom& b) { return a.value < b.value; };
  if (!std::is_sorted(atoms.begin(), atoms.end(), lower)) std::stable_sort(atoms.begin(), atoms.end(), lower);
  std::size_t count = 0;
  for (const ValueAtom& atom : atoms) {
    if (count > 0 && atom.value - atoms[count - 1].value <= tolerance) {
      atoms[count - 1].probability += atom.probability;
    } else {
      atoms[count++] = atom;
    }
  }
  atoms.resize(count);
  return atoms;
}

}  // namespace

ValueLaw::ValueLaw(std::vector<Mass> masses, double error_in_probability, std::string definition) {
  double total = 0.0;
  double size = 0.0;
  for (const Mass& mass : masses) {
    total += mass.probability;
    size = std::max(size, std::abs(mass.value));
    error_in_value_ = std::max(error_in_value_, mass.error);
  }
  for (Mass& mass : masses) mass.probability /= total;
  const double defect = std::abs(total - 1.0);
  error_in_probability_ = error_in_probability + (defect > 1e-11 ? defect : 0.0);
  slip_bound_ = error_in_value_;
  slip_variance_ = error_in_value_ * error_in_value_;

  atoms_ = sorted(masses, 0.0, same * size);
  double sum = 0.0;
  cumulative_.reserve(atoms_.size());
  for (const ValueAtom& atom : atoms_) {
    sum += atom.probability;
    cumulative_.push_back(std::min(sum, 1.0));
    mean_ += atom.probability * atom.value;
  }
  cumulative_.back() = 1.0;
  double variance = 0.0;
  for (const ValueAtom& atom : atoms_) variance += atom.probability * (atom.value - mean_) * (atom.value - mean_);
  standard_deviation_ = std::sqrt(variance);
  if (error_in_value_ > 0.0) {
    lowest_ = sorted(masses, -1.0, 0.0);
    highest_ = sorted(masses, 1.0, 0.0);
    for (auto* side : {&lowest_, &highest_}) {
      double cumulated = 0.0;
      for (ValueAtom& atom : *side) {
        cumulated += atom.probability;
        atom.probability = std::min(1.0, cumulated);
      }
      side->back().probability = 1.0;
    }
  }
  definition_ = std::move(definition);
  if (is_exact()) {
    definition_ += "; exact, " + text::plural(static_cast<std::int64_t>(atoms_.size()), "value");
  } else {
    definition_ += "; amounts right within " + text::number(error_in_value_, 3) + " but for a probability of " +
                   text::number(error_in_probability_, 3);
  }
}

double ValueLaw::cdf(double x) const {
  if (std::isnan(x)) throw std::invalid_argument("x: expected an amount of money, found nan");
  const auto next = std::upper_bound(atoms_.begin(), atoms_.end(), x,
                                     [](double amount, const ValueAtom& atom) { return amount < atom.value; });
  return next == atoms_.begin() ? 0.0 : cumulative_[static_cast<std::size_t>(next - atoms_.begin()) - 1];
}

double ValueLaw::probability_above(double x) const {
  return 1.0 - cdf(x);
}

double ValueLaw::quantile(double p) const {
  check_share("p", p);
  const auto found = std::lower_bound(cumulative_.begin(), cumulative_.end(), p);
  return atoms_[static_cast<std::size_t>(found - cumulative_.begin())].value;
}

double ValueLaw::cvar(double alpha) const {
  check_share("alpha", alpha);
  double left = alpha;
  double sum = 0.0;
  for (const ValueAtom& atom : atoms_) {
    const double taken = std::min(left, atom.probability);
    sum += taken * atom.value;
    left -= taken;
    if (left <= 0.0) break;
  }
  return sum / (alpha - std::max(left, 0.0));
}

namespace {

double cumulated(const std::vector<ValueAtom>& atoms, double x) {
  const auto next = std::upper_bound(atoms.begin(), atoms.end(), x,
                                     [](double amount, const ValueAtom& atom) { return amount < atom.value; });
  return next == atoms.begin() ? 0.0 : std::prev(next)->probability;
}

double first_reaching(const std::vector<ValueAtom>& atoms, double p) {
  const auto found = std::lower_bound(atoms.begin(), atoms.end(), p,
                                      [](const ValueAtom& atom, double share) { return atom.probability < share; });
  return found->value;
}

}  // namespace

LawBounds ValueLaw::cdf_bounds(double x) const {
  const double known = cdf(x);
  const double slack = error_in_probability_;
  const double lower = highest_.empty() ? known : cumulated(highest_, x);
  const double upper = lowest_.empty() ? known : cumulated(lowest_, x);
  return {std::max(0.0, lower - slack), std::min(1.0, upper + slack)};
}

LawBounds ValueLaw::quantile_bounds(double p) const {
  check_share("p", p);
  const double slack = error_in_probability_;
  if (p - slack <= 0.0 || p + slack >= 1.0) {
    if (slack > 0.0) {
      throw std::domain_error("quantile_bounds: p = " + text::number(p) + " is within the error in probability (" +
                              text::number(slack, 3) + ") of 0 or 1; ask for a smaller error_in_probability");
    }
  }
  if (lowest_.empty() && slack == 0.0) return {quantile(p), quantile(p)};
  if (lowest_.empty()) return {quantile(p - slack), quantile(p + slack)};
  return {first_reaching(lowest_, p - slack), first_reaching(highest_, p + slack)};
}

ValueLaw value_law(const LifetimeValue& value, const Vector& start, const ValueLawOptions& options) {
  return ValueLawBuilder(value, start, options).build();
}

ValueLaw value_law(const LifetimeValue& value, std::string_view start, const ValueLawOptions& options) {
  return value_law(value, start_in(value.chain().states(), start), options);
}

StateValues value_quantile(const LifetimeValue& value, double p, const ValueLawOptions& options) {
  check_share("p", p);
  const StateSpace& states = value.chain().states();
  Vector quantiles(states.n_states());
  for (Index i = 0; i < quantiles.size(); ++i) quantiles[i] = value_law(value, states.name(i), options).quantile(p);
  return {states, quantiles};
}

}  // namespace sojourn
