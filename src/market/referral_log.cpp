// Rows that say who brought whom, or who rated what, placed in the periods of journeys.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "chain/civil.hpp"
#include "sojourn/data/counts.hpp"
#include "sojourn/market/referral_rates.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

using Name = std::function<std::string(std::int64_t)>;

[[noreturn]] void refuse(const char* where, const std::string& what) {
  throw std::invalid_argument(std::string(where) + ": " + what);
}

std::string called(const Name& name, std::int64_t code) {
  return name ? text::quoted(name(code)) : "customer " + std::to_string(code);
}

Journeys gridded(const char* where, const Journeys& journeys, const std::optional<GridOptions>& grid) {
  if (!journeys.period().is_step()) {
    if (grid) {
      refuse(where, "grid: the journeys are on a grid already, of a " + journeys.period().name() +
                        "; leave it out, or give the journeys with event times");
    }
    return journeys;
  }
  if (!grid) {
    refuse(where,
           "grid: these journeys are on the clock of the event, without customer-periods; give a grid such as a period "
           "of a month");
  }
  return on_grid(journeys, *grid);
}

enum class Where { in_period, before_first_event, after_leaving, after_last_period, between_periods };

struct Place {
  Where where;
  std::size_t entry = 0;  // of the gridded journeys, where `in_period`
};

/// Finds the period of a customer's journey in which a time falls.
class Places {
 public:
  Places(const char* where, const Journeys& source, const std::optional<GridOptions>& grid, TimeUnit unit)
      : source_unit_(source.time_unit()), unit_(unit), grid_(grid), on_grid_(gridded(where, source, grid)) {
    const bool is_order = on_grid_.time_unit() == TimeUnit::step;
    if (is_order != (unit == TimeUnit::step)) {
      refuse(where, is_order ? "time: the journeys count periods from 0 without dates; give the number of the period "
                               "(time unit step) rather than dates"
                             : "time: these times are only an order, without days; the journeys need dates or a unit "
                               "such as day or second");
    }
    for_each_customer(source, [&](std::int64_t code, std::size_t begin, std::size_t) {
      known_.emplace(code, Customer{.first_time = source.columns().times[begin]});
    });
    for_each_customer(on_grid_, [&](std::int64_t code, std::size_t begin, std::size_t end) {
      Customer& one = known_[code];
      one.begin = begin;
      one.end = end;
    });
    const JourneyColumns& c = on_grid_.columns();
    is_last_.assign(c.states.size(), 0);
    for (std::size_t j = 1; j < c.offsets.size(); ++j) {
      if (c.offsets[j] > c.offsets[j - 1]) is_last_[static_cast<std::size_t>(c.offsets[j] - 1)] = 1;
    }
  }

  const Journeys& on_grid() const { return on_grid_; }
  bool knows(std::int64_t code) const { return known_.count(code) != 0; }

  /// Of a known customer.
  bool is_before_first_event(std::int64_t code, std::int64_t time) const {
    const std::int64_t first = known_.at(code).first_time;
    if (unit_ == source_unit_) return time < first;
    return detail::day_of_known(time, unit_) < detail::day_of_known(first, source_unit_);
  }

  Place place(std::int64_t code, std::int64_t time) const {
    const Customer& one = known_.at(code);
    if (is_before_first_event(code, time)) return {Where::before_first_event};
    if (one.begin == one.end) return {Where::after_last_period};
    const JourneyColumns& c = on_grid_.columns();
    const std::int64_t at = in_grid_units(time);
    const auto begin = c.times.begin() + static_cast<std::ptrdiff_t>(one.begin);
    const auto end = c.times.begin() + static_cast<std::ptrdiff_t>(one.end);
    const auto next = std::upper_bound(begin, end, at);
    if (next == begin) return {Where::between_periods};
    const auto entry = static_cast<std::size_t>(next - c.times.begin()) - 1;
    if (on_grid_.lifecycle().is_exit(c.states[entry])) return {Where::after_leaving};
    if (is_last_[entry] == 0 || at < end_of(one, entry)) return {Where::in_period, entry};
    return {next == end ? Where::after_last_period : Where::between_periods};
  }

  /// The state in which a customer's first journey begins; nothing where it is not known.
  std::optional<Index> first_state(std::int64_t code) const {
    const auto found = known_.find(code);
    if (found == known_.end() || found->second.begin == found->second.end) return std::nullopt;
    const JourneyColumns& c = on_grid_.columns();
    const auto j = static_cast<std::size_t>(std::upper_bound(c.offsets.begin(), c.offsets.end(),
                                                             static_cast<std::int64_t>(found->second.begin)) -
                                            c.offsets.begin()) -
                   1;
    if (!c.is_continuation.empty() && c.is_continuation[j]) return std::nullopt;
    return c.states[found->second.begin];
  }

  /// Customer-periods per state; none in exits.
  CountVector customer_periods() const {
    const StateSpace& states = on_grid_.states();
    CountVector out = CountVector::Zero(states.n_states());
    for (const std::int32_t state : on_grid_.columns().states) {
      if (!on_grid_.lifecycle().is_exit(state)) ++out[state];
    }
    return out;
  }

 private:
  struct Customer {
    std::int64_t first_time = 0;  // in the unit of the source
    std::size_t begin = 0;        // entries on the grid
    std::size_t end = 0;
  };

  template <class Visit>
  static void for_each_customer(const Journeys& journeys, const Visit& visit) {
    const JourneyColumns& c = journeys.columns();
    for (std::size_t j = 0; j < c.customers.size();) {
      std::size_t end = j + 1;
      while (end < c.customers.size() && c.customers[end] == c.customers[j]) ++end;
      visit(c.customers[j], static_cast<std::size_t>(c.offsets[j]), static_cast<std::size_t>(c.offsets[end]));
      j = end;
    }
  }

  std::int64_t in_grid_units(std::int64_t time) const {
    if (unit_ == on_grid_.time_unit()) return time;
    const Day day = detail::day_of_known(time, unit_);
    return on_grid_.time_unit() == TimeUnit::day ? day : day * detail::units_per_day(on_grid_.time_unit());
  }

  /// Where the last period of a journey ends.
  std::int64_t end_of(const Customer& one, std::size_t entry) const {
    const JourneyColumns& c = on_grid_.columns();
    if (on_grid_.time_unit() == TimeUnit::step) return c.times[entry] + 1;
    const auto day = [&](std::size_t i) { return detail::day_of_known(c.times[i], on_grid_.time_unit()); };
    Day start = day(one.begin);
    if (grid_) {
      start = grid_->origin.start(detail::day_of_known(one.first_time, source_unit_), grid_->period);
    } else {
      // Months are clipped (31 January, 28 February): the period with the latest day of the month tells the clock.
      const std::size_t furthest = std::min(one.end, one.begin + 12);
      for (std::size_t i = one.begin + 1; i < furthest; ++i) {
        if (detail::to_civil(day(i)).day > detail::to_civil(start).day) start = day(i);
      }
    }
    const detail::PeriodClock clock(start, on_grid_.period());
    const Day end = clock.begin(clock.containing(day(entry)) + 1);
    return on_grid_.time_unit() == TimeUnit::day ? end : end * detail::units_per_day(on_grid_.time_unit());
  }

  TimeUnit source_unit_;
  TimeUnit unit_;
  std::optional<GridOptions> grid_;
  Journeys on_grid_;
  std::unordered_map<std::int64_t, Customer> known_;
  std::vector<char> is_last_;  // per entry: the last of its journey
};

void check_lengths(const char* where, std::size_t rows,
                   std::initializer_list<std::pair<const char*, std::size_t>> all) {
  for (const auto& [column, size] : all) {
    if (size != rows) {
      refuse(where, std::string(column) + ": " + text::plural(static_cast<std::int64_t>(size), "row") + ", but " +
                        all.begin()->first + " has " + text::plural(static_cast<std::int64_t>(rows), "row") +
                        "; every column has one entry per row");
    }
  }
}

/// A time that is no date is most likely in another unit.
void check_time(const char* where, std::int64_t time, std::size_t row, TimeUnit unit) {
  if (unit == TimeUnit::step) return;
  const Day day = detail::day_of_known(time, unit);
  if (day < -detail::furthest_day || day > detail::furthest_day) {
    refuse(where, "time: " + std::to_string(time) + " in row " + std::to_string(row) +
                      " is no date; is the unit of the times right?");
  }
}

void drop(WordOfMouthReport& report, Where why) {
  switch (why) {
    case Where::in_period:
      break;
    case Where::before_first_event:
      ++report.before_first_event;
      break;
    case Where::after_leaving:
      ++report.after_leaving;
      break;
    case Where::after_last_period:
      ++report.after_last_period;
      break;
    case Where::between_periods:
      ++report.between_periods;
      break;
  }
}

void check_known(const char* where, const char* who, const WordOfMouthReport& report, const std::string& example) {
  if (report.rows_read > 0 && report.missing_customer + report.unknown_customer == report.rows_read) {
    refuse(where, std::string(who) + ": none of " + text::plural(report.rows_read, "row") +
                      " names a customer of the journeys" + (example.empty() ? "" : ", for example " + example) +
                      "; give the ids that the log of events has, of the same type");
  }
}

/// Who was brought by whom so far, as a forest: each customer is brought once.
class Forest {
 public:
  bool was_brought(std::int64_t code) const { return parent_.count(code) != 0; }
  /// True when `referrer` stands in the tree under `referred`, who has not been brought yet.
  bool would_close(std::int64_t referrer, std::int64_t referred) { return root(referrer) == referred; }
  void add(std::int64_t referrer, std::int64_t referred) {
    parent_[referred] = referrer;
    above_[referred] = referrer;
  }
  /// From a customer up to one above him.
  std::vector<std::int64_t> path(std::int64_t from, std::int64_t to) const {
    std::vector<std::int64_t> out{from};
    while (out.back() != to) out.push_back(parent_.at(out.back()));
    return out;
  }

 private:
  std::int64_t root(std::int64_t code) {
    std::int64_t top = code;
    for (auto at = above_.find(top); at != above_.end(); at = above_.find(top)) top = at->second;
    while (code != top) code = std::exchange(above_[code], top);
    return top;
  }

  std::unordered_map<std::int64_t, std::int64_t> parent_;
  std::unordered_map<std::int64_t, std::int64_t> above_;  // shortened on the way
};

}  // namespace

ReferralCounts referral_counts(const Journeys& journeys, const ReferralLog& log, const ReferralCountOptions& options) {
  constexpr const char* where = "referral_counts";
  const std::size_t n = log.referrer.size();
  check_lengths(where, n, {{"referrer", n}, {"referred", log.referred.size()}, {"time", log.time.size()}});
  const Places places(where, journeys, options.grid, log.unit);
  const Journeys& grid = places.on_grid();
  WordOfMouthReport report;
  report.rows_read = static_cast<std::int64_t>(n);
  std::string example;
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < n; ++i) {
    if (log.referrer[i] < 0) {
      ++report.missing_customer;
    } else if (log.referred[i] < 0) {
      ++report.missing_referred;
    } else if (log.time[i] == missing_time) {
      ++report.missing_time;
    } else if (!places.knows(log.referrer[i])) {
      ++report.unknown_customer;
      if (example.empty()) example = called(log.name, log.referrer[i]);
    } else if (options.unknown_referred == UnknownReferred::drop && !places.knows(log.referred[i])) {
      ++report.unknown_referred;
    } else if (log.referrer[i] == log.referred[i]) {
      ++report.self_referral;
    } else {
      check_time(where, log.time[i], i, log.unit);
      if (places.is_before_first_event(log.referrer[i], log.time[i])) {
        if (options.before_first_event == Impossible::refuse) {
          refuse(where, "time: in row " + std::to_string(i) + ' ' + called(log.name, log.referrer[i]) + " brings " +
                            called(log.name, log.referred[i]) +
                            " before his own first event; correct the log, or drop such rows and count them "
                            "(before_first_event = drop)");
        }
        ++report.before_first_event;
      } else {
        rows.push_back(i);
      }
    }
  }
  check_known(where, "referrer", report, example);

  std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) { return log.time[a] < log.time[b]; });
  Forest forest;
  std::unordered_set<std::int64_t> referrers;
  std::vector<std::int64_t> brought(grid.columns().states.size(), 0);  // per entry
  CountVector referrals = CountVector::Zero(grid.states().n_states());
  CountVector arrivals = referrals;
  std::int64_t most = 0;
  for (const std::size_t i : rows) {
    const std::int64_t referrer = log.referrer[i];
    const std::int64_t referred = log.referred[i];
    if (forest.was_brought(referred)) {
      ++report.referred_twice;
      continue;
    }
    if (forest.would_close(referrer, referred)) {
      if (options.cycles == Impossible::refuse) {
        std::vector<std::int64_t> path = forest.path(referrer, referred);
        std::reverse(path.begin(), path.end());
        std::string line;
        for (std::size_t k = 0; k < path.size(); ++k) {
          if (k > 8 && k + 1 < path.size()) continue;
          line += (k == 0 ? "" : k > 8 ? " → … → " : " → ") + called(log.name, path[k]);
        }
        refuse(where, "referrer: in row " + std::to_string(i) + ' ' + called(log.name, referrer) + " brings " +
                          called(log.name, referred) + ", who had brought him (" + line +
                          "); nobody is brought by those he brought: correct the log, or drop such rows and count "
                          "them (cycles = drop)");
      }
      ++report.cycles;
      continue;
    }
    forest.add(referrer, referred);
    const Place place = places.place(referrer, log.time[i]);
    if (place.where != Where::in_period) {
      drop(report, place.where);
      continue;
    }
    ++report.rows_used;
    referrers.insert(referrer);
    ++referrals[grid.columns().states[place.entry]];
    most = std::max(most, ++brought[place.entry]);
    if (const std::optional<Index> first = places.first_state(referred)) ++arrivals[*first];
  }
  report.customers = static_cast<std::int64_t>(referrers.size());

  CountMatrix newcomers = CountMatrix::Zero(grid.states().n_states(), most + 1);
  for (std::size_t entry = 0; entry < brought.size(); ++entry) {
    const std::int32_t state = grid.columns().states[entry];
    if (!grid.lifecycle().is_exit(state)) ++newcomers(state, brought[entry]);
  }
  return {.lifecycle = grid.lifecycle(),
          .period = grid.period(),
          .referrals = std::move(referrals),
          .periods = places.customer_periods(),
          .newcomers = std::move(newcomers),
          .arrivals = std::move(arrivals),
          .report = report};
}

SharingCounts sharing_counts(const Journeys& journeys, const RatingLog& log, const RatingScale& scale,
                             const SharingCountOptions& options) {
  constexpr const char* where = "sharing_counts";
  const std::size_t n = log.customer.size();
  check_lengths(where, n, {{"customer", n}, {"time", log.time.size()}, {"rating", log.rating.size()}});
  if (!std::isfinite(scale.good_at_least) || !std::isfinite(scale.bad_at_most) ||
      !(scale.bad_at_most < scale.good_at_least)) {
    refuse(where, "bad_at_most: must be below good_at_least, found " + text::number(scale.bad_at_most) + " and " +
                      text::number(scale.good_at_least) + "; a rating is good or bad, not both");
  }
  const Places places(where, journeys, options.grid, log.unit);
  const Journeys& grid = places.on_grid();
  WordOfMouthReport report;
  report.rows_read = static_cast<std::int64_t>(n);
  std::string example;
  std::unordered_set<std::int64_t> raters;
  CountVector good = CountVector::Zero(grid.states().n_states());
  CountVector bad = good;
  CountVector neither = good;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t customer = log.customer[i];
    if (customer < 0) {
      ++report.missing_customer;
    } else if (log.time[i] == missing_time) {
      ++report.missing_time;
    } else if (std::isnan(log.rating[i])) {
      ++report.missing_rating;
    } else if (std::isinf(log.rating[i])) {
      ++report.invalid_rating;
    } else if (!places.knows(customer)) {
      ++report.unknown_customer;
      if (example.empty()) example = called(log.name, customer);
    } else {
      check_time(where, log.time[i], i, log.unit);
      const Place place = places.place(customer, log.time[i]);
      if (place.where != Where::in_period) {
        drop(report, place.where);
        continue;
      }
      ++report.rows_used;
      raters.insert(customer);
      const std::int32_t state = grid.columns().states[place.entry];
      ++(log.rating[i] >= scale.good_at_least ? good : log.rating[i] <= scale.bad_at_most ? bad : neither)[state];
    }
  }
  check_known(where, "customer", report, example);
  report.customers = static_cast<std::int64_t>(raters.size());
  return {.lifecycle = grid.lifecycle(),
          .period = grid.period(),
          .good = std::move(good),
          .bad = std::move(bad),
          .neither = std::move(neither),
          .periods = places.customer_periods(),
          .scale = scale,
          .report = report};
}

std::int64_t WordOfMouthReport::rows_dropped() const {
  return missing_customer + missing_referred + missing_time + invalid_time + missing_rating + invalid_rating +
         unknown_customer + unknown_referred + self_referral + before_first_event + referred_twice + cycles +
         after_leaving + after_last_period + between_periods;
}

std::vector<std::string> WordOfMouthReport::notes() const {
  std::vector<std::string> out;
  const auto rows = [](std::int64_t n) { return text::plural(n, "row"); };
  const auto note = [&out](std::int64_t n, const std::string& sentence) {
    if (n != 0) out.push_back(sentence);
  };
  const auto dropped = [&](std::int64_t n, const std::string& why) { note(n, rows(n) + " dropped: " + why); };
  note(rows_read, rows(rows_read) + " read.");
  note(rows_used, rows(rows_used) + " used.");
  dropped(missing_customer, "no customer.");
  dropped(missing_referred, "no referred customer.");
  dropped(missing_time, "no time.");
  dropped(invalid_time, "a time that could not be read.");
  dropped(missing_rating, "no rating.");
  dropped(invalid_rating, "a rating that is not a finite number.");
  dropped(unknown_customer, "the customer has no journey.");
  dropped(unknown_referred,
          "the referred has no journey. If the journeys are on a grid, newcomers too late for a complete period have "
          "none: give journeys with event times and a grid, or keep such rows.");
  dropped(self_referral, "a customer who brings himself.");
  dropped(before_first_event, "before the customer's own first event.");
  dropped(referred_twice, "the referred was brought before; the first row counts.");
  dropped(cycles, "the referrer was himself brought by the referred, directly or over others.");
  dropped(after_leaving, "in the period in which the customer left, or after it.");
  dropped(after_last_period, "after the last period of the customer that is counted.");
  dropped(between_periods, "the customer's state is not known there: a gap, or before the grid.");
  note(customers, text::plural(customers, "customer") + " with a row that is used.");
  return out;
}

}  // namespace sojourn
