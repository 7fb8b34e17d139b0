#include "sojourn/value/value_law.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "support/text.hpp"
#include "value/value_walk.hpp"

namespace sojourn {

using detail::Mass;
using detail::Slip;
using detail::ValueWalk;
using detail::WalkProblem;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double same = 1e-14;             // values closer than this share of the largest are one, twice rounded
constexpr double spreads = 16.0;           // standard deviations that a grid is laid over
constexpr std::size_t most_kept = 65'536;  // values of customers who came to their end

void check_share(const char* what, double p) {
  if (p > 0.0 && p < 1.0) return;
  throw std::invalid_argument(std::string(what) + ": must be between 0 and 1, both excluded, found " + text::number(p));
}

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

/// What has come to its end, on one grid.
struct Harvest {
  double h;
  double theta;
  bool rehearsal;
  Index most_points;
  bool started = false;
  double origin = 0.0;
  Index first = 0;  // cell of mass[0]
  std::vector<double> mass = {};
  double weight = 0.0;
  double off_sum = 0.0;
  double square = 0.0;
  double low = infinity;
  double high = -infinity;
  double up = 0.0;
  double down = 0.0;

  /// The customers in state `i`, with what is still to come to them, known within `below` and `above`.
  void add(const ValueWalk& walk, Index i, double to_come, double below, double above, bool is_counted) {
    const Slip& slip = walk.slip(i);
    if (!(slip.weight > 0.0)) return;
    const double value = walk.cells(i).base + to_come;
    if (!started) origin = value;
    started = true;
    const double cell = std::nearbyint((value - origin) / h);
    if (!(std::abs(cell) < 1e15)) throw detail::GridTooLarge{Index{1'000'000'000'000'000}};
    if (is_counted) {
      const double off = origin + cell * h - value;
      weight += slip.weight;
      off_sum += slip.weight * off;
      square += slip.weight * (slip.square + off * off + 0.25 * (below + above) * (below + above));
      low = std::min(low, slip.low + off - above);
      high = std::max(high, slip.high + off + below);
      const double tilt = std::exp(theta * off);
      const double width = theta * (below + above);
      const double spread = std::exp(width * width / 8.0);
      up += slip.weight * slip.up * tilt * spread;
      down += slip.weight * slip.down / tilt * spread;
    }
    const std::vector<double>& cells = walk.cells(i).mass;
    if (rehearsal || cells.empty()) return;
    const auto length = static_cast<Index>(cells.size());
    const auto begin = static_cast<Index>(cell);
    if (mass.empty()) first = begin;
    if (begin < first) {
      const Index more = std::max(first - begin, static_cast<Index>(mass.size() / 2));
      check_points(static_cast<Index>(mass.size()) + first - begin);
      mass.insert(mass.begin(), static_cast<std::size_t>(more), 0.0);
      first -= more;
    }
    const Index end = begin + length - first;
    check_points(end);
    if (end > static_cast<Index>(mass.size())) mass.resize(static_cast<std::size_t>(end), 0.0);
    double* out = mass.data() + (begin - first);
    for (Index k = 0; k < length; ++k) out[k] += cells[static_cast<std::size_t>(k)];
  }

  void check_points(Index points) const {
    if (points > 8 * most_points) throw detail::GridTooLarge{points};
  }

  double mean_off() const { return weight > 0.0 ? off_sum / weight : 0.0; }
  double variance() const { return weight > 0.0 ? square / weight - mean_off() * mean_off() : 0.0; }
  /// The largest error of all, once the mean error is taken out.
  double certain_error() const { return weight > 0.0 ? std::max(high - mean_off(), mean_off() - low) : 0.0; }
  /// The error but for a probability of `share`.
  double likely_error(double share) const {
    if (!(theta > 0.0 && share > 0.0) || !(weight > 0.0)) return infinity;
    const double above = std::log(2.0 * up / share) / theta - mean_off();
    const double below = std::log(2.0 * down / share) / theta + mean_off();
    return std::isfinite(above) && std::isfinite(below) ? std::max({above, below, 0.0}) : infinity;
  }
};

}  // namespace

/// Builds one law.
class ValueLawBuilder {
 public:
  ValueLawBuilder(const LifetimeValue& value, const Vector& start, const ValueLawOptions& options)
      : value_(value), options_(options), start_(start), from_(value.start_value(start)), problem_(value) {
    check_options();
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
    tabulate_settled();
  }

  ValueLaw build() {
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

 private:
  enum class Ending { none, at_horizon, bounded, dropped };

  struct Spacing {
    double h;
    double theta;
    bool is_common;  // every amount is a multiple of it
    Index periods;   // how long the walk was in rehearsal
  };

  void check_options() const {
    const ValueLawOptions& o = options_;
    if (o.error_in_value && !(*o.error_in_value > 0.0 && std::isfinite(*o.error_in_value))) {
      throw std::invalid_argument("error_in_value: must be above 0 and finite (currency), found " +
                                  text::number(*o.error_in_value));
    }
    if (!(o.relative_error > 0.0 && o.relative_error <= 1.0)) {
      throw std::invalid_argument(
          "relative_error: must be above 0 and at most 1 (a share of the standard deviation), "
          "found " +
          text::number(o.relative_error));
    }
    if (!(o.error_in_probability >= 0.0 && o.error_in_probability < 0.5)) {
      throw std::invalid_argument("error_in_probability: must be from 0 to below 0.5, found " +
                                  text::number(o.error_in_probability));
    }
    if (o.most_points < 2 || o.most_points > 100'000'000) {
      throw std::invalid_argument("most_points: must be from 2 to 100,000,000, found " + std::to_string(o.most_points));
    }
    if (o.grid_points && (*o.grid_points < 2 || *o.grid_points > o.most_points)) {
      throw std::invalid_argument("grid_points: must be from 2 to most_points (" + text::grouped(o.most_points) +
                                  "), found " + std::to_string(*o.grid_points));
    }
    if (o.exact_values < 0 || o.exact_values > 100'000'000) {
      throw std::invalid_argument("exact_values: must be from 0 to 100,000,000, found " +
                                  std::to_string(o.exact_values));
    }
  }

  /// What a settled state still brings, per number of periods to go.
  void tabulate_settled() {
    if (!problem_.horizon) return;
    for (Index i = 0; i < problem_.n; ++i) {
      if (problem_.is_settled[index(i)] && !problem_.is_spent[index(i)]) streams_.push_back(i);
    }
    const Index T = *problem_.horizon;
    if (streams_.empty()) return;
    if (static_cast<double>(T) * static_cast<double>(streams_.size()) > 2e7) {
      throw std::domain_error("value_law: " + text::quoted(value_.chain().states().name(streams_.front())) +
                              " keeps bringing money and the horizon is too long to list it; ask for life");
    }
    stream_.assign(index(problem_.n), {});
    for (const Index i : streams_) stream_[index(i)].assign(index(T) + 1, 0.0);
    const Rewards& rewards = value_.rewards();
    for (Index left = 1; left <= T; ++left) {
      for (const Index i : streams_) {
        const Index j = problem_.successor[index(i)];
        const double later = problem_.is_spent[index(j)] ? 0.0 : stream_[index(j)][index(left - 1)];
        const double move = rewards.has_move_rewards() ? rewards.per_move()(i, j) : 0.0;
        stream_[index(i)][index(left)] = problem_.per_state[i] + problem_.factor * (move + later);
      }
    }
  }

  /// Money still to come to a customer in a settled state, in money of today.
  double settled_money(const ValueWalk& walk, Index i) const {
    if (problem_.is_spent[index(i)]) return 0.0;
    if (!problem_.horizon) return walk.discount() * value_.mean()[i];
    return walk.discount() * stream_[index(i)][index(*problem_.horizon - walk.period())];
  }

  Ending ending(const ValueWalk& walk) const {
    if (problem_.horizon && walk.period() == *problem_.horizon) return Ending::at_horizon;
    double width = 0.0;
    for (Index i = 0; i < problem_.n; ++i) {
      if (walk.weight(i) > 0.0) width = std::max(width, most_[i] - least_[i]);
    }
    if (walk.discount() * width <= tail_) return Ending::bounded;
    if (walk.remaining() <= 0.25 * options_.error_in_probability) return Ending::dropped;
    return Ending::none;
  }

  /// Expected money still to come in money of today; 0 at the horizon.
  Vector to_come(const ValueWalk& walk) const {
    std::optional<Index> left;
    if (problem_.horizon) left = *problem_.horizon - walk.period();
    return walk.discount() * problem_.expected(left);
  }

  void keep_settled(ValueWalk& walk) {
    for (Index i = 0; i < problem_.n; ++i) {
      if (!problem_.is_settled[index(i)] || !(walk.weight(i) > 0.0)) continue;
      const double more = settled_money(walk, i);
      for (const Mass& mass : walk.values(i)) kept_.push_back({mass.value + more, mass.probability});
      walk.clear(i);
    }
  }

  bool end_exactly(const ValueWalk& walk) {
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

  /// The walk to its end on a grid.
  Harvest run(ValueWalk walk, const Spacing& spacing, bool rehearsal) {
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
          harvest.add(walk, i, settled_money(walk, i), 0.0, 0.0, true);
          walk.clear(i);
        }
        const Ending how = ending(walk);
        if (how != Ending::none) {
          if (walk.remaining() > 0.0) end_on_grid(walk, how, harvest);
          break;
        }
        if (rehearsal && static_cast<std::size_t>(walk.period()) * n_moves_ > detail::most_rehearsed)
          refuse_length(walk);
        walk.step_on_grid(trim);
      }
    } catch (const detail::GridTooLarge& grid) {
      const double points = static_cast<double>(grid.points);
      refuse_points(points,
                    error_guess(spacing) * std::max(1.1, 2.0 * points / static_cast<double>(options_.most_points)));
    }
    periods_ = walk.period();
    dropped_ += walk.trimmed();
    return harvest;
  }

  void end_on_grid(const ValueWalk& walk, Ending how, Harvest& harvest) {
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

  double error_of(const Harvest& harvest, bool is_common) const {
    const double certain = harvest.certain_error();
    if (is_common && certain <= 1e-6 * harvest.h) return 0.0;
    return std::min(certain, harvest.likely_error(0.5 * options_.error_in_probability));
  }

  double logarithm() const { return std::log(4.0 / options_.error_in_probability); }  // of 2 / (δ / 2)

  double theta_for(double variance) const {
    if (!(variance > 0.0) || !(options_.error_in_probability > 0.0)) return 0.0;
    const double theta = std::sqrt(2.0 * logarithm() / variance);
    return std::isfinite(theta) ? theta : 0.0;
  }

  /// The spacing that brings the error asked for.
  Spacing choose(const ValueWalk& walk) {
    const bool fixed = options_.grid_points.has_value();
    const double most = static_cast<double>(fixed ? *options_.grid_points : options_.most_points);
    if (problem_.factor == 1.0) {
      const double unit = detail::common_amount(value_.rewards());
      if (unit > 0.0 && range_ / unit <= most) {
        const Spacing spacing{unit, 0.0, true, 0};
        const Harvest rehearsed = run(walk, spacing, true);
        if (rehearsed.certain_error() <= 1e-6 * unit) return {unit, 0.0, true, periods_};
      }
    }
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
      const double expected =
          std::min(harvest.certain_error(), options_.error_in_probability > 0.0 ? likely : infinity);
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

  double error_guess(const Spacing& spacing) const { return options_.grid_points ? spacing.h : target_; }

  [[noreturn]] void refuse_points(double points, double reachable) const {
    throw std::domain_error("value_law: error bounds too small to reach: they need about " + text::number(points, 3) +
                            " points per state, and " + text::grouped(options_.most_points) +
                            " are allowed (most_points); an error_in_value of about " + text::number(reachable, 3) +
                            " is within reach");
  }

  [[noreturn]] void refuse_length(const ValueWalk& walk) const {
    throw std::domain_error("value_law: error bounds too small to reach: after " + text::grouped(walk.period()) +
                            " periods a share of " + text::number(walk.remaining(), 3) +
                            " of the customers is still on the way; give the value a horizon or a stronger discount, "
                            "or allow a larger error_in_probability");
  }

  ValueLaw finish() { return assemble(0.0); }

  ValueLaw finish(Harvest harvest, const Spacing& spacing, double error) {
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

  ValueLaw assemble(double unlikely) {
    const std::string words = value_.definition();
    return {std::move(kept_), left_out_ + unlikely, "law of the " + words.substr(words.find("lifetime value"))};
  }

  static std::size_t index(Index i) { return static_cast<std::size_t>(i); }

  const LifetimeValue& value_;
  const ValueLawOptions& options_;
  Vector start_;
  StartValue from_;
  WalkProblem problem_;
  Vector most_;
  Vector least_;
  double range_ = 0.0;
  bool is_bounded_ = false;
  double target_ = 0.0;
  double tail_ = 0.0;
  std::size_t n_moves_ = 0;
  std::vector<Index> streams_;
  std::vector<std::vector<double>> stream_;
  std::vector<Mass> kept_;
  double left_out_ = 0.0;
  double dropped_ = 0.0;
  Index periods_ = 0;
};

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
