"""The tables of how sure we are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sojourn import _core
from sojourn._support.results import Columns, by_state, moves_of, table, values


def _answer(*names: str) -> Callable[[Any], Columns]:
    """The parts of an answer: a number, one per state, or an array whose entries are numbered."""

    def of(self: Any) -> Columns:
        parts = {name: getattr(self, name) for name in names}
        first = parts[names[0]]
        if np.ndim(first) == 0:
            return {name: float(part) for name, part in parts.items()}
        key = {"state": np.array(first.keys())} if isinstance(first, _core.StateValues) else None
        return {
            **(key or {"entry": np.arange(np.size(first))}),
            **{name: np.asarray(part).ravel() for name, part in parts.items()},
        }

    return of


def _of_test(self: Any) -> Columns:
    return {
        "state": self.state,
        "statistic": self.test.statistic,
        "degrees_of_freedom": self.test.degrees_of_freedom,
        "p_value": self.test.p_value,
        "adjusted_p_value": self.adjusted_p_value,
    }


def _possible(self: _core.PossibleChains) -> Columns:
    upper = np.asarray(self.upper)
    here = upper.nonzero()
    return {**moves_of(upper, self.states), "lower": np.asarray(self.lower)[here], "upper": upper[here]}


def _information(self: _core.ValueOfInformation) -> Columns:
    ranking = self.ranking()
    names = ("observations", "move_variance", "reward_variance", "share", "narrowing")
    return {
        "state": np.array([row.state for row in ranking], dtype=str),
        **{name: np.array([getattr(row, name) for row in ranking], dtype=float) for name in names},
    }


table(
    _core.AnswerInterval, lambda self: f"Interval of {100 * self.level:g} % for the answer", _answer("lower", "upper")
)
table(_core.Uncertain, lambda self: self.definition, _answer("estimate", "mean", "standard_error"))
table(_core.TestResult, lambda self: self.sentence())
values(_core.Departure, "Where the rows depart from one another")
table(_core.StateTest, "The test of one state alone", _of_test)
for _test in (_core.RowsTest, _core.OrderTest, _core.InformationCriteria, _core.SegmentTest, _core.DwellTest):
    table(_test, lambda self: self.sentence())
table(_core.FitTests, lambda self: f"Does a chain fit? Period: {self.period.name}")
values(_core.OrderLikelihood, "Likelihood of a chain of an order")
table(
    _core.SegmentValue,
    "Worth of a segment against another, currency per customer",
    lambda self: {
        "segment": self.segment,
        "against": self.against,
        "value": self.difference.other_value,
        "value_against": self.difference.value,
    },
)
table(
    _core.StateDwellTest,
    "Does leaving depend on the time spent? Chance of leaving per period, and its trend",
    lambda self: {**_of_test(self), "leaving": self.leaving, "trend": self.trend},
)
values(_core.StayLength, "Stays of these lengths")
values(_core.StateInformation, "What more data of a state would tell")
table(
    _core.ValueOfInformation,
    lambda self: f"Mean {self.mean:,.4f}, standard error {self.standard_error:,.4f}, currency; where it comes from",
    _information,
)
table(
    _core.PossibleChains,
    lambda self: f"Bounds of each probability, {self.n_intervals:,} intervals at {100 * self.level:g} % together",
    _possible,
)
by_state(
    _core.ValueBounds,
    lambda self: f"Least and most that the mean value can be at {100 * self.level:g} %, currency",
    "lower",
    "upper",
)
