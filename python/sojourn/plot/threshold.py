"""Threshold: how probable a move has to be for a base to grow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import sojourn.market as markets
from sojourn.plot import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def threshold(
    market: Any, from_state: str, to_state: str, ax: Axes | None = None, *, unit: str = "period", points: int = 81
) -> Axes:
    """
    Draws the growth factor of a base against the probability of one move, the rest of its row in proportion.

    Parameters
    ----------
    market
        A ``Market``.
    from_state, to_state
        The move.
    ax
        Axes to draw on; a new figure without.
    unit
        What a period is called: "month".
    points
        At how many probabilities the growth is computed, at least 3.

    Returns
    -------
    The axes: the curve of ``market_growth``, the line at 1, the threshold between growing and shrinking where there is
    one, and the market as it is today.

    Raises
    ------
    TypeError
        For anything but a ``Market``.
    IndexError
        For a state that does not exist.
    ValueError
        Where the move cannot be changed, or the growth is not defined for any probability.
    """
    style.check_kind("threshold", market, "Market", ("chain", "people", "replace"))
    if points < 3:
        raise ValueError(f"threshold: points must be at least 3, found {points}")
    chain = market.chain
    start, end = chain.states.index(from_state), chain.states.index(to_state)
    row = style.matrix_of("threshold", chain)[start]
    today = float(row[end])
    if today >= 1.0:
        raise ValueError(
            f"threshold: '{from_state}' moves to '{to_state}' for certain, so nothing is left to share out"
        )

    now = float(markets.market_growth(market))
    try:
        found = markets.market_threshold(market, from_state, to_state)
    except ValueError:  # on one side of 1 for every probability, or nothing settles somewhere
        found = None
    near = [] if found is None else [found.probability - 1e-6, found.probability + 1e-6]  # growth may jump there
    places = np.unique(np.clip([*np.linspace(0.0, 1.0, points), today, *near], 0.0, 1.0))
    curve = growth_at(market, (from_state, to_state), places)
    known = np.isfinite(curve)
    ax = style.new_axes(ax, 8.4, 4.2)
    reach = [float(curve[known].min()), float(curve[known].max()), 1.0, now]
    span = (max(reach) - min(reach)) or 0.02
    bottom, top = min(reach) - 0.12 * span, max(reach) + 0.16 * span
    ax.set_ylim(bottom, top)
    ax.set_xlim(0, 1)
    ax.axhspan(bottom, 1.0, color=style.RED, alpha=0.06, linewidth=0)
    ax.axhline(1.0, color=style.MUTED, linewidth=1.0)
    ax.plot(places, curve, color=style.BLUE, linewidth=2.2, zorder=3)
    move = style.move_label(from_state, to_state)
    if found is not None:
        side = "below" if found.grows_above else "above"
        words = f"{side} {share(found.probability)} the base shrinks"
        ax.axvline(found.probability, color=style.RED, linewidth=1.3, linestyle=(0, (4, 3)), zorder=2)
        ax.scatter([found.probability], [1.0], s=46, color=style.PAPER, edgecolor=style.RED, linewidth=1.6, zorder=4)
        note(ax, found.probability, bottom + 0.05 * (top - bottom), words, style.RED)
    else:
        above = curve[known] > 1.0
        words = f"the base {'grows' if above.all() else 'shrinks'} whatever the probability of this move"
        if above.any() and not above.all():
            words = "no one threshold between growing and shrinking"
        note(ax, 0.5, bottom + 0.05 * (top - bottom), words, style.RED if now <= 1.0 else style.BLUE)
    ax.scatter([today], [now], s=54, color=style.INK, zorder=5)
    ax.plot([today, today], [now, top - 0.09 * (top - bottom)], color=style.INK, linewidth=0.8, linestyle=":", zorder=2)
    note(ax, today, top - 0.05 * (top - bottom), f"today {share(today)}: {growth_words(now)} per {unit}", style.INK)
    ax.xaxis.set_major_formatter(lambda x, _: f"{100 * x:.0f} %")
    ax.yaxis.set_major_formatter(lambda y, _: f"{y:.{decimals_of(top - bottom)}f}")
    style.quiet_axes(ax)
    style.say(ax, f"probability of {move} per {unit}", f"growth factor of the base per {unit}")
    return ax


def growth_at(market: Any, move: tuple[str, str], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """The growth factor at each probability of the move; not a number where nothing settles."""
    curve, refused = np.full(len(places), math.nan), None
    for k, p in enumerate(places):
        policy = markets.Policy("one move", moves={move: float(p)})
        try:
            curve[k] = float(markets.market_growth(markets.with_policy(market, policy)))
        except ValueError as error:
            refused = refused or error
    if refused is not None and not np.isfinite(curve).any():
        raise ValueError(f"threshold: the growth is not defined for any probability: {refused}") from refused
    return curve


def note(ax: Axes, x: float, y: float, words: str, color: str) -> None:
    """Words beside a vertical line, on the side where there is room."""
    bold: dict[str, Any] = {"va": "center", "fontsize": 9, "fontweight": "bold", "zorder": 6, "bbox": style.paper(1.5)}
    style.note(ax, x, y, words, color, right=x <= 0.55, gap=7, **bold)


def share(p: float) -> str:
    """A probability with three digits that count: 62.3 %."""
    return f"{100 * p:.3g} %" if p >= 1e-5 else style.percent(p)


def growth_words(factor: float) -> str:
    """A growth factor as change: +1.2 %, −3.4 %."""
    change = 100.0 * (factor - 1.0)
    text = f"{abs(change):.3g}" if abs(change) < 99.95 else f"{abs(change):,.0f}"
    return f"{'−' if change < 0 else '+'}{text} %" if abs(change) >= 0.0005 else "±0 %"


def decimals_of(span: float) -> int:
    """Digits after the point that ticks over such a span need."""
    return max(1, min(6, 1 - math.floor(math.log10(span)))) if span < 5 else 1
