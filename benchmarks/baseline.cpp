// How fast is the main job? Orders read into journeys, moves counted, customers simulated, values solved: each the best of
// seven rounds in this run, so that later work has something to be compared with on the same machine.
#include <sojourn/sojourn.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

namespace {

using namespace sojourn;

constexpr int rounds = 7;

template <class Work>
double best_seconds(Work&& work) {
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < rounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

void report(const char* what, double n, double seconds) {
  std::printf("%-44s %12.0f in %8.4f s  %10.2f ns each  %12.4g per second\n", what, n, seconds, 1e9 * seconds / n,
              n / seconds);
}

/// Orders of customers who buy with a personal chance per day: sorted by customer, and dealt out at random.
struct OrderLog {
  std::vector<std::int64_t> customers;
  std::vector<std::int64_t> days;
  std::vector<double> amounts;

  EventLog view() const { return {.customer = customers, .time = days, .value = amounts, .unit = TimeUnit::day}; }
};

std::uint64_t next_random(std::uint64_t& state) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

OrderLog made_up_orders(std::int64_t n_customers, bool shuffled) {
  OrderLog log;
  std::uint64_t random = 88172645463325252ULL;
  for (std::int64_t customer = 0; customer < n_customers; ++customer) {
    auto day = static_cast<std::int64_t>(next_random(random) % 365);
    const std::int64_t pace = 5 + static_cast<std::int64_t>(next_random(random) % 100);
    while (day < 1000) {
      log.customers.push_back(customer);
      log.days.push_back(day);
      log.amounts.push_back(1.0 + static_cast<double>(next_random(random) % 10'000) / 100.0);
      day += 1 + static_cast<std::int64_t>(next_random(random) % static_cast<std::uint64_t>(2 * pace));
    }
  }
  for (std::size_t i = log.days.size(); shuffled && i > 1; --i) {
    const std::size_t other = next_random(random) % i;
    std::swap(log.customers[i - 1], log.customers[other]);
    std::swap(log.days[i - 1], log.days[other]);
    std::swap(log.amounts[i - 1], log.amounts[other]);
  }
  return log;
}

}  // namespace

int main() {
  for (const bool shuffled : {false, true}) {
    const OrderLog log = made_up_orders(50'000, shuffled);
    report(shuffled ? "order rows → journeys, rows in random order" : "order rows → journeys, rows sorted",
           static_cast<double>(log.days.size()), best_seconds([&] { order_journeys(log.view()); }));
    if (shuffled) continue;
    const Journeys journeys = order_journeys(log.view());
    const Counts counts = count(journeys);
    report("moves counted", static_cast<double>(counts.n_moves()), best_seconds([&] { count(journeys); }));
  }

  const Lifecycle life = six_stages();
  const Chain chain = life.illustrative_chain();
  const Rewards rewards(life.states(), {{"repurchase", 40.0}, {"loyalty", 25.0}, {"dissatisfaction", -5.0}});
  const Discount discount = Discount::annual_rate(0.10);

  for (const int threads : {1, 0}) {
    const SimulateOptions options{
        .customers = 1'000'000, .horizon = 60, .discount = discount, .seed = 7, .threads = threads};
    report(threads == 1 ? "journeys simulated, 60 periods, 1 thread" : "journeys simulated, 60 periods, all threads",
           static_cast<double>(options.customers), best_seconds([&] { simulate(chain, rewards, options); }));
    if (threads == 1) {
      const Simulation simulation = simulate(chain, rewards, options);
      const double exact = lifetime_value(chain, rewards, {.discount = discount, .horizon = 60}).mean()[0];
      std::printf("%-44s simulated %.4f, exact %.4f, z %.2f\n", "  value of a newcomer", simulation.value().mean(),
                  exact, (simulation.value().mean() - exact) / simulation.value().standard_error());
    }
  }

  constexpr int solves = 2'000;
  report("values for life solved, 8 states", solves, best_seconds([&] {
           for (int i = 0; i < solves; ++i) lifetime_value(chain, rewards, {.discount = discount});
         }));
  report("values over 60 periods, 8 states", solves, best_seconds([&] {
           for (int i = 0; i < solves; ++i) lifetime_value(chain, rewards, {.discount = discount, .horizon = 60});
         }));
}
