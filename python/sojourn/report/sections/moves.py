"""Where customers go next: the transition matrix, move by move, and how long stays last."""

from __future__ import annotations

from typing import Any

import numpy as np

from sojourn import plot
from sojourn.plot._style import percent
from sojourn.report.pictures import figure_svg
from sojourn.report.section import Part, Section, Table

FEW_MOVES = 30  # a row that rests on fewer observed moves is named on the page


class Moves(Part):
    """Probabilities with their counts."""

    template = "moves.html.j2"

    def context(self) -> dict[str, Any]:
        """The tables of moves and of stays."""
        unit = self.unit
        return {
            "caption": f"Read along a row: where customers of this state are "
            f"{unit.next if not unit.is_step else 'at the next event'}. Each row sums to 100 %.",
            "moves": self.move_rows(),
            "stays": self.stay_rows(),
        }

    def move_rows(self) -> list[dict[str, Any]]:
        """The moves of each state; the first opens its group."""
        fit, matrix, names = self.analysis.fit, self.analysis.matrix, self.unit.names
        moves, errors = np.asarray(fit.counts.moves), np.asarray(fit.standard_errors, dtype=float)
        rows = []
        for i in self.analysis.shown:
            ends = [j for j in range(len(names)) if matrix[i, j] > 0 or moves[i, j] > 0]
            rows += [
                {
                    "start": names[i],
                    "end": names[j],
                    "n": int(moves[i, j]),
                    "p": percent(float(matrix[i, j])),
                    "error": f"± {100 * errors[i, j]:.1f}",
                    "opens": k == 0,
                }
                for k, j in enumerate(ends)
            ]
        return rows

    def stay_rows(self) -> list[dict[str, Any]]:
        """How long customers stay in each state."""
        counts, matrix = self.analysis.fit.counts, self.analysis.matrix
        visits = np.asarray(counts.visits)
        rows = []
        for i in self.analysis.shown:
            stay = counts.dwell[self.analysis.names[i]]
            completed, still = np.asarray(stay.completed), np.asarray(stay.open)
            done, open_stays = int(completed.sum()), int(still.sum())
            length = float((completed * np.arange(1, len(completed) + 1)).sum()) / done if done else None
            p = float(matrix[i, i])
            rows.append(
                {
                    "state": self.unit.names[i],
                    "visits": int(visits[i]),
                    "done": done,
                    "open": open_stays,
                    "mean": f"{length:.1f}" if length is not None else "–",
                    "chain": f"{1 / (1 - p):.1f}" if p < 1 else "for good",
                }
            )
        return rows

    def pictures(self) -> dict[str, str]:
        """A heat map."""
        fit, n = self.analysis.fit, len(self.analysis.names)
        size = (min(11.0, 2.6 + 0.72 * n), 1.2 + 0.40 * n)
        return {"heat": figure_svg(lambda ax: plot.heatmap(fit, ax), size, "heat")}

    def tables(self) -> dict[str, Table]:
        """Stays by their length."""
        dwell = self.analysis.fit.counts.dwell
        rows = [
            [name, k + 1, number(done, k), number(still, k)]
            for name in self.analysis.names
            for done, still in [(dwell[name].completed, dwell[name].open)]
            for k in range(max(len(done), len(still)))
        ]
        return {"stays.csv": Table("lengths of stays", ["state", "length", "completed", "open"], rows)}

    def cautions(self) -> list[str]:
        """Rows that rest on little or nothing."""
        analysis, settings, unit = self.analysis, self.analysis.settings, self.unit
        moves = np.asarray(analysis.fit.counts.moves)
        found = []
        empty = [unit.pretty(name) for name in analysis.fit.report.rows_without_data]
        if empty:
            listed = ", ".join(f"“{name}”" for name in empty)
            found.append(
                f"No move was ever seen from {listed}; {self.filled()}. What the page says of "
                f"{'it' if len(empty) == 1 else 'them'} is an assumption, not a finding."
            )
        few = [f"“{unit.names[i]}” ({int(moves[i].sum())})" for i in analysis.shown if 0 < moves[i].sum() < FEW_MOVES]
        if few:
            found.append(
                f"Some states rest on fewer than {FEW_MOVES} observed moves: {', '.join(few)}. Take their numbers "
                f"as a hint."
            )
        if settings.smoothing > 0:
            found.append(
                f"{settings.smoothing:g} pseudo-moves were added to each allowed move, which pulls every row a "
                f"little towards even odds."
            )
        return found

    def filled(self) -> str:
        """What stands in for a row without data."""
        settings = self.analysis.settings
        if settings.rows_without_data != "prior":
            return "it is taken as a place where customers stay for good"
        if settings.smoothing > 0:
            return f"a prior stands in: {settings.smoothing:g} pseudo-moves on each allowed move"
        return "a prior stands in: the weight of one move, spread evenly over the allowed moves"


def number(column: Any, k: int) -> int:
    """An entry, 0 beyond the end."""
    return int(column[k]) if k < len(column) else 0


MOVES = Section("moves", Moves)
