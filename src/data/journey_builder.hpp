// Events of one customer after the other → journeys.
#pragma once

#include <cstdint>
#include <vector>

#include "data/endings.hpp"
#include "sojourn/data/journey.hpp"

namespace sojourn::detail {

class JourneyBuilder {
 public:
  JourneyBuilder(const Lifecycle& lifecycle, std::size_t n_events);

  void begin_customer(std::int64_t customer);
  /// `rows` of the log stand behind the event; 0 where it is inferred.
  void event(std::int32_t state, std::int64_t time, double value, std::int32_t rows = 1);
  /// From `time` on the state is not known.
  void gap(std::int64_t time);
  bool has_left() const { return endings_.has_left(); }

  /// Hands over the columns and adds what was counted to `report`.
  JourneyColumns finish(DataReport& report);

 private:
  std::vector<char> is_exit_;
  JourneyColumns columns_;
  Endings endings_;
  std::int64_t customer_ = 0;
  bool is_open_ = false;     // the last journey can go on
  bool is_unknown_ = false;  // a gap came after the last known state
  std::int64_t n_repeated_exits_ = 0;
};

}  // namespace sojourn::detail
