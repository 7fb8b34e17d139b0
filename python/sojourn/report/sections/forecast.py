"""Today's customers: how many there are, and where they will be."""

from __future__ import annotations

from typing import Any

import numpy as np

import sojourn as sj
from sojourn import plot
from sojourn.report.analysis import Analysis, Floats
from sojourn.report.pictures import figure_svg
from sojourn.report.section import Card, Part, Question, Section, Table
from sojourn.report.today import living_base
from sojourn.report.words import sentence, strong


class Forecast(Part):
    """Today's base, moved on period by period."""

    def __init__(self, analysis: Analysis, question: Question) -> None:
        super().__init__(analysis, question)
        self.base = living_base(analysis)
        self.ahead = base_ahead(analysis, self.base)
        self.template = "forecast.html.j2" if len(self.ahead) else ""

    def context(self) -> dict[str, Any]:
        """How many will be left."""
        last = len(self.ahead) - 1
        return {
            "words": sentence(
                "Of today’s {} customers, {} are expected to be there after {}, without newcomers.",
                f"{int(self.base.sum()):,}",
                strong(f"{self.ahead[last][~self.analysis.absorbing].sum():,.0f}"),
                self.unit.periods(last),
            ),
            "caption": (
                "Expected numbers. Areas are customers in each state, one upon the other; a dashed line counts those "
                "who have left since today. Newcomers are not in it."
            ),
        }

    def pictures(self) -> dict[str, str]:
        """Areas of customers per state."""
        if not len(self.ahead):
            return {}
        fit = self.analysis.fit
        return {"forecast": figure_svg(lambda ax: plot.forecast(fit, ax, stock=self.base), (8.4, 3.6), "forecast")}

    def tables(self) -> dict[str, Table]:
        """Customers per period and state."""
        names = self.analysis.names
        rows = [[t, names[i], customers] for t, row in enumerate(self.ahead) for i, customers in enumerate(row)]
        return {
            "forecast.csv": Table("today's customers in the next periods", ["period", "state", "customers"], rows),
        }

    def cards(self) -> list[Card]:
        """Today's customers."""
        alive = ~self.analysis.absorbing
        residual = np.asarray(self.analysis.value.residual, dtype=float)
        to_come = float((self.base[alive] * residual[alive]).sum())
        under = f"{self.unit.money(to_come)} still to come from them"
        return [Card("Today’s customers", f"{int(self.base[alive].sum()):,}", under)]

    def definitions(self) -> list[tuple[str, str]]:
        """Who counts as a customer today."""
        return [("Customers today", "Those who have not left, by the state of their last counted period.")]


def base_ahead(analysis: Analysis, base: Floats, periods: int = 12) -> Floats:
    """The base in the next periods, shape (periods + 1, n_states); no rows where nobody is left."""
    if not base.any():
        return np.zeros((0, len(base)))
    return np.asarray(sj.forecast(analysis.fit.chain, base, periods=periods))


FORECAST = Section("forecast", Forecast)
