/// \file journey.hpp
/// Observed or simulated paths through a lifecycle, as columns.
///
/// A journey is one customer's states in time order. It has ended when its last state is an exit; otherwise it is open:
/// its last state is only the last one seen. A customer who comes back after an exit opens a new journey.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sojourn/chain/calendar.hpp"
#include "sojourn/chain/lifecycle.hpp"
#include "sojourn/chain/period.hpp"
#include "sojourn/data/data_report.hpp"

namespace sojourn {

/// The columns behind a set of journeys; entries `offsets[j] … offsets[j + 1] - 1` belong to journey `j`.
struct JourneyColumns {
  std::vector<std::int64_t> customers;  ///< per journey: the customer's code; journeys of one customer stand together
  std::vector<std::int64_t> offsets = {0};  ///< n_journeys + 1 positions, ascending
  std::vector<std::int32_t> states;         ///< per entry: position of the state
  std::vector<std::int64_t> times;          ///< per entry: time of the event, or first day of the period
  std::vector<double> values;               ///< per entry: currency
  std::vector<bool>
      is_continuation;  ///< per journey: begins after a gap, so what came before it is not known; empty = none
  /// Per journey: time of the gap that cut it, `missing_time` where none did; empty = none
  std::vector<std::int64_t> gap_times = {};
  /// Per entry: rows of the log behind it (0 = inferred); empty = one each, or on a grid
  std::vector<std::int32_t> rows = {};

  bool operator==(const JourneyColumns&) const = default;
};

/// One journey, seen in place.
struct JourneyView {
  std::int64_t customer;
  std::span<const std::int32_t> states;
  std::span<const std::int64_t> times;
  std::span<const double> values;
  bool is_ended;
};

/// Many journeys over one lifecycle and one clock. Copies share their columns.
class Journeys {
 public:
  /// `period` is the length of one entry: `Period::step()` when each entry is an event. `time_unit` is that of `times`.
  /// Throws `invalid_argument` when the columns contradict each other or an exit is followed by anything.
  Journeys(Lifecycle lifecycle, Period period, TimeUnit time_unit, JourneyColumns columns, DataReport report = {});

  const Lifecycle& lifecycle() const { return lifecycle_; }
  const StateSpace& states() const { return lifecycle_.states(); }
  /// The clock: one entry per period, or one per event (`is_step()`).
  const Period& period() const { return period_; }
  TimeUnit time_unit() const { return time_unit_; }
  const JourneyColumns& columns() const { return *columns_; }
  const DataReport& report() const { return report_; }

  Index n_journeys() const { return static_cast<Index>(columns_->offsets.size()) - 1; }
  Index n_entries() const { return static_cast<Index>(columns_->states.size()); }
  std::int64_t n_customers() const { return n_customers_; }

  /// Throws `out_of_range`.
  JourneyView operator[](Index journey) const;

 private:
  Lifecycle lifecycle_;
  Period period_;
  TimeUnit time_unit_;
  std::shared_ptr<const JourneyColumns> columns_;
  DataReport report_;
  std::int64_t n_customers_ = 0;
};

}  // namespace sojourn
