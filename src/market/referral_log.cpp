#include "sojourn/market/referral_log.hpp"

#include <algorithm>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "market/customer_places.hpp"
#include "support/refuse.hpp"
#include "support/text.hpp"

namespace sojourn {

using detail::called;
using detail::refuse;

namespace {

constexpr const char* referral_log_name = "referral_counts";

/// Who was brought by whom so far, as a forest: each customer is brought once.
class Forest {
 public:
  bool was_brought(std::int64_t code) const { return parent_.count(code) != 0; }
  /// True when `referrer` stands in the tree under `referred`, who has not been brought yet.
  bool would_close(std::int64_t referrer, std::int64_t referred) { return root(referrer) == referred; }
  void add(std::int64_t referrer, std::int64_t referred) {
    parent_[referred] = referrer;
    above_[referred] = referrer;
  }
  /// From a customer up to one above him.
  std::vector<std::int64_t> path(std::int64_t from, std::int64_t to) const {
    std::vector<std::int64_t> out{from};
    while (out.back() != to) out.push_back(parent_.at(out.back()));
    return out;
  }

 private:
  std::int64_t root(std::int64_t code) {
    std::int64_t top = code;
    for (auto at = above_.find(top); at != above_.end(); at = above_.find(top)) top = at->second;
    while (code != top) code = std::exchange(above_[code], top);
    return top;
  }

  std::unordered_map<std::int64_t, std::int64_t> parent_;
  std::unordered_map<std::int64_t, std::int64_t> above_;  // shortened on the way
};

/// The rows that name two customers of whom the one may have brought the other, in order of time; all others are counted.
std::vector<std::size_t> possible_rows(const ReferralLog& log, const detail::CustomerPlaces& places,
                                       const ReferralCountOptions& options, WordOfMouthReport& report) {
  std::string example;
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < log.referrer.size(); ++i) {
    const std::int64_t referrer = log.referrer[i];
    const std::int64_t referred = log.referred[i];
    if (referrer < 0) {
      ++report.missing_customer;
    } else if (referred < 0) {
      ++report.missing_referred;
    } else if (log.time[i] == missing_time) {
      ++report.missing_time;
    } else if (!places.knows(referrer)) {
      ++report.unknown_customer;
      if (example.empty()) example = called(log.name, referrer);
    } else if (options.unknown_referred == UnknownReferred::drop && !places.knows(referred)) {
      ++report.unknown_referred;
    } else if (referrer == referred) {
      ++report.self_referral;
    } else {
      detail::check_time(referral_log_name, log.time[i], i, log.unit);
      if (!places.is_before_first_event(referrer, log.time[i])) {
        rows.push_back(i);
        continue;
      }
      if (options.before_first_event == Impossible::refuse) {
        refuse(
            referral_log_name,
            "time: in row " + std::to_string(i) + ' ' + called(log.name, referrer) + " brings " +
                called(log.name, referred) +
                " before his own first event; correct the log, or drop such rows and count them (before_first_event = "
                "drop)");
      }
      ++report.before_first_event;
    }
  }
  detail::check_known(referral_log_name, "referrer", report, example);
  std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) { return log.time[a] < log.time[b]; });
  return rows;
}

[[noreturn]] void refuse_cycle(const ReferralLog& log, std::size_t row, const Forest& forest) {
  const std::int64_t referrer = log.referrer[row];
  const std::int64_t referred = log.referred[row];
  std::vector<std::int64_t> path = forest.path(referrer, referred);
  std::reverse(path.begin(), path.end());
  std::string line;
  for (std::size_t k = 0; k < path.size(); ++k) {
    if (k > 8 && k + 1 < path.size()) continue;
    line += (k == 0 ? "" : k > 8 ? " → … → " : " → ") + called(log.name, path[k]);
  }
  refuse(referral_log_name, "referrer: in row " + std::to_string(row) + ' ' + called(log.name, referrer) + " brings " +
                                called(log.name, referred) + ", who had brought him (" + line +
                                "); nobody is brought by those he brought: correct the log, or drop such rows and "
                                "count them (cycles = drop)");
}

}  // namespace

ReferralCounts referral_counts(const Journeys& journeys, const ReferralLog& log, const ReferralCountOptions& options) {
  const std::size_t n = log.referrer.size();
  detail::check_lengths(referral_log_name,
                        {{"referrer", n}, {"referred", log.referred.size()}, {"time", log.time.size()}});
  const detail::CustomerPlaces places(referral_log_name, journeys, options.grid, log.unit);
  const Journeys& grid = places.on_grid();
  WordOfMouthReport report;
  report.rows_read = static_cast<std::int64_t>(n);
  Forest forest;
  std::unordered_set<std::int64_t> referrers;
  std::vector<std::int64_t> brought(grid.columns().states.size(), 0);  // per entry
  CountVector referrals = CountVector::Zero(grid.states().n_states());
  CountVector arrivals = referrals;
  std::int64_t most = 0;
  for (const std::size_t i : possible_rows(log, places, options, report)) {
    const std::int64_t referrer = log.referrer[i];
    const std::int64_t referred = log.referred[i];
    if (forest.was_brought(referred)) {
      ++report.referred_twice;
      continue;
    }
    if (forest.would_close(referrer, referred)) {
      if (options.cycles == Impossible::refuse) refuse_cycle(log, i, forest);
      ++report.cycles;
      continue;
    }
    forest.add(referrer, referred);
    const detail::Place place = places.place(referrer, log.time[i]);
    if (place.where != detail::Where::in_period) {
      detail::drop(report, place.where);
      continue;
    }
    ++report.rows_used;
    referrers.insert(referrer);
    ++referrals[grid.columns().states[place.entry]];
    most = std::max(most, ++brought[place.entry]);
    if (const std::optional<Index> first = places.first_state(referred)) ++arrivals[*first];
  }
  report.customers = static_cast<std::int64_t>(referrers.size());

  CountMatrix newcomers = CountMatrix::Zero(grid.states().n_states(), most + 1);
  for (std::size_t entry = 0; entry < brought.size(); ++entry) {
    const std::int32_t state = grid.columns().states[entry];
    if (!grid.lifecycle().is_exit(state)) ++newcomers(state, brought[entry]);
  }
  return {.lifecycle = grid.lifecycle(),
          .period = grid.period(),
          .referrals = std::move(referrals),
          .periods = places.customer_periods(),
          .newcomers = std::move(newcomers),
          .arrivals = std::move(arrivals),
          .report = report};
}

}  // namespace sojourn
