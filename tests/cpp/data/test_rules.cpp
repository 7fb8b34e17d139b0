#include "sojourn/data/rules.hpp"

#include <functional>
#include <stdexcept>

#include "data/log_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("rules describe themselves in a table") {
  CHECK(standard_rules().describe() ==
        "The first rule that matches wins; an event that matches none leaves the customer in his state.\n"
        "  1  recommendation   event is 'review', 'share' or 'referral'\n"
        "  2  loyalty          the 5th order or a later one\n"
        "  3  curiosity        category is new to the customer\n"
        "  4  repurchase       the 2nd order or a later one\n"
        "  5  satisfaction     rating is at least 4\n"
        "  6  dissatisfaction  rating is at most 2\n"
        "  7  dissatisfaction  event is 'complaint'\n"
        "  8  engagement       the customer's first event\n"
        "orders: event is 'order' or 'purchase'\n"
        "complaints: event is 'complaint'\n");
  CHECK(Rule{.state = "recommendation", .is_in = {{"event", {"share", "referral"}}}}.describe() ==
        "recommendation: event is 'share' or 'referral'");
  CHECK(Rule{.state = "loyalty", .cadence = Cadence{}}.describe() ==
        "loyalty: the last 3 orders at most 31 days apart");
  CHECK(Rule{.state = "satisfaction", .quiet_days = 14}.describe() ==
        "satisfaction: 14 days after an order without a complaint");
  CHECK(Rule{.state = "loyalty", .nth_order = 11}.describe() == "loyalty: the 11th order or a later one");
  CHECK(Rule{.state = "loyalty", .nth_order = 23}.describe() == "loyalty: the 23rd order or a later one");
}

TEST_CASE("rules name the columns that they need") {
  CHECK(standard_rules().label_columns() == Names{"event", "category"});
  CHECK(standard_rules().number_columns() == Names{"rating"});
}

TEST_CASE("a rule that makes no sense is refused with its number and state") {
  struct Case {
    std::string why;
    Rule rule;
  };
  const std::vector<Case> cases = {
      {"unknown state; the states are 'engagement'", {.state = "loyal", .first_event = true}},
      {"it has no condition, so that every event would match", {.state = "loyalty"}},
      {"is_in: no label of 'event' is named", {.state = "loyalty", .is_in = {{"event", {}}}}},
      {"is_in: a column has no name", {.state = "loyalty", .is_in = {{"", {"x"}}}}},
      {"at_least: the bound of 'rating' is nan", {.state = "loyalty", .at_least = {{"rating", not_a_number}}}},
      {"at_most: a column has no name", {.state = "loyalty", .at_most = {{"", 1}}}},
      {"is_new: a column has no name", {.state = "loyalty", .is_new = {""}}},
      {"nth_order: 0, expected at least 1", {.state = "loyalty", .nth_order = 0}},
      {"cadence: 1 orders and 31 days", {.state = "loyalty", .cadence = Cadence{.orders = 1}}},
      {"quiet_days: 0, expected 1 to 100,000", {.state = "loyalty", .quiet_days = 0}},
      {"quiet_days: say in complaint_if which events are complaints", {.state = "loyalty", .quiet_days = 7}},
      {"quiet_days: no event of the log stands behind it", {.state = "loyalty", .nth_order = 2, .quiet_days = 7}}};
  for (const Case& c : cases) {
    CAPTURE(c.why);
    const std::string opening = "Rules: rule 2 ('" + c.rule.state + "')";
    check_refused<std::invalid_argument>(
        [&] { Rules(six_stages(), {{.state = "engagement", .first_event = true}, c.rule}); }, {opening, c.why});
  }
  check_refused<std::invalid_argument>([] { Rules(six_stages(), {}); }, {"there is no rule"});
}
