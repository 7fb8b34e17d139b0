#include "sojourn/value/payback.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "solve/horizon.hpp"
#include "support/level.hpp"
#include "support/numbers.hpp"
#include "support/text.hpp"
#include "value/value_walk.hpp"

namespace sojourn {

using detail::infinity;
using detail::ValueWalk;
using detail::WalkProblem;

namespace {

void check_options(double cost, const PaybackOptions& options) {
  if (!(cost > 0.0 && std::isfinite(cost))) {
    throw std::invalid_argument("cost: must be above 0 and finite (currency per customer), found " +
                                text::number(cost));
  }
  if (options.horizon) detail::check_horizon("horizon", *options.horizon);
  if (options.error_in_cost && !(*options.error_in_cost > 0.0 && std::isfinite(*options.error_in_cost))) {
    throw std::invalid_argument("error_in_cost: must be above 0 and finite (currency), found " +
                                text::number(*options.error_in_cost));
  }
  detail::check_errors(options.relative_error, "the cost", options.error_in_probability);
  detail::check_sizes(options.most_points, options.exact_values);
}

/// What became of the customers so far.
struct Tally {
  std::vector<double> paid = {};  // per period
  double never = 0.0;
  double undecided = 0.0;
  double tail = 0.0;    // money that was not waited for
  double slip = 0.0;    // the largest error of an amount on the grid
  double square = 0.0;  // the largest mean square of it, over the periods
  double weight = 0.0;  // sums over the periods: of probability, and of the means of exp(±θ slip)
  double tilted = 0.0;
  double trimmed = 0.0;  // probability left out
  Index periods = 0;
};

/// The walk towards the cost.
class Race {
 public:
  Race(const LifetimeValue& value, double cost, const PaybackOptions& options)
      : value_(value),
        cost_(cost),
        options_(options),
        problem_(value),
        rise_(problem_.largest_rise()),
        target_(options.error_in_cost ? *options.error_in_cost : options.relative_error * cost),
        threshold_(cost * (1.0 - 1e-12)),
        last_(options.horizon) {
    for (const auto& moves : problem_.into) n_moves_ += moves.size();
    if (value.horizon()) last_ = last_ ? std::min(*last_, *value.horizon()) : *value.horizon();
  }

  Tally run(const Vector& start) {
    ValueWalk walk(problem_, start);
    Tally tally;
    while (!settle(walk, tally) && !walk.is_empty()) {
      const ValueWalk before = walk;
      double paid = take(walk, true);
      if (!walk.step_exactly(options_.exact_values)) return run_on_grid(before, tally);
      paid += take(walk, false);
      tally.paid.push_back(paid);
      check_length(walk);
    }
    return tally;
  }

 private:
  Tally run_on_grid(const ValueWalk& walk, const Tally& tally) {
    const auto most = static_cast<double>(options_.most_points);
    if (problem_.factor == 1.0) {
      const double unit = detail::common_amount(value_.rewards());
      if (unit > 0.0 && cost_ / unit <= most) {
        Tally end = follow(walk, tally, unit, 0.0, true);
        if (end.slip <= 1e-6 * unit) {
          threshold_ = cost_ - 1e-5 * unit;
          periods_ = end.periods;
          end = follow(walk, tally, unit, 0.0, false);
          end.slip = 0.0;
          return end;
        }
      }
    }
    if (target_ < 1e-10 * cost_) {
      throw std::domain_error("payback: error too small to reach: " + text::number(target_, 4) +
                              " is lost in rounding; about " + text::number(1e-10 * cost_, 2) + " is within reach");
    }
    const double largest = 0.75 * target_;
    double h = target_ / 8.0;
    double theta = 0.0;
    for (int attempt = 0;; ++attempt) {
      const Tally end = follow(walk, tally, h, theta, true);
      const double error = error_of(end, theta);
      periods_ = end.periods;
      if (error <= largest && (error >= 0.6 * largest || attempt >= 3)) {
        const double points = cost_ / h;
        const double work = points * static_cast<double>(n_moves_) * static_cast<double>(end.periods);
        if (points > most || work > detail::most_work) refuse_points(std::max(points, most * work / detail::most_work));
        break;
      }
      if (attempt == 8) refuse_points(cost_ / h);
      const double logarithm = std::log(4.0 * std::max(end.weight, 1.0) / options_.error_in_probability);
      const double likely = std::sqrt(2.0 * end.square * logarithm);
      const double scale = std::min(0.9 * largest / (theta > 0.0 ? error : std::min(end.slip, likely)), 100.0);
      h *= scale;
      theta = std::sqrt(2.0 * logarithm / end.square) / scale;
      if (!std::isfinite(theta)) theta = 0.0;
    }
    Tally end = follow(walk, tally, h, theta, false);
    const double error = error_of(end, theta);
    if (error < end.slip) end.trimmed += 0.5 * options_.error_in_probability;
    end.slip = error;
    return end;
  }

  /// How far an amount may be off in any period, but for a probability of half of what may be left out.
  double error_of(const Tally& tally, double theta) const {
    if (!(theta > 0.0)) return tally.slip;
    const double likely = std::log(2.0 * tally.tilted / options_.error_in_probability) / theta;
    return std::isfinite(likely) ? std::min(tally.slip, std::max(likely, 0.0)) : tally.slip;
  }

  Tally follow(ValueWalk walk, Tally tally, double h, double theta, bool rehearsal) {
    const double trim = rehearsal ? 0.0
                                  : 0.25 * options_.error_in_probability /
                                        static_cast<double>(problem_.n * std::max<Index>(periods_, 1));
    try {
      walk.lay_on_grid(h, theta, rehearsal, options_.most_points);
      record(walk, tally);
      while (!settle(walk, tally)) {
        if (!rehearsal && walk.is_empty()) break;
        double paid = take(walk, true);
        walk.step_on_grid(trim);
        record(walk, tally);
        paid += take(walk, false);
        tally.paid.push_back(paid);
        check_length(walk);
      }
    } catch (const detail::GridTooLarge& grid) {
      refuse_points(static_cast<double>(grid.points));
    }
    tally.trimmed = walk.trimmed();
    tally.periods = walk.period();
    return tally;
  }

  /// Puts aside what is decided; true when nothing is left to look at.
  bool settle(ValueWalk& walk, Tally& tally) const {
    double widest = 0.0;
    double walking = 0.0;
    for (Index i = 0; i < problem_.n; ++i) {
      if (!(walk.weight(i) > 0.0)) continue;
      if (rise_[i] == 0.0) {
        tally.never += walk.take_below(i, 0.0, infinity);
        walk.clear(i);
        continue;
      }
      const double rise = walk.discount() * rise_[i];
      tally.never += walk.take_below(i, rise, threshold_);
      widest = std::max(widest, rise);
      walking += walk.weight(i);
    }
    const bool is_last = last_ && walk.period() == *last_;
    const bool is_near = widest <= 0.25 * target_;
    const bool is_rare = !last_ && walking <= options_.error_in_probability;
    if (!is_last && !is_near && !is_rare) return false;
    double rest = 0.0;
    for (Index i = 0; i < problem_.n; ++i) rest += walk.take_below(i, 0.0, infinity);
    const bool is_over = is_last && value_.horizon() && walk.period() == *value_.horizon();
    if (is_over) {
      tally.never += rest;
    } else if (is_near) {  // they miss it, or miss a cost that is lower by what can still come
      tally.never += rest;
      if (rest > 0.0) tally.tail = widest;
    } else {
      tally.undecided += rest;
    }
    return true;
  }

  /// Those who have reached the cost, with this period's reward or before it.
  double take(ValueWalk& walk, bool with_reward) const {
    double paid = 0.0;
    for (Index i = 0; i < problem_.n; ++i)
      paid += walk.take_from(i, with_reward ? walk.discount() * problem_.per_state[i] : 0.0, threshold_);
    return paid;
  }

  void record(const ValueWalk& walk, Tally& tally) const {
    double weight = 0.0;
    double square = 0.0;
    for (Index i = 0; i < problem_.n; ++i) {
      const detail::Slip& slip = walk.slip(i);
      if (!(slip.weight > 0.0)) continue;
      tally.slip = std::max({tally.slip, slip.high, -slip.low});
      tally.tilted += slip.weight * (slip.up + slip.down);
      weight += slip.weight;
      square += slip.weight * slip.square;
    }
    tally.weight += weight;
    if (weight > 0.0) tally.square = std::max(tally.square, square / weight);
  }

  void check_length(const ValueWalk& walk) const {
    if (static_cast<std::size_t>(walk.period()) * n_moves_ <= detail::most_rehearsed) return;
    throw std::domain_error("payback: after " + text::grouped(walk.period()) + " periods a share of " +
                            text::number(walk.remaining(), 3) +
                            " of the customers may still bring money; give a shorter horizon");
  }

  [[noreturn]] void refuse_points(double points) const {
    const double most = static_cast<double>(options_.most_points);
    throw std::domain_error("payback: error too small to reach: it needs about " + text::number(points, 3) +
                            " points per state, and " + text::grouped(options_.most_points) +
                            " are allowed (most_points); an error_in_cost of about " +
                            text::number(target_ * std::max(1.1, 1.1 * points / most), 3) + " is within reach");
  }

  const LifetimeValue& value_;
  double cost_;
  const PaybackOptions& options_;
  WalkProblem problem_;
  Vector rise_;
  double target_;
  double threshold_;
  std::optional<Index> last_;
  std::size_t n_moves_ = 0;
  Index periods_ = 0;
};

/// The first period in which the expected money so far reaches the cost.
std::optional<Index> expected_period(const LifetimeValue& value, const Vector& start, double cost,
                                     const std::optional<Index>& last) {
  const Chain& chain = value.chain();
  const Matrix& P = chain.transition_matrix();
  const Rewards& rewards = value.rewards();
  const double factor = value.discount().factor_per_period(chain.period());
  Vector by_move = Vector::Zero(chain.n_states());
  Matrix gains = rewards.per_move();
  if (rewards.has_move_rewards()) {
    by_move = factor * P.cwiseProduct(rewards.per_move()).rowwise().sum();
    gains = gains.cwiseMax(0.0);
  }
  Vector hope = Vector::Zero(chain.n_states());  // what may still come, without any loss
  if (!value.horizon()) {
    const Rewards only_gains(chain.states(), rewards.per_state().cwiseMax(0.0), gains);
    hope = lifetime_value(chain, only_gains, {.discount = value.discount()}).mean().vector();
  }
  const double threshold = cost * (1.0 - 1e-12);
  Vector law = start;  // times γ^t
  double sum = 0.0;
  for (Index t = 0; !last || t < *last; ++t) {
    if (sum + law.dot(rewards.per_state()) >= threshold) return t;
    sum += law.dot(rewards.per_state() + by_move);
    if (sum >= threshold) return t;
    law = factor * (P.transpose() * law);
    if (!value.horizon() && sum + law.dot(hope) < threshold + 1e-12 * cost) return std::nullopt;
    if (law.isZero(0.0)) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Vector Payback::cumulative() const {
  Vector sums = probabilities;
  for (Index t = 1; t < sums.size(); ++t) sums[t] = std::min(1.0, sums[t] + sums[t - 1]);
  return sums;
}

std::optional<Index> Payback::quantile(double p) const {
  detail::check_share("p", p);
  const Vector sums = cumulative();
  for (Index t = 0; t < sums.size(); ++t) {
    if (sums[t] >= p) return t;
  }
  return std::nullopt;
}

Payback payback(const LifetimeValue& value, const Vector& start, double cost, const PaybackOptions& options) {
  check_distribution("start", value.chain().states(), start);
  check_options(cost, options);
  const Tally tally = Race(value, cost, options).run(start);
  std::optional<Index> last = options.horizon;
  if (value.horizon()) last = last ? std::min(*last, *value.horizon()) : *value.horizon();
  double total = tally.never + tally.undecided;
  for (const double paid : tally.paid) total += paid;
  Payback answer{cost,
                 Vector::Zero(static_cast<Index>(tally.paid.size())),
                 tally.never / total,
                 tally.undecided / total,
                 tally.slip + tally.tail,
                 tally.trimmed,
                 expected_period(value, start, cost, last)};
  for (Index t = 0; t < answer.probabilities.size(); ++t)
    answer.probabilities[t] = tally.paid[static_cast<std::size_t>(t)] / total;
  return answer;
}

Payback payback(const LifetimeValue& value, std::string_view start, double cost, const PaybackOptions& options) {
  return payback(value, start_in(value.chain().states(), start), cost, options);
}

}  // namespace sojourn
