#include "data/labeller.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <unordered_set>

#include "support/text.hpp"

namespace sojourn::detail {

namespace {

template <typename Columns>
std::vector<std::string> names_of(const Columns& columns) {
  std::vector<std::string> names;
  for (const auto& column : columns) names.push_back(column.name);
  return names;
}

template <typename Column>
const Column& find_column(const char* where, const std::vector<Column>& columns, const std::string& name,
                          const char* kind) {
  for (const Column& column : columns) {
    if (column.name == name) return column;
  }
  const std::vector<std::string> names = names_of(columns);
  throw std::invalid_argument(std::string(where) + ": the rules need a " + kind + " column " + text::quoted(name) +
                              "; the log has " + (names.empty() ? "none" : text::list(names)));
}

}  // namespace

void check_rule_columns(const char* where, const RuleLog& log) {
  const std::size_t n = log.events.customer.size();
  const auto refuse = [where](const std::string& column, const std::string& what) {
    throw std::invalid_argument(std::string(where) + ": " + text::quoted(column) + ": " + what);
  };
  const auto check = [&](const std::string& column, std::size_t size, std::unordered_set<std::string>& names) {
    if (size != n) {
      refuse(column, text::plural(static_cast<std::int64_t>(size), "row") + ", but customer has " +
                         text::plural(static_cast<std::int64_t>(n), "row") + "; every column has one entry per row");
    }
    if (!names.insert(column).second) refuse(column, "two columns have this name");
  };
  std::unordered_set<std::string> label_names;
  for (const LabelColumn& column : log.labels) {
    check(column.name, column.codes.size(), label_names);
    for (std::size_t row = 0; row < n; ++row) {
      if (column.codes[row] >= static_cast<std::int64_t>(column.labels.size())) {
        refuse(column.name, "row " + std::to_string(row) + " has code " + std::to_string(column.codes[row]) +
                                ", but there are " +
                                text::plural(static_cast<std::int64_t>(column.labels.size()), "label"));
      }
    }
  }
  std::unordered_set<std::string> number_names;
  for (const NumberColumn& column : log.numbers) check(column.name, column.numbers.size(), number_names);
}

Labeller::Labeller(const char* where, const RuleLog& log, const Rules& rules) : where_(where), log_(log) {
  order_if_ = bind_labels(rules.order_if());
  complaint_if_ = bind_labels(rules.complaint_if());
  for (const Rule& rule : rules.rules()) {
    const auto state = static_cast<std::int32_t>(rules.lifecycle().states().index(rule.state));
    if (rule.quiet_days) {
      quiet_.push_back({state, *rule.quiet_days});
    } else {
      rules_.push_back(bound(rule, state));
    }
  }
  const bool needs_days = !quiet_.empty() || std::any_of(rules_.begin(), rules_.end(),
                                                         [](const BoundRule& rule) { return rule.cadence != nullptr; });
  if (needs_days && log.events.unit == TimeUnit::step) {
    throw std::invalid_argument(std::string(where) +
                                ": time: quiet_days and cadence speak of days, but these times are only an order; give "
                                "dates or a unit such as day");
  }
  is_new_.assign(memories_.size(), 0);
}

Labeller::BoundRule Labeller::bound(const Rule& rule, std::int32_t state) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  BoundRule out = {.state = state,
                   .labels = bind_labels(rule.is_in),
                   .numbers = {},
                   .new_in = {},
                   .first_event = rule.first_event,
                   .nth_order = rule.nth_order.value_or(0),
                   .cadence = rule.cadence ? &*rule.cadence : nullptr};
  for (const auto& [column, least] : rule.at_least) {
    out.numbers.push_back({&find_column(where_, log_.numbers, column, "number").numbers, least, infinity});
  }
  for (const auto& [column, most] : rule.at_most) {
    out.numbers.push_back({&find_column(where_, log_.numbers, column, "number").numbers, -infinity, most});
  }
  for (const std::string& column : rule.is_new) out.new_in.push_back(memory_of(column));
  return out;
}

std::vector<Labeller::LabelTest> Labeller::bind_labels(const LabelConditions& conditions) const {
  std::vector<LabelTest> tests;
  for (const auto& [name, labels] : conditions) {
    const LabelColumn& column = find_column(where_, log_.labels, name, "label");
    const std::unordered_set<std::string> wanted(labels.begin(), labels.end());
    LabelTest test = {.codes = &column.codes, .qualifies = std::vector<char>(column.labels.size(), 0)};
    for (std::size_t code = 0; code < column.labels.size(); ++code) {
      test.qualifies[code] = static_cast<char>(wanted.count(column.labels[code]) != 0);
    }
    tests.push_back(std::move(test));
  }
  return tests;
}

std::size_t Labeller::memory_of(const std::string& name) {
  const LabelColumn& column = find_column(where_, log_.labels, name, "label");
  for (std::size_t m = 0; m < memories_.size(); ++m) {
    if (memories_[m].codes == &column.codes) return m;
  }
  memories_.push_back({.codes = &column.codes,
                       .customer = std::vector<std::int64_t>(column.labels.size(), -1),
                       .since = std::vector<Day>(column.labels.size(), 0)});
  return memories_.size() - 1;
}

int Labeller::compare(std::size_t a, std::size_t b) const {
  for (const LabelColumn& column : log_.labels) {
    if (column.codes[a] == column.codes[b] || (column.codes[a] < 0 && column.codes[b] < 0)) continue;
    return column.codes[a] < column.codes[b] ? -1 : 1;
  }
  for (const NumberColumn& column : log_.numbers) {
    const double x = column.numbers[a];
    const double y = column.numbers[b];
    if (x < y) return -1;
    if (x > y) return 1;
    if (std::isnan(x) != std::isnan(y)) return std::isnan(x) ? 1 : -1;
  }
  return 0;
}

void Labeller::begin_customer() {
  ++customer_;
  is_first_ = true;
  n_orders_ = 0;
  for (BoundRule& rule : rules_) rule.streak = 0;
}

bool Labeller::holds(const std::vector<LabelTest>& tests, std::size_t row) {
  return std::all_of(tests.begin(), tests.end(), [row](const LabelTest& test) { return test.holds(row); });
}

bool Labeller::is_order(std::size_t row) const {
  return holds(order_if_, row);
}

bool Labeller::is_complaint(std::size_t row) const {
  return !complaint_if_.empty() && holds(complaint_if_, row);
}

bool Labeller::matches(const BoundRule& rule, std::size_t row, bool order) const {
  if (rule.first_event && !is_first_) return false;
  if (rule.nth_order > 0 && (!order || n_orders_ < rule.nth_order)) return false;
  if (rule.cadence != nullptr && (!order || rule.streak < rule.cadence->orders)) return false;
  return holds(rule.labels, row) &&
         std::all_of(rule.numbers.begin(), rule.numbers.end(), [row](const NumberTest& t) { return t.holds(row); }) &&
         std::all_of(rule.new_in.begin(), rule.new_in.end(), [this](std::size_t m) { return is_new_[m] != 0; });
}

std::int32_t Labeller::state(std::size_t row) {
  const EventLog& events = log_.events;
  const Day day = day_of_known(events.time[row], events.unit);
  if (is_first_) first_day_ = day;
  for (std::size_t m = 0; m < memories_.size(); ++m) {
    is_new_[m] = memories_[m].is_new(row, customer_, day) && day != first_day_;
  }
  const bool order = is_order(row);
  if (order) {
    for (BoundRule& rule : rules_) {
      if (rule.cadence == nullptr) continue;
      rule.streak = n_orders_ > 0 && day - last_order_ <= rule.cadence->days ? rule.streak + 1 : 1;
    }
    ++n_orders_;
    last_order_ = day;
  }
  const auto found =
      std::find_if(rules_.begin(), rules_.end(), [&](const BoundRule& rule) { return matches(rule, row, order); });
  is_first_ = false;
  return found == rules_.end() ? -1 : found->state;
}

}  // namespace sojourn::detail
