#include "sojourn/data/rules.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "support/text.hpp"

namespace sojourn {
namespace {

using LabelConditions = std::vector<std::pair<std::string, std::vector<std::string>>>;

constexpr Index most_days = 100'000;

// Words --------------------------------------------------------------------------------------------------------------

std::string any_of(const std::vector<std::string>& labels) {
  std::string out;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (i > 0) out += i + 1 == labels.size() ? " or " : ", ";
    out += text::quoted(labels[i]);
  }
  return out;
}

std::string ordinal(Index n) {
  const Index last_two = n % 100;
  const char* ending = "th";
  if (last_two < 11 || last_two > 13) {
    if (n % 10 == 1) ending = "st";
    if (n % 10 == 2) ending = "nd";
    if (n % 10 == 3) ending = "rd";
  }
  return text::grouped(n) + ending;
}

std::string days(Index n) {
  return text::plural(n, "day");
}

std::string describe_labels(const LabelConditions& conditions) {
  std::string out;
  for (const auto& [column, labels] : conditions)
    out += (out.empty() ? "" : " and ") + column + " is " + any_of(labels);
  return out;
}

std::string describe_conditions(const Rule& rule) {
  std::vector<std::string> parts;
  if (!rule.is_in.empty()) parts.push_back(describe_labels(rule.is_in));
  for (const auto& [column, least] : rule.at_least) parts.push_back(column + " is at least " + text::number(least));
  for (const auto& [column, most] : rule.at_most) parts.push_back(column + " is at most " + text::number(most));
  for (const std::string& column : rule.is_new) parts.push_back(column + " is new to the customer");
  if (rule.first_event) parts.emplace_back("the customer's first event");
  if (rule.nth_order) parts.push_back("the " + ordinal(*rule.nth_order) + " order or a later one");
  if (rule.cadence) {
    parts.push_back("the last " + text::grouped(rule.cadence->orders) + " orders at most " + days(rule.cadence->days) +
                    " apart");
  }
  if (rule.quiet_days) parts.push_back(days(*rule.quiet_days) + " after an order without a complaint");
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : " and ") + part;
  return out;
}

// Checks -------------------------------------------------------------------------------------------------------------

void check_labels(const std::string& at, const LabelConditions& conditions) {
  for (const auto& [column, labels] : conditions) {
    if (column.empty()) throw std::invalid_argument(at + ": a column has no name");
    if (labels.empty()) {
      throw std::invalid_argument(at + ": no label of " + text::quoted(column) + " is named, so that none would match");
    }
  }
}

void check_rule(const Rule& rule, std::size_t position, const Lifecycle& lifecycle, bool has_complaints) {
  const std::string at = "Rules: rule " + std::to_string(position + 1) + " (" + text::quoted(rule.state) + ")";
  const auto refuse = [&](const std::string& what) { throw std::invalid_argument(at + ": " + what); };
  if (!lifecycle.states().find(rule.state)) {
    refuse("unknown state; the states are " + text::list(lifecycle.states().names()));
  }
  check_labels(at + ": is_in", rule.is_in);
  const auto check_numbers = [&](const char* what, const std::vector<std::pair<std::string, double>>& bounds) {
    for (const auto& [column, bound] : bounds) {
      if (column.empty()) refuse(std::string(what) + ": a column has no name");
      if (std::isnan(bound)) refuse(std::string(what) + ": the bound of " + text::quoted(column) + " is nan");
    }
  };
  check_numbers("at_least", rule.at_least);
  check_numbers("at_most", rule.at_most);
  for (const std::string& column : rule.is_new) {
    if (column.empty()) refuse("is_new: a column has no name");
  }
  if (rule.nth_order && *rule.nth_order < 1) {
    refuse("nth_order: " + std::to_string(*rule.nth_order) + ", expected at least 1");
  }
  if (rule.cadence && (rule.cadence->orders < 2 || rule.cadence->days < 0)) {
    refuse("cadence: " + std::to_string(rule.cadence->orders) + " orders and " + std::to_string(rule.cadence->days) +
           " days; give at least 2 orders and no negative days");
  }
  const bool has_others = !rule.is_in.empty() || !rule.at_least.empty() || !rule.at_most.empty() ||
                          !rule.is_new.empty() || rule.first_event || rule.nth_order || rule.cadence;
  if (rule.quiet_days) {
    if (*rule.quiet_days < 1 || *rule.quiet_days > most_days) {
      refuse("quiet_days: " + std::to_string(*rule.quiet_days) + ", expected 1 to " + text::grouped(most_days));
    }
    if (has_others)
      refuse("quiet_days: no event of the log stands behind it; give its other conditions a rule of their own");
    if (!has_complaints) refuse("quiet_days: say in complaint_if which events are complaints");
  } else if (!has_others) {
    refuse("it has no condition, so that every event would match");
  }
}

}  // namespace

std::string Rule::describe() const {
  return state + ": " + describe_conditions(*this);
}

Rules::Rules(Lifecycle lifecycle, std::vector<Rule> rules, LabelConditions order_if, LabelConditions complaint_if)
    : lifecycle_(std::move(lifecycle)),
      rules_(std::move(rules)),
      order_if_(std::move(order_if)),
      complaint_if_(std::move(complaint_if)) {
  if (rules_.empty()) throw std::invalid_argument("Rules: there is no rule; give at least one");
  check_labels("Rules: order_if", order_if_);
  check_labels("Rules: complaint_if", complaint_if_);
  for (std::size_t i = 0; i < rules_.size(); ++i) check_rule(rules_[i], i, lifecycle_, !complaint_if_.empty());
}

std::vector<std::string> Rules::label_columns() const {
  std::vector<std::string> names;
  const auto add = [&names](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const auto& condition : order_if_) add(condition.first);
  for (const auto& condition : complaint_if_) add(condition.first);
  for (const Rule& rule : rules_) {
    for (const auto& condition : rule.is_in) add(condition.first);
    for (const std::string& column : rule.is_new) add(column);
  }
  return names;
}

std::vector<std::string> Rules::number_columns() const {
  std::vector<std::string> names;
  const auto add = [&names](const std::pair<std::string, double>& bound) {
    if (std::find(names.begin(), names.end(), bound.first) == names.end()) names.push_back(bound.first);
  };
  for (const Rule& rule : rules_) {
    std::for_each(rule.at_least.begin(), rule.at_least.end(), add);
    std::for_each(rule.at_most.begin(), rule.at_most.end(), add);
  }
  return names;
}

std::string Rules::describe() const {
  std::size_t widest = 0;
  for (const Rule& rule : rules_) widest = std::max(widest, rule.state.size());
  const std::size_t number_width = std::to_string(rules_.size()).size();
  std::string out = "The first rule that matches wins; an event that matches none leaves the customer in his state.\n";
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    out += "  " + std::string(number_width - number.size(), ' ') + number + "  " + rules_[i].state +
           std::string(widest - rules_[i].state.size(), ' ') + "  " + describe_conditions(rules_[i]) + '\n';
  }
  out += "orders: " + (order_if_.empty() ? "every event" : describe_labels(order_if_)) + '\n';
  out += "complaints: " + (complaint_if_.empty() ? "none" : describe_labels(complaint_if_)) + '\n';
  return out;
}

Rules standard_rules() {
  return {six_stages(),
          {{.state = "recommendation", .is_in = {{"event", {"review", "share", "referral"}}}},
           {.state = "loyalty", .nth_order = 5},
           {.state = "curiosity", .is_new = {"category"}},
           {.state = "repurchase", .nth_order = 2},
           {.state = "satisfaction", .at_least = {{"rating", 4.0}}},
           {.state = "dissatisfaction", .at_most = {{"rating", 2.0}}},
           {.state = "dissatisfaction", .is_in = {{"event", {"complaint"}}}},
           {.state = "engagement", .first_event = true}},
          {{"event", {"order", "purchase"}}},
          {{"event", {"complaint"}}}};
}

}  // namespace sojourn
