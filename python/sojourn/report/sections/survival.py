"""How long customers stay: the chain's curve beside the one that was seen in the log."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn import plot
from sojourn.plot._style import percent
from sojourn.plot.survival import survival_curve
from sojourn.report.analysis import Analysis, Floats
from sojourn.report.pictures import figure_svg
from sojourn.report.section import Card, Part, Question, Section, Table
from sojourn.report.today import exit_positions, last_states, opens_customer
from sojourn.report.words import sentence, strong

Seen = tuple[Floats, Floats, Floats]  # time, share still there, journeys at risk


class Survival(Part):
    """The share of newcomers who have not left after so many periods."""

    def __init__(self, analysis: Analysis, question: Question) -> None:
        super().__init__(analysis, question)
        self.observed = observed_survival(analysis.journeys)
        far = max(600, len(self.observed[0]) if self.observed else 0)
        self.still_there = survival_curve(analysis.fit, far, analysis.start)
        self.periods = periods_to_draw(self.still_there, self.observed)
        self.ends = bool(analysis.absorbing.any())
        self.template = "survival.html.j2" if self.ends else ""

    @property
    def half_life(self) -> int | None:
        """Periods until half of the newcomers have reached an exit; nothing when that takes very long."""
        gone = np.flatnonzero(self.still_there <= 0.5)
        return int(gone[0]) if gone.size else None

    def context(self) -> dict[str, Any]:
        """The line under the curve."""
        seen = (
            "; the orange steps are what was seen in the log (product-limit estimate, first journeys, at "
            "least 20 at risk). Where the two part, the chain’s assumption that only the current state matters is too "
            "simple."
        )
        return {
            "caption": "Share of new customers who have not left. The blue line is what the chain says"
            + (seen if self.observed is not None else ".")
        }

    def pictures(self) -> dict[str, str]:
        """The two curves."""
        if not self.ends:
            return {}
        observed = None if self.observed is None else self.observed[:2]
        fit = self.analysis.fit
        return {
            "survival": figure_svg(
                lambda ax: plot.survival(fit, ax, periods=self.periods, observed=observed), (8.4, 3.2), "survival"
            )
        }

    def tables(self) -> dict[str, Table]:
        """Period, the chain's share, the observed share and the journeys at risk."""
        rows: list[list[Any]] = []
        for t, share in enumerate(self.still_there[: self.periods + 1]):
            seen: list[Any] = ["", ""]
            if self.observed is not None and t < len(self.observed[0]):
                seen = [self.observed[1][t], int(self.observed[2][t])]
            rows.append([t, share, *seen])
        return {"survival.csv": Table("the survival curve", ["period", "chain", "seen_in_the_log", "at_risk"], rows)}

    def summary(self) -> list[Any]:
        """When half have left."""
        if self.half_life is None or not self.ends:
            return []
        half = strong(self.unit.periods(self.half_life))
        return [sentence("Half of the new customers have left within {}.", half)]

    def cards(self) -> list[Card]:
        """When half have left, and how many stay longer."""
        if not self.ends:
            return []
        analysis, unit = self.analysis, self.unit
        later = 12 if not unit.is_step else 10
        law = analysis.start @ np.linalg.matrix_power(analysis.matrix, later)
        kept = f"{percent(float(law[~analysis.absorbing].sum()))} are still there after {unit.periods(later)}"
        half = "a very long time" if self.half_life is None else unit.periods(self.half_life)
        return [Card("Half of them have left after", half, kept)]

    def cautions(self) -> list[str]:
        """Where the chain and the log part."""
        gap = self.widest_gap()
        if gap is None or abs(gap[1] - gap[2]) <= 0.1:
            return []
        time, chain, seen = gap
        return [
            f"After {self.unit.periods(time)} the chain still counts {percent(chain)} of the new customers, the log "
            f"{percent(seen)}: "
            + (
                "newcomers leave faster than the chain believes, so their value is probably too high here."
                if chain > seen
                else "newcomers stay longer than the chain believes, so their value is probably too low here."
            )
        ]

    def widest_gap(self) -> tuple[int, float, float] | None:
        """The period at which chain and log differ most in the share of newcomers still there, and both shares."""
        if self.observed is None:
            return None
        share = self.observed[1]
        chain = self.still_there[: len(share)]
        at = int(np.argmax(np.abs(chain - share)))
        return at, float(chain[at]), float(share[at])


def observed_survival(journeys: Any) -> Seen | None:
    """
    The product-limit curve of first journeys: those still open count as long as they were seen.

    Nothing when no journey has ended. Source: E. L. Kaplan & P. Meier, Journal of the American Statistical Association
    53, 1958.
    """
    offsets = np.asarray(journeys.offsets, dtype=np.int64)
    lengths = offsets[1:] - offsets[:-1] - 1
    ended = np.isin(last_states(journeys), exit_positions(journeys.lifecycle))
    first = opens_customer(journeys)
    return product_limit(lengths[first], ended[first])


def product_limit(lengths: NDArray[np.int64], ended: NDArray[np.bool_]) -> Seen | None:
    """Times 0, 1, …, the share not yet ended after them, the number at risk; cut where fewer than 20 are at risk."""
    if not ended.any():
        return None
    last = int(lengths.max())
    ends = np.bincount(lengths[ended], minlength=last + 1)
    seen = np.bincount(lengths, minlength=last + 1)
    at_risk = seen[::-1].cumsum()[::-1].astype(float)  # journeys seen for at least t periods
    share = np.cumprod(1.0 - ends / np.maximum(at_risk, 1.0))
    kept = max(1, int((at_risk >= 20).sum()))
    return np.arange(kept, dtype=float), share[:kept], at_risk[:kept]


def periods_to_draw(still_there: Floats, observed: Seen | None) -> int:
    """How far to draw: the observed span, or until one in twenty is left, between 12 and 60 periods."""
    left = np.flatnonzero(still_there[:60] < 0.05)
    needed = int(left[0]) if left.size else 60
    seen = len(observed[0]) - 1 if observed is not None else 0
    return int(min(60, max(12, seen, min(needed, 36))))


SURVIVAL = Section("survival", Survival)
