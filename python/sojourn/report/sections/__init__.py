"""
The sections of the report, in the order in which they stand on the page.

A new one is a module or folder of its own in here, with its template beside it, and its line in `SECTIONS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from sojourn.report.section import Section
from sojourn.report.sections.fit import FIT
from sojourn.report.sections.forecast import FORECAST
from sojourn.report.sections.journey import JOURNEY
from sojourn.report.sections.leaks import LEAKS
from sojourn.report.sections.levers import LEVERS
from sojourn.report.sections.moves import MOVES
from sojourn.report.sections.spread import SPREAD
from sojourn.report.sections.survival import SURVIVAL
from sojourn.report.sections.word_of_mouth import WORD_OF_MOUTH
from sojourn.report.sections.worth import WORTH

SECTIONS: tuple[Section, ...] = (
    JOURNEY,
    WORTH,
    LEVERS,
    LEAKS,
    WORD_OF_MOUTH,
    FORECAST,
    SURVIVAL,
    SPREAD,
    MOVES,
    FIT,
)

# Where sections come in another order than that of the page; those that are not named follow in that order.
ORDERS: dict[str, tuple[str, ...]] = {
    "answers": ("fit", "spread"),
    "summary": ("journey", "worth", "word_of_mouth", "leaks", "levers"),
    "cards": ("journey", "worth", "forecast", "spread", "survival"),
    "cautions": ("moves", "fit", "journey", "spread", "survival", "worth"),
    "definitions": ("worth", "journey"),
    "tables": ("journey", "worth", "moves", "survival", "levers", "leaks", "forecast", "spread", "fit"),
}

T = TypeVar("T")


def in_order(kind: str, named: Mapping[str, T]) -> list[T]:
    """What the sections have of one kind, in the order that is stated for it."""
    first = [name for name in ORDERS.get(kind, ()) if name in named]
    return [named[name] for name in (*first, *(name for name in named if name not in first))]
