#include "support/support.hpp"

#include <fstream>
#include <stdexcept>

namespace sojourn::test {

nlohmann::json read_data(const std::string& file) {
  const std::string path = std::string(SOJOURN_TEST_DATA) + '/' + file;
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path);
  return nlohmann::json::parse(in);
}

const nlohmann::json& anchors() {
  static const nlohmann::json published = read_data("anchors.json");
  return published;
}

Matrix matrix_of(const nlohmann::json& rows) {
  return matrix(rows.get<std::vector<std::vector<double>>>());
}
Vector numbers_of(const nlohmann::json& list) {
  return numbers(list.get<std::vector<double>>());
}
StateSpace states_of(const nlohmann::json& list) {
  return StateSpace(list.get<std::vector<std::string>>());
}

Journeys journeys_from(const std::vector<std::string>& words, const Lifecycle& lifecycle, const Period& period,
                       double value, std::int64_t first_customer) {
  JourneyColumns columns;
  for (const std::string& word : words) {
    std::int64_t time = 0;
    for (const char letter : word) {
      columns.states.push_back(static_cast<std::int32_t>(lifecycle.states().index(std::string(1, letter))));
      columns.times.push_back(time++);
      columns.values.push_back(value);
    }
    columns.customers.push_back(first_customer++);
    columns.offsets.push_back(static_cast<std::int64_t>(columns.states.size()));
    columns.is_continuation.push_back(false);
  }
  return {lifecycle, period, period.is_step() ? TimeUnit::step : TimeUnit::day, std::move(columns)};
}

Vector random_distribution(Dice& dice, Index n, double density) {
  Vector weights = Vector::Zero(n);
  for (Index i = 0; i < n; ++i) {
    if (dice.uniform() < density) weights[i] = dice.uniform(0.05, 1.0);
  }
  if (weights.sum() == 0.0) weights[dice.integer(0, n - 1)] = 1.0;
  return weights / weights.sum();
}

namespace {

StateSpace numbered_states(Index n) {
  std::vector<std::string> names;
  for (Index i = 0; i < n; ++i) names.push_back("s" + std::to_string(i));
  return StateSpace(names);
}

}  // namespace

Chain random_absorbing_chain(Dice& dice, Index n, Index exits, double density) {
  Matrix P = Matrix::Identity(n, n);
  for (Index i = 0; i < n - exits; ++i) {
    Vector row = random_distribution(dice, n, density);
    row[n - exits] += 0.1;
    P.row(i) = (row / row.sum()).transpose();
  }
  return {numbered_states(n), P, Period::months(1)};
}

Chain random_chain(Dice& dice, Index n, double density, Period period) {
  Matrix P(n, n);
  for (Index i = 0; i < n; ++i) P.row(i) = random_distribution(dice, n, density).transpose();
  return {numbered_states(n), P, period};
}

Rewards random_rewards(Dice& dice, const Chain& chain, bool per_move, bool only_transient) {
  const Index n = chain.n_states();
  Vector r(n);
  for (Index i = 0; i < n; ++i) r[i] = only_transient && chain.is_absorbing(i) ? 0.0 : dice.uniform(-10.0, 30.0);
  if (!per_move) return {chain.states(), r};
  Matrix W(n, n);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) W(i, j) = only_transient && chain.is_absorbing(i) ? 0.0 : dice.uniform(-5.0, 5.0);
  }
  return {chain.states(), r, W};
}

}  // namespace sojourn::test
