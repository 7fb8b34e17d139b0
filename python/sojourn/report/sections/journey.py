"""The journey: whom the log follows, the map of their moves, and what became of the data."""

from __future__ import annotations

from typing import Any

import numpy as np

from sojourn import plot
from sojourn.plot._map import map_size
from sojourn.report.pictures import figure_svg
from sojourn.report.section import Card, Part, Section, Table
from sojourn.report.words import sentence, strong


class Journey(Part):
    """Customers of the log and the chain that was fitted."""

    template = "journey.html.j2"

    def context(self) -> dict[str, Any]:
        """The line under the map."""
        return {
            "caption": (
                "States stand in the order of the customer’s life. Blue moves lead ahead, orange ones back, red "
                f"ones out; the wider a line, the likelier the move {self.unit.each}. The darker a box, the more time "
                "customers spend there. Moves below 0.5 % are not drawn, nor those from states that no move was seen "
                "from."
            )
        }

    def pictures(self) -> dict[str, str]:
        """The map; moves of states without data are left out."""
        analysis = self.analysis
        visits = np.asarray(analysis.fit.counts.visits, dtype=float) * ~analysis.absorbing
        shares = visits / visits.sum() if visits.sum() > 0 else visits
        seen = analysis.matrix.copy()
        seen[[analysis.names.index(name) for name in analysis.fit.report.rows_without_data]] = 0.0
        size = map_size(analysis.fit)
        return {
            "map": figure_svg(lambda ax: plot.graph(analysis.fit, ax, weights=seen, shares=shares), size, "map"),
        }

    def tables(self) -> dict[str, Table]:
        """All moves."""
        analysis = self.analysis
        moves, errors = np.asarray(analysis.fit.counts.moves), np.asarray(analysis.fit.standard_errors)
        names, matrix = analysis.names, analysis.matrix
        columns = ["from", "to", "moves", "probability", "standard_error"]
        rows = [
            [names[i], names[j], moves[i, j], matrix[i, j], errors[i, j]]
            for i in range(len(names))
            for j in range(len(names))
            if matrix[i, j] > 0 or moves[i, j] > 0
        ]
        return {"moves.csv": Table("moves, probabilities and their standard errors", columns, rows)}

    def summary(self) -> list[Any]:
        """Who is followed, and when."""
        unit = self.unit
        where = f" between {' and '.join(unit.days())}" if unit.days() else ""
        return [
            sentence(
                "This page follows {} customers{}, {}.",
                strong(f"{self.analysis.fit.counts.n_customers:,}"),
                where,
                "event by event" if unit.is_step else f"in steps of {unit.one}",
            )
        ]

    def cards(self) -> list[Card]:
        """How many customers and moves."""
        fit = self.analysis.fit
        return [Card("Customers", f"{fit.counts.n_customers:,}", f"{fit.report.moves_used:,} moves counted")]

    def cautions(self) -> list[str]:
        """What the log cannot tell."""
        settings = self.analysis.settings
        found = [
            "The figures describe the log they were estimated from; they are not tested on a later one. Seasons "
            "and campaigns of this span are in them."
        ]
        if settings.clock == "orders":
            found.append(
                f"Silence is the only sign of leaving: after {self.unit.periods(settings.churn_after)} without an "
                f"order a customer counts as gone. Another length would move the value."
            )
        return found

    def notes(self) -> list[str]:
        """What became of the rows."""
        return [*self.analysis.settings.notes, *self.analysis.journeys.report.notes()]

    def definitions(self) -> list[tuple[str, str]]:
        """What a state is."""
        settings, unit = self.analysis.settings, self.unit
        meaning = "As the log names them; a state stays in force until the next one is entered."
        if settings.clock == "orders":
            meaning = (
                f"active: at least one order in this {unit.period}. silent k: the k-th {unit.period} in a row "
                f"without one. churn: after {unit.periods(settings.churn_after)} of silence."
            )
        elif settings.clock == "rules":
            meaning = (
                "Told from the events by the table of rules; an event that no rule names leaves the customer where "
                "he is."
            )
        return [("States", meaning)]


JOURNEY = Section("journey", Journey)
