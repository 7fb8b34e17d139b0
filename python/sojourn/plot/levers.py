"""Levers: what one more percentage point of each move is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sojourn.plot import _style as style
from sojourn.plot._bars import Bar, amount_words, bars_height, draw_bars

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def levers(subject: Any, ax: Axes | None = None, *, n: int = 10, currency: str = "") -> Axes:
    """
    Draws what one more percentage point of the strongest moves is worth, those that bring and those that cost.

    Parameters
    ----------
    subject
        A ``Sensitivity``, its ``levers()``, the ``base_levers`` of a base (drawn for the whole base), or a
        ``LifetimeValue`` (asked from its usual start).
    ax
        Axes to draw on; a new figure without.
    n
        How many moves to draw, at least 1: those with the largest amounts of either sign.
    currency
        Sign or code put before amounts.

    Returns
    -------
    The axes: one bar per move, named from → to with its probability today, the dearest on top.
    """
    if n < 1:
        raise ValueError(f"levers: n must be at least 1, found {n}")
    rows = list(levers_of(subject))
    if not rows:
        raise ValueError("levers: no move can be changed here, so there is nothing to draw")
    for_base = hasattr(rows[0], "value_for_base")
    worth = [(float(row.value_for_base if for_base else row.value_of_a_point), row) for row in rows]
    strongest = sorted(worth, key=lambda item: -abs(item[0]))[:n]
    bars = [
        Bar(
            f"{style.move_label(row.from_state, row.to_state)}  ({style.percent(row.probability)})",
            [(amount, style.BLUE if amount >= 0 else style.RED)],
            amount_words(amount, currency, plus=True),
        )
        for amount, row in sorted(strongest, key=lambda item: -item[0])
    ]
    ax = style.new_axes(ax, 8.4, bars_height(len(bars)))
    draw_bars(
        ax, bars, currency, f"one more percentage point of the move, {'whole base' if for_base else 'per customer'}"
    )
    return ax


def levers_of(subject: Any) -> Any:
    """The levers behind a value, a sensitivity or a table of levers."""
    if hasattr(subject, "interval"):
        subject = subject.sensitivity()
    return subject.levers() if hasattr(subject, "levers") else subject
