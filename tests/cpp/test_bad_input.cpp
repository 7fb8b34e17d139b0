// The table of bad input in tests/data/bad_input.json: one call per case, and what the refusal must say.

#include <functional>
#include <map>
#include <set>
#include <stdexcept>

#include "sojourn/model/model.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

const StateSpace three{"trial", "active", "churn"};

Chain good() {
  return {three, matrix({{.5, .4, .1}, {0, .8, .2}, {0, 0, 1}}), Period::months(1)};
}
Chain endless() {
  return {StateSpace{"trial", "loyalty"}, matrix({{.5, .5}, {0, 1}}), Period::months(1)};
}
Lifecycle plain() {
  return Lifecycle(three, {"churn"});
}

void chain_with(const std::vector<std::vector<double>>& rows) {
  Chain(three, matrix(rows), Period::months(1));
}

void value_with(const LifetimeValueOptions& options) {
  (void)lifetime_value(good(), Rewards(three, {{"active", 1.0}}), options);
}

void simulate_with(const SimulateOptions& options) {
  (void)simulate(good(), Rewards(three), options);
}

void orders_with(const std::vector<std::int64_t>& customer, const std::vector<std::int64_t>& time,
                 const OrderOptions& options) {
  (void)order_journeys({.customer = customer, .time = time, .unit = TimeUnit::day}, options);
}

void events_with(const std::vector<std::int64_t>& customer, const std::vector<std::int64_t>& time,
                 const std::vector<std::string>& names) {
  const std::vector<std::int32_t> states = state_codes(names, three);
  (void)journeys({.customer = customer, .time = time, .state = states, .unit = TimeUnit::day}, plain());
}

Journeys journeys_through(const std::vector<std::vector<std::string>>& paths, const Lifecycle& life) {
  JourneyColumns columns;
  for (const auto& path : paths) {
    for (const std::string& state : path) {
      columns.states.push_back(static_cast<std::int32_t>(life.states().index(state)));
      columns.times.push_back(static_cast<std::int64_t>(columns.times.size()));
      columns.values.push_back(0.0);
    }
    columns.customers.push_back(static_cast<std::int64_t>(columns.customers.size()));
    columns.offsets.push_back(static_cast<std::int64_t>(columns.states.size()));
  }
  return {life, Period::step(), TimeUnit::step, std::move(columns)};
}

const std::map<std::string, std::function<void()>>& calls() {
  static const std::map<std::string, std::function<void()>> list{
      {"a transition matrix with a negative entry", [] { chain_with({{.5, .4, .1}, {-.1, .8, .3}, {0, 0, 1}}); }},
      {"a row that sums to 0.97", [] { chain_with({{.5, .4, .07}, {0, .8, .2}, {0, 0, 1}}); }},
      {"a transition matrix with NaN", [] { chain_with({{.5, .4, .1}, {0, .8, .2}, {0, not_a_number, 1}}); }},
      {"a transition matrix with infinity", [] { chain_with({{.5, .4, infinity}, {0, .8, .2}, {0, 0, 1}}); }},
      {"a transition matrix of the wrong shape", [] { chain_with({{.5, .4, .1}, {0, .8, .2}}); }},
      {"an empty transition matrix", [] { chain_with({}); }},
      {"duplicate state names", [] { StateSpace({"trial", "active", "trial"}); }},
      {"no states", [] { StateSpace(std::vector<std::string>{}); }},
      {"an empty state name", [] { StateSpace({"trial", "", "churn"}); }},
      {"an unknown state in a question", [] { (void)good().probability("trial", "loyal"); }},
      {"rewards of an unknown state", [] { Rewards(three, {{"loyal", 40.0}}); }},
      {"a reward that is not finite", [] { Rewards(three, {{"active", not_a_number}}); }},
      {"a value without a discount", [] { value_with({}); }},
      {"an infinite horizon with no way to churn and no discount",
       [] {
         (void)lifetime_value(endless(), Rewards(endless().states(), {{"loyalty", 40.0}}),
                              {.discount = Discount::none()});
       }},
      {"horizon 0", [] { value_with({.discount = Discount::none(), .horizon = 0}); }},
      {"annual rate -1", [] { Discount::annual_rate(-1); }},
      {"rate per period -1", [] { Discount::per_period_rate(-1); }},
      {"discount factor 0", [] { Discount::factor(0); }},
      {"discount factor 1.1", [] { Discount::factor(1.1); }},
      {"an annual rate on the clock of the event",
       [] {
         (void)lifetime_value(Chain(three, good().transition_matrix()), Rewards(three),
                              {.discount = Discount::annual_rate(.1)});
       }},
      {"a period without a unit", [] { Period::parse("30"); }},
      {"a period of nothing", [] { Period::parse("0 days"); }},
      {"zero customers", [] { simulate_with({.customers = 0}); }},
      {"simulation horizon 0", [] { simulate_with({.horizon = 0}); }},
      {"a simulation that never ends",
       [] {
         const Chain circle(StateSpace{"here", "there"}, matrix({{0, 1}, {1, 0}}));
         (void)simulate(circle, Rewards(circle.states()), {});
       }},
      {"a start law that sums to 0.9", [] { simulate_with({.start = numbers({.5, .4, 0})}); }},
      {"negative threads", [] { simulate_with({.threads = -1}); }},
      {"an empty log", [] { events_with({}, {}, {}); }},
      {"all rows invalid", [] { events_with({-1, -1}, {1, 2}, {"trial", "active"}); }},
      {"times missing", [] { events_with({0, 1}, {missing_time, missing_time}, {"trial", "active"}); }},
      {"until before the log", [] { orders_with({0, 1}, {10'000, 10'100}, {.until = 9'000}); }},
      {"a log shorter than one period", [] { orders_with({0, 1}, {10'000, 10'001}, {.period = Period::months(1)}); }},
      {"churn after 0 periods", [] { orders_with({0, 1}, {10'000, 10'100}, {.churn_after = 0}); }},
      {"an unknown state in a log", [] { events_with({0, 1}, {1, 2}, {"trial", "loyal"}); }},
      {"a row without data", [] { (void)fit_chain(count(journeys_through({{"trial", "churn"}}, plain()))); }},
      {"a move that the lifecycle forbids",
       [] { (void)fit_chain(count(journeys_through({{"active", "silent_1", "silent_1", "active"}}, recency(2)))); }},
      {"negative smoothing",
       [] { (void)fit_chain(count(journeys_through({{"trial", "active", "churn"}}, plain())), {.smoothing = -1}); }},
      {"an interval of a chain that was not fitted",
       [] { (void)lifetime_value(good(), Rewards(three), {.discount = Discount::none()}).interval(.9); }},
      {"a negative stock", [] { (void)forecast(good(), numbers({1, -2, 0})); }},
      {"a path to nowhere", [] { (void)most_probable_path(good(), "churn", "trial"); }},
      {"recency without silence", [] { (void)recency(0); }},
      {"a model file that is not JSON", [] { (void)model_from_json("customer,date\n1,2026-01-01\n"); }},
      {"a negative number of newcomers", [] { Referrals(three, {{"active", -.1}}); }},
      {"newcomers who arrive in an exit",
       [] {
         (void)referral_value(good(), Rewards(three), Referrals(three, {{"active", .1}}),
                              {.discount = Discount::none(), .arrives_at = numbers({0, 0, 1})});
       }},
      {"newcomers brought by those who have left",
       [] {
         (void)referral_value(good(), Rewards(three), Referrals(three, {{"churn", .1}}),
                              {.discount = Discount::none()});
       }},
      {"a base that grows, undiscounted",
       [] {
         (void)referral_value(good(), Rewards(three), Referrals(three, {{"active", .4}}),
                              {.discount = Discount::none()});
       }},
      {"a delay that does not sum to 1",
       [] {
         (void)referral_value(good(), Rewards(three), Referrals(three, {{"active", .1}}),
                              {.discount = Discount::none(), .delay = numbers({.5, .4})});
       }},
  };
  return list;
}

}  // namespace

TEST_CASE("bad input is refused with the sentence of the table") {
  const nlohmann::json table = read_data("bad_input.json");
  std::set<std::string> seen;
  for (const auto& row : table.at("cases")) {
    const std::string label = row.at("case");
    seen.insert(label);
    DYNAMIC_SECTION(label) {
      REQUIRE(calls().count(label) == 1);
      const auto& call = calls().at(label);
      const std::string error = row.at("error");
      std::string message;
      if (error == "invalid_argument") message = refusal<std::invalid_argument>(call);
      if (error == "domain_error") message = refusal<std::domain_error>(call);
      if (error == "out_of_range") message = refusal<std::out_of_range>(call);
      for (const auto& words : row.at("says")) {
        CHECK_THAT(message, Catch::Matchers::ContainsSubstring(words.get<std::string>()));
      }
    }
  }
  for (const auto& [label, call] : calls()) {
    INFO(label);
    CHECK(seen.count(label) == 1);
  }
}

TEST_CASE("one customer is a log") {
  const std::vector<std::int64_t> customer{0, 0, 0};
  const std::vector<std::int64_t> time{1, 2, 3};
  const std::vector<std::int32_t> state{0, 1, 2};
  const Journeys one = journeys({.customer = customer, .time = time, .state = state, .unit = TimeUnit::day}, plain());
  CHECK(one.n_customers() == 1);
  CHECK(fit_chain(count(one)).chain.probability("trial", "active") == 1.0);
}

TEST_CASE("one customer with one order is a log of orders, if it goes on long enough") {
  const std::vector<std::int64_t> customer{0};
  const std::vector<std::int64_t> time{10'000};
  const Journeys one =
      order_journeys({.customer = customer, .time = time, .unit = TimeUnit::day}, {.churn_after = 2, .until = 10'200});
  CHECK(one.n_customers() == 1);
  CHECK(one[0].is_ended);
  CHECK(one[0].states.size() == 4);
}
