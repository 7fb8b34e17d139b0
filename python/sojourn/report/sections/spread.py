"""How different customers are: many new ones, simulated from the chain."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import sojourn as sj
from sojourn import plot
from sojourn.plot._style import percent
from sojourn.report.analysis import Analysis
from sojourn.report.pictures import figure_svg
from sojourn.report.section import Card, Part, Question, Section, Table
from sojourn.report.words import said

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)  # on the page
SHARES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)  # in the table


class Spread(Part):
    """The simulated values and their quantiles."""

    template = "spread.html.j2"

    def __init__(self, analysis: Analysis, question: Question) -> None:
        super().__init__(analysis, question)
        settings = analysis.settings
        self.cut = None if settings.horizon is not None else simulated_periods(analysis.fit.chain, analysis.value)
        self.simulation = sj.simulate(
            analysis.fit,
            customers=settings.customers,
            horizon=self.cut or settings.horizon,
            start=analysis.start,
            rewards=analysis.value.rewards,
            seed=settings.seed,
            progress=question.progress(),
            **settings.discount,
        )

    def quantiles(self, shares: tuple[float, ...]) -> list[tuple[float, float]]:
        """Each share with the value that so many customers stay below."""
        found = np.atleast_1d(self.simulation.value.quantile(list(shares)))
        return [(p, float(q)) for p, q in zip(shares, found, strict=True)]

    def context(self) -> dict[str, Any]:
        """The quantiles, and the mean beside the exact one."""
        settings, value, money = self.analysis.settings, self.simulation.value, self.unit.money
        return {
            "caption": (
                f"{settings.customers:,} new customers, simulated from the chain with seed {settings.seed}. Their "
                f"mean is {money(float(value.mean))} (standard error {money(float(value.standard_error))}); the exact "
                f"mean is {money(float(self.analysis.newcomer.mean))}."
            ),
            "quantiles": [(share_words(p), money(q)) for p, q in self.quantiles(QUANTILES)],
        }

    def pictures(self) -> dict[str, str]:
        """A histogram."""
        currency = self.analysis.settings.currency
        return {
            "spread": figure_svg(
                lambda ax: plot.distribution(self.simulation, ax, currency=currency), (8.4, 3.2), "spread"
            )
        }

    def tables(self) -> dict[str, Table]:
        """More quantiles."""
        rows: list[list[Any]] = [[p, q] for p, q in self.quantiles(SHARES)]
        columns = ["share_of_customers", "value"]
        return {"simulated_value.csv": Table("quantiles of the simulated values", columns, rows)}

    def cards(self) -> list[Card]:
        """The middle eight of ten."""
        (_, ten), (_, ninety) = self.quantiles((0.1, 0.9))
        figure = f"{self.unit.money(ten)} – {self.unit.money(ninety)}"
        return [Card("Eight in ten are worth between", figure, "simulated new customers")]

    def cautions(self) -> list[str]:
        """Where the simulation stops."""
        if self.cut is None:
            return []
        return [
            "Some customers never leave in this chain. The simulation follows them for "
            f"{self.unit.periods(self.cut)}, the values go on for life."
        ]

    def definitions(self) -> list[tuple[str, str]]:
        """What was simulated."""
        return [("Simulation", f"{said(self.simulation.definition, self.unit.money_word)}.")]


def simulated_periods(chain: Any, value: Any) -> int | None:
    """
    Where to stop simulating customers who never leave: when money has lost all but a ten-thousandth of its worth.

    Nothing when every customer comes some day to where no more money is made, or nothing is discounted.
    """
    shape = sj.structure(chain)
    factor = float(value.discount.factor_per_period(chain.period))
    ends = all(value.rewards.per_state[name] == 0 for name in shape.absorbing_states) and shape.is_absorbing_chain
    if ends or factor >= 1.0:
        return None
    return int(min(5000, math.ceil(math.log(1e-4) / math.log(factor))))


def share_words(p: float) -> str:
    """What a quantile is of: "lowest 5 %, at most", "median", "highest 5 %, at least"."""
    if p == 0.5:
        return "median"
    return f"lowest {percent(p)}, at most" if p < 0.5 else f"highest {percent(1 - p)}, at least"


SPREAD = Section("spread", Spread, step="simulating customers")
