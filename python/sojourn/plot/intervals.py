"""Answers with their intervals: how sure we are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sojourn.plot import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def intervals(
    subject: Any,
    ax: Axes | None = None,
    *,
    level: float = 0.9,
    names: Sequence[str] | None = None,
    currency: str = "",
    unit: str = "",
) -> Axes:
    """
    Draws each number of an answer as a dot, with its interval as a bar.

    Parameters
    ----------
    subject
        An ``Uncertain`` (of ``posterior``, ``bootstrap`` or ``delta_method``), or a ``LifetimeValue`` of a fit.
    ax
        Axes to draw on; a new figure without.
    level
        Level of the long bars, in (0, 1). The short, darker ones hold half.
    names
        One for each number of the answer; values per state have those of the states.
    currency
        Sign or code put before amounts.
    unit
        What the numbers count, put below the axis ("periods").

    Returns
    -------
    The axes: one line per number, in the order of the answer. A number that is known for certain has no bar.

    Raises
    ------
    ValueError
        For a value of a chain that was not fitted, a level outside (0, 1), or names of another number.
    """
    estimate = getattr(subject, "estimate", None)
    if estimate is None:
        estimate = subject.mean
    outer, inner = subject.interval(level), subject.interval(0.5)
    dots = np.asarray(estimate, dtype=float).reshape(-1)
    ends = [np.asarray(x, dtype=float).reshape(-1) for x in (outer.lower, outer.upper, inner.lower, inner.upper)]
    if names is None:
        states = getattr(estimate, "states", None)
        if states is not None:
            names = style.names_of(states)
        else:
            names = [str(i) for i in range(len(dots))] if len(dots) > 1 else [""]
    if len(names) != len(dots):
        raise ValueError(f"names: expected one for each of {len(dots)} numbers, found {len(names)}")
    # An exit that is worth nothing for certain tells nothing.
    silent = (dots == 0.0) & (ends[0] == 0.0) & (ends[1] == 0.0)
    kept = [i for i in range(len(dots)) if not silent[i]] or list(range(len(dots)))
    dots = dots[kept]
    low_end, high_end, low_half, high_half = (end[kept] for end in ends)
    ax = style.new_axes(ax, 8.0, 1.2 + 0.42 * len(kept))
    rows = np.arange(len(kept))
    ax.hlines(rows, low_end, high_end, color=style.BLUE, linewidth=5, alpha=0.28, label=f"{100 * level:g} % interval")
    ax.hlines(rows, low_half, high_half, color=style.BLUE, linewidth=5, alpha=0.45, label="50 % interval")
    ax.scatter(dots, rows, s=44, color=style.BLUE, edgecolor=style.PAPER, linewidth=0.8, zorder=4, label="estimate")
    reach = np.concatenate([dots, low_end, high_end])
    low, high = float(reach.min()), float(reach.max())
    span = (high - low) or abs(high) or 1.0
    for row, (dot, start, end) in enumerate(zip(dots, low_end, high_end, strict=True)):
        words = _shown(dot, currency)
        if end > start:
            words += f"  ({_shown(start, currency)} to {_shown(end, currency)})"
        text = ax.text(max(float(end), float(dot)) + 0.02 * span, row, words, va="center", fontsize=9, color=style.INK)
        style.plain(text)
    ax.set_xlim(low - 0.04 * span, high + 0.42 * span)
    ax.set_ylim(len(kept) - 0.4, -0.6)
    ax.set_yticks(rows, [style.label(names[i]) if names[i] else "" for i in kept])
    if low < 0 < high:
        ax.axvline(0, color=style.MUTED, linewidth=0.8)
    style.quiet_axes(ax, grid="x")
    style.money_axis(ax.xaxis, currency)
    style.say(ax, unit)
    style.legend(ax, "lower left", bbox_to_anchor=(0, 1.0), ncols=3, borderaxespad=0.3)
    return ax


def _shown(number: float, currency: str) -> str:
    """An amount, or a number that may be as small as a probability."""
    if currency or abs(number) >= 99.5 or number == 0.0:
        return style.money(float(number), currency)
    return f"{number:.3g}".replace("-", "−")
