#include "sojourn/market/market_simulation.hpp"

#include <algorithm>
#include <stdexcept>

#include "market/market_book.hpp"
#include "market/market_laws.hpp"
#include "sojourn/simulation/simulate.hpp"
#include "solve/horizon.hpp"
#include "support/crew.hpp"
#include "support/refuse.hpp"
#include "support/text.hpp"
#include "support/threads.hpp"

namespace sojourn {

namespace {

using detail::MarketBook;
using detail::MarketLaws;
using detail::MarketPlan;
using detail::refuse;
using detail::SplitMove;
using detail::SplitWords;

constexpr std::int64_t most_paths = std::int64_t{1} << 32;
constexpr std::uint32_t stream = 32;
constexpr int rows_between_looks = 256;  // at the flags and the clock

/// What a period draws beside the moves of each state: its cells follow those of the states.
enum Purpose : std::uint64_t { newcomers = 0, referred_states, advertised_states, experiences, n_purposes };

void check_options(const MarketOptions& options) {
  detail::check_horizon("horizon", options.horizon);
  if (options.first_path < 0 || options.first_path >= most_paths) {
    refuse("first_path: must be from 0 to 2^32 - 1, found " + std::to_string(options.first_path));
  }
  if (options.paths < 1 || options.paths > most_paths - options.first_path) {
    refuse("paths: must be at least 1, with numbers below 2^32, found " + std::to_string(options.paths) +
           (options.first_path == 0 ? std::string() : " from number " + std::to_string(options.first_path)));
  }
  detail::check_threads(options.threads);
}

/// Leaves off where the crew does.
void walk(const MarketPlan& plan, const MarketOptions& options, MarketSimulation& numbers, Index path, double factor,
          detail::Crew& crew) {
  const Index n = plan.n_states();
  const auto number = static_cast<std::uint32_t>(options.first_path + path);
  const auto cells = static_cast<std::uint64_t>(n) + n_purposes;
  MarketBook book(plan, numbers, path, factor);
  MarketLaws laws(plan);
  int countdown = rows_between_looks;
  std::copy(plan.stock.begin(), plan.stock.end(), book.occupancy(0));
  for (Index t = 0; t < options.horizon; ++t) {
    book.stand(t);
    if (plan.has_reputation()) laws.search_at(book.reputation(t));
    const auto words_for = [&](std::uint64_t cell) {
      return SplitWords::of_stream(options.seed, number, static_cast<std::uint64_t>(t) * cells + cell, stream);
    };
    const auto words_of_purpose = [&](Purpose purpose) { return words_for(static_cast<std::uint64_t>(n) + purpose); };
    const std::int64_t* now = book.occupancy(t);
    std::int64_t* next = book.occupancy(t + 1);
    std::fill_n(next, n, 0);
    double contacts = 0.0;
    double of_moves = 0.0;
    for (Index i = 0; i < n; ++i) {
      if (--countdown == 0) {
        if (!crew.goes_on()) return;
        countdown = rows_between_looks;
      }
      const std::int64_t count = now[i];
      if (count == 0) continue;
      contacts += static_cast<double>(count) * plan.contacts[i];
      const auto at = static_cast<std::size_t>(i);
      const SplitWords words = words_for(static_cast<std::uint64_t>(i));
      const auto moved = [&](std::size_t m, std::int64_t some) {
        next[plan.moves[m].to] += some;
        contacts += static_cast<double>(some) * plan.moves[m].contacts;
        of_moves += static_cast<double>(some) * plan.moves[m].reward;
      };
      if (plan.is_absorbing[at] != 0) {
        moved(plan.first[at], count);
        next[i] -= laws.returning(count, words);
      } else {
        laws.split_state(i, count, words, moved);
      }
    }
    const MarketLaws::Newcomers come = laws.newcomers(book.pool(t), contacts, words_of_purpose(newcomers));
    const auto arrive = [&](const std::vector<SplitMove>& law, std::int64_t some, Purpose purpose) {
      if (some == 0) return;
      detail::split(law, 0, law.size(), some, words_of_purpose(purpose),
                    [&](std::size_t m, std::int64_t here) { next[law[m].to] += here; });
    };
    arrive(laws.referred_to(), come.referred, referred_states);
    arrive(laws.advertised_to(), come.advertised, advertised_states);
    book.close(t, come.referred, come.advertised, of_moves);
    book.share(t, words_of_purpose(experiences));
  }
  book.stand(options.horizon);
}

}  // namespace

Eigen::Map<const CountMatrix> MarketSimulation::occupancy_of(Index path) const {
  if (path < 0 || path >= n_paths) {
    throw std::out_of_range("path: " + std::to_string(path) + " is not among the " + text::plural(n_paths, "path") +
                            " simulated, which are numbered from 0");
  }
  return {occupancy.data() + path * (horizon + 1) * occupancy.cols(), horizon + 1, occupancy.cols()};
}

MarketSimulation simulate_market(const Market& market, const MarketOptions& options) {
  constexpr const char* who = "simulate_market";
  const MarketPlan plan(market);
  check_options(options);
  detail::check_experiences(who, plan);
  const double factor = detail::market_factor(market, options.discount);
  try {
    MarketSimulation numbers =
        detail::make_market_room(who, plan, options.horizon, options.paths, options.seed, options.first_path, 0.0);
    numbers.definition =
        "simulation of " + detail::describe_market(plan) + ", as numbers per state, " +
        text::plural(options.horizon, "period") + ", " + text::plural(options.paths, "path") +
        (options.first_path == 0 ? std::string() : " from number " + std::to_string(options.first_path)) +
        "; profit discounted: " +
        (options.discount ? options.discount->describe(market.chain.period()) : std::string("none (undiscounted)")) +
        "; seed " + std::to_string(options.seed);
    detail::Crew crew(options.progress, options.cancel);
    const auto work = [&](int, std::int64_t path) -> std::int64_t {
      walk(plan, options, numbers, path, factor, crew);
      return 1;
    };
    if (!crew.run(options.paths, detail::Crew::size(options.paths, options.threads), work)) {
      throw Cancelled("simulate_market: stopped on request before the end");
    }
    detail::check_market_money(who, numbers);
    return numbers;
  } catch (const std::bad_alloc&) {
    throw std::runtime_error("simulate_market: not enough memory for " + text::plural(options.paths, "path") +
                             "; simulate in parts (first_path)");
  }
}

}  // namespace sojourn
