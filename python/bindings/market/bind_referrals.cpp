#include "sojourn/market/referrals.hpp"

#include "docs/market/referrals.hpp"
#include "market/pickled_parts.hpp"
#include "market/referrals_argument.hpp"
#include "support/members.hpp"

namespace sojourn::python {

namespace {

constexpr const char* parameters_of_referrals = R"(Parameters
----------
states : StateSpace, Lifecycle or sequence of str
per_state : dict or array_like of shape (n_states,), optional
    Newcomers per period. A dict may name states and moves: ``{"recommendation": 0.08, ("loyalty", "recommendation"): 0.3}``.

Raises
------
ValueError
    For a wrong shape or a number that is negative or not finite.
IndexError
    For a state that is not there.)";

Referrals make(const StatesArgument& states, const ReferralsArgument& per_state) {
  const StateSpace space = to_states(states, "states");
  return per_state.is_none() ? Referrals(space) : to_referrals(per_state, space, "per_state");
}

py::object per_move(const Referrals& self) {
  constexpr Index most_dense = 4096;  // states, as for rewards
  if (!self.has_move_referrals()) return py::none();
  if (self.states().n_states() > most_dense) return sparse_copy(self.per_move());
  return copy(Matrix(self.per_move()));
}

}  // namespace

void bind_referrals(py::module_& m) {
  py::class_<Referrals>(m, "Referrals", docs(doc::Referrals, parameters_of_referrals).c_str())
      .def(pickled<Referrals>(
          "Referrals", [](const Referrals& self) { return std::tie(self.states(), self.per_state(), self.per_move()); },
          [](StateSpace states, Vector per_state, const SparseMatrix& per_move) {
            return Referrals(std::move(states), std::move(per_state), per_move);
          }))
      .def(py::init(&make), py::arg("states"), py::arg("per_state") = py::none())
      .def_property_readonly("states", &Referrals::states, "The states, in order.")
      .def_property_readonly(
          "per_state", [](const Referrals& self) { return StateValues(self.states(), self.per_state()); },
          "Newcomers per period in each state.")
      .def_property_readonly(
          "per_move", &per_move,
          "Array of shape (n_states, n_states), newcomers per move; None when no move brings any, a SciPy sparse array "
          "beyond 4,096 states.")
      .def_property_readonly("has_move_referrals", &Referrals::has_move_referrals,
                             "True when some move brings newcomers.")
      .def(
          "per_period",
          [](const Referrals& self, const ChainArgument& chain) {
            const Chain& of = to_chain(chain, "per_period");
            return StateValues(of.states(), self.per_period(of));
          },
          py::arg("chain"), "Newcomers per period in each state of a chain, those of its moves included.")
      .def(
          "with_state",
          [](const Referrals& self, const StateArgument& state, const NumberArgument& newcomers) {
            return self.with_state(to_state_name(state, self.states()), to_number(newcomers, "newcomers"));
          },
          py::arg("state"), py::arg("newcomers"), "A changed copy: other newcomers per period in one state.")
      .def(
          "with_move",
          [](const Referrals& self, const StateArgument& from, const StateArgument& to,
             const NumberArgument& newcomers) {
            return self.with_move(to_state_name(from, self.states()), to_state_name(to, self.states()),
                                  to_number(newcomers, "newcomers"));
          },
          py::arg("from_state"), py::arg("to_state"), py::arg("newcomers"),
          "A changed copy: other newcomers with one move.")
      .def(
          "__eq__", [](const Referrals& a, const Referrals& b) { return a == b; }, py::is_operator())
      .def("__repr__",
           [](const Referrals& self) { return "Referrals(" + std::to_string(self.states().n_states()) + " states)"; });
}

}  // namespace sojourn::python
