"""Logs to journeys and counts: the columns are read here, the work is done by the library."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from sojourn import _core
from sojourn._core import Counts, Journeys, Lifecycle, Period, Rules, StateSpace
from sojourn.data._columns import Column, Floats, listed
from sojourn.data._event_log import EventLog
from sojourn.data._grid import Grid
from sojourn.data._labels import named
from sojourn.data._numbers import numbers

Duplicates = Literal["keep", "drop"]
Ties = Literal["input_order", "refuse"]
MissingState = Literal["gap", "drop"]
MissingValue = Literal["drop", "zero"]
UnknownState = Literal["refuse", "drop"]


def journeys(
    data: Any = None,
    *,
    customer: Any,
    time: Any,
    state: Any,
    value: Any = None,
    lifecycle: Lifecycle | None = None,
    states: StateSpace | Sequence[str] | None = None,
    exits: Sequence[str] | None = None,
    period: Period | str | None = None,
    origin: str | dt.date = "first_event",
    churn_after: int = 0,
    until: dt.date | str | None = None,
    time_format: str | None = None,
    time_unit: str | None = None,
    duplicates: Duplicates = "drop",
    ties: Ties = "input_order",
    missing_state: MissingState = "gap",
    missing_value: MissingValue = "drop",
    unknown_state: UnknownState = "refuse",
) -> Journeys:
    """Journeys from a log that tells the state of each event.

    Parameters
    ----------
    data : table, dict of columns or structured array, optional
        A pandas, Polars or PyArrow table (anything narwhals knows), a dict of columns, a structured NumPy array.
        Without it the columns are given directly, as arrays or lists.
    customer, time, state : str or column
        Customer ids of any hashable type; None, NaN and "" are missing. Times are dates, datetimes (naive, or in one
        zone: then the wall clock places them on a grid and UTC orders them), ISO 8601 text, or whole numbers, which
        only give an order unless `time_unit` is said. States are names.
    value : str or column, optional
        Currency.
    lifecycle : Lifecycle, optional
        States, allowed moves and exits.
    states : StateSpace or sequence of str, optional
        Instead of a lifecycle: the states, every move allowed. With neither, the states are those found,
        sorted by name.
    exits : sequence of str, optional
        States that are never left; not together with a lifecycle.
    period : Period or str, optional
        Puts the journeys on a grid of periods: one state per period. Without it the clock is the event.
    origin : {"first_event", "calendar"} or date
        Where a customer's first period begins: with their first event, on the calendar, or on one day for all.
    churn_after : int
        Silent periods that mean churn; 0 = silence means nothing.
    until : date, optional
        Last day that the log covers; without it the day of its last event.
    time_format : str, optional
        Format of text times, as in `datetime.strptime`.
    time_unit : {"day", "second", "millisecond", "microsecond", "nanosecond"}, optional
        What whole-number times count since 1970-01-01.
    duplicates : {"drop", "keep"}
        Rows equal in customer, time, state and value to an earlier row.
    ties : {"input_order", "refuse"}
        Events of one customer at one time.
    missing_state : {"gap", "drop"}
        A gap cuts the journey in two: no move is counted across it.
    missing_value : {"drop", "zero"}
        Rows without a value.
    unknown_state : {"refuse", "drop"}
        Rows with a state that is not among the given ones.

    Returns
    -------
    Journeys
        With a `report` that counts every dropped or merged row.

    Raises
    ------
    ValueError
        For a column that is not there (with those that are), an unknown state, mixed time zones, times of which none
        can be read, or a log in which no row is usable.
    TypeError
        For data or a column of another kind.
    """
    log = EventLog(data, customer, time, value, time_format, time_unit)
    codes, names = named(log.table.column(state, "state"))
    life = _lifecycle(names, len(codes), lifecycle, states, exits)
    if unknown_state not in ("refuse", "drop"):
        raise ValueError(f"unknown_state: expected one of 'refuse', 'drop', found {unknown_state!r}")
    found = _core.journeys(
        life,
        log,
        log.state_positions(codes, names, life.states, unknown_state, missing_value),
        duplicates=duplicates,
        ties=ties,
        missing_state=missing_state,
        missing_value=missing_value,
    )
    return Grid(period, origin, churn_after, until).of(log.settled(found))


def _lifecycle(
    names: list[str],
    rows: int,
    lifecycle: Lifecycle | None,
    states: StateSpace | Sequence[str] | None,
    exits: Sequence[str] | None,
) -> Lifecycle:
    if lifecycle is not None:
        if not isinstance(lifecycle, Lifecycle):
            raise TypeError(f"lifecycle: expected a Lifecycle, found {type(lifecycle).__name__}")
        if states is not None or exits is not None:
            raise ValueError("lifecycle: it brings its own states and exits; leave states= and exits= out")
        return lifecycle
    if states is None:
        known = set(names)
        absent = [name for name in exits or () if name not in known]
        if absent and names:
            raise ValueError(f"exits: no row has the state {absent[0]!r}; the states found are {listed(sorted(known))}")
        if not names:
            raise ValueError("state: no row has a state" if rows else "state: the log has no rows")
        states = StateSpace(sorted(known))
    return Lifecycle(states, exits=exits or ())


def order_journeys(
    data: Any = None,
    *,
    customer: Any,
    time: Any,
    value: Any = None,
    period: Period | str = "month",
    churn_after: int = 6,
    origin: str | dt.date = "first_event",
    until: dt.date | str | None = None,
    duplicates: Duplicates = "keep",
    missing_value: MissingValue = "drop",
    time_format: str | None = None,
    time_unit: str | None = None,
) -> Journeys:
    """Journeys through recency states from orders alone.

    On a grid of periods a customer is `active` in a period with an order, `silent_k` in the k-th period without one
    since, and has churned in the first period after `churn_after` silent ones. Every row is an order; its value is
    summed into its period.

    Parameters
    ----------
    data, customer, time, value, origin, until, missing_value, time_format, time_unit
        As in `journeys`; every event is an order.
    period : Period or str
        Length of one period; not a step.
    churn_after : int
        Silent periods before churn, at least 1.
    duplicates : {"keep", "drop"}
        Two equal orders are two orders, unless said otherwise.

    Returns
    -------
    Journeys

    Raises
    ------
    ValueError
        As `journeys` does, and for a grid on which no customer has a complete period.

    References
    ----------
    P. E. Pfeifer & R. L. Carraway, "Modeling customer relationships as Markov chains", Journal of Interactive
    Marketing 14(2), 2000.
    """
    log = EventLog(data, customer, time, value, time_format, time_unit)
    found = _core.order_journeys(
        log,
        duplicates=duplicates,
        missing_value=missing_value,
        **vars(Grid(period, origin, churn_after, until)),
    )
    return log.settled(found)


def rule_journeys(
    data: Any = None,
    *,
    customer: Any,
    time: Any,
    value: Any = None,
    rules: Rules,
    columns: Mapping[str, Any] | None = None,
    period: Period | str | None = None,
    origin: str | dt.date = "first_event",
    churn_after: int = 0,
    until: dt.date | str | None = None,
    time_format: str | None = None,
    time_unit: str | None = None,
    duplicates: Duplicates = "drop",
    ties: Ties = "input_order",
    missing_value: MissingValue = "drop",
) -> Journeys:
    """Journeys from events and a table of rules that says which event is evidence for which state.

    Parameters
    ----------
    data, customer, time, value
        As in `journeys`.
    rules : Rules
        Its label and number columns are looked up in `data` by their names.
    columns : dict of columns, optional
        Where the columns of the rules stand under another name, or data is left out: rule column → name or column.
    period, origin, churn_after, until, time_format, time_unit, duplicates, ties, missing_value
        As in `journeys`.

    Returns
    -------
    Journeys

    Raises
    ------
    ValueError
        As `journeys` does, and for a column that a rule needs and the log lacks.
    """
    if not isinstance(rules, Rules):
        raise TypeError(
            f"rules: expected Rules, found {type(rules).__name__}; see standard_rules() and read_rules(path)"
        )
    log = EventLog(data, customer, time, value, time_format, time_unit)
    found = _core.rule_journeys(
        rules,
        log,
        [(name, *named(_rule_column(log, name, columns))) for name in rules.label_columns],
        [(name, _finite(numbers(_rule_column(log, name, columns)))) for name in rules.number_columns],
        duplicates=duplicates,
        ties=ties,
        missing_value=missing_value,
    )
    return Grid(period, origin, churn_after, until).of(log.settled(found))


def _rule_column(log: EventLog, name: str, columns: Mapping[str, Any] | None) -> Column:
    where = columns or {}
    there = log.table.names
    if name not in where and (there is None or name not in there):
        way_out = "pass it in columns=" if there is None else f"the columns are {listed(there)}"
        raise ValueError(f"rules: they need a column {name!r}, which the log lacks; {way_out}")
    return log.table.column(where.get(name, name), name)


def _finite(found: Floats) -> Floats:
    return np.where(np.isinf(found), np.nan, found)


def count(data: Any = None, **columns: Any) -> Counts:
    """Count moves, visits, dwell and value per state of a set of journeys.

    Parameters
    ----------
    data : Journeys, or a log
        Journeys are counted on their own clock. A log is first read by `journeys`.
    **columns
        For a log: the keywords of `journeys` (`customer=`, `time=`, `state=`, `value=`, `period=`, …).

    Returns
    -------
    Counts
        Counts of different customers add up with ``+``.

    Raises
    ------
    ValueError
        As `journeys` does.
    """
    if isinstance(data, Journeys):
        if columns:
            raise TypeError(f"count: journeys are counted as they are; leave {next(iter(columns))}= out")
        return _core.count(data)
    absent = [name for name in ("customer", "time", "state") if name not in columns]
    if absent:
        raise TypeError(f"count: a log needs {', '.join(f'{name}=' for name in absent)}")
    return _core.count(journeys(data, **columns))
