"""Forecast: how many customers will stand where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sojourn.path import forecast as numbers_ahead
from sojourn.plot import _style as style
from sojourn.plot._time import period_axis, period_ticks, side_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def forecast(
    subject: Any, ax: Axes | None = None, *, stock: Any, periods: int = 12, arrivals: Any = None, n: int = 8
) -> Axes:
    """
    Draws the expected number of customers per state, period by period, one upon the other; exits are lines apart.

    Parameters
    ----------
    subject
        A ``Chain`` or a ``FitResult``.
    ax
        Axes to draw on; a new figure without.
    stock
        Customers in each state today: a mapping or an array of shape (n_states,).
    periods
        How far ahead, in periods of the chain, at least 1.
    arrivals
        Newcomers per state, added at the start of each later period.
    n
        How many states have an area of their own, at least 1: the largest; the others are one area together.

    Returns
    -------
    The axes. A line counts those who have left through that exit since today.
    """
    if n < 1:
        raise ValueError(f"forecast: n must be at least 1, found {n}")
    chain = style.chain_of(subject)
    names = style.names_of(chain.states)
    path = np.asarray(numbers_ahead(chain, stock, periods=periods, arrivals=arrivals), dtype=float)
    exits = [i for i, name in enumerate(names) if name in chain.absorbing_states]
    living = [i for i in range(len(names)) if i not in exits]
    largest = sorted(sorted(living, key=lambda i: -path[:, i].max())[:n])
    rest = [i for i in living if i not in largest]
    areas = [(style.label(names[i]), path[:, i]) for i in largest]
    if rest:
        areas.append((f"{len(rest)} other states", path[:, rest].sum(axis=1)))
    ax = style.new_axes(ax, 8.4, 3.8)
    time = np.arange(periods + 1)
    floor = np.zeros(periods + 1)
    words = []
    for k, (name, numbers) in enumerate(areas):
        color = style.SERIES[k % len(style.SERIES)] if k < len(largest) else style.MUTED
        ax.fill_between(time, floor, floor + numbers, color=color, alpha=0.62, linewidth=0)
        ax.plot(time, floor + numbers, color=style.PAPER, linewidth=0.9)
        words.append((float(floor[-1] + numbers[-1] / 2), f"{name} {style.people(numbers[-1])}", color))
        floor = floor + numbers
    left = [(style.label(names[i]), path[:, i] - path[0, i]) for i in exits]
    for k, (name, numbers) in enumerate(left):
        dash = (0, (4, 2 + 2 * k))
        ax.plot(time, numbers, color=style.RED, linewidth=1.7, linestyle=dash)
        words.append((float(numbers[-1]), f"gone to {name}: {style.people(numbers[-1])}", style.RED))
    top = max([float(floor.max()), *(float(numbers.max()) for _, numbers in left)]) * 1.05 or 1.0
    ax.set_ylim(0, top)
    period_ticks(ax, periods)
    ax.set_xlim(0, periods)
    side_words(ax, words, top)
    ax.yaxis.set_major_formatter(lambda y, _: style.people(y))
    style.quiet_axes(ax)
    style.say(ax, period_axis(str(chain.period.name), "from today"), "customers")
    return ax
