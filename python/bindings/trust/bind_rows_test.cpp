#include "sojourn/trust/rows_test.hpp"

#include "docs/trust/rows_test.hpp"
#include "support/members.hpp"
#include "trust/bound_tests.hpp"
#include "trust/pickled_parts.hpp"
#include "trust/test_keywords.hpp"

namespace sojourn::python {

namespace {

struct NamedStateTest {
  std::string state;
  TestResult test;
  double adjusted_p_value;
};

std::vector<NamedStateTest> rows_by_state(const RowsTest& test) {
  std::vector<NamedStateTest> out;
  for (const StateTest& s : test.by_state) out.push_back({test.states.name(s.state), s.test, s.adjusted_p_value});
  return out;
}

template <class T>
auto of_departure(T Departure::* member) {
  return member_of(&NamedDeparture::departure, member);
}

void bind_departure(py::module_& m) {
  py::class_<NamedDeparture>(m, "Departure", doc::Departure)
      .def(pickled_by_fields<NamedDeparture>("Departure", &NamedDeparture::from_state, &NamedDeparture::departure,
                                             &NamedDeparture::to_state))
      .def_readonly("from_state", &NamedDeparture::from_state, "State name.")
      .def_property_readonly("group", of_departure(&Departure::group), doc::Departure_group)
      .def_readonly("to_state", &NamedDeparture::to_state, "State name.")
      .def_property_readonly("moves", of_departure(&Departure::moves), doc::Departure_moves)
      .def_property_readonly("of", of_departure(&Departure::of), doc::Departure_of)
      .def_property_readonly("probability", of_departure(&Departure::probability), doc::Departure_probability)
      .def_property_readonly("pooled_probability", of_departure(&Departure::pooled_probability),
                             doc::Departure_pooled_probability)
      .def_property_readonly("p_value", of_departure(&Departure::p_value), doc::Departure_p_value)
      .def_property_readonly("amount", of_departure(&Departure::amount), doc::Departure_amount)
      .def("__repr__", [](const NamedDeparture& d) {
        return called("Departure", shown(d.from_state), shown(d.departure.group), shown(d.to_state),
                      field("probability", d.departure.probability),
                      field("pooled_probability", d.departure.pooled_probability));
      });
}

}  // namespace

py::dict departures_table(const RowsTest& test) {
  const auto name = [&](Index Departure::* state) {
    return [&test, state](const Departure& d) { return test.states.name(d.*state); };
  };
  py::dict table = columns_of(test.departures, "from_state", name(&Departure::from), "group", &Departure::group,
                              "to_state", name(&Departure::to), "moves", &Departure::moves, "of", &Departure::of,
                              "probability", &Departure::probability, "pooled_probability",
                              &Departure::pooled_probability, "p_value", &Departure::p_value);
  if (!test.departures.empty() && test.departures.front().amount)
    add_column(table, test.departures, "amount", [](const Departure& d) { return *d.amount; });
  return table;
}

void bind_rows_test(py::module_& m) {
  bind_departure(m);

  py::class_<NamedStateTest>(m, "StateTest", doc::StateTest)
      .def(pickled_by_fields<NamedStateTest>("StateTest", &NamedStateTest::state, &NamedStateTest::test,
                                             &NamedStateTest::adjusted_p_value))
      .def_readonly("state", &NamedStateTest::state, "State name.")
      .def_readonly("test", &NamedStateTest::test, "The test of this row alone.")
      .def_readonly("adjusted_p_value", &NamedStateTest::adjusted_p_value, doc::StateTest_adjusted_p_value)
      .def("__repr__", [](const NamedStateTest& s) {
        return called("StateTest", shown(s.state), short_of(s.test), field("adjusted_p_value", s.adjusted_p_value));
      });

  py::class_<RowsTest>(m, "RowsTest", doc::RowsTest)
      .def(pickled_by_fields<RowsTest>("RowsTest", &RowsTest::states, &RowsTest::overall, &RowsTest::by_state,
                                       &RowsTest::departures, &RowsTest::adjustment))
      .def_readonly("states", &RowsTest::states, "The states, in order.")
      .def_readonly("overall", &RowsTest::overall, "All rows together.")
      .def_property_readonly("by_state", &rows_by_state, doc::RowsTest_by_state)
      .def_property_readonly(
          "departures", [](const RowsTest& test) { return named(test.departures, test.states); },
          doc::RowsTest_departures)
      .def_property_readonly("adjustment", word_of(adjustments, &RowsTest::adjustment), adjustment_text)
      .def(
          "located",
          [](const RowsTest& test, const NumberArgument& level) {
            return named(test.located(to_number(level, "level")), test.states);
          },
          py::arg("level") = 0.05, doc::RowsTest_located)
      .def("sentence", &RowsTest::sentence, doc::RowsTest_sentence)
      .def("to_dict", &departures_table,
           "A table of the departures: from_state, group, to_state, moves, of, probability, pooled_probability,\n"
           "p_value and, with a value, amount; each a NumPy array.")
      .def("__str__", &RowsTest::sentence)
      .def("__repr__", [](const RowsTest& test) { return called("RowsTest", short_of(test.overall)); });
}

}  // namespace sojourn::python
