#include "sojourn/trust/segment_test.hpp"

#include "docs/trust/rows_test.hpp"
#include "docs/trust/segment_test.hpp"
#include "support/discount_keywords.hpp"
#include "support/members.hpp"
#include "support/parameters.hpp"
#include "trust/bound_tests.hpp"
#include "trust/counted.hpp"
#include "trust/pickled_parts.hpp"
#include "trust/test_keywords.hpp"
#include "value/named_what_if.hpp"

SOJOURN_ARGUMENT(SegmentsArgument, "Mapping[str, Counts | Journeys]");

namespace sojourn::python {

namespace {

struct NamedSegmentValue {
  std::string segment;
  std::string against;
  NamedWhatIf difference;
};

std::vector<NamedSegmentValue> values_of(const SegmentTest& test) {
  std::vector<NamedSegmentValue> out;
  for (const SegmentValue& v : test.values)
    out.push_back({v.segment, v.against, named(v.difference, test.rows.states)});
  return out;
}

std::vector<Segment> to_segments(const SegmentsArgument& segments) {
  if (!py::hasattr(segments, "items"))
    throw py::type_error("segments: expected a dict {name: Counts or Journeys}, found " + type_name(segments));
  std::vector<Segment> given;
  for (const py::handle item : segments.attr("items")()) {
    const auto pair = item.cast<py::tuple>();
    given.push_back({std::string(py::str(pair[0])), to_counted(pair[1], "segments")});
  }
  return given;
}

SegmentTest ask_segment_test(const SegmentsArgument& segments, const TestKeywords& test, const RewardsArgument& rewards,
                             const LawArgument& start, const DiscountKeywords& discount, const py::kwargs& others) {
  const std::vector<Segment> given = to_segments(segments);
  auto options = test.read<SegmentTestOptions>();
  options.discount = discount.read("segment_test", others);
  if (!given.empty()) {
    const StateSpace& states = given.front().counts.states();
    if (!rewards.is_none()) options.rewards = to_rewards(rewards, states);
    if (!start.is_none()) options.start = to_law(start, states, "start");
  }
  return released([&] { return segment_test(given, options); });
}

}  // namespace

void bind_segment_test(py::module_& m) {
  py::class_<NamedSegmentValue>(m, "SegmentValue", doc::SegmentValue)
      .def(pickled_by_fields<NamedSegmentValue>("SegmentValue", &NamedSegmentValue::segment,
                                                &NamedSegmentValue::against, &NamedSegmentValue::difference))
      .def_readonly("segment", &NamedSegmentValue::segment, "Name of the segment.")
      .def_readonly("against", &NamedSegmentValue::against, doc::SegmentValue_against)
      .def_readonly("difference", &NamedSegmentValue::difference, doc::SegmentValue_difference)
      .def("__repr__", [](const NamedSegmentValue& v) {
        return called("SegmentValue", shown(v.segment), field("against", v.against), field("value", v.difference.value),
                      field("other_value", v.difference.other_value));
      });
  py::class_<SegmentTest>(m, "SegmentTest", doc::SegmentTest)
      .def(pickled_by_fields<SegmentTest>("SegmentTest", &SegmentTest::rows, &SegmentTest::values))
      .def_readonly("rows", &SegmentTest::rows, "The test, overall, per state and located to the moves.")
      .def_property_readonly("overall", member_of(&SegmentTest::rows, &RowsTest::overall), "All rows together.")
      .def_property_readonly("values", &values_of, doc::SegmentTest_values)
      .def(
          "located",
          [](const SegmentTest& test, const NumberArgument& level) {
            return named(test.rows.located(to_number(level, "level")), test.rows.states);
          },
          py::arg("level") = 0.05, doc::RowsTest_located)
      .def("sentence", &SegmentTest::sentence, "The test in words, and the difference in money where there is any.")
      .def(
          "to_dict", [](const SegmentTest& test) { return departures_table(test.rows); },
          "A table of the departures, as that of `RowsTest`.")
      .def("__str__", &SegmentTest::sentence)
      .def("__repr__", [](const SegmentTest& test) { return called("SegmentTest", short_of(test.rows.overall)); });

  const SegmentTestOptions defaults;
  define(m, "segment_test", &ask_segment_test, py::arg("segments"), py::kw_only(), TestKeywords::arguments(defaults),
         py::arg("rewards") = py::none(), py::arg("start") = py::none(), DiscountKeywords::arguments(),
         docs(doc::segment_test,
              parameters({R"(segments : dict {name: Counts or Journeys}
    Of different customers, over one lifecycle and period.)",
                          TestKeywords::text(), R"(rewards : Rewards, dict or array_like, optional
    For all segments alike; without them the mean values of all together.
start : str, dict or array_like, optional
    For all segments alike; without it the first states of all together.
annual_discount_rate, discount_rate_per_period, discount_factor, discount : optional
    As in `lifetime_value`; with one of them the difference is said in money too.)"}),
              returns("SegmentTest\n    `overall`, `rows`, `values`, `located(level)`.")));
}

}  // namespace sojourn::python
