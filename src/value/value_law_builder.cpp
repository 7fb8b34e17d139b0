#include "value/value_law_builder.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "support/numbers.hpp"
#include "support/text.hpp"

namespace sojourn {

using detail::GridTooLarge;
using detail::Harvest;
using detail::infinity;
using detail::Mass;
using detail::ValueWalk;

namespace {

constexpr double spreads = 16.0;           // standard deviations that a grid is laid over
constexpr std::size_t most_kept = 65'536;  // values of customers who came to their end

std::size_t index(Index i) {
  return static_cast<std::size_t>(i);
}

const ValueLawOptions& checked(const ValueLawOptions& o) {
  if (o.error_in_value && !(*o.error_in_value > 0.0 && std::isfinite(*o.error_in_value))) {
    throw std::invalid_argument("error_in_value: must be above 0 and finite (currency), found " +
                                text::number(*o.error_in_value));
  }
  detail::check_errors(o.relative_error, "the standard deviation", o.error_in_probability);
  detail::check_sizes(o.most_points, o.exact_values);
  if (o.grid_points && (*o.grid_points < 2 || *o.grid_points > o.most_points)) {
    throw std::invalid_argument("grid_points: must be from 2 to most_points (" + text::grouped(o.most_points) +
                                "), found " + std::to_string(*o.grid_points));
  }
  return o;
}

}  // namespace

ValueLawBuilder::ValueLawBuilder(const LifetimeValue& value, const Vector& start, const ValueLawOptions& options)
    : value_(value),
      options_(checked(options)),
      start_(start),
      from_(value.start_value(start)),
      problem_(value),
      settled_(value, problem_) {
  const Index n = problem_.n;
  most_ = problem_.most_to_come(1.0);
  least_ = problem_.most_to_come(-1.0);
  double top = -infinity;
  double bottom = infinity;
  for (Index i = 0; i < n; ++i) {
    if (start[i] <= 0.0) continue;
    top = std::max(top, most_[i]);
    bottom = std::min(bottom, least_[i]);
  }
  range_ = std::min(top - bottom, spreads * from_.standard_deviation);
  is_bounded_ = top - bottom <= range_;
  for (const auto& moves : problem_.into) n_moves_ += moves.size();
  target_ = options.error_in_value ? *options.error_in_value : options.relative_error * from_.standard_deviation;
  tail_ = options.grid_points ? 0.5 * range_ / static_cast<double>(*options.grid_points) : 0.25 * target_;
}

ValueLaw ValueLawBuilder::build() {
  ValueWalk walk(problem_, start_);
  while (true) {
    keep_settled(walk);
    if (end_exactly(walk)) return finish();
    if (kept_.size() > most_kept || !walk.step_exactly(options_.exact_values)) break;
    if (static_cast<std::size_t>(walk.period()) * n_moves_ > detail::most_rehearsed) refuse_length(walk);
  }
  if (!(from_.standard_deviation > 0.0)) {  // certain, but for rounding
    kept_.assign(1, {from_.mean, 1.0});
    return finish();
  }
  Spacing spacing = choose(walk);
  for (int attempt = 0;; ++attempt) {
    Harvest harvest = run(walk, spacing, false);
    const double error = error_of(harvest, spacing.is_common);
    if (options_.grid_points || spacing.is_common || error <= target_ * (1.0 + 1e-9) || attempt == 3) {
      return finish(std::move(harvest), spacing, error);
    }
    spacing.h *= 0.9 * target_ / error;
  }
}

ValueLawBuilder::Ending ValueLawBuilder::ending(const ValueWalk& walk) const {
  if (problem_.horizon && walk.period() == *problem_.horizon) return Ending::at_horizon;
  double width = 0.0;
  for (Index i = 0; i < problem_.n; ++i) {
    if (walk.weight(i) > 0.0) width = std::max(width, most_[i] - least_[i]);
  }
  if (walk.discount() * width <= tail_) return Ending::bounded;
  if (walk.remaining() <= 0.25 * options_.error_in_probability) return Ending::dropped;
  return Ending::none;
}

Vector ValueLawBuilder::to_come(const ValueWalk& walk) const {
  std::optional<Index> left;
  if (problem_.horizon) left = *problem_.horizon - walk.period();
  return walk.discount() * problem_.expected(left);
}

void ValueLawBuilder::keep_settled(ValueWalk& walk) {
  for (Index i = 0; i < problem_.n; ++i) {
    if (!problem_.is_settled[index(i)] || !(walk.weight(i) > 0.0)) continue;
    const double more = settled_.to_come(walk, i);
    for (const Mass& mass : walk.values(i)) kept_.push_back({mass.value + more, mass.probability});
    walk.clear(i);
  }
}

bool ValueLawBuilder::end_exactly(const ValueWalk& walk) {
  const Ending how = ending(walk);
  if (how == Ending::none) return false;
  if (!(walk.remaining() > 0.0)) return true;
  const Vector more = how == Ending::at_horizon ? Vector(Vector::Zero(problem_.n)) : to_come(walk);
  for (Index i = 0; i < problem_.n; ++i) {
    double error = 0.0;
    if (how == Ending::bounded)
      error = std::max(walk.discount() * most_[i] - more[i], more[i] - walk.discount() * least_[i]);
    for (const Mass& mass : walk.values(i))
      kept_.push_back({mass.value + more[i], mass.probability, std::max(error, 0.0)});
  }
  if (how == Ending::dropped) left_out_ += walk.remaining();
  return true;
}

Harvest ValueLawBuilder::run(ValueWalk walk, const Spacing& spacing, bool rehearsal) {
  Harvest harvest{spacing.h, spacing.theta, rehearsal, options_.most_points};
  dropped_ = 0.0;
  // At most a quarter of the probability to lose, over all grids, ends and periods.
  const double trim = rehearsal || (spacing.is_common && is_bounded_)
                          ? 0.0
                          : 0.125 * options_.error_in_probability /
                                static_cast<double>(problem_.n * std::max<Index>(spacing.periods, 1));
  try {
    walk.lay_on_grid(spacing.h, spacing.theta, rehearsal, options_.most_points);
    while (true) {
      for (Index i = 0; i < problem_.n; ++i) {
        if (!problem_.is_settled[index(i)] || !(walk.weight(i) > 0.0)) continue;
        harvest.add(walk, i, settled_.to_come(walk, i), 0.0, 0.0, true);
        walk.clear(i);
      }
      const Ending how = ending(walk);
      if (how != Ending::none) {
        if (walk.remaining() > 0.0) end_on_grid(walk, how, harvest);
        break;
      }
      if (rehearsal && static_cast<std::size_t>(walk.period()) * n_moves_ > detail::most_rehearsed) refuse_length(walk);
      walk.step_on_grid(trim);
    }
  } catch (const GridTooLarge& grid) {
    const double points = static_cast<double>(grid.points);
    refuse_points(points,
                  error_guess(spacing) * std::max(1.1, 2.0 * points / static_cast<double>(options_.most_points)));
  }
  periods_ = walk.period();
  dropped_ += walk.trimmed();
  return harvest;
}

void ValueLawBuilder::end_on_grid(const ValueWalk& walk, Ending how, Harvest& harvest) {
  const bool known = how == Ending::at_horizon;
  const Vector more = known || harvest.rehearsal ? Vector(Vector::Zero(problem_.n)) : to_come(walk);
  for (Index i = 0; i < problem_.n; ++i) {
    double below = 0.0;
    double above = 0.0;
    if (how == Ending::bounded) {
      const double middle = harvest.rehearsal ? 0.5 * walk.discount() * (most_[i] + least_[i]) : more[i];
      below = std::max(0.0, middle - walk.discount() * least_[i]);
      above = std::max(0.0, walk.discount() * most_[i] - middle);
    }
    harvest.add(walk, i, more[i], below, above, how != Ending::dropped);
  }
  if (how == Ending::dropped) dropped_ += walk.remaining();
}

double ValueLawBuilder::error_of(const Harvest& harvest, bool is_common) const {
  const double certain = harvest.certain_error();
  if (is_common && certain <= 1e-6 * harvest.h) return 0.0;
  return std::min(certain, harvest.likely_error(0.5 * options_.error_in_probability));
}

double ValueLawBuilder::theta_for(double variance) const {
  if (!(variance > 0.0) || !(options_.error_in_probability > 0.0)) return 0.0;
  const double theta = std::sqrt(2.0 * logarithm() / variance);
  return std::isfinite(theta) ? theta : 0.0;
}

std::optional<ValueLawBuilder::Spacing> ValueLawBuilder::common(const ValueWalk& walk, double most) {
  if (problem_.factor != 1.0) return std::nullopt;
  const double unit = detail::common_amount(value_.rewards());
  if (!(unit > 0.0) || range_ / unit > most) return std::nullopt;
  const Spacing spacing{unit, 0.0, true, 0};
  if (run(walk, spacing, true).certain_error() > 1e-6 * unit) return std::nullopt;
  return Spacing{unit, 0.0, true, periods_};
}

ValueLawBuilder::Spacing ValueLawBuilder::choose(const ValueWalk& walk) {
  const bool fixed = options_.grid_points.has_value();
  const double most = static_cast<double>(fixed ? *options_.grid_points : options_.most_points);
  if (const std::optional<Spacing> found = common(walk, most)) return *found;
  const double floor = 1e-10 * (std::abs(from_.mean) + from_.standard_deviation);
  if (!fixed && target_ < floor) {
    throw std::domain_error("value_law: error bounds too small to reach: an error of " + text::number(target_, 4) +
                            " is lost in rounding; about " + text::number(floor, 2) + " is within reach");
  }
  Spacing spacing{fixed ? range_ / most : target_ / 6.0, 0.0, false, 0};
  for (int attempt = 0;; ++attempt) {
    const Harvest harvest = run(walk, spacing, true);
    spacing.periods = periods_;
    const double error = error_of(harvest, false);
    const double variance = harvest.variance();
    if (fixed) {
      spacing.theta = theta_for(variance);
      break;
    }
    if (error <= target_ && (error >= 0.7 * target_ || attempt >= 3)) break;
    if (attempt == 8) refuse_points(range_ / spacing.h, 1.6 * error);
    const double likely = std::sqrt(2.0 * variance * logarithm());
    const double expected = std::min(harvest.certain_error(), options_.error_in_probability > 0.0 ? likely : infinity);
    const double scale = 0.92 * target_ / (spacing.theta > 0.0 ? error : expected);
    spacing.h *= std::min(scale, 100.0);
    spacing.theta = theta_for(variance * scale * scale);
  }
  const double points = range_ / spacing.h;
  if (!fixed && points > most) {
    // The error of the finest grid allowed, with room for a walk that looks less far ahead.
    Spacing finest{range_ / most, 0.0, false, 0};
    finest.theta = theta_for(run(walk, finest, true).variance());
    refuse_points(points, 1.6 * error_of(run(walk, finest, true), false));
  }
  const double work = points * static_cast<double>(n_moves_) * static_cast<double>(spacing.periods - walk.period());
  if (work > detail::most_work) refuse_points(points, 1.6 * target_ * work / detail::most_work);
  return spacing;
}

void ValueLawBuilder::refuse_points(double points, double reachable) const {
  throw std::domain_error("value_law: error bounds too small to reach: they need about " + text::number(points, 3) +
                          " points per state, and " + text::grouped(options_.most_points) +
                          " are allowed (most_points); an error_in_value of about " + text::number(reachable, 3) +
                          " is within reach");
}

void ValueLawBuilder::refuse_length(const ValueWalk& walk) const {
  throw std::domain_error("value_law: error bounds too small to reach: after " + text::grouped(walk.period()) +
                          " periods a share of " + text::number(walk.remaining(), 3) +
                          " of the customers is still on the way; give the value a horizon or a stronger discount, "
                          "or allow a larger error_in_probability");
}

ValueLaw ValueLawBuilder::finish(Harvest harvest, const Spacing& spacing, double error) {
  const bool is_likely = error < harvest.certain_error() && error > 0.0;
  double origin = harvest.origin - harvest.mean_off();
  if (error == 0.0) origin = std::nearbyint(harvest.origin / spacing.h) * spacing.h;
  for (std::size_t k = 0; k < harvest.mass.size(); ++k) {
    if (!(harvest.mass[k] > 0.0)) continue;
    const double cell = static_cast<double>(harvest.first + static_cast<Index>(k));
    double value = origin + cell * spacing.h;
    if (error == 0.0) value = std::nearbyint(value / spacing.h) * spacing.h;
    kept_.push_back({value, harvest.mass[k], error});
  }
  left_out_ += dropped_;
  ValueLaw law = assemble(is_likely ? 0.5 * options_.error_in_probability : 0.0);
  law.slip_bound_ = error > 0.0 ? harvest.certain_error() : 0.0;
  law.slip_variance_ = error > 0.0 ? harvest.variance() : 0.0;
  return law;
}

ValueLaw ValueLawBuilder::assemble(double unlikely) {
  const std::string words = value_.definition();
  return {std::move(kept_), left_out_ + unlikely, "law of the " + words.substr(words.find("lifetime value"))};
}

}  // namespace sojourn
