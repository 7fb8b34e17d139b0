"""Logs of referrals and ratings to counts per state: the columns are read here, the work is done by the library."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import numpy as np

from sojourn import _core
from sojourn._core import Journeys, Period, ReferralCounts, SharingCounts
from sojourn.data._columns import Column, Ints, Table
from sojourn.data._grid import Grid
from sojourn.data._labels import distinct
from sojourn.data._numbers import numbers
from sojourn.data._times import times

Impossible = Literal["refuse", "drop"]
UnknownReferred = Literal["drop", "keep"]


class _Customers:
    """Customer ids as positions of their journeys; ids without a journey stand beyond, by first appearance."""

    def __init__(self, journeys: Journeys) -> None:
        self.ids = journeys.customer_ids
        self._place = {label: i for i, label in reversed(list(enumerate(self.ids.tolist())))}
        self._strangers: dict[Any, int] = {}

    def codes(self, column: Column) -> Ints:
        codes, labels = distinct(column)
        n = len(self.ids)

        def place(label: Any) -> int:
            found = self._place.get(label)
            return n + self._strangers.setdefault(label, len(self._strangers)) if found is None else found

        places = np.array([place(label) for label in labels.tolist()] + [-1], dtype=np.int64)
        return np.ascontiguousarray(places[codes])

    def name(self, place: int) -> str:
        if place < len(self.ids):
            return str(self.ids[place])
        return str(list(self._strangers)[place - len(self.ids)])


def _check_clock(where: str, journeys: Any, grid: Grid) -> None:
    if not isinstance(journeys, Journeys):
        raise TypeError(f"{where}: journeys: expected Journeys, found {type(journeys).__name__}")
    if journeys.period.is_step:
        if not grid.has_periods:
            raise ValueError(
                "period: these journeys are on the clock of the event, without customer-periods; "
                "say period='month', or another length with its unit"
            )
        return
    for name in [*(["period"] if grid.period is not None else []), *grid.settings()]:
        raise ValueError(
            f"{name}: the journeys are on a grid already, of a {journeys.period.name}; leave {name}= out, "
            "or give the journeys with event times"
        )


def referral_counts(
    data: Any = None,
    *,
    journeys: Journeys,
    referrer: Any,
    referred: Any,
    time: Any,
    period: Period | str | None = None,
    origin: str | dt.date = "first_event",
    churn_after: int = 0,
    until: dt.date | str | None = None,
    cycles: Impossible = "refuse",
    before_first_event: Impossible = "drop",
    unknown_referred: UnknownReferred = "drop",
    time_format: str | None = None,
    time_unit: str | None = None,
) -> ReferralCounts:
    """Count referrals, and the customer-periods in which they happened, by the state of who brought the newcomer.

    Each row is placed in the period of the referrer's journey in which it falls; rows that cannot be placed are counted
    by reason. A newcomer counts once: the first row in time.

    Parameters
    ----------
    data : table, dict of columns or structured array, optional
        As in `journeys`.
    journeys : Journeys
        Of all customers, also of those who brought nobody. With event times (and `period`) a newcomer is known from his
        first event on; journeys on a grid know only customers with a complete period.
    referrer, referred, time : str or column
        Customer ids, as the log of the journeys has them, and when the newcomer was brought.
    period, origin, churn_after, until
        The grid, for journeys with event times; as in `journeys`.
    cycles : {"refuse", "drop"}
        Rows whose referrer was himself brought by the one he refers, directly or over others.
    before_first_event : {"drop", "refuse"}
        Rows before the referrer's own first event.
    unknown_referred : {"drop", "keep"}
        Rows whose referred has no journey.
    time_format, time_unit
        As in `journeys`.

    Returns
    -------
    ReferralCounts
        For `referral_rates` and `offspring_law`; with a `report` that counts every dropped row.

    Raises
    ------
    ValueError
        For a column that is not there, a log in which no referrer is known, and rows that cannot be where these are
        refused; the customers are named.
    """
    grid = Grid(period, origin, churn_after, until)
    _check_clock("referral_counts", journeys, grid)
    table = Table(data)
    customers = _Customers(journeys)
    who = customers.codes(table.column(referrer, "referrer"))
    whom = customers.codes(table.column(referred, "referred"))
    moments = times(table.column(time, "time"), time_format, time_unit)
    return _core.referral_counts(
        journeys,
        who,
        whom,
        moments.time,
        time_unit=moments.unit,
        names=customers.name,
        invalid_time=moments.n_invalid(who, whom),
        cycles=cycles,
        before_first_event=before_first_event,
        unknown_referred=unknown_referred,
        **vars(grid),
    )


def sharing_counts(
    data: Any = None,
    *,
    journeys: Journeys,
    customer: Any,
    time: Any,
    rating: Any,
    good_at_least: float,
    bad_at_most: float,
    period: Period | str | None = None,
    origin: str | dt.date = "first_event",
    churn_after: int = 0,
    until: dt.date | str | None = None,
    time_format: str | None = None,
    time_unit: str | None = None,
) -> SharingCounts:
    """Count good and bad ratings, and the customer-periods in which they were given, by the state of who gave them.

    Parameters
    ----------
    data : table, dict of columns or structured array, optional
        As in `journeys`.
    journeys : Journeys
        Of all customers, also of those who rated nothing.
    customer, time, rating : str or column
        Customer ids, as the log of the journeys has them, when he rated, and how.
    good_at_least, bad_at_most : float
        Ratings of at least the one are good, of at most the other bad, between them neither.
    period, origin, churn_after, until
        The grid, for journeys with event times; as in `journeys`.
    time_format, time_unit
        As in `journeys`.

    Returns
    -------
    SharingCounts
        For `sharing_rates`; with a `report` that counts every dropped row.

    Raises
    ------
    ValueError
        For a column that is not there, a log in which no customer is known, or limits that make a rating both.
    """
    grid = Grid(period, origin, churn_after, until)
    _check_clock("sharing_counts", journeys, grid)
    table = Table(data)
    customers = _Customers(journeys)
    who = customers.codes(table.column(customer, "customer"))
    moments = times(table.column(time, "time"), time_format, time_unit)
    ratings = numbers(table.column(rating, "rating"))
    return _core.sharing_counts(
        journeys,
        who,
        moments.time,
        ratings,
        good_at_least=good_at_least,
        bad_at_most=bad_at_most,
        time_unit=moments.unit,
        names=customers.name,
        invalid_time=moments.n_invalid(who),
        **vars(grid),
    )
