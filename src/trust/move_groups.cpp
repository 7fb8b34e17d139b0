#include "trust/move_groups.hpp"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <numeric>

#include "support/text.hpp"

namespace sojourn::detail {
namespace {

constexpr double few = 5.0;  // an expected number of moves below this makes a chi-squared law rough

constexpr std::uint64_t most_dense = std::uint64_t{1} << 21;

// Two-sided p-value of a standard normal score.
double normal_p_value(double z) {
  return std::erfc(std::abs(z) / std::sqrt(2.0));
}

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

void adjust_departures(RowsTest& test) {
  std::vector<double> p_values;
  p_values.reserve(test.departures.size());
  for (const Departure& d : test.departures) p_values.push_back(d.p_value);
  p_values = adjusted(p_values, test.adjustment);
  for (std::size_t k = 0; k < p_values.size(); ++k) test.departures[k].p_value = p_values[k];
}

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

void TestSum::cell(std::int64_t seen, double expected) {
  const auto n = static_cast<double>(seen);
  ++cells_;
  if (expected < few) ++sparse_;
  if (method_ == TestMethod::pearson) {
    statistic_ += (n - expected) * (n - expected) / expected;
  } else if (seen > 0) {
    statistic_ += 2.0 * n * std::log(n / expected);
  }
}

void TestSum::moves(std::int64_t n, double distance, double by_chance) {
  moves_ += n;
  distance_ += static_cast<double>(n) * distance;
  by_chance_ += static_cast<double>(n) * by_chance;
}

void TestSum::add(const TestSum& other) {
  statistic_ += other.statistic_;
  degrees_ += other.degrees_;
  cells_ += other.cells_;
  sparse_ += other.sparse_;
  moves_ += other.moves_;
  distance_ += other.distance_;
  by_chance_ += other.by_chance_;
}

TestResult TestSum::result(std::string question) const {
  const double statistic = degrees_ > 0 ? std::max(0.0, statistic_) : 0.0;  // G² of equal rows rounds below 0
  const double n = std::max(1.0, static_cast<double>(moves_));
  return {.question = std::move(question),
          .method = method_ == TestMethod::pearson ? "Pearson (X²)" : "likelihood ratio (G²)",
          .statistic = statistic,
          .degrees_of_freedom = degrees_,
          .p_value = chi_squared_tail(statistic, degrees_),
          .moves = moves_,
          .cells = cells_,
          .sparse_cells = sparse_,
          .effect = distance_ / n,
          .effect_by_chance = by_chance_ / n};
}

// For a normal difference the mean size is √(2/π) standard deviations.
double distance_by_chance(const Eigen::RowVectorXd& p, double n, double rest) {
  const double spread = (p.array() * (1.0 - p.array())).max(0.0).sqrt().sum();
  return std::min(1.0, 0.5 * std::sqrt(2.0 / std::acos(-1.0) * std::max(0.0, rest) / n) * spread);
}

double chi_squared_tail(double statistic, Index degrees_of_freedom) {
  if (degrees_of_freedom == 0 || statistic <= 0.0) return 1.0;
  using namespace boost::math::policies;
  // An underflow is an answer: smaller than any double.
  using Quiet = policy<underflow_error<ignore_error>, overflow_error<ignore_error>, promote_double<false>>;
  return boost::math::gamma_q(0.5 * static_cast<double>(degrees_of_freedom), 0.5 * statistic, Quiet());
}

std::vector<double> adjusted(const std::vector<double>& p_values, Adjustment adjustment) {
  const std::size_t n = p_values.size();
  std::vector<std::size_t> by_size(n);
  std::iota(by_size.begin(), by_size.end(), std::size_t{0});
  std::stable_sort(by_size.begin(), by_size.end(),
                   [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> out(n);
  double bound = adjustment == Adjustment::holm ? 0.0 : 1.0;
  for (std::size_t step = 0; step < n; ++step) {
    if (adjustment == Adjustment::holm) {  // from the smallest on, never falling
      const std::size_t k = by_size[step];
      bound = std::max(bound, std::min(1.0, p_values[k] * static_cast<double>(n - step)));
      out[k] = bound;
    } else {  // from the largest down, never rising
      const std::size_t k = by_size[n - 1 - step];
      bound = std::min(bound, p_values[k] * static_cast<double>(n) / static_cast<double>(n - step));
      out[k] = bound;
    }
  }
  return out;
}

RowsTest compare_groups(const StateSpace& states, const std::vector<GroupedMove>& moves,
                        const GroupQuestion& question) {
  const Index n_states = states.n_states();
  RowsTest out{states, {}, {}, {}, question.adjustment};
  const Worth worth(question.value);
  std::vector<TestSum> per_state(static_cast<std::size_t>(n_states), TestSum(question.method));
  std::vector<std::pair<Index, std::vector<Departure>>> found;  // by the state of the pool
  Eigen::RowVectorXd row(n_states);
  for (std::size_t first = 0; first < moves.size();) {
    std::size_t end = first;
    row.setZero();
    std::int64_t total = 0;
    Index n_groups = 0;
    for (; end < moves.size() && moves[end].pool == moves[first].pool; ++end) {
      row[moves[end].to] += static_cast<double>(moves[end].count);
      total += moves[end].count;
      if (end == first || moves[end].group != moves[end - 1].group) ++n_groups;
    }
    row /= static_cast<double>(total);
    std::vector<Index> reached;
    for (Index j = 0; j < n_states; ++j) {
      if (row[j] > 0.0) reached.push_back(j);
    }
    const std::uint64_t pool = moves[first].pool;
    const Index from = question.state_of(pool);
    TestSum& sum = per_state[static_cast<std::size_t>(from)];
    const bool can_differ = n_groups > 1 && reached.size() > 1;
    if (can_differ) {
      sum.degrees((n_groups - 1) * (static_cast<Index>(reached.size()) - 1));
    } else {
      sum.moves(total, 0.0, 0.0);
    }
    double mean_worth = 0.0;
    if (worth) {
      for (const Index j : reached) mean_worth += row[j] * worth.of(from, j);
    }
    if (can_differ) found.emplace_back(from, std::vector<Departure>());
    for (std::size_t k = first; can_differ && k < end;) {
      const std::uint64_t group = moves[k].group;
      const std::size_t begin = k;
      std::int64_t size = 0;
      for (; k < end && moves[k].group == group; ++k) size += moves[k].count;
      const auto n = static_cast<double>(size);
      const double rest = 1.0 - n / static_cast<double>(total);
      const std::string name = question.name_of(pool, group);
      double distance = 0.0;
      std::size_t at = begin;
      for (const Index j : reached) {
        const bool is_seen = at < k && moves[at].to == j;
        const std::int64_t seen = is_seen ? moves[at++].count : 0;
        const double p = row[j];
        const double share = static_cast<double>(seen) / n;
        sum.cell(seen, n * p);
        distance += 0.5 * std::abs(share - p);
        // Adjusted residuals: S. J. Haberman, Biometrics 29, 1973.
        const double z = (share - p) * std::sqrt(n / (p * (1.0 - p) * rest));
        Departure d{from, name, j, seen, size, share, p, normal_p_value(z), std::nullopt};
        if (worth) d.amount = (share - p) * (worth.of(from, j) - mean_worth);
        found.back().second.push_back(std::move(d));
      }
      sum.moves(size, distance, distance_by_chance(row, n, rest));
    }
    first = end;
  }

  TestSum overall(question.method);
  for (Index i = 0; i < n_states; ++i) {
    const TestSum& sum = per_state[static_cast<std::size_t>(i)];
    overall.add(sum);
    if (sum.degrees_of_freedom() == 0) continue;
    out.by_state.push_back({i, sum.result(question.text + ", in " + text::quoted(states.name(i))), 1.0});
  }
  out.overall = overall.result(question.text);
  std::vector<double> p_values;
  for (const StateTest& s : out.by_state) p_values.push_back(s.test.p_value);
  p_values = adjusted(p_values, question.adjustment);
  for (std::size_t k = 0; k < p_values.size(); ++k) out.by_state[k].adjusted_p_value = p_values[k];
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [from, departures] : found) {
    std::move(departures.begin(), departures.end(), std::back_inserter(out.departures));
  }
  adjust_departures(out);
  return out;
}

RowsTest compare_rows(const Lifecycle& lifecycle, const CountMatrix& moves, const GroupQuestion& question) {
  const StateSpace& states = lifecycle.states();
  const Index n = states.n_states();
  RowsTest out{states, {}, {}, {}, question.adjustment};
  const CountVector row_sums = moves.rowwise().sum();
  const CountVector column_sums = moves.colwise().sum().transpose();
  const auto total = static_cast<double>(moves.sum());
  std::vector<std::vector<Index>> reached(static_cast<std::size_t>(n));  // allowed moves into states that were entered
  std::vector<Index> part(static_cast<std::size_t>(2 * n));              // which rows and columns hang together
  std::iota(part.begin(), part.end(), Index{0});
  const auto root = [&](Index x) {
    while (part[static_cast<std::size_t>(x)] != x) x = part[static_cast<std::size_t>(x)];
    return x;
  };
  bool is_full = true;
  Index degrees = 0;
  for (Index i = 0; i < n; ++i) {
    if (row_sums[i] == 0) continue;
    for (Index j = 0; j < n; ++j) {
      if (column_sums[j] == 0) continue;
      if (lifecycle.allowed()(i, j)) {
        reached[static_cast<std::size_t>(i)].push_back(j);
        part[static_cast<std::size_t>(root(n + j))] = root(i);
      } else {
        is_full = false;
      }
    }
    degrees += static_cast<Index>(reached[static_cast<std::size_t>(i)].size()) - 1;
  }
  for (Index j = 0; j < n; ++j) {
    if (column_sums[j] > 0) --degrees;
  }
  for (Index x = 0; x < 2 * n; ++x) {
    const bool has_data = x < n ? row_sums[x] > 0 : column_sums[x - n] > 0;
    if (has_data && root(x) == x) ++degrees;
  }

  // p_ij = b_j / Σ b_k over the allowed k, by fixed point steps that never lower the likelihood.
  Eigen::RowVectorXd b = column_sums.cast<double>().transpose() / total;
  const auto sum_of_row = [&](Index i) {
    double sum = 0.0;
    for (const Index j : reached[static_cast<std::size_t>(i)]) sum += b[j];
    return sum;
  };
  constexpr int most_steps = 10'000;
  for (int step = 0; !is_full && step < most_steps; ++step) {
    Eigen::RowVectorXd weight = Eigen::RowVectorXd::Zero(n);
    for (Index i = 0; i < n; ++i) {
      if (row_sums[i] == 0) continue;
      const double share = static_cast<double>(row_sums[i]) / sum_of_row(i);
      for (const Index j : reached[static_cast<std::size_t>(i)]) weight[j] += share;
    }
    double change = 0.0;
    for (Index j = 0; j < n; ++j) {
      if (column_sums[j] == 0) continue;
      const double next = static_cast<double>(column_sums[j]) / weight[j];
      change = std::max(change, std::abs(next - b[j]) / next);
      b[j] = next;
    }
    b /= b.sum();
    if (change < 1e-13) break;
  }

  TestSum sum(question.method);
  sum.degrees(degrees);
  for (Index i = 0; i < n; ++i) {
    if (row_sums[i] == 0) continue;
    const auto size = static_cast<double>(row_sums[i]);
    const double scale = sum_of_row(i);
    const double rest = is_full ? 1.0 - size / total : 1.0;
    Eigen::RowVectorXd law = Eigen::RowVectorXd::Zero(n);
    double distance = 0.0;
    for (const Index j : reached[static_cast<std::size_t>(i)]) {
      const double p = law[j] = b[j] / scale;
      const double share = static_cast<double>(moves(i, j)) / size;
      sum.cell(moves(i, j), size * p);
      distance += 0.5 * std::abs(share - p);
      const double variance = p * (1.0 - p) * rest / size;
      if (degrees == 0 || !(variance > 0.0)) continue;
      const double z = (share - p) / std::sqrt(variance);
      out.departures.push_back({i, "", j, moves(i, j), row_sums[i], share, p, normal_p_value(z), std::nullopt});
    }
    sum.moves(row_sums[i], degrees == 0 ? 0.0 : distance, degrees == 0 ? 0.0 : distance_by_chance(law, size, rest));
  }
  out.overall = sum.result(question.text);
  adjust_departures(out);
  return out;
}

}  // namespace sojourn::detail
