/// \file word_of_mouth_report.hpp
/// What became of the rows of a log of referrals or ratings.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sojourn {

/// What became of every row of a log of referrals or ratings. `rows_read = rows_used + rows_dropped()`.
struct WordOfMouthReport {
  std::int64_t rows_read = 0;
  std::int64_t rows_used = 0;

  // Dropped rows, each counted once, under the first reason that holds.
  std::int64_t missing_customer = 0;    ///< no referrer, or no customer who rated
  std::int64_t missing_referred = 0;    ///< no referred customer
  std::int64_t missing_time = 0;        ///< no time
  std::int64_t invalid_time = 0;        ///< a time that could not be read
  std::int64_t missing_rating = 0;      ///< no rating
  std::int64_t invalid_rating = 0;      ///< a rating that is not a finite number
  std::int64_t unknown_customer = 0;    ///< a referrer, or one who rated, without a journey
  std::int64_t unknown_referred = 0;    ///< a referred customer without a journey, where such rows are dropped
  std::int64_t self_referral = 0;       ///< referrer and referred are the same
  std::int64_t before_first_event = 0;  ///< before the first event of the referrer, or of the one who rated
  std::int64_t referred_twice = 0;      ///< the referred was brought by an earlier row
  std::int64_t cycles = 0;              ///< the referrer was himself brought by the referred, directly or over others
  std::int64_t after_leaving = 0;       ///< in the period in which the customer left, or after it
  std::int64_t after_last_period = 0;   ///< after the last period of the customer that is counted
  std::int64_t between_periods = 0;     ///< where the customer's state is not known: in a gap, or before the grid

  // What came of it.
  std::int64_t customers = 0;  ///< different customers with a used row

  std::int64_t rows_dropped() const;
  /// One sentence for every count that is not zero, with advice where there is any.
  std::vector<std::string> notes() const;

  bool operator==(const WordOfMouthReport&) const = default;
};

}  // namespace sojourn
