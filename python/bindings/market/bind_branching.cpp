#include "sojourn/market/branching.hpp"

#include "docs/market/branching.hpp"
#include "market/offspring_words.hpp"
#include "market/pickled_parts.hpp"
#include "market/referrals_argument.hpp"
#include "support/shown.hpp"

namespace sojourn::python {

namespace {

// A question about the trees of a chain, asked without the lock of the interpreter.
template <class Answer>
auto of_trees(const char* where, Answer (*question)(const Chain&, const Referrals&, const BranchingOptions&)) {
  return [=](const ChainArgument& chain, const ReferralsArgument& referrals, const LawArgument& arrives_at,
             const std::string& offspring) {
    const Chain& of = to_chain(chain, where);
    const Referrals brings = to_referrals(referrals, of.states());
    BranchingOptions options;
    if (!arrives_at.is_none()) options.arrives_at = to_law(arrives_at, of.states(), "arrives_at");
    options.offspring = to_choice(offspring, "offspring", offspring_laws);
    return released([&] { return question(of, brings, options); });
  };
}

template <class Answer>
void bind_question(py::module_& m, const char* name,
                   Answer (*question)(const Chain&, const Referrals&, const BranchingOptions&), const char* contract,
                   const char* returned) {
  m.def(name, of_trees(name, question), py::arg("chain"), py::arg("referrals"), py::kw_only(),
        py::arg("arrives_at") = py::none(),
        py::arg("offspring") = to_word(BranchingOptions{}.offspring, offspring_laws),
        docs(contract, R"(Parameters
----------
chain : Chain or FitResult
referrals : Referrals, dict {state or (from, to): newcomers} or array_like of shape (n_states,)
    Newcomers brought per period in a state, and per move.
arrives_at : str, dict {state: probability} or array_like of shape (n_states,), optional
    Where newcomers begin; without it in the first state.
offspring : {"poisson", "bernoulli", "geometric"}
    The law of the newcomers of one period, and of each move.)",
             returned)
            .c_str());
}

}  // namespace

void bind_branching(py::module_& m) {
  py::class_<Extinction>(m, "Extinction", doc::Extinction)
      .def(pickled_by_fields<Extinction>("Extinction", &Extinction::probability, &Extinction::newcomer_probability,
                                         &Extinction::R0))
      .def_readonly("probability", &Extinction::probability, "That the tree from one customer in the state dies out.")
      .def_readonly("newcomer_probability", &Extinction::newcomer_probability, doc::Extinction_newcomer_probability)
      .def_readonly("R0", &Extinction::R0, doc::Extinction_R0)
      .def("__repr__", [](const Extinction& self) {
        return called("Extinction", field("newcomer_probability", self.newcomer_probability), field("R0", self.R0));
      });
  py::class_<Progeny>(m, "Progeny", doc::Progeny)
      .def(pickled_by_fields<Progeny>("Progeny", &Progeny::mean, &Progeny::variance, &Progeny::newcomer_mean,
                                      &Progeny::newcomer_variance, &Progeny::direct_mean, &Progeny::direct_variance))
      .def_readonly("mean", &Progeny::mean, "People in the tree from one customer in the state, himself included.")
      .def_readonly("variance", &Progeny::variance, doc::Progeny_variance)
      .def_readonly("newcomer_mean", &Progeny::newcomer_mean, doc::Progeny_newcomer_mean)
      .def_readonly("newcomer_variance", &Progeny::newcomer_variance, doc::Progeny_newcomer_variance)
      .def_readonly("direct_mean", &Progeny::direct_mean, doc::Progeny_direct_mean)
      .def_readonly("direct_variance", &Progeny::direct_variance, doc::Progeny_direct_variance)
      .def("__repr__", [](const Progeny& self) {
        return called("Progeny", field("newcomer_mean", self.newcomer_mean),
                      field("newcomer_variance", self.newcomer_variance));
      });

  bind_question<Extinction>(m, "extinction", &extinction, doc::extinction, R"(Returns
-------
Extinction
    `probability` per state, `newcomer_probability`, `R0`.

Examples
--------
>>> chain = Chain(["active", "churn"], [[0.8, 0.2], [0.0, 1.0]], period="year")
>>> round(extinction(chain, {"active": 0.4}).newcomer_probability, 8)
0.44671022)");
  bind_question<Progeny>(m, "progeny", &progeny, doc::progeny, R"(Returns
-------
Progeny
    `mean` and `variance` per state, `newcomer_mean`, `newcomer_variance`, `direct_mean`, `direct_variance`.

Examples
--------
>>> chain = Chain(["active", "churn"], [[0.8, 0.2], [0.0, 1.0]], period="year")
>>> round(progeny(chain, {"active": 0.1}).newcomer_mean, 12)
2.0)");
}

}  // namespace sojourn::python
