#include "sojourn/market/rating_log.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "market/word_of_mouth_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("ratings become good and bad experiences of the state in which they were given") {
  const std::vector<std::int64_t> customer = {1, 1, 1, 2, 2, 3, 9, -1, 1, 3};
  const std::vector<std::int64_t> time = {0, 12, 25, 8, 40, 22, 5, 5, missing_time, 30};
  const std::vector<double> rating = {5, 4, 1, 3, 1, not_a_number, 5, 5, 5, infinity};
  const RatingLog log{.customer = customer, .time = time, .rating = rating};
  const SharingCounts counts = sharing_counts(journeys(small_log().view(), letters(3)), log,
                                              {.good_at_least = 4.0, .bad_at_most = 2.0}, {.grid = ten_days()});
  CHECK(counts.good == whole_numbers({2, 0, 0}));
  CHECK(counts.bad == whole_numbers({0, 1, 0}));
  CHECK(counts.neither == whole_numbers({1, 0, 0}));
  CHECK(counts.report.rows_used == 4);
  CHECK(counts.report.after_leaving == 1);
  CHECK(counts.report.missing_rating == 1);
  CHECK(counts.report.invalid_rating == 1);
  CHECK(counts.report.unknown_customer == 1);
  CHECK(counts.report.missing_customer == 1);
  CHECK(counts.report.missing_time == 1);
  CHECK(counts.report.rows_used + counts.report.rows_dropped() == counts.report.rows_read);
  const SharingRates rates = sharing_rates(counts);
  CHECK(rates.good.mean()["a"] == Catch::Approx(2.5 / static_cast<double>(counts.periods[0])).epsilon(1e-15));
  CHECK(rates.bad.mean()["b"] == Catch::Approx(1.5 / static_cast<double>(counts.periods[1])).epsilon(1e-15));
  CHECK_THAT(rates.bad.definition(), Catch::Matchers::StartsWith("bad experiences shared per customer and 10 days"));
}

TEST_CASE("a scale by which a rating is good and bad is refused") {
  using Bad = std::invalid_argument;
  const Journeys grid = on_grid(journeys(small_log().view(), letters(3)), ten_days());
  const std::vector<std::int64_t> who = {1};
  const std::vector<double> stars = {5.0};
  const RatingLog ratings{.customer = who, .time = who, .rating = stars};
  check_refused<Bad>([&] { sharing_counts(grid, ratings, {.good_at_least = 2.0, .bad_at_most = 4.0}); },
                     {"bad_at_most", "below good_at_least"});
  check_refused<Bad>([&] { sharing_counts(grid, ratings, {.good_at_least = not_a_number, .bad_at_most = 4.0}); },
                     {"bad_at_most"});
}
