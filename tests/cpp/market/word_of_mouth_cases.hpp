/// \file word_of_mouth_cases.hpp
/// A small log for tests, with who brought whom.
#pragma once

#include <cmath>
#include <vector>

#include "data/log_cases.hpp"
#include "market/market_cases.hpp"

namespace sojourn::test {

struct ReferralRows {
  std::vector<std::int64_t> referrer = {};
  std::vector<std::int64_t> referred = {};
  std::vector<std::int64_t> time = {};
  TimeUnit unit = TimeUnit::day;

  ReferralRows& add(std::int64_t who, std::int64_t whom, std::int64_t when) {
    referrer.push_back(who);
    referred.push_back(whom);
    time.push_back(when);
    return *this;
  }
  ReferralLog view() const { return {.referrer = referrer, .referred = referred, .time = time, .unit = unit}; }
};

/// As many events as a Poisson law gives, by counting exponential times.
inline Index poisson(Dice& dice, double mean) {
  Index k = 0;
  for (double t = -std::log(1.0 - dice.uniform()); t < mean; t -= std::log(1.0 - dice.uniform())) ++k;
  return k;
}

/// Customers 1, 2 and 3 with events every ten days: "aabb", "ab" and left in c, "a"; the log covers 40 days.
inline LogCase small_log() {
  LogCase log;
  log.word(1, "aabb", 0, 10).word(2, "abc", 5, 10).word(3, "a", 20, 10);
  return log;
}

inline GridOptions ten_days() {
  return {.period = Period::days(10), .until = 39};
}

}  // namespace sojourn::test
