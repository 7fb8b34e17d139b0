"""Levers: which moves would change what today's customers are worth, and by how much."""

from __future__ import annotations

from typing import Any

import numpy as np

import sojourn as sj
from sojourn import plot
from sojourn.plot._style import percent
from sojourn.report.analysis import Analysis, Floats
from sojourn.report.pictures import figure_svg
from sojourn.report.section import Part, Question, Section, Table
from sojourn.report.today import living_base
from sojourn.report.words import Words, sentence, strong

SHOWN = 10  # rows of the table on the page


class Levers(Part):
    """The moves of today's base, the one that may cost most first."""

    def __init__(self, analysis: Analysis, question: Question) -> None:
        super().__init__(analysis, question)
        self.base = living_base(analysis)
        self.levers = base_levers(analysis, self.base)
        self.template = "levers.html.j2" if self.levers else ""

    def context(self) -> dict[str, Any]:
        """The strongest levers."""
        unit = self.unit
        return {
            "words": lever_words(self.levers[0], unit, self.base),
            "caption": (
                "Blue moves bring money when they become likelier, red ones cost it. A point is taken from the other "
                "moves of the same state in proportion, and lasts for good. Each figure is for a small change by "
                "itself: they do not add up, and customers who come later are not counted."
            ),
            "levers": [
                {
                    "start": unit.pretty(lever.from_state),
                    "end": unit.pretty(lever.to_state),
                    "p": percent(lever.probability),
                    "point": point_words(lever),
                    "each": unit.money_of_a_point(abs(lever.value_of_a_point)),
                    "cost": unit.money(lever.break_even_cost),
                }
                for lever in self.levers[:SHOWN]
            ],
            "n_levers": len(self.levers),
        }

    def pictures(self) -> dict[str, str]:
        """A bar per move."""
        if not self.levers:
            return {}
        currency = self.analysis.settings.currency
        size = (8.4, 0.8 + 0.32 * max(2, min(SHOWN, len(self.levers))))
        return {"levers": figure_svg(lambda ax: plot.levers(self.levers, ax, currency=currency), size, "levers")}

    def tables(self) -> dict[str, Table]:
        """All levers."""
        columns = ["from", "to", "probability", "point_per_customer", "point_for_base", "may_cost_at_most"]
        rows = [
            [x.from_state, x.to_state, x.probability, x.value_of_a_point, x.value_for_base, x.break_even_cost]
            for x in self.levers
        ]
        return {"levers.csv": Table("what a point of each move is worth", columns, rows)}

    def summary(self) -> list[Any]:
        """The strongest lever."""
        return [lever_words(self.levers[0], self.unit, self.base)] if self.levers else []

    def definitions(self) -> list[tuple[str, str]]:
        """What a lever is."""
        meaning = (
            "A move whose probability could change. A point of it may cost at most what it brings to today’s "
            "customers, in money of today."
        )
        return [("Lever", meaning)]


def base_levers(analysis: Analysis, base: Floats) -> list[Any]:
    """
    What a point of each move is worth to today's base, the one that may cost most first.

    Only moves that were seen; where a state has two of them, one is the other's mirror, and the one that brings value
    stands for both. Nothing where nobody is left.
    """
    if not base.any():
        return []
    moves = np.asarray(analysis.fit.counts.moves)
    at = analysis.fit.chain.states.index
    seen = [
        lever for lever in sj.value.base_levers(analysis.value, base) if moves[at(lever.from_state), at(lever.to_state)]
    ]
    several = {name for name in analysis.names if np.count_nonzero(analysis.matrix[at(name)]) != 2}
    kept = [lever for lever in seen if lever.value_for_base > 0 or lever.from_state in several]
    return [lever for lever in kept if lever.break_even_cost > 0]


def point_words(lever: Any) -> str:
    """The change that pays: a point more or less, or what there is of it."""
    if lever.value_for_base > 0:
        return "one point more" if lever.probability <= 0.99 else "up to 100 %"
    return "one point less" if lever.probability >= 0.01 else "down to 0 %"


def lever_words(lever: Any, unit: Words, base: Floats) -> Any:
    """What the strongest lever is worth, in a sentence."""
    more = lever.value_for_base > 0
    return sentence(
        "{} of {} is worth {} per customer, {} for today’s base of {}{}.",
        "One more percentage point" if more else "One percentage point less",
        strong(f"{unit.pretty(lever.from_state)} → {unit.pretty(lever.to_state)}"),
        unit.money_of_a_point(abs(lever.value_of_a_point)),
        strong(unit.money(abs(lever.value_for_base))),
        f"{int(base.sum()):,}",
        "" if lever.break_even_cost >= 0.999 * abs(lever.value_for_base) else ", although less than a point is left",
    )


LEVERS = Section("levers", Levers)
