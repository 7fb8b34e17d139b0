"""What-if: the way from one value to another, move by move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sojourn.plot import _style as style
from sojourn.plot._bars import Bar, amount_words, bars_height, draw_bars

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def what_if(subject: Any, ax: Axes | None = None, *, n: int = 10, currency: str = "") -> Axes:
    """
    Draws how the value of one chain becomes that of another, split by move.

    The axis need not begin at 0: the two values are dots, the moves are steps between them.

    Parameters
    ----------
    subject
        A ``WhatIf``.
    ax
        Axes to draw on; a new figure without.
    n
        How many moves to draw, at least 1: the largest; the others are one step together.
    currency
        Sign or code put before amounts.

    Returns
    -------
    The axes: from top to bottom the value now, the steps, the other value.
    """
    if n < 1:
        raise ValueError(f"what_if: n must be at least 1, found {n}")
    moves = [move for move in subject.moves if move.amount != 0]
    steps = [(style.move_label(m.from_state, m.to_state), float(m.amount)) for m in moves[:n]]
    if len(moves) > n:
        steps.append((f"{len(moves) - n} other moves", float(sum(m.amount for m in moves[n:]))))
    at = float(subject.value)
    bars = [Bar("value now", [], f"  {style.money(at, currency)}", left=at, bold=True)]
    for name, amount in steps:
        color = style.BLUE if amount >= 0 else style.RED
        bars.append(Bar(name, [(amount, color)], amount_words(amount, currency, plus=True), left=at))
        at += amount
    other = float(subject.other_value)
    bars.append(Bar("other value", [], f"  {style.money(other, currency)}", left=other, bold=True))
    ax = style.new_axes(ax, 8.4, bars_height(len(bars)))
    draw_bars(ax, bars, currency, "value of a customer", zero=False)
    for row, bar in enumerate(bars[:-1]):
        end = bar.left + sum(amount for amount, _ in bar.parts)
        ax.plot([end, end], [row, row + 1], color=style.MUTED, linewidth=0.8, zorder=1)
    ends = [0, len(bars) - 1]
    ax.scatter([bars[k].left for k in ends], ends, s=48, color=style.INK, zorder=4)
    return ax
