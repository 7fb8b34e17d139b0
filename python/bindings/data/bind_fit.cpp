#include "sojourn/data/fit.hpp"

#include "data/fit_arguments.hpp"
#include "docs.hpp"
#include "sojourn/model/model.hpp"
#include "support/arguments.hpp"
#include "support/pickling.hpp"
#include "support/printing.hpp"

SOJOURN_ARGUMENT(CountsArgument, "Counts | Journeys");

namespace sojourn::python {

namespace {

constexpr std::initializer_list<std::pair<const char*, Estimate>> estimates = {{"mean", Estimate::mean},
                                                                               {"mode", Estimate::mode}};
constexpr std::initializer_list<std::pair<const char*, RowsWithoutData>> row_policies = {
    {"refuse", RowsWithoutData::refuse},
    {"prior", RowsWithoutData::prior},
    {"absorb", RowsWithoutData::absorb},
    {"parent", RowsWithoutData::parent}};
constexpr std::initializer_list<std::pair<const char*, Forbidden>> forbidden_policies = {{"refuse", Forbidden::refuse},
                                                                                         {"drop", Forbidden::drop}};

void check_clock(const std::optional<Period>& asked, const Period& clock, const char* what) {
  if (asked && !(*asked == clock))
    throw py::value_error(std::string("period: the ") + what + " are on the clock '" + clock.name() + "', not '" +
                          asked->name() + "'; " +
                          (clock.is_step() ? "put the journeys on a grid before they are counted"
                                           : "leave period out, or start from journeys of events"));
}

std::optional<Period> asked_clock(const py::object& period) {
  return period.is_none() ? std::nullopt : std::optional<Period>(to_period(period, "period"));
}

Counts to_counts(py::handle object, const py::object& period) {
  if (py::isinstance<Counts>(object)) {
    const auto& counts = object.cast<const Counts&>();
    check_clock(asked_clock(period), counts.period(), "counts");
    return counts;
  }
  if (!py::isinstance<LabelledJourneys>(object))
    throw py::type_error("fit_chain: expected Counts or Journeys, found " + type_name(object));
  const Journeys& journeys = object.cast<const LabelledJourneys&>().journeys;
  const std::optional<Journeys> moved = on_clock(journeys, period);
  const py::gil_scoped_release release;
  return count(moved ? *moved : journeys);
}

}  // namespace

std::optional<Journeys> on_clock(const Journeys& journeys, const py::object& period) {
  const auto asked = asked_clock(period);
  if (!asked || asked->is_step() || !journeys.period().is_step()) {
    check_clock(asked, journeys.period(), "journeys");
    return std::nullopt;
  }
  GridOptions grid;
  grid.period = *asked;
  const py::gil_scoped_release release;
  return on_grid(journeys, grid);
}

FitOptions FitArguments::options(Index n_states) const {
  FitOptions out;
  out.smoothing = to_number(smoothing, "smoothing");
  if (!prior.is_none()) out.prior = to_matrix(prior, "prior", n_states, n_states);
  out.estimate = to_choice(estimate, "estimate", estimates);
  out.rows_without_data = to_choice(rows_without_data, "rows_without_data", row_policies);
  out.forbidden = to_choice(forbidden, "forbidden", forbidden_policies);
  if (!parent.is_none()) out.parent = to_chain(parent, "parent");
  return out;
}

const char* default_estimate() {
  return to_word(FitOptions().estimate, estimates);
}
const char* default_rows_without_data() {
  return to_word(FitOptions().rows_without_data, row_policies);
}
const char* default_forbidden() {
  return to_word(FitOptions().forbidden, forbidden_policies);
}

void bind_fit(py::module_& m) {
  py::class_<FitReport>(m, "FitReport", doc::FitReport)
      .def_readonly("moves_used", &FitReport::moves_used, "Moves that entered the estimate.")
      .def_readonly("moves_dropped", &FitReport::moves_dropped, "Forbidden moves dropped on request.")
      .def_readonly("log_likelihood", &FitReport::log_likelihood, doc::FitReport_log_likelihood)
      .def_readonly("n_parameters", &FitReport::n_parameters, doc::FitReport_n_parameters)
      .def_readonly("rows_without_data", &FitReport::rows_without_data, doc::FitReport_rows_without_data)
      .def_property_readonly(
          "filled_by", [](const FitReport& r) { return to_word(r.filled_by, row_policies); }, doc::FitReport_filled_by)
      .def_readonly("smoothing", &FitReport::smoothing, doc::FitReport_smoothing)
      .def_readonly("has_prior", &FitReport::has_prior, doc::FitReport_has_prior)
      .def_property_readonly(
          "estimate", [](const FitReport& r) { return to_word(r.estimate, estimates); },
          R"("mean" or "mode" of the rows after counting.)")
      .def(
          "__eq__", [](const FitReport& a, const FitReport& b) { return a == b; }, py::is_operator())
      .def("__str__", &printed<FitReport>)
      .def(pickled_by_fields<FitReport>("FitReport", &FitReport::moves_used, &FitReport::moves_dropped,
                                        &FitReport::log_likelihood, &FitReport::n_parameters,
                                        &FitReport::rows_without_data, &FitReport::filled_by, &FitReport::smoothing,
                                        &FitReport::has_prior, &FitReport::estimate))
      .def("__repr__", [](const FitReport& r) {
        return "FitReport(moves_used=" + std::to_string(r.moves_used) +
               ", log_likelihood=" + std::string(py::repr(py::float_(r.log_likelihood))) + ")";
      });

  py::class_<FitResult>(m, "FitResult", doc::FitResult)
      .def_property_readonly(
          "chain", [](const FitResult& fit) { return fit.chain; }, "The estimated chain.")
      .def_property_readonly(
          "counts", [](const FitResult& fit) { return fit.counts; }, "What it was estimated from.")
      .def_property_readonly(
          "posterior", [](const py::object& self) { return view(self.cast<const FitResult&>().posterior, self); },
          doc::FitResult_posterior)
      .def_property_readonly(
          "standard_errors",
          [](const py::object& self) { return view(self.cast<const FitResult&>().standard_errors, self); },
          doc::FitResult_standard_errors)
      .def_property_readonly(
          "report", [](const FitResult& fit) { return fit.report; }, doc::FitReport)
      .def_property_readonly(
          "states", [](const FitResult& fit) { return fit.states(); }, "The states, in order.")
      .def_property_readonly(
          "period", [](const FitResult& fit) { return fit.period(); }, "The length of one step.")
      .def(
          "__eq__", [](const FitResult& a, const FitResult& b) { return a == b; }, py::is_operator())
      .def("__str__", &printed<FitResult>)
      .def("__repr__",
           [](const FitResult& fit) {
             return "FitResult(" + std::to_string(fit.chain.n_states()) + " states, " +
                    std::to_string(fit.report.moves_used) + " moves, period='" + fit.period().name() + "')";
           })
      .def(py::pickle([](const FitResult& fit) { return to_json(fit); },
                      [](const std::string& text) { return fit_from_json(text); }));

  const FitOptions defaults;
  m.def(
      "fit_chain",
      [](const CountsArgument& counts, const py::object& period, const NumberArgument& smoothing,
         const py::object& prior, const std::string& estimate, const std::string& rows_without_data,
         const std::string& forbidden, const py::object& parent) {
        const Counts counted = to_counts(counts, period);
        const FitArguments arguments{smoothing, prior, estimate, rows_without_data, forbidden, parent};
        const FitOptions options = arguments.options(counted.states().n_states());
        const py::gil_scoped_release release;
        return fit_chain(counted, options);
      },
      py::arg("counts"), py::kw_only(), py::arg("period") = py::none(), py::arg("smoothing") = defaults.smoothing,
      py::arg("prior") = py::none(), py::arg("estimate") = default_estimate(),
      py::arg("rows_without_data") = default_rows_without_data(), py::arg("forbidden") = default_forbidden(),
      py::arg("parent") = py::none(),
      docs((std::string(doc::fit_chain) + "\n\n" + doc::file_fit).c_str(), R"(Parameters
----------
counts : Counts or Journeys
period : Period or str, optional
    Puts journeys of events on a grid first, each customer's clock starting with the first event (see `on_grid` for other
    grids). Without it the clock stays what it is.
smoothing : float
    Pseudo-count added to each allowed move (events), at least 0.
prior : array_like of shape (n_states, n_states), optional
    Dirichlet parameters per move; ignored where a move is forbidden.
estimate : {"mean", "mode"}
    Of the rows after counting; the mode needs a prior of at least 1 per allowed move.
rows_without_data : {"refuse", "prior", "absorb", "parent"}
    What to do with a row that has no observed move and is not an exit.
forbidden : {"refuse", "drop"}
    What to do with observed moves that the lifecycle does not allow.
parent : Chain or FitResult, optional
    Where rows without data may come from (a larger segment).

Returns
-------
FitResult
    `chain`, `counts`, `posterior`, `standard_errors`, `report`.

Raises
------
ValueError
    For options that contradict each other or the counts, forbidden moves, and rows without data.)")
          .c_str());

  m.def(
      "log_likelihood",
      [](const ArrayArgument& moves, const ChainArgument& chain) {
        const Chain& of = to_chain(chain, "log_likelihood");
        const Matrix numbers = to_matrix(moves, "moves", of.n_states(), of.n_states());
        CountMatrix whole(numbers.rows(), numbers.cols());
        for (Index i = 0; i < numbers.size(); ++i) {
          const double x = numbers.data()[i];
          if (!(x >= 0.0 && x < 9.0e15) || x != static_cast<double>(static_cast<std::int64_t>(x)))
            throw py::value_error("moves: expected whole numbers of at least 0, found " +
                                  std::string(py::repr(py::float_(x))));
          whole.data()[i] = static_cast<std::int64_t>(x);
        }
        return log_likelihood(whole, of);
      },
      py::arg("moves"), py::arg("chain"), doc::log_likelihood);
  m.def(
      "dirichlet_covariance",
      [](const ArrayArgument& alpha) { return copy(dirichlet_covariance(to_vector(alpha, "alpha"))); },
      py::arg("alpha"), doc::dirichlet_covariance);
}

}  // namespace sojourn::python
