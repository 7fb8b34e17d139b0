#include "sojourn/trust/chain_test.hpp"

#include "docs/trust/chain_test.hpp"
#include "support/arguments.hpp"
#include "support/parameters.hpp"
#include "trust/test_keywords.hpp"

SOJOURN_ARGUMENT(TestedCountsArgument, "Counts | ArrayLike");

namespace sojourn::python {

namespace {

// Of a given chain the likelihood ratio goes by the name of Kullback.
constexpr Words<TestMethod> chain_methods = {{"kullback", TestMethod::likelihood_ratio},
                                             {"pearson", TestMethod::pearson},
                                             {"likelihood_ratio", TestMethod::likelihood_ratio}};

TestResult ask_chain_test(const TestedCountsArgument& counts, const ChainArgument& chain, const std::string& method) {
  const Chain& of = to_chain(chain, "chain_test");
  const ChainTestOptions options{.method = to_choice(method, "method", chain_methods)};
  if (py::isinstance<Counts>(counts)) return chain_test(counts.cast<const Counts&>(), of, options);
  return chain_test(to_moves(counts, "counts", of.n_states()), of, options);
}

}  // namespace

void bind_chain_test(py::module_& m) {
  m.def("chain_test", &ask_chain_test, py::arg("counts"), py::arg("chain"), py::kw_only(),
        py::arg("method") = to_word(ChainTestOptions{}.method, chain_methods),
        docs(doc::chain_test, parameters({R"(counts : Counts or array_like of int of shape (n_states, n_states)
chain : Chain or FitResult
    A chain known beforehand; of one fitted to these counts the test says nothing.
method : {"kullback", "pearson", "likelihood_ratio"}
    G² ("kullback" and "likelihood_ratio" are the same) or X².)"}),
             returns("TestResult"))
            .c_str());
}

}  // namespace sojourn::python
