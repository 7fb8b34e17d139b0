#include "sojourn/trust/fit_tests.hpp"

#include "docs.hpp"
#include "support/arguments.hpp"
#include "trust/pickled_parts.hpp"
#include "value/bound_value.hpp"
#include "value/named_what_if.hpp"

SOJOURN_ARGUMENT(TestedCountsArgument, "Counts | ArrayLike");
SOJOURN_ARGUMENT(CountedArgument, "Counts | Journeys");
SOJOURN_ARGUMENT(SegmentsArgument, "Mapping[str, Counts | Journeys]");
SOJOURN_ARGUMENT(ValueArgument, "LifetimeValue | None");
SOJOURN_ARGUMENT(OptionalPeriodArgument, "Period | str | None");

namespace sojourn::python {

namespace {

constexpr std::initializer_list<std::pair<const char*, TestMethod>> methods = {
    {"likelihood_ratio", TestMethod::likelihood_ratio}, {"pearson", TestMethod::pearson}};
// Of a given chain the likelihood ratio goes by the name of Kullback.
constexpr std::initializer_list<std::pair<const char*, TestMethod>> chain_methods = {
    {"kullback", TestMethod::likelihood_ratio},
    {"pearson", TestMethod::pearson},
    {"likelihood_ratio", TestMethod::likelihood_ratio}};
constexpr std::initializer_list<std::pair<const char*, Adjustment>> adjustments = {
    {"holm", Adjustment::holm}, {"benjamini_hochberg", Adjustment::benjamini_hochberg}};
constexpr std::initializer_list<std::pair<const char*, Timing>> timings = {{"calendar", Timing::calendar},
                                                                           {"age", Timing::age}};
constexpr std::initializer_list<std::pair<const char*, Forbidden>> forbidden_policies = {{"refuse", Forbidden::refuse},
                                                                                         {"drop", Forbidden::drop}};
constexpr std::initializer_list<std::pair<const char*, Leaving>> directions = {
    {"even", Leaving::even}, {"falls", Leaving::falls}, {"rises", Leaving::rises}, {"uneven", Leaving::uneven}};

struct NamedStateTest {
  std::string state;
  TestResult test;
  double adjusted_p_value;
};

struct NamedDeparture {
  std::string from_state;
  Departure departure;
  std::string to_state;
};

struct NamedDwellTest {
  std::string state;
  StateDwellTest test;
};

struct NamedSegmentValue {
  std::string segment;
  std::string against;
  NamedWhatIf difference;
};

std::string shown(double x) {
  return py::repr(py::float_(x));
}
std::string shown(const std::string& name) {
  return py::repr(py::str(name));
}

std::vector<NamedDeparture> departures_of(const std::vector<Departure>& departures, const StateSpace& states) {
  std::vector<NamedDeparture> out;
  for (const Departure& d : departures) out.push_back({states.name(d.from), d, states.name(d.to)});
  return out;
}

// A column of a table.
class Column {
 public:
  template <class T>
  void add(const T& x) {
    list_.append(x);
  }
  py::object array(const char* dtype) const { return py::module_::import("numpy").attr("array")(list_, dtype); }

 private:
  py::list list_;
};

py::dict departures_table(const RowsTest& test) {
  Column from, group, to, moves, of, probability, pooled, p_value, amount;
  bool has_amounts = false;
  for (const Departure& d : test.departures) {
    from.add(test.states.name(d.from));
    group.add(d.group);
    to.add(test.states.name(d.to));
    moves.add(d.moves);
    of.add(d.of);
    probability.add(d.probability);
    pooled.add(d.pooled_probability);
    p_value.add(d.p_value);
    if (d.amount) {
      has_amounts = true;
      amount.add(*d.amount);
    }
  }
  py::dict table;
  table["from_state"] = from.array("str");
  table["group"] = group.array("str");
  table["to_state"] = to.array("str");
  table["moves"] = moves.array("int64");
  table["of"] = of.array("int64");
  table["probability"] = probability.array("float64");
  table["pooled_probability"] = pooled.array("float64");
  table["p_value"] = p_value.array("float64");
  if (has_amounts) table["amount"] = amount.array("float64");
  return table;
}

// One row per test.
py::dict results_table(const std::vector<TestResult>& results) {
  Column question, method, statistic, degrees, p_value, moves, cells, sparse, effect, chance;
  for (const TestResult& r : results) {
    question.add(r.question);
    method.add(r.method);
    statistic.add(r.statistic);
    degrees.add(r.degrees_of_freedom);
    p_value.add(r.p_value);
    moves.add(r.moves);
    cells.add(r.cells);
    sparse.add(r.sparse_cells);
    effect.add(r.effect);
    chance.add(r.effect_by_chance);
  }
  py::dict table;
  table["question"] = question.array("str");
  table["method"] = method.array("str");
  table["statistic"] = statistic.array("float64");
  table["degrees_of_freedom"] = degrees.array("int64");
  table["p_value"] = p_value.array("float64");
  table["moves"] = moves.array("int64");
  table["cells"] = cells.array("int64");
  table["sparse_cells"] = sparse.array("int64");
  table["effect"] = effect.array("float64");
  table["effect_by_chance"] = chance.array("float64");
  return table;
}

py::dict result_fields(const TestResult& r) {
  py::dict out;
  out["question"] = r.question;
  out["method"] = r.method;
  out["statistic"] = r.statistic;
  out["degrees_of_freedom"] = r.degrees_of_freedom;
  out["p_value"] = r.p_value;
  out["moves"] = r.moves;
  out["cells"] = r.cells;
  out["sparse_cells"] = r.sparse_cells;
  out["effect"] = r.effect;
  out["effect_by_chance"] = r.effect_by_chance;
  return out;
}

std::string short_of(const TestResult& r) {
  return "statistic=" + shown(r.statistic) + ", degrees_of_freedom=" + std::to_string(r.degrees_of_freedom) +
         ", p_value=" + shown(r.p_value);
}

std::optional<LifetimeValue> to_value(py::handle object) {
  if (object.is_none()) return std::nullopt;
  if (!py::isinstance<BoundValue>(object))
    throw py::type_error("value: expected a LifetimeValue, found " + type_name(object));
  return object.cast<const BoundValue&>().value;
}

Counts to_counted(py::handle object, const char* where) {
  if (py::isinstance<Counts>(object)) return object.cast<Counts>();
  if (py::isinstance<LabelledJourneys>(object)) return count(object.cast<const LabelledJourneys&>().journeys);
  throw py::type_error(std::string(where) + ": expected Counts or Journeys, found " + type_name(object));
}

CountMatrix to_moves(py::handle object, Index n) {
  const Matrix numbers = to_matrix(object, "counts", n, n);
  CountMatrix whole(numbers.rows(), numbers.cols());
  for (Index i = 0; i < numbers.size(); ++i) {
    const double x = numbers.data()[i];
    if (!(x >= 0.0 && x < 9.0e15) || x != static_cast<double>(static_cast<std::int64_t>(x)))
      throw py::value_error("counts: expected whole numbers of at least 0, found " + shown(x));
    whole.data()[i] = static_cast<std::int64_t>(x);
  }
  return whole;
}

template <class Options>
Options common_options(const std::string& method, const std::string& adjustment, const std::string& forbidden,
                       py::handle value) {
  Options options;
  options.method = to_choice(method, "method", methods);
  options.adjustment = to_choice(adjustment, "adjustment", adjustments);
  options.forbidden = to_choice(forbidden, "forbidden", forbidden_policies);
  options.value = to_value(value);
  return options;
}

constexpr const char* common_parameters = R"(method : {"likelihood_ratio", "pearson"}
    G² or X².
adjustment : {"holm", "benjamini_hochberg"}
    How the p-values of several states or moves are read at once.
forbidden : {"refuse", "drop"}
    What to do with observed moves that the lifecycle does not allow.
value : LifetimeValue, optional
    A value for life of the fitted chain: departures are then said in money too.
)";

std::string told(const char* contract, const std::string& first, const std::string& returns) {
  return std::string(contract) + "\n\nParameters\n----------\n" + first + "\nReturns\n-------\n" + returns;
}

void bind_results(py::module_& m) {
  py::class_<TestResult>(m, "TestResult", doc::TestResult)
      .def_readonly("question", &TestResult::question, doc::TestResult_question)
      .def_readonly("method", &TestResult::method, doc::TestResult_method)
      .def_readonly("statistic", &TestResult::statistic, doc::TestResult_statistic)
      .def_readonly("degrees_of_freedom", &TestResult::degrees_of_freedom, doc::TestResult_degrees_of_freedom)
      .def_readonly("p_value", &TestResult::p_value, doc::TestResult_p_value)
      .def_readonly("moves", &TestResult::moves, doc::TestResult_moves)
      .def_readonly("cells", &TestResult::cells, doc::TestResult_cells)
      .def_readonly("sparse_cells", &TestResult::sparse_cells, doc::TestResult_sparse_cells)
      .def_readonly("effect", &TestResult::effect, doc::TestResult_effect)
      .def_readonly("effect_by_chance", &TestResult::effect_by_chance, doc::TestResult_effect_by_chance)
      .def("sentence", &TestResult::sentence, doc::TestResult_sentence)
      .def("to_dict", &result_fields, "Field name → value.")
      .def("__str__", &TestResult::sentence)
      .def(pickled_by_fields<TestResult>("TestResult", &TestResult::question, &TestResult::method,
                                         &TestResult::statistic, &TestResult::degrees_of_freedom, &TestResult::p_value,
                                         &TestResult::moves, &TestResult::cells, &TestResult::sparse_cells,
                                         &TestResult::effect, &TestResult::effect_by_chance))
      .def("__repr__", [](const TestResult& r) { return "TestResult(" + short_of(r) + ")"; });

  py::class_<NamedDeparture>(m, "Departure", doc::Departure)
      .def_readonly("from_state", &NamedDeparture::from_state, "State name.")
      .def_property_readonly(
          "group", [](const NamedDeparture& d) { return d.departure.group; }, doc::Departure_group)
      .def_readonly("to_state", &NamedDeparture::to_state, "State name.")
      .def_property_readonly(
          "moves", [](const NamedDeparture& d) { return d.departure.moves; }, doc::Departure_moves)
      .def_property_readonly(
          "of", [](const NamedDeparture& d) { return d.departure.of; }, doc::Departure_of)
      .def_property_readonly(
          "probability", [](const NamedDeparture& d) { return d.departure.probability; }, doc::Departure_probability)
      .def_property_readonly(
          "pooled_probability", [](const NamedDeparture& d) { return d.departure.pooled_probability; },
          doc::Departure_pooled_probability)
      .def_property_readonly(
          "p_value", [](const NamedDeparture& d) { return d.departure.p_value; }, doc::Departure_p_value)
      .def_property_readonly(
          "amount", [](const NamedDeparture& d) { return d.departure.amount; }, doc::Departure_amount)
      .def(pickled_by_fields<NamedDeparture>("Departure", &NamedDeparture::from_state, &NamedDeparture::departure,
                                             &NamedDeparture::to_state))
      .def("__repr__", [](const NamedDeparture& d) {
        return "Departure(" + shown(d.from_state) + ", " + shown(d.departure.group) + ", " + shown(d.to_state) +
               ", probability=" + shown(d.departure.probability) +
               ", pooled_probability=" + shown(d.departure.pooled_probability) + ")";
      });

  py::class_<NamedStateTest>(m, "StateTest", doc::StateTest)
      .def_readonly("state", &NamedStateTest::state, "State name.")
      .def_readonly("test", &NamedStateTest::test, "The test of this row alone.")
      .def_readonly("adjusted_p_value", &NamedStateTest::adjusted_p_value, doc::StateTest_adjusted_p_value)
      .def(pickled_by_fields<NamedStateTest>("StateTest", &NamedStateTest::state, &NamedStateTest::test,
                                             &NamedStateTest::adjusted_p_value))
      .def("__repr__", [](const NamedStateTest& s) {
        return "StateTest(" + shown(s.state) + ", " + short_of(s.test) +
               ", adjusted_p_value=" + shown(s.adjusted_p_value) + ")";
      });

  py::class_<RowsTest>(m, "RowsTest", doc::RowsTest)
      .def_readonly("states", &RowsTest::states, "The states, in order.")
      .def_readonly("overall", &RowsTest::overall, "All rows together.")
      .def_property_readonly(
          "by_state",
          [](const RowsTest& test) {
            std::vector<NamedStateTest> out;
            for (const StateTest& s : test.by_state)
              out.push_back({test.states.name(s.state), s.test, s.adjusted_p_value});
            return out;
          },
          doc::RowsTest_by_state)
      .def_property_readonly(
          "departures", [](const RowsTest& test) { return departures_of(test.departures, test.states); },
          doc::RowsTest_departures)
      .def_property_readonly(
          "adjustment", [](const RowsTest& test) { return to_word(test.adjustment, adjustments); },
          R"("holm" or "benjamini_hochberg".)")
      .def(
          "located",
          [](const RowsTest& test, const NumberArgument& level) {
            return departures_of(test.located(to_number(level, "level")), test.states);
          },
          py::arg("level") = 0.05, doc::RowsTest_located)
      .def("sentence", &RowsTest::sentence, doc::RowsTest_sentence)
      .def("to_dict", &departures_table,
           "A table of the departures: from_state, group, to_state, moves, of, probability, pooled_probability,\n"
           "p_value and, with a value, amount; each a NumPy array.")
      .def("__str__", &RowsTest::sentence)
      .def(pickled_by_fields<RowsTest>("RowsTest", &RowsTest::states, &RowsTest::overall, &RowsTest::by_state,
                                       &RowsTest::departures, &RowsTest::adjustment))
      .def("__repr__", [](const RowsTest& test) { return "RowsTest(" + short_of(test.overall) + ")"; });

  py::class_<OrderTest>(m, "OrderTest", doc::OrderTest)
      .def_readonly("steps", &OrderTest::steps, doc::OrderTest_steps)
      .def(
          "order",
          [](const OrderTest& test, const NumberArgument& level) { return test.order(to_number(level, "level")); },
          py::arg("level") = 0.05, doc::OrderTest_order)
      .def("sentence", &OrderTest::sentence, doc::OrderTest_sentence)
      .def(
          "to_dict",
          [](const OrderTest& test) {
            std::vector<TestResult> results;
            for (const RowsTest& step : test.steps) results.push_back(step.overall);
            return results_table(results);
          },
          "A table, one row per step; each column a NumPy array.")
      .def("__str__", &OrderTest::sentence)
      .def(pickled_by_fields<OrderTest>("OrderTest", &OrderTest::steps))
      .def("__repr__", [](const OrderTest& test) {
        std::string out;
        for (const RowsTest& step : test.steps)
          out += (out.empty() ? "p_values=[" : ", ") + shown(step.overall.p_value);
        return "OrderTest(" + out + "])";
      });

  py::class_<OrderLikelihood>(m, "OrderLikelihood", doc::OrderLikelihood)
      .def_readonly("order", &OrderLikelihood::order, "States of the past that a move depends on.")
      .def_readonly("log_likelihood", &OrderLikelihood::log_likelihood,
                    "Of the moves, the first states taken as given.")
      .def_readonly("n_parameters", &OrderLikelihood::n_parameters, doc::OrderLikelihood_n_parameters)
      .def_readonly("aic", &OrderLikelihood::aic, doc::OrderLikelihood_aic)
      .def_readonly("bic", &OrderLikelihood::bic, doc::OrderLikelihood_bic)
      .def(pickled_by_fields<OrderLikelihood>("OrderLikelihood", &OrderLikelihood::order,
                                              &OrderLikelihood::log_likelihood, &OrderLikelihood::n_parameters,
                                              &OrderLikelihood::aic, &OrderLikelihood::bic))
      .def("__repr__", [](const OrderLikelihood& o) {
        return "OrderLikelihood(" + std::to_string(o.order) + ", aic=" + shown(o.aic) + ", bic=" + shown(o.bic) + ")";
      });
  py::class_<InformationCriteria>(m, "InformationCriteria", doc::InformationCriteria)
      .def_readonly("orders", &InformationCriteria::orders, doc::InformationCriteria_orders)
      .def_readonly("moves", &InformationCriteria::moves, doc::InformationCriteria_moves)
      .def_property_readonly("best_by_aic", &InformationCriteria::best_by_aic, "The order with the least AIC.")
      .def_property_readonly("best_by_bic", &InformationCriteria::best_by_bic, "The order with the least BIC.")
      .def("sentence", &InformationCriteria::sentence, "Which orders are chosen, and by how much.")
      .def(
          "to_dict",
          [](const InformationCriteria& criteria) {
            Column order, log_likelihood, parameters, aic, bic;
            for (const OrderLikelihood& o : criteria.orders) {
              order.add(o.order);
              log_likelihood.add(o.log_likelihood);
              parameters.add(o.n_parameters);
              aic.add(o.aic);
              bic.add(o.bic);
            }
            py::dict table;
            table["order"] = order.array("int64");
            table["log_likelihood"] = log_likelihood.array("float64");
            table["n_parameters"] = parameters.array("int64");
            table["aic"] = aic.array("float64");
            table["bic"] = bic.array("float64");
            return table;
          },
          "A table, one row per order: order, log_likelihood, n_parameters, aic, bic; each a NumPy array.")
      .def("__str__", &InformationCriteria::sentence)
      .def(pickled_by_fields<InformationCriteria>("InformationCriteria", &InformationCriteria::orders,
                                                  &InformationCriteria::moves))
      .def("__repr__", [](const InformationCriteria& criteria) {
        return "InformationCriteria(best_by_aic=" + std::to_string(criteria.best_by_aic()) +
               ", best_by_bic=" + std::to_string(criteria.best_by_bic()) + ")";
      });

  py::class_<NamedSegmentValue>(m, "SegmentValue", doc::SegmentValue)
      .def_readonly("segment", &NamedSegmentValue::segment, "Name of the segment.")
      .def_readonly("against", &NamedSegmentValue::against, doc::SegmentValue_against)
      .def_readonly("difference", &NamedSegmentValue::difference, doc::SegmentValue_difference)
      .def(pickled_by_fields<NamedSegmentValue>("SegmentValue", &NamedSegmentValue::segment,
                                                &NamedSegmentValue::against, &NamedSegmentValue::difference))
      .def("__repr__", [](const NamedSegmentValue& v) {
        return "SegmentValue(" + shown(v.segment) + ", against=" + shown(v.against) +
               ", value=" + shown(v.difference.value) + ", other_value=" + shown(v.difference.other_value) + ")";
      });
  py::class_<SegmentTest>(m, "SegmentTest", doc::SegmentTest)
      .def_readonly("rows", &SegmentTest::rows, "The test, overall, per state and located to the moves.")
      .def_property_readonly(
          "overall", [](const SegmentTest& test) { return test.rows.overall; }, "All rows together.")
      .def_property_readonly(
          "values",
          [](const SegmentTest& test) {
            std::vector<NamedSegmentValue> out;
            for (const SegmentValue& v : test.values)
              out.push_back({v.segment, v.against, named(v.difference, test.rows.states)});
            return out;
          },
          doc::SegmentTest_values)
      .def(
          "located",
          [](const SegmentTest& test, const NumberArgument& level) {
            return departures_of(test.rows.located(to_number(level, "level")), test.rows.states);
          },
          py::arg("level") = 0.05, doc::RowsTest_located)
      .def("sentence", &SegmentTest::sentence, "The test in words, and the difference in money where there is any.")
      .def(
          "to_dict", [](const SegmentTest& test) { return departures_table(test.rows); },
          "A table of the departures, as that of `RowsTest`.")
      .def("__str__", &SegmentTest::sentence)
      .def(pickled_by_fields<SegmentTest>("SegmentTest", &SegmentTest::rows, &SegmentTest::values))
      .def("__repr__", [](const SegmentTest& test) { return "SegmentTest(" + short_of(test.rows.overall) + ")"; });

  py::class_<StayLength>(m, "StayLength", doc::StayLength)
      .def_readonly("from_length", &StayLength::from, "Shortest length, in periods (or events).")
      .def_readonly("to_length", &StayLength::to, "Longest length.")
      .def_readonly("at_risk", &StayLength::at_risk, doc::StayLength_at_risk)
      .def_readonly("left", &StayLength::left, doc::StayLength_left)
      .def_readonly("leaving", &StayLength::leaving, doc::StayLength_leaving)
      .def(pickled_by_fields<StayLength>("StayLength", &StayLength::from, &StayLength::to, &StayLength::at_risk,
                                         &StayLength::left, &StayLength::leaving))
      .def("__repr__", [](const StayLength& s) {
        return "StayLength(" + std::to_string(s.from) + ", " + std::to_string(s.to) + ", leaving=" + shown(s.leaving) +
               ")";
      });
  py::class_<NamedDwellTest>(m, "StateDwellTest", doc::StateDwellTest)
      .def_readonly("state", &NamedDwellTest::state, "State name.")
      .def_property_readonly(
          "test", [](const NamedDwellTest& s) { return s.test.test; }, "The test of this state alone.")
      .def_property_readonly(
          "adjusted_p_value", [](const NamedDwellTest& s) { return s.test.adjusted_p_value; },
          doc::StateDwellTest_adjusted_p_value)
      .def_property_readonly(
          "leaving", [](const NamedDwellTest& s) { return s.test.leaving; }, doc::StateDwellTest_leaving)
      .def_property_readonly(
          "trend", [](const NamedDwellTest& s) { return s.test.trend; }, doc::StateDwellTest_trend)
      .def_property_readonly(
          "lengths", [](const NamedDwellTest& s) { return s.test.lengths; }, doc::StateDwellTest_lengths)
      .def(
          "direction",
          [](const NamedDwellTest& s, const NumberArgument& level) {
            return to_word(s.test.direction(to_number(level, "level")), directions);
          },
          py::arg("level") = 0.05,
          R"("even" where the test does not reject; else leaving "falls" or "rises" with time spent, or is "uneven".)")
      .def(pickled_by_fields<NamedDwellTest>("StateDwellTest", &NamedDwellTest::state, &NamedDwellTest::test))
      .def("__repr__", [](const NamedDwellTest& s) {
        return "StateDwellTest(" + shown(s.state) + ", " + short_of(s.test.test) + ", direction='" +
               to_word(s.test.direction(), directions) + "')";
      });
  py::class_<DwellTest>(m, "DwellTest", doc::DwellTest)
      .def_readonly("states", &DwellTest::states, "The states, in order.")
      .def_readonly("overall", &DwellTest::overall, "All states together.")
      .def_property_readonly(
          "by_state",
          [](const DwellTest& test) {
            std::vector<NamedDwellTest> out;
            for (const StateDwellTest& s : test.by_state) out.push_back({test.states.name(s.state), s});
            return out;
          },
          doc::DwellTest_by_state)
      .def_property_readonly(
          "adjustment", [](const DwellTest& test) { return to_word(test.adjustment, adjustments); },
          R"("holm" or "benjamini_hochberg".)")
      .def("sentence", &DwellTest::sentence, "The test in words, and which way leaving changes.")
      .def(
          "to_dict",
          [](const DwellTest& test) {
            Column state, from, to, at_risk, left, leaving, chain;
            for (const StateDwellTest& s : test.by_state) {
              for (const StayLength& length : s.lengths) {
                state.add(test.states.name(s.state));
                from.add(length.from);
                to.add(length.to);
                at_risk.add(length.at_risk);
                left.add(length.left);
                leaving.add(length.leaving);
                chain.add(s.leaving);
              }
            }
            py::dict table;
            table["state"] = state.array("str");
            table["from_length"] = from.array("int64");
            table["to_length"] = to.array("int64");
            table["at_risk"] = at_risk.array("int64");
            table["left"] = left.array("int64");
            table["leaving"] = leaving.array("float64");
            table["leaving_by_chain"] = chain.array("float64");
            return table;
          },
          "A table, one row per state and length of stay; each column a NumPy array.")
      .def("__str__", &DwellTest::sentence)
      .def(pickled_by_fields<DwellTest>("DwellTest", &DwellTest::states, &DwellTest::overall, &DwellTest::by_state,
                                        &DwellTest::adjustment))
      .def("__repr__", [](const DwellTest& test) { return "DwellTest(" + short_of(test.overall) + ")"; });

  py::class_<FitTests>(m, "FitTests", doc::FitTests)
      .def_readonly("order", &FitTests::order, "Order 0 against 1, 1 against 2, …")
      .def_readonly("criteria", &FitTests::criteria, "AIC and BIC of these orders.")
      .def_readonly("visits", &FitTests::visits, "How often the customer has been in the state.")
      .def_readonly("by_calendar", &FitTests::by_calendar, doc::FitTests_by_calendar)
      .def_readonly("by_age", &FitTests::by_age, doc::FitTests_by_age)
      .def_readonly("dwell", &FitTests::dwell, doc::FitTests_dwell)
      .def_readonly("period", &FitTests::period, doc::FitTests_period)
      .def_readonly("level", &FitTests::level, doc::FitTestsOptions_level)
      .def_readonly("material", &FitTests::material, doc::FitTestsOptions_material)
      .def("warnings", &FitTests::warnings, doc::FitTests_warnings)
      .def("sentences", &FitTests::sentences, doc::FitTests_sentences)
      .def(
          "to_dict",
          [](const FitTests& tests) {
            std::vector<TestResult> results;
            for (const RowsTest& step : tests.order.steps) results.push_back(step.overall);
            results.push_back(tests.visits.overall);
            if (tests.by_age) results.push_back(tests.by_age->overall);
            if (tests.by_calendar) results.push_back(tests.by_calendar->overall);
            if (tests.dwell) results.push_back(tests.dwell->overall);
            return results_table(results);
          },
          "A table, one row per test; each column a NumPy array.")
      .def("__str__",
           [](const FitTests& tests) {
             std::string out;
             for (const std::string& line : tests.sentences()) out += (out.empty() ? "" : "\n") + line;
             return out;
           })
      .def(pickled_by_fields<FitTests>("FitTests", &FitTests::order, &FitTests::criteria, &FitTests::visits,
                                       &FitTests::by_calendar, &FitTests::by_age, &FitTests::dwell, &FitTests::period,
                                       &FitTests::level, &FitTests::material))
      .def("__repr__",
           [](const FitTests& tests) { return "FitTests(" + std::to_string(tests.warnings().size()) + " warnings)"; });
}

}  // namespace

void bind_fit_tests(py::module_& m) {
  bind_results(m);

  m.def("p_value_text", &p_value_text, py::arg("p_value"), doc::p_value_text);

  m.def(
      "chain_test",
      [](const TestedCountsArgument& counts, const ChainArgument& chain, const std::string& method) {
        const Chain& of = to_chain(chain, "chain_test");
        const ChainTestOptions options{.method = to_choice(method, "method", chain_methods)};
        if (py::isinstance<Counts>(counts)) return chain_test(counts.cast<const Counts&>(), of, options);
        return chain_test(to_moves(counts, of.n_states()), of, options);
      },
      py::arg("counts"), py::arg("chain"), py::kw_only(),
      py::arg("method") = to_word(ChainTestOptions{}.method, chain_methods),
      told(doc::chain_test, R"(counts : Counts or array_like of int of shape (n_states, n_states)
chain : Chain or FitResult
    A chain known beforehand; of one fitted to these counts the test says nothing.
method : {"kullback", "pearson", "likelihood_ratio"}
    G² ("kullback" and "likelihood_ratio" are the same) or X².
)",
           "TestResult")
          .c_str());

  const OrderTestOptions orders;
  m.def(
      "order_test",
      [](const LabelledJourneys& of, const ArrayArgument& max_order, const std::string& method,
         const std::string& adjustment, const std::string& forbidden, const ValueArgument& value) {
        auto options = common_options<OrderTestOptions>(method, adjustment, forbidden, value);
        options.max_order = to_index(max_order, "max_order");
        const py::gil_scoped_release release;
        return order_test(of.journeys, options);
      },
      py::arg("journeys"), py::kw_only(), py::arg("max_order") = orders.max_order,
      py::arg("method") = to_word(orders.method, methods),
      py::arg("adjustment") = to_word(orders.adjustment, adjustments),
      py::arg("forbidden") = to_word(orders.forbidden, forbidden_policies), py::arg("value") = py::none(),
      told((std::string(doc::order_test) + "\n\n" + doc::file_fit_tests).c_str(),
           std::string(
               "journeys : Journeys\nmax_order : int\n    States that the longest context holds, at least 1.\n") +
               common_parameters,
           "OrderTest\n    `steps`, each a RowsTest; `order(level)`, the lowest order that is enough.")
          .c_str());

  const VisitsTestOptions visits;
  m.def(
      "visits_test",
      [](const LabelledJourneys& of, const ArrayArgument& groups, const std::string& method,
         const std::string& adjustment, const std::string& forbidden, const ValueArgument& value) {
        auto options = common_options<VisitsTestOptions>(method, adjustment, forbidden, value);
        options.groups = to_index(groups, "groups");
        const py::gil_scoped_release release;
        return visits_test(of.journeys, options);
      },
      py::arg("journeys"), py::kw_only(), py::arg("groups") = visits.groups,
      py::arg("method") = to_word(visits.method, methods),
      py::arg("adjustment") = to_word(visits.adjustment, adjustments),
      py::arg("forbidden") = to_word(visits.forbidden, forbidden_policies), py::arg("value") = py::none(),
      told(
          doc::visits_test,
          std::string("journeys : Journeys\ngroups : int\n    For the 1st, 2nd, … time; the last group holds all later "
                      "times too.\n") +
              common_parameters,
          "RowsTest")
          .c_str());

  const InformationCriteriaOptions criteria;
  m.def(
      "information_criteria",
      [](const LabelledJourneys& of, const ArrayArgument& max_order, const std::string& forbidden) {
        const InformationCriteriaOptions options{.max_order = to_index(max_order, "max_order"),
                                                 .forbidden = to_choice(forbidden, "forbidden", forbidden_policies)};
        const py::gil_scoped_release release;
        return information_criteria(of.journeys, options);
      },
      py::arg("journeys"), py::kw_only(), py::arg("max_order") = criteria.max_order,
      py::arg("forbidden") = to_word(criteria.forbidden, forbidden_policies), doc::information_criteria);

  const HomogeneityTestOptions times;
  m.def(
      "homogeneity_test",
      [](const LabelledJourneys& of, const std::string& by, const ArrayArgument& parts,
         const OptionalPeriodArgument& period, const std::string& method, const std::string& adjustment,
         const std::string& forbidden, const ValueArgument& value) {
        auto options = common_options<HomogeneityTestOptions>(method, adjustment, forbidden, value);
        options.by = to_choice(by, "by", timings);
        options.parts = to_index(parts, "parts");
        if (!period.is_none()) options.period = to_period(period, "period");
        const py::gil_scoped_release release;
        return homogeneity_test(of.journeys, options);
      },
      py::arg("journeys"), py::kw_only(), py::arg("by") = to_word(times.by, timings), py::arg("parts") = times.parts,
      py::arg("period") = py::none(), py::arg("method") = to_word(times.method, methods),
      py::arg("adjustment") = to_word(times.adjustment, adjustments),
      py::arg("forbidden") = to_word(times.forbidden, forbidden_policies), py::arg("value") = py::none(),
      told(doc::homogeneity_test, std::string(R"(journeys : Journeys
by : {"calendar", "age"}
    The date of the move, or its number within the journey.
parts : int
    Parts of the log, equal in time; or ages, the last of which holds all later ones too.
period : Period or str, optional
    Calendar parts of this length instead.
)") + common_parameters,
           "RowsTest")
          .c_str());

  const SegmentTestOptions segmented;
  m.def(
      "segment_test",
      [](const SegmentsArgument& segments, const std::string& method, const std::string& adjustment,
         const std::string& forbidden, const RewardsArgument& rewards, const LawArgument& start,
         const NumberArgument& annual_discount_rate, const NumberArgument& discount_rate_per_period,
         const NumberArgument& discount_factor, const DiscountArgument& discount, const py::kwargs& others) {
        if (!py::hasattr(segments, "items"))
          throw py::type_error("segments: expected a dict {name: Counts or Journeys}, found " + type_name(segments));
        std::vector<Segment> given;
        for (const py::handle item : segments.attr("items")()) {
          const auto pair = item.cast<py::tuple>();
          given.push_back({std::string(py::str(pair[0])), to_counted(pair[1], "segments")});
        }
        SegmentTestOptions options;
        options.method = to_choice(method, "method", methods);
        options.adjustment = to_choice(adjustment, "adjustment", adjustments);
        options.forbidden = to_choice(forbidden, "forbidden", forbidden_policies);
        options.discount = to_discount("segment_test", annual_discount_rate, discount_rate_per_period, discount_factor,
                                       discount, others);
        if (!given.empty()) {
          const StateSpace& states = given.front().counts.states();
          if (!rewards.is_none()) options.rewards = to_rewards(rewards, states);
          if (!start.is_none()) options.start = to_law(start, states, "start");
        }
        const py::gil_scoped_release release;
        return segment_test(given, options);
      },
      py::arg("segments"), py::kw_only(), py::arg("method") = to_word(segmented.method, methods),
      py::arg("adjustment") = to_word(segmented.adjustment, adjustments),
      py::arg("forbidden") = to_word(segmented.forbidden, forbidden_policies), py::arg("rewards") = py::none(),
      py::arg("start") = py::none(), py::arg("annual_discount_rate") = py::none(),
      py::arg("discount_rate_per_period") = py::none(), py::arg("discount_factor") = py::none(),
      py::arg("discount") = py::none(),
      told(doc::segment_test, R"(segments : dict {name: Counts or Journeys}
    Of different customers, over one lifecycle and period.
method : {"likelihood_ratio", "pearson"}
    G² or X².
adjustment : {"holm", "benjamini_hochberg"}
    How the p-values of several states or moves are read at once.
forbidden : {"refuse", "drop"}
    What to do with observed moves that the lifecycle does not allow.
rewards : Rewards, dict or array_like, optional
    For all segments alike; without them the mean values of all together.
start : str, dict or array_like, optional
    For all segments alike; without it the first states of all together.
annual_discount_rate, discount_rate_per_period, discount_factor, discount : optional
    As in `lifetime_value`; with one of them the difference is said in money too.
)",
           "SegmentTest\n    `overall`, `rows`, `values`, `located(level)`.")
          .c_str());

  const DwellTestOptions dwelling;
  m.def(
      "dwell_test",
      [](const CountedArgument& counts, const std::string& method, const std::string& adjustment) {
        const DwellTestOptions options{.method = to_choice(method, "method", methods),
                                       .adjustment = to_choice(adjustment, "adjustment", adjustments)};
        return dwell_test(to_counted(counts, "dwell_test"), options);
      },
      py::arg("counts"), py::kw_only(), py::arg("method") = to_word(dwelling.method, methods),
      py::arg("adjustment") = to_word(dwelling.adjustment, adjustments), doc::dwell_test);

  const FitTestsOptions whole;
  m.def(
      "fit_tests",
      [](const LabelledJourneys& of, const ArrayArgument& max_order, const std::string& forbidden,
         const ValueArgument& value, const NumberArgument& level, const NumberArgument& material) {
        FitTestsOptions options;
        options.max_order = to_index(max_order, "max_order");
        options.forbidden = to_choice(forbidden, "forbidden", forbidden_policies);
        options.value = to_value(value);
        options.level = to_number(level, "level");
        options.material = to_number(material, "material");
        const py::gil_scoped_release release;
        return fit_tests(of.journeys, options);
      },
      py::arg("journeys"), py::kw_only(), py::arg("max_order") = whole.max_order,
      py::arg("forbidden") = to_word(whole.forbidden, forbidden_policies), py::arg("value") = py::none(),
      py::arg("level") = whole.level, py::arg("material") = whole.material,
      told(
          doc::fit_tests, R"(journeys : Journeys
max_order : int
    States that the longest context of the order test holds.
forbidden : {"refuse", "drop"}
    What to do with observed moves that the lifecycle does not allow.
value : LifetimeValue, optional
    A value for life of the fitted chain: departures are then said in money too.
level : float
    P-values below this are findings.
material : float
    Smallest shift of probabilities in a state, chance taken off, that is worth a warning.
)",
          "FitTests\n    `warnings()`, `sentences()`; `order`, `criteria`, `visits`, `by_calendar`, `by_age`, `dwell`.")
          .c_str());
}

}  // namespace sojourn::python
