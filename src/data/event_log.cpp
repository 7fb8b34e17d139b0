#include "sojourn/data/event_log.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "chain/civil.hpp"
#include "data/event_rows.hpp"
#include "sojourn/data/counts.hpp"
#include "support/text.hpp"

namespace sojourn {
namespace detail {
namespace {

[[noreturn]] void refuse(const RowRules& rules, const std::string& what) {
  throw std::invalid_argument(std::string(rules.where) + ": " + what);
}

void check_columns(const EventLog& log, const RowRules& rules) {
  const auto rows = [](std::size_t n) { return text::plural(static_cast<std::int64_t>(n), "row"); };
  const std::size_t n = log.customer.size();
  const auto need = [&](const char* column, std::size_t size, bool may_be_empty) {
    if (size == n || (may_be_empty && size == 0)) return;
    refuse(rules, std::string(column) + ": " + rows(size) + ", but customer has " + rows(n) +
                      "; every column has one entry per row");
  };
  need("time", log.time.size(), false);
  need("value", log.value.size(), true);
  need("order", log.order.size(), true);
  if (rules.states != nullptr) {
    if (log.state.empty() && n != 0) {
      refuse(rules, "state: the column is empty; give a state per event, or use order_journeys or rule_journeys");
    }
    need("state", log.state.size(), false);
  } else if (!log.state.empty()) {
    refuse(rules, "state: the log tells states already; leave the column empty, or use journeys");
  }
  if (n == 0) refuse(rules, "the log has no rows");
}

struct Keyed {
  std::int64_t key;
  std::int64_t row;
};

/// Groups rows by customer and sorts each group by (key, row).
void sort_rows(EventRows& out, const EventLog& log, std::span<const std::int64_t> key) {
  std::vector<std::int64_t>& rows = out.rows;
  out.keys.resize(rows.size());
  const auto customer = [&](std::int64_t row) { return log.customer[static_cast<std::size_t>(row)]; };
  std::int64_t least = customer(rows.front());
  std::int64_t greatest = least;
  bool sorted = true;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::int64_t c = customer(rows[i]);
    const std::int64_t before = customer(rows[i - 1]);
    least = std::min(least, c);
    greatest = std::max(greatest, c);
    if (c < before ||
        (c == before && key[static_cast<std::size_t>(rows[i])] < key[static_cast<std::size_t>(rows[i - 1])])) {
      sorted = false;
    }
  }
  const auto begin_group = [&](std::int64_t code, std::size_t position) {
    out.customers.push_back(code);
    out.offsets.push_back(static_cast<std::int64_t>(position));
  };
  if (sorted) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      out.keys[i] = key[static_cast<std::size_t>(rows[i])];
      if (i == 0 || customer(rows[i]) != customer(rows[i - 1])) begin_group(customer(rows[i]), i);
    }
  } else if (static_cast<std::uint64_t>(greatest - least) <= 2 * rows.size() + 1024) {
    // Dense codes: count, place, and sort only within a customer where needed.
    std::vector<std::int64_t> place(static_cast<std::size_t>(greatest - least) + 2, 0);
    for (const std::int64_t row : rows) ++place[static_cast<std::size_t>(customer(row) - least) + 1];
    for (std::size_t c = 1; c < place.size(); ++c) {
      if (place[c] != 0) begin_group(least + static_cast<std::int64_t>(c) - 1, static_cast<std::size_t>(place[c - 1]));
      place[c] += place[c - 1];
    }
    std::vector<Keyed> keyed(rows.size());
    for (const std::int64_t row : rows) {
      auto& next = place[static_cast<std::size_t>(customer(row) - least)];
      keyed[static_cast<std::size_t>(next++)] = {key[static_cast<std::size_t>(row)], row};
    }
    for (std::size_t g = 0; g < out.offsets.size(); ++g) {
      const auto begin = keyed.begin() + out.offsets[g];
      const auto end = g + 1 < out.offsets.size() ? keyed.begin() + out.offsets[g + 1] : keyed.end();
      const auto earlier = [](const Keyed& a, const Keyed& b) {
        return a.key != b.key ? a.key < b.key : a.row < b.row;
      };
      if (!std::is_sorted(begin, end, earlier)) std::sort(begin, end, earlier);
    }
    std::transform(keyed.begin(), keyed.end(), rows.begin(), [](const Keyed& k) { return k.row; });
    std::transform(keyed.begin(), keyed.end(), out.keys.begin(), [](const Keyed& k) { return k.key; });
  } else {
    struct Entry {
      std::int64_t customer;
      Keyed keyed;
    };
    std::vector<Entry> entries(rows.size());
    std::transform(rows.begin(), rows.end(), entries.begin(),
                   [&](std::int64_t row) { return Entry{customer(row), {key[static_cast<std::size_t>(row)], row}}; });
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      if (a.customer != b.customer) return a.customer < b.customer;
      return a.keyed.key != b.keyed.key ? a.keyed.key < b.keyed.key : a.keyed.row < b.keyed.row;
    });
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i] = entries[i].keyed.row;
      out.keys[i] = entries[i].keyed.key;
      if (i == 0 || entries[i].customer != entries[i - 1].customer) begin_group(entries[i].customer, i);
    }
  }
  out.offsets.push_back(static_cast<std::int64_t>(rows.size()));
}

int order_of(double a, double b) {
  if (a < b) return -1;
  if (a > b) return 1;
  return static_cast<int>(std::isnan(a)) -
         static_cast<int>(std::isnan(b));  // a missing value is last, and equal to itself
}

/// Orders rows by everything that makes them equal or not.
int order_of_rows(const EventLog& log, const RowRules& rules, std::size_t a, std::size_t b) {
  if (log.time[a] != log.time[b]) return log.time[a] < log.time[b] ? -1 : 1;
  if (!log.state.empty() && log.state[a] != log.state[b]) {
    // All negative positions mean the same: no state.
    if (log.state[a] >= 0 || log.state[b] >= 0) return log.state[a] < log.state[b] ? -1 : 1;
  }
  if (!log.value.empty()) {
    if (const int order = order_of(log.value[a], log.value[b]); order != 0) return order;
  }
  return rules.compare ? rules.compare(a, b) : 0;
}

/// Marks the rows of one tie (same customer, same time) that equal an earlier row.
void mark_repeats(std::span<const std::int64_t> tie, const EventLog& log, const RowRules& rules,
                  std::vector<char>& is_repeat) {
  const auto order = [&](std::size_t i, std::size_t j) {
    return order_of_rows(log, rules, static_cast<std::size_t>(tie[i]), static_cast<std::size_t>(tie[j]));
  };
  is_repeat.assign(tie.size(), 0);
  if (tie.size() <= 16) {
    for (std::size_t i = 1; i < tie.size(); ++i) {
      for (std::size_t j = 0; j < i && !is_repeat[i]; ++j) is_repeat[i] = !is_repeat[j] && order(i, j) == 0;
    }
    return;
  }
  std::vector<std::size_t> sorted(tie.size());
  std::iota(sorted.begin(), sorted.end(), std::size_t{0});
  std::sort(sorted.begin(), sorted.end(), [&](std::size_t i, std::size_t j) {
    const int o = order(i, j);
    return o != 0 ? o < 0 : i < j;
  });
  for (std::size_t i = 1; i < sorted.size(); ++i) is_repeat[sorted[i]] = order(sorted[i - 1], sorted[i]) == 0;
}

[[noreturn]] void refuse_tie(const EventLog& log, const RowRules& rules, std::int64_t row, std::int64_t next) {
  const std::int64_t time = log.time[static_cast<std::size_t>(row)];
  const std::string when = log.unit == TimeUnit::step ? std::to_string(time) : to_iso_date(day_of(time, log.unit));
  refuse(rules, "time: rows " + std::to_string(row) + " and " + std::to_string(next) +
                    " are events of one customer at one time (" + when +
                    "); give finer times, or let ties stand in input order");
}

/// Drops or counts repeated rows, and counts or refuses ties.
void settle_ties(EventRows& out, const EventLog& log, const RowRules& rules, DataReport& report) {
  const auto keep = [&out](std::size_t to, std::size_t from) {
    out.rows[to] = out.rows[from];
    out.keys[to] = out.keys[from];
  };
  std::vector<char> is_repeat;
  std::size_t kept = 0;
  for (std::size_t g = 0; g + 1 < out.offsets.size(); ++g) {
    const auto end = static_cast<std::size_t>(out.offsets[g + 1]);
    auto i = static_cast<std::size_t>(out.offsets[g]);
    out.offsets[g] = static_cast<std::int64_t>(kept);
    while (i < end) {
      std::size_t next = i + 1;
      while (next < end && out.keys[next] == out.keys[i]) ++next;
      if (next == i + 1) {
        keep(kept++, i++);
        continue;
      }
      mark_repeats(std::span(out.rows).subspan(i, next - i), log, rules, is_repeat);
      const std::size_t first = kept;
      std::int64_t last_distinct = -1;
      for (std::size_t k = i; k < next; ++k) {
        const std::int64_t row = out.rows[k];
        if (is_repeat[k - i]) {
          if (rules.duplicates == Duplicates::drop) {
            ++report.duplicates;
            continue;
          }
          ++report.identical_rows_kept;
        } else {
          if (last_distinct >= 0 && rules.ties == TieRule::refuse) refuse_tie(log, rules, last_distinct, row);
          last_distinct = row;
          if (kept != first && rules.ties == TieRule::count) ++report.tied;
        }
        keep(kept++, k);
      }
      i = next;
    }
  }
  out.rows.resize(kept);
  out.keys.resize(kept);
  out.offsets.back() = static_cast<std::int64_t>(kept);
}

}  // namespace

EventRows usable_rows(const EventLog& log, const RowRules& rules, DataReport& report) {
  check_columns(log, rules);
  const std::size_t n = log.customer.size();
  const bool has_days = log.unit != TimeUnit::step;
  constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();
  // Two days short of what fits, so that a day's end and the day after it fit too.
  const std::int64_t furthest =
      has_days ? std::min(furthest_day, greatest / units_per_day(log.unit) - 2) * units_per_day(log.unit) : greatest;
  const std::int32_t n_states = rules.states == nullptr ? 0 : static_cast<std::int32_t>(rules.states->n_states());

  report.rows_read = static_cast<std::int64_t>(n);
  report.time_unit = log.unit;
  EventRows out;
  out.rows.reserve(n);
  std::int64_t first_time = std::numeric_limits<std::int64_t>::max();
  std::int64_t last_time = std::numeric_limits<std::int64_t>::min();
  bool has_missing_value = false;
  for (std::size_t row = 0; row < n; ++row) {
    if (rules.states != nullptr && log.state[row] >= n_states) {
      refuse(rules, "state: row " + std::to_string(row) + " has position " + std::to_string(log.state[row]) +
                        ", but there are " + std::to_string(n_states) + " states (0 to " +
                        std::to_string(n_states - 1) + "); see state_codes");
    }
    if (log.customer[row] < 0) {
      ++report.missing_customer;
      continue;
    }
    const std::int64_t time = log.time[row];
    if (time == missing_time || (!log.order.empty() && log.order[row] == missing_time)) {
      ++report.missing_time;
      continue;
    }
    if (time > furthest || time < -furthest) {
      ++report.invalid_time;
      continue;
    }
    const bool is_gap = rules.states != nullptr && log.state[row] < 0;
    // A gap tells nothing but itself, so that nothing else of its row need be there.
    if (!log.value.empty() && !(is_gap && rules.missing_state == MissingState::gap)) {
      const double value = log.value[row];
      if (std::isnan(value)) {
        if (rules.missing_value == MissingValue::drop) {
          ++report.missing_value;
          continue;
        }
      } else if (std::isinf(value)) {
        ++report.invalid_value;
        continue;
      }
    }
    if (is_gap && rules.missing_state == MissingState::drop) {
      ++report.missing_state;
      continue;
    }
    out.rows.push_back(static_cast<std::int64_t>(row));
    first_time = std::min(first_time, time);
    last_time = std::max(last_time, time);
    if (!is_gap && !log.value.empty() && std::isnan(log.value[row])) has_missing_value = true;
  }
  if (out.rows.empty()) {
    std::string why;
    for (const std::string& note : report.notes()) {
      if (note.find("dropped") != std::string::npos) why += ' ' + note;
    }
    refuse(rules, "none of " + text::plural(report.rows_read, "row") + " is usable:" + why);
  }

  const std::span<const std::int64_t> key = log.order.empty() ? log.time : log.order;
  sort_rows(out, log, key);
  settle_ties(out, log, rules, report);

  report.rows_used = static_cast<std::int64_t>(out.rows.size());
  report.customers = static_cast<std::int64_t>(out.customers.size());
  report.first_time = first_time;
  report.last_time = last_time;
  if (!has_missing_value) return out;
  for (const std::int64_t position : out.rows) {
    const auto row = static_cast<std::size_t>(position);
    const bool is_gap = rules.states != nullptr && log.state[row] < 0;
    if (!is_gap && std::isnan(log.value[row])) ++report.missing_value_as_zero;
  }
  return out;
}

JourneyBuilder::JourneyBuilder(const Lifecycle& lifecycle, std::size_t n_events)
    : is_exit_(static_cast<std::size_t>(lifecycle.n_states()), 0) {
  for (const Index exit : lifecycle.exits()) is_exit_[static_cast<std::size_t>(exit)] = 1;
  columns_.states.reserve(n_events);
  columns_.times.reserve(n_events);
  columns_.values.reserve(n_events);
}

void JourneyBuilder::end_customer() {
  n_churned_ += churned_ ? 1 : 0;
  n_returned_ += returned_ ? 1 : 0;
  churned_ = returned_ = false;
}

void JourneyBuilder::begin_customer(std::int64_t customer) {
  end_customer();
  customer_ = customer;
  is_open_ = is_unknown_ = has_left_ = false;
}

void JourneyBuilder::event(std::int32_t state, std::int64_t time, double value, std::int32_t rows) {
  JourneyColumns& c = columns_;
  const bool is_exit = is_exit_[static_cast<std::size_t>(state)] != 0;
  if (has_left_ && is_exit) {
    ++n_repeated_exits_;
    c.values.back() += value;
    if (c.rows.empty()) c.rows.assign(c.states.size(), 1);
    c.rows.back() += rows;
    return;
  }
  if (!is_open_) {
    returned_ = returned_ || has_left_;
    c.customers.push_back(customer_);
    c.is_continuation.push_back(is_unknown_);
    c.gap_times.push_back(missing_time);
    c.offsets.push_back(c.offsets.back());
  }
  if (rows != 1 && c.rows.empty()) c.rows.assign(c.states.size(), 1);
  if (rows != 1 || !c.rows.empty()) c.rows.push_back(rows);
  c.states.push_back(state);
  c.times.push_back(time);
  c.values.push_back(value);
  ++c.offsets.back();
  is_unknown_ = false;
  is_open_ = !is_exit;
  has_left_ = is_exit;
  if (is_exit) {
    churned_ = true;
    ++n_ended_;
  }
}

void JourneyBuilder::gap(std::int64_t time) {
  if (is_open_) columns_.gap_times.back() = time;
  is_open_ = false;
  is_unknown_ = true;
}

JourneyColumns JourneyBuilder::finish(DataReport& report) {
  end_customer();
  report.journeys = static_cast<std::int64_t>(columns_.customers.size());
  report.ended_journeys = n_ended_;
  report.churned = n_churned_;
  report.returned_after_churn = n_returned_;
  report.repeated_exits = n_repeated_exits_;
  return std::move(columns_);
}

}  // namespace detail

Journeys journeys(const EventLog& log, const Lifecycle& lifecycle, const JourneyOptions& options) {
  DataReport report;
  const detail::RowRules rules = {
      .where = "journeys",
      .states = &lifecycle.states(),
      .missing_state = options.missing_state,
      .missing_value = options.missing_value,
      .duplicates = options.duplicates,
      .ties = options.ties == Ties::refuse ? detail::TieRule::refuse : detail::TieRule::count};
  const detail::EventRows events = detail::usable_rows(log, rules, report);

  detail::JourneyBuilder builder(lifecycle, events.rows.size());
  detail::CarriedSum value_in_gaps;
  for (std::size_t c = 0; c < events.customers.size(); ++c) {
    builder.begin_customer(events.customers[c]);
    for (auto i = static_cast<std::size_t>(events.offsets[c]); i < static_cast<std::size_t>(events.offsets[c + 1]);
         ++i) {
      const auto row = static_cast<std::size_t>(events.rows[i]);
      const double value = detail::value_of(log, row);
      if (log.state[row] >= 0) {
        builder.event(log.state[row], detail::time_of(log, events, i), value);
      } else {
        ++report.gaps;
        if (std::isfinite(value)) value_in_gaps.add(value);
        builder.gap(detail::time_of(log, events, i));
      }
    }
  }
  report.value_in_gaps = value_in_gaps.value();
  if (report.gaps == report.rows_used) {
    throw std::invalid_argument("journeys: state: none of " + text::plural(report.rows_used, "usable row") +
                                " has a state");
  }
  JourneyColumns columns = builder.finish(report);
  return {lifecycle, Period::step(), log.unit, std::move(columns), std::move(report)};
}

Encoded encode(std::span<const std::string> labels) {
  Encoded out;
  out.codes.reserve(labels.size());
  std::unordered_map<std::string_view, std::int64_t> codes;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].empty()) {
      out.codes.push_back(-1);
    } else if (i > 0 && labels[i] == labels[i - 1]) {
      out.codes.push_back(out.codes.back());
    } else {
      const auto [found, is_new] = codes.try_emplace(labels[i], static_cast<std::int64_t>(out.labels.size()));
      if (is_new) out.labels.push_back(labels[i]);
      out.codes.push_back(found->second);
    }
  }
  return out;
}

std::vector<std::int32_t> state_codes(std::span<const std::string> names, const StateSpace& states) {
  std::unordered_map<std::string_view, std::int32_t> codes;
  for (Index i = 0; i < states.n_states(); ++i) codes.emplace(states.name(i), static_cast<std::int32_t>(i));
  std::vector<std::int32_t> out;
  out.reserve(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) {
      out.push_back(-1);
      continue;
    }
    const auto found = codes.find(names[i]);
    if (found == codes.end()) {
      throw std::invalid_argument("state_codes: row " + std::to_string(i) + ": unknown state " +
                                  text::quoted(names[i]) + "; the states are " + text::list(states.names()));
    }
    out.push_back(found->second);
  }
  return out;
}

}  // namespace sojourn
