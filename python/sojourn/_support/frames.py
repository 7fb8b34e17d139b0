"""Tables out: `.to_frame()` beside every `.to_dict()`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn import _core

_BACKENDS = ("pandas", "polars", "pyarrow")


def frame(columns: dict[str, Any], backend: str | None = None) -> Any:
    """Make a table of the named backend; without a name, of the first one installed.

    Raises
    ------
    ImportError
        When the backend, or every one, is not installed.
    ValueError
        For a backend of another name.
    """
    if backend is not None and backend not in _BACKENDS:
        raise ValueError(f"backend: expected one of {', '.join(map(repr, _BACKENDS))} or None, found {backend!r}")
    for name in (backend,) if backend is not None else _BACKENDS:
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        if name == "pandas":
            return module.DataFrame(columns)
        make = module.array if name == "pyarrow" else module.Series
        fitting = {key: _fitting(column, name, make) for key, column in columns.items()}
        return module.table(fitting) if name == "pyarrow" else module.DataFrame(fitting)
    wanted = f"{backend} is not installed" if backend else "none of pandas, polars and pyarrow is installed"
    raise ImportError(f"to_frame: {wanted}; install one, or use to_dict()")


def _fitting(column: Any, backend: str, make: Callable[[list[Any]], Any]) -> Any:
    """Make a column of a type that Polars or PyArrow has; labels that share none are written as text."""
    if backend == "polars" and column.dtype == "datetime64[s]":
        return column.astype("datetime64[ms]")
    if column.dtype.kind not in "OS":
        return column
    labels = column.tolist()
    try:
        made = make(labels)
    except (TypeError, ValueError, OverflowError):
        made = None
    # Polars puts what it does not know into a type that hardly anything can be done with.
    if made is None or str(getattr(made, "dtype", "")) == "Object":
        return make([str(label) for label in labels])
    return made


def _to_frame(self: Any, backend: str | None = None) -> Any:
    """Return the table of `to_dict` as a data frame.

    Parameters
    ----------
    backend : {"pandas", "polars", "pyarrow"}, optional
        Without it the first of these that is installed.

    Raises
    ------
    ImportError
        When the backend is not installed.
    """
    return frame(self.to_dict(), backend)


_to_frame.__name__ = "to_frame"
for _table in (
    _core.Journeys,
    _core.Counts,
    _core.LifetimeValue,
    _core.ReferralValue,
    _core.Simulation,
    _core.ScenarioSimulation,
    _core.CohortPath,
    _core.CohortSimulation,
    _core.MarketPath,
    _core.MarketSimulation,
    _core.PolicyComparison,
    _core.RowsTest,
    _core.OrderTest,
    _core.InformationCriteria,
    _core.SegmentTest,
    _core.DwellTest,
    _core.FitTests,
    _core.StateRates,
):
    _table.to_frame = _to_frame  # type: ignore[method-assign]


def _rows(cls: Any, columns: dict[str, type], rows_of: Callable[[Any], Any], told: str) -> None:
    """Give a class of rows its to_dict and to_frame: a column per attribute."""

    def to_dict(self: Any) -> dict[str, NDArray[Any]]:
        rows = rows_of(self)
        return {name: np.array([_entry(getattr(row, name)) for row in rows], kind) for name, kind in columns.items()}

    _table_of(cls, to_dict, told)


def _entry(x: Any) -> Any:
    return "" if x is None else ", ".join(x) if isinstance(x, list) else x


def _table_of(cls: Any, to_dict: Callable[[Any], dict[str, NDArray[Any]]], told: str) -> None:
    to_dict.__name__ = "to_dict"
    to_dict.__doc__ = f"A table, {told}; each column a NumPy array."
    cls.to_dict = to_dict
    cls.to_frame = _to_frame


def _absorption_table(self: _core.Absorption) -> dict[str, NDArray[Any]]:
    names, ends = np.array(self.states.names), np.array([", ".join(end) for end in self.ends])
    return {
        "state": np.repeat(names, len(ends)),
        "end": np.tile(ends, len(names)),
        "probability": np.asarray(self.probabilities).ravel(),
        "expected_time": np.repeat(np.asarray(self.expected_time), len(ends)),
        "time_variance": np.repeat(np.asarray(self.time_variance), len(ends)),
    }


def _hitting_table(self: _core.Hitting) -> dict[str, NDArray[Any]]:
    return {
        "state": np.array(self.probability.keys()),
        "probability": np.asarray(self.probability),
        "expected_time_if_hit": np.asarray(self.expected_time_if_hit),
        "is_certain": np.asarray(self.is_certain),
    }


def _passage_table(self: _core.FirstPassage) -> dict[str, NDArray[Any]]:
    n, horizon = len(self.states), self.horizon
    return {
        "state": np.repeat(np.array(self.states.names), horizon),
        "time": np.tile(np.arange(1, horizon + 1), n),
        "probability": np.asarray(self.probabilities).T.ravel(),
        "cumulative": np.asarray(self.cumulative).T.ravel(),
    }


def _generations_table(self: _core.Generations) -> dict[str, NDArray[Any]]:
    worth = np.asarray(self.value)
    named = {f"generation_{g}": worth[:, g] for g in range(1, worth.shape[1])}
    return {"state": np.array(self.beyond.keys()), "own": worth[:, 0], **named, "beyond": np.asarray(self.beyond)}


def _quadrants_table(self: _core.ReferralQuadrants) -> dict[str, NDArray[Any]]:
    return {
        "own": np.asarray(self.own),
        "referred": np.asarray(self.referred),
        "multiplier": np.asarray(self.multiplier),
        "quadrant": np.asarray(self.quadrant),
    }


_MOVE = {"from_state": str, "to_state": str}
_LEVER = {**_MOVE, "probability": float, "value_of_a_point": float}
_rows(_core.Levers, _LEVER, list, "one row per lever, in currency per customer")
_rows(
    _core.BaseLevers, {**_LEVER, "value_for_base": float, "break_even_cost": float}, list, "one row per lever on a base"
)
_rows(
    _core.ReferralLevers,
    {
        **_MOVE,
        "probability": float,
        "own_value_of_a_point": float,
        "total_value_of_a_point": float,
        "R0_of_a_point": float,
    },
    list,
    "one row per lever, in currency per customer",
)
_rows(
    _core.QuadrantTotals,
    {"quadrant": str, "customers": int, "own": float, "referred": float},
    list,
    "one row per quadrant, in currency",
)
_rows(_core.Leaks, {"from_state": str, "exit": str, "amount": float}, list, "one row per state and exit, in currency")
_rows(
    _core.MomentLeaks,
    {"moment": str, "states": str, "amount": float},
    list,
    "one row per moment of truth (empty: states without one), in currency",
)
_rows(_core.WhatIf, {**_MOVE, "amount": float}, lambda self: self.moves, "one row per move that makes the difference")
_table_of(_core.Absorption, _absorption_table, "one row per state and end")
_table_of(_core.Hitting, _hitting_table, "one row per state")
_table_of(_core.FirstPassage, _passage_table, "one row per state of departure and time")
_table_of(_core.Generations, _generations_table, "one row per state, in currency")
_table_of(_core.ReferralQuadrants, _quadrants_table, "one row per customer, in currency")
