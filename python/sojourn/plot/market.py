"""A market over time: how many people stand where, as one or two scenarios have it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sojourn.plot import _style as style
from sojourn.plot._time import period_axis, period_ticks, side_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POOL = "#c9d0d6"
GONE = "#e0aaa6"


def market(
    path: Any,
    ax: Axes | None = None,
    *,
    other: Any = None,
    names: tuple[str, str] = ("in all", "other"),
    pool: bool = False,
    gone: bool = False,
    exits: Sequence[str] | None = None,
    unit: str = "period",
    n: int = 8,
) -> Axes:
    """
    Draws the people of a market per state, period by period, one upon the other.

    For two scenarios side by side on one scale, draw each with the other: ``market(a, left, other=b)`` and
    ``market(b, right, other=a)``.

    Parameters
    ----------
    path
        A ``MarketPath``.
    ax
        Axes to draw on; a new figure without.
    other
        Another ``MarketPath`` over the same states: a dashed line, how many it has inside.
    names
        What `path` and `other` are called.
    pool
        Draw the people not reached too, on top.
    gone
        Draw the people in absorbing states too, above those inside.
    exits
        The absorbing states; by default those whose people are the ``gone`` of the path.
    unit
        What a period is called: "month".
    n
        How many states have an area of their own, at least 1: the largest; the others are one area together.

    Returns
    -------
    The axes; beside each area its state and how many are there in the end.

    Raises
    ------
    TypeError
        For anything but a ``MarketPath``.
    ValueError
        For paths over different states, or when it cannot be told which states are absorbing.
    IndexError
        For an exit that does not exist.
    """
    for one in (path,) if other is None else (path, other):
        style.check_kind("market", one, "MarketPath", ("occupancy", "pool", "inside", "gone", "states"))
        if np.ndim(one.occupancy) != 2:
            raise TypeError("market: expected one path, found several; take market_path, or one of them")
    states = style.names_of(path.states)
    if other is not None and style.names_of(other.states) != states:
        raise ValueError("market: the two paths are over different states, so their areas would not compare")
    if n < 1:
        raise ValueError(f"market: n must be at least 1, found {n}")
    left = exits_of(path, states) if exits is None else [path.states.index(name) for name in exits]
    areas = areas_of(path, other, left, n)
    if gone:
        areas.append(("gone", np.asarray(path.gone, dtype=float), GONE))
    if pool:
        areas.append(("not reached", np.asarray(path.pool, dtype=float), POOL))
    ax = style.new_axes(ax, 8.4, 3.8)
    time = np.arange(len(path.occupancy))
    floor = np.zeros(len(time))
    words = []
    for name, numbers, color in areas:
        ax.fill_between(time, floor, floor + numbers, color=color, alpha=0.62, linewidth=0)
        ax.plot(time, floor + numbers, color=style.PAPER, linewidth=0.9)
        ink = style.RED if color == GONE else style.MUTED if color == POOL else color
        words.append((float(floor[-1] + numbers[-1] / 2), f"{name} {style.people(numbers[-1])}", ink))
        floor = floor + numbers
    inside = np.asarray(path.inside, dtype=float)
    highest = max(float(floor.max()), float(inside.max()))
    horizon = len(time) - 1
    if other is not None:
        lines = np.asarray(other.inside, dtype=float)
        ax.plot(time, inside, color=style.INK, linewidth=1.6, zorder=3)
        ax.plot(np.arange(len(lines)), lines, color=style.INK, linewidth=1.6, linestyle=(0, (4, 2)), zorder=3)
        words.append((float(inside[-1]), f"{names[0]}: {style.people(inside[-1])}", style.INK))
        words.append((float(lines[-1]), f"{names[1]}: {style.people(lines[-1])} (dashed)", style.INK))
        # Room for all that the other would stack, so that both have one scale when each is drawn with the other.
        stacked = lines + (np.asarray(other.gone) if gone else 0.0) + (np.asarray(other.pool) if pool else 0.0)
        highest = max(highest, float(stacked.max()))
        horizon = max(horizon, len(lines) - 1)
    top = highest * 1.05 or 1.0
    ax.set_ylim(0, top)
    period_ticks(ax, horizon)
    ax.set_xlim(0, horizon)
    side_words(ax, words, top)
    ax.yaxis.set_major_formatter(lambda y, _: f"{y / 1e6:,.4g} million" if y >= 999_999.5 else style.people(y))
    style.quiet_axes(ax)
    style.say(ax, period_axis(unit, "from today"), "people")
    return ax


Area = tuple[str, NDArray[np.float64], str]  # name, people per period, colour


def areas_of(path: Any, other: Any, exits: list[int], n: int) -> list[Area]:
    """The people inside: the largest states each by itself, the others together."""
    states, occupancy = style.names_of(path.states), np.asarray(path.occupancy, dtype=float)
    living = [i for i in range(len(states)) if i not in exits]
    # The same states in the same colours when each of two is drawn with the other.
    most = np.vstack([occupancy, *([] if other is None else [np.asarray(other.occupancy, dtype=float)])]).max(axis=0)
    largest = sorted(sorted(living, key=lambda i: -most[i])[:n])
    rest = [i for i in living if i not in largest]
    areas = [
        (style.cut(states[i]), occupancy[:, i], style.SERIES[k % len(style.SERIES)])
        for k, i in enumerate(largest)
        if occupancy[:, i].any()
    ]
    if rest:
        areas.append((f"{len(rest)} other states", occupancy[:, rest].sum(axis=1), style.MUTED))
    return areas


def exits_of(path: Any, states: list[str]) -> list[int]:
    """The fewest states, up to three, whose people are those gone."""
    occupancy, gone = np.asarray(path.occupancy, dtype=float), np.asarray(path.gone, dtype=float)
    small = 1e-9 * max(1.0, float(occupancy.sum(axis=1).max()))
    if not (gone > small).any():
        return []
    some: list[int] = [
        i for i in range(len(states)) if occupancy[:, i].max() > small and (occupancy[:, i] <= gone + small).all()
    ]
    for size in (1, 2, 3):
        for kept in itertools.combinations(some, size):
            if is_near(occupancy[:, list(kept)].sum(axis=1), gone, small):
                return list(kept)
    raise ValueError("market: cannot tell which states are absorbing; name them: exits=[…]")


def is_near(a: NDArray[np.float64], b: NDArray[np.float64], small: float) -> bool:
    """Equal but for rounding."""
    return bool(np.abs(a - b).max() <= small)
