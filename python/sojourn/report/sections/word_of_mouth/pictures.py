"""The pictures of word of mouth."""

from __future__ import annotations

from typing import Any

from sojourn import plot
from sojourn.chain import structure
from sojourn.plot._map import map_size, plan_map
from sojourn.report.analysis import Analysis
from sojourn.report.pictures import figure_svg
from sojourn.report.sections.word_of_mouth.analysis import GENERATIONS, WordOfMouth


def pictures(analysis: Analysis, told: WordOfMouth, split: Any) -> dict[str, str]:
    """Generations, the loop and the quadrants; an empty one where there is nothing to draw."""
    return {
        "generations": generations(analysis, told),
        "loop": loop(analysis, told),
        "quadrants": quadrants(analysis, split),
    }


def generations(analysis: Analysis, told: WordOfMouth) -> str:
    """The value of a new customer by generation, where it has an end."""
    if told.value is None:
        return ""

    def draw(ax: Any) -> None:
        plot.generations(told.value, ax, start=told.start, n=GENERATIONS, currency=analysis.settings.currency)

    return figure_svg(draw, (8.4, 0.8 + 0.34 * (GENERATIONS + 3)), "generations")


def loop(analysis: Analysis, told: WordOfMouth) -> str:
    """The map of a newcomer's life, where every life ends."""
    chain = analysis.fit.chain
    shape = structure(chain)
    if any(shape.is_recurrent(name) and not analysis.absorbing[i] for i, name in enumerate(analysis.names)):
        return ""
    width, height = map_size(chain)
    size = (width, height + 0.35 + 0.5 * width / plan_map(chain).across)  # room for the arc
    lifecycle = analysis.fit.counts.lifecycle
    return figure_svg(lambda ax: plot.loop(lifecycle, told.mild, ax), size, "loop")


def quadrants(analysis: Analysis, split: Any) -> str:
    """Today's customers by own and referred value."""
    if split is None:
        return ""
    currency = analysis.settings.currency
    return figure_svg(lambda ax: plot.quadrants(split, ax, currency=currency), (8.4, 5.2), "quadrants")
