#include "sojourn/data/counts.hpp"

#include "docs/data/counts.hpp"
#include "sojourn/model/model.hpp"
#include "support/members.hpp"
#include "support/pickling.hpp"
#include "support/printing.hpp"

namespace sojourn::python {

namespace {

py::array_t<std::int64_t> lengths(const std::vector<std::int64_t>& numbers) {
  return py::array_t<std::int64_t>(static_cast<py::ssize_t>(numbers.size()), numbers.data());
}

py::dict dwell_by_state(const Counts& counts) {
  py::dict result;
  for (Index i = 0; i < counts.states().n_states(); ++i)
    result[py::str(counts.states().name(i))] = counts.dwell()[static_cast<std::size_t>(i)];
  return result;
}

py::dict moves_table(const Counts& counts) {
  py::list from, to, moves;
  for (Index i = 0; i < counts.states().n_states(); ++i)
    for (Index j = 0; j < counts.states().n_states(); ++j)
      if (counts.moves()(i, j) != 0) {
        from.append(counts.states().name(i));
        to.append(counts.states().name(j));
        moves.append(counts.moves()(i, j));
      }
  const py::module_ numpy = py::module_::import("numpy");
  py::dict result;
  result["from_state"] = numpy.attr("array")(from, "str");
  result["to_state"] = numpy.attr("array")(to, "str");
  result["moves"] = numpy.attr("array")(moves, "int64");
  return result;
}

void bind_dwell(py::module_& m) {
  py::class_<Dwell>(m, "Dwell", doc::Dwell)
      .def(pickled_by_fields<Dwell>("Dwell", &Dwell::completed, &Dwell::open))
      .def_property_readonly(
          "completed", [](const Dwell& dwell) { return lengths(dwell.completed); },
          "completed[k] stays lasted k + 1 and were then left.")
      .def_property_readonly(
          "open", [](const Dwell& dwell) { return lengths(dwell.open); },
          "open[k] stays had lasted k + 1 when the journey ended or was last seen.")
      .def(
          "__eq__", [](const Dwell& a, const Dwell& b) { return a == b; }, py::is_operator())
      .def("__repr__", [](const Dwell& dwell) {
        std::int64_t completed = 0, open = 0;
        for (const auto n : dwell.completed) completed += n;
        for (const auto n : dwell.open) open += n;
        return "Dwell(" + std::to_string(completed) + " completed, " + std::to_string(open) + " open)";
      });
}

}  // namespace

void bind_counts(py::module_& m) {
  bind_dwell(m);
  py::class_<Counts>(m, "Counts",
                     docs(doc::Counts, R"(Parameters
----------
lifecycle : Lifecycle
period : Period or str)")
                         .c_str())
      .def(py::init([](const Lifecycle& lifecycle, const PeriodArgument& period) {
             return Counts(lifecycle, to_period(period, "period"));
           }),
           py::arg("lifecycle"), py::arg("period"))
      .def_property_readonly("lifecycle", &Counts::lifecycle, "States, allowed moves and exits.")
      .def_property_readonly("states", &Counts::states, "The states, in order.")
      .def_property_readonly("period", &Counts::period, "The clock: one entry per period, or per event.")
      .def_property_readonly("moves", view_of(&Counts::moves), doc::Counts_moves)
      .def_property_readonly("visits", view_of(&Counts::visits), doc::Counts_visits)
      .def_property_readonly("starts", view_of(&Counts::starts), doc::Counts_starts)
      .def_property_readonly("lasts", view_of(&Counts::lasts), doc::Counts_lasts)
      .def_property_readonly("dwell", &dwell_by_state,
                             "State name → lengths of stays (`completed`, `open`); empty for exits.")
      .def_property_readonly("values", &Counts::values, "Sum of values over the entries in each state, currency.")
      .def_property_readonly("squared_values", &Counts::squared_values,
                             "Sum of squared values over the entries in each state.")
      .def_property_readonly("n_moves", &Counts::n_moves, "All moves.")
      .def_property_readonly("n_journeys", &Counts::n_journeys, "How many journeys.")
      .def_property_readonly("n_customers", &Counts::n_customers, "How many customers.")
      .def("mean_rewards", &Counts::mean_rewards, doc::Counts_mean_rewards)
      .def("mean_rewards_error", &Counts::mean_rewards_error, doc::Counts_mean_rewards_error)
      .def(
          "start_distribution",
          [](const Counts& counts) { return StateValues(counts.states(), counts.start_distribution()); },
          doc::Counts_start_distribution)
      .def("to_dict", &moves_table, "A long table of the moves seen: from_state, to_state, moves; each a NumPy array.")
      .def(
          "__add__", [](const Counts& a, const Counts& b) { return a + b; }, py::is_operator())
      .def(
          "__eq__", [](const Counts& a, const Counts& b) { return a == b; }, py::is_operator())
      .def("__str__", &printed<Counts>)
      .def("__repr__",
           [](const Counts& counts) {
             return "Counts(" + std::to_string(counts.n_moves()) + " moves of " + std::to_string(counts.n_customers()) +
                    " customers, period='" + counts.period().name() + "')";
           })
      .def(py::pickle([](const Counts& counts) { return to_json(counts); },
                      [](const std::string& text) { return counts_from_json(text); }));

  m.def(
      "count",
      [](const LabelledJourneys& of) {
        const py::gil_scoped_release release;
        return count(of.journeys);
      },
      py::arg("journeys"), doc::count);
}

}  // namespace sojourn::python
