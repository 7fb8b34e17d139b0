// Journeys on a grid, one period after the other.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "chain/civil.hpp"
#include "data/endings.hpp"
#include "sojourn/data/journey.hpp"

namespace sojourn::detail {

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
      endings_.begin_journey();
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
    if (!is_open_) endings_.leave();
  }

  bool has_left() const { return endings_.has_left(); }
  /// More money in the last period written.
  void add_to_last(double value) { columns_.values.back() += value; }

  /// An event in a period that is not counted: after an exit it is a return all the same.
  void event_beyond() { endings_.seen(); }

  JourneyColumns finish(DataReport& report) {
    end_customer();
    endings_.finish(report);
    report.customers_uncounted = report.customers - n_counted_;
    report.journeys = static_cast<std::int64_t>(columns_.customers.size());
    return std::move(columns_);
  }

 private:
  void end_customer() {
    n_counted_ += is_counted_ ? 1 : 0;
    is_open_ = is_counted_ = false;
    endings_.begin_customer();
  }

  std::vector<char> is_exit_;
  JourneyColumns columns_;
  Endings endings_;
  std::int64_t customer_ = 0;
  const PeriodClock* clock_ = nullptr;
  std::int64_t next_ = 0;
  bool is_open_ = false;
  bool is_counted_ = false;
  std::int64_t n_counted_ = 0;
};

}  // namespace sojourn::detail
