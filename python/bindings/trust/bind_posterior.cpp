#include "sojourn/trust/posterior.hpp"

#include "docs/trust/posterior.hpp"
#include "docs/trust/uncertainty.hpp"
#include "support/parameters.hpp"
#include "trust/python_answer.hpp"

namespace sojourn::python {

namespace {

BoundUncertain ask_posterior(const FitOrValueArgument& fit, const AnswerArgument& answer, const WholeArgument& draws,
                             const WholeArgument& seed, const WholeArgument& threads, const std::string& failed) {
  PosteriorOptions options;
  options.draws = to_index(draws, "draws");
  options.seed = to_seed(seed);
  options.threads = to_threads(threads);
  options.failed = to_choice(failed, "failed", failed_draws);
  if (const LifetimeValue* value = value_of(fit, "posterior", answer))
    return {released([&] { return posterior(*value, options); }), Form{value->chain().states(), {}}};
  const FitResult& of = fit_of(fit, "posterior", answer);
  PythonAnswer asked(answer, true);
  options.threads = 1;  // the interpreter answers one at a time
  Uncertain found = posterior(of, asked.answer(), options);
  return {std::move(found), asked.form()};
}

ChainDraws make_draws(const ChainArgument& fit, const WholeArgument& seed) {
  return ChainDraws(to_instance<FitResult>(fit, "ChainDraws", "a FitResult"), to_seed(seed));
}

void bind_draws(py::module_& m) {
  py::class_<ChainDraws>(m, "ChainDraws", doc::ChainDraws)
      .def(py::init(&make_draws), py::arg("fit"), py::kw_only(), py::arg("seed") = 0)
      .def(
          "chain",
          [](const ChainDraws& draws, const WholeArgument& draw) { return draws.chain(to_index(draw, "draw")); },
          py::arg("draw"), doc::ChainDraws_chain)
      .def(
          "rewards",
          [](const ChainDraws& draws, const WholeArgument& draw) { return draws.rewards(to_index(draw, "draw")); },
          py::arg("draw"), doc::ChainDraws_rewards);
}

}  // namespace

void bind_posterior(py::module_& m) {
  bind_draws(m);

  const PosteriorOptions defaults;
  m.def("posterior", &ask_posterior, py::arg("fit"), py::arg("answer") = py::none(), py::kw_only(),
        py::arg("draws") = defaults.draws, py::arg("seed") = defaults.seed, py::arg("threads") = py::none(),
        py::arg("failed") = to_word(defaults.failed, failed_draws),
        docs(doc::posterior, doc::file_uncertainty,
             parameters({"fit : FitResult or LifetimeValue", answer_text, "draws : int\n    From 2 to ten million.",
                         draws_text,
                         "threads : int, optional\n    For a LifetimeValue; None = as many as this process may use."}),
             returns(uncertain_text), R"(Examples
--------
>>> chain = Chain(["active", "churn"], [[0.75, 0.25], [0.0, 1.0]], period="year")
>>> fit = fit_chain(simulate(chain, customers=500, outputs="journeys").journeys())
>>> tenure = posterior(fit, lambda chain: hitting(chain, ["churn"]).expected_time()["active"])
>>> interval = tenure.interval(0.9)
>>> interval.lower < 4.0 < interval.upper
True)")
            .c_str());
}

}  // namespace sojourn::python
