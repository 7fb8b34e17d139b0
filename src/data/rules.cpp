#include "sojourn/data/rules.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <unordered_set>

#include "chain/civil.hpp"
#include "data/event_rows.hpp"
#include "support/text.hpp"

namespace sojourn {
namespace {

using LabelConditions = std::vector<std::pair<std::string, std::vector<std::string>>>;

constexpr const char* where = "rule_journeys";
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

// Rules against one log ----------------------------------------------------------------------------------------------

/// A label column and, per label, whether it qualifies.
struct LabelTest {
  const std::vector<std::int64_t>* codes;
  std::vector<char> qualifies;

  bool holds(std::size_t row) const {
    const std::int64_t code = (*codes)[row];
    return code >= 0 && qualifies[static_cast<std::size_t>(code)] != 0;
  }
};

struct NumberTest {
  const std::vector<double>* numbers;
  double least;
  double most;

  bool holds(std::size_t row) const {
    const double x = (*numbers)[row];
    return x >= least && x <= most;  // false for a missing number
  }
};

/// For one label column: since which day the customer at hand knows each label.
struct Memory {
  const std::vector<std::int64_t>* codes;
  std::vector<std::int64_t> customer;  // per label: the last customer who had it
  std::vector<Day> since;              // per label: his first day with it

  /// Notes the label of this row; true when it was not known on an earlier day.
  bool is_new(std::size_t row, std::int64_t who, Day day) {
    const std::int64_t code = (*codes)[row];
    if (code < 0) return false;
    const auto label = static_cast<std::size_t>(code);
    if (customer[label] != who) {
      customer[label] = who;
      since[label] = day;
    }
    return since[label] == day;
  }
};

struct BoundRule {
  std::int32_t state;
  std::vector<LabelTest> labels;
  std::vector<NumberTest> numbers;
  std::vector<std::size_t> new_in;  // positions of memories
  bool first_event;
  std::int64_t nth_order;   // 0 = does not matter
  const Cadence* cadence;   // null = does not matter
  std::int64_t streak = 0;  // orders in steady cadence up to now
};

bool holds(const std::vector<LabelTest>& tests, std::size_t row) {
  return std::all_of(tests.begin(), tests.end(), [row](const LabelTest& test) { return test.holds(row); });
}

template <typename Columns>
std::vector<std::string> names_of(const Columns& columns) {
  std::vector<std::string> names;
  for (const auto& column : columns) names.push_back(column.name);
  return names;
}

template <typename Column>
const Column& find_column(const std::vector<Column>& columns, const std::string& name, const char* kind) {
  for (const Column& column : columns) {
    if (column.name == name) return column;
  }
  const std::vector<std::string> names = names_of(columns);
  throw std::invalid_argument(std::string(where) + ": the rules need a " + kind + " column " + text::quoted(name) +
                              "; the log has " + (names.empty() ? "none" : text::list(names)));
}

void check_extra_columns(const RuleLog& log) {
  const std::size_t n = log.events.customer.size();
  const auto refuse = [](const std::string& column, const std::string& what) {
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

/// All rules of a table, with the columns of one log in place.
class Labeller {
 public:
  Labeller(const RuleLog& log, const Rules& rules) : log_(log) {
    order_if_ = bind_labels(rules.order_if());
    complaint_if_ = bind_labels(rules.complaint_if());
    for (const Rule& rule : rules.rules()) {
      const auto state = static_cast<std::int32_t>(rules.lifecycle().states().index(rule.state));
      if (rule.quiet_days) {
        quiet_.push_back({state, *rule.quiet_days});
        continue;
      }
      BoundRule bound = {.state = state,
                         .labels = bind_labels(rule.is_in),
                         .numbers = {},
                         .new_in = {},
                         .first_event = rule.first_event,
                         .nth_order = rule.nth_order.value_or(0),
                         .cadence = rule.cadence ? &*rule.cadence : nullptr};
      const double infinity = std::numeric_limits<double>::infinity();
      for (const auto& [column, least] : rule.at_least) {
        bound.numbers.push_back({&find_column(log.numbers, column, "number").numbers, least, infinity});
      }
      for (const auto& [column, most] : rule.at_most) {
        bound.numbers.push_back({&find_column(log.numbers, column, "number").numbers, -infinity, most});
      }
      for (const std::string& column : rule.is_new) bound.new_in.push_back(memory_of(column));
      rules_.push_back(std::move(bound));
    }
    const bool needs_days = !quiet_.empty() || std::any_of(rules_.begin(), rules_.end(), [](const BoundRule& rule) {
      return rule.cadence != nullptr;
    });
    if (needs_days && log.events.unit == TimeUnit::step) {
      throw std::invalid_argument(
          std::string(where) +
          ": time: quiet_days and cadence speak of days, but these times are only an order; give "
          "dates or a unit such as day");
    }
    is_new_.assign(memories_.size(), 0);
  }

  /// Equal in every extra column?
  int compare(std::size_t a, std::size_t b) const {
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

  void begin_customer() {
    ++customer_;
    is_first_ = true;
    n_orders_ = 0;
    for (BoundRule& rule : rules_) rule.streak = 0;
  }

  bool is_order(std::size_t row) const { return holds(order_if_, row); }
  bool is_complaint(std::size_t row) const { return !complaint_if_.empty() && holds(complaint_if_, row); }

  struct Quiet {
    std::int32_t state;
    std::int64_t days;
  };
  const std::vector<Quiet>& quiet() const { return quiet_; }

  /// The state that the next event of the customer is evidence for; -1 where no rule matches.
  std::int32_t state(std::size_t row) {
    const EventLog& events = log_.events;
    const Day day = detail::day_of_known(events.time[row], events.unit);
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
    const auto matches = [&](const BoundRule& rule) {
      if (rule.first_event && !is_first_) return false;
      if (rule.nth_order > 0 && (!order || n_orders_ < rule.nth_order)) return false;
      if (rule.cadence != nullptr && (!order || rule.streak < rule.cadence->orders)) return false;
      return holds(rule.labels, row) &&
             std::all_of(rule.numbers.begin(), rule.numbers.end(),
                         [row](const NumberTest& t) { return t.holds(row); }) &&
             std::all_of(rule.new_in.begin(), rule.new_in.end(), [this](std::size_t m) { return is_new_[m] != 0; });
    };
    const auto found = std::find_if(rules_.begin(), rules_.end(), matches);
    is_first_ = false;
    return found == rules_.end() ? -1 : found->state;
  }

 private:
  std::vector<LabelTest> bind_labels(const LabelConditions& conditions) const {
    std::vector<LabelTest> tests;
    for (const auto& [name, labels] : conditions) {
      const LabelColumn& column = find_column(log_.labels, name, "label");
      const std::unordered_set<std::string> wanted(labels.begin(), labels.end());
      LabelTest test = {.codes = &column.codes, .qualifies = std::vector<char>(column.labels.size(), 0)};
      for (std::size_t code = 0; code < column.labels.size(); ++code) {
        test.qualifies[code] = static_cast<char>(wanted.count(column.labels[code]) != 0);
      }
      tests.push_back(std::move(test));
    }
    return tests;
  }

  std::size_t memory_of(const std::string& name) {
    const LabelColumn& column = find_column(log_.labels, name, "label");
    for (std::size_t m = 0; m < memories_.size(); ++m) {
      if (memories_[m].codes == &column.codes) return m;
    }
    memories_.push_back({.codes = &column.codes,
                         .customer = std::vector<std::int64_t>(column.labels.size(), -1),
                         .since = std::vector<Day>(column.labels.size(), 0)});
    return memories_.size() - 1;
  }

  const RuleLog& log_;
  std::vector<LabelTest> order_if_;
  std::vector<LabelTest> complaint_if_;
  std::vector<BoundRule> rules_;
  std::vector<Quiet> quiet_;
  std::vector<Memory> memories_;
  std::vector<char> is_new_;  // per memory, for the event at hand
  std::int64_t customer_ = -1;
  bool is_first_ = true;
  Day first_day_ = 0;
  Day last_order_ = 0;
  std::int64_t n_orders_ = 0;
};

struct Inferred {
  std::int64_t time;
  std::int32_t state;
};

/// The events that one customer's orders and the absence of complaints stand for, in time order.
void infer(const RuleLog& log, const Labeller& labeller, std::span<const std::int64_t> rows, Day last_day,
           std::vector<Inferred>& out) {
  out.clear();
  const EventLog& events = log.events;
  const auto day_of_row = [&](std::int64_t row) {
    return detail::day_of_known(events.time[static_cast<std::size_t>(row)], events.unit);
  };
  // From the back, so that the next complaint after each order is at hand.
  std::int64_t next_complaint = -1;
  for (std::size_t i = rows.size(); i-- > 0;) {
    const auto row = static_cast<std::size_t>(rows[i]);
    if (labeller.is_order(row)) {
      const Day day = day_of_row(rows[i]);
      for (const Labeller::Quiet& quiet : labeller.quiet()) {
        if (day + quiet.days > last_day) continue;
        const std::int64_t time = events.time[row] + quiet.days * detail::units_per_day(events.unit);
        const bool complained = next_complaint >= 0 && events.time[static_cast<std::size_t>(next_complaint)] <= time;
        if (!complained) out.push_back({.time = time, .state = quiet.state});
      }
    }
    if (labeller.is_complaint(row)) next_complaint = rows[i];
  }
  std::reverse(out.begin(), out.end());
  std::stable_sort(out.begin(), out.end(), [](const Inferred& a, const Inferred& b) { return a.time < b.time; });
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

Journeys rule_journeys(const RuleLog& log, const Rules& rules, const JourneyOptions& options) {
  check_extra_columns(log);
  Labeller labeller(log, rules);
  DataReport report;
  const detail::RowRules row_rules = {
      .where = where,
      .states = nullptr,
      .missing_state = options.missing_state,
      .missing_value = options.missing_value,
      .duplicates = options.duplicates,
      .ties = options.ties == Ties::refuse ? detail::TieRule::refuse : detail::TieRule::count,
      .compare = [&labeller](std::size_t a, std::size_t b) { return labeller.compare(a, b); }};
  const EventLog& events = log.events;
  const detail::EventRows usable = detail::usable_rows(events, row_rules, report);
  const Day last_day = detail::day_of_known(report.last_time, events.unit);

  detail::JourneyBuilder builder(rules.lifecycle(), usable.rows.size());
  std::vector<Inferred> inferred;
  std::int64_t n_customers = 0;
  for (std::size_t c = 0; c < usable.customers.size(); ++c) {
    const auto begin = static_cast<std::size_t>(usable.offsets[c]);
    const auto rows = std::span(usable.rows).subspan(begin, static_cast<std::size_t>(usable.offsets[c + 1]) - begin);
    builder.begin_customer(usable.customers[c]);
    labeller.begin_customer();
    if (!labeller.quiet().empty()) infer(log, labeller, rows, last_day, inferred);
    std::size_t next_inferred = 0;
    std::int32_t current = -1;
    bool is_used = false;
    // An inferred event comes before a row of the same moment, which tells more.
    const auto infer_until = [&](std::int64_t limit) {
      for (; next_inferred < inferred.size() && inferred[next_inferred].time <= limit; ++next_inferred) {
        if (builder.has_left()) continue;  // who has left is not quiet
        current = inferred[next_inferred].state;
        builder.event(current, inferred[next_inferred].time, 0.0, 0);
        ++report.inferred_events;
      }
    };
    for (const std::int64_t position : rows) {
      const auto row = static_cast<std::size_t>(position);
      infer_until(events.time[row]);
      const std::int32_t state = labeller.state(row);
      if (state < 0 && current < 0) {
        ++report.unlabelled;
        continue;
      }
      if (state < 0) ++report.kept_state;
      if (state >= 0) current = state;
      builder.event(current, events.time[row], detail::value_of(events, row));
      is_used = true;
    }
    infer_until(std::numeric_limits<std::int64_t>::max());
    inferred.clear();
    n_customers += is_used ? 1 : 0;
  }
  report.rows_used -= report.unlabelled;
  report.customers = n_customers;
  JourneyColumns columns = builder.finish(report);
  if (columns.customers.empty()) {
    throw std::invalid_argument(std::string(where) + ": rules: no rule matches any of " +
                                text::plural(report.unlabelled, "usable row") +
                                "; compare the labels they name with those of the log");
  }
  return {rules.lifecycle(), Period::step(), events.unit, std::move(columns), std::move(report)};
}

}  // namespace sojourn
