"""Leaks: from where customers are lost, and what is lost with them."""

from __future__ import annotations

from typing import Any

import numpy as np

import sojourn as sj
from sojourn import plot
from sojourn.plot._style import percent
from sojourn.plot.leaks import moment_words
from sojourn.report.analysis import Analysis, Floats
from sojourn.report.pictures import figure_svg
from sojourn.report.section import Part, Question, Section, Table
from sojourn.report.today import exit_positions
from sojourn.report.words import Words, sentence, strong


class Leaks(Part):
    """What a new customer loses by leaving, per state and exit and, where states are tagged, per moment of truth."""

    def __init__(self, analysis: Analysis, question: Question) -> None:
        super().__init__(analysis, question)
        self.why = analysis.value.sensitivity(start=analysis.start)
        lifecycle = analysis.fit.counts.lifecycle
        self.is_tagged = any(lifecycle.moments(name) for name in analysis.names)
        self.leaks = list(self.why.leaks())
        self.moments = list(self.why.leaks_by_moment(lifecycle)) if self.is_tagged else []
        self.words = leak_words(self.leaks, self.unit, [self.unit.pretty(name) for name in always_leave(analysis)])
        self.template = "leaks.html.j2" if self.words else ""

    def context(self) -> dict[str, Any]:
        """All leaks, and the moments of truth."""
        unit, several = self.unit, len({leak.exit for leak in self.leaks}) > 1
        both = ", and a state that belongs to two moments of truth counts under both" if self.is_tagged else ""
        leaks, moments = (self.leaks, self.moments) if len(self.leaks) > 1 else ([], [])
        return {
            "words": self.words,
            "caption": (
                "Marginal figures: what would be gained, in proportion, by closing an exit a little. They do not sum "
                f"to a total{both}."
            ),
            "leaks": [
                {
                    "state": unit.pretty(leak.from_state),
                    "exit": unit.pretty(leak.exit) if several else "",
                    "amount": unit.money(leak.amount),
                }
                for leak in leaks
            ],
            "several_exits": several,
            "moments": [
                {
                    "moment": moment_words(group.moment),
                    "states": ", ".join(unit.pretty(name) for name in group.states),
                    "amount": unit.money(group.amount),
                }
                for group in moments
            ],
        }

    def pictures(self) -> dict[str, str]:
        """A bar per state that loses, where there are several."""
        losing = len({leak.from_state for leak in self.leaks})
        if losing < 2:
            return {"leaks": ""}
        currency = self.analysis.settings.currency
        lifecycle = self.analysis.fit.counts.lifecycle if self.moments else None
        size = (8.4, 0.8 + 0.32 * (min(10, losing) + len(self.moments) + bool(self.moments)))
        return {
            "leaks": figure_svg(
                lambda ax: plot.leaks(self.why, ax, lifecycle=lifecycle, currency=currency), size, "leaks"
            )
        }

    def tables(self) -> dict[str, Table]:
        """All leaks."""
        rows = [[leak.from_state, leak.exit, leak.amount] for leak in self.leaks]
        columns = ["from", "exit", "lost_per_new_customer"]
        return {"leaks.csv": Table("what a new customer loses by leaving", columns, rows)}

    def summary(self) -> list[Any]:
        """From where customers are lost."""
        return silence_words(self.analysis, self.unit) if self.analysis.settings.clock == "orders" else self.lost()

    def lost(self) -> list[Any]:
        """The states that most are lost from."""
        lost = [(strong(self.unit.pretty(name)), percent(share)) for name, share in losses(self.analysis)]
        if not lost:
            return ["Nobody was seen to leave for good."]
        first = sentence("Most are lost from {} ({} of all who left)", *lost[0])
        second = sentence(", then from {} ({})", *lost[1]) if len(lost) > 1 else ""
        return [sentence("{}{}.", first, second)]


def losses(analysis: Analysis) -> list[tuple[str, float]]:
    """For each state the share of all observed exits that were made from it, largest first."""
    moves = np.asarray(analysis.fit.counts.moves, dtype=float)
    exits = exit_positions(analysis.fit.counts.lifecycle)
    out = moves[:, exits].sum(axis=1)
    out[exits] = 0.0
    total = float(out.sum())
    if total == 0.0:
        return []
    return sorted(
        ((name, float(x) / total) for name, x in zip(analysis.names, out, strict=True) if x > 0),
        key=lambda item: -item[1],
    )


def silence_words(analysis: Analysis, unit: Words) -> list[Any]:
    """How many fall silent in a log of orders, and how many of them come back."""
    back = order_again(analysis)
    told = [
        sentence(
            "Customers are lost to silence: of those who order in {}, {} do not order in the next.",
            unit.one,
            strong(percent(1.0 - float(analysis.matrix[0, 0]))),
        )
    ]
    middle = min(3, len(unit.names) - 2)
    if middle >= 1:
        told.append(
            sentence(
                "Once silent for {}, {} ever order again before they count as gone.",
                unit.periods(middle),
                strong(percent(float(back[middle]))),
            )
        )
    return told


def order_again(analysis: Analysis) -> Floats:
    """Probability of ever reaching the first state, by state, shape (n_states,); 1 from the first state itself."""
    return np.asarray(sj.hitting(analysis.fit.chain, analysis.names[:1]).probability, dtype=float)


def always_leave(analysis: Analysis) -> list[str]:
    """States from which everybody moves into an exit: nobody who stays tells what is lost there."""
    exits = [i for i, name in enumerate(analysis.names) if name in analysis.fit.chain.absorbing_states]
    certain = (analysis.matrix[:, exits].max(axis=1, initial=0.0) == 1.0) & ~analysis.absorbing
    return [name for name, leaves in zip(analysis.names, certain, strict=True) if leaves]


def leak_words(leaks: list[Any], unit: Words, certain: list[str]) -> Any:
    """Where leaving costs most, in a sentence, and the states that nobody stays in."""
    listed = ", ".join(f"“{name}”" for name in certain)
    told = f"Everybody leaves {listed} at once, so no one who stays says what is lost there." if certain else ""
    return sentence("{} {}", dearest_words(leaks, unit), told) if leaks else told


def dearest_words(leaks: list[Any], unit: Words) -> Any:
    """Where leaving costs most."""
    dearest = leaks[0]
    if len(leaks) == 1:
        return sentence(
            "Customers leave from {} alone; its leak is {} per new customer. What leads there is told by the levers.",
            strong(unit.pretty(dearest.from_state)),
            unit.money(dearest.amount),
        )
    return sentence(
        "Leaving from {} costs most: {} per new customer. It is the discounted flow into the exit, times what those "
        "who stay are worth more.",
        strong(unit.pretty(dearest.from_state)),
        strong(unit.money(dearest.amount)),
    )


LEAKS = Section("leaks", Leaks)
