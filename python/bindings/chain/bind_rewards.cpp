#include "sojourn/chain/rewards.hpp"

#include "docs/chain/rewards.hpp"
#include "sojourn/model/model.hpp"
#include "support/printing.hpp"
#include "support/shown.hpp"

namespace sojourn::python {

namespace {

constexpr const char* parameters_of_rewards = R"(Parameters
----------
states : StateSpace, Lifecycle or sequence of str
per_state : dict or array_like of shape (n_states,), optional
    Currency per period, received at the start of each period spent in the state, the first one included. A dict may name
    states and moves: ``{"repurchase": 40.0, ("zmot", "purchase"): -12.0}``.
per_move : array_like of shape (n_states, n_states), optional
    Currency per move, received at the end of the period.
label : str, default "reward"
    What the money is.

Raises
------
ValueError
    For a wrong shape or a number that is not finite.
IndexError
    For a state that is not there.)";

Rewards make_rewards(const StatesArgument& states, const RewardsArgument& per_state, const MatrixArgument& per_move,
                     const std::optional<std::string>& label) {
  StateSpace space = to_states(states, "states");
  Rewards rewards = per_state.is_none() ? Rewards(space) : to_rewards(per_state, space, "per_state");
  if (!per_move.is_none()) {
    if (rewards.has_move_rewards())
      throw py::value_error("per_move: the dict per_state already names moves; give them in one place");
    rewards = is_sparse(per_move) ? Rewards(space, rewards.per_state(), to_sparse_matrix(per_move, "per_move"))
                                  : Rewards(space, rewards.per_state(),
                                            to_matrix(per_move, "per_move", space.n_states(), space.n_states()));
  }
  return label ? rewards.with_label(*label) : rewards;
}

py::object per_move(const py::object& self) {
  const auto& rewards = self.cast<const Rewards&>();
  if (rewards.is_sparse()) return sparse_copy(rewards.sparse_per_move());
  if (!rewards.has_move_rewards()) return py::none();
  return view(rewards.per_move(), self);
}

}  // namespace

void bind_rewards(py::module_& m) {
  py::class_<Rewards>(m, "Rewards", docs(doc::Rewards, parameters_of_rewards).c_str())
      .def(py::init(&make_rewards), py::arg("states"), py::arg("per_state") = py::none(),
           py::arg("per_move") = py::none(), py::kw_only(), py::arg("label") = py::none())
      .def_property_readonly("states", &Rewards::states, "The states, in order.")
      .def_property_readonly(
          "per_state", [](const Rewards& rewards) { return StateValues(rewards.states(), rewards.per_state()); },
          "Currency per period in each state.")
      .def_property_readonly(
          "per_move", &per_move,
          "Read-only array of shape (n_states, n_states), currency per move; None when no move brings anything, a "
          "SciPy "
          "sparse array when they are kept sparse, as they are beyond 4,096 states.")
      .def_property_readonly("has_move_rewards", &Rewards::has_move_rewards, "True when some move brings money.")
      .def_property_readonly("label", &Rewards::label, doc::Rewards_label)
      .def(
          "with_state",
          [](const Rewards& rewards, const StateArgument& state, double amount) {
            return rewards.with_state(to_state_name(state, rewards.states()), amount);
          },
          py::arg("state"), py::arg("amount"), "A changed copy: another amount per period in one state.")
      .def(
          "with_move",
          [](const Rewards& rewards, const StateArgument& from, const StateArgument& to, double amount) {
            return rewards.with_move(to_state_name(from, rewards.states()), to_state_name(to, rewards.states()),
                                     amount);
          },
          py::arg("from_state"), py::arg("to_state"), py::arg("amount"), "A changed copy: another amount for one move.")
      .def("with_label", &Rewards::with_label, py::arg("label"), "A changed copy: another word for the money.")
      .def(
          "__eq__", [](const Rewards& a, const Rewards& b) { return a == b; }, py::is_operator())
      .def("__str__", &printed<Rewards>)
      .def("__repr__",
           [](const Rewards& rewards) {
             return "Rewards(" + std::to_string(rewards.states().n_states()) +
                    " states, label=" + shown(rewards.label()) + ")";
           })
      .def(py::pickle([](const Rewards& rewards) { return to_json(rewards); },
                      [](const std::string& text) { return rewards_from_json(text); }));
}

}  // namespace sojourn::python
