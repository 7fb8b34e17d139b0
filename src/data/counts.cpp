#include "sojourn/data/counts.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "data/endings.hpp"
#include "support/text.hpp"

namespace sojourn {
namespace {

using detail::CarriedSum;

void add_to(std::vector<std::int64_t>& sum, const std::vector<std::int64_t>& other) {
  if (other.size() > sum.size()) sum.resize(other.size(), 0);
  for (std::size_t k = 0; k < other.size(); ++k) sum[k] += other[k];
}

void add_stay(std::vector<std::int64_t>& lengths, std::int64_t length) {
  const auto k = static_cast<std::size_t>(length - 1);
  if (k >= lengths.size()) lengths.resize(k + 1, 0);
  ++lengths[k];
}

/// x² as a sum of two doubles, without rounding.
CarriedSum square(double x) {
  const double high = x * x;
  return {.high = high, .low = std::isfinite(high) ? std::fma(x, x, -high) : 0.0};
}

Vector rounded(const std::vector<CarriedSum>& sums) {
  Vector out(static_cast<Index>(sums.size()));
  for (std::size_t i = 0; i < sums.size(); ++i) out[static_cast<Index>(i)] = sums[i].value();
  return out;
}

bool equal_rounded(const std::vector<CarriedSum>& a, const std::vector<CarriedSum>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const CarriedSum& x, const CarriedSum& y) { return x.value() == y.value(); });
}

[[noreturn]] void refuse_too_large(const StateSpace& states, Index i) {
  throw std::domain_error("mean_rewards: the values in " + text::quoted(states.name(i)) +
                          " are too large to add up; give them in a larger unit of money");
}

}  // namespace

// The rounding error of a sum is itself a double (D. E. Knuth, The Art of Computer Programming 2, 4.2.2).
void CarriedSum::add(double x) {
  add(CarriedSum{.high = x, .low = 0.0});
}

void CarriedSum::add(const CarriedSum& other) {
  const auto two_sum = [](double a, double b) {
    const double sum = a + b;
    const double part = sum - a;
    return CarriedSum{.high = sum, .low = (a - (sum - part)) + (b - part)};
  };
  const CarriedSum top = two_sum(high, other.high);
  if (!std::isfinite(top.high)) {  // too large: the error has no meaning left
    *this = {.high = top.high, .low = 0.0};
    return;
  }
  const CarriedSum bottom = two_sum(low, other.low);
  const CarriedSum middle = two_sum(top.high, top.low + bottom.high);
  *this = two_sum(middle.high, middle.low + bottom.low);
}

Counts::Counts(Lifecycle lifecycle, Period period)
    : lifecycle_(std::move(lifecycle)),
      period_(period),
      moves_(CountMatrix::Zero(lifecycle_.n_states(), lifecycle_.n_states())),
      visits_(CountVector::Zero(lifecycle_.n_states())),
      starts_(CountVector::Zero(lifecycle_.n_states())),
      lasts_(CountVector::Zero(lifecycle_.n_states())),
      dwell_(static_cast<std::size_t>(lifecycle_.n_states())),
      values_(static_cast<std::size_t>(lifecycle_.n_states())),
      squared_values_(static_cast<std::size_t>(lifecycle_.n_states())) {}

StateValues Counts::values() const {
  return {states(), rounded(values_)};
}

StateValues Counts::squared_values() const {
  return {states(), rounded(squared_values_)};
}

Rewards Counts::mean_rewards() const {
  const Index n = lifecycle_.n_states();
  Vector per_state = Vector::Zero(n);
  Matrix per_move;
  for (Index i = 0; i < n; ++i) {
    if (visits_[i] == 0) continue;
    const double sum = values_[static_cast<std::size_t>(i)].value();
    if (!std::isfinite(sum)) refuse_too_large(states(), i);
    const double mean = sum / static_cast<double>(visits_[i]);
    if (!lifecycle_.is_exit(i)) {
      per_state[i] = mean;
    } else if (mean != 0.0) {
      if (per_move.size() == 0) per_move = Matrix::Zero(n, n);
      for (Index from = 0; from < n; ++from) {
        if (from != i && lifecycle_.allowed()(from, i)) per_move(from, i) = mean;
      }
    }
  }
  return Rewards(states(), std::move(per_state), std::move(per_move)).with_label("revenue");
}

StateValues Counts::mean_rewards_error() const {
  Vector errors = Vector::Zero(lifecycle_.n_states());
  for (Index i = 0; i < errors.size(); ++i) {
    if (visits_[i] < 2) continue;
    const auto n = static_cast<double>(visits_[i]);
    const CarriedSum& sum = values_[static_cast<std::size_t>(i)];
    // Σx² - (Σx)²/n loses most digits when the spread is small beside the mean, so it is done in twice the digits.
    CarriedSum square_of_sum = square(sum.high);
    square_of_sum.add(2.0 * sum.high * sum.low);
    const double quotient = square_of_sum.high / n;
    const double rest = (std::fma(-quotient, n, square_of_sum.high) + square_of_sum.low) / n;
    CarriedSum spread = squared_values_[static_cast<std::size_t>(i)];
    spread.add(-quotient);
    spread.add(-rest);
    if (!std::isfinite(spread.value())) refuse_too_large(states(), i);
    errors[i] = std::sqrt(std::max(0.0, spread.value()) / (n - 1.0) / n);
  }
  return {states(), std::move(errors)};
}

Vector Counts::start_distribution() const {
  const std::int64_t n = starts_.sum();
  if (n == 0) {
    throw std::domain_error(
        "start_distribution: no journey whose first state is known has been counted; say where customers start");
  }
  return starts_.cast<double>() / static_cast<double>(n);
}

Counts& Counts::operator+=(const Counts& other) {
  if (lifecycle_ != other.lifecycle_) {
    const bool same_states = states() == other.states();
    throw std::invalid_argument(
        "Counts: +: " +
        (same_states ? "the same states, but other allowed moves, roles or names"
                     : "states " + text::list(states().names()) + " and " + text::list(other.states().names())) +
        "; only counts over one lifecycle add up");
  }
  if (!(period_ == other.period_)) {
    throw std::invalid_argument("Counts: +: one is per " + period_.name() + ", the other per " + other.period_.name() +
                                "; count both on one grid");
  }
  moves_ += other.moves_;
  visits_ += other.visits_;
  starts_ += other.starts_;
  lasts_ += other.lasts_;
  for (std::size_t i = 0; i < dwell_.size(); ++i) {
    add_to(dwell_[i].completed, other.dwell_[i].completed);
    add_to(dwell_[i].open, other.dwell_[i].open);
    values_[i].add(CarriedSum(other.values_[i]));  // a copy: `counts += counts` is counts twice
    squared_values_[i].add(CarriedSum(other.squared_values_[i]));
  }
  n_journeys_ += other.n_journeys_;
  n_customers_ += other.n_customers_;
  return *this;
}

bool Counts::operator==(const Counts& other) const {
  return lifecycle_ == other.lifecycle_ && period_ == other.period_ && moves_ == other.moves_ &&
         visits_ == other.visits_ && starts_ == other.starts_ && lasts_ == other.lasts_ && dwell_ == other.dwell_ &&
         equal_rounded(values_, other.values_) && equal_rounded(squared_values_, other.squared_values_) &&
         n_journeys_ == other.n_journeys_ && n_customers_ == other.n_customers_;
}

Counts count(const Journeys& journeys) {
  Counts out(journeys.lifecycle(), journeys.period());
  const JourneyColumns& c = journeys.columns();
  const std::vector<char> is_exit = detail::exit_flags(journeys.lifecycle());
  for (std::size_t j = 0; j + 1 < c.offsets.size(); ++j) {
    const auto begin = static_cast<std::size_t>(c.offsets[j]);
    const auto end = static_cast<std::size_t>(c.offsets[j + 1]);
    const bool is_first = j == 0 || c.customers[j] != c.customers[j - 1];
    if (is_first && !c.is_continuation[j]) ++out.starts_[c.states[begin]];
    ++out.lasts_[c.states[end - 1]];
    std::size_t stay = begin;  // where the stay at hand began
    for (std::size_t i = begin; i < end; ++i) {
      const auto state = static_cast<std::size_t>(c.states[i]);
      ++out.visits_[c.states[i]];
      if (c.values[i] != 0.0) {
        out.values_[state].add(c.values[i]);
        out.squared_values_[state].add(square(c.values[i]));
      }
      const bool is_last = i + 1 == end;
      if (!is_last) ++out.moves_(c.states[i], c.states[i + 1]);
      if (!is_last && c.states[i + 1] == c.states[i]) continue;
      const bool is_whole = stay != begin || !c.is_continuation[j];
      if (!is_exit[state] && is_whole) {
        add_stay(is_last ? out.dwell_[state].open : out.dwell_[state].completed,
                 static_cast<std::int64_t>(i - stay) + 1);
      }
      stay = i + 1;
    }
  }
  out.n_journeys_ = static_cast<std::int64_t>(c.customers.size());
  out.n_customers_ = journeys.n_customers();
  return out;
}

}  // namespace sojourn
