#include "sojourn/market/rating_log.hpp"

#include <cmath>
#include <stdexcept>
#include <unordered_set>
#include <utility>

#include "market/customer_places.hpp"
#include "support/text.hpp"

namespace sojourn {

SharingCounts sharing_counts(const Journeys& journeys, const RatingLog& log, const RatingScale& scale,
                             const SharingCountOptions& options) {
  constexpr const char* where = "sharing_counts";
  const std::size_t n = log.customer.size();
  detail::check_lengths(where, {{"customer", n}, {"time", log.time.size()}, {"rating", log.rating.size()}});
  if (!std::isfinite(scale.good_at_least) || !std::isfinite(scale.bad_at_most) ||
      !(scale.bad_at_most < scale.good_at_least)) {
    throw std::invalid_argument(std::string(where) + ": bad_at_most: must be below good_at_least, found " +
                                text::number(scale.bad_at_most) + " and " + text::number(scale.good_at_least) +
                                "; a rating is good or bad, not both");
  }
  const detail::CustomerPlaces places(where, journeys, options.grid, log.unit);
  const Journeys& grid = places.on_grid();
  WordOfMouthReport report;
  report.rows_read = static_cast<std::int64_t>(n);
  std::string example;
  std::unordered_set<std::int64_t> raters;
  CountVector good = CountVector::Zero(grid.states().n_states());
  CountVector bad = good;
  CountVector neither = good;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t customer = log.customer[i];
    if (customer < 0) {
      ++report.missing_customer;
    } else if (log.time[i] == missing_time) {
      ++report.missing_time;
    } else if (std::isnan(log.rating[i])) {
      ++report.missing_rating;
    } else if (std::isinf(log.rating[i])) {
      ++report.invalid_rating;
    } else if (!places.knows(customer)) {
      ++report.unknown_customer;
      if (example.empty()) example = detail::called(log.name, customer);
    } else {
      detail::check_time(where, log.time[i], i, log.unit);
      const detail::Place place = places.place(customer, log.time[i]);
      if (place.where != detail::Where::in_period) {
        detail::drop(report, place.where);
        continue;
      }
      ++report.rows_used;
      raters.insert(customer);
      const std::int32_t state = grid.columns().states[place.entry];
      ++(log.rating[i] >= scale.good_at_least ? good : log.rating[i] <= scale.bad_at_most ? bad : neither)[state];
    }
  }
  detail::check_known(where, "customer", report, example);
  report.customers = static_cast<std::int64_t>(raters.size());
  return {.lifecycle = grid.lifecycle(),
          .period = grid.period(),
          .good = std::move(good),
          .bad = std::move(bad),
          .neither = std::move(neither),
          .periods = places.customer_periods(),
          .scale = scale,
          .report = report};
}

}  // namespace sojourn
