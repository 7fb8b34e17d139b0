/// \file segment_test.hpp
/// Do segments of customers move alike, and what is the difference worth?
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sojourn/data/counts.hpp"
#include "sojourn/data/fit.hpp"
#include "sojourn/trust/rows_test.hpp"
#include "sojourn/value/what_if.hpp"

namespace sojourn {

/// Counts of some customers, under a name.
struct Segment {
  std::string name;
  Counts counts;
};

struct SegmentTestOptions {
  TestMethod method = TestMethod::likelihood_ratio;
  Adjustment adjustment = Adjustment::holm;
  Forbidden forbidden = Forbidden::refuse;
  std::optional<Discount> discount = std::nullopt;  ///< with one the difference is said in money too
  std::optional<Rewards> rewards = std::nullopt;    ///< for all segments alike; unset = mean values of all together
  std::optional<Vector> start = std::nullopt;       ///< for all segments alike; unset = first states of all together
};

/// What one segment is worth beside another, because its customers move otherwise.
struct SegmentValue {
  std::string segment;
  std::string against;  ///< another segment, or "all"
  WhatIf difference;    ///< `value` is that of `against`; its moves sum to the difference
};

/// Do segments move alike?
struct SegmentTest {
  RowsTest rows;
  /// With a discount: of two segments the second beside the first, of more each beside all together
  std::vector<SegmentValue> values;

  std::string sentence() const;
};

/// Compares two or more segments, with the difference located to rows and moves. A state that a segment never left
/// takes the row of all together in its value. Throws `invalid_argument` for fewer than two segments, a name given
/// twice, or other states or another period, `domain_error` for a segment without a move.
SegmentTest segment_test(const std::vector<Segment>& segments, const SegmentTestOptions& options = {});

}  // namespace sojourn
