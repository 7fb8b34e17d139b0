"""Reputation over time: the share of good among the experiences that are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sojourn.plot import _style as style
from sojourn.plot._time import period_axis, period_ticks, side_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def reputation(paths: Any, ax: Axes | None = None, *, unit: str = "period") -> Axes:
    """
    Draws the reputation of a market, period by period.

    Parameters
    ----------
    paths
        A ``MarketPath``, or a mapping of names to several. Of a ``MarketSimulation``, the median of its paths is drawn,
        with a band that holds nine tenths of them.
    ax
        Axes to draw on; a new figure without.
    unit
        What a period is called: "month".

    Returns
    -------
    The axes; beside each curve its name and the reputation in the end. The axis need not begin at 0.

    Raises
    ------
    TypeError
        For anything else.
    ValueError
        For a market without a reputation, or no market at all.
    """
    from matplotlib.ticker import MaxNLocator

    named = dict(paths) if isinstance(paths, Mapping) else {"": paths}
    if not named:
        raise ValueError("reputation: no paths, so there is nothing to draw")
    curves = {}
    for name, path in named.items():
        style.check_kind("reputation", path, "MarketPath, or a mapping of names to them", ("reputation", "occupancy"))
        curve = np.asarray(path.reputation, dtype=float)
        if curve.size == 0:
            raise ValueError(
                f"reputation: the market{f' of {name!r}' if name else ''} has no reputation; give it one: "
                "Market(…, reputation=MarketReputation(…))"
            )
        curves[str(name)] = np.atleast_2d(curve)
    ax = style.new_axes(ax, 8.4, 3.6)
    horizon = max(curve.shape[1] for curve in curves.values()) - 1
    ends, reach = [], []
    for k, (name, paths_of) in enumerate(curves.items()):
        color = style.SERIES[k % len(style.SERIES)]
        time = np.arange(paths_of.shape[1])
        low, middle, high = np.quantile(paths_of, (0.05, 0.5, 0.95), axis=0)
        if len(paths_of) > 1:
            ax.fill_between(time, low, high, color=color, alpha=0.18, linewidth=0)
        ax.plot(time, middle, color=color, linewidth=2.2, zorder=3)
        share = f"{100 * middle[-1]:.1f} %"
        ends.append((float(middle[-1]), f"{style.cut(name)} {share}" if name else share, color))
        reach += [float(low.min()), float(high.max())]
    room = max(0.04, 0.15 * (max(reach) - min(reach)))
    bottom, top = max(0.0, min(reach) - room), min(1.0, max(reach) + room)
    ax.set_ylim(bottom, top)
    period_ticks(ax, horizon)
    ax.set_xlim(0, horizon)
    side_words(ax, ends, top, bottom)
    ax.yaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))  # no half percents, which would be rounded away
    decimals = 0 if top - bottom > 0.1 else 1
    ax.yaxis.set_major_formatter(lambda y, _: f"{100 * y:.{decimals}f} %")
    several = any(len(curve) > 1 for curve in curves.values())
    style.quiet_axes(ax)
    band = "; line: median, band: 90 % of the paths" if several else ""
    style.say(ax, period_axis(unit, "from today") + band, "reputation (share of good)")
    return ax
