#include "sojourn/data/rule_journeys.hpp"

#include <functional>
#include <stdexcept>

#include "data/log_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

// A log of named events; a rating where one was given.
struct EventCase {
  LogCase log = {};
  std::vector<std::string> events = {};
  std::vector<std::string> categories = {};
  std::vector<double> ratings = {};

  EventCase& add(std::int64_t who, std::int64_t when, const std::string& event, const std::string& category = "",
                 double rating = not_a_number, double amount = 0.0) {
    log.add(who, when, 0, amount);
    events.push_back(event);
    categories.push_back(category);
    ratings.push_back(rating);
    return *this;
  }
  RuleLog view() const {
    Encoded event = encode(events);
    Encoded category = encode(categories);
    return {.events = log.orders(),
            .labels = {{"event", std::move(event.codes), std::move(event.labels)},
                       {"category", std::move(category.codes), std::move(category.labels)}},
            .numbers = {{"rating", ratings}}};
  }
};

std::vector<std::string> names(const Journeys& journeys) {
  std::vector<std::string> out;
  for (const std::int32_t state : journeys.columns().states) out.push_back(journeys.states().name(state));
  return out;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("the standard rules read a customer's life from his events") {
  EventCase log;
  log.add(1, 0, "order", "tea").add(1, 5, "survey", "", 5).add(1, 20, "order", "tea").add(1, 40, "order", "cups");
  log.add(1, 50, "survey", "", 1)
      .add(1, 51, "complaint")
      .add(1, 60, "order", "tea")
      .add(1, 80, "order", "tea")
      .add(1, 81, "share");
  const Journeys journeys = rule_journeys(log.view(), standard_rules());
  CHECK(names(journeys) == Names{"engagement", "satisfaction", "repurchase", "curiosity", "dissatisfaction",
                                 "dissatisfaction", "repurchase", "loyalty", "recommendation"});
  CHECK(journeys.lifecycle() == six_stages());
  CHECK(journeys.period().is_step());
}

TEST_CASE("the first rule that matches wins") {
  EventCase log;
  log.add(1, 0, "order", "tea", 5);
  const Rule rated = {.state = "satisfaction", .at_least = {{"rating", 4}}};
  const Rule first = {.state = "engagement", .first_event = true};
  CHECK(names(rule_journeys(log.view(), Rules(six_stages(), {rated, first}))) == Names{"satisfaction"});
  CHECK(names(rule_journeys(log.view(), Rules(six_stages(), {first, rated}))) == Names{"engagement"});
}

TEST_CASE("all conditions of a rule must hold") {
  const Rules rules(
      six_stages(),
      {{.state = "loyalty", .is_in = {{"event", {"order"}}}, .at_least = {{"rating", 3}}, .at_most = {{"rating", 4}}},
       {.state = "engagement", .first_event = true}});
  EventCase log;
  log.add(1, 0, "order", "", 5).add(1, 1, "visit", "", 3.5).add(1, 2, "order").add(1, 3, "order", "", 4);
  CHECK(names(rule_journeys(log.view(), rules)) == Names{"engagement", "engagement", "engagement", "loyalty"});
}

TEST_CASE("an event that matches no rule keeps the state, and before any state it is dropped") {
  const Rules rules(six_stages(), {{.state = "satisfaction", .at_least = {{"rating", 4}}}});
  EventCase log;
  log.add(1, 0, "visit", "", 1, 100).add(1, 1, "visit", "", 5, 10).add(1, 2, "visit", "", 1, 20);
  log.add(2, 0, "visit");
  const Journeys journeys = rule_journeys(log.view(), rules);
  CHECK(names(journeys) == Names{"satisfaction", "satisfaction"});
  CHECK(journeys.columns().values == std::vector<double>{10, 20});
  CHECK(journeys.report().unlabelled == 2);
  CHECK(journeys.report().kept_state == 1);
  CHECK(journeys.report().customers == 1);
  CHECK(journeys.report().rows_read == journeys.report().rows_used + journeys.report().rows_dropped());
}

TEST_CASE("what is new was never there on an earlier day, and nothing is new on the first day") {
  const Rules rules(six_stages(),
                    {{.state = "curiosity", .is_new = {"category"}}, {.state = "engagement", .first_event = true}});
  EventCase log;
  log.add(1, 0, "order", "tea").add(1, 0, "order", "cups").add(1, 3, "order", "cups").add(1, 4, "order", "pots");
  log.add(1, 4, "visit", "pots").add(1, 5, "order", "pots").add(1, 6, "order", "");
  log.add(2, 4, "order", "tea").add(2, 5, "order", "cups");
  CHECK(names(rule_journeys(log.view(), rules)) == Names{"engagement", "engagement", "engagement", "curiosity",
                                                         "curiosity", "curiosity", "curiosity",  // kept from there on
                                                         "engagement", "curiosity"});
  const Journeys journeys = rule_journeys(log.view(), rules);
  CHECK(journeys.report().kept_state == 4);  // customer 1: cups on day 0 and 3, pots on day 5, no label on day 6
}

TEST_CASE("the n-th order and every later one count, other events do not") {
  const Rules rules(six_stages(), {{.state = "loyalty", .nth_order = 2}, {.state = "engagement", .first_event = true}},
                    {{"event", {"order"}}});
  EventCase log;
  log.add(1, 0, "order").add(1, 1, "visit").add(1, 2, "visit").add(1, 3, "order").add(1, 4, "order");
  CHECK(names(rule_journeys(log.view(), rules)) ==
        Names{"engagement", "engagement", "engagement", "loyalty", "loyalty"});
  CHECK(rule_journeys(log.view(), rules).report().kept_state == 2);
}

TEST_CASE("a steady cadence is a run of orders close together") {
  const Rules rules(six_stages(), {{.state = "loyalty", .cadence = Cadence{.orders = 3, .days = 10}},
                                   {.state = "engagement", .is_in = {{"event", {"order"}}}}});
  EventCase log;
  for (const std::int64_t day : {0, 10, 20, 31, 35, 45, 46}) log.add(1, day, "order");
  CHECK(names(rule_journeys(log.view(), rules)) ==
        Names{"engagement", "engagement", "loyalty", "engagement", "engagement", "loyalty", "loyalty"});
}

TEST_CASE("quiet days after an order are an event of their own") {
  const Rules rules(six_stages(),
                    {{.state = "satisfaction", .quiet_days = 14},
                     {.state = "dissatisfaction", .is_in = {{"event", {"complaint"}}}},
                     {.state = "engagement", .is_in = {{"event", {"order"}}}}},
                    {{"event", {"order"}}}, {{"event", {"complaint"}}});
  EventCase log;
  log.add(1, 0, "order", "", 0, 9).add(1, 40, "order").add(1, 54, "complaint").add(2, 50, "order").add(2, 60, "order");
  const Journeys journeys = rule_journeys(log.view(), rules);
  CHECK(names(journeys) ==
        Names{"engagement", "satisfaction", "engagement", "dissatisfaction", "engagement", "engagement"});
  CHECK(journeys.columns().times == std::vector<std::int64_t>{0, 14, 40, 54, 50, 60});
  CHECK(journeys.columns().rows == std::vector<std::int32_t>{1, 0, 1, 1, 1, 1});
  CHECK(journeys.columns().values[1] == 0);
  CHECK(journeys.report().inferred_events == 1);
  CHECK(journeys.report().rows_used == 5);
  // On a grid that ends before it, the inferred event is no dropped row.
  const Journeys grid = on_grid(journeys, {.period = Period::days(5), .until = 9});
  CHECK(grid.report().after_until == 4);
  CHECK(grid.report().rows_used == 1);
}

TEST_CASE("a window is not quiet before the log has reached its end") {
  const Rules rules(six_stages(),
                    {{.state = "satisfaction", .quiet_days = 14}, {.state = "engagement", .first_event = true}}, {},
                    {{"event", {"complaint"}}});
  EventCase log;
  log.add(1, 0, "order").add(2, 13, "order");
  CHECK(rule_journeys(log.view(), rules).report().inferred_events == 0);
  log.add(3, 14, "order");
  CHECK(rule_journeys(log.view(), rules).report().inferred_events == 1);
}

TEST_CASE("who has left is not quiet, and comes back by an event") {
  const Rules rules(six_stages(),
                    {{.state = "churn", .is_in = {{"event", {"cancel"}}}},
                     {.state = "satisfaction", .quiet_days = 14},
                     {.state = "engagement", .is_in = {{"event", {"order"}}}}},
                    {{"event", {"order"}}}, {{"event", {"complaint"}}});
  EventCase log;
  log.add(1, 0, "order").add(1, 5, "cancel").add(1, 6, "visit", "", 0, 3).add(1, 30, "order");
  const Journeys journeys = rule_journeys(log.view(), rules);
  CHECK(names(journeys) == Names{"engagement", "churn", "engagement"});
  CHECK(journeys.n_journeys() == 2);
  CHECK(journeys.report().inferred_events == 0);
  CHECK(journeys.report().kept_state == 1);
  CHECK(journeys.columns().values[1] == 3);
  CHECK(journeys.report().returned_after_churn == 1);
}

TEST_CASE("rows that differ in a label are not equal") {
  EventCase log;
  log.add(1, 0, "order", "tea").add(1, 0, "order", "cups").add(1, 0, "order", "tea");
  const Journeys journeys = rule_journeys(log.view(), standard_rules());
  CHECK(journeys.report().duplicates == 1);
  CHECK(journeys.n_entries() == 2);
}

TEST_CASE("a log that lacks what the rules need is refused with what it has") {
  EventCase log;
  log.add(1, 0, "order", "tea");
  const auto refused = [](const RuleLog& view, std::initializer_list<std::string_view> words) {
    check_refused<std::invalid_argument>([&] { rule_journeys(view, standard_rules()); }, words);
  };
  RuleLog view = log.view();
  view.labels.pop_back();
  refused(view, {"rule_journeys: the rules need a label column 'category'; the log has 'event'"});
  view = log.view();
  view.numbers.clear();
  refused(view, {"the rules need a number column 'rating'; the log has none"});
  view = log.view();
  view.labels[0].codes.push_back(0);
  refused(view, {"'event': 2 rows, but customer has 1 row"});
  view = log.view();
  view.labels[0].codes[0] = 7;
  refused(view, {"'event': row 0 has code 7, but there are 1 label"});
  view = log.view();
  view.labels.push_back(view.labels[0]);
  refused(view, {"'event': two columns have this name"});
  EventCase unknown;
  unknown.add(1, 0, "visit");
  const Rules strict(six_stages(), {{.state = "loyalty", .is_in = {{"event", {"Order"}}}}});
  check_refused<std::invalid_argument>([&] { rule_journeys(unknown.view(), strict); },
                                       {"no rule matches any of 1 usable row", "compare the labels"});
  const Rules steady(six_stages(), {{.state = "loyalty", .cadence = Cadence{}}});
  log.log.unit = TimeUnit::step;
  check_refused<std::invalid_argument>([&] { rule_journeys(log.view(), steady); },
                                       {"quiet_days and cadence speak of days"});
}
