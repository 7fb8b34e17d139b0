#include "data/journey_builder.hpp"

#include <utility>

namespace sojourn::detail {

JourneyBuilder::JourneyBuilder(const Lifecycle& lifecycle, std::size_t n_events) : is_exit_(exit_flags(lifecycle)) {
  columns_.states.reserve(n_events);
  columns_.times.reserve(n_events);
  columns_.values.reserve(n_events);
}

void JourneyBuilder::begin_customer(std::int64_t customer) {
  endings_.begin_customer();
  customer_ = customer;
  is_open_ = is_unknown_ = false;
}

void JourneyBuilder::event(std::int32_t state, std::int64_t time, double value, std::int32_t rows) {
  JourneyColumns& c = columns_;
  const bool is_exit = is_exit_[static_cast<std::size_t>(state)] != 0;
  if (endings_.has_left() && is_exit) {
    ++n_repeated_exits_;
    c.values.back() += value;
    if (c.rows.empty()) c.rows.assign(c.states.size(), 1);
    c.rows.back() += rows;
    return;
  }
  if (!is_open_) {
    endings_.begin_journey();
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
  if (is_exit) endings_.leave();
}

void JourneyBuilder::gap(std::int64_t time) {
  if (is_open_) columns_.gap_times.back() = time;
  is_open_ = false;
  is_unknown_ = true;
}

JourneyColumns JourneyBuilder::finish(DataReport& report) {
  endings_.finish(report);
  report.journeys = static_cast<std::int64_t>(columns_.customers.size());
  report.repeated_exits = n_repeated_exits_;
  return std::move(columns_);
}

}  // namespace sojourn::detail
