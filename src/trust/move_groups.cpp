#include "trust/move_groups.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>

#include "support/tails.hpp"
#include "support/text.hpp"
#include "trust/test_sum.hpp"

namespace sojourn::detail {
namespace {

constexpr std::uint64_t most_dense = std::uint64_t{1} << 21;

// What moves out of a state are worth on their way, less their mean under the shared row.
class Worth {
 public:
  explicit Worth(const LifetimeValue* value) : value_(value) {
    if (value_ != nullptr) factor_ = value_->discount().factor_per_period(value_->chain().period());
  }

  double of(Index from, Index to) const {
    const double move = value_->rewards().has_move_rewards() ? value_->rewards().per_move()(from, to) : 0.0;
    return factor_ * (move + value_->mean().vector()[to]);
  }
  explicit operator bool() const { return value_ != nullptr; }

 private:
  const LifetimeValue* value_;
  double factor_ = 1.0;
};

/// The moves of one pool, and the row that its groups share if the hypothesis holds.
struct Pool {
  std::span<const GroupedMove> moves = {};
  Eigen::RowVectorXd row = {};
  std::vector<Index> reached = {};  // where the row leads
  std::int64_t total = 0;
  Index n_groups = 0;

  bool can_differ() const { return n_groups > 1 && reached.size() > 1; }
};

/// The pool that these moves begin with.
Pool first_pool(std::span<const GroupedMove> moves, Index n_states) {
  Pool pool{.row = Eigen::RowVectorXd::Zero(n_states)};
  std::size_t end = 0;
  for (; end < moves.size() && moves[end].pool == moves.front().pool; ++end) {
    pool.row[moves[end].to] += static_cast<double>(moves[end].count);
    pool.total += moves[end].count;
    if (end == 0 || moves[end].group != moves[end - 1].group) ++pool.n_groups;
  }
  pool.row /= static_cast<double>(pool.total);
  for (Index j = 0; j < n_states; ++j) {
    if (pool.row[j] > 0.0) pool.reached.push_back(j);
  }
  pool.moves = moves.first(end);
  return pool;
}

/// Sums per state and departures, pool by pool.
class Comparison {
 public:
  Comparison(const StateSpace& states, const GroupQuestion& question)
      : states_(states),
        question_(question),
        worth_(question.value),
        per_state_(static_cast<std::size_t>(states.n_states()), TestSum(question.method)) {}

  void add(const Pool& pool) {
    const Index from = question_.state_of(pool.moves.front().pool);
    TestSum& sum = per_state_[static_cast<std::size_t>(from)];
    if (!pool.can_differ()) {
      sum.moves(pool.total, 0.0, 0.0);
      return;
    }
    sum.degrees((pool.n_groups - 1) * (static_cast<Index>(pool.reached.size()) - 1));
    double mean_worth = 0.0;
    if (worth_) {
      for (const Index j : pool.reached) mean_worth += pool.row[j] * worth_.of(from, j);
    }
    found_.emplace_back(from, std::vector<Departure>());
    for (std::size_t begin = 0; begin < pool.moves.size();) {
      std::size_t end = begin;
      while (end < pool.moves.size() && pool.moves[end].group == pool.moves[begin].group) ++end;
      add_group(pool, pool.moves.subspan(begin, end - begin), from, mean_worth);
      begin = end;
    }
  }

  RowsTest result() && {
    RowsTest out{states_, {}, {}, {}, question_.adjustment};
    TestSum overall(question_.method);
    for (Index i = 0; i < states_.n_states(); ++i) {
      const TestSum& sum = per_state_[static_cast<std::size_t>(i)];
      overall.add(sum);
      if (sum.degrees_of_freedom() == 0) continue;
      out.by_state.push_back({i, sum.result(question_.text + ", in " + text::quoted(states_.name(i))), 1.0});
    }
    out.overall = overall.result(question_.text);
    adjust_for_number(out.by_state, question_.adjustment);
    std::stable_sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [from, departures] : found_) {
      std::move(departures.begin(), departures.end(), std::back_inserter(out.departures));
    }
    adjust_departures(out);
    return out;
  }

 private:
  void add_group(const Pool& pool, std::span<const GroupedMove> moves, Index from, double mean_worth) {
    TestSum& sum = per_state_[static_cast<std::size_t>(from)];
    std::int64_t size = 0;
    for (const GroupedMove& move : moves) size += move.count;
    const auto n = static_cast<double>(size);
    const double rest = 1.0 - n / static_cast<double>(pool.total);
    const std::string name = question_.name_of(moves.front().pool, moves.front().group);
    double distance = 0.0;
    std::size_t at = 0;
    for (const Index j : pool.reached) {
      const bool is_seen = at < moves.size() && moves[at].to == j;
      const std::int64_t seen = is_seen ? moves[at++].count : 0;
      const double p = pool.row[j];
      const double share = static_cast<double>(seen) / n;
      sum.cell(seen, n * p);
      distance += 0.5 * std::abs(share - p);
      // Adjusted residuals: S. J. Haberman, Biometrics 29, 1973.
      const double z = (share - p) * std::sqrt(n / (p * (1.0 - p) * rest));
      Departure d{from, name, j, seen, size, share, p, normal_p_value(z), std::nullopt};
      if (worth_) d.amount = (share - p) * (worth_.of(from, j) - mean_worth);
      found_.back().second.push_back(std::move(d));
    }
    sum.moves(size, distance, distance_by_chance(pool.row, n, rest));
  }

  const StateSpace& states_;
  const GroupQuestion& question_;
  Worth worth_;
  std::vector<TestSum> per_state_;
  std::vector<std::pair<Index, std::vector<Departure>>> found_;  // by the state of the pool
};

}  // namespace

MoveTally::MoveTally(std::uint64_t n_pools, std::uint64_t n_groups, Index n_states)
    : n_groups_(n_groups), n_states_(static_cast<std::uint64_t>(n_states)) {
  const std::uint64_t size = n_pools * n_groups * n_states_;
  if (size <= most_dense) dense_.assign(size, 0);
}

std::vector<GroupedMove> MoveTally::sorted() const {
  std::vector<GroupedMove> out;
  const auto add_key = [&](std::uint64_t key, std::int64_t count) {
    const std::uint64_t row = key / n_states_;
    out.push_back({row / n_groups_, row % n_groups_, static_cast<Index>(key % n_states_), count});
  };
  for (std::size_t key = 0; key < dense_.size(); ++key) {
    if (dense_[key] != 0) add_key(key, dense_[key]);
  }
  auto listed = listed_;
  std::sort(listed.begin(), listed.end());
  for (std::size_t k = 0; k < listed.size();) {
    std::int64_t count = 0;
    const std::uint64_t key = listed[k].first;
    for (; k < listed.size() && listed[k].first == key; ++k) count += listed[k].second;
    if (count != 0) add_key(key, count);
  }
  return out;
}

RowsTest compare_groups(const StateSpace& states, const std::vector<GroupedMove>& moves,
                        const GroupQuestion& question) {
  Comparison comparison(states, question);
  for (std::span<const GroupedMove> rest = moves; !rest.empty();) {
    const Pool pool = first_pool(rest, states.n_states());
    comparison.add(pool);
    rest = rest.subspan(pool.moves.size());
  }
  return std::move(comparison).result();
}

}  // namespace sojourn::detail
