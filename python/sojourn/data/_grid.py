"""A grid of periods, as a caller says it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sojourn import _core
from sojourn._core import Journeys, Period


@dataclass(frozen=True)
class Grid:
    """Its fields are the keywords that the library takes: ``**vars(grid)``."""

    period: Period | str | None
    origin: str | dt.date
    churn_after: int
    until: dt.date | str | None

    @property
    def has_periods(self) -> bool:
        return self.period is not None and not Period(self.period).is_step

    def settings(self) -> list[str]:
        """Names of what is said about periods, besides their length."""
        said = {
            "churn_after": self.churn_after != 0,
            "until": self.until is not None,
            "origin": self.origin != "first_event",
        }
        return [name for name, is_said in said.items() if is_said]

    def of(self, journeys: Journeys) -> Journeys:
        """Put journeys on the grid; without periods their clock stays the event."""
        if self.has_periods:
            return _core.on_grid(journeys, **vars(self))
        for name in self.settings():
            raise ValueError(f"{name}: needs a grid; say period='month', or another length with its unit")
        return journeys
