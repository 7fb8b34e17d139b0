// Moves sorted into groups, and the test that all groups of a pool share one row.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sojourn/trust/rows_test.hpp"
#include "sojourn/value/lifetime_value.hpp"

namespace sojourn::detail {

/// So many moves of one kind: out of a pool (moves that share a row under the hypothesis), in a group of it, to a state.
struct GroupedMove {
  std::uint64_t pool;
  std::uint64_t group;
  Index to;
  std::int64_t count;
};

/// Adds up moves by pool, group and target.
class MoveTally {
 public:
  /// `n_pools * n_groups * n_states` must be below 2^63.
  MoveTally(std::uint64_t n_pools, std::uint64_t n_groups, Index n_states);

  void add(std::uint64_t pool, std::uint64_t group, std::int32_t to, std::int64_t count = 1) {
    const std::uint64_t key = (pool * n_groups_ + group) * n_states_ + static_cast<std::uint64_t>(to);
    if (!dense_.empty()) {
      dense_[key] += count;
    } else {
      listed_.emplace_back(key, count);
    }
  }
  /// By pool, group and target; only what was seen.
  std::vector<GroupedMove> sorted() const;

 private:
  std::uint64_t n_groups_;
  std::uint64_t n_states_;
  std::vector<std::int64_t> dense_;
  std::vector<std::pair<std::uint64_t, std::int64_t>> listed_;
};

/// What the comparison of groups needs to know.
struct GroupQuestion {
  std::string text;
  std::function<Index(std::uint64_t pool)> state_of;
  std::function<std::string(std::uint64_t pool, std::uint64_t group)> name_of;
  TestMethod method;
  Adjustment adjustment;
  const LifetimeValue* value = nullptr;
};

/// Tests whether the groups of each pool share its row.
RowsTest compare_groups(const StateSpace& states, const std::vector<GroupedMove>& moves, const GroupQuestion& question);

}  // namespace sojourn::detail
