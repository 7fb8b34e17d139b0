#include <algorithm>
#include <cmath>

#include "sojourn/trust/uncertainty.hpp"
#include "support/support.hpp"
#include "trust/fit_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("the bootstrap sees that customers differ, the posterior does not") {
  // Half of the customers stay nine periods, half leave at once: the moves of one customer are far from independent.
  std::vector<std::string> journeys;
  for (int i = 0; i < 200; ++i) journeys.push_back(i % 2 == 0 ? "aaaaaaaaab" : "ab");
  const Journeys all = journeys_from(journeys, Lifecycle(StateSpace{"a", "b"}, {"b"}), Period::months(1));
  const Answer churn = [](const Chain& chain) { return chain.probability("a", "b"); };
  const double naive = posterior(fit_chain(count(all)), churn).standard_error()[0];
  const Uncertain boot = bootstrap(all, churn);
  // p = n / (9 X + (n - X)), X ~ Binomial(200, 1/2): the standard error is 8 p² sqrt(n/4) / n.
  CHECK(boot.estimate()[0] == .2);
  CHECK(boot.standard_error()[0] == Catch::Approx(8 * .04 * std::sqrt(50.0) / 200).epsilon(.12));
  CHECK(naive == Catch::Approx(std::sqrt(.2 * .8 / 1001)).epsilon(.06));
}

TEST_CASE("a bootstrap of two customers is one of three samples") {
  const Journeys two = journeys_from({"aaab", "ab"}, Lifecycle(StateSpace{"a", "b"}, {"b"}), Period::step(), 2.0);
  const Uncertain boot = bootstrap(two, [](const Chain& c) { return c.probability("a", "b"); }, {.draws = 4'000});
  Index slow = 0;
  Index mixed = 0;
  Index fast = 0;
  for (Index k = 0; k < boot.n_draws(); ++k) {
    const double p = boot.draws()(k, 0);
    slow += std::abs(p - 2.0 / 6.0) < 1e-12;
    mixed += std::abs(p - 2.0 / 4.0) < 1e-12;
    fast += std::abs(p - 1.0) < 1e-12;
  }
  CHECK(slow + mixed + fast == 4'000);
  CHECK(std::abs(static_cast<double>(mixed) - 2'000) < 5 * std::sqrt(1'000.0));
  CHECK(std::abs(static_cast<double>(slow) - 1'000) < 5 * std::sqrt(750.0));
}

TEST_CASE("a bootstrap draws customers with all their journeys, values and gaps") {
  JourneyColumns columns;
  columns.customers = {7, 7, 9, 4};
  columns.offsets = {0, 3, 5, 8, 10};
  columns.states = {0, 1, 2, 0, 1, 0, 0, 2, 1, 1};
  columns.times = {0, 1, 2, 5, 6, 0, 1, 2, 0, 1};
  columns.values = {1, 2, -3, 4, 5, 6, 7, 8, 9, 10};
  columns.is_continuation = {false, true, true, false};
  const Journeys journeys(three_states(), Period::months(1), TimeUnit::day, columns);
  const auto everything = [](const Chain& chain, const Rewards& rewards) {
    const Matrix& P = chain.transition_matrix();
    return numbers({P(0, 0), P(0, 1), P(0, 2), P(1, 1), P(1, 2), rewards.per_state()[0], rewards.per_state()[1],
                    rewards.has_move_rewards() ? rewards.per_move()(0, 2) : 0.0});
  };
  const BootstrapOptions options{.draws = 400, .seed = 2, .fit = {.rows_without_data = RowsWithoutData::absorb}};
  const Uncertain boot = bootstrap(journeys, everything, options);
  // Every sample is one of the ten ways to draw three customers, fitted by hand.
  std::vector<Vector> possible;
  const std::vector<std::vector<std::size_t>> own = {{0, 1}, {2}, {3}};  // journeys of each customer
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = a; b < 3; ++b) {
      for (std::size_t c = b; c < 3; ++c) {
        JourneyColumns sample;
        std::int64_t code = 0;
        for (const std::size_t who : {a, b, c}) {
          for (const std::size_t j : own[who]) {
            sample.customers.push_back(code);
            sample.is_continuation.push_back(columns.is_continuation[j]);
            for (auto e = columns.offsets[j]; e < columns.offsets[j + 1]; ++e) {
              const auto at = static_cast<std::size_t>(e);
              sample.states.push_back(columns.states[at]);
              sample.times.push_back(columns.times[at]);
              sample.values.push_back(columns.values[at]);
            }
            sample.offsets.push_back(static_cast<std::int64_t>(sample.states.size()));
          }
          ++code;
        }
        const FitResult fit =
            fit_chain(count(Journeys(three_states(), Period::months(1), TimeUnit::day, sample)), options.fit);
        const Vector answer = everything(fit.chain, fit.counts.mean_rewards());
        const bool is_new = std::none_of(possible.begin(), possible.end(),
                                         [&](const Vector& known) { return distance(known, answer) < 1e-12; });
        if (is_new) possible.push_back(answer);
      }
    }
  }
  std::vector<int> found(possible.size(), 0);
  for (Index k = 0; k < boot.n_draws(); ++k) {
    for (std::size_t p = 0; p < possible.size(); ++p) {
      found[p] += distance(boot.draws().row(k).transpose(), possible[p]) < 1e-12;
    }
  }
  int total = 0;
  for (const int n : found) {
    CHECK(n > 0);
    total += n;
  }
  CHECK(total == 400);
}
