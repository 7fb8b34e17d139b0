"""Where the customers of the log stand: how each journey ended, and who is there today."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn.report.analysis import Analysis, Floats


def exit_positions(lifecycle: Any) -> list[int]:
    """Positions of the exits of a lifecycle."""
    return [lifecycle.states.index(name) for name in lifecycle.exits]


def last_states(journeys: Any) -> NDArray[np.int64]:
    """The position of each journey's last state, shape (n_journeys,)."""
    offsets = np.asarray(journeys.offsets, dtype=np.int64)
    return np.asarray(journeys.state_positions, dtype=np.int64)[offsets[1:] - 1]


def opens_customer(journeys: Any) -> NDArray[np.bool_]:
    """True for each journey that is its customer's first; journeys of one customer stand together."""
    ids = journeys.customer_ids
    first = np.ones(len(ids), dtype=bool)
    first[1:] = np.asarray(ids[1:] != ids[:-1], dtype=bool)
    return first


def customer_states(analysis: Analysis) -> NDArray[np.int64]:
    """The position of the state in which each customer was last seen; those who left are at an exit."""
    opens = opens_customer(analysis.journeys)
    return np.asarray(last_states(analysis.journeys)[np.append(opens[1:], True)], dtype=np.int64)


def living_states(analysis: Analysis) -> NDArray[np.int64]:
    """The same of today's customers who have not left."""
    states = customer_states(analysis)
    return states[~analysis.absorbing[states]]


def base_today(analysis: Analysis) -> NDArray[np.int64]:
    """Customers by the state they were last seen in, shape (n_states,); those who left are at an exit."""
    return np.bincount(customer_states(analysis), minlength=len(analysis.names)).astype(np.int64)


def living_base(analysis: Analysis) -> Floats:
    """Today's customers who have not left, shape (n_states,)."""
    return np.where(analysis.absorbing, 0.0, base_today(analysis))
