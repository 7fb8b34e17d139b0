#include "sojourn/market/market_people.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "market/crowd.hpp"
#include "sojourn/market/market_path.hpp"
#include "sojourn/simulation/simulate.hpp"
#include "solve/horizon.hpp"
#include "support/text.hpp"
#include "support/threads.hpp"

namespace sojourn {

namespace {

constexpr std::int64_t most_people = std::numeric_limits<std::int32_t>::max();

/// How many are expected to come at least once, and what they take.
double expected_bytes(const Market& market, Index horizon) {
  const MarketPath path = market_path(market, {.horizon = horizon});
  const double came = static_cast<double>(market.people) - path.pool[0] + path.referred.sum() + path.advertised.sum();
  constexpr double bytes_per_person = 48.0;
  return bytes_per_person * came;
}

}  // namespace

CountVector MarketPeople::generations() const {
  CountVector counts = CountVector::Zero(generation.size() == 0 ? 1 : generation.maxCoeff() + 1);
  for (const std::int32_t g : generation) ++counts[g];
  return counts;
}

PersonVector MarketPeople::brought() const {
  PersonVector counts = PersonVector::Zero(brought_by.size());
  for (const std::int32_t by : brought_by) {
    if (by >= 0) ++counts[by];
  }
  return counts;
}

MarketPeople simulate_market_people(const Market& market, const MarketPeopleOptions& options) {
  constexpr const char* who = "simulate_market_people";
  const detail::MarketPlan plan(market);
  detail::check_horizon("horizon", options.horizon);
  detail::check_threads(options.threads);
  detail::check_experiences(who, plan);
  if (market.people > most_people) {
    throw std::invalid_argument(std::string(who) + ": takes up to " + text::grouped(most_people) + " people, found " +
                                text::grouped(market.people) + "; simulate_market takes any number");
  }
  const double factor = detail::market_factor(market, options.discount);
  try {
    MarketPeople people{.numbers = detail::make_market_room(who, plan, options.horizon, 1, options.seed, 0,
                                                            expected_bytes(market, options.horizon)),
                        .arrived = {},
                        .brought_by = {},
                        .generation = {},
                        .state = {}};
    people.numbers.definition =
        "simulation of " + detail::describe_market(plan) + ", person by person, " +
        text::plural(options.horizon, "period") + "; profit discounted: " +
        (options.discount ? options.discount->describe(market.chain.period()) : std::string("none (undiscounted)")) +
        "; seed " + std::to_string(options.seed);
    detail::Crew crew(options.progress, options.cancel);
    detail::MarketBook book(plan, people.numbers, 0, factor);
    std::copy(plan.stock.begin(), plan.stock.end(), book.occupancy(0));
    detail::Crowd crowd(plan, options);
    for (Index t = 0; t < options.horizon; ++t) {
      book.stand(t);
      if (!crowd.step(t, book, crew)) throw Cancelled("simulate_market_people: stopped on request before the end");
    }
    book.stand(options.horizon);
    crowd.finish(people);
    detail::check_market_money(who, people.numbers);
    return people;
  } catch (const std::bad_alloc&) {
    throw std::runtime_error("simulate_market_people: not enough memory; simulate fewer people, or numbers of them");
  }
}

}  // namespace sojourn
