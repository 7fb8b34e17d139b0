#include "sojourn/trust/segment_test.hpp"

#include <cmath>
#include <utility>

#include "sojourn/data/fit.hpp"
#include "sojourn/value/lifetime_value.hpp"
#include "support/text.hpp"
#include "trust/journey_moves.hpp"
#include "trust/move_groups.hpp"

namespace sojourn {
namespace {

using detail::refuse;

/// Throws unless there are two or more segments, each with a name of its own, that can be compared.
void check_segments(const std::vector<Segment>& segments) {
  if (segments.size() < 2) {
    refuse("segment_test: segments: " + std::to_string(segments.size()) + " given; compare at least two");
  }
  const Counts& first = segments.front().counts;
  for (std::size_t k = 0; k < segments.size(); ++k) {
    const Segment& s = segments[k];
    for (std::size_t other = 0; other < k; ++other) {
      if (segments[other].name == s.name) refuse("segment_test: segments: " + text::quoted(s.name) + " is given twice");
    }
    if (!(s.counts.lifecycle() == first.lifecycle()) || !(s.counts.period() == first.period())) {
      const bool other_states = !(s.counts.states() == first.states());
      refuse("segment_test: segments: " + text::quoted(s.name) + " has other " +
             (other_states                             ? "states"
              : !(s.counts.period() == first.period()) ? "periods"
                                                       : "allowed moves or roles") +
             " than " + text::quoted(segments.front().name) + "; count all over one lifecycle and period");
    }
  }
}

/// Allowed moves by state and segment.
std::vector<detail::GroupedMove> moves_by_segment(const std::vector<Segment>& segments, Forbidden policy) {
  const Lifecycle& lifecycle = segments.front().counts.lifecycle();
  const Index n = lifecycle.n_states();
  detail::MoveTally tally(static_cast<std::uint64_t>(n), segments.size(), n);
  for (std::size_t k = 0; k < segments.size(); ++k) {
    const std::string here = "segment_test: " + text::quoted(segments[k].name);
    const CountMatrix moves = detail::allowed_moves(here.c_str(), lifecycle, segments[k].counts.moves(), policy);
    for (Index i = 0; i < n; ++i) {
      for (Index j = 0; j < n; ++j) {
        if (moves(i, j) > 0) tally.add(static_cast<std::uint64_t>(i), k, static_cast<std::int32_t>(j), moves(i, j));
      }
    }
  }
  return tally.sorted();
}

/// What a customer is worth who moves like all together, and what segments are worth beside each other.
struct Worths {
  std::optional<LifetimeValue> of_all = std::nullopt;
  std::vector<SegmentValue> values = {};
};

Worths worths_of(const std::vector<Segment>& segments, const Counts& all, const SegmentTestOptions& options) {
  if (!options.discount) {
    if (options.rewards || options.start) {
      refuse("segment_test: rewards and start say the difference in money, which needs a discount too");
    }
    return {};
  }
  const LifetimeValueOptions how = {.discount = options.discount};
  const FitResult pooled = fit_chain(all, {.forbidden = options.forbidden});
  const Rewards rewards = options.rewards ? *options.rewards : all.mean_rewards();
  const Vector start = options.start ? *options.start : all.start_distribution();
  Worths out{.of_all = lifetime_value(pooled.chain, rewards, how)};
  const auto value_of = [&](const Segment& s) {
    const FitResult fit = fit_chain(
        s.counts,
        {.rows_without_data = RowsWithoutData::parent, .forbidden = options.forbidden, .parent = pooled.chain});
    return lifetime_value(fit.chain, rewards, how);
  };
  if (segments.size() == 2) {
    out.values.push_back(
        {segments[1].name, segments[0].name, what_if(value_of(segments[0]), value_of(segments[1]), start)});
  } else {
    for (const Segment& s : segments) out.values.push_back({s.name, "all", what_if(*out.of_all, value_of(s), start)});
  }
  return out;
}

}  // namespace

SegmentTest segment_test(const std::vector<Segment>& segments, const SegmentTestOptions& options) {
  check_segments(segments);
  Counts all = segments.front().counts;
  for (std::size_t k = 1; k < segments.size(); ++k) all += segments[k].counts;
  const std::vector<detail::GroupedMove> moves = moves_by_segment(segments, options.forbidden);
  Worths worths = worths_of(segments, all, options);
  const detail::GroupQuestion question{
      .text = "the same rows in all segments against one per segment",
      .state_of = [](std::uint64_t pool) { return static_cast<Index>(pool); },
      .name_of = [&segments](std::uint64_t, std::uint64_t k) { return "in segment " + text::quoted(segments[k].name); },
      .method = options.method,
      .adjustment = options.adjustment,
      .value = worths.of_all ? &*worths.of_all : nullptr};
  return {detail::compare_groups(all.states(), moves, question), std::move(worths.values)};
}

std::string SegmentTest::sentence() const {
  std::string out = rows.sentence();
  for (const SegmentValue& v : values) {
    const double by = v.difference.other_value - v.difference.value;
    out += " A customer who moves like " + text::quoted(v.segment) + " is worth " + text::number(std::abs(by), 4) +
           (by < 0.0 ? " less" : " more") + " than one who moves like " +
           (v.against == "all" ? "all together" : text::quoted(v.against));
    if (!v.difference.moves.empty()) {
      const MoveDifference& m = v.difference.moves.front();
      out += ", most of it by " + text::quoted(rows.states.name(m.from)) + " → " +
             text::quoted(rows.states.name(m.to)) + " (" + text::number(m.amount, 4) + ")";
    }
    out += '.';
  }
  return out;
}

}  // namespace sojourn
