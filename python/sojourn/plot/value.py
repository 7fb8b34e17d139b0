"""Lifetime value per state, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sojourn.plot import _style as style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]


def value(
    subject: Any,
    ax: Axes | None = None,
    *,
    level: float = 0.9,
    residual: bool = True,
    currency: str = "",
) -> Axes:
    """
    Draws what a customer is worth in each state.

    A dot is the mean, a bar its interval, a ring what is still to come.

    Parameters
    ----------
    subject
        A ``LifetimeValue``.
    ax
        Axes to draw on; a new figure without.
    level
        Level of the interval, in (0, 1); drawn when the value comes from a fit.
    residual
        Draw the residual too: the mean less the money received at once.
    currency
        Sign or code put before amounts.

    Returns
    -------
    The axes: one line per state that is not absorbing, in the order of the chain.
    """
    chain = subject.chain
    names = style.names_of(chain.states)
    mean = np.asarray(subject.mean, dtype=float)
    rest = np.asarray(subject.residual, dtype=float)
    style.check_drawable("value", chain.n_states)
    ends = {chain.states.index(name) for name in chain.absorbing_states}
    kept = [i for i in range(len(names)) if not (i in ends and mean[i] == 0.0)] or list(range(len(names)))
    lower, upper = ends_of(subject, mean, level)
    ax = style.new_axes(ax, 8.0, 0.9 + 0.42 * len(kept))
    rows = np.arange(len(kept))
    if lower is not mean:
        ax.hlines(
            rows,
            lower[kept],
            upper[kept],
            color=style.BLUE,
            linewidth=5,
            alpha=0.28,
            label=f"{100 * level:g} % interval",
        )
    if residual:
        ax.scatter(
            rest[kept],
            rows,
            s=34,
            facecolor=style.PAPER,
            edgecolor=style.ORANGE,
            linewidth=1.6,
            zorder=3,
            label="still to come, after this period",
        )
    ax.scatter(mean[kept], rows, s=44, color=style.BLUE, zorder=4, label="worth from this period on")
    reach = np.concatenate([mean[kept], lower[kept], upper[kept], rest[kept] if residual else mean[kept], [0.0]])
    low, high = float(reach.min()), float(reach.max())
    span = (high - low) or 1.0
    for row, i in enumerate(kept):
        edge = max(float(upper[i]), float(mean[i]), float(rest[i]) if residual else float(mean[i]))
        text = ax.text(
            edge + 0.02 * span, row, style.money(float(mean[i]), currency), va="center", fontsize=9, color=style.INK
        )
        style.plain(text)
    ax.set_xlim(low - (0.03 * span if low < 0 else 0.0), high + 0.17 * span)
    ax.set_ylim(len(kept) - 0.4, -0.6)
    ax.set_yticks(rows, [style.label(names[i]) for i in kept])
    if low < 0:
        ax.axvline(0, color=style.MUTED, linewidth=0.8)
    style.quiet_axes(ax, grid="x")
    ax.spines["left"].set_visible(low >= 0)
    style.money_axis(ax.xaxis, currency)
    style.say(ax)
    below = -0.30 if len(kept) < 5 else -0.16
    style.legend(ax, "upper left", bbox_to_anchor=(0, below), ncols=3, borderaxespad=0)
    return ax


def ends_of(subject: Any, mean: Floats, level: float) -> tuple[Floats, Floats]:
    """The interval of each value; the value itself where the chain was not fitted from counts."""
    try:
        interval = subject.interval(level)
    except ValueError:
        return mean, mean
    return np.asarray(interval.lower, dtype=float), np.asarray(interval.upper, dtype=float)
