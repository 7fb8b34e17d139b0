// What orders and events on a grid count alike: rows in periods that are not counted, and how journeys end.
#pragma once

#include <algorithm>

#include "chain/civil.hpp"
#include "sojourn/data/counts.hpp"
#include "sojourn/data/data_report.hpp"
#include "sojourn/data/grid.hpp"

namespace sojourn::detail {

/// More periods than this for one customer can only be a wrong time.
inline constexpr std::int64_t most_periods = 10'000'000;

inline std::vector<char> exit_flags(const Lifecycle& lifecycle) {
  std::vector<char> flags(static_cast<std::size_t>(lifecycle.n_states()), 0);
  for (const Index exit : lifecycle.exits()) flags[static_cast<std::size_t>(exit)] = 1;
  return flags;
}

/// Journeys on a grid, one period after the other; counts endings and returns on the way.
class GridBuilder {
 public:
  explicit GridBuilder(const Lifecycle& lifecycle) : is_exit_(exit_flags(lifecycle)) {}

  void begin_customer(std::int64_t customer, const PeriodClock& clock) {
    end_customer();
    customer_ = customer;
    clock_ = &clock;
  }

  /// The customer stands in `state` in period `k`; later periods come later. A hole before `k` ends one journey and
  /// begins another.
  void period(std::int64_t k, std::int32_t state, double value, bool after_gap = false) {
    if (!is_open_ || k != next_) {
      if (has_left_) returned_ = true;
      has_left_ = false;
      columns_.customers.push_back(customer_);
      columns_.is_continuation.push_back(after_gap);
      columns_.offsets.push_back(columns_.offsets.back());
    }
    columns_.states.push_back(state);
    columns_.times.push_back(clock_->begin(k));
    columns_.values.push_back(value);
    ++columns_.offsets.back();
    next_ = k + 1;
    is_open_ = is_exit_[static_cast<std::size_t>(state)] == 0;
    is_counted_ = true;
    if (!is_open_) {
      has_left_ = churned_ = true;
      ++n_ended_;
    }
  }

  bool has_left() const { return has_left_; }
  /// More money in the last period written.
  void add_to_last(double value) { columns_.values.back() += value; }

  /// An event in a period that is not counted: after an exit it is a return all the same.
  void event_beyond() { returned_ = returned_ || has_left_; }

  JourneyColumns finish(DataReport& report) {
    end_customer();
    report.customers_uncounted = report.customers - n_counted_;
    report.journeys = static_cast<std::int64_t>(columns_.customers.size());
    report.ended_journeys = n_ended_;
    report.churned = n_churned_;
    report.returned_after_churn = n_returned_;
    return std::move(columns_);
  }

 private:
  void end_customer() {
    n_counted_ += is_counted_ ? 1 : 0;
    n_churned_ += churned_ ? 1 : 0;
    n_returned_ += returned_ ? 1 : 0;
    is_open_ = is_counted_ = has_left_ = churned_ = returned_ = false;
  }

  std::vector<char> is_exit_;
  JourneyColumns columns_;
  std::int64_t customer_ = 0;
  const PeriodClock* clock_ = nullptr;
  std::int64_t next_ = 0;
  bool is_open_ = false;
  bool is_counted_ = false;
  bool has_left_ = false;
  bool churned_ = false;
  bool returned_ = false;
  std::int64_t n_ended_ = 0;
  std::int64_t n_counted_ = 0;
  std::int64_t n_churned_ = 0;
  std::int64_t n_returned_ = 0;
};

/// Rows and money in periods that are not counted.
struct Uncounted {
  std::int64_t rows = 0;
  CarriedSum value = {};

  void add(std::int64_t n, double x) {
    rows += n;
    value.add(x);
  }
};

/// Checks what every grid needs; `where` opens the message.
void check_grid(const char* where, TimeUnit unit, const Period& period, const Origin& origin,
                const std::optional<Day>& until);

/// Periods of a customer that the log covers to their end. Throws `invalid_argument` beyond `most_periods`.
std::int64_t complete_periods(const char* where, const PeriodClock& clock, Day until, const Period& period);

/// The error for a grid on which nobody has a complete period.
[[noreturn]] void refuse_empty_grid(const char* where, const Period& period, Day until, Index periods_needed);

}  // namespace sojourn::detail
