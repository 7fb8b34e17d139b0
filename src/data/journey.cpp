#include "sojourn/data/journey.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <unordered_set>
#include <utility>

#include "support/text.hpp"

namespace sojourn {
namespace {

[[noreturn]] void refuse_journeys(const std::string& what) {
  throw std::invalid_argument("Journeys: " + what);
}

std::string at(const char* column, std::size_t i) {
  return std::string(column) + '[' + std::to_string(i) + ']';
}

void need_size(const char* column, std::size_t size, std::size_t expected, const char* each) {
  if (size != expected) {
    refuse_journeys(std::string(column) + ": " + text::grouped(static_cast<std::int64_t>(size)) +
                    " given, expected one per " + each + " (" + text::grouped(static_cast<std::int64_t>(expected)) +
                    ")");
  }
}

}  // namespace

Journeys::Journeys(Lifecycle lifecycle, Period period, TimeUnit time_unit, JourneyColumns columns, DataReport report)
    : lifecycle_(std::move(lifecycle)), period_(period), time_unit_(time_unit), report_(std::move(report)) {
  JourneyColumns& c = columns;
  const std::size_t n_entries = c.states.size();
  if (c.offsets.empty() || c.offsets.front() != 0)
    refuse_journeys("offsets: begin with 0, one more than there are journeys");
  const std::size_t n = c.offsets.size() - 1;
  for (std::size_t j = 0; j < n; ++j) {
    if (c.offsets[j + 1] <= c.offsets[j]) refuse_journeys(at("offsets", j + 1) + ": a journey has at least one entry");
  }
  if (c.offsets.back() != static_cast<std::int64_t>(n_entries)) {
    refuse_journeys("offsets: end at " + text::grouped(c.offsets.back()) + ", but there are " +
                    text::plural(static_cast<std::int64_t>(n_entries), "state"));
  }
  need_size("customers", c.customers.size(), n, "journey");
  need_size("times", c.times.size(), n_entries, "entry");
  need_size("values", c.values.size(), n_entries, "entry");
  if (c.is_continuation.empty()) c.is_continuation.assign(n, false);
  need_size("is_continuation", c.is_continuation.size(), n, "journey");
  if (!c.gap_times.empty()) need_size("gap_times", c.gap_times.size(), n, "journey");
  if (!c.rows.empty()) need_size("rows", c.rows.size(), n_entries, "entry");
  // Empty columns have one form, so that equal journeys compare equal.
  if (std::all_of(c.gap_times.begin(), c.gap_times.end(), [](std::int64_t t) { return t == missing_time; })) {
    c.gap_times.clear();
  }

  const auto n_states = static_cast<std::int32_t>(lifecycle_.n_states());
  std::vector<char> is_exit(static_cast<std::size_t>(n_states), 0);
  for (const Index exit : lifecycle_.exits()) is_exit[static_cast<std::size_t>(exit)] = 1;
  for (std::size_t j = 0; j < n; ++j) {
    const auto end = static_cast<std::size_t>(c.offsets[j + 1]);
    for (auto i = static_cast<std::size_t>(c.offsets[j]); i < end; ++i) {
      const std::int32_t state = c.states[i];
      if (state < 0 || state >= n_states) {
        refuse_journeys(at("states", i) + ": position " + std::to_string(state) + ", expected 0 to " +
                        std::to_string(n_states - 1));
      }
      if (is_exit[static_cast<std::size_t>(state)] && i + 1 != end) {
        refuse_journeys(at("states", i) + ": the exit " + text::quoted(states().name(state)) +
                        " is followed by another entry; begin a new journey after it");
      }
      if (!std::isfinite(c.values[i]))
        refuse_journeys(at("values", i) + ": " + text::number(c.values[i]) + " is no amount");
    }
  }

  bool ascending = true;
  for (std::size_t j = 0; j < n; ++j) {
    if (j > 0 && c.customers[j] == c.customers[j - 1]) continue;
    if (j > 0 && c.customers[j] < c.customers[j - 1]) ascending = false;
    ++n_customers_;
  }
  if (!ascending) {
    std::unordered_set<std::int64_t> seen;
    seen.reserve(static_cast<std::size_t>(n_customers_));
    for (std::size_t j = 0; j < n; ++j) {
      if (j > 0 && c.customers[j] == c.customers[j - 1]) continue;
      if (!seen.insert(c.customers[j]).second) {
        refuse_journeys(at("customers", j) + ": customer " + std::to_string(c.customers[j]) +
                        " appears again after others; journeys of one customer stand together");
      }
    }
  }
  columns_ = std::make_shared<const JourneyColumns>(std::move(columns));
}

JourneyView Journeys::operator[](Index journey) const {
  if (journey < 0 || journey >= n_journeys()) {
    throw std::out_of_range("Journeys: journey " + std::to_string(journey) + ", but there are " +
                            text::grouped(n_journeys()));
  }
  const auto j = static_cast<std::size_t>(journey);
  const auto begin = static_cast<std::size_t>(columns_->offsets[j]);
  const auto size = static_cast<std::size_t>(columns_->offsets[j + 1]) - begin;
  return {.customer = columns_->customers[j],
          .states = std::span(columns_->states).subspan(begin, size),
          .times = std::span(columns_->times).subspan(begin, size),
          .values = std::span(columns_->values).subspan(begin, size),
          .is_ended = lifecycle_.is_exit(columns_->states[begin + size - 1])};
}

}  // namespace sojourn
