#include "data/event_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <stdexcept>

#include "chain/civil.hpp"
#include "support/text.hpp"

namespace sojourn::detail {

namespace {

std::size_t index(std::int64_t row) {
  return static_cast<std::size_t>(row);
}

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

constexpr auto is_earlier = [](const Keyed& a, const Keyed& b) {
  return a.key != b.key ? a.key < b.key : a.row < b.row;
};

void begin_group(EventRows& out, std::int64_t customer, std::size_t position) {
  out.customers.push_back(customer);
  out.offsets.push_back(static_cast<std::int64_t>(position));
}

/// Codes from `least` to `greatest`, not many more than rows: counts, places, and sorts only within a customer where needed.
void sort_dense(EventRows& out, std::span<const std::int64_t> customer, std::span<const std::int64_t> key,
                std::int64_t least, std::int64_t greatest) {
  std::vector<std::int64_t>& rows = out.rows;
  std::vector<std::int64_t> place(static_cast<std::size_t>(greatest - least) + 2, 0);
  for (const std::int64_t row : rows) ++place[static_cast<std::size_t>(customer[index(row)] - least) + 1];
  for (std::size_t c = 1; c < place.size(); ++c) {
    if (place[c] != 0)
      begin_group(out, least + static_cast<std::int64_t>(c) - 1, static_cast<std::size_t>(place[c - 1]));
    place[c] += place[c - 1];
  }
  std::vector<Keyed> keyed(rows.size());
  for (const std::int64_t row : rows) {
    auto& next = place[static_cast<std::size_t>(customer[index(row)] - least)];
    keyed[static_cast<std::size_t>(next++)] = {key[index(row)], row};
  }
  for (std::size_t g = 0; g < out.offsets.size(); ++g) {
    const auto begin = keyed.begin() + out.offsets[g];
    const auto end = g + 1 < out.offsets.size() ? keyed.begin() + out.offsets[g + 1] : keyed.end();
    if (!std::is_sorted(begin, end, is_earlier)) std::sort(begin, end, is_earlier);
  }
  std::transform(keyed.begin(), keyed.end(), rows.begin(), [](const Keyed& k) { return k.row; });
  std::transform(keyed.begin(), keyed.end(), out.keys.begin(), [](const Keyed& k) { return k.key; });
}

/// Codes far apart.
void sort_scattered(EventRows& out, std::span<const std::int64_t> customer, std::span<const std::int64_t> key) {
  struct Entry {
    std::int64_t customer;
    Keyed keyed;
  };
  std::vector<std::int64_t>& rows = out.rows;
  std::vector<Entry> entries(rows.size());
  std::transform(rows.begin(), rows.end(), entries.begin(),
                 [&](std::int64_t row) { return Entry{customer[index(row)], {key[index(row)], row}}; });
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.customer != b.customer ? a.customer < b.customer : is_earlier(a.keyed, b.keyed);
  });
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = entries[i].keyed.row;
    out.keys[i] = entries[i].keyed.key;
    if (i == 0 || entries[i].customer != entries[i - 1].customer) begin_group(out, entries[i].customer, i);
  }
}

/// Groups rows by customer and sorts each group by (key, row).
void sort_rows(EventRows& out, std::span<const std::int64_t> customer, std::span<const std::int64_t> key) {
  const std::vector<std::int64_t>& rows = out.rows;
  out.keys.resize(rows.size());
  std::int64_t least = customer[index(rows.front())];
  std::int64_t greatest = least;
  bool is_sorted = true;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::int64_t c = customer[index(rows[i])];
    const std::int64_t before = customer[index(rows[i - 1])];
    least = std::min(least, c);
    greatest = std::max(greatest, c);
    if (c < before || (c == before && key[index(rows[i])] < key[index(rows[i - 1])])) is_sorted = false;
  }
  if (is_sorted) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::int64_t c = customer[index(rows[i])];
      out.keys[i] = key[index(rows[i])];
      if (i == 0 || c != customer[index(rows[i - 1])]) begin_group(out, c, i);
    }
  } else if (static_cast<std::uint64_t>(greatest - least) <= 2 * rows.size() + 1024) {
    sort_dense(out, customer, key, least, greatest);
  } else {
    sort_scattered(out, customer, key);
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

/// The furthest time from 1970 that is a date: two days short of what fits, so that a day's end and the day after it fit too.
std::int64_t furthest_time(TimeUnit unit) {
  constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();
  if (unit == TimeUnit::step) return greatest;
  return std::min(furthest_day, greatest / units_per_day(unit) - 2) * units_per_day(unit);
}

void check_state(const EventLog& log, const RowRules& rules, std::size_t row) {
  const auto n_states = static_cast<std::int32_t>(rules.states->n_states());
  if (log.state[row] < n_states) return;
  refuse(rules, "state: row " + std::to_string(row) + " has position " + std::to_string(log.state[row]) +
                    ", but there are " + std::to_string(n_states) + " states (0 to " + std::to_string(n_states - 1) +
                    "); see state_codes");
}

bool is_gap(const EventLog& log, const RowRules& rules, std::size_t row) {
  return rules.states != nullptr && log.state[row] < 0;
}

bool is_missing_value(const EventLog& log, const RowRules& rules, std::size_t row) {
  return !log.value.empty() && std::isnan(log.value[row]) && !is_gap(log, rules, row);
}

/// False for a row that is dropped, under the first reason that holds.
bool is_usable(const EventLog& log, const RowRules& rules, std::size_t row, std::int64_t furthest, DataReport& report) {
  const auto dropped = [](std::int64_t& count) {
    ++count;
    return false;
  };
  if (log.customer[row] < 0) return dropped(report.missing_customer);
  const std::int64_t time = log.time[row];
  if (time == missing_time || (!log.order.empty() && log.order[row] == missing_time)) {
    return dropped(report.missing_time);
  }
  if (time > furthest || time < -furthest) return dropped(report.invalid_time);
  const bool tells_no_state = is_gap(log, rules, row);
  // A gap tells nothing but itself, so that nothing else of its row need be there.
  if (!log.value.empty() && !(tells_no_state && rules.missing_state == MissingState::gap)) {
    const double value = log.value[row];
    if (std::isnan(value) && rules.missing_value == MissingValue::drop) return dropped(report.missing_value);
    if (std::isinf(value)) return dropped(report.invalid_value);
  }
  if (tells_no_state && rules.missing_state == MissingState::drop) return dropped(report.missing_state);
  return true;
}

[[noreturn]] void refuse_useless(const RowRules& rules, const DataReport& report) {
  std::string why;
  for (const std::string& note : report.notes()) {
    if (note.find("dropped") != std::string::npos) why += ' ' + note;
  }
  refuse(rules, "none of " + text::plural(report.rows_read, "row") + " is usable:" + why);
}

}  // namespace

EventRows usable_rows(const EventLog& log, const RowRules& rules, DataReport& report) {
  check_columns(log, rules);
  const std::size_t n = log.customer.size();
  report.rows_read = static_cast<std::int64_t>(n);
  report.time_unit = log.unit;
  EventRows out;
  out.rows.reserve(n);
  const std::int64_t furthest = furthest_time(log.unit);
  std::int64_t first_time = std::numeric_limits<std::int64_t>::max();
  std::int64_t last_time = std::numeric_limits<std::int64_t>::min();
  bool has_missing_value = false;
  for (std::size_t row = 0; row < n; ++row) {
    if (rules.states != nullptr) check_state(log, rules, row);
    if (!is_usable(log, rules, row, furthest, report)) continue;
    out.rows.push_back(static_cast<std::int64_t>(row));
    first_time = std::min(first_time, log.time[row]);
    last_time = std::max(last_time, log.time[row]);
    has_missing_value = has_missing_value || is_missing_value(log, rules, row);
  }
  if (out.rows.empty()) refuse_useless(rules, report);

  sort_rows(out, log.customer, log.order.empty() ? log.time : log.order);
  settle_ties(out, log, rules, report);

  report.rows_used = static_cast<std::int64_t>(out.rows.size());
  report.customers = static_cast<std::int64_t>(out.customers.size());
  report.first_time = first_time;
  report.last_time = last_time;
  if (!has_missing_value) return out;
  for (const std::int64_t row : out.rows)
    report.missing_value_as_zero += is_missing_value(log, rules, index(row)) ? 1 : 0;
  return out;
}

}  // namespace sojourn::detail
