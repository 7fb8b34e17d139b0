"""The tables of the nouns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sojourn import _core
from sojourn._support.results import Columns, moves_of, table, values

_LARGE = 100  # states


def _probabilities(self: _core.Chain) -> Columns:
    matrix = self.transition_matrix
    return {**moves_of(matrix, self.states), "probability": np.asarray(matrix[matrix.nonzero()]).ravel()}


def _is_large(self: _core.Chain) -> bool:
    return self.is_sparse or self.n_states > _LARGE


def _matrix(self: _core.Chain) -> Columns:
    if _is_large(self):
        return {"states": self.n_states, "moves": self.n_moves, "period": self.period.name}
    columns = dict(zip(self.states.names, self.transition_matrix.T, strict=True))
    return {"from \\ to": np.array(self.states.names), **columns}


def _chain_told(self: _core.Chain) -> str:
    return f"Chain{f' of {self.n_states:,} states' if _is_large(self) else ''}, period: {self.period.name}"


def amounts(self: Any, what: str) -> Columns:
    """Amounts per state, and per move to a next state, where they are not 0."""
    per_state = np.asarray(self.per_state)
    here = per_state.nonzero()[0]
    names = np.array(self.states.names)
    state, to_state, amount = names[here], np.full(len(here), "", dtype=names.dtype), per_state[here]
    if (hasattr(self, "has_move_rewards") and self.has_move_rewards) or getattr(self, "has_move_referrals", False):
        matrix = self.per_move
        moves = moves_of(matrix, self.states)
        state = np.concatenate([state, moves["from_state"]])
        to_state = np.concatenate([to_state, moves["to_state"]])
        amount = np.concatenate([amount, np.asarray(matrix[matrix.nonzero()]).ravel()])
    return {"state": state, "next_state": to_state, what: amount}


def _states(self: _core.Lifecycle) -> Columns:
    details, allowed, names = self.details, self.allowed, np.array(self.states.names)
    return {
        "state": names,
        "role": np.array([state.role for state in details]),
        "moments": np.array([", ".join(state.moments) for state in details]),
        "next_states": np.array([", ".join(names[row]) for row in allowed]),
    }


def _classes(self: _core.Structure) -> Columns:
    names, class_of, classes = self.states.names, self.class_of, self.classes
    return {
        "state": np.array(names),
        "class": np.array([class_of[name] for name in names]),
        "is_recurrent": np.array([self.is_recurrent(name) for name in names]),
        "is_absorbing": np.array([self.is_absorbing(name) for name in names]),
        "period": np.array([classes[class_of[name]].period for name in names]),
    }


table(_core.Chain, _chain_told, _probabilities, shown=_matrix)
table(
    _core.StateSpace,
    lambda self: f"{len(self):,} states",
    lambda self: {"position": np.arange(len(self)), "state": np.array(self.names)},
)
table(
    _core.StateValues,
    lambda self: f"{len(self):,} states",
    lambda self: {"state": np.array(self.keys()), "value": np.asarray(self)},
)
table(_core.Rewards, lambda self: f"Rewards: {self.label}, currency", lambda self: amounts(self, "amount"))
table(_core.Lifecycle, lambda self: f"Lifecycle: {self.name}", _states)
values(_core.LifecycleState, None)
values(_core.Period, None, "unit", "length")
values(_core.Discount, None, "kind", "value")
values(_core.RewardLaw, None, "kind", "mean", "standard_deviation")
table(
    _core.Structure,
    lambda self: (
        f"{len(self.states):,} states in {len(self.classes):,} classes"
        f"{'; every customer ends in an absorbing state' if self.is_absorbing_chain else ''}"
    ),
    _classes,
)
values(_core.CommunicatingClass, "States that reach one another; period of their returns")
table(
    _core.Path,
    "The most probable path",
    lambda self: {"states": " → ".join(self.states), "probability": self.probability},
)

Mapping.register(_core.StateValues)  # by its keys; iteration gives the numbers, as it does of an array
