"""What a customer is worth: new, and in each state."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np

import sojourn as sj
from sojourn import plot
from sojourn.plot._style import percent
from sojourn.report.analysis import Analysis
from sojourn.report.pictures import figure_svg
from sojourn.report.section import Card, Part, Question, Section, Table
from sojourn.report.today import base_today
from sojourn.report.words import said, sentence, strong

COLUMNS = [
    "state",
    "value",
    "lower",
    "upper",
    "still_to_come",
    "standard_deviation",
    "revenue_per_period",
    "customers_today",
]


class Worth(Part):
    """Values with their intervals."""

    template = "worth.html.j2"

    def __init__(self, analysis: Analysis, question: Question) -> None:
        super().__init__(analysis, question)
        value = analysis.value
        ends = value.interval(analysis.settings.level)
        amounts = (value.mean, ends.lower, ends.upper, value.residual, value.std, value.rewards.per_state)
        self.columns = [np.asarray(x, dtype=float) for x in amounts]
        self.base = base_today(analysis)
        self.interval = newcomer_interval(analysis)

    def context(self) -> dict[str, Any]:
        """The table of states."""
        keys = ("mean", "low", "high", "residual", "std", "reward")
        return {
            "caption": (
                "Blue dot: what a customer in the state is worth from now on, this period’s revenue included "
                "(use it for newcomers). "
                "Orange ring: what is still to come after this period (use it for today’s base)."
            ),
            "rows": [
                {
                    "state": self.unit.names[i],
                    "base": int(self.base[i]),
                    **{key: self.unit.money(column[i]) for key, column in zip(keys, self.columns, strict=True)},
                }
                for i in self.analysis.shown
            ],
        }

    def pictures(self) -> dict[str, str]:
        """A dot and an interval per state."""
        value, settings = self.analysis.value, self.analysis.settings
        rows = int((~self.analysis.absorbing).sum())
        return {
            "value": figure_svg(
                lambda ax: plot.value(value, ax, level=settings.level, currency=settings.currency),
                (8.4, 1.0 + 0.38 * max(2, rows)),
                "value",
            )
        }

    def tables(self) -> dict[str, Table]:
        """Every state's value."""
        rows = [
            [name, *(column[i] for column in self.columns), self.base[i]] for i, name in enumerate(self.analysis.names)
        ]
        return {"value.csv": Table(f"value per state, with {self.unit.level} intervals", COLUMNS, rows)}

    def summary(self) -> list[Any]:
        """The value of a new customer, and how much of it comes at once."""
        unit, newcomer, ends = self.unit, self.analysis.newcomer, self.interval
        sure = f" ({unit.level} interval {unit.money(ends[0])} to {unit.money(ends[1])})" if ends else ""
        told = [
            sentence(
                "A new customer is worth {} in {} {}{}.",
                strong(unit.money(newcomer.mean)),
                unit.money_word,
                unit.life(),
                sure,
            )
        ]
        at_once = newcomer.mean - newcomer.residual
        if newcomer.mean > 0 and 0 <= at_once <= newcomer.mean:
            first = "with the first event" if unit.is_step else f"in the first {unit.period}"
            told.append(
                sentence(
                    "Of this, {} comes {} and {} later.", unit.money(at_once), first, unit.money(newcomer.residual)
                )
            )
        return told

    def cards(self) -> list[Card]:
        """The value of a new customer."""
        unit, ends = self.unit, self.interval
        sure = f"{unit.level} interval {unit.money(ends[0])} – {unit.money(ends[1])}" if ends else ""
        return [Card("A new customer is worth", unit.money(self.analysis.newcomer.mean), sure)]

    def cautions(self) -> list[str]:
        """What the value leaves out, and what it rests on."""
        analysis, unit, newcomer = self.analysis, self.unit, self.analysis.newcomer
        found = []
        back, gone = analysis.journeys.report.returned_after_churn, analysis.journeys.report.churned
        if gone and back > 0.01 * gone:
            longer = "; a longer --churn-after counts it in." if analysis.settings.churn_after else "."
            found.append(
                f"{percent(back / gone)} of those who left came back later ({back:,} of {gone:,}). Each return "
                f"begins a new journey, so what returners bring is not in the value of a new customer{longer}"
            )
        span = int(np.diff(np.asarray(analysis.journeys.offsets)).max())
        later = share_after(analysis, span)
        if not unit.is_step and later is not None and later > 0.1:
            found.append(
                f"No customer was seen for more than {unit.periods(span)}, and {percent(later)} of the value of a "
                "new customer lies beyond that: this part is extrapolated by the chain."
            )
        if unit.is_step:
            found.append(
                "The clock is the event, not time: money is discounted per event, and a slow customer counts "
                "like a quick one. Give a period to value in time."
            )
        if newcomer.standard_error and newcomer.mean and abs(newcomer.standard_error / newcomer.mean) > 0.1:
            found.append(
                "The value of a new customer is known to no better than about ten percent: a few large amounts "
                "or few customers decide it."
            )
        return found

    def definitions(self) -> list[tuple[str, str]]:
        """Value, money, time and interval."""
        settings, value, unit = self.analysis.settings, self.analysis.value, self.unit
        discount = value.discount.describe(self.analysis.fit.chain.period)
        amounts = (
            "The amounts in the log, as they stand: not a margin, no costs taken off, returns as negative amounts if "
            "the log holds them. "
        ) + (f"In {settings.currency}." if settings.currency else "The log does not say in which currency.")
        if settings.money_word:
            amounts = "The log tells no amounts; its rows are counted, each with the same weight."
        return [
            (
                "Value",
                f"{said(value.definition, unit.money_word)}. It is the expected sum of a customer’s "
                f"{unit.money_word}, the current period included.",
            ),
            (
                "Still to come",
                "The value less the money of the current period: what a customer who is in the state now will still "
                "bring.",
            ),
            (unit.money_word.capitalize(), amounts),
            ("Period", f"One step is {unit.one}."),
            ("Discount", f"{discount}." if discount else "See the value."),
            (
                "Interval",
                f"In {100 * settings.level:g} of 100 such logs the interval would hold the true mean, if the "
                f"chain were true; by the delta method over the observed moves and amounts.",
            ),
        ]


def newcomer_interval(analysis: Analysis) -> tuple[float, float] | None:
    """A normal interval for the value of a newcomer."""
    error = analysis.newcomer.standard_error
    if error is None:
        return None
    z = NormalDist().inv_cdf(0.5 + analysis.settings.level / 2)
    return analysis.newcomer.mean - z * error, analysis.newcomer.mean + z * error


def share_after(analysis: Analysis, periods: int) -> float | None:
    """The share of a newcomer's value that comes after so many periods; nothing where it is no share."""
    horizon = analysis.settings.horizon
    whole = float(analysis.newcomer.mean)
    if periods < 1 or (horizon is not None and horizon <= periods) or whole <= 0:
        return None
    early = sj.lifetime_value(analysis.fit.chain, analysis.value.rewards, horizon=periods, **analysis.settings.discount)
    share = 1.0 - float(early.start_value(analysis.start).mean) / whole
    return share if 0.0 <= share <= 1.0 else None


WORTH = Section("worth", Worth)
