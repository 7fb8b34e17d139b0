"""First passage: how many have got there by when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sojourn.plot import _style as style
from sojourn.plot._time import period_axis, period_ticks, side_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def first_passage(
    subject: Any,
    ax: Axes | None = None,
    *,
    starts: Sequence[str] | str | None = None,
    cumulative: bool = True,
    unit: str = "period",
    n: int = 8,
) -> Axes:
    """
    Draws the first passage to a set of states, a curve per state of departure.

    Parameters
    ----------
    subject
        A ``FirstPassage``.
    ax
        Axes to draw on; a new figure without.
    starts
        States of departure; without it those from which a passage is possible, at most `n`.
    cumulative
        The share that has arrived up to each time; False = the probability of arriving at just that time.
    unit
        What a period is called: "month", "step".
    n
        How many curves to draw without `starts`, at least 1: those with the largest share in the end.

    Returns
    -------
    The axes; beside each curve the state it starts from and the share that has not arrived by the horizon.
    """
    names = list(subject.states.names)
    law = np.asarray(subject.probabilities, dtype=float)
    tail = np.asarray(subject.tail, dtype=float)
    horizon = int(subject.horizon)
    left_out = 0
    if starts is None:
        if n < 1:
            raise ValueError(f"first_passage: n must be at least 1, found {n}")
        possible = [i for i in range(len(names)) if law[:, i].any()]
        likeliest = sorted(possible, key=lambda i: tail[i])[:n]
        drawn = sorted(likeliest) or [0]
        left_out = len(possible) - len(likeliest)
    else:
        wanted = [starts] if isinstance(starts, str) else list(starts)
        drawn = [subject.states.index(name) for name in wanted]
    curves = np.asarray(subject.cumulative, dtype=float) if cumulative else law
    ax = style.new_axes(ax, 8.4, 3.8)
    time = np.arange(0, horizon + 1) if cumulative else np.arange(1, horizon + 1)
    ends = []
    for k, i in enumerate(drawn):
        color = style.SERIES[k % len(style.SERIES)]
        curve = np.concatenate([[0.0], curves[:, i]]) if cumulative else curves[:, i]
        ax.plot(
            time, curve, color=color, linewidth=2.0, marker="o" if len(time) <= 24 else None, markersize=3.2, zorder=3
        )
        ends.append((float(curve[-1]), f"{style.label(names[i])}: {style.percent(float(tail[i]))} not yet", color))
    top = min(1.02, max(1e-12, max(float(curves[:, i].max()) for i in drawn)) * 1.08)
    ax.set_ylim(0, top)
    period_ticks(ax, horizon)
    ax.set_xlim(time[0], horizon if horizon > time[0] else horizon + 1)
    side_words(ax, ends, top)
    ax.yaxis.set_major_formatter(lambda y, _: style.percent(y))
    style.quiet_axes(ax)
    left = f"; {left_out} more states not drawn" if left_out else ""
    style.say(ax, period_axis(unit) + left, "have arrived" if cumulative else "arrive just then")
    return ax
