#include "sojourn/trust/dwell_test.hpp"

#include "docs/trust/dwell_test.hpp"
#include "support/members.hpp"
#include "trust/bound_tests.hpp"
#include "trust/counted.hpp"
#include "trust/pickled_parts.hpp"
#include "trust/test_keywords.hpp"

SOJOURN_ARGUMENT(CountedArgument, "Counts | Journeys");

namespace sojourn::python {

namespace {

constexpr Words<Leaving> directions = {
    {"even", Leaving::even}, {"falls", Leaving::falls}, {"rises", Leaving::rises}, {"uneven", Leaving::uneven}};

struct NamedDwellTest {
  std::string state;
  StateDwellTest test;
};

struct NamedLength {
  std::string state;
  StayLength length;
  double by_chain;
};

std::vector<NamedDwellTest> dwell_by_state(const DwellTest& test) {
  std::vector<NamedDwellTest> out;
  for (const StateDwellTest& s : test.by_state) out.push_back({test.states.name(s.state), s});
  return out;
}

py::dict lengths_table(const DwellTest& test) {
  std::vector<NamedLength> rows;
  for (const StateDwellTest& s : test.by_state) {
    for (const StayLength& length : s.lengths) rows.push_back({test.states.name(s.state), length, s.leaving});
  }
  const auto of = [](auto member) { return [member](const NamedLength& row) { return row.length.*member; }; };
  return columns_of(rows, "state", &NamedLength::state, "from_length", of(&StayLength::from), "to_length",
                    of(&StayLength::to), "at_risk", of(&StayLength::at_risk), "left", of(&StayLength::left), "leaving",
                    of(&StayLength::leaving), "leaving_by_chain", &NamedLength::by_chain);
}

template <class T>
auto of_test(T StateDwellTest::* member) {
  return member_of(&NamedDwellTest::test, member);
}

DwellTest ask_dwell_test(const CountedArgument& counts, const std::string& method, const std::string& adjustment) {
  const DwellTestOptions options{.method = to_choice(method, "method", test_methods),
                                 .adjustment = to_choice(adjustment, "adjustment", adjustments)};
  return dwell_test(to_counted(counts, "dwell_test"), options);
}

void bind_state_dwell_test(py::module_& m) {
  py::class_<StayLength>(m, "StayLength", doc::StayLength)
      .def(pickled_by_fields<StayLength>("StayLength", &StayLength::from, &StayLength::to, &StayLength::at_risk,
                                         &StayLength::left, &StayLength::leaving))
      .def_readonly("from_length", &StayLength::from, "Shortest length, in periods (or events).")
      .def_readonly("to_length", &StayLength::to, "Longest length.")
      .def_readonly("at_risk", &StayLength::at_risk, doc::StayLength_at_risk)
      .def_readonly("left", &StayLength::left, doc::StayLength_left)
      .def_readonly("leaving", &StayLength::leaving, doc::StayLength_leaving)
      .def("__repr__", [](const StayLength& s) {
        return called("StayLength", shown(s.from), shown(s.to), field("leaving", s.leaving));
      });
  py::class_<NamedDwellTest>(m, "StateDwellTest", doc::StateDwellTest)
      .def(pickled_by_fields<NamedDwellTest>("StateDwellTest", &NamedDwellTest::state, &NamedDwellTest::test))
      .def_readonly("state", &NamedDwellTest::state, "State name.")
      .def_property_readonly("test", of_test(&StateDwellTest::test), "The test of this state alone.")
      .def_property_readonly("adjusted_p_value", of_test(&StateDwellTest::adjusted_p_value),
                             doc::StateDwellTest_adjusted_p_value)
      .def_property_readonly("leaving", of_test(&StateDwellTest::leaving), doc::StateDwellTest_leaving)
      .def_property_readonly("trend", of_test(&StateDwellTest::trend), doc::StateDwellTest_trend)
      .def_property_readonly("lengths", of_test(&StateDwellTest::lengths), doc::StateDwellTest_lengths)
      .def(
          "direction",
          [](const NamedDwellTest& s, const NumberArgument& level) {
            return to_word(s.test.direction(to_number(level, "level")), directions);
          },
          py::arg("level") = 0.05,
          R"("even" where the test does not reject; else leaving "falls" or "rises" with time spent, or is "uneven".)")
      .def("__repr__", [](const NamedDwellTest& s) {
        return called("StateDwellTest", shown(s.state), short_of(s.test.test),
                      field("direction", to_word(s.test.direction(), directions)));
      });
}

}  // namespace

void bind_dwell_test(py::module_& m) {
  bind_state_dwell_test(m);

  py::class_<DwellTest>(m, "DwellTest", doc::DwellTest)
      .def(pickled_by_fields<DwellTest>("DwellTest", &DwellTest::states, &DwellTest::overall, &DwellTest::by_state,
                                        &DwellTest::adjustment))
      .def_readonly("states", &DwellTest::states, "The states, in order.")
      .def_readonly("overall", &DwellTest::overall, "All states together.")
      .def_property_readonly("by_state", &dwell_by_state, doc::DwellTest_by_state)
      .def_property_readonly("adjustment", word_of(adjustments, &DwellTest::adjustment), adjustment_text)
      .def("sentence", &DwellTest::sentence, "The test in words, and which way leaving changes.")
      .def("to_dict", &lengths_table, "A table, one row per state and length of stay; each column a NumPy array.")
      .def("__str__", &DwellTest::sentence)
      .def("__repr__", [](const DwellTest& test) { return called("DwellTest", short_of(test.overall)); });

  const DwellTestOptions defaults;
  m.def("dwell_test", &ask_dwell_test, py::arg("counts"), py::kw_only(),
        py::arg("method") = to_word(defaults.method, test_methods),
        py::arg("adjustment") = to_word(defaults.adjustment, adjustments), doc::dwell_test);
}

}  // namespace sojourn::python
