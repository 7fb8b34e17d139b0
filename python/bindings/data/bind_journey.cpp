#include "sojourn/data/journey.hpp"

#include "data/data_report_fields.hpp"
#include "docs/data/data_report.hpp"
#include "docs/data/journey.hpp"
#include "support/arguments.hpp"
#include "support/pickling.hpp"
#include "support/printing.hpp"

namespace sojourn::python {

template <>
inline constexpr auto members_of<JourneyColumns> = std::tuple(
    &JourneyColumns::customers, &JourneyColumns::offsets, &JourneyColumns::states, &JourneyColumns::times,
    &JourneyColumns::values, &JourneyColumns::is_continuation, &JourneyColumns::gap_times, &JourneyColumns::rows);

namespace {

// One journey, copied out.
struct NamedJourney {
  py::object customer;
  std::vector<std::string> states;
  py::object times;
  py::object values;
  bool is_ended;
};

template <class T>
py::array column(const std::vector<T>& numbers, py::handle owner) {
  py::array array(py::dtype::of<T>(), {static_cast<py::ssize_t>(numbers.size())}, numbers.data(), owner);
  array.attr("setflags")(py::arg("write") = false);
  return array;
}

py::array_t<bool> flags(const std::vector<bool>& bits) {
  py::array_t<bool> array(static_cast<py::ssize_t>(bits.size()));
  for (std::size_t i = 0; i < bits.size(); ++i) array.mutable_at(static_cast<py::ssize_t>(i)) = bits[i];
  return array;
}

py::object labels_of(const LabelledJourneys& self, const py::object& codes) {
  return self.labels.is_none() ? codes : py::object(self.labels.attr("__getitem__")(codes));
}

py::object names_array(const StateSpace& states) {
  py::module_ numpy = py::module_::import("numpy");
  return numpy.attr("array")(py::cast(states.names()));
}

bool is_ended(const Journeys& journeys, std::size_t j) {
  const auto& columns = journeys.columns();
  const auto end = columns.offsets[j + 1];
  return end > columns.offsets[j] && journeys.lifecycle().is_exit(columns.states[static_cast<std::size_t>(end - 1)]);
}

py::array_t<bool> ended(const Journeys& journeys) {
  py::array_t<bool> array(journeys.n_journeys());
  for (Index j = 0; j < journeys.n_journeys(); ++j)
    array.mutable_at(j) = is_ended(journeys, static_cast<std::size_t>(j));
  return array;
}

}  // namespace

void bind_journey(py::module_& m) {
  py::class_<NamedJourney>(m, "JourneyView", doc::JourneyView)
      .def_readonly("customer", &NamedJourney::customer, "The customer's id.")
      .def_readonly("states", &NamedJourney::states, "State names, in time order.")
      .def_readonly("times", &NamedJourney::times, "Time of each entry: datetime64, or int for plain order.")
      .def_readonly("values", &NamedJourney::values, "Currency of each entry.")
      .def_readonly("is_ended", &NamedJourney::is_ended, "True when the last state is an exit.")
      .def(pickled_by_fields<NamedJourney>("JourneyView", &NamedJourney::customer, &NamedJourney::states,
                                           &NamedJourney::times, &NamedJourney::values, &NamedJourney::is_ended))
      .def("__repr__", [](const NamedJourney& self) {
        return "JourneyView(customer=" + std::string(py::repr(self.customer)) +
               ", states=" + std::string(py::repr(py::cast(self.states))) +
               ", is_ended=" + (self.is_ended ? "True" : "False") + ")";
      });

  const auto column_of = [](auto JourneyColumns::* member) {
    return [member](const py::object& self) {
      return column(self.cast<const LabelledJourneys&>().journeys.columns().*member, self);
    };
  };

  py::class_<LabelledJourneys>(m, "Journeys", docs(doc::Journeys, doc::file_journey).c_str())
      .def_property_readonly(
          "lifecycle", [](const LabelledJourneys& self) { return self.journeys.lifecycle(); },
          "States, allowed moves and exits.")
      .def_property_readonly(
          "states", [](const LabelledJourneys& self) { return self.journeys.states(); }, "The states, in order.")
      .def_property_readonly(
          "period", [](const LabelledJourneys& self) { return self.journeys.period(); }, doc::Journeys_period)
      .def_property_readonly(
          "time_unit", [](const LabelledJourneys& self) { return name_of(self.journeys.time_unit()); },
          R"("step", "day", "second", "millisecond", "microsecond" or "nanosecond".)")
      .def_property_readonly(
          "report", [](const LabelledJourneys& self) { return self.journeys.report(); }, doc::DataReport)
      .def_property_readonly(
          "n_journeys", [](const LabelledJourneys& self) { return self.journeys.n_journeys(); }, "How many journeys.")
      .def_property_readonly(
          "n_entries", [](const LabelledJourneys& self) { return self.journeys.n_entries(); },
          "Entries of all journeys together.")
      .def_property_readonly(
          "n_customers", [](const LabelledJourneys& self) { return self.journeys.n_customers(); },
          "How many different customers.")
      .def_property_readonly(
          "customer_ids",
          [](const py::object& self) {
            const auto& of = self.cast<const LabelledJourneys&>();
            return labels_of(of, column(of.journeys.columns().customers, self));
          },
          "Shape (n_journeys,): the id of each journey's customer, as it stood in the log.")
      .def_property_readonly("offsets", column_of(&JourneyColumns::offsets),
                             "Shape (n_journeys + 1,): entries offsets[j] … offsets[j + 1] - 1 belong to journey j.")
      .def_property_readonly("state_positions", column_of(&JourneyColumns::states),
                             "Shape (n_entries,): position of the state of each entry.")
      .def_property_readonly("values", column_of(&JourneyColumns::values), "Shape (n_entries,): currency.")
      .def_property_readonly(
          "times",
          [](const py::object& self) {
            const auto& journeys = self.cast<const LabelledJourneys&>().journeys;
            const py::object times = column(journeys.columns().times, self);
            return py::object(times.attr("view")(dtype_of(journeys.time_unit())));
          },
          "Shape (n_entries,): time of the event, or first day of the period; datetime64, or int64 for plain order.")
      .def_property_readonly(
          "is_continuation",
          [](const LabelledJourneys& self) { return flags(self.journeys.columns().is_continuation); },
          "Shape (n_journeys,): cut off from the journey before it by a gap.")
      .def_property_readonly(
          "is_ended", [](const LabelledJourneys& self) { return ended(self.journeys); },
          "Shape (n_journeys,): the last state is an exit.")
      .def("__len__", [](const LabelledJourneys& self) { return self.journeys.n_journeys(); })
      .def("__iter__",
           [](const py::object& self) {
             const py::module_ builtins = py::module_::import("builtins");
             return builtins.attr("map")(self.attr("__getitem__"), builtins.attr("range")(py::len(self)));
           })
      .def(
          "__getitem__",
          [](const py::object& self, const WholeArgument& journey) {
            const auto& of = self.cast<const LabelledJourneys&>();
            Index j = to_index(journey, "journey");
            if (j < 0) j += of.journeys.n_journeys();
            const JourneyView seen = of.journeys[j];
            NamedJourney result;
            result.customer = labels_of(of, py::int_(seen.customer));
            for (const auto i : seen.states) result.states.push_back(of.journeys.states().name(i));
            const auto& offsets = of.journeys.columns().offsets;
            const py::slice rows(offsets[static_cast<std::size_t>(j)], offsets[static_cast<std::size_t>(j) + 1], 1);
            result.times = self.attr("times").attr("__getitem__")(rows);
            result.values = self.attr("values").attr("__getitem__")(rows);
            result.is_ended = seen.is_ended;
            return result;
          },
          py::arg("journey"))
      .def(
          "to_dict",
          [](const py::object& self) {
            const auto& of = self.cast<const LabelledJourneys&>();
            const py::module_ numpy = py::module_::import("numpy");
            const py::object lengths = numpy.attr("diff")(self.attr("offsets"));
            py::dict result;
            result["journey"] = numpy.attr("repeat")(numpy.attr("arange")(of.journeys.n_journeys()), lengths);
            result["customer"] = numpy.attr("repeat")(self.attr("customer_ids"), lengths);
            result["time"] = self.attr("times");
            result["state"] = names_array(of.journeys.states()).attr("__getitem__")(self.attr("state_positions"));
            result["value"] = self.attr("values");
            return result;
          },
          "A long table, one row per entry: journey, customer, time, state, value; each a NumPy array.")
      .def(
          "with_report_counts",
          [](const LabelledJourneys& self, const py::kwargs& counts) {
            DataReport report = self.journeys.report();
            for (const auto& [key, amount] : counts) {
              const auto name = key.cast<std::string>();
              bool known = false;
              for (const ReportField& field : report_fields) {
                if (name != field.name) continue;
                report.*field.member += to_index(amount, field.name);
                known = true;
              }
              if (!known) throw py::type_error("with_report_counts: the report has no count named '" + name + "'");
            }
            const Journeys& of = self.journeys;
            return LabelledJourneys{
                Journeys(of.lifecycle(), of.period(), of.time_unit(), of.columns(), std::move(report)), self.labels};
          },
          "A changed copy whose report has these amounts added, by name: what a reader dropped before the rows came "
          "here,\n"
          "say ``with_report_counts(rows_read=3, malformed=3)``.")
      .def("__str__", [](const LabelledJourneys& self) { return printed(self.journeys); })
      .def(pickled<LabelledJourneys>(
          "Journeys",
          [](const LabelledJourneys& self) {
            const Journeys& of = self.journeys;
            return std::tuple<Lifecycle, Period, TimeUnit, const JourneyColumns&, DataReport, py::object>(
                of.lifecycle(), of.period(), of.time_unit(), of.columns(), of.report(), self.labels);
          },
          [](Lifecycle lifecycle, Period period, TimeUnit unit, JourneyColumns columns, DataReport report,
             py::object labels) {
            return LabelledJourneys{Journeys(std::move(lifecycle), period, unit, std::move(columns), std::move(report)),
                                    std::move(labels)};
          }))
      .def("__repr__", [](const LabelledJourneys& self) {
        return "Journeys(n_journeys=" + std::to_string(self.journeys.n_journeys()) +
               ", n_customers=" + std::to_string(self.journeys.n_customers()) +
               ", n_entries=" + std::to_string(self.journeys.n_entries()) + ", period='" +
               self.journeys.period().name() + "')";
      });
}

}  // namespace sojourn::python
