/// \file log_cases.hpp
/// Small logs for tests: written by hand, or random and dirty.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "support/support.hpp"

namespace sojourn::test {

inline Day date(const std::string& text) {
  return parse_iso_date(text).value();
}

/// The columns of a log, and a view of them.
struct LogCase {
  std::vector<std::int64_t> customer = {};
  std::vector<std::int64_t> time = {};
  std::vector<std::int32_t> state = {};
  std::vector<double> value = {};
  TimeUnit unit = TimeUnit::day;

  LogCase& add(std::int64_t who, std::int64_t when, std::int32_t what, double amount = 0.0) {
    customer.push_back(who);
    time.push_back(when);
    state.push_back(what);
    value.push_back(amount);
    return *this;
  }
  /// One letter per event, a = 0, b = 1, …; "." is a gap. Times follow in `step`s from `first`.
  LogCase& word(std::int64_t who, const std::string& letters, std::int64_t first = 0, std::int64_t step = 1) {
    for (const char letter : letters) {
      add(who, first, letter == '.' ? -1 : letter - 'a');
      first += step;
    }
    return *this;
  }
  std::size_t size() const { return customer.size(); }
  EventLog view() const { return {.customer = customer, .time = time, .state = state, .value = value, .unit = unit}; }
  EventLog orders() const { return {.customer = customer, .time = time, .value = value, .unit = unit}; }

  /// The rows in another order: row `i` is what row `order[i]` was.
  LogCase permuted(const std::vector<std::size_t>& order) const {
    LogCase out;
    out.unit = unit;
    for (const std::size_t i : order) out.add(customer[i], time[i], state[i], value[i]);
    return out;
  }
};

/// A random order of `n` things.
inline std::vector<std::size_t> shuffled(Dice& dice, std::size_t n) {
  std::vector<std::size_t> order(n);
  for (std::size_t i = 0; i < n; ++i) order[i] = i;
  for (std::size_t i = n; i > 1; --i)
    std::swap(order[i - 1], order[static_cast<std::size_t>(dice.integer(0, static_cast<Index>(i) - 1))]);
  return order;
}

/// States a … with one exit, the last.
inline Lifecycle letters(Index n, bool with_exit = true) {
  std::vector<std::string> names;
  for (Index i = 0; i < n; ++i) names.emplace_back(1, static_cast<char>('a' + i));
  std::vector<std::string> exits;
  if (with_exit) exits.push_back(names.back());
  return Lifecycle(StateSpace(names), exits);
}

/// Rows out of order, with missing customers, times, states and values, infinite values and repeated rows. Values are whole
/// numbers, so that sums are exact.
inline LogCase dirty_log(Dice& dice, Index n_rows, Index n_customers, Index n_days, Index n_states,
                         bool clean = false) {
  LogCase log;
  for (Index i = 0; i < n_rows; ++i) {
    if (!clean && i > 0 && dice.uniform() < 0.05) {
      const auto j = static_cast<std::size_t>(dice.integer(0, i - 1));
      log.add(log.customer[j], log.time[j], log.state[j], log.value[j]);
      continue;
    }
    const auto chance = [&](double p) { return !clean && dice.uniform() < p; };
    const std::int64_t who = chance(0.03) ? -1 : dice.integer(0, n_customers - 1) * 3;
    const std::int64_t when = chance(0.03)   ? missing_time
                              : chance(0.01) ? std::int64_t{1} << 60
                                             : dice.integer(0, n_days);
    const auto what = static_cast<std::int32_t>(dice.uniform() < 0.08 ? -1 : dice.integer(0, n_states - 1));
    const double amount = chance(0.03)   ? not_a_number
                          : chance(0.02) ? infinity
                                         : static_cast<double>(dice.integer(-5, 50));
    log.add(who, when, what, amount);
  }
  return log;
}

/// A journey as text, for comparison: "ab>c" ended in c; "~" before it when it begins after a gap.
inline std::vector<std::string> as_words(const Journeys& journeys) {
  std::vector<std::string> out;
  for (Index j = 0; j < journeys.n_journeys(); ++j) {
    const JourneyView view = journeys[j];
    std::string word = std::to_string(view.customer) + ':';
    if (journeys.columns().is_continuation[static_cast<std::size_t>(j)]) word += '~';
    for (const std::int32_t state : view.states) word += static_cast<char>('a' + state);
    out.push_back(word);
  }
  return out;
}

}  // namespace sojourn::test
