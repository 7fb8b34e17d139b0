#include "sojourn/chain/chain.hpp"

#include "docs/chain/chain.hpp"
#include "sojourn/model/model.hpp"
#include "support/members.hpp"
#include "support/printing.hpp"

namespace sojourn::python {

namespace {

constexpr const char* parameters_of_chain = R"(Parameters
----------
states : StateSpace, Lifecycle or sequence of str
transition_matrix : array_like of shape (n_states, n_states), or a SciPy sparse matrix
    Row = from, column = to; every row sums to 1 within 1e-9. A sparse matrix is kept sparse: memory and most answers are
    then proportional to the moves.
period : Period or str, default "step"
    The length of one step; without it the clock is the event.

Raises
------
ValueError
    For a wrong shape, an entry that is negative or not finite, or a row that does not sum to 1. No row is repaired.

Examples
--------
>>> chain = Chain(["active", "churn"], [[0.9, 0.1], [0.0, 1.0]], period="month")
>>> chain.probability("active", "churn")
0.1)";

Chain make_chain(const StatesArgument& states, const MatrixArgument& transition_matrix, const PeriodArgument& period) {
  StateSpace space = to_states(states, "states");
  if (is_sparse(transition_matrix)) {
    const SparseMatrix moves = to_sparse_matrix(transition_matrix, "transition_matrix");
    return Chain(std::move(space), moves, to_period(period, "period"));
  }
  Matrix matrix = to_matrix(transition_matrix, "transition_matrix");
  return Chain(std::move(space), std::move(matrix), to_period(period, "period"));
}

py::object transition_matrix(const py::object& self) {
  const auto& chain = self.cast<const Chain&>();
  if (chain.is_sparse()) return sparse_copy(chain.sparse_transition_matrix());
  return view(chain.transition_matrix(), self);
}

}  // namespace

void bind_chain(py::module_& m) {
  py::class_<Chain>(m, "Chain", docs(doc::Chain, parameters_of_chain).c_str())
      .def(py::init(&make_chain), py::arg("states"), py::arg("transition_matrix"), py::arg("period") = "step")
      .def_property_readonly("states", &Chain::states, "The states, in the order of rows and columns.")
      .def_property_readonly(
          "transition_matrix", &transition_matrix,
          "Read-only array of shape (n_states, n_states): row = from, column = to. A SciPy sparse array where the "
          "chain "
          "was given as one.")
      .def_property_readonly("is_sparse", &Chain::is_sparse, doc::Chain_is_sparse)
      .def("to_dense", &Chain::to_dense, doc::Chain_to_dense)
      .def("to_sparse", &Chain::to_sparse, "The chain with only its moves kept.")
      .def_property_readonly("n_moves", &Chain::n_moves, doc::Chain_n_moves)
      .def_property_readonly("period", &Chain::period, "The length of one step.")
      .def_property_readonly("n_states", &Chain::n_states, "How many states there are.")
      .def(
          "probability",
          [](const Chain& chain, const StateArgument& from, const StateArgument& to) {
            return chain.probability(to_position(from, chain.states()), to_position(to, chain.states()));
          },
          py::arg("from_state"), py::arg("to_state"), doc::Chain_probability)
      .def(
          "is_absorbing",
          [](const Chain& chain, const StateArgument& state) {
            return chain.is_absorbing(to_position(state, chain.states()));
          },
          py::arg("state"), doc::Chain_is_absorbing)
      .def_property_readonly("absorbing_states", names_of(&Chain::states, &Chain::absorbing_states),
                             "The names of the states that are never left.")
      .def(
          "after",
          [](const Chain& chain, const WholeArgument& n) { return copy(chain.after(to_index(n, "n_periods"))); },
          py::arg("n_periods"), doc::Chain_after)
      .def(
          "with_row",
          [](const Chain& chain, const StateArgument& state, const AmountsArgument& row) {
            return chain.with_row(to_state_name(state, chain.states()), to_amounts(row, chain.states(), "row"));
          },
          py::arg("state"), py::arg("row"),
          docs(doc::Chain_with_row, "A dict {state: probability} will do for the row; states left out get 0.").c_str())
      .def(
          "__eq__", [](const Chain& a, const Chain& b) { return a == b; }, py::is_operator())
      .def("__str__", &printed<Chain>)
      .def("__repr__",
           [](const Chain& chain) {
             return "Chain(" + std::to_string(chain.n_states()) + " states, " + (chain.is_sparse() ? "sparse, " : "") +
                    "period='" + chain.period().name() + "')";
           })
      .def(py::pickle([](const Chain& chain) { return to_json(chain); },
                      [](const std::string& text) { return chain_from_json(text); }));
}

}  // namespace sojourn::python
