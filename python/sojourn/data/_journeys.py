"""Logs to journeys and counts: the columns are read here, the work is done by the library."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from sojourn import _core
from sojourn._core import Counts, Journeys, Lifecycle, Period, Rules, StateSpace
from sojourn.data._columns import (
    MISSING_TIME,
    Flags,
    Floats,
    Ints,
    Table,
    Times,
    Values,
    distinct,
    listed,
    numbers,
    texts,
    times,
)

Duplicates = Literal["keep", "drop"]
Ties = Literal["input_order", "refuse"]
MissingState = Literal["gap", "drop"]
MissingValue = Literal["drop", "zero"]
UnknownState = Literal["refuse", "drop"]


class _Log:
    """The columns that every log has, as codes and numbers; and what has to be moved between counts of the report."""

    def __init__(
        self, table: Table, customer: Any, time: Any, value: Any, time_format: str | None, time_unit: str | None
    ) -> None:
        self.customer, self.labels = distinct(table.column(customer, "customer"), "customer")
        column = table.column(time, "time")
        self._same_length("time", len(column))
        moments: Times = times(column, "time", time_format, time_unit)
        self.time: Ints = moments.time
        self.order = moments.order
        self.unit = moments.unit
        self.value: Floats | None = None
        if value is not None:
            self.value = numbers(table.column(value, "value"), "value")
            self._same_length("value", len(self.value))
        # The library sees a time that could not be read as a missing one.
        self.invalid_time = int(np.count_nonzero(moments.invalid & (self.customer >= 0)))
        self.unknown_state = 0

    def _same_length(self, argument: str, rows: int) -> None:
        if rows != len(self.customer):
            raise ValueError(
                f"{argument}: has {rows} rows, customer has {len(self.customer)}; columns must be equally long"
            )

    def state_codes(self, column: Values, states: StateSpace, unknown_state: str, missing_value: str) -> Any:
        """Positions of the states; rows with an unknown one are refused, or set aside and counted."""
        self._same_length("state", len(column))
        codes, labels = distinct(column, "state")
        names = texts(labels, "state")
        found = [states.find(name) for name in names]
        # An unknown state is no gap: its row is dropped, be it for its value, and any position serves.
        positions = np.array([0 if place is None else place for place in found] + [-1], dtype=np.int32)
        unknown = np.array([place is None for place in found] + [False])[codes]
        if unknown.any():
            if unknown_state == "refuse":
                row = int(np.argmax(unknown))
                rows = int(np.count_nonzero(unknown))
                raise ValueError(
                    f"state: unknown state {names[codes[row]]!r} in row {row} "
                    f"(in all {rows} such row{'s' if rows != 1 else ''}); the states are {listed(states.names)}; "
                    "or say unknown_state='drop'"
                )
            self._set_aside(unknown, missing_value)
        return np.ascontiguousarray(positions[codes])

    def _set_aside(self, unknown: Flags, missing_value: str) -> None:
        """Hand rows with an unknown state over without a customer, and count those that no earlier reason drops."""
        otherwise_good = unknown & (self.customer >= 0) & (self.time != MISSING_TIME)
        if self.value is not None:
            otherwise_good &= ~np.isinf(self.value)
            if missing_value == "drop":
                otherwise_good &= ~np.isnan(self.value)
        self.unknown_state = int(np.count_nonzero(otherwise_good))
        self.customer = np.where(otherwise_good, -1, self.customer)

    def settled(self, journeys: Journeys) -> Journeys:
        """Count the rows set aside under their own reasons."""
        moved = {
            "missing_time": -self.invalid_time,
            "invalid_time": self.invalid_time,
            "missing_customer": -self.unknown_state,
            "unknown_state": self.unknown_state,
        }
        moved = {name: amount for name, amount in moved.items() if amount}
        return journeys.with_report_counts(**moved) if moved else journeys


def _grid(
    journeys: Journeys,
    period: Period | str | None,
    origin: str | dt.date,
    churn_after: int,
    until: dt.date | str | None,
) -> Journeys:
    if period is not None and not Period(period).is_step:
        return _core.on_grid(journeys, period=period, origin=origin, churn_after=churn_after, until=until)
    given = {"churn_after": churn_after != 0, "until": until is not None, "origin": origin != "first_event"}
    for name, is_given in given.items():
        if is_given:
            raise ValueError(f"{name}: needs a grid; say period='month', or another length with its unit")
    return journeys


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
        Where a customer's first period begins.
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
    table = Table(data)
    log = _Log(table, customer, time, value, time_format, time_unit)
    column = table.column(state, "state")
    life = _lifecycle(column, lifecycle, states, exits)
    if unknown_state not in ("refuse", "drop"):
        raise ValueError(f"unknown_state: expected one of 'refuse', 'drop', found {unknown_state!r}")
    codes = log.state_codes(column, life.states, unknown_state, missing_value)
    found = _core.journeys(
        life,
        log.customer,
        log.time,
        codes,
        log.value,
        log.order,
        time_unit=log.unit,
        labels=log.labels,
        duplicates=duplicates,
        ties=ties,
        missing_state=missing_state,
        missing_value=missing_value,
    )
    return _grid(log.settled(found), period, origin, churn_after, until)


def _lifecycle(
    column: Values,
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
        names = texts(distinct(column, "state")[1], "state")
        known = set(names)
        absent = [name for name in exits or () if name not in known]
        if absent and names:
            raise ValueError(f"exits: no row has the state {absent[0]!r}; the states found are {listed(sorted(known))}")
        if not names:
            raise ValueError("state: no row has a state" if len(column) else "state: the log has no rows")
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
    data, customer, time, value, time_format, time_unit
        As in `journeys`.
    period : Period or str
        Length of one period; not a step.
    churn_after : int
        Silent periods before churn, at least 1.
    origin : {"first_event", "calendar"} or date
        Where a customer's first period begins: with the first order, on the calendar, or on one day for all.
    until : date, optional
        Last day that the log covers; without it the day of its last order.
    duplicates : {"keep", "drop"}
        Two equal orders are two orders, unless said otherwise.
    missing_value : {"drop", "zero"}
        Rows without a value.

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
    log = _Log(Table(data), customer, time, value, time_format, time_unit)
    found = _core.order_journeys(
        log.customer,
        log.time,
        log.value,
        log.order,
        time_unit=log.unit,
        labels=log.labels,
        period=period,
        churn_after=churn_after,
        origin=origin,
        until=until,
        duplicates=duplicates,
        missing_value=missing_value,
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
    data, customer, time, value, period, origin, churn_after, until
        As in `journeys`.
    time_format, time_unit, duplicates, ties, missing_value
        As in `journeys`.
    rules : Rules
        Its label and number columns are looked up in `data` by their names.
    columns : dict of columns, optional
        Where the columns of the rules stand under another name, or data is left out: rule column → name or column.

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
    table = Table(data)
    log = _Log(table, customer, time, value, time_format, time_unit)
    where = dict(columns or {})

    def column(name: str) -> Values:
        if name not in where and (table.names is None or name not in table.names):
            there = f"the columns are {listed(table.names)}" if table.names is not None else "pass it in columns="
            raise ValueError(f"rules: they need a column {name!r}, which the log lacks; {there}")
        found = table.column(where.get(name, name), name)
        if len(found) != len(log.customer):
            raise ValueError(f"{name}: has {len(found)} rows, customer has {len(log.customer)}")
        return found

    label_columns = []
    for name in rules.label_columns:
        codes, labels = distinct(column(name), name)
        label_columns.append((name, codes, texts(labels, name)))
    number_columns = []
    for name in rules.number_columns:
        found_numbers = numbers(column(name), name)
        number_columns.append((name, np.where(np.isinf(found_numbers), np.nan, found_numbers)))
    found = _core.rule_journeys(
        rules,
        log.customer,
        log.time,
        log.value,
        log.order,
        label_columns,
        number_columns,
        time_unit=log.unit,
        labels=log.labels,
        duplicates=duplicates,
        ties=ties,
        missing_value=missing_value,
    )
    return _grid(log.settled(found), period, origin, churn_after, until)


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
