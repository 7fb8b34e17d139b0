// Where a time falls in a customer's journey, for logs that say what a customer did and when.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sojourn/data/grid.hpp"
#include "sojourn/data/journey.hpp"
#include "sojourn/market/word_of_mouth_report.hpp"

namespace sojourn::detail {

/// How a message calls a customer code.
std::string called(const std::function<std::string(std::int64_t)>& name, std::int64_t code);

enum class Where { in_period, before_first_event, after_leaving, after_last_period, between_periods };

struct Place {
  Where where;
  std::size_t entry = 0;  // of the gridded journeys, where `in_period`
};

/// Finds the period of a customer's journey in which a time falls.
class CustomerPlaces {
 public:
  /// Journeys on the clock of the event are put on the grid. Throws `invalid_argument` for a grid that is missing or one too
  /// many, and for times that do not fit those of the journeys; `where` opens every message.
  CustomerPlaces(const char* where, const Journeys& source, const std::optional<GridOptions>& grid, TimeUnit unit);

  const Journeys& on_grid() const { return on_grid_; }
  bool knows(std::int64_t code) const { return known_.count(code) != 0; }

  /// Of a known customer.
  bool is_before_first_event(std::int64_t code, std::int64_t time) const;
  Place place(std::int64_t code, std::int64_t time) const;
  /// The state in which a customer's first journey begins; nothing where it is not known.
  std::optional<Index> first_state(std::int64_t code) const;
  /// Customer-periods per state; none in exits.
  CountVector customer_periods() const;

 private:
  struct Customer {
    std::int64_t first_time = 0;  // in the unit of the source
    std::size_t begin = 0;        // entries on the grid
    std::size_t end = 0;
  };

  std::int64_t in_grid_units(std::int64_t time) const;
  /// Where the last period of a journey ends.
  std::int64_t end_of(const Customer& one, std::size_t entry) const;

  TimeUnit source_unit_;
  TimeUnit unit_;
  std::optional<GridOptions> grid_;
  Journeys on_grid_;
  std::unordered_map<std::int64_t, Customer> known_;
  std::vector<char> is_last_;  // per entry: the last of its journey
};

/// Throws `invalid_argument` unless every column has the length of the first.
void check_lengths(const char* where, std::initializer_list<std::pair<const char*, std::size_t>> columns);

/// A time that is no date is most likely in another unit: throws `invalid_argument`.
void check_time(const char* where, std::int64_t time, std::size_t row, TimeUnit unit);

/// Throws `invalid_argument` where no row names a customer of the journeys; `example` is one that it names.
void check_known(const char* where, const char* who, const WordOfMouthReport& report, const std::string& example);

/// Counts a row that stands in no period.
void drop(WordOfMouthReport& report, Where why);

}  // namespace sojourn::detail
