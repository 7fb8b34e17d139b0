"""What word of mouth does to levers and to today's base, as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import sojourn as sj
from sojourn.report.analysis import Analysis, Floats
from sojourn.report.sections.word_of_mouth.analysis import WordOfMouth
from sojourn.report.today import living_states


@dataclass
class SharedLever:
    """One point of a move, for the customer alone and with all whom he brings; the latter is None without end."""

    from_state: str
    to_state: str
    probability: float
    own: float
    total: float | None
    R0: float


def shared_levers(analysis: Analysis, told: WordOfMouth) -> list[SharedLever]:
    """
    Moves as levers on own value, total value and R0 of a new customer, the strongest first.

    Only moves that were seen; where a state has two of them, one is the other's mirror, and the one that brings value
    stands for both.
    """
    at = analysis.fit.chain.states.index
    moves = np.asarray(analysis.fit.counts.moves)
    why = (told.mild if told.value is None else told.value).sensitivity(start=told.start)
    own = why.own.lift if told.value is not None else own_lift(analysis)
    found = []
    for lever in why.levers():
        i, j = at(lever.from_state), at(lever.to_state)
        total = None if told.value is None else float(lever.total_value_of_a_point)
        one = SharedLever(
            lever.from_state,
            lever.to_state,
            float(lever.probability),
            float(own[i, j]) / 100,
            total,
            float(lever.R0_of_a_point),
        )
        worth = one.R0 if total is None else total
        if moves[i, j] > 0 and (worth > 0 or np.count_nonzero(analysis.matrix[i]) != 2):
            found.append(one)
    return sorted(found, key=lambda one: -abs(one.R0 if one.total is None else one.total))


def own_lift(analysis: Analysis) -> Floats:
    """Worth of each move's point for life to a new customer alone."""
    value = sj.lifetime_value(analysis.fit.chain, analysis.value.rewards, **analysis.settings.discount)
    return np.asarray(sj.sensitivity(value, analysis.start).lift, dtype=float)


def quadrants(analysis: Analysis, told: WordOfMouth) -> Any:
    """Today's customers by own and referred value of their states; nothing without any, or without an end."""
    states = living_states(analysis)
    if told.value is None or not len(states):
        return None
    return sj.market.referral_quadrants(told.value, states)


@dataclass
class Quarter:
    """One quadrant of today's base."""

    name: str
    states: list[str]
    customers: int
    own: float
    referred: float


def quarters(analysis: Analysis, split: Any) -> list[Quarter]:
    """The quadrants of today's base with their states; none where there are no quadrants."""
    if split is None:
        return []
    states, kind = living_states(analysis), np.asarray(split.quadrant)
    return [
        Quarter(
            str(total.quadrant),
            [analysis.names[i] for i in np.unique(states[kind == total.quadrant])],
            int(total.customers),
            float(total.own),
            float(total.referred),
        )
        for total in split.totals
    ]
