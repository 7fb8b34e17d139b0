#include "sojourn/market/word_of_mouth_report.hpp"

#include "support/text.hpp"

namespace sojourn {

std::int64_t WordOfMouthReport::rows_dropped() const {
  return missing_customer + missing_referred + missing_time + invalid_time + missing_rating + invalid_rating +
         unknown_customer + unknown_referred + self_referral + before_first_event + referred_twice + cycles +
         after_leaving + after_last_period + between_periods;
}

std::vector<std::string> WordOfMouthReport::notes() const {
  std::vector<std::string> out;
  const auto rows = [](std::int64_t n) { return text::plural(n, "row"); };
  const auto note = [&out](std::int64_t n, const std::string& sentence) {
    if (n != 0) out.push_back(sentence);
  };
  const auto dropped = [&](std::int64_t n, const std::string& why) { note(n, rows(n) + " dropped: " + why); };
  note(rows_read, rows(rows_read) + " read.");
  note(rows_used, rows(rows_used) + " used.");
  dropped(missing_customer, "no customer.");
  dropped(missing_referred, "no referred customer.");
  dropped(missing_time, "no time.");
  dropped(invalid_time, "a time that could not be read.");
  dropped(missing_rating, "no rating.");
  dropped(invalid_rating, "a rating that is not a finite number.");
  dropped(unknown_customer, "the customer has no journey.");
  dropped(unknown_referred,
          "the referred has no journey. If the journeys are on a grid, newcomers too late for a complete period have "
          "none: give journeys with event times and a grid, or keep such rows.");
  dropped(self_referral, "a customer who brings himself.");
  dropped(before_first_event, "before the customer's own first event.");
  dropped(referred_twice, "the referred was brought before; the first row counts.");
  dropped(cycles, "the referrer was himself brought by the referred, directly or over others.");
  dropped(after_leaving, "in the period in which the customer left, or after it.");
  dropped(after_last_period, "after the last period of the customer that is counted.");
  dropped(between_periods, "the customer's state is not known there: a gap, or before the grid.");
  note(customers, text::plural(customers, "customer") + " with a row that is used.");
  return out;
}

}  // namespace sojourn
