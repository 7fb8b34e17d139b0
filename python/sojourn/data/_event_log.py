"""The columns that every log of events has."""

from __future__ import annotations

from typing import Any

import numpy as np

from sojourn._core import Journeys, StateSpace
from sojourn.data._columns import Flags, Ints, Table, listed
from sojourn.data._labels import distinct
from sojourn.data._numbers import numbers
from sojourn.data._times import MISSING_TIME, times


class EventLog:
    """The columns that every log has, as codes and numbers; and what has to be moved between counts of the report."""

    def __init__(
        self, data: Any, customer: Any, time: Any, value: Any, time_format: str | None, time_unit: str | None
    ) -> None:
        self.table = Table(data)
        self.customer, self.labels = distinct(self.table.column(customer, "customer"))
        moments = times(self.table.column(time, "time"), time_format, time_unit)
        self.time = moments.time
        self.order = moments.order
        self.time_unit = moments.unit
        self.value = None if value is None else numbers(self.table.column(value, "value"))
        # The library sees a time that could not be read as a missing one.
        self._invalid_time = moments.n_invalid(self.customer)
        self._unknown_state = 0

    def state_positions(
        self, codes: Ints, names: list[str], states: StateSpace, unknown_state: str, missing_value: str
    ) -> Any:
        """Positions of the states named; rows with an unknown one are refused, or set aside and counted."""
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
        self._unknown_state = int(np.count_nonzero(otherwise_good))
        self.customer = np.where(otherwise_good, -1, self.customer)

    def settled(self, journeys: Journeys) -> Journeys:
        """Count the rows set aside under their own reasons."""
        moved = {
            "missing_time": -self._invalid_time,
            "invalid_time": self._invalid_time,
            "missing_customer": -self._unknown_state,
            "unknown_state": self._unknown_state,
        }
        moved = {name: amount for name, amount in moved.items() if amount}
        return journeys.with_report_counts(**moved) if moved else journeys
