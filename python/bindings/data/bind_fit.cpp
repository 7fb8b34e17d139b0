#include "sojourn/data/fit.hpp"

#include "data/fit_keywords.hpp"
#include "docs/data/fit.hpp"
#include "sojourn/model/model.hpp"
#include "support/members.hpp"
#include "support/pickling.hpp"
#include "support/printing.hpp"
#include "support/shown.hpp"

SOJOURN_ARGUMENT(CountsArgument, "Counts | Journeys");

namespace sojourn::python {

namespace {

constexpr auto& estimates = FitKeywords::estimates;
constexpr auto& row_policies = FitKeywords::row_policies;

Counts to_counts(py::handle object, const FitKeywords& keywords) {
  if (py::isinstance<Counts>(object)) {
    const auto& counts = object.cast<const Counts&>();
    keywords.check_clock(counts.period(), "counts");
    return counts;
  }
  if (!py::isinstance<LabelledJourneys>(object))
    throw py::type_error("fit_chain: expected Counts or Journeys, found " + type_name(object));
  const Journeys& journeys = object.cast<const LabelledJourneys&>().journeys;
  const std::optional<Journeys> moved = keywords.on_clock(journeys);
  return released([&] { return count(moved ? *moved : journeys); });
}

FitResult ask(const CountsArgument& counts, const FitKeywords& keywords) {
  const Counts counted = to_counts(counts, keywords);
  const FitOptions options = keywords.options(counted.states().n_states());
  return released([&] { return fit_chain(counted, options); });
}

std::optional<Period> asked_clock(const PeriodArgument& period) {
  return period.is_none() ? std::nullopt : std::optional<Period>(to_period(period, "period"));
}

constexpr const char* parameters_of_fit = R"(Parameters
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
    For options that contradict each other or the counts, forbidden moves, and rows without data.)";

void bind_report(py::module_& m) {
  py::class_<FitReport>(m, "FitReport", doc::FitReport)
      .def(pickled_by_fields<FitReport>("FitReport", &FitReport::moves_used, &FitReport::moves_dropped,
                                        &FitReport::log_likelihood, &FitReport::n_parameters,
                                        &FitReport::rows_without_data, &FitReport::filled_by, &FitReport::smoothing,
                                        &FitReport::has_prior, &FitReport::estimate))
      .def_readonly("moves_used", &FitReport::moves_used, "Moves that entered the estimate.")
      .def_readonly("moves_dropped", &FitReport::moves_dropped, "Forbidden moves dropped on request.")
      .def_readonly("log_likelihood", &FitReport::log_likelihood, doc::FitReport_log_likelihood)
      .def_readonly("n_parameters", &FitReport::n_parameters, doc::FitReport_n_parameters)
      .def_readonly("rows_without_data", &FitReport::rows_without_data, doc::FitReport_rows_without_data)
      .def_property_readonly("filled_by", word_of(row_policies, &FitReport::filled_by), doc::FitReport_filled_by)
      .def_readonly("smoothing", &FitReport::smoothing, doc::FitReport_smoothing)
      .def_readonly("has_prior", &FitReport::has_prior, doc::FitReport_has_prior)
      .def_property_readonly("estimate", word_of(estimates, &FitReport::estimate),
                             R"("mean" or "mode" of the rows after counting.)")
      .def(
          "__eq__", [](const FitReport& a, const FitReport& b) { return a == b; }, py::is_operator())
      .def("__str__", &printed<FitReport>)
      .def("__repr__", [](const FitReport& r) {
        return called("FitReport", field("moves_used", r.moves_used), field("log_likelihood", r.log_likelihood));
      });
}

void bind_result(py::module_& m) {
  py::class_<FitResult>(m, "FitResult", doc::FitResult)
      .def_property_readonly("chain", member_of(&FitResult::chain), "The estimated chain.")
      .def_property_readonly("counts", member_of(&FitResult::counts), "What it was estimated from.")
      .def_property_readonly("posterior", view_of(&FitResult::posterior), doc::FitResult_posterior)
      .def_property_readonly("standard_errors", view_of(&FitResult::standard_errors), doc::FitResult_standard_errors)
      .def_property_readonly("report", member_of(&FitResult::report), doc::FitReport)
      .def_property_readonly("states", member_of(&FitResult::states), "The states, in order.")
      .def_property_readonly("period", member_of(&FitResult::period), "The length of one step.")
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
}

}  // namespace

void FitKeywords::check_clock(const Period& clock, const char* what) const {
  const std::optional<Period> asked = asked_clock(period);
  if (asked && !(*asked == clock))
    throw py::value_error(std::string("period: the ") + what + " are on the clock '" + clock.name() + "', not '" +
                          asked->name() + "'; " +
                          (clock.is_step() ? "put the journeys on a grid before they are counted"
                                           : "leave period out, or start from journeys of events"));
}

std::optional<Journeys> FitKeywords::on_clock(const Journeys& journeys) const {
  const std::optional<Period> asked = asked_clock(period);
  if (!asked || asked->is_step() || !journeys.period().is_step()) {
    check_clock(journeys.period(), "journeys");
    return std::nullopt;
  }
  GridOptions grid;
  grid.period = *asked;
  return released([&] { return on_grid(journeys, grid); });
}

FitOptions FitKeywords::options(Index n_states) const {
  FitOptions out;
  out.smoothing = to_number(smoothing, "smoothing");
  if (!prior.is_none()) out.prior = to_matrix(prior, "prior", n_states, n_states);
  out.estimate = to_choice(estimate, "estimate", estimates);
  out.rows_without_data = to_choice(rows_without_data, "rows_without_data", row_policies);
  out.forbidden = to_choice(forbidden, "forbidden", forbidden_policies);
  if (!parent.is_none()) out.parent = to_chain(parent, "parent");
  return out;
}

void bind_fit(py::module_& m) {
  bind_report(m);
  bind_result(m);

  define(m, "fit_chain", &ask, py::arg("counts"), py::kw_only(), FitKeywords::arguments(),
         docs(doc::fit_chain, doc::file_fit, parameters_of_fit));

  m.def(
      "log_likelihood",
      [](const ArrayArgument& moves, const ChainArgument& chain) {
        const Chain& of = to_chain(chain, "log_likelihood");
        return log_likelihood(to_moves(moves, "moves", of.n_states()), of);
      },
      py::arg("moves"), py::arg("chain"), doc::log_likelihood);
  m.def(
      "dirichlet_covariance",
      [](const ArrayArgument& alpha) { return copy(dirichlet_covariance(to_vector(alpha, "alpha"))); },
      py::arg("alpha"), doc::dirichlet_covariance);
}

}  // namespace sojourn::python
