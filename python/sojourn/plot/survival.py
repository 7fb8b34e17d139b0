"""Survival curve: how many customers are still there after so many periods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sojourn.path import forecast
from sojourn.plot import _style as style
from sojourn.plot._time import period_axis, period_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def survival_curve(subject: Any, periods: int, start: Any = None) -> NDArray[np.float64]:
    """The share of customers not yet in an absorbing state after 0 … `periods` periods, shape (periods + 1,)."""
    chain = style.chain_of(subject)
    if start is None:
        counts = getattr(subject, "counts", None)
        start = chain.states.names[0] if counts is None else counts.start_distribution()
    law = {start: 1.0} if isinstance(start, str) else start
    alive = [name not in chain.absorbing_states for name in chain.states.names]
    return np.asarray(forecast(chain, law, periods=periods)[:, alive].sum(axis=1), dtype=float)


def survival(
    subject: Any,
    ax: Axes | None = None,
    *,
    periods: int = 24,
    start: Any = None,
    observed: tuple[Any, Any] | None = None,
) -> Axes:
    """
    Draws the share of customers who have not reached an absorbing state after 0, 1, 2, … periods.

    Parameters
    ----------
    subject
        A ``Chain`` or a ``FitResult``.
    ax
        Axes to draw on; a new figure without.
    periods
        How far to draw, in periods of the chain.
    start
        A state name, a mapping of shares, or an array of shape (n_states,); by default the observed starts of a fit, or
        the first state of a chain.
    observed
        Times (in periods) and shares of a curve seen in the data, drawn beside as steps.

    Returns
    -------
    The axes.
    """
    chain = style.chain_of(subject)
    curve = survival_curve(subject, periods, start)
    ax = style.new_axes(ax, 8.0, 3.6)
    time = np.arange(periods + 1)
    ax.fill_between(time, curve, color=style.BLUE, alpha=0.10, linewidth=0)
    ax.plot(time, curve, color=style.BLUE, linewidth=2.2, label="the chain")
    if observed is not None:
        seen, share = np.asarray(observed[0], dtype=float), np.asarray(observed[1], dtype=float)
        near = seen <= periods
        ax.step(seen[near], share[near], where="post", color=style.ORANGE, linewidth=1.6, label="seen in the log")
    unit = str(chain.period.name)
    ax.set_xlim(0, periods)
    ax.set_ylim(0, 1.02)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    period_ticks(ax, periods)
    style.quiet_axes(ax)
    if observed is not None:
        style.legend(ax, "upper right")
    style.say(ax, period_axis(unit), "still with us")
    return ax
