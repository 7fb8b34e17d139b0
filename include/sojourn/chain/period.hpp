/// \file period.hpp
/// The length of one step of a chain, with its unit.
///
/// A year is 12 months, 4 quarters or 365.25 days. A *step* has no length in time: it is one event, and only what
/// is said per step (never per year) can be asked of it.
#pragma once

#include <string>
#include <string_view>

namespace sojourn {

enum class PeriodUnit { step, day, week, month, quarter, year };

/// The length of one step of a chain: a number of days, weeks, months, quarters or years, or one event.
class Period {
 public:
  /// One event: a step without a length in time.
  static Period step();
  /// `n` days; `n` is at least 1. So for the other units.
  static Period days(int n = 1);
  static Period weeks(int n = 1);
  static Period months(int n = 1);
  static Period quarters(int n = 1);
  static Period years(int n = 1);

  /// Reads "month", "2 weeks", "13 weeks", "step".
  /// Throws `invalid_argument` for anything else, with the forms it knows.
  static Period parse(std::string_view text);

  PeriodUnit unit() const { return unit_; }
  /// How many units; 1 for a step.
  int length() const { return length_; }
  bool is_step() const { return unit_ == PeriodUnit::step; }

  /// Years in one period. Throws `domain_error` for a step, which has no length in time.
  double in_years() const;

  /// "month", "2 weeks", "step"; `parse` reads it back.
  std::string name() const;

  bool operator==(const Period&) const = default;

 private:
  Period(PeriodUnit unit, int length);

  PeriodUnit unit_;
  int length_;
};

}  // namespace sojourn
