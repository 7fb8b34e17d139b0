#include "sojourn/trust/bootstrap.hpp"

#include "data/fit_keywords.hpp"
#include "docs/trust/bootstrap.hpp"
#include "docs/trust/uncertainty.hpp"
#include "support/parameters.hpp"
#include "trust/python_answer.hpp"

SOJOURN_ARGUMENT(JourneysArgument, "Journeys");

namespace sojourn::python {

namespace {

BoundUncertain ask_bootstrap(const JourneysArgument& journeys, const AnswerArgument& answer, const WholeArgument& draws,
                             const WholeArgument& seed, const std::string& failed, const FitKeywords& fit) {
  if (!py::isinstance<LabelledJourneys>(journeys))
    throw py::type_error("bootstrap: expected Journeys, found " + type_name(journeys) +
                         (py::isinstance<Counts>(journeys) || py::isinstance<FitResult>(journeys)
                              ? "; it no longer knows which moves were whose"
                              : ""));
  const Journeys& given = journeys.cast<const LabelledJourneys&>().journeys;
  const std::optional<Journeys> moved = fit.on_clock(given);
  const Journeys& used = moved ? *moved : given;
  BootstrapOptions options;
  options.draws = to_index(draws, "draws");
  options.seed = to_seed(seed);
  options.threads = 1;  // the interpreter answers one at a time
  options.failed = to_choice(failed, "failed", failed_draws);
  options.fit = fit.options(used.states().n_states());
  PythonAnswer asked(answer, true);
  Uncertain found = bootstrap(used, asked.answer(), options);
  return {std::move(found), asked.form()};
}

}  // namespace

void bind_bootstrap(py::module_& m) {
  const BootstrapOptions defaults;
  define(m, "bootstrap", &ask_bootstrap, py::arg("journeys"), py::arg("answer"), py::kw_only(),
         py::arg("draws") = defaults.draws, py::arg("seed") = defaults.seed,
         py::arg("failed") = to_word(defaults.failed, failed_draws), FitKeywords::arguments(),
         docs(doc::bootstrap, doc::file_uncertainty,
              parameters({"journeys : Journeys", answer_text,
                          "draws : int\n    Samples of the customers, from 2 to ten million.", draws_text,
                          "period, smoothing, prior, estimate, rows_without_data, forbidden, parent\n    How each "
                          "sample is fitted, as in `fit_chain`."}),
              returns(uncertain_text)));
}

}  // namespace sojourn::python
