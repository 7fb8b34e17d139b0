#include "trust/independence.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "support/tails.hpp"
#include "trust/test_sum.hpp"

namespace sojourn::detail {
namespace {

/// Moves out of states that were left, with what the lifecycle allows.
struct Table {
  const CountMatrix& moves;
  CountVector row_sums;
  CountVector column_sums;
  std::vector<std::vector<Index>> reached;  // allowed moves into states that were entered
  bool is_full = true;                      // every one of them is allowed
  Index degrees = 0;
};

/// Cells less one per row, less one per column, and one more for each part that hangs together.
Table table_of(const Lifecycle& lifecycle, const CountMatrix& moves) {
  const Index n = lifecycle.n_states();
  Table table{.moves = moves,
              .row_sums = moves.rowwise().sum(),
              .column_sums = moves.colwise().sum().transpose(),
              .reached = std::vector<std::vector<Index>>(static_cast<std::size_t>(n))};
  std::vector<Index> part(static_cast<std::size_t>(2 * n));  // of rows, then of columns
  std::iota(part.begin(), part.end(), Index{0});
  const auto root = [&](Index x) {
    while (part[static_cast<std::size_t>(x)] != x) x = part[static_cast<std::size_t>(x)];
    return x;
  };
  for (Index i = 0; i < n; ++i) {
    if (table.row_sums[i] == 0) continue;
    std::vector<Index>& reached = table.reached[static_cast<std::size_t>(i)];
    for (Index j = 0; j < n; ++j) {
      if (table.column_sums[j] == 0) continue;
      if (lifecycle.allowed()(i, j)) {
        reached.push_back(j);
        part[static_cast<std::size_t>(root(n + j))] = root(i);
      } else {
        table.is_full = false;
      }
    }
    table.degrees += static_cast<Index>(reached.size()) - 1;
  }
  for (Index x = 0; x < 2 * n; ++x) {
    const bool has_data = x < n ? table.row_sums[x] > 0 : table.column_sums[x - n] > 0;
    if (x >= n && has_data) --table.degrees;
    if (has_data && root(x) == x) ++table.degrees;
  }
  return table;
}

double sum_of_row(const Table& table, const Eigen::RowVectorXd& b, Index i) {
  double sum = 0.0;
  for (const Index j : table.reached[static_cast<std::size_t>(i)]) sum += b[j];
  return sum;
}

/// `b` of the shared law `p_ij = b_j / Σ b_k` over the allowed k, by fixed point steps that never lower the likelihood.
Eigen::RowVectorXd shared_law(const Table& table) {
  const Index n = table.row_sums.size();
  const auto total = static_cast<double>(table.moves.sum());
  Eigen::RowVectorXd b = table.column_sums.cast<double>().transpose() / total;
  constexpr int most_steps = 10'000;
  for (int step = 0; !table.is_full && step < most_steps; ++step) {
    Eigen::RowVectorXd weight = Eigen::RowVectorXd::Zero(n);
    for (Index i = 0; i < n; ++i) {
      if (table.row_sums[i] == 0) continue;
      const double share = static_cast<double>(table.row_sums[i]) / sum_of_row(table, b, i);
      for (const Index j : table.reached[static_cast<std::size_t>(i)]) weight[j] += share;
    }
    double change = 0.0;
    for (Index j = 0; j < n; ++j) {
      if (table.column_sums[j] == 0) continue;
      const double next = static_cast<double>(table.column_sums[j]) / weight[j];
      change = std::max(change, std::abs(next - b[j]) / next);
      b[j] = next;
    }
    b /= b.sum();
    if (change < 1e-13) break;
  }
  return b;
}

}  // namespace

RowsTest compare_rows(const Lifecycle& lifecycle, const CountMatrix& moves, const GroupQuestion& question) {
  const Index n = lifecycle.n_states();
  RowsTest out{lifecycle.states(), {}, {}, {}, question.adjustment};
  const Table table = table_of(lifecycle, moves);
  const Eigen::RowVectorXd b = shared_law(table);
  const auto total = static_cast<double>(moves.sum());
  const Index degrees = table.degrees;
  TestSum sum(question.method);
  sum.degrees(degrees);
  for (Index i = 0; i < n; ++i) {
    const std::int64_t row_sum = table.row_sums[i];
    if (row_sum == 0) continue;
    const auto size = static_cast<double>(row_sum);
    const double scale = sum_of_row(table, b, i);
    const double rest = table.is_full ? 1.0 - size / total : 1.0;
    Eigen::RowVectorXd law = Eigen::RowVectorXd::Zero(n);
    double distance = 0.0;
    for (const Index j : table.reached[static_cast<std::size_t>(i)]) {
      const double p = law[j] = b[j] / scale;
      const double share = static_cast<double>(moves(i, j)) / size;
      sum.cell(moves(i, j), size * p);
      distance += 0.5 * std::abs(share - p);
      const double variance = p * (1.0 - p) * rest / size;
      if (degrees == 0 || !(variance > 0.0)) continue;
      const double z = (share - p) / std::sqrt(variance);
      out.departures.push_back({i, "", j, moves(i, j), row_sum, share, p, normal_p_value(z), std::nullopt});
    }
    sum.moves(row_sum, degrees == 0 ? 0.0 : distance, degrees == 0 ? 0.0 : distance_by_chance(law, size, rest));
  }
  out.overall = sum.result(question.text);
  adjust_departures(out);
  return out;
}

}  // namespace sojourn::detail
