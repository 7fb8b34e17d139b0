#include "sojourn/data/rules.hpp"

#include "sojourn/data/rule_journeys.hpp"

#include "data/log_columns.hpp"
#include "docs/data/rule_journeys.hpp"
#include "docs/data/rules.hpp"
#include "support/pickling.hpp"

SOJOURN_ARGUMENT(LabelArgument, "str | Sequence[str]");
SOJOURN_ARGUMENT(LabelsArgument, "Mapping[str, str | Sequence[str]]");
SOJOURN_ARGUMENT(BoundsArgument, "Mapping[str, float]");
SOJOURN_ARGUMENT(CadenceArgument, "Cadence | Mapping[str, int]");

namespace sojourn::python {

namespace {

using LabelConditions = std::vector<std::pair<std::string, std::vector<std::string>>>;
using NumberConditions = std::vector<std::pair<std::string, double>>;

py::dict to_mapping(py::handle object, const char* argument) {
  if (object.is_none()) return {};
  if (!py::isinstance<py::dict>(object))
    throw py::type_error(std::string(argument) + ": expected a dict by column, found " + type_name(object));
  return object.cast<py::dict>();
}

LabelConditions to_labels(py::handle object, const char* argument) {
  LabelConditions result;
  for (const auto& [column, labels] : to_mapping(object, argument)) {
    const auto name = to_names(py::make_tuple(column), argument)[0];
    if (py::isinstance<py::str>(labels))
      result.emplace_back(name, std::vector<std::string>{labels.cast<std::string>()});
    else
      result.emplace_back(name, to_names(labels, argument));
  }
  return result;
}

NumberConditions to_bounds(py::handle object, const char* argument) {
  NumberConditions result;
  for (const auto& [column, bound] : to_mapping(object, argument))
    result.emplace_back(to_names(py::make_tuple(column), argument)[0], to_number(bound, argument));
  return result;
}

py::dict to_dict(const LabelConditions& conditions) {
  py::dict result;
  for (const auto& [column, labels] : conditions) result[py::str(column)] = py::cast(labels);
  return result;
}

py::dict to_dict(const NumberConditions& conditions) {
  py::dict result;
  for (const auto& [column, bound] : conditions) result[py::str(column)] = bound;
  return result;
}

std::optional<Cadence> to_cadence(py::handle object) {
  if (object.is_none()) return std::nullopt;
  if (py::isinstance<Cadence>(object)) return object.cast<Cadence>();
  Cadence cadence;
  for (const auto& [key, number] : to_mapping(object, "cadence")) {
    const std::string name{py::str(key)};
    if (name == "orders")
      cadence.orders = to_index(number, "cadence['orders']");
    else if (name == "days")
      cadence.days = to_index(number, "cadence['days']");
    else
      throw py::value_error("cadence: expected 'orders' and 'days', found '" + name + "'");
  }
  return cadence;
}

}  // namespace

void bind_rules(py::module_& m) {
  const Cadence cadence;
  py::class_<Cadence>(m, "Cadence", doc::Cadence)
      .def(pickled_by_fields<Cadence>("Cadence", &Cadence::orders, &Cadence::days))
      .def(py::init([](const WholeArgument& orders, const WholeArgument& days) {
             return Cadence{to_index(orders, "orders"), to_index(days, "days")};
           }),
           py::kw_only(), py::arg("orders") = cadence.orders, py::arg("days") = cadence.days)
      .def_readonly("orders", &Cadence::orders, "How many orders in a row.")
      .def_readonly("days", &Cadence::days, "Days from one to the next, at most.")
      .def(
          "__eq__", [](const Cadence& a, const Cadence& b) { return a == b; }, py::is_operator())
      .def("__repr__", [](const Cadence& c) {
        return "Cadence(orders=" + std::to_string(c.orders) + ", days=" + std::to_string(c.days) + ")";
      });

  py::class_<Rule>(m, "Rule",
                   docs(doc::Rule, R"(Parameters
----------
state : str
    The state that the event is evidence for.
is_in : dict {column: label or list of labels}, optional
    Label columns and the labels that qualify.
at_least, at_most : dict {column: number}, optional
    Number columns and the smallest or largest number that qualifies.
is_new : list of columns, optional
    Label columns whose label this customer never had on an earlier day; not on the first day.
first_event : bool
    The customer's first event.
nth_order : int, optional
    An order, and at least the n-th.
cadence : Cadence or dict {"orders": n, "days": n}, optional
    An order that keeps a steady cadence.
quiet_days : int, optional
    No event of its own: this many days after an order without a complaint.)")
                       .c_str())
      .def(pickled_by_fields<Rule>("Rule", &Rule::state, &Rule::is_in, &Rule::at_least, &Rule::at_most, &Rule::is_new,
                                   &Rule::first_event, &Rule::nth_order, &Rule::cadence, &Rule::quiet_days))
      .def(py::init([](std::string state, const LabelsArgument& is_in, const BoundsArgument& at_least,
                       const BoundsArgument& at_most, const LabelArgument& is_new, bool first_event,
                       const WholeArgument& nth_order, const CadenceArgument& steady, const WholeArgument& quiet_days) {
             return Rule{.state = std::move(state),
                         .is_in = to_labels(is_in, "is_in"),
                         .at_least = to_bounds(at_least, "at_least"),
                         .at_most = to_bounds(at_most, "at_most"),
                         .is_new = py::isinstance<py::str>(is_new)
                                       ? std::vector<std::string>{is_new.cast<std::string>()}
                                       : to_names(is_new, "is_new"),
                         .first_event = first_event,
                         .nth_order = to_optional_index(nth_order, "nth_order"),
                         .cadence = to_cadence(steady),
                         .quiet_days = to_optional_index(quiet_days, "quiet_days")};
           }),
           py::arg("state"), py::kw_only(), py::arg("is_in") = py::none(), py::arg("at_least") = py::none(),
           py::arg("at_most") = py::none(), py::arg("is_new") = py::none(), py::arg("first_event") = false,
           py::arg("nth_order") = py::none(), py::arg("cadence") = py::none(), py::arg("quiet_days") = py::none())
      .def_readonly("state", &Rule::state, "The state that the event is evidence for.")
      .def_property_readonly(
          "is_in", [](const Rule& rule) { return to_dict(rule.is_in); }, doc::Rule_is_in)
      .def_property_readonly(
          "at_least", [](const Rule& rule) { return to_dict(rule.at_least); }, doc::Rule_at_least)
      .def_property_readonly(
          "at_most", [](const Rule& rule) { return to_dict(rule.at_most); }, doc::Rule_at_most)
      .def_readonly("is_new", &Rule::is_new, doc::Rule_is_new)
      .def_readonly("first_event", &Rule::first_event, doc::Rule_first_event)
      .def_readonly("nth_order", &Rule::nth_order, doc::Rule_nth_order)
      .def_readonly("cadence", &Rule::cadence, doc::Rule_cadence)
      .def_readonly("quiet_days", &Rule::quiet_days, doc::Rule_quiet_days)
      .def("describe", &Rule::describe, doc::Rule_describe)
      .def(
          "__eq__", [](const Rule& a, const Rule& b) { return a == b; }, py::is_operator())
      .def("__str__", &Rule::describe)
      .def("__repr__", [](const Rule& rule) { return "<Rule " + rule.describe() + ">"; });

  py::class_<Rules>(m, "Rules",
                    docs(doc::Rules, R"(Parameters
----------
lifecycle : Lifecycle
rules : sequence of Rule
    Tried from the first to the last; the first that matches wins.
order_if, complaint_if : dict {column: label or list of labels}, optional
    Which events are orders and which complaints. Without them every event is an order and none a complaint.

Raises
------
ValueError
    For an unknown state, a rule without a condition, or quiet days without a definition of a complaint.)")
                        .c_str())
      .def(pickled<Rules>(
          "Rules",
          [](const Rules& rules) {
            return std::tie(rules.lifecycle(), rules.rules(), rules.order_if(), rules.complaint_if());
          },
          [](auto... part) { return Rules(std::move(part)...); }))
      .def(py::init([](const Lifecycle& lifecycle, std::vector<Rule> rules, const LabelsArgument& order_if,
                       const LabelsArgument& complaint_if) {
             return Rules(lifecycle, std::move(rules), to_labels(order_if, "order_if"),
                          to_labels(complaint_if, "complaint_if"));
           }),
           py::arg("lifecycle"), py::arg("rules"), py::kw_only(), py::arg("order_if") = py::none(),
           py::arg("complaint_if") = py::none())
      .def_property_readonly("lifecycle", &Rules::lifecycle, "States, allowed moves and exits.")
      .def_property_readonly("rules", &Rules::rules, "The rules, in the order in which they are tried.")
      .def_property_readonly(
          "order_if", [](const Rules& rules) { return to_dict(rules.order_if()); },
          "Which events are orders: column → labels.")
      .def_property_readonly(
          "complaint_if", [](const Rules& rules) { return to_dict(rules.complaint_if()); },
          "Which events are complaints: column → labels.")
      .def_property_readonly("label_columns", &Rules::label_columns, "Label columns that the rules need.")
      .def_property_readonly("number_columns", &Rules::number_columns, "Number columns that the rules need.")
      .def("describe", &Rules::describe, doc::Rules_describe)
      .def("__len__", [](const Rules& rules) { return rules.rules().size(); })
      .def(
          "__eq__", [](const Rules& a, const Rules& b) { return a == b; }, py::is_operator())
      .def("__str__", &Rules::describe)
      .def("__repr__", [](const Rules& rules) {
        return "Rules(" + std::to_string(rules.rules().size()) + " rules over " +
               std::to_string(rules.lifecycle().n_states()) + " states)";
      });

  m.def("standard_rules", &standard_rules, doc::standard_rules);
  m.def(
      "rule_journeys",
      [](const Rules& rules, const LogArgument& log,
         const std::vector<std::tuple<std::string, Column<std::int64_t>, std::vector<std::string>>>& label_columns,
         const std::vector<std::tuple<std::string, Column<double>>>& number_columns, const std::string& duplicates,
         const std::string& ties, const std::string& missing_value) {
        const LogColumns columns(log);
        RuleLog of_rules{.events = columns.events()};
        for (const auto& [name, codes, names] : label_columns) {
          const auto span = span_of(codes);
          of_rules.labels.push_back({name, {span.begin(), span.end()}, names});
        }
        for (const auto& [name, numbers] : number_columns) {
          const auto span = span_of(numbers);
          of_rules.numbers.push_back({name, {span.begin(), span.end()}});
        }
        const JourneyOptions options{.duplicates = to_duplicates(duplicates),
                                     .ties = to_ties(ties),
                                     .missing_value = to_missing_value(missing_value)};
        return columns.journeys([&] { return rule_journeys(of_rules, rules, options); });
      },
      py::arg("rules"), py::arg("log"), py::arg("label_columns"), py::arg("number_columns"), py::kw_only(),
      py::arg("duplicates"), py::arg("ties"), py::arg("missing_value"), doc::rule_journeys);
}

}  // namespace sojourn::python
